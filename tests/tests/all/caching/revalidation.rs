//! What is stale is asked for with its validators, and a 304 makes it new without its body (RFC 9111, 4.3).

use bff_testkit::{
    Mode,
    raw::{Raw, RawService},
};

use super::*;

const TAG: (&str, &str) = ("etag", "\"one\"");
const DAY: (&str, &str) = ("last-modified", "Sat, 14 Mar 2026 10:00:00 GMT");

/// What the service was asked with, call by call.
fn asked_with(bff: &TestBff, name: &str) -> Vec<Option<String>> {
    bff.services.seen("users.get").iter().map(|seen| seen.header(name).map(str::to_owned)).collect()
}

#[tokio::test]
async fn the_service_says_304_and_the_screen_is_the_same() {
    for (validator, header) in [(TAG, "if-none-match"), (DAY, "if-modified-since")] {
        let bff = web_where_all_say("max-age=60").await;
        bff.services.says_headers("users.get", [validator, ("cache-control", "no-cache")]);
        let first = overview(&bff, "alice").await;
        for _ in 0..3 {
            let again = overview(&bff, "alice").await;
            assert_eq!((again.status.as_u16(), &again.body), (200, &first.body));
            assert_eq!(again.header("cache-control"), "private, no-cache");
        }
        let named = Some(validator.1.to_owned());
        assert_eq!(asked_with(&bff, header), [None, named.clone(), named.clone(), named], "{header}");
        assert_eq!(asked(&bff), [4, 1, 1]);
        // Another caller has nothing to ask with.
        assert_eq!(overview(&bff, "bob").await.status, 200);
        assert_eq!(asked_with(&bff, header).last(), Some(&None));
    }
}

#[tokio::test]
async fn a_304_renews_it_for_the_time_that_it_says() {
    let bff = web_where_all_say("max-age=60").await;
    bff.services.says_headers("users.get", [TAG, ("cache-control", "max-age=0")]);
    overview(&bff, "alice").await;
    bff.services.says_headers("users.get", [TAG, ("cache-control", "max-age=60")]);
    for _ in 0..5 {
        assert_eq!(overview(&bff, "alice").await.json()["profile"]["id"], "alice");
    }
    assert_eq!(asked_with(&bff, "if-none-match"), [None, Some("\"one\"".to_owned())]);
}

#[tokio::test]
async fn what_has_changed_comes_whole_and_with_a_tag_of_its_own() {
    let bff = web_where_all_say("max-age=60").await;
    for tag in ["\"one\"", "\"two\"", "\"three\""] {
        bff.services.says_headers("users.get", [("etag", tag), ("cache-control", "no-cache")]);
        assert_eq!(overview(&bff, "alice").await.json()["profile"]["id"], "alice");
    }
    let tag = |tag: &str| Some(tag.to_owned());
    assert_eq!(asked_with(&bff, "if-none-match"), [None, tag("\"one\""), tag("\"two\"")]);
}

#[tokio::test]
async fn the_tag_outlives_a_failure_of_the_service() {
    let bff = web_where_all_say("max-age=60").await;
    bff.services.says_headers("users.get", [TAG, ("cache-control", "max-age=0")]);
    overview(&bff, "alice").await;
    bff.services.next("users.get", [Mode::Fail(500)]);
    assert_eq!(overview(&bff, "alice").await.fallbacks(), reasons(&[("profile", "stale")]));
    assert_eq!(overview(&bff, "alice").await.degraded(), []);
    let one = Some("\"one\"".to_owned());
    assert_eq!(asked_with(&bff, "if-none-match"), [None, one.clone(), one]);
}

/// A service that says so unasked has said nothing.
#[tokio::test]
async fn a_304_that_nobody_asked_for_is_no_answer() {
    let head = b"HTTP/1.1 304 Not Modified\r\nETag: \"one\"\r\nCache-Control: max-age=60\r\n\r\n";
    let service = RawService::start(Raw::Close(head.to_vec())).await;
    let bff = exact(bff_web::bff()).set("services.notifications.url", service.url()).start().await;
    for _ in 0..2 {
        let reply = overview(&bff, "alice").await;
        assert_eq!(reply.degraded(), reasons(&[("notifications", "refused")]));
    }
}
