use std::sync::Arc;
use std::time::Instant;

use super::*;

fn run(admitted: usize, scripts: u64) -> Run {
    Run { sent: 50_000, admitted, span: Duration::from_secs(10), scripts, offered: 5000.0 }
}

#[test]
fn a_hundredth_more_or_less_is_within_and_what_is_beyond_is_not() {
    for (admitted, within) in
        [(10_100, true), (10_200, true), (10_202, false), (10_000, true), (9_998, false), (40_400, false)]
    {
        assert_eq!(run(admitted, 0).is_within(AT_MOST), within, "{admitted}");
    }
    let line = run(40_400, 0).passed("", AT_MOST, &run(40_400, 0));
    assert!(!line.met && line.control.starts_with("4.00 times"));
}

#[test]
fn in_the_second_half_nothing_but_the_first_process_has_more_than_its_share() {
    let alike: Vec<_> = (0..PROCESSES).map(|process| Ask { process, request: Arc::from([]) }).collect();
    let asks = asks(&alike, 100_000);
    let of =
        |half: &[Ask]| [0, 1, 2, 3].map(|process| half.iter().filter(|ask| ask.process == process).count());
    let (first, second) = asks.split_at(50_000);
    assert_eq!(of(first), [12_500; 4]);
    let [most, others @ ..] = of(second);
    assert_eq!(most + others.iter().sum::<usize>(), 50_000);
    // Ten seconds of a fourth of 1000/s would be 2500.
    assert!(others.iter().all(|other| (1000..1100).contains(other)), "{others:?}");
}

#[test]
fn round_trips_are_few_and_not_none() {
    for (scripts, few) in [(0, false), (1, true), (5000, true), (5001, false)] {
        assert_eq!(run(10_100, scripts).is_cheap(), few, "{scripts}");
    }
    assert!(!run(10_100, 10_100).round_trips(&run(10_100, 10_100)).met);
}

#[test]
fn a_run_with_any_other_answer_is_none() {
    let (intended, left) = (Instant::now(), Some(Duration::ZERO));
    let seen = |status| Seen { stream: 0, intended, left, answer: Some((Duration::from_millis(1), status)) };
    let counted = Run::count(&[seen(200), seen(429)], 0, Duration::from_secs(1)).expect("a run");
    assert_eq!((counted.admitted, counted.sent, counted.span), (1, 2, Duration::from_millis(1)));
    assert!(Run::count(&[seen(200), seen(503)], 0, Duration::from_secs(1)).is_err());
}
