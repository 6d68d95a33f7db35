//! Whose data it is: what belongs to somebody else does not exist for the caller, and no reply mixes two callers.

use bff_services::rpc::orders_v1::ListByAccountRequest;
use bff_testkit::{Reply, TestBff};
use bff_tests::assert_problem;
use serde_json::json;

use super::OVERVIEW;

/// A reply with what differs between two requests taken out.
fn without_id(reply: &Reply) -> serde_json::Value {
    let mut json = reply.json();
    json["request_id"] = json!("");
    json["trace_id"] = json!("");
    json
}

#[tokio::test]
async fn somebody_elses_order_is_not_found() {
    let bff = TestBff::start(bff_web::bff()).await;
    let reply = bff.as_user("alice").get("/api/orders/ord-2001").await;
    assert_problem(&reply, 404, "not_found");
    assert_eq!(bff.services.count("invoices") + bff.services.count("users"), 0, "and nothing more is asked");
    let absent = bff.as_user("alice").get("/api/orders/ord-0000").await;
    assert_eq!(without_id(&reply), without_id(&absent), "no telling which orders there are");

    for (user, other_party) in [("zoe", "acme-books"), ("acme-books", "zoe")] {
        let reply = bff.as_user(user).get("/api/orders/ord-2001").await;
        assert_eq!(reply.json()["order"]["customer"], "zoe", "as {user}");
        assert_eq!(reply.json()["otherParty"]["id"], other_party, "as {user}");
    }
}

#[tokio::test]
async fn an_account_opens_no_orders_where_users_are_asked_about() {
    let bff = TestBff::start(bff_web::bff()).await;
    assert_problem(&bff.as_partner("bob", "acme").get("/api/orders/ord-1001").await, 404, "not_found");
    assert_eq!(bff.as_partner("alice", "acme").get("/api/orders/ord-1001").await.status, 200);
}

#[tokio::test]
async fn somebody_elses_order_is_not_found_on_mobile() {
    let bff = TestBff::start(bff_mobile::bff()).await;
    assert_problem(&bff.as_user("alice").get("/mobile/orders/ord-2001").await, 404, "not_found");
    assert_eq!(bff.as_user("zoe").get("/mobile/orders/ord-2001").await.status, 200);
}

#[tokio::test]
async fn another_accounts_order_is_not_found() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let ask = async |account: &str, id: &str| {
        bff.as_partner("pat", account).get(&format!("/partner/v1/orders/{id}")).await
    };
    for (account, id) in [("acme", "ord-1005"), ("nordic", "ord-1001"), ("lumen", "ord-1001")] {
        let reply = ask(account, id).await;
        assert_problem(&reply, 404, "not_found");
        assert_eq!(without_id(&reply), without_id(&ask(account, "ord-0000").await));
    }
    // Alice bought it, but not for the account that she acts for here.
    let own = bff.as_partner("alice", "acme").get("/partner/v1/orders/ord-1005").await;
    assert_problem(&own, 404, "not_found");
    assert_eq!(bff.services.count("invoices"), 0);
    for (account, id) in [("nordic", "ord-1005"), ("acme", "ord-1001")] {
        assert_eq!(ask(account, id).await.json()["order"]["id"], id);
    }
}

#[tokio::test]
async fn a_list_is_of_the_callers_own_account() {
    let bff = TestBff::start(bff_partner::bff()).await;
    for (account, count) in [("acme", 13), ("nordic", 7), ("lumen", 0)] {
        bff.services.clear();
        let reply = bff.as_partner("pat", account).get("/partner/v1/orders?limit=100").await;
        assert_eq!(reply.json()["orders"].as_array().map(Vec::len), Some(count), "{account}");
        let asked = &bff.services.seen("orders.by_account")[0];
        assert_eq!(asked.message::<ListByAccountRequest>().account, account);
    }
}

#[tokio::test]
async fn a_partner_route_without_an_account_is_forbidden() {
    let bff = TestBff::start(bff_partner::bff()).await;
    for path in ["/partner/v1/orders", "/partner/v1/orders/ord-1001", "/partner/v1/summary"] {
        let detail = assert_problem(&bff.as_user("alice").get(path).await, 403, "forbidden");
        assert_eq!(detail, "this needs a credential of a partner account", "{path}");
        assert!(bff.services.all_seen().is_empty());
    }
    for path in ["/partner/v1/orders", "/partner/v1/orders/ord-1001", "/partner/v1/summary"] {
        assert_eq!(bff.as_partner("pat", "acme").get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let with_scope = |scope: &str| bff.token("pat").claim("account", "acme").claim("scope", scope).sign();
    let cases = [
        ("/partner/v1/orders", "orders:read", "reports:read orders:write"),
        ("/partner/v1/orders/ord-1001", "orders:read", ""),
        ("/partner/v1/summary", "reports:read", "orders:read orders:reads"),
    ];
    for (path, needed, has) in cases {
        let reply = bff.with_token(&with_scope(has)).get(path).await;
        assert_eq!(
            assert_problem(&reply, 403, "forbidden"),
            format!("this needs the scope {needed}"),
            "{path}"
        );
        assert_eq!(reply.header("www-authenticate"), "Bearer error=\"insufficient_scope\"");
        assert!(bff.services.all_seen().is_empty());
    }
    for (path, needed, _) in cases {
        assert_eq!(bff.with_token(&with_scope(needed)).get(path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn reading_is_no_permission_to_write() {
    let bff = TestBff::start(bff_web::bff()).await;
    let order = json!({"items": [{"sku": "BK-978022", "quantity": 1}]});
    let reader = bff.with_token(&bff.token("alice").claim("scope", "orders:read").sign());
    let detail = assert_problem(&reader.post("/api/orders", &order).await, 403, "forbidden");
    assert_eq!(detail, "this needs the scope orders:write");
    assert!(bff.services.all_seen().is_empty());
    assert_eq!(bff.as_user("alice").post("/api/orders", &order).await.status, 200);
}

#[tokio::test]
async fn a_user_whom_no_service_knows_is_not_found() {
    let bff = TestBff::start(bff_web::bff()).await;
    assert_problem(&bff.as_user("mallory").get(OVERVIEW).await, 404, "not_found");
    assert_eq!(bff.services.seen("users.get")[0].target, "/users/mallory");
}

#[tokio::test]
async fn an_id_can_not_change_the_shape_of_a_services_path() {
    let bff = TestBff::start(bff_web::bff()).await;
    for user in ["../orders", "alice/../zoe", "alice?x=1", "..", "a%2Fb"] {
        assert_problem(&bff.as_user(user).get(OVERVIEW).await, 404, "not_found");
    }
    for seen in bff.services.seen("users") {
        assert_eq!(seen.operation, Some("users.get"), "{}", seen.target);
        assert!(!seen.target.contains("..") || seen.target.contains("%2F"), "{}", seen.target);
    }
}

#[tokio::test]
async fn replies_to_many_callers_at_once_never_mix() {
    let bff = TestBff::start(bff_web::bff()).await;
    let users = ["alice", "bob", "chen", "zoe", "dmitri"];
    let asks = (0..50).map(|number| {
        let user = users[number % users.len()];
        let session = bff.as_user(user);
        async move {
            let reply = session.get(OVERVIEW).await;
            let json = reply.json();
            assert_eq!(json["profile"]["id"], user);
            for order in json["orders"].as_array().expect("a list") {
                assert_eq!(order["customer"], user);
            }
        }
    });
    futures::future::join_all(asks).await;
}
