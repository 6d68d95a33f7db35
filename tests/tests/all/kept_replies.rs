//! What a client may keep of a reply, and what it need not be sent again (RFC 9110 and 9111).

mod on_the_wire;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::SeqCst},
};

use bff_core::{axum, prelude::*};
use bff_services::Notifications;
use bff_testkit::{Mode, Reply, TestBff};
use bff_tests::assert_problem;
use http::{HeaderValue, header};
use serde_json::json;

use super::OVERVIEW;

/// What a reply says of itself to whoever keeps it: status, `Cache-Control`, `ETag`, `Vary`.
fn kept(reply: &Reply) -> (u16, &str, &str, &str) {
    (reply.status.as_u16(), reply.header("cache-control"), reply.header("etag"), reply.header("vary"))
}

const NO_CACHE: &str = "private, no-cache";

/// Asserts that `reply` is a 304 with this tag and nothing of the payload.
#[track_caller]
fn assert_not_modified(reply: &Reply, tag: &str) {
    assert_eq!(kept(reply), (304, NO_CACHE, tag, "Authorization"));
    assert_eq!(reply.body, b"");
    for name in ["content-type", "content-length", "transfer-encoding"] {
        assert!(!reply.headers.contains_key(name), "{name}: {:?}", reply.headers);
    }
    assert!(!reply.header("x-request-id").is_empty());
}

#[tokio::test]
async fn what_the_client_has_is_composed_and_not_sent_again() {
    let bff = TestBff::start(bff_web::bff()).await;
    let alice = bff.as_user("alice");
    let first = alice.get(OVERVIEW).await;
    let tag = first.header("etag").to_owned();
    assert_eq!(kept(&first), (200, NO_CACHE, &*tag, "Authorization"));
    assert!(tag.len() == 36 && tag.starts_with("W/\"") && tag.ends_with('"'), "{tag}");
    assert_eq!(kept(&alice.get(OVERVIEW).await), kept(&first));
    bff.log_lines(2).await;

    let calls = bff.services.count("users");
    let reply = alice.clone().header("if-none-match", &tag).get(OVERVIEW).await;
    assert_not_modified(&reply, &tag);
    assert_eq!(bff.services.count("users"), calls + 1, "whether it is the same, the services know");
    let line = bff.log_lines(1).await.pop().expect("a line a request");
    assert_eq!((&line["status"], &line["request_id"]), (&json!(304), &json!(reply.header("x-request-id"))));

    let restarted = TestBff::start(bff_web::bff()).await;
    let reply = restarted.as_user("alice").header("if-none-match", &tag).get(OVERVIEW).await;
    assert_not_modified(&reply, &tag);
}

#[tokio::test]
async fn a_tag_is_found_in_lists_and_lines_and_rubbish_is_passed_over() {
    let bff = TestBff::start(bff_web::bff()).await;
    let tag = bff.as_user("alice").get(OVERVIEW).await.header("etag").to_owned();
    let strong = tag.trim_start_matches("W/");
    let ask = async |lines: &[&str]| {
        let alice = bff.as_user("alice");
        let alice = lines.iter().fold(alice, |alice, line| alice.header("if-none-match", line));
        alice.get(OVERVIEW).await
    };
    let list = format!("\"a,b\", nonsense, {tag}");
    for lines in [&[strong][..], &["*"], &[&list], &["\"other\"", &tag], &["\"open", &tag, "größe"]] {
        assert_not_modified(&ask(lines).await, &tag);
    }
    let cut = format!("\"{}", &strong[3..]);
    for lines in [&["\"other\""][..], &[""], &["nonsense", ","], &[&cut], &[strong.trim_matches('"')]] {
        let reply = ask(lines).await;
        assert_eq!(kept(&reply), (200, NO_CACHE, &*tag, "Authorization"), "{lines:?}");
        assert_eq!(reply.json()["profile"]["id"], "alice");
    }
}

#[tokio::test]
async fn a_degraded_reply_is_kept_by_nobody() {
    let bff = TestBff::start(bff_web::bff()).await;
    let tag = bff.as_user("alice").get(OVERVIEW).await.header("etag").to_owned();
    bff.services.set("orders", Mode::Fail(503));
    for line in [&tag, "*"] {
        let reply = bff.as_user("alice").header("if-none-match", line).get(OVERVIEW).await;
        assert_eq!(kept(&reply), (200, "no-store", "", "Authorization"));
        assert_eq!(reply.degraded(), [("orders".to_owned(), "unavailable".to_owned())]);
    }
    bff.services.reset();
    let reply = bff.as_user("alice").header("if-none-match", &tag).get(OVERVIEW).await;
    assert_not_modified(&reply, &tag);
}

#[tokio::test]
async fn the_reply_to_a_write_is_kept_by_nobody() {
    let bff = TestBff::start(bff_web::bff()).await;
    let order = json!({ "items": [{ "sku": "BK-978022", "quantity": 2 }], "idempotencyKey": "press-1" });
    let reply = bff.as_user("alice").header("if-none-match", "*").post("/api/orders", &order).await;
    assert_eq!(kept(&reply), (200, "no-store", "", "Authorization"));
    assert_eq!(reply.json()["order"]["customer"], "alice");
}

#[tokio::test]
async fn an_error_has_no_tag_and_is_never_unmodified() {
    let bff = TestBff::start(bff_web::bff()).await;
    let conditional = |user| bff.as_user(user).header("if-none-match", "*");
    bff.services.set("users", Mode::Fail(503));
    let failed = conditional("alice").get(OVERVIEW).await;
    assert_problem(&failed, 502, "service_failed");
    let absent = conditional("alice").get("/api/orders/ord-0000").await;
    assert_problem(&absent, 404, "not_found");
    let unknown = conditional("alice").get("/nowhere").await;
    assert_problem(&unknown, 404, "unknown_path");
    let refused = bff.anonymous().header("if-none-match", "*").get(OVERVIEW).await;
    assert_problem(&refused, 401, "missing_token");
    for reply in [failed, absent, unknown, refused] {
        assert!(!reply.headers.contains_key("etag"), "{:?}", reply.headers);
    }
}

#[tokio::test]
async fn two_callers_do_not_share_a_reply() {
    let bff = TestBff::start(bff_web::bff()).await;
    let alices = bff.as_user("alice").get(OVERVIEW).await;
    let tag = alices.header("etag");
    let bobs = bff.as_user("bob").header("if-none-match", tag).get(OVERVIEW).await;
    assert_eq!((bobs.status.as_u16(), &bobs.json()["profile"]["id"]), (200, &json!("bob")));
    assert_ne!(bobs.header("etag"), tag);
}

/// A number that changes, beside what a service says.
#[derive(Screen)]
struct Edition {
    number: u32,
    unread: Required<u32>,
}

/// What everybody may see.
#[derive(Screen)]
struct Greeting {
    text: &'static str,
}

async fn greeting() -> Greeting {
    Greeting { text: "hello" }
}

async fn in_a_language() -> ([(header::HeaderName, HeaderValue); 1], Greeting) {
    ([(header::VARY, HeaderValue::from_static("Accept-Language"))], Greeting { text: "hello" })
}

/// No screen: it says itself what may be kept.
async fn logo() -> impl axum::response::IntoResponse {
    ([(header::ETAG, "\"logo-1\""), (header::CACHE_CONTROL, "public, max-age=60")], "<svg/>")
}

async fn start() -> (TestBff, Arc<AtomicU32>) {
    let number = Arc::new(AtomicU32::new(1));
    let current = Arc::clone(&number);
    let edition = async move |notifications: Notifications| Edition {
        number: current.load(SeqCst),
        unread: notifications.unread_count().required(),
    };
    let routes = Routes::new()
        .get("/edition", edition, signed_in())
        .get("/greeting", greeting, public())
        .get("/language", in_a_language, signed_in())
        .get("/public-language", in_a_language, public())
        .get("/logo", logo, public());
    let bff = Bff::new("bff-tiny", "tiny.toml", "").services::<(Notifications,)>().routes(routes);
    (TestBff::start(bff).await, number)
}

#[tokio::test]
async fn what_has_changed_is_sent_with_another_tag() {
    let (bff, number) = start().await;
    let first = bff.as_user("alice").get("/edition").await;
    let tag = first.header("etag").to_owned();
    let ask = async || bff.as_user("alice").header("if-none-match", &tag).get("/edition").await;
    assert_not_modified(&ask().await, &tag);
    number.store(2, SeqCst);
    let reply = ask().await;
    assert_eq!((reply.status.as_u16(), &reply.json()["number"]), (200, &json!(2)));
    assert_ne!(reply.header("etag"), tag);
    number.store(1, SeqCst);
    assert_not_modified(&ask().await, &tag);
}

#[tokio::test]
async fn a_reply_varies_with_the_token_only_where_the_token_is_looked_at() {
    let (bff, _) = start().await;
    let vary = async |path: &str, tag: &str| -> (u16, Vec<String>) {
        let reply = bff.as_user("alice").header("if-none-match", tag).get(path).await;
        let lines = reply.headers.get_all("vary").iter();
        (reply.status.as_u16(), lines.map(|line| line.to_str().expect("ASCII").to_owned()).collect())
    };
    for (tag, status) in [("\"other\"", 200), ("*", 304)] {
        let expected = |lines: &[&str]| (status, lines.iter().map(ToString::to_string).collect());
        assert_eq!(vary("/edition", tag).await, expected(&["Authorization"]));
        assert_eq!(vary("/greeting", tag).await, expected(&[]));
        assert_eq!(vary("/language", tag).await, expected(&["Accept-Language", "Authorization"]));
        assert_eq!(vary("/public-language", tag).await, expected(&["Accept-Language"]));
    }
    let greeting = bff.anonymous().get("/greeting").await;
    let tag = greeting.header("etag");
    assert_eq!(kept(&greeting), (200, NO_CACHE, tag, ""), "no call says how long it holds");
    assert_eq!(bff.as_user("alice").get("/greeting").await.header("etag"), tag);
}

#[tokio::test]
async fn a_handler_that_is_no_screen_says_itself_what_may_be_kept() {
    let (bff, _) = start().await;
    let reply = bff.as_user("alice").header("if-none-match", "\"logo-1\"").get("/logo").await;
    assert_eq!(kept(&reply), (200, "public, max-age=60", "\"logo-1\"", ""));
    assert_eq!(reply.body, b"<svg/>");
}
