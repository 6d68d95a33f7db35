//! What a reply is good for as it ages.

use super::{super::testing::secs, *};

fn terms(fresh_for: u64, while_revalidate: u64, if_error: u64) -> Terms {
    Terms {
        age: Duration::ZERO,
        fresh_for: secs(fresh_for),
        while_revalidate: secs(while_revalidate),
        if_error: secs(if_error),
    }
}

#[test]
fn it_is_fresh_then_fetched_anew_then_a_stand_in_then_nothing() {
    let fresh = |left| State::Fresh { left: secs(left) };
    let cases = [
        (terms(10, 5, 20), 0, fresh(10)),
        (terms(10, 5, 20), 9, fresh(1)),
        (terms(10, 5, 20), 10, State::Revalidate),
        (terms(10, 5, 20), 14, State::Revalidate),
        (terms(10, 5, 20), 15, State::IfError),
        (terms(10, 5, 20), 29, State::IfError),
        (terms(10, 5, 20), 30, State::Dead),
        (terms(10, 5, 3), 14, State::Revalidate),
        (terms(10, 5, 3), 15, State::Dead),
        (terms(10, 0, 0), 10, State::Dead),
        (terms(0, 0, 1), 0, State::IfError),
        (terms(0, 0, 0), 0, State::Dead),
    ];
    for (terms, age, expected) in cases {
        assert_eq!(terms.state(secs(age)), expected, "{terms:?} at {age}");
    }
}

#[test]
fn it_ends_a_nanosecond_before_the_time_is_over() {
    let almost = secs(10).saturating_sub(Duration::from_nanos(1));
    assert_eq!(terms(10, 0, 0).state(almost), State::Fresh { left: Duration::from_nanos(1) });
}

#[test]
fn no_time_is_too_long() {
    let endless = Terms {
        age: Duration::MAX,
        fresh_for: Duration::MAX,
        while_revalidate: Duration::MAX,
        if_error: Duration::MAX,
    };
    assert_eq!(endless.state(Duration::MAX), State::Revalidate);
    assert_eq!(terms(0, 0, 1).state(Duration::MAX), State::Dead);
}
