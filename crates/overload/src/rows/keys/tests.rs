use super::*;

fn run(after: f64, quiet: f64) -> Run {
    let took = Duration::from_secs(1);
    Run { addresses: 1 << 20, took, before: 20.0, after, quiet: Some((quiet, took)) }
}

#[test]
fn growth_is_held_to_its_bound() {
    let bounded = run(148.0, 20.0);
    assert!(bounded.grown(&bounded).met && bounded.grown(&bounded).figure.contains(" 128 bytes each"));
    assert!(!run(148.1, 20.0).grown(&bounded).met);
}

#[test]
fn most_of_it_is_given_back() {
    assert!(run(120.0, 70.0).given_back().met);
    assert!(!run(120.0, 70.1).given_back().met);
    assert!(!Run { quiet: None, ..run(120.0, 20.0) }.given_back().met);
}

#[test]
fn less_room_is_less_memory() {
    let all = run(120.0, 20.0);
    assert!(run(70.0, 20.0).bounded(&all).met);
    assert!(!run(70.1, 20.0).bounded(&all).met && !all.bounded(&all).met);
}
