//! What is set of one operation is set of it alone, and what does not fit it is found before anything is started.

use std::time::Duration;

use bff_core::{
    call::ServiceSet as _,
    config::{self, Sources},
};
use bff_services::{Invoices, Notifications, Orders};
use bff_testkit::{Mode, TestBff};
use bff_tests::assert_problem;

use super::OVERVIEW;

const ORDER_DETAIL: &str = "/api/orders/ord-1001";

#[tokio::test]
async fn a_timeout_bounds_its_operation_and_no_other() {
    let bff =
        TestBff::with(bff_web::bff()).set("services.orders.operations.recent.timeout", "100ms").start().await;
    bff.services.set("orders", Mode::Slow(Duration::from_millis(300)));
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded(), [("orders".into(), "timeout".into())]);
    let detail = bff.as_user("alice").get(ORDER_DETAIL).await;
    assert_eq!((detail.status.as_u16(), detail.degraded()), (200, vec![]), "it has the service's second");
}

#[tokio::test]
async fn an_operation_may_have_more_time_than_its_service() {
    let bff = TestBff::with(bff_web::bff())
        .set("services.orders.timeout", "100ms")
        .set("services.orders.operations.get.timeout", "1s")
        .start()
        .await;
    bff.services.set("orders", Mode::Slow(Duration::from_millis(300)));
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded(), [("orders".into(), "timeout".into())]);
    assert_eq!(bff.as_user("alice").get(ORDER_DETAIL).await.degraded(), []);
}

#[tokio::test]
async fn an_attempt_timeout_leaves_time_for_another_attempt() {
    let bff = TestBff::with(bff_web::bff())
        .set("services.orders.operations.recent.attempt_timeout", "80ms")
        .set("services.orders.operations.get.attempt_timeout", "2s")
        .start()
        .await;
    bff.services.next("orders.recent", [Mode::Hang]);
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded(), []);
    assert_eq!(bff.services.count("orders.recent"), 2);
    bff.services.next("orders.get", [Mode::Hang]);
    assert_problem(&bff.as_user("alice").get(ORDER_DETAIL).await, 504, "service_timeout");
    assert_eq!(bff.services.count("orders.get"), 1);
}

#[tokio::test]
async fn attempts_are_those_of_the_operation() {
    let bff = TestBff::with(bff_web::bff())
        .set("services.orders.operations.recent.attempts", 0)
        .set("services.users.retry.attempts", 0)
        .set("services.users.operations.get.attempts", 2)
        .set("services.users.retry.reserve_per_second", 10)
        .start()
        .await;
    bff.services.next("orders.recent", [Mode::Fail(503)]);
    bff.services.next("users.get", [Mode::Fail(503), Mode::Fail(503)]);
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!(reply.degraded(), [("orders".into(), "unavailable".into())]);
    assert_eq!((bff.services.count("orders.recent"), bff.services.count("users.get")), (1, 3));
    bff.services.clear();
    bff.services.next("orders.get", [Mode::Fail(503)]);
    assert_eq!(bff.as_user("alice").get(ORDER_DETAIL).await.degraded(), []);
    assert_eq!(bff.services.count("orders.get"), 2, "another operation of the service is tried once more");
}

/// What is wrong with this fallback, as found and expected; nothing if it fits.
fn wrong(operation: &str, fallback: &str) -> Option<[String; 3]> {
    let (service, name) = operation.split_once('.').expect("service and operation");
    let urls = ["orders", "invoices", "notifications"]
        .map(|name| format!("services.{name}.url = \"http://{name}\"\n"));
    let text = format!("{}[services.{service}.operations.{name}]\nfallback = {fallback}", urls.concat());
    let sources = Sources::builtin("test.toml", text).with_override("auth.public_only", "true");
    let errors = config::load(&sources, &<(Orders, Invoices, Notifications)>::declare()).err()?;
    let prefix = format!("services.{service}.operations.{name}.fallback");
    let mut errors = errors.iter().map(|error| {
        let place = error.key().strip_prefix(&prefix).expect("it is the fallback that is wrong");
        [place, error.found(), error.expected()].map(str::to_owned)
    });
    let first = errors.next();
    assert_eq!(errors.next(), None, "one mistake is one error");
    first
}

#[test]
fn a_fallback_over_grpc_is_the_messages_canonical_json() {
    for (operation, fallback) in [
        ("orders.recent", "{ orders = [] }"),
        ("orders.recent", "{}"),
        (
            "orders.recent",
            "{ orders = [{ id = \"a\", status = \"PAID\", totalCents = \"9007199254740993\" }] }",
        ),
        ("orders.recent", "{ orders = [{ id = \"a\", status = 2, total_cents = 1250, placed_at = \"b\" }] }"),
        ("orders.by_account", "{ orders = [{ lines = [{ unitCents = 1 }] }], nextPageToken = \"c\" }"),
        ("invoices.of_order", "{ number = \"INV-1\", issuedOn = 2026-03-14, paid = true }"),
    ] {
        assert_eq!(wrong(operation, fallback), None, "{operation} {fallback}");
    }
}

#[test]
fn a_fallback_that_is_no_reply_says_where_and_what_was_expected() {
    let status = "a reply of orders.get: one of STATUS_UNSPECIFIED, PENDING, PAID, SHIPPED, DELIVERED, CANCELLED; did \
                  you mean SHIPPED?";
    let fields = "a reply of invoices.list: invoices";
    for (operation, fallback, place, found, expected) in [
        (
            "notifications.unread_count",
            "{}",
            "",
            "a table",
            "a reply of notifications.unread_count: missing field `count`",
        ),
        ("orders.get", "{ status = \"SHIPED\" }", ".status", "\"SHIPED\"", status),
        ("orders.recent", "{ orders = {} }", ".orders", "a table", "a reply of orders.recent: a list"),
        (
            "orders.recent",
            "{ orders = [7] }",
            ".orders[0]",
            "a single value",
            "a reply of orders.recent: a table",
        ),
        (
            "orders.get",
            "{ totalCents = true }",
            ".totalCents",
            "true",
            "a reply of orders.get: another value",
        ),
        ("orders.get", "{ lines = [{ name = 1 }] }", ".lines[0].name", "1", "a reply of orders.get: a text"),
        ("invoices.list", "{ invoces = [] }", ".invoces", "a key that is not known", fields),
        (
            "orders.place",
            "{ id = \"ord-1\" }",
            "",
            "a table",
            "none: the client does not say what orders.place answers with, as it does for a read",
        ),
    ] {
        let row = wrong(operation, fallback).expect(fallback);
        assert_eq!(row, [place, found, expected].map(str::to_owned), "{operation} {fallback}");
    }
}

#[test]
fn the_fallbacks_of_the_readme_can_be_copied() {
    let readme = include_str!("../../../README.md");
    let example =
        readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    assert_eq!(example.matches("fallback = ").count(), 2, "{example}");
    let urls = ["orders", "notifications"].map(|name| format!("services.{name}.url = \"http://{name}\"\n"));
    let sources = Sources::builtin("README.md", format!("{}{example}", urls.concat()));
    let loaded = config::load(
        &sources.with_override("auth.public_only", "true"),
        &<(Orders, Notifications)>::declare(),
    );
    loaded.unwrap_or_else(|errors| panic!("{errors}"));
}
