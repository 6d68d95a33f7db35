use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;

fn turn(without: u64, hung: u64) -> Turn {
    Turn { without: MS(without), hung: MS(hung) }
}

#[test]
fn one_bad_turn_decides_nothing_and_most_of_them_do() {
    let line = |turns: &[Turn]| Turns(turns.to_vec()).line(100).expect("some turns");
    let (good, bad) = (turn(1000, 1019), turn(1000, 1021));
    assert!(line(&[bad, good, good]).met && !line(&[bad, good, bad]).met);
    assert!(line(&[turn(20, 10)]).met, "faster is not slower");
    let never = Turn { without: MS(10), hung: Duration::MAX };
    assert!(!line(&[never]).met && !line(&[Turn { without: Duration::MAX, ..never }]).met);
    assert!(Turns(Vec::new()).line(100).is_err());
}

#[test]
fn memory_that_grows_misses_the_goal() {
    assert!(memory(GROWTH, 40.0).met && memory(-1.0, 40.0).met && !memory(GROWTH + 0.1, 40.0).met);
}
