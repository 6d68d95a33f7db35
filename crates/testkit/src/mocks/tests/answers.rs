//! What the services answer when nothing is wrong, and what they don't know.

use std::{collections::BTreeSet, net::TcpStream};

use bff_services::rpc::{
    invoices_v1::{
        Invoice, ListReply, ListRequest, OfOrderRequest, OfOrdersReply, OfOrdersRequest, OrderResult,
        order_result::Result as Known,
    },
    orders_v1::{GetRequest, Item, ListByAccountReply, ListByAccountRequest, Order, PlaceRequest},
};
use tonic::Code;

use super::{super::*, A_MOMENT, get, get_json, recent, rpc};

const GET: &str = "/orders.v1.Orders/Get";
const BY_ACCOUNT: &str = "/orders.v1.Orders/ListByAccount";
const PLACE: &str = "/orders.v1.Orders/Place";
const OF_ORDER: &str = "/invoices.v1.Invoices/OfOrder";
const OF_ORDERS: &str = "/invoices.v1.Invoices/OfOrders";
const LIST: &str = "/invoices.v1.Invoices/List";

#[tokio::test]
async fn every_operation_answers_alice() {
    let services = MockServices::start().await;
    let profile = get_json(&services, "users", "/users/alice").await;
    assert_eq!(profile["displayName"], "Alice Marlowe");
    let shown = get_json(&services, "users", "/public-profiles?ids=alice").await;
    assert_eq!(shown[0]["displayName"], profile["displayName"]);
    let unread = get_json(&services, "notifications", "/notifications?user=alice&unread=true").await;
    let count = get_json(&services, "notifications", "/unread-count/alice").await;
    assert_eq!((unread.as_array().unwrap().len(), count["count"].as_u64()), (6, Some(6)));
    let summary = get_json(&services, "reports", "/reports/summary?account=acme").await;
    assert_eq!(summary["account"], "acme");

    assert_eq!(
        recent(&services, "alice", 5).await.unwrap(),
        ["ord-1007", "ord-1006", "ord-1005", "ord-1004", "ord-1003"]
    );
    let order: Order = rpc(&services, GET, GetRequest { id: "ord-1001".into() }).await.unwrap().into_inner();
    assert_eq!((order.customer.as_str(), order.seller.as_str()), ("alice", "acme-books"));
    let of_order = OfOrderRequest { order_id: "ord-1001".into() };
    let invoice: Invoice = rpc(&services, OF_ORDER, of_order).await.unwrap().into_inner();
    assert_eq!((invoice.order_id.as_str(), invoice.total_cents), ("ord-1001", order.total_cents));
    assert_eq!(of_orders(&services, &["ord-1001"]).await.unwrap(), [found("ord-1001", &invoice)]);
    let list: ListReply =
        rpc(&services, LIST, ListRequest { account: "acme".into() }).await.unwrap().into_inner();
    assert_eq!(list.invoices.len(), 11);

    let reached = OPERATIONS.map(|operation| (operation, services.count(operation)));
    let expected = OPERATIONS.map(|operation| {
        (operation, usize::from(!["orders.by_account", "orders.place"].contains(&operation)))
    });
    assert_eq!(reached, expected);
}

#[tokio::test]
async fn what_the_services_do_not_know_is_not_found() {
    let services = MockServices::start().await;
    for (service, target) in [
        ("users", "/users/mallory"),
        ("users", "/users/..%2Fget.alice"),
        ("users", "/elsewhere"),
        ("users", "/public-profiles"),
        ("notifications", "/notifications?user=mallory&unread=true"),
        ("notifications", "/notifications?user=alice"),
        ("notifications", "/unread-count/mallory"),
        ("reports", "/reports/summary?account=mallory"),
    ] {
        let (status, content_type, _) = get(&services, service, target).await.unwrap();
        assert_eq!((status, content_type.as_str()), (404, "application/json"), "{target}");
    }
    assert_eq!(recent(&services, "mallory", 5).await.unwrap_err().code(), Code::NotFound);
    let unknown = rpc::<_, Order>(&services, GET, GetRequest { id: "ord-0".into() }).await.unwrap_err();
    let pending = OfOrderRequest { order_id: "ord-1007".into() };
    let pending = rpc::<_, Invoice>(&services, OF_ORDER, pending).await.unwrap_err();
    let account =
        rpc::<_, ListReply>(&services, LIST, ListRequest { account: "mallory".into() }).await.unwrap_err();
    assert_eq!([unknown.code(), pending.code(), account.code()], [Code::NotFound; 3]);
    assert_eq!(recent(&services, "bob", 5).await.unwrap(), Vec::<String>::new(), "known, with nothing");
}

/// What there is of each of these orders.
async fn of_orders(services: &MockServices, ids: &[&str]) -> Result<Vec<OrderResult>, tonic::Status> {
    let request = OfOrdersRequest { order_ids: ids.iter().map(ToString::to_string).collect() };
    rpc::<_, OfOrdersReply>(services, OF_ORDERS, request).await.map(|reply| reply.into_inner().results)
}

fn found(order_id: &str, invoice: &Invoice) -> OrderResult {
    OrderResult { order_id: order_id.to_owned(), result: Some(Known::Invoice(invoice.clone())) }
}

#[tokio::test]
async fn many_are_answered_each_for_itself_and_not_more_than_a_hundred() {
    let services = MockServices::start().await;
    let shown = get_json(&services, "users", "/public-profiles?ids=alice,mallory,bob,..%2Fget.alice,").await;
    let names: Vec<_> = shown.as_array().unwrap().iter().map(|profile| &profile["id"]).collect();
    assert_eq!(names, ["bob", "alice"], "in any order, and those that there are");
    let members: BTreeSet<_> = shown[1].as_object().unwrap().keys().map(String::as_str).collect();
    let internal = "internalFlags"; // which must end at the BFF
    assert_eq!(members, BTreeSet::from(["id", "displayName", "avatarUrl", internal]));

    let invoice = services.fixtures().invoice_of_order("ord-1001").unwrap().clone();
    let none = OrderResult { order_id: "ord-1007".to_owned(), result: Some(Known::NotFound(true)) };
    let results = of_orders(&services, &["ord-1001", "ord-1007"]).await.unwrap();
    assert_eq!(results, [none, found("ord-1001", &invoice)]);

    let hundred = ["alice"; 100].join(",");
    for (more, status) in [("", 200), (",bob", 400)] {
        let target = format!("/public-profiles?ids={hundred}{more}");
        assert_eq!(get(&services, "users", &target).await.unwrap().0, status);
    }
    assert_eq!(of_orders(&services, &["ord-1001"; 100]).await.unwrap().len(), 100);
    let error = of_orders(&services, &["ord-1001"; 101]).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
}

#[tokio::test]
async fn an_accounts_orders_come_in_pages() {
    let services = MockServices::start().await;
    let page = async |token: String| {
        let request = ListByAccountRequest { account: "acme".into(), page_size: 5, page_token: token };
        rpc::<_, ListByAccountReply>(&services, BY_ACCOUNT, request).await.map(tonic::Response::into_inner)
    };
    let (mut token, mut sizes, mut orders) = (String::new(), Vec::new(), Vec::new());
    loop {
        let reply = page(token).await.unwrap();
        sizes.push(reply.orders.len());
        orders.extend(reply.orders);
        token = reply.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(sizes, [5, 5, 3]);
    assert!(orders.is_sorted_by(|a, b| a.placed_at >= b.placed_at), "newest first");
    assert!(orders.iter().all(|order| order.account == "acme"));
    assert_eq!(
        page("after:ord-1005".into()).await.unwrap_err().code(),
        Code::InvalidArgument,
        "nordic's order"
    );
}

#[tokio::test]
async fn a_placed_order_is_there_afterwards_and_once_per_key() {
    let services = MockServices::start().await;
    let place = async |sku: &str, key: &str| {
        let items = vec![Item { sku: sku.into(), quantity: 2 }];
        let request = PlaceRequest { user: "bob".into(), items, idempotency_key: key.into() };
        rpc::<_, Order>(&services, PLACE, request).await.map(tonic::Response::into_inner)
    };
    let first = place("BK-978031", "key-1").await.unwrap();
    assert_eq!((first.total_cents, first.currency.as_str()), (2900, "GBP"));
    assert_eq!(place("BK-978031", "key-1").await.unwrap().id, first.id, "the same key is the same order");
    let second = place("BK-978031", "").await.unwrap();
    let third = place("BK-978031", "").await.unwrap();
    assert_eq!(recent(&services, "bob", 0).await.unwrap(), [third.id, second.id, first.id]);
    assert_eq!(place("no such thing", "").await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn fixed_ports_are_used_and_a_taken_one_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let ports = Ports { orders: port, ..Ports::default() };
    let error = MockServices::start_on(ports).await.err().unwrap().to_string();
    assert!(error.contains("orders") && error.contains(&port.to_string()), "{error}");
    drop(taken);
    let services = MockServices::start_on(ports).await.unwrap();
    assert_eq!(services.url("orders"), format!("http://127.0.0.1:{port}"));
    assert_eq!(recent(&services, "alice", 1).await.unwrap(), ["ord-1007"]);
    let names: Vec<_> = services.iter().map(|(name, protocol, _)| format!("{name} {protocol}")).collect();
    assert_eq!(names, ["users http", "notifications http", "reports http", "orders grpc", "invoices grpc"]);
}

#[tokio::test]
async fn dropping_them_stops_all_five_and_ends_what_hangs() {
    let services = MockServices::start().await;
    for service in SERVICES {
        services.set(service, Mode::Hang);
    }
    let addresses: Vec<_> = services.iter().map(|(_, _, url)| url.replace("http://", "")).collect();
    let user = reqwest_hanging(services.url("users"));
    tokio::time::sleep(A_MOMENT).await;
    assert!(!user.is_finished(), "control: it hangs");
    drop(services);
    assert!(
        tokio::time::timeout(A_MOMENT * 10, user).await.unwrap().unwrap(),
        "the caller saw the connection end"
    );
    for address in addresses {
        let mut tries = 0;
        while TcpStream::connect(&address).is_ok() {
            tries += 1;
            assert!(tries < 100, "{address} still listens");
            tokio::time::sleep(A_MOMENT / 10).await;
        }
    }
}

/// Whether a call to a service that hangs ended with an error.
fn reqwest_hanging(url: String) -> tokio::task::JoinHandle<bool> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    tokio::spawn(async move { reqwest::get(format!("{url}/users/alice")).await.is_err() })
}
