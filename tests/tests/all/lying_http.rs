//! HTTP services whose answers no client should believe: a required section fails the screen, an optional one becomes
//! null, a fallback its default, each with the reason and without a byte of the lie.

use bff_testkit::{Mode, Nonsense, TestBff};
use bff_tests::assert_problem;
use serde_json::json;

use super::OVERVIEW;

#[tokio::test]
async fn an_optional_section_is_null_and_degraded() {
    let bff = TestBff::start(bff_web::bff()).await;
    let whole = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!((whole.status.as_u16(), whole.degraded()), (200, Vec::new()));
    for lie in Nonsense::ALL {
        bff.services.set("notifications", Mode::Nonsense(lie));
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!(reply.status, 200, "{lie:?}");
        assert_eq!(reply.degraded(), [("notifications".into(), "invalid_reply".into())], "{lie:?}");
        assert_eq!(reply.header("cache-control"), "no-store", "{lie:?}");
        let mut expected = whole.json();
        expected["notifications"] = json!(null);
        expected["_meta"] = reply.json()["_meta"].clone();
        assert_eq!(reply.json(), expected, "{lie:?} touches nothing else");
    }
}

#[tokio::test]
async fn a_required_section_fails_the_screen() {
    let bff = TestBff::start(bff_web::bff()).await;
    for lie in Nonsense::ALL {
        bff.services.set("users", Mode::Nonsense(lie));
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!(reply.code(), "service_failed", "{lie:?}");
        assert_problem(&reply, 502, "service_failed");
        let line = bff.log_lines(1).await.pop().expect("a line a request");
        let reason = line["reason"].as_str().unwrap_or_default();
        assert!(reason.starts_with("users.get invalid_reply: "), "{lie:?}: {line}");
        assert!(!reason.contains("Alice"), "the log quotes no payload: {line}");
    }
    bff.services.reset();
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 200);
}

#[tokio::test]
async fn a_fallback_is_its_default_and_degraded() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    assert_eq!(bff.as_user("alice").get("/mobile/home").await.json()["badge"], 6);
    for lie in Nonsense::ALL {
        bff.services.set("notifications", Mode::Nonsense(lie));
        let reply = bff.as_user("alice").get("/mobile/home").await;
        assert_eq!((reply.status.as_u16(), &reply.json()["badge"]), (200, &json!(0)), "{lie:?}");
        assert_eq!(reply.degraded(), [("badge".into(), "invalid_reply".into())], "{lie:?}");
    }
}

#[tokio::test]
async fn a_reply_that_expands_past_the_limit_is_refused() {
    let bff = TestBff::with(bff_web::bff()).set("services.notifications.compression", true).start().await;
    bff.services.set("notifications", Mode::Nonsense(Nonsense::GzipBomb));
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!(reply.degraded(), [("notifications".into(), "invalid_reply".into())]);
    let line = bff.log_lines(1).await.pop().expect("a line a request");
    assert!(line["sections"].to_string().contains("larger than 4194304 bytes"), "{line}");
    bff.services.reset();
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded(), []);
}

#[tokio::test]
async fn a_lie_in_a_dependent_call_degrades_its_section_only() {
    let bff = TestBff::start(bff_web::bff()).await;
    for lie in Nonsense::ALL {
        bff.services.set("users", Mode::Nonsense(lie));
        let reply = bff.as_user("alice").get("/api/orders/ord-1001").await;
        assert_eq!(reply.degraded(), [("otherParty".into(), "invalid_reply".into())], "{lie:?}");
        assert_eq!(reply.json()["order"]["id"], "ord-1001", "{lie:?}");
        assert!(!reply.json()["invoice"].is_null(), "{lie:?}");
    }
}

#[tokio::test]
async fn a_field_that_a_service_adds_never_leaves_the_bff() {
    let bff = TestBff::start(bff_web::bff()).await;
    for path in [OVERVIEW, "/api/orders/ord-1001"] {
        let reply = bff.as_user("alice").get(path).await;
        let text = String::from_utf8_lossy(&reply.body);
        assert_eq!(reply.status, 200);
        for private in ["internalFlags", "passwordHash", "argon2"] {
            assert!(!text.contains(private), "{path} has {private}");
        }
    }
    let partner = TestBff::start(bff_partner::bff()).await;
    let reply = partner.as_partner("pat", "acme").get("/partner/v1/summary").await;
    assert_eq!(reply.status, 200);
    assert!(!String::from_utf8_lossy(&reply.body).contains("argin"), "internalMargin, internal_margin");
}
