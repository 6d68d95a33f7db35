use std::time::Instant;

use super::*;

const OF_SCREEN: usize = OF_CRITICAL - 1;
const MS: fn(u64) -> Duration = Duration::from_millis;

/// One second of so many requests for the screen that each got this, and of ten critical ones.
fn run(screens: &[(usize, Option<(u64, u16)>)], critical: Option<(u64, u16)>) -> Run {
    let began = Instant::now();
    let intended = began + NOTICED;
    let seen = |stream, answer: Option<(u64, u16)>| {
        let answer = answer.map(|(after, status)| (MS(after), status));
        Seen { stream, intended, left: Some(Duration::ZERO), answer }
    };
    let screens = screens.iter().flat_map(|(count, answer)| (0..*count).map(|_| seen(OF_SCREEN, *answer)));
    let all: Vec<_> = screens.chain((0..10).map(|_| seen(OF_CRITICAL, critical))).collect();
    let rate = u32::try_from(all.len()).expect("few");
    Run {
        idle: vec![seen(OF_SCREEN, Some((10, OK)))],
        seen: all,
        began,
        window: Duration::from_secs(1),
        rate,
    }
}

fn met(run: &Run) -> Vec<bool> {
    lines(&Peak(100.0), run, run).iter().map(|line| line.met).collect()
}

fn well() -> Run {
    run(&[(80, Some((30, OK))), (410, Some((10, OVERLOADED)))], Some((30, OK)))
}

#[test]
fn goodput_at_the_goal_is_met_and_each_promise_can_be_missed() {
    assert_eq!(met(&well()), [true; 5]);
    let fewer = run(&[(79, Some((30, OK))), (410, Some((10, OVERLOADED)))], Some((30, OK)));
    assert_eq!(met(&fewer), [false, true, true, true, true]);
    let late = run(&[(80, Some((31, OK))), (410, Some((10, OVERLOADED)))], Some((30, OK)));
    assert_eq!(met(&late), [true, false, true, true, true]);
    let refused_late = run(&[(80, Some((30, OK))), (410, Some((11, OVERLOADED)))], Some((30, OK)));
    assert_eq!(met(&refused_late), [true, true, false, true, true]);
    let critical = run(&[(90, Some((30, OK))), (400, Some((10, OVERLOADED)))], Some((1, OVERLOADED)));
    assert_eq!(met(&critical), [true, true, true, false, true]);
    let slack = Run { rate: 511, ..well() };
    assert_eq!(met(&slack), [true, true, true, true, false]);
}

#[test]
fn what_came_after_the_deadline_is_not_good_and_what_never_came_is_late() {
    let collapsed = run(&[(40, Some((1501, OK))), (450, Some((1500, 504)))], Some((1501, OK)));
    assert_eq!(met(&collapsed), [false, false, false, true, true]);
    let silent = run(&[(90, Some((1, OK))), (1, None)], Some((1, OK)));
    assert_eq!(met(&silent), [true, true, false, true, true], "one in a hundred, and nobody refused");
    assert!(!met(&run(&[(90, Some((1, OK))), (2, None)], Some((1, OK))))[1]);
}

#[test]
fn latencies_count_from_when_overload_was_noticed() {
    let mut run = run(&[(90, Some((100, OK))), (400, Some((100, OVERLOADED)))], Some((30, OK)));
    assert_eq!(met(&run), [true, false, false, true, true]);
    run.began += MS(1);
    assert_eq!(run.settled().count(), 0);
}

#[test]
fn the_peak_is_the_best_step() {
    let mut peak = Peak::default();
    for good in [50, 90, 70] {
        peak.step(&run(&[(good, Some((10, OK))), (9, Some((10, 502)))], Some((2000, OK))).seen, MS(1000));
    }
    assert_eq!(peak.rate(), 90);
    assert_eq!([0.0, 1.0, 512.7, 3000.0].map(Peak::whole), [1, 1, 512, 3000]);
}
