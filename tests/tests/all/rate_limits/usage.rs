//! A partner sees what it has left, and pays nothing for it.

use bff_core::config::KeyEntry;
use bff_testkit::{KeysFile, TestBff, keys::partner};
use serde_json::json;

use super::statuses;

const USAGE: &str = "/partner/v1/usage";
const ORDERS: &str = "/partner/v1/orders";

#[tokio::test]
async fn a_partner_sees_what_it_has_left_of_its_plan() {
    let file = KeysFile::new();
    let key = file.add(KeyEntry { plan: Some("basic".to_owned()), ..partner("acme-books", "acme") });
    let bff = TestBff::with(bff_partner::bff())
        .keys(&file)
        .set("rate_limits.plans", r#"{ basic = ["1/d burst 2", "100/h"] }"#)
        .start()
        .await;
    let acme = bff.with_key(&key);
    let remaining = async || {
        let usage = acme.get(USAGE).await.json();
        [0, 1].map(|quota: usize| usage["quotas"][quota]["remaining"].as_u64().expect("a number"))
    };
    assert_eq!(
        acme.get(USAGE).await.json(),
        json!({
            "plan": "basic",
            "quotas": [
                {"name": "basic-day", "limit": 2, "window_seconds": 172_800, "remaining": 2, "reset_seconds": 0},
                {"name": "basic-hour", "limit": 100, "window_seconds": 3600, "remaining": 100, "reset_seconds": 0},
            ],
        })
    );
    assert_eq!(acme.get(ORDERS).await.status, 200);
    assert_eq!(remaining().await, [1, 99]);
    assert_eq!(statuses(3, async || acme.get(ORDERS).await).await, [200, 429, 429]);
    // Who has nothing left can still see it, and what was refused was charged to neither.
    for _ in 0..5 {
        assert_eq!(remaining().await, [0, 98]);
    }
    assert_eq!(acme.get(USAGE).await.header("ratelimit"), "");
}

#[tokio::test]
async fn each_sees_its_own() {
    let bff = TestBff::with(bff_partner::bff()).set("rate_limits.caller", r#"["1/d burst 5"]"#).start().await;
    let (acme, nordic) = (bff.as_partner("acme-books", "acme"), bff.as_partner("nordic-tools", "nordic"));
    acme.get(ORDERS).await;
    let remaining = |reply: bff_testkit::Reply| reply.json()["quotas"][0]["remaining"].clone();
    assert_eq!((remaining(acme.get(USAGE).await), remaining(nordic.get(USAGE).await)), (json!(4), json!(5)));
    assert_eq!(acme.get(USAGE).await.json()["plan"], json!(null));
    assert_eq!(acme.get(USAGE).await.header("cache-control"), "private, no-cache");
}

#[tokio::test]
async fn without_limits_there_is_nothing_to_see() {
    let bff = TestBff::with(bff_partner::bff()).set("rate_limits.enabled", false).start().await;
    let usage = bff.as_partner("acme-books", "acme").get(USAGE).await;
    assert_eq!(usage.json(), json!({"plan": null, "quotas": []}));
}

#[tokio::test]
async fn all_of_them_are_seen_though_no_request_is_charged_to_so_many() {
    let of = |route: &str| {
        format!("\"GET /partner/v1/{route}\" = {{ quotas = [\"9/s\", \"9/m\", \"9/h\", \"9/d\"] }}")
    };
    let routes = format!("{{ {}, {}, {} }}", of("orders"), of("orders/{id}"), of("summary"));
    let bff = TestBff::with(bff_partner::bff()).set("rate_limits.routes", routes).start().await;
    let acme = bff.as_partner("acme-books", "acme");
    assert_eq!(acme.get(ORDERS).await.status, 200);
    let usage = acme.get(USAGE).await.json();
    let quotas = usage["quotas"].as_array().expect("a list");
    assert_eq!(quotas.len(), 1 + 3 * 4, "{usage}");
    let last =
        |name: &str| quotas.iter().find(|quota| quota["name"] == name).expect(name)["remaining"].clone();
    assert_eq!(
        (last("GET /partner/v1/orders-day"), last("GET /partner/v1/summary-day")),
        (json!(8), json!(9))
    );
}
