use std::time::Instant;

use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;

fn seen(stream: usize, answers: &[(usize, u64, u16)]) -> Vec<Seen> {
    let (intended, left) = (Instant::now(), Some(Duration::ZERO));
    let each = |&(count, after, status): &(usize, u64, u16)| {
        let answer = Some((MS(after), status));
        (0..count).map(move |_| Seen { stream, intended, left, answer })
    };
    answers.iter().flat_map(each).collect()
}

fn run(one: &[(usize, u64, u16)], others: &[(usize, u64, u16)]) -> Run {
    Run {
        alone: seen(1, &[(99, 5, 200), (1, 10, 200)]),
        beside: [seen(OF_ONE, one), seen(1, others)].concat(),
    }
}

#[test]
fn a_tenth_slower_is_met_and_more_or_refused_is_not() {
    let alone = Run { alone: seen(1, &[(100, 100, 200)]), beside: seen(1, &[(100, 110, 200)]) };
    assert!(alone.line("", &alone).met);
    let slower = Run { beside: seen(1, &[(98, 1, 200), (2, 111, 200)]), ..alone };
    assert!(!slower.line("", &slower).met);
    let refused = run(&[], &[(98, 1, 200), (2, 1, 503)]);
    let line = refused.line("", &refused);
    assert!(!line.met && line.figure == "never");
    let never = Run { alone: Vec::new(), beside: Vec::new() };
    assert!(!never.line("", &never).met);
}

#[test]
fn the_one_is_refused_and_the_others_are_not() {
    let well = run(&[(20, 5, 200), (80, 1, 429)], &[(100, 5, 200)]);
    assert!(well.refused(&well).met);
    let idle = run(&[(30, 5, 200), (70, 1, 429)], &[(100, 5, 200)]);
    assert!(!idle.refused(&idle).met);
    let harsh = run(&[(20, 5, 200), (80, 1, 429)], &[(99, 5, 200), (1, 1, 429)]);
    assert!(!harsh.refused(&harsh).met);
}
