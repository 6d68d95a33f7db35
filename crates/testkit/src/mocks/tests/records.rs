//! What is remembered of a call.

use std::time::{Duration, Instant};

use bff_services::rpc::orders_v1::ListRecentRequest;

use super::{super::*, A_MOMENT, get, recent};
use crate::mocks::seen::Log;

#[tokio::test]
async fn a_call_is_remembered_with_all_that_arrived() {
    let services = MockServices::start().await;
    get(&services, "notifications", "/notifications?user=zo%C3%AB&unread=true").await.unwrap();
    get(&services, "notifications", "/nowhere").await.unwrap();
    recent(&services, "alice", 3).await.unwrap();

    let [http, nowhere] = services.seen("notifications").try_into().unwrap();
    assert_eq!((http.operation, http.method.as_str()), (Some("notifications.unread"), "GET"));
    assert_eq!(http.target, "/notifications?user=zo%C3%AB&unread=true");
    assert_eq!((nowhere.operation, nowhere.target.as_str()), (None, "/nowhere"));
    assert_eq!(services.count("notifications.unread"), 1);

    let [grpc] = services.seen("orders.recent").try_into().unwrap();
    assert_eq!((grpc.method.as_str(), grpc.target.as_str()), ("POST", "/orders.v1.Orders/ListRecent"));
    assert_eq!(grpc.message::<ListRecentRequest>(), ListRecentRequest { user: "alice".into(), limit: 3 });
    for call in [&http, &grpc] {
        assert_eq!(call.header_values("x-test").collect::<Vec<_>>(), ["yes"]);
        assert!(call.finished.unwrap() >= call.arrived && !call.cancelled);
    }
    assert_eq!(services.all_seen().len(), 3);
    services.clear();
    assert_eq!(services.all_seen().len(), 0);
}

#[tokio::test]
async fn overlap_is_provable_across_services() {
    let services = MockServices::start().await;
    for service in SERVICES {
        services.set(service, Mode::Slow(A_MOMENT));
    }
    let (_, _) = tokio::join!(get(&services, "users", "/users/alice"), recent(&services, "alice", 1));
    let together = services.all_seen();
    assert!(overlap(&together) && max_in_flight(&together) == 2);

    services.clear();
    get(&services, "users", "/users/alice").await.unwrap();
    recent(&services, "alice", 1).await.unwrap();
    let in_turn = services.all_seen();
    assert!(!overlap(&in_turn) && max_in_flight(&in_turn) == 1, "control");
    assert!(!overlap(&[]) && max_in_flight(&[]) == 0);
}

#[tokio::test]
async fn a_grpc_call_whose_caller_gives_up_is_cancelled() {
    let services = MockServices::start().await;
    services.set("orders", Mode::Hang);
    assert!(tokio::time::timeout(A_MOMENT, recent(&services, "alice", 1)).await.is_err());
    let deadline = Instant::now() + A_MOMENT * 10;
    while services.seen("orders")[0].finished.is_none() {
        assert!(Instant::now() < deadline, "the service never heard of it");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(services.seen("orders")[0].cancelled);
}

#[test]
fn the_record_is_bounded_and_still_finds_its_calls() {
    let log = Log::default();
    let arrived = Instant::now();
    let call = |number: u32| Seen {
        service: "users",
        operation: None,
        method: String::new(),
        target: number.to_string(),
        headers: Vec::new(),
        body: Vec::new(),
        mode: Mode::Ok,
        arrived,
        finished: None,
        cancelled: false,
    };
    let ids: Vec<_> = (0..10_005).map(|number| log.arrived(call(number))).collect();
    log.finished(ids[0], arrived, true);
    log.finished(ids[7], arrived, true);
    let kept = log.matching(|_| true);
    assert_eq!((kept.len(), kept[0].target.as_str()), (10_000, "5"));
    let cancelled = log.matching(|call| call.cancelled);
    assert_eq!(cancelled.iter().map(|call| call.target.as_str()).collect::<Vec<_>>(), ["7"]);
    log.clear();
    log.finished(ids[10_004], arrived, true);
    assert!(log.matching(|_| true).is_empty());
}
