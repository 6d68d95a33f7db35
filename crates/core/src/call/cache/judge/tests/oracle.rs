//! Beside the crate `http-cache-semantics`, another reading of the RFC: what we call fresh it calls fresh too.
//!
//! It is looser where an `Age` is no number or a `Date` is old (it passes over both), where a directive comes twice (the
//! first counts) or `max-age` has no number (`Expires` counts), and it gives everyone `Set-Cookie` beside `public` and what
//! varies by who asks. It is stricter in one point, `proxy-revalidate`, which to it means stale at once, and does not know
//! names in capitals, commas in quotes and more seconds than a u64 has: such heads are not compared. Of stale replies it
//! says nothing.

use http::{Request, Response};
use http_cache_semantics::{BeforeRequest, CacheOptions, CachePolicy};
use proptest::{option, prelude::*, sample::select};

use super::*;

fn request(id: &str) -> Request<()> {
    let builder = Request::get("http://orders/orders/o-1").header("accept", "application/json");
    builder
        .header("x-request-id", id)
        .header("traceparent", id)
        .header("x-request-timeout-ms", id)
        .body(())
        .expect("valid")
}

/// Whether another request may have this reply so long after it came.
fn is_fresh_by_oracle(headers: &http::HeaderMap, audience: Audience, since_arrival: Duration) -> bool {
    let mut response = Response::new(());
    *response.headers_mut() = headers.clone();
    let options = CacheOptions {
        shared: audience == Everyone,
        cache_heuristic: 0.0,
        immutable_min_time_to_live: Duration::ZERO,
        ignore_cargo_cult: false,
    };
    let policy = CachePolicy::new_options(&request("1"), &response, arrived(), options);
    let now = arrived() + since_arrival;
    let fresh = matches!(policy.before_request(&request("2"), now), BeforeRequest::Fresh(_));
    fresh && policy.is_storable() && !policy.is_stale(now)
}

/// For how long it is fresh after it came.
fn fresh(headers: &http::HeaderMap, audience: Audience) -> Duration {
    let head = Head::of(headers, arrived);
    match judge(head.as_deref(), &NOTHING, audience, &BOUNDS, 0.0) {
        Verdict::Keep(terms) => terms.fresh_for.saturating_sub(terms.age),
        Verdict::Unkept { .. } => Duration::ZERO,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]

    /// To its last nanosecond.
    #[test]
    fn what_is_fresh_is_fresh_by_the_oracle(headers in heads(false), audience in audiences()) {
        let mut said = headers.get_all("cache-control").iter().filter_map(|line| line.to_str().ok());
        let compared = audience == Caller || !said.any(|line| line.contains("proxy-revalidate"));
        let left = fresh(&headers, audience);
        if compared && left > Duration::ZERO {
            prop_assert!(is_fresh_by_oracle(&headers, audience, left.saturating_sub(Duration::from_nanos(1))));
        }
    }

    /// Where nothing is odd, each is as strict as the other.
    #[test]
    fn a_plain_reply_is_as_fresh_as_by_the_oracle(
        control in plain(),
        expires in option::of(0_u64..300),
        age in option::of(0_u64..100),
        audience in audiences(),
        at in 0_u64..400,
    ) {
        let age = age.map(|age| format!("| age: {age}")).unwrap_or_default();
        let date = |offset| httpdate::fmt_http_date(arrived() + secs(offset));
        let expires = expires.map(|at| format!("| expires: {}", date(at))).unwrap_or_default();
        let headers = headers(&format!("date: {ARRIVED} | cache-control: {control} {age} {expires}"));
        prop_assert_eq!(fresh(&headers, audience) > secs(at), is_fresh_by_oracle(&headers, audience, secs(at)));
    }
}

/// A line that says each thing once.
fn plain() -> impl Strategy<Value = String> {
    let time = |name: &'static str| option::of((0_u64..300).prop_map(move |time| format!("{name}={time}")));
    let flag = option::of(select(&["no-store", "no-cache", "private", "must-revalidate", "public", "x=1"]));
    (time("max-age"), option::weighted(0.2, time("s-maxage")), flag).prop_map(|(max_age, s_maxage, flag)| {
        let parts = [max_age, s_maxage.flatten(), flag.map(str::to_owned)];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    })
}
