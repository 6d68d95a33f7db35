//! GET /partner/v1/orders/{id}.

use bff_testkit::{Mode, TestBff};

use crate::contract;

const ORDER: &str = "/partner/v1/orders/ord-1006";

#[tokio::test]
async fn all_answered() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let reply = bff.as_partner("acme-books", "acme").get(ORDER).await;
    assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "private, no-cache"));
    insta::assert_snapshot!(contract(reply));
}

#[tokio::test]
async fn both_sections_use_one_call_for_the_order() {
    let bff = TestBff::start(bff_partner::bff()).await;
    assert_eq!(bff.as_partner("acme-books", "acme").get(ORDER).await.status, 200);
    assert_eq!(bff.services.count("orders.get"), 1);
}

#[tokio::test]
async fn without_an_invoice_yet_it_is_null_and_nothing_is_degraded() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let reply = bff.as_partner("acme-books", "acme").get("/partner/v1/orders/ord-1007").await;
    assert_eq!((reply.status.as_u16(), reply.degraded()), (200, vec![]));
    insta::assert_snapshot!(contract(reply));
}

#[tokio::test]
async fn without_the_invoices_service_the_invoice_is_null_and_degraded() {
    let bff = TestBff::start(bff_partner::bff()).await;
    bff.services.set("invoices", Mode::Fail(503));
    let reply = bff.as_partner("acme-books", "acme").get(ORDER).await;
    assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"));
    insta::assert_snapshot!(contract(reply));
}

#[tokio::test]
async fn without_the_orders_service_there_is_no_order() {
    let bff = TestBff::start(bff_partner::bff()).await;
    bff.services.set("orders", Mode::Fail(503));
    let reply = bff.as_partner("acme-books", "acme").get(ORDER).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (502, "service_failed"));
    assert_eq!(bff.services.count("invoices"), 0);
}

#[tokio::test]
async fn a_late_invoice_is_left_out() {
    let bff = TestBff::start(bff_partner::bff()).await;
    bff.services.set("invoices", Mode::Hang);
    let partner = bff.as_partner("acme-books", "acme").header("x-request-timeout-ms", 300);
    let reply = partner.get(ORDER).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.degraded(), [("invoice".into(), "timeout".into())]);
}

#[tokio::test]
async fn a_late_order_is_a_timeout() {
    let bff = TestBff::start(bff_partner::bff()).await;
    bff.services.set("orders", Mode::Hang);
    let partner = bff.as_partner("acme-books", "acme").header("x-request-timeout-ms", 300);
    let reply = partner.get(ORDER).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (504, "service_timeout"));
}

#[tokio::test]
async fn another_accounts_order_does_not_exist() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let reply = bff.as_partner("nordic-tools", "nordic").get(ORDER).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (404, "not_found"));
    assert_eq!(bff.services.count("invoices"), 0);
}
