//! GET /partner/v1/orders?limit=&cursor=.

use bff_testkit::{Mode, TestBff};

use crate::contract;

const ORDERS: &str = "/partner/v1/orders";

#[tokio::test]
async fn all_answered() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let reply = bff.as_partner("acme-books", "acme").get("/partner/v1/orders?limit=1").await;
    assert_eq!(reply.status, 200);
    insta::assert_snapshot!(contract(reply));
}

#[tokio::test]
async fn an_account_without_orders_has_one_empty_page() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let reply = bff.as_partner("lumen-lights", "lumen").get(ORDERS).await;
    insta::assert_snapshot!(contract(reply));
}

#[tokio::test]
async fn pages_of_five_walk_through_all_orders_without_gap_or_repeat() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let (mut ids, mut sizes, mut path) = (Vec::new(), Vec::new(), format!("{ORDERS}?limit=5"));
    loop {
        let page = bff.as_partner("acme-books", "acme").get(&path).await.json();
        let orders = page["orders"].as_array().expect("a page has orders");
        sizes.push(orders.len());
        ids.extend(orders.iter().map(|order| order["id"].to_string().replace('"', "")));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{ORDERS}?limit=5&cursor={cursor}");
    }
    let all = bff.services.fixtures().orders_of_account("acme").expect("acme");
    assert_eq!((ids, sizes), (all.iter().map(|order| order.id.clone()).collect(), vec![5, 5, 3]));
}

#[tokio::test]
async fn a_full_last_page_ends_with_null() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let page = bff.as_partner("acme-books", "acme").get("/partner/v1/orders?limit=13").await.json();
    assert_eq!(page["orders"].as_array().map(Vec::len), Some(13));
    assert_eq!(page.get("next_cursor"), Some(&serde_json::Value::Null));
}

#[tokio::test]
async fn a_page_has_twenty_orders_unless_asked_otherwise() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let page = bff.as_partner("meridian-parts", "meridian").get(ORDERS).await.json();
    assert_eq!(page["orders"].as_array().map(Vec::len), Some(20));
}

#[tokio::test]
async fn a_page_of_none_or_of_too_many_is_refused() {
    let bff = TestBff::start(bff_partner::bff()).await;
    for limit in ["0", "101", "-1", "five", "4294967296"] {
        let reply = bff.as_partner("acme-books", "acme").get(&format!("{ORDERS}?limit={limit}")).await;
        assert_eq!((reply.status.as_u16(), reply.code().as_str()), (400, "invalid_parameter"), "{limit}");
    }
    assert_eq!(bff.services.count("orders"), 0);
}

#[tokio::test]
async fn without_the_orders_service_there_is_no_page() {
    let bff = TestBff::start(bff_partner::bff()).await;
    bff.services.set("orders", Mode::Fail(503));
    let reply = bff.as_partner("acme-books", "acme").get(ORDERS).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (502, "service_failed"));
}

#[tokio::test]
async fn a_late_page_is_a_timeout() {
    let bff = TestBff::start(bff_partner::bff()).await;
    bff.services.set("orders", Mode::Hang);
    let partner = bff.as_partner("acme-books", "acme").header("x-request-timeout-ms", 300);
    let reply = partner.get(ORDERS).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (504, "service_timeout"));
}
