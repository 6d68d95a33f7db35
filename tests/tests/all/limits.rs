//! `/limits` of the admin listener: who is being limited, while others are not.

use bff_core::prelude::*;
use bff_testkit::{TestBff, TestBffBuilder};
use bff_tests::Wire;
use serde_json::{Value, json};

async fn hello() -> &'static str {
    "hello"
}

/// Each caller may ask twice, and each address three times; nothing comes back while the test runs.
fn bff() -> TestBffBuilder {
    let routes = Routes::new().get("/hello", hello, signed_in()).get("/open", hello, public());
    TestBff::with(Bff::new("bff-tiny", "tiny.toml", "").routes(routes))
        .set("rate_limits.caller", r#"["2/d"]"#)
        .set("rate_limits.address", r#"["3/d burst 3"]"#)
        .set("trust.proxies", r#"["127.0.0.0/8"]"#)
}

async fn limits(bff: &TestBff) -> Value {
    let reply = Wire::to(bff.running().admin_address()).await.get("/limits", &[]).await;
    assert_eq!(reply.status, 200);
    assert_eq!(
        (reply.header("content-type"), reply.header("cache-control")),
        ("application/json", "no-store")
    );
    reply.json()
}

/// Asks so often and returns how many were refused.
async fn ask(session: bff_testkit::Session<'_>, path: &str, times: usize) -> usize {
    let mut refused = 0;
    for _ in 0..times {
        let reply = session.get(path).await;
        assert!(reply.status == 200 || reply.status == 429, "{}", reply.status);
        refused += usize::from(reply.status == 429);
    }
    refused
}

#[tokio::test]
async fn who_is_limited_is_shown_and_others_are_not() {
    let bff = bff().start().await;
    let before = limits(&bff).await;
    assert_eq!(before["rate_limits"]["refused"], json!([]));
    assert_eq!(
        (&before["admission"]["enabled"], &before["admission"]["ready"]),
        (&json!(true), &json!(true))
    );

    assert_eq!(ask(bff.as_user("alice"), "/hello", 7).await, 5);
    assert_eq!(ask(bff.as_user("bob"), "/hello", 2).await, 0);
    let of = |address: &str| bff.anonymous().header("x-forwarded-for", address);
    assert_eq!(ask(of("203.0.113.7"), "/open", 6).await, 3);
    assert_eq!(ask(of("2001:db8:1:2::3"), "/open", 4).await, 1);
    assert_eq!(ask(of("203.0.113.8"), "/open", 3).await, 0);

    let after = limits(&bff).await;
    let limits = &after["rate_limits"];
    let issuer = limits["refused"][0]["who"]["issuer"].clone();
    assert!(issuer.as_str().is_some_and(|issuer| issuer.starts_with("https://")), "{issuer}");
    let row = |quota: &str, who: Value, times: u32| json!({ "quota": quota, "who": who, "at_least": times, "at_most": times });
    let address = |address: &str| json!({ "kind": "address", "address": address });
    let alice = json!({ "kind": "caller", "id": "alice", "issuer": issuer });
    let refused = [
        row("caller", alice, 5),
        row("address", address("203.0.113.7"), 3),
        row("address", address("2001:db8:1:2::/64"), 1),
    ];
    assert_eq!(limits["refused"], json!(refused));
    let quota = |name: &str, rate: &str, burst: u32, times: u32| {
        let refused = json!({ "total": times, "last_minute": times });
        json!({ "name": name, "rate": rate, "burst": burst, "refused": refused })
    };
    assert_eq!(limits["quotas"], json!([quota("caller", "2/d", 2, 5), quota("address", "3/d", 3, 4)]));
    assert_eq!(limits["store"], json!({ "keys": 5, "redis": null }));
}

#[tokio::test]
async fn clients_do_not_see_it_and_nothing_is_limited_where_that_is_off() {
    let bff = bff().set("rate_limits.enabled", false).start().await;
    assert_eq!(ask(bff.as_user("alice"), "/hello", 7).await, 0);
    let view = limits(&bff).await;
    assert_eq!(view["rate_limits"], Value::Null);
    assert_eq!(view["admission"]["workers"][0]["normal"]["admitted"], 7);
    assert_eq!(bff.anonymous().get("/limits").await.status, 404);
}
