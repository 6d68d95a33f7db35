//! What holds for all heads: stricter words never make anything usable for longer, chance never does, and nothing panics.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

/// How good a reply is at an age: fresh replies by the time that is left.
fn good(verdict: Verdict, since_arrival: Duration) -> (u8, Duration) {
    let Verdict::Keep(terms) = verdict else { return (0, Duration::ZERO) };
    match terms.state(terms.age + since_arrival) {
        State::Fresh { left } => (3, left),
        State::Revalidate => (2, Duration::ZERO),
        State::IfError => (1, Duration::ZERO),
        State::Dead => (0, Duration::ZERO),
    }
}

fn no_better(stricter: Verdict, than: Verdict) -> Result<(), TestCaseError> {
    for seconds in 0..900 {
        let at = secs(seconds);
        prop_assert!(
            good(stricter, at) <= good(than, at),
            "{:?}, but {:?}, after {}",
            stricter,
            than,
            seconds
        );
    }
    Ok(())
}

fn read(headers: &HeaderMap) -> Option<Arc<Head>> {
    Head::of(headers, arrived)
}

/// Adds a directive, at the end of a line or as a line of its own.
fn with(headers: &HeaderMap, directive: &'static str, own_line: bool) -> HeaderMap {
    let mut lines: Vec<_> = headers.get_all(header::CACHE_CONTROL).iter().cloned().collect();
    match lines.last_mut() {
        Some(last) if !own_line => {
            let line = [last.as_bytes(), b", ", directive.as_bytes()].concat();
            *last = HeaderValue::from_bytes(&line).expect("a value");
        }
        _ => lines.push(HeaderValue::from_static(directive)),
    }
    let mut headers = headers.clone();
    headers.remove(header::CACHE_CONTROL);
    headers.extend(lines.into_iter().map(|line| (header::CACHE_CONTROL, line)));
    headers
}

const STRICT: &[&str] = &[
    "no-store",
    "no-cache",
    "no-cache=\"a, b\"",
    "private",
    "private=\"a\"",
    "must-revalidate",
    "proxy-revalidate",
    "No-Store",
    "MUST-REVALIDATE",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_stricter_word_makes_nothing_usable_for_longer(
        headers in heads(true),
        directive in select(STRICT),
        own_line: bool,
        declared in declarations(),
        audience in audiences(),
    ) {
        // With a first `Cache-Control`, `Pragma` is out of force.
        prop_assume!(headers.contains_key(header::CACHE_CONTROL) || !headers.contains_key(header::PRAGMA));
        let (before, after) = (read(&headers), read(&with(&headers, directive, own_line)));
        let by = |head: &Option<Arc<Head>>| judge(head.as_deref(), &declared, audience, &BOUNDS, 0.0);
        no_better(by(&after), by(&before))?;
        let by = |head: &Option<Arc<Head>>| judge_negative(head.as_deref(), &declared, audience, &BOUNDS, 0.0);
        no_better(by(&after), by(&before))?;
        prop_assert!(is_shareable(before.as_deref()) || !is_shareable(after.as_deref()));
    }

    #[test]
    fn chance_only_shortens(headers in heads(true), declared in declarations(), audience in audiences(), jitter: f64) {
        let head = read(&headers);
        let by = |jitter| judge(head.as_deref(), &declared, audience, &BOUNDS, jitter);
        no_better(by(jitter), by(0.0))?;
        if let (Verdict::Keep(early), Verdict::Keep(whole)) = (by(jitter), by(0.0)) {
            prop_assert!(early.fresh_for >= whole.fresh_for.mul_f64(0.9));
        }
    }

    #[test]
    fn what_everyone_may_have_the_caller_may_have_too(headers in heads(true), declared in declarations()) {
        let head = read(&headers);
        let kept = |audience| judge(head.as_deref(), &declared, audience, &BOUNDS, 0.0);
        // But for `s-maxage`, which is for everyone's only.
        prop_assume!(head.as_ref().is_none_or(|head| head.directives().s_maxage.is_none()));
        no_better(kept(Everyone), kept(Caller))?;
    }

    #[test]
    fn no_bytes_make_it_panic(
        fields in vec((select(NAMES), vec(any::<u8>(), 0..40)), 0..8),
        times in vec(any::<u64>(), 8),
        jitter: f64,
        jitter_percent: u32,
        audience in audiences(),
    ) {
        let value = |(name, value): (&'static str, Vec<u8>)| {
            Some((HeaderName::from_static(name), HeaderValue::from_bytes(&value).ok()?))
        };
        let headers: HeaderMap = fields.into_iter().filter_map(value).collect();
        let time = |index: usize| secs(times[index]);
        let bounds = Bounds {
            fresh_at_most: time(0), stale_if_error: time(1), negative: time(2), jitter_percent,
        };
        let declared = Declared {
            fresh_for: Some(time(3)), while_revalidate: Some(time(4)), if_error: Some(time(5)),
        };
        for now in [std::time::UNIX_EPOCH, arrived(), arrived() + secs(times[6] >> 8)] {
            let head = Head::of(&headers, || now);
            for verdict in [
                judge(head.as_deref(), &declared, audience, &bounds, jitter),
                judge_negative(head.as_deref(), &declared, audience, &bounds, jitter),
            ] {
                if let Verdict::Keep(terms) = verdict {
                    terms.state(time(7));
                }
            }
            is_shareable(head.as_deref());
            if let Some(head) = head {
                head.validators().count();
                head.freshened(Head::of(&headers, arrived).as_deref(), now);
            }
        }
    }
}

const NAMES: &[&str] =
    &["cache-control", "pragma", "expires", "age", "date", "vary", "etag", "last-modified", "set-cookie"];
