//! How lines are read.

use http::header::{CACHE_CONTROL, PRAGMA};
use proptest::prelude::*;

use super::{super::testing::secs, *};

fn read(lines: &[&[u8]]) -> Option<Directives> {
    let value = |line: &&[u8]| (CACHE_CONTROL, http::HeaderValue::from_bytes(line).expect("a value"));
    Directives::of(&lines.iter().map(value).collect(), &CACHE_CONTROL)
}

fn of(line: &str) -> Directives {
    read(&[line.as_bytes()]).expect("a line")
}

fn none() -> Directives {
    Directives::default()
}

#[test]
fn each_directive_is_known_in_any_case() {
    let cases = [
        ("no-store", Directives { no_store: true, ..none() }),
        ("No-Cache", Directives { no_cache: true, ..none() }),
        ("PRIVATE", Directives { private: true, ..none() }),
        ("Must-Revalidate", Directives { must_revalidate: true, ..none() }),
        ("proxy-revalidate", Directives { proxy_revalidate: true, ..none() }),
        ("Max-Age=60", Directives { max_age: Some(secs(60)), ..none() }),
        ("s-maxage=61", Directives { s_maxage: Some(secs(61)), ..none() }),
        ("stale-while-revalidate=62", Directives { while_revalidate: Some(secs(62)), ..none() }),
        ("stale-if-error=63", Directives { if_error: Some(secs(63)), ..none() }),
        ("public, immutable, must-understand, no-transform, max-stale=5, only-if-cached, x=1", none()),
        ("", none()),
    ];
    for (line, expected) in cases {
        assert_eq!(of(line), expected, "{line}");
    }
    assert_eq!(read(&[]), None);
}

#[test]
fn names_of_headers_count_for_the_whole_reply() {
    assert!(of("private=\"x-user\"").private);
    assert!(of("no-cache=\"set-cookie, x-a\", max-age=5").no_cache);
    assert!(of("no-cache=set-cookie").no_cache);
}

#[test]
fn several_directives_and_several_lines_count_together() {
    let all = read(&[b"max-age=60, , ,private", b"", b" ,s-maxage=5,no-cache "]).expect("lines");
    let expected = Directives {
        private: true,
        no_cache: true,
        max_age: Some(secs(60)),
        s_maxage: Some(secs(5)),
        ..none()
    };
    assert_eq!(all, expected);
}

#[test]
fn of_two_times_the_shorter_counts() {
    assert_eq!(of("max-age=60, max-age=5").max_age, Some(secs(5)));
    assert_eq!(of("max-age=5, max-age=60").max_age, Some(secs(5)));
    assert_eq!(of("max-age=60, max-age=soon").max_age, Some(secs(0)));
    assert_eq!(read(&[b"stale-if-error=9", b"stale-if-error=8"]).expect("lines").if_error, Some(secs(8)));
}

#[test]
fn a_time_is_digits_or_nothing() {
    let cases = [
        ("max-age=60", 60),
        ("max-age=\"60\"", 60),
        ("max-age = 60", 60),
        ("max-age=060", 60),
        ("max-age=2147483648", 1 << 31),
        ("max-age=2147483649", 1 << 31),
        ("max-age=99999999999999999999999999", 1 << 31),
        ("max-age", 0),
        ("max-age=", 0),
        ("max-age=\"\"", 0),
        ("max-age=-1", 0),
        ("max-age=+1", 0),
        ("max-age=1.5", 0),
        ("max-age=1 2", 0),
        ("max-age=\"60", 0),
        ("max-age=60\"", 0),
        ("max-age=\"60\"1", 0),
        ("max-age=\"6\\0\"", 0),
        ("max-age=60; private", 0),
        ("max-age=\u{661}", 0),
    ];
    for (line, expected) in cases {
        assert_eq!(of(line).max_age, Some(secs(expected)), "{line}");
    }
}

#[test]
fn quotes_hide_what_is_in_them_if_they_end() {
    let cases = [
        (r#"a="b, no-store""#, false),
        (r#"a="b, no-store", no-store"#, true),
        (r#"a="b\", no-store", max-age=1"#, false),
        (r#"a="b\\", no-store"#, true),
        (r#"a="b, no-store"#, true),
        (r#"a="b\", no-store"#, true),
        (r#"a="b, no-store, c="d""#, true),
        (r#"a="b, no-store" , c"#, false),
        (r#"a=b"c, no-store, d="e""#, true),
        (r#"a"b, no-store, c="d""#, true),
        (r#""a, no-store""#, true),
        (r#"no-store="a, b""#, true),
    ];
    for (line, expected) in cases {
        assert_eq!(of(line).no_store, expected, "{line}");
    }
    assert!(read(&[b"a=\"b", b"no-store, c=\"d\""]).expect("lines").no_store, "a quote ends with its line");
}

#[test]
fn a_name_ends_where_a_token_does() {
    assert!(of("private; max-age=60").private);
    assert!(of("no-store;").no_store);
    for line in ["no-stores", "xno-store", "no store", "no_store", "\"no-store\"", "(no-store)"] {
        assert_eq!(of(line), none(), "{line}");
    }
}

#[test]
fn pragma_says_one_thing() {
    let of = |line: &'static str| pragma(&[(PRAGMA, line.parse().expect("a value"))].into_iter().collect());
    assert_eq!((of("no-cache"), of("x=1, NO-CACHE"), of("x")), (Some(true), Some(true), Some(false)));
    assert_eq!(pragma(&HeaderMap::new()), None);
}

proptest! {
    #[test]
    fn nothing_before_it_hides_a_directive(before in "[ -~\u{80}-\u{ff}\t]{0,40}") {
        let line = format!("{before}, no-store");
        prop_assert!(of(&line).no_store);
    }
}
