//! W3C trace context: a client's trace is continued with a span for each call, and begun where there is none.

use std::collections::BTreeSet;

use bff_testkit::TestBff;

use super::OVERVIEW;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// Asks with these `traceparent` headers. Returns the trace that all calls and the log line share, and the flags.
async fn trace_of(bff: &TestBff, parents: &[&str]) -> (String, String) {
    bff.services.clear();
    let session =
        parents.iter().fold(bff.as_user("alice"), |session, value| session.header("traceparent", value));
    assert_eq!(session.get(OVERVIEW).await.status, 200);
    let (mut traces, mut spans, mut flags) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let seen = bff.services.all_seen();
    assert_eq!(seen.len(), 3);
    for seen in seen {
        let sent: Vec<_> = seen.header_values("traceparent").collect();
        assert_eq!(sent.len(), 1, "{}", seen.service);
        let parts: Vec<_> = sent[0].split('-').map(str::to_owned).collect();
        assert!(parts.iter().map(String::len).eq([2, 32, 16, 2]), "{sent:?}");
        assert_eq!(parts[0], "00");
        traces.insert(parts[1].clone());
        spans.insert(parts[2].clone());
        flags.insert(parts[3].clone());
    }
    assert_eq!((traces.len(), spans.len(), flags.len()), (1, 3, 1), "one trace, a span a call");
    assert!(!spans.contains(SPAN), "a span of our own");
    let trace = traces.pop_first().expect("one trace");
    let line = bff.log_lines(1).await.pop().expect("a line a request");
    assert_eq!(line["trace_id"], trace.as_str());
    (trace, flags.pop_first().expect("one value"))
}

#[tokio::test]
async fn a_trace_is_continued_with_a_span_a_call() {
    let bff = TestBff::start(bff_web::bff()).await;
    for flags in ["00", "01"] {
        let trace = trace_of(&bff, &[&format!("00-{TRACE}-{SPAN}-{flags}")]).await;
        assert_eq!(trace, (TRACE.to_owned(), flags.to_owned()));
    }
}

#[tokio::test]
async fn a_trace_is_begun_where_there_is_none_that_can_be_continued() {
    let bff = TestBff::start(bff_web::bff()).await;
    let good = format!("00-{TRACE}-{SPAN}-01");
    let (zero, short) = (format!("00-{}-{SPAN}-01", "0".repeat(32)), format!("00-{TRACE}-{SPAN}"));
    let (upper, later) = (format!("00-{}-{SPAN}-01", TRACE.to_uppercase()), format!("ff-{TRACE}-{SPAN}-01"));
    let cases: [&[&str]; 7] = [&[], &[""], &["nonsense"], &[&zero], &[&short], &[&upper], &[&later]];
    let mut begun = BTreeSet::new();
    for parents in cases.into_iter().chain([[good.as_str(), good.as_str()].as_slice()]) {
        let (trace, _) = trace_of(&bff, parents).await;
        assert_ne!(trace, TRACE, "{parents:?}");
        assert_ne!(trace, "0".repeat(32), "{parents:?}");
        assert!(begun.insert(trace), "each a trace of its own");
    }
}
