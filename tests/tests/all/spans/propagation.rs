//! B3, in and out, beside the W3C's form.

use super::*;

/// Asks the BFF with these headers. What the users service was told, and the id of that attempt.
async fn told(
    collector: &Collector,
    bff: &TestBff,
    came: &[(&str, &str)],
) -> (Vec<(String, String)>, CollectedSpan, String) {
    bff.services.clear();
    let session =
        came.iter().fold(bff.as_user("alice"), |session, (name, value)| session.header(name, value));
    let spans = spans_of(collector, &session.get(OVERVIEW).await).await;
    let seen = bff.services.seen("users").pop().expect("it was asked");
    let of_trace = |name: &str| name == "traceparent" || name == "b3" || name.starts_with("x-b3-");
    let headers = seen.headers.into_iter().filter(|(name, _)| of_trace(name)).collect();
    (headers, request(&spans).clone(), attempts(&spans, "users.get")[0].id.clone())
}

fn pairs<const N: usize>(pairs: [(&str, String); N]) -> Vec<(String, String)> {
    pairs.map(|(name, value)| (name.to_owned(), value)).into()
}

#[tokio::test]
async fn b3_in_one_header_is_continued() {
    let collector = Collector::start();
    let bff = traced(&collector).set("traces.propagation", r#"["b3"]"#).start().await;
    let (headers, root, attempt) = told(&collector, &bff, &[("b3", &format!("{TRACE}-{SPAN}-0"))]).await;
    assert_eq!((root.trace.as_str(), root.parent.as_str()), (TRACE, SPAN));
    assert_eq!(headers, pairs([("b3", format!("{TRACE}-{attempt}-1"))]), "an outsider's 0 is not heeded");
    // Nobody asked for that form, so it says nothing.
    let (_, root, _) = told(&collector, &bff, &[("traceparent", &format!("00-{TRACE}-{SPAN}-01"))]).await;
    assert_ne!(root.trace, TRACE);
}

#[tokio::test]
async fn b3_in_several_headers_is_continued() {
    let collector = Collector::start();
    let bff = traced(&collector).set("traces.propagation", r#"["b3multi"]"#).start().await;
    let came =
        [("X-B3-TraceId", TRACE), ("X-B3-SpanId", SPAN), ("X-B3-Sampled", "1"), ("X-B3-ParentSpanId", SPAN)];
    let (mut headers, root, attempt) = told(&collector, &bff, &came).await;
    assert_eq!((root.trace.as_str(), root.parent.as_str()), (TRACE, SPAN));
    headers.sort();
    let expected =
        [("x-b3-sampled", "1".to_owned()), ("x-b3-spanid", attempt), ("x-b3-traceid", TRACE.to_owned())];
    assert_eq!(headers, pairs(expected), "and nothing that the client sent");
    let (_, root, _) = told(&collector, &bff, &came[..1]).await;
    assert_ne!(root.trace, TRACE, "half of it is malformed");
}

#[tokio::test]
async fn of_two_forms_the_w3cs_counts_and_both_are_sent_on() {
    let collector = Collector::start();
    let bff = traced(&collector).set("traces.propagation", r#"["b3", "tracecontext"]"#).start().await;
    let other = "1".repeat(32);
    let came = [("b3", format!("{other}-{SPAN}-1")), ("traceparent", format!("00-{TRACE}-{SPAN}-01"))];
    let came = came.each_ref().map(|(name, value)| (*name, value.as_str()));
    let (mut headers, root, attempt) = told(&collector, &bff, &came).await;
    assert_eq!(root.trace, TRACE);
    headers.sort();
    let (b3, parent) = (format!("{TRACE}-{attempt}-1"), format!("00-{TRACE}-{attempt}-01"));
    assert_eq!(headers, pairs([("b3", b3), ("traceparent", parent)]));
    let (_, root, _) = told(&collector, &bff, &came[..1]).await;
    assert_eq!(root.trace, other);
}
