//! GET /partner/v1/summary.

use bff_testkit::{Mode, TestBff};

use crate::contract;

const SUMMARY: &str = "/partner/v1/summary";

#[tokio::test]
async fn all_answered() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let reply = bff.as_partner("acme-books", "acme").get(SUMMARY).await;
    assert_eq!(reply.status, 200);
    insta::assert_snapshot!(contract(reply));
}

#[tokio::test]
async fn without_invoices_the_figures_are_still_there() {
    let bff = TestBff::start(bff_partner::bff()).await;
    bff.services.set("invoices", Mode::Fail(503));
    let reply = bff.as_partner("acme-books", "acme").get(SUMMARY).await;
    assert_eq!((reply.status.as_u16(), reply.header("cache-control")), (200, "no-store"));
    insta::assert_snapshot!(contract(reply));
}

#[tokio::test]
async fn without_reports_there_is_no_summary() {
    let bff = TestBff::start(bff_partner::bff()).await;
    bff.services.set("reports", Mode::Fail(503));
    let reply = bff.as_partner("acme-books", "acme").get(SUMMARY).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (502, "service_failed"));
}

#[tokio::test]
async fn late_invoices_are_left_out() {
    let bff = TestBff::start(bff_partner::bff()).await;
    bff.services.set("invoices", Mode::Hang);
    let partner = bff.as_partner("acme-books", "acme").header("x-request-timeout-ms", 300);
    let reply = partner.get(SUMMARY).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.degraded(), [("unpaid".into(), "timeout".into())]);
}

#[tokio::test]
async fn late_reports_are_a_timeout() {
    let bff = TestBff::start(bff_partner::bff()).await;
    bff.services.set("reports", Mode::Hang);
    let partner = bff.as_partner("acme-books", "acme").header("x-request-timeout-ms", 300);
    let reply = partner.get(SUMMARY).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (504, "service_timeout"));
}

#[tokio::test]
async fn an_account_without_orders_has_nothing_unpaid() {
    let bff = TestBff::start(bff_partner::bff()).await;
    let reply = bff.as_partner("lumen-lights", "lumen").get(SUMMARY).await;
    insta::assert_snapshot!(contract(reply));
}

#[tokio::test]
async fn the_margin_stays_inside() {
    let bff = TestBff::start(bff_partner::bff()).await;
    for (user, account) in
        [("acme-books", "acme"), ("nordic-tools", "nordic"), ("meridian-parts", "meridian")]
    {
        let reply = bff.as_partner(user, account).get(SUMMARY).await;
        assert_eq!(reply.status, 200);
        assert!(!contract(reply).to_lowercase().contains("margin"), "{account}");
    }
}
