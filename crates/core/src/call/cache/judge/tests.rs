//! Each rule by itself, and each pair that meets.

mod monotonic;
mod oracle;

use super::{super::testing::*, *};

use Audience::{Caller, Everyone};

/// Age on arrival, then the three times, in seconds.
type Times = (u64, u64, u64, u64);

const UNKEPT: Result<Times, bool> = Err(false);
const NO_STORE: Result<Times, bool> = Err(true);

fn times(verdict: Verdict) -> Result<Times, bool> {
    match verdict {
        Verdict::Keep(Terms { age, fresh_for, while_revalidate, if_error }) => {
            Ok((age.as_secs(), fresh_for.as_secs(), while_revalidate.as_secs(), if_error.as_secs()))
        }
        Verdict::Unkept { no_store } => Err(no_store),
    }
}

fn judged(text: &str, declared: &Declared, audience: Audience) -> Result<Times, bool> {
    times(judge(head(text).as_deref(), declared, audience, &BOUNDS, 0.0))
}

fn all(fresh_for: u64, while_revalidate: u64, if_error: u64) -> Declared {
    Declared {
        fresh_for: Some(secs(fresh_for)),
        while_revalidate: Some(secs(while_revalidate)),
        if_error: Some(secs(if_error)),
    }
}

#[test]
fn where_the_service_says_nothing_what_is_declared_counts() {
    let some = |fresh_for: Option<u64>, while_revalidate: Option<u64>, if_error: Option<u64>| Declared {
        fresh_for: fresh_for.map(secs),
        while_revalidate: while_revalidate.map(secs),
        if_error: if_error.map(secs),
    };
    let cases = [
        (NOTHING, UNKEPT),
        (all(10, 5, 60), Ok((0, 10, 5, 60))),
        (some(Some(10), None, None), Ok((0, 10, 0, 300))),
        (some(None, Some(5), None), Ok((0, 0, 5, 300))),
        (some(None, None, Some(60)), Ok((0, 0, 0, 60))),
        (all(40, 5, 400), Ok((0, 30, 5, 300))),
        (all(10, 100_000, 0), Ok((0, 10, 86_400, 0))),
        (all(0, 0, 0), UNKEPT),
    ];
    for (declared, expected) in cases {
        for audience in [Caller, Everyone] {
            assert_eq!(judged("", &declared, audience), expected, "{declared:?}");
            assert_eq!(judged("vary: accept", &declared, audience), expected, "{declared:?}");
        }
    }
}

#[test]
fn what_the_service_says_counts_more() {
    let declared = all(10, 5, 60);
    let cases = [
        ("cache-control: max-age=3", Ok((0, 3, 5, 60)), Ok((0, 3, 5, 60))),
        ("cache-control: max-age=3600", Ok((0, 3600, 5, 60)), Ok((0, 3600, 5, 60))),
        ("cache-control: max-age=99999999", Ok((0, 86_400, 5, 60)), Ok((0, 86_400, 5, 60))),
        ("cache-control: max-age=0", Ok((0, 0, 5, 60)), Ok((0, 0, 5, 60))),
        ("cache-control: s-maxage=3", Ok((0, 10, 5, 60)), Ok((0, 3, 0, 0))),
        ("cache-control: s-maxage=0", Ok((0, 10, 5, 60)), UNKEPT),
        ("expires: 0", Ok((0, 0, 5, 60)), Ok((0, 0, 5, 60))),
        ("etag: \"a\"", Ok((0, 10, 5, 60)), Ok((0, 10, 5, 60))),
        ("age: 7", Ok((7, 10, 5, 60)), Ok((7, 10, 5, 60))),
        ("cache-control: stale-while-revalidate=7", Ok((0, 10, 7, 60)), Ok((0, 10, 7, 60))),
        ("cache-control: stale-while-revalidate=0", Ok((0, 10, 0, 60)), Ok((0, 10, 0, 60))),
        ("cache-control: stale-while-revalidate=x", Ok((0, 10, 0, 60)), Ok((0, 10, 0, 60))),
        ("cache-control: stale-while-revalidate=99999999", Ok((0, 10, 86_400, 60)), Ok((0, 10, 86_400, 60))),
        ("cache-control: stale-if-error=200", Ok((0, 10, 5, 200)), Ok((0, 10, 5, 200))),
        ("cache-control: stale-if-error=400", Ok((0, 10, 5, 300)), Ok((0, 10, 5, 300))),
        ("cache-control: stale-if-error=0", Ok((0, 10, 5, 0)), Ok((0, 10, 5, 0))),
        ("cache-control: must-revalidate", Ok((0, 10, 0, 0)), Ok((0, 10, 0, 0))),
        ("cache-control: proxy-revalidate", Ok((0, 10, 5, 60)), Ok((0, 10, 0, 0))),
        ("cache-control: must-revalidate, stale-if-error=9", Ok((0, 10, 0, 0)), Ok((0, 10, 0, 0))),
        (
            "cache-control: max-age=3, s-maxage=4, stale-while-revalidate=9",
            Ok((0, 3, 9, 60)),
            Ok((0, 4, 0, 0)),
        ),
        ("cache-control: no-cache", UNKEPT, UNKEPT),
        ("cache-control: no-cache | etag: \"a\"", Ok((0, 0, 0, 0)), Ok((0, 0, 0, 0))),
        ("cache-control: no-cache=\"a\", max-age=60 | etag: \"a\"", Ok((0, 0, 0, 0)), Ok((0, 0, 0, 0))),
        ("pragma: no-cache", UNKEPT, UNKEPT),
        ("pragma: no-cache | cache-control: max-age=3", Ok((0, 3, 5, 60)), Ok((0, 3, 5, 60))),
        ("cache-control: no-store, max-age=60 | etag: \"a\"", NO_STORE, NO_STORE),
        ("cache-control: no-store, must-understand", NO_STORE, NO_STORE),
        ("cache-control: no-store, private | vary: *", NO_STORE, NO_STORE),
        ("cache-control: private", Ok((0, 10, 5, 60)), UNKEPT),
        ("cache-control: private=\"x-a\", max-age=3", Ok((0, 3, 5, 60)), UNKEPT),
        ("set-cookie: a=b", Ok((0, 10, 5, 60)), UNKEPT),
        ("cache-control: public | set-cookie: a=b", Ok((0, 10, 5, 60)), UNKEPT),
        ("vary: *", UNKEPT, UNKEPT),
        ("vary: x-request-id", UNKEPT, UNKEPT),
        ("vary: x-user-id", Ok((0, 10, 5, 60)), UNKEPT),
    ];
    for (text, caller, everyone) in cases {
        assert_eq!(judged(text, &declared, Caller), caller, "{text}, for the caller");
        assert_eq!(judged(text, &declared, Everyone), everyone, "{text}, for everyone");
    }
}

#[test]
fn where_nothing_is_declared_the_service_must_say_something() {
    let cases = [
        ("cache-control: max-age=3", Ok((0, 3, 0, 300))),
        ("cache-control: max-age=0", Ok((0, 0, 0, 300))),
        ("cache-control: max-age=3 | age: 100", Ok((100, 3, 0, 300))),
        ("cache-control: max-age=3, must-revalidate | age: 3", UNKEPT),
        ("cache-control: max-age=3, must-revalidate | age: 3 | etag: \"a\"", Ok((3, 3, 0, 0))),
        ("cache-control: max-age=3 | age: 303", UNKEPT),
        ("cache-control: max-age=3 | age: x", UNKEPT),
        ("etag: \"a\"", Ok((0, 0, 0, 300))),
        ("last-modified: Fri, 06 Nov 2020 12:00:00 GMT", Ok((0, 0, 0, 300))),
        ("last-modified: 0", UNKEPT),
        ("etag: *", UNKEPT),
        ("cache-control: public, immutable", UNKEPT),
        ("cache-control: stale-while-revalidate=9, stale-if-error=9", UNKEPT),
        ("vary: accept", UNKEPT),
        ("age: 0", UNKEPT),
    ];
    for (text, expected) in cases {
        assert_eq!(judged(text, &NOTHING, Caller), expected, "{text}");
    }
}

#[test]
fn no_such_thing_is_fresh_for_a_moment() {
    let judged = |text: &str, declared: &Declared, audience| {
        times(judge_negative(head(text).as_deref(), declared, audience, &BOUNDS, 0.0))
    };
    let cases = [
        ("", UNKEPT, Ok((0, 1, 0, 0))),
        ("etag: \"a\"", UNKEPT, Ok((0, 1, 0, 0))),
        ("cache-control: max-age=60, stale-while-revalidate=9", Ok((0, 1, 0, 0)), Ok((0, 1, 0, 0))),
        ("cache-control: max-age=0", UNKEPT, UNKEPT),
        ("cache-control: max-age=60 | age: 1", UNKEPT, UNKEPT),
        ("cache-control: max-age=60, no-cache | etag: \"a\"", UNKEPT, UNKEPT),
        ("cache-control: max-age=60, no-store", NO_STORE, NO_STORE),
        ("cache-control: max-age=60 | vary: *", UNKEPT, UNKEPT),
    ];
    for (text, undeclared, declared) in cases {
        assert_eq!(judged(text, &NOTHING, Caller), undeclared, "{text}");
        assert_eq!(judged(text, &all(10, 5, 60), Caller), declared, "{text}");
    }
    assert_eq!(judged("", &Declared { fresh_for: None, ..all(0, 5, 60) }, Caller), UNKEPT);
    assert_eq!(judged("cache-control: private, max-age=60", &NOTHING, Everyone), UNKEPT);
    let longer = Bounds { negative: secs(60), ..BOUNDS };
    assert_eq!(times(judge_negative(None, &all(40, 0, 0), Caller, &longer, 0.0)), Ok((0, 30, 0, 0)));
}

#[test]
fn those_who_asked_the_same_may_have_what_is_nobodys_own() {
    let shared = ["", "cache-control: max-age=0", "cache-control: no-cache", "etag: \"a\"", "vary: accept"];
    let own = [
        "cache-control: private",
        "cache-control: no-store",
        "set-cookie: a=b",
        "vary: *",
        "vary: traceparent",
        "vary: x-user-id",
    ];
    assert!(shared.iter().all(|text| is_shareable(head(text).as_deref())));
    for text in own {
        assert!(!is_shareable(head(text).as_deref()), "{text}");
    }
}

#[test]
fn jitter_takes_from_what_is_left_of_freshness() {
    let fresh_for =
        |text: &str, jitter| match judge(head(text).as_deref(), &all(20, 5, 60), Caller, &BOUNDS, jitter) {
            Verdict::Keep(terms) => (terms.fresh_for.as_millis(), terms.while_revalidate, terms.if_error),
            Verdict::Unkept { .. } => unreachable!("it is declared"),
        };
    let cases =
        [(0.0, 100_000), (0.5, 95_000), (1.0, 90_000), (7.0, 90_000), (-1.0, 100_000), (f64::NAN, 100_000)];
    for (jitter, expected) in cases {
        assert_eq!(
            fresh_for("cache-control: max-age=100", jitter),
            (expected, secs(5), secs(60)),
            "{jitter}"
        );
    }
    assert_eq!(fresh_for("", 1.0).0, 18_000, "of a declared time too");
    assert_eq!(fresh_for("cache-control: max-age=100 | age: 90", 1.0).0, 99_000);
    assert_eq!(fresh_for("cache-control: max-age=100 | age: 120", 1.0).0, 100_000);
}
