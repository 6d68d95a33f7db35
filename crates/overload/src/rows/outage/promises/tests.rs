use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;

/// A run of 30 s: well for 10, stopped for 10, back for 4, stalled for 2, back for 4. At the first process `at_rate` says how many
/// a second passed of the one at this second.
fn run(at_rate: impl Fn(u64) -> u32, latency: Duration) -> Run {
    let start = Instant::now();
    let at = |seconds: u64| start + Duration::from_secs(seconds);
    let phase = |began, ended| Phase { began: at(began), ended: at(ended) };
    let each = |second: u64| {
        let (passed, begin) = (at_rate(second), at(second));
        let every = Duration::from_secs(1) / passed.max(1);
        (0..passed).map(move |number| {
            let (left, answer) = (Some(Duration::ZERO), Some((latency, OK)));
            Seen { stream: OF_ONE, intended: begin + every * number, left, answer }
        })
    };
    let seen = (0..30).flat_map(each).collect();
    Run { seen, well: phase(0, 10), stopped: phase(10, 20), stalled: phase(24, 26), ended: at(30) }
}

/// As it should be: the limit, half of it while Redis is away, and the limit again a second after.
fn as_promised(second: u64) -> u32 {
    if matches!(second, 10..21 | 24..27) { 200 } else { 400 }
}

#[test]
fn a_run_as_promised_keeps_all_promises() {
    let run = run(as_promised, MS(1)).checked().expect("a run");
    assert!(run.delay(&run).met && run.failures(&run).met);
    for trouble in [Run::stopped, Run::stalled] {
        assert!(run.share("", trouble, &run).met);
        let line = run.back("", trouble, &run);
        assert!(line.met && line.figure.starts_with("1."), "{}", line.figure);
    }
}

#[test]
fn the_whole_limit_at_each_is_more_than_a_share_and_nothing_is_less() {
    let at = |away: u32| run(move |second| if (10..20).contains(&second) { away } else { 400 }, MS(1));
    for (away, met) in
        [(0, false), (170, false), (190, true), (200, true), (205, true), (220, false), (400, false)]
    {
        let run = at(away);
        assert_eq!(run.share("", Run::stopped, &run).met, met, "{away}");
    }
}

#[test]
fn who_stays_with_a_share_is_not_back() {
    let never = run(|second| if second < 10 { 400 } else { 200 }, MS(1));
    let line = never.back("", Run::stopped, &never);
    assert!(!line.met && line.figure == "never");
    let late = run(|second| if (10..23).contains(&second) { 200 } else { 400 }, MS(1));
    assert!(!late.back("", Run::stopped, &late).met);
}

#[test]
fn one_that_waits_longer_than_once_is_too_many() {
    let latencies = |latest| [MS(1), MS(latest)];
    assert_eq!(beyond(&latencies(3), &latencies(23)), (MS(23), 0));
    assert_eq!(beyond(&latencies(3), &latencies(24)), (MS(23), 1));
    let mut run = run(as_promised, MS(1));
    let last = run.seen.len() - 1;
    run.seen[last].answer = Some((MS(22), OK));
    assert!(!run.delay(&run).met);
    run.seen[last].answer = None;
    assert!(
        !run.delay(&run).met && !run.failures(&run).met,
        "what was never answered is late, and a failure"
    );
    run.seen[last].answer = Some((MS(1), 503));
    assert!(!run.failures(&run).met);
}

#[test]
fn what_never_shared_or_was_never_limited_and_what_refuses_the_crowd_is_no_run() {
    assert!(run(|_| 200, MS(1)).checked().is_err() && run(|_| 1000, MS(1)).checked().is_err());
    let mut run = run(as_promised, MS(1));
    run.seen[0] = Seen { stream: OF_CROWD, answer: Some((MS(1), OVER_ITS_LIMIT)), ..run.seen[0] };
    assert!(run.checked().is_err());
}
