//! Heads for tests: from text, and random ones.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::{HeaderMap, HeaderName, HeaderValue};
use proptest::{collection::vec, option, prelude::*, sample::select};

use super::{
    head::Head,
    terms::{Audience, Bounds, Declared},
};

/// When replies arrive here.
pub(super) const ARRIVED: &str = "Fri, 06 Nov 2026 12:00:00 GMT";

pub(super) const BOUNDS: Bounds =
    Bounds { fresh_at_most: secs(30), stale_if_error: secs(300), negative: secs(1), jitter_percent: 10 };

pub(super) const NOTHING: Declared = Declared { fresh_for: None, while_revalidate: None, if_error: None };

pub(super) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn arrived() -> SystemTime {
    httpdate::parse_http_date(ARRIVED).expect("it is a date")
}

/// Headers from `name: value | name: value`.
pub(super) fn headers(text: &str) -> HeaderMap {
    let lines = text.split('|').filter(|line| !line.trim().is_empty());
    let line = |line: &str| {
        let (name, value) = line.split_once(':').expect("a name and a value");
        let name: HeaderName = name.trim().parse().expect("a name");
        (name, HeaderValue::from_bytes(value.trim().as_bytes()).expect("a value"))
    };
    lines.map(line).collect()
}

pub(super) fn head(text: &str) -> Option<Arc<Head>> {
    Head::of(&headers(text), arrived)
}

pub(super) fn audiences() -> impl Strategy<Value = Audience> {
    select(&[Audience::Caller, Audience::Everyone])
}

/// What is declared, if anything is.
pub(super) fn declarations() -> impl Strategy<Value = Declared> {
    let time = || option::of((0_u64..400).prop_map(secs));
    (time(), time(), time()).prop_map(|(fresh_for, while_revalidate, if_error)| Declared {
        fresh_for,
        while_revalidate,
        if_error,
    })
}

/// Random heads of all that is judged, most of it well-formed; `odd` makes them hold what another reader may take for
/// something else.
pub(super) fn heads(odd: bool) -> impl Strategy<Value = HeaderMap> {
    let fields = (
        vec(vec(directives(odd), 1..4).prop_map(|line| line.join(", ")), 0..3),
        option::of(
            prop_oneof![8 => (0_u64..200).prop_map(|age| age.to_string()), 1 => select(AGES).prop_map(str::to_owned)],
        ),
        option::of(dates()),
        option::weighted(
            0.3,
            prop_oneof![4 => dates(), 1 => select(&["0", "tomorrow"]).prop_map(str::to_owned)],
        ),
        option::weighted(0.3, select(VARIES)),
        vec(select(OTHERS), 0..2),
    );
    fields.prop_map(|(control, age, date, expires, vary, others)| {
        let control = control.into_iter().map(|value| ("cache-control", value));
        let age = age.map(|value| ("age", value));
        let date = date.map(|value| ("date", value));
        let expires = expires.map(|value| ("expires", value));
        let vary = vary.map(|value| ("vary", value.to_owned()));
        let others = others.into_iter().map(|(name, value)| (name, value.to_owned()));
        let all = control.chain(age).chain(date).chain(expires).chain(vary).chain(others);
        all.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(&value).expect("text")))
            .collect()
    })
}

const AGES: &[&str] = &["-1", "1.5", "soon", "5, 100", "99999999999999999999"];

const VARIES: &[&str] = &[
    "*",
    "accept, *",
    "accept",
    "Accept-Encoding, X-Tenant",
    "x-request-id",
    "accept, TraceParent",
    "x-request-timeout-ms",
    "x-user-id",
];

const OTHERS: &[(&str, &str)] = &[
    ("pragma", "no-cache"),
    ("set-cookie", "a=b"),
    ("etag", "\"one\""),
    ("etag", "W/\"two\""),
    ("last-modified", "Fri, 06 Nov 2026 11:00:00 GMT"),
];

fn directives(odd: bool) -> impl Strategy<Value = String> {
    let timed = (select(&["max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"]), 0_u64..400);
    let flag = select(&[
        "no-store",
        "no-cache",
        "private",
        "must-revalidate",
        "proxy-revalidate",
        "public",
        "immutable",
        "must-understand",
        "private=\"x-a\"",
        "no-cache=\"x-a, x-b\"",
        "max-age",
        "max-age=soon",
        "s-maxage=-1",
        "unknown=7",
    ]);
    let strange = select(&[
        "No-Store",
        "MAX-AGE=9",
        "a=\"b, no-store\"",
        "a=\"b",
        "max-age=\"9",
        "max-age=\"1\\0\"",
        "=",
        "\"",
        "private;a",
        "max-age = 9",
        "max-age=99999999999999999999",
        "",
    ]);
    prop_oneof![
        16 => timed.clone().prop_map(|(name, time)| format!("{name}={time}")),
        1 => timed.prop_map(|(name, time)| format!("{name}=\"{time}\"")),
        4 => flag.prop_map(str::to_owned),
        (if odd { 4 } else { 0 }) => strange.prop_map(str::to_owned),
    ]
}

/// Around the arrival.
fn dates() -> impl Strategy<Value = String> {
    (0_u64..400).prop_map(|offset| httpdate::fmt_http_date(arrived() - secs(100) + secs(offset)))
}
