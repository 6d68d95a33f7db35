//! Services that answer with an error: its reason where the section can do without, its problem where it can't. The table
//! is the registry of `call::Reason`.

use bff_testkit::{Mode, TestBff};
use bff_tests::assert_problem;

use super::OVERVIEW;

type Row = (u16, [&'static str; 2], [(u16, &'static str); 2]);

/// What a service answers; the reason over HTTP and over gRPC; status and code if the section is required.
const TABLE: [Row; 12] = [
    (400, ["invalid_request", "invalid_request"], [(400, "invalid_request"); 2]),
    (401, ["unauthenticated", "unauthenticated"], [(502, "service_failed"); 2]),
    (403, ["forbidden", "forbidden"], [(403, "forbidden"); 2]),
    (404, ["not_found", "not_found"], [(404, "not_found"); 2]),
    (409, ["conflict", "conflict"], [(409, "conflict"); 2]),
    (412, ["conflict", "conflict"], [(409, "conflict"); 2]),
    (422, ["invalid_request", "failed"], [(400, "invalid_request"), (502, "service_failed")]),
    (429, ["rejected", "rejected"], [(502, "service_failed"); 2]),
    (500, ["failed", "failed"], [(502, "service_failed"); 2]),
    (501, ["failed", "refused"], [(502, "service_failed"); 2]),
    (503, ["unavailable", "unavailable"], [(502, "service_failed"); 2]),
    // A gateway that gave up says so over HTTP; over gRPC the deadline that we sent has passed.
    (504, ["unavailable", "timeout"], [(502, "service_failed"), (504, "service_timeout")]),
];

#[tokio::test]
async fn an_optional_section_says_the_reason() {
    let bff = TestBff::with(bff_web::bff()).without_breakers().start().await;
    for (status, [http, grpc], _) in TABLE {
        bff.services.set("notifications", Mode::Fail(status));
        bff.services.set("orders", Mode::Fail(status));
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!(reply.status, 200);
        let degraded = [("orders".into(), grpc.into()), ("notifications".into(), http.into())];
        assert_eq!(reply.degraded(), degraded, "{status}");
        assert!(reply.json()["orders"].is_null() && reply.json()["notifications"].is_null());
        assert_eq!(reply.json()["profile"]["id"], "alice");
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    bff.services.reset();
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded(), []);
}

#[tokio::test]
async fn a_fallback_says_the_reason_beside_its_default() {
    let bff = TestBff::with(bff_mobile::bff()).without_breakers().start().await;
    for (status, [http, _], _) in TABLE {
        bff.services.set("notifications", Mode::Fail(status));
        let reply = bff.as_user("alice").get("/mobile/home").await;
        assert_eq!((reply.status.as_u16(), &reply.json()["badge"]), (200, &0.into()));
        assert_eq!(reply.degraded(), [("badge".into(), http.into())], "{status}");
    }
}

#[tokio::test]
async fn a_required_section_makes_it_a_problem() {
    let bff = TestBff::with(bff_web::bff()).without_breakers().start().await;
    for (status, [http, grpc], [over_http, over_grpc]) in TABLE {
        for (service, path, operation, reason, (expected, code)) in [
            ("users", OVERVIEW, "users.get", http, over_http),
            ("orders", "/api/orders/ord-1001", "orders.get", grpc, over_grpc),
        ] {
            bff.services.reset();
            bff.services.set(service, Mode::Fail(status));
            let reply = bff.as_user("alice").get(path).await;
            assert_eq!(reply.code(), code, "{service} {status}: {}", reply.json());
            assert_problem(&reply, expected, code);
            let line = bff.log_lines(1).await.pop().expect("a line a request");
            let logged = line["reason"].as_str().unwrap_or_default();
            assert!(logged.starts_with(&format!("{operation} {reason}: ")), "{service} {status}: {line}");
        }
    }
}

#[tokio::test]
async fn an_order_without_an_invoice_is_whole() {
    let bff = TestBff::with(bff_web::bff()).without_breakers().start().await;
    let reply = bff.as_user("alice").get("/api/orders/ord-1007").await;
    assert_eq!((reply.status.as_u16(), reply.degraded()), (200, Vec::new()));
    assert!(reply.json()["invoice"].is_null());
}

#[tokio::test]
async fn everything_optional_may_fail_at_once() {
    let bff = TestBff::with(bff_mobile::bff()).without_breakers().start().await;
    bff.services.set("notifications", Mode::Fail(500));
    bff.services.set("orders", Mode::Fail(503));
    let reply = bff.as_user("alice").get("/mobile/home").await;
    assert_eq!(
        reply.json(),
        serde_json::json!({
            "name": "Alice Marlowe",
            "recentOrders": null,
            "badge": 0,
            "_meta": {"degraded": [
                {"section": "recentOrders", "reason": "unavailable"},
                {"section": "badge", "reason": "failed", "fallback": "default"},
            ]},
        })
    );
}
