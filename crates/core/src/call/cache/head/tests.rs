//! What is read of a head.

mod freshened;

use std::cell::Cell;

use super::{super::testing::*, *};

#[test]
fn most_replies_have_none_and_read_no_clock() {
    for text in
        ["", "content-type: application/json | content-length: 5 | date: Fri, 06 Nov 2026 11:00:00 GMT"]
    {
        assert_eq!(Head::of(&headers(text), || unreachable!("nobody asks for the time")), None);
    }
    let telling = [
        "cache-control: x",
        "expires: 0",
        "pragma: x",
        "etag: x",
        "last-modified: x",
        "vary: x",
        "set-cookie: x",
        "age: 0",
    ];
    for text in telling {
        let reads = Cell::new(0);
        let now = || {
            reads.set(reads.get() + 1);
            arrived()
        };
        assert!(Head::of(&headers(text), now).is_some(), "{text}");
        assert_eq!(reads.get(), 1, "{text}");
    }
}

#[test]
fn it_is_as_old_as_the_oldest_says() {
    let cases = [
        ("etag: x", 0),
        ("age: 0", 0),
        ("age: 7", 7),
        ("age: 7 | age: 70", 70),
        ("age: 7, 70, 8", 70),
        ("age: 7 | date: Fri, 06 Nov 2026 11:59:00 GMT", 60),
        ("age: 70 | date: Fri, 06 Nov 2026 11:59:00 GMT", 70),
        ("age: 7 | date: Friday, 06-Nov-26 11:59:00 GMT", 60),
        ("age: 7 | date: Fri, 06 Nov 2026 12:01:00 GMT", 7),
        ("age: 7 | date: yesterday", 7),
        ("age: 7 | date: yesterday | date: Fri, 06 Nov 2026 11:59:00 GMT", 60),
        ("age: 7 | date: Fri, 06 Nov 2026 12:00:00 GMT | date: Fri, 06 Nov 2026 11:58:00 GMT", 120),
        ("age: 99999999999999999999", 1 << 31),
        ("age:", 1 << 31),
        ("age: -1", 1 << 31),
        ("age: 1.5", 1 << 31),
        ("age: 5, soon", 1 << 31),
    ];
    for (text, expected) in cases {
        assert_eq!(head(text).expect("a head").age(), secs(expected), "{text}");
    }
}

#[test]
fn dates_are_whole_seconds_and_so_is_the_age_by_the_clock() {
    let almost = || arrived() + Duration::from_millis(999);
    let of = |text: &str| Head::of(&headers(text), almost).expect("a head");
    assert_eq!(of(&format!("etag: x | date: {ARRIVED}")).age(), secs(0));
    assert_eq!(of("etag: x | date: Fri, 06 Nov 2026 11:59:59 GMT").age(), secs(1));
}

#[test]
fn the_service_says_how_long_it_is_fresh() {
    let later = "Fri, 06 Nov 2026 12:01:00 GMT";
    let cases = [
        ("etag: x", None, None),
        ("cache-control: max-age=60", Some(60), Some(60)),
        ("cache-control: max-age=60, s-maxage=5", Some(60), Some(5)),
        ("cache-control: s-maxage=5", None, Some(5)),
        ("cache-control: public, immutable", None, None),
        ("expires: {later}", Some(60), Some(60)),
        ("expires: {later} | date: Fri, 06 Nov 2026 11:59:30 GMT", Some(90), Some(90)),
        ("expires: {later} | date: Fri, 06 Nov 2026 12:02:00 GMT", Some(0), Some(0)),
        ("expires: {later} | date: x", Some(60), Some(60)),
        ("expires: {later} | cache-control: max-age=5", Some(5), Some(5)),
        ("expires: {later} | cache-control: s-maxage=5", Some(60), Some(5)),
        ("expires: {later} | cache-control: private", Some(60), Some(60)),
        ("expires: {later} | expires: Fri, 06 Nov 2026 12:00:10 GMT", Some(10), Some(10)),
        ("expires: {later} | expires: 0", Some(0), Some(0)),
        ("expires: Fri, 06 Nov 2026 11:00:00 GMT", Some(0), Some(0)),
        ("expires: 0", Some(0), Some(0)),
        ("expires: -1", Some(0), Some(0)),
        ("expires: Fri, 06 Nov 2026 12:01:00 CET", Some(0), Some(0)),
    ];
    for (text, caller, everyone) in cases {
        let head = head(&text.replace("{later}", later)).expect("a head");
        assert_eq!(head.freshness(Audience::Caller), caller.map(secs), "{text}");
        assert_eq!(head.freshness(Audience::Everyone), everyone.map(secs), "{text}");
    }
}

#[test]
fn pragma_counts_where_there_is_no_cache_control() {
    let no_cache = |text| head(text).expect("a head").directives().no_cache;
    assert!(no_cache("pragma: no-cache"));
    assert!(!no_cache("pragma: no-cache | cache-control: max-age=5"));
    assert!(!no_cache("pragma: x"));
}

#[test]
fn both_validators_are_asked_with() {
    let of = |text: &str| -> HeaderMap { head(text).expect("a head").validators().collect() };
    let modified = "Fri, 06 Nov 2026 11:00:00 GMT";
    assert_eq!(
        of(&format!("etag: W/\"a\" | last-modified: {modified}")),
        headers(&format!("if-none-match: W/\"a\" | if-modified-since: {modified}"))
    );
    assert_eq!(of("etag: \"a\""), headers("if-none-match: \"a\""));
    assert_eq!(of(&format!("last-modified: {modified}")), headers(&format!("if-modified-since: {modified}")));
    assert_eq!(of("etag: * | last-modified: 0"), HeaderMap::new());
}
