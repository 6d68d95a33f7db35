//! A problem names its trace, whether it is kept or not.

use bff_testkit::Mode;
use bff_tests::assert_problem;

use super::*;

#[tokio::test]
async fn a_problem_a_line_and_a_span_have_one_trace_id() {
    let collector = Collector::start();
    let bff = unsampled(&collector).start().await;
    bff.services.set("users", Mode::Fail(500));
    let parent = format!("00-{TRACE}-{SPAN}-00");
    let reply = bff.as_user("alice").header("traceparent", parent).get(OVERVIEW).await;
    assert_problem(&reply, 502, "service_failed");
    assert_eq!(reply.json()["trace_id"], TRACE);
    let spans = spans_of(&collector, &reply).await;
    assert_eq!((request(&spans).trace.as_str(), request(&spans).parent.as_str()), (TRACE, SPAN));
    assert_eq!(bff.log_lines(1).await[0]["trace_id"], TRACE);

    let own = bff.anonymous().get(OVERVIEW).await;
    assert_problem(&own, 401, "missing_token");
    let (trace, line) = (own.json()["trace_id"].clone(), bff.log_lines(1).await.pop().expect("a line"));
    assert_eq!((trace.as_str().map(str::len), &line["trace_id"]), (Some(32), &trace));
    assert_ne!(trace, TRACE);
}
