//! What a client reads: before it has used up what it has, and after.

use bff_testkit::TestBff;
use bff_tests::assert_problem;

use super::{OVERVIEW, statuses, three_each};

#[tokio::test]
async fn who_has_nothing_left_is_told_which_quota_and_for_how_long() {
    let bff = three_each().start().await;
    let alice = bff.as_user("alice");
    assert_eq!(statuses(3, async || alice.get(OVERVIEW).await).await, [200; 3]);
    let reply = alice.get(OVERVIEW).await;
    let detail = assert_problem(&reply, 429, "too_many_requests");
    let wait: u64 = reply.header("retry-after").parse().expect("whole seconds");
    assert!((86_300..=86_400).contains(&wait), "{wait}");
    assert_eq!(detail, format!("nothing is left of the quota caller; wait {wait} s"));
    assert_eq!(reply.json()["violated-policies"], serde_json::json!(["caller"]));
    assert_eq!(reply.header("ratelimit-policy"), r#""caller";q=3;w=259200"#);
    let left = reply.header("ratelimit");
    assert!(left.starts_with(r#""caller";r=0;t=259"#), "{left}");
}

#[tokio::test]
async fn no_service_is_called_for_a_refusal() {
    let bff = three_each().start().await;
    let alice = bff.as_user("alice");
    statuses(3, async || alice.get(OVERVIEW).await).await;
    bff.services.clear();
    assert_eq!(statuses(5, async || alice.get(OVERVIEW).await).await, [429; 5]);
    assert!(bff.services.all_seen().is_empty());
    // The same request of somebody else calls three.
    assert_eq!(bff.as_user("bob").get(OVERVIEW).await.status, 200);
    assert_eq!(bff.services.all_seen().len(), 3);
}

#[tokio::test]
async fn each_answer_says_what_is_left() {
    let bff = three_each().start().await;
    let alice = bff.as_user("alice");
    for left in (0..3).rev() {
        let reply = alice.get(OVERVIEW).await;
        assert!(reply.header("ratelimit").starts_with(&format!(r#""caller";r={left};t="#)));
        assert_eq!(reply.header("ratelimit-policy"), r#""caller";q=3;w=259200"#);
    }
}

#[tokio::test]
async fn answers_say_nothing_where_they_need_not_and_refusals_do() {
    let bff = three_each().set("rate_limits.headers", false).start().await;
    let alice = bff.as_user("alice");
    for _ in 0..3 {
        let reply = alice.get(OVERVIEW).await;
        assert_eq!((reply.header("ratelimit"), reply.header("ratelimit-policy")), ("", ""));
    }
    let reply = alice.get(OVERVIEW).await;
    assert_eq!((reply.status.as_u16(), reply.header("ratelimit").is_empty()), (429, false));
}

#[tokio::test]
async fn a_line_of_the_log_says_which() {
    let bff = three_each().start().await;
    let alice = bff.as_user("alice");
    statuses(4, async || alice.get(OVERVIEW).await).await;
    let lines = bff.log_lines(4).await;
    assert_eq!(lines[3]["status"], 429);
    assert_eq!(
        (&lines[3]["code"], &lines[3]["reason"]),
        (&"too_many_requests".into(), &"quota caller".into())
    );
}

#[tokio::test]
async fn without_limits_nobody_is_refused() {
    let bff = three_each().set("rate_limits.enabled", false).start().await;
    let alice = bff.as_user("alice");
    assert_eq!(statuses(10, async || alice.get(OVERVIEW).await).await, [200; 10]);
    assert_eq!(alice.get(OVERVIEW).await.header("ratelimit"), "");
}

#[tokio::test]
async fn an_empty_configuration_limits() {
    let bff = bff_web::bff();
    let config = bff.check(&bff.builtin_config().with_override("auth.public_only", "true"));
    let limits = config.expect("a good configuration").rate_limits;
    assert!(limits.enabled && !limits.caller.is_empty() && !limits.address.is_empty());
    // Here they are set far apart from what a test can use up.
    let bff = TestBff::start(bff).await;
    assert_ne!(bff.as_user("alice").get(OVERVIEW).await.header("ratelimit-policy"), "");
}
