//! Calls that don't need each other run at once, those that do run once and in order, and a lost screen cancels the rest.

use std::time::Duration;

use bff_core::call::Reason;
use bff_testkit::{
    Mode, TestBff,
    mocks::{max_in_flight, overlap},
};
use bff_tests::{assert_problem, until};
use tokio::{io::AsyncWriteExt as _, net::TcpListener};

use super::OVERVIEW;

const SLOW: Mode = Mode::Slow(Duration::from_millis(100));

#[tokio::test]
async fn the_calls_of_a_screen_are_in_flight_together() {
    let bff = TestBff::start(bff_web::bff()).await;
    for service in ["users", "orders", "notifications"] {
        bff.services.set(service, SLOW);
    }
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded(), []);
    let seen = bff.services.all_seen();
    assert_eq!(seen.len(), 3);
    assert!(overlap(&seen), "all three arrive before the first finishes: {seen:#?}");
    assert_eq!(max_in_flight(&seen), 3);
}

#[tokio::test]
async fn dependent_calls_wait_for_the_first_which_is_made_once() {
    let bff = TestBff::start(bff_web::bff()).await;
    for target in ["orders.get", "invoices", "users"] {
        bff.services.set(target, SLOW);
    }
    let reply = bff.as_user("alice").get("/api/orders/ord-1001").await;
    assert_eq!((reply.status.as_u16(), reply.degraded()), (200, Vec::new()));
    let order = bff.services.seen("orders.get");
    assert_eq!(order.len(), 1, "three sections, one call");
    let dependent = [bff.services.seen("invoices"), bff.services.seen("users")].concat();
    assert_eq!(dependent.len(), 2);
    let answered = order[0].finished.expect("it was answered");
    assert!(dependent.iter().all(|call| call.arrived >= answered));
    assert!(overlap(&dependent), "those two don't wait for each other");
    assert!(!overlap(&bff.services.all_seen()), "so overlap can tell");
}

#[tokio::test]
async fn a_failed_required_section_cancels_its_siblings() {
    // A users service that answers when we say so, since the siblings must be on their way by then.
    let users = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", users.local_addr().expect("it is bound"));
    let bff = TestBff::with(bff_web::bff())
        .set("services.users.url", url)
        .set("screen.deadline", "60s")
        .set("services.orders.timeout", "60s")
        .set("services.notifications.timeout", "60s")
        .start()
        .await;
    bff.services.set("orders", Mode::Hang);
    bff.services.set("notifications", Mode::Hang);
    let session = bff.as_user("alice");
    let fail = async {
        let (mut stream, _) = users.accept().await.expect("the BFF connects");
        until("both siblings are on their way", || bff.services.all_seen().len() == 2).await;
        let answer = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(answer).await.expect("the BFF listens");
        stream
    };
    let (reply, _stream) = tokio::join!(session.get(OVERVIEW), fail);
    assert_problem(&reply, 502, "service_failed");

    until("the service sees it too", || bff.services.seen("orders")[0].cancelled).await;
    for service in ["orders", "notifications"] {
        let calls = bff.running().calls(service).expect("a service of this BFF");
        assert_eq!((calls.in_flight(), calls.cancelled(), calls.answered()), (0, 1, 0), "{service}");
        for reason in Reason::ALL {
            assert_eq!(calls.failed(*reason), 0, "{service}: a cancellation is no failure");
        }
    }
    let users = bff.running().calls("users").expect("a service of this BFF");
    assert_eq!((users.failed(Reason::Failed), users.cancelled()), (1, 0));
}

#[tokio::test]
async fn a_failed_first_call_makes_no_dependent_call() {
    let bff = TestBff::start(bff_web::bff()).await;
    bff.services.set("orders", Mode::Fail(500));
    assert_problem(&bff.as_user("alice").get("/api/orders/ord-1001").await, 502, "service_failed");
    assert_eq!(bff.services.count("orders.get"), 1, "asked once, not once a section");
    assert_eq!(bff.services.count("invoices") + bff.services.count("users"), 0);
}
