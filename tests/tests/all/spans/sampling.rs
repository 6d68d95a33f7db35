//! Who decides whether a trace is kept: a proxy that we trust, or we; never a client from outside.

use bff_testkit::Mode;

use super::*;

const HERE: &str = r#"["127.0.0.0/8", "::1/128"]"#;

/// Asks with this flag. Whether services were told that the trace is kept, and whether it was.
async fn asked(collector: &Collector, bff: &TestBff, flags: &str) -> (bool, bool) {
    bff.services.clear();
    bff.services.set("orders", Mode::Ok);
    let session = bff.as_user("alice").header("traceparent", format!("00-{TRACE}-{SPAN}-{flags}"));
    let reply = session.get(OVERVIEW).await;
    let told = bff.services.all_seen().iter().all(|seen| {
        let parent = seen.header("traceparent").expect("it was told of the trace").to_owned();
        assert!(parent.contains(TRACE) && !parent.contains(SPAN), "the trace is continued: {parent}");
        parent.ends_with("-01")
    });
    // What comes after it is kept in any case, so once that has come, the first one has or never will.
    bff.services.set("orders", Mode::Fail(500));
    let degraded = bff.as_user("alice").get(OVERVIEW).await;
    spans_of(collector, &degraded).await;
    let id = reply.header("x-request-id").to_owned();
    let spans = collector.spans();
    let kept = spans.iter().find(|span| span.kind == "server" && span.text("bff.request_id") == id);
    if let Some(kept) = kept {
        assert_eq!((kept.trace.as_str(), kept.parent.as_str()), (TRACE, SPAN));
        assert_eq!(kept.flags, 0x301, "sampled, and the parent is another program's");
    }
    (told, kept.is_some())
}

#[tokio::test]
async fn a_trusted_proxy_decides_and_an_outsider_does_not() {
    for (proxies, parent, believed) in
        [(HERE, "proxies", true), ("[]", "proxies", false), ("[]", "anyone", true), (HERE, "nobody", false)]
    {
        let collector = Collector::start();
        let with = |ratio| to(&collector).set("traces.ratio", ratio).set("trust.proxies", proxies);
        let none = with(0).set("traces.parent", parent).without_breakers().start().await;
        assert_eq!(asked(&collector, &none, "01").await, (believed, believed), "{proxies} {parent}");
        let all = with(1).set("traces.parent", parent).without_breakers().start().await;
        assert_eq!(asked(&collector, &all, "00").await, (!believed, !believed), "{proxies} {parent}");
    }
}

/// The trace id's end is what a ratio goes by: one that is all zeros is in every ratio but 0.
#[tokio::test]
async fn an_outsider_can_not_choose_a_trace_id_that_is_kept() {
    let collector = Collector::start();
    let bff = to(&collector).set("traces.ratio", 0.01).start().await;
    let chosen = format!("00-{}0000000000000001-{SPAN}-01", "1".repeat(16));
    let mut told = 0;
    for _ in 0..60 {
        bff.services.clear();
        bff.as_user("alice").header("traceparent", &chosen).get(OVERVIEW).await;
        let seen = bff.services.seen("users");
        told += usize::from(seen[0].header("traceparent").is_some_and(|parent| parent.ends_with("-01")));
    }
    assert!(told < 30, "one in a hundred, and not {told} of 60");
}
