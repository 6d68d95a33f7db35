//! What no collector gets: who asked, with what, for what, and what services answered.

use bff_testkit::Mode;
use serde_json::json;

use super::*;

#[tokio::test]
async fn nothing_of_the_caller_and_nothing_of_the_payload_is_exported() {
    let collector = Collector::start();
    let builder = traced(&collector).set("traces.headers.authorization", "Bearer canary-collector");
    let bff = builder
        .set("sender.secret", "canary-sender-0123456789-0123456789")
        .set("services.users.sender", "secret")
        .start()
        .await;
    let token = bff.token("alice").sign();
    let session = bff.with_token(&token);
    let session = session.header("cookie", "session=canary-cookie").header("user-agent", "canary-agent");
    let session = session.header("x-user-id", "canary-forged").header("tracestate", "canary=state");
    let overview = session.get(&format!("{OVERVIEW}?canary-query=1")).await;
    let detail = session.get("/api/orders/ord-1006?canary-query=1").await;
    let body = json!({"items": [{"sku": "BK-978022", "quantity": 1}]});
    let placed = session.post("/api/orders", &body).await;
    bff.services.set("orders", Mode::Fail(500));
    let failed = session.get("/api/orders/canary-order").await;
    let key = bff.with_key("canary-key").header("forwarded", "for=canary-address").get(OVERVIEW).await;
    for reply in [&overview, &detail, &placed, &failed, &key] {
        spans_of(&collector, reply).await;
    }
    let bytes = collector.bytes();
    let text = String::from_utf8_lossy(&bytes);
    // Control: what is exported is found.
    for there in ["/api/orders/{id}", "orders.place", "service_failed", overview.header("x-request-id")] {
        assert!(text.contains(there), "{there}");
    }
    let signature = token.rsplit('.').next().expect("a signature");
    let profile = overview.json()["profile"]["display_name"].as_str().unwrap_or("Alice").to_owned();
    for hidden in [
        "canary",
        "alice",
        "ord-1006",
        "BK-978022",
        "Bearer",
        "mocked",
        &token,
        signature,
        &profile,
        "orders:read",
    ] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    let sent = collector.headers();
    assert!(sent.iter().all(|headers| headers["authorization"] == "Bearer canary-collector"));
}
