//! How a BFF leaves: not ready, no more connections, requests in flight to their end, and never later than its timeout.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use bff_testkit::{Mode, TestBff, TestBffBuilder};
use bff_tests::{
    Wire, assert_problem, until,
    wire::{bearer, head},
};
use tokio::net::TcpStream;

use super::OVERVIEW;

fn patient() -> TestBffBuilder {
    let deadline = TestBff::with(bff_web::bff()).set("screen.deadline", "60s");
    deadline.set("services.users.timeout", "60s").set("services.users.attempt_timeout", "60s")
}

/// A connection with a request for the overview on its way to the users service.
async fn in_flight(bff: &TestBff) -> Wire {
    let mut wire = Wire::to(bff.address()).await;
    wire.send(head("GET", OVERVIEW, &[bearer(&bff.token("alice").sign())])).await;
    until("the request is in flight", || bff.services.count("users") == 1).await;
    wire
}

/// Until nobody listens any more.
async fn refused(address: SocketAddr) {
    let began = Instant::now();
    while TcpStream::connect(address).await.is_ok() {
        assert!(began.elapsed() < Duration::from_secs(5), "still accepting");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_request_in_flight_finishes_while_new_connections_are_refused() {
    let bff = patient().start().await;
    bff.services.set("users", Mode::Slow(Duration::from_millis(600)));
    let address = bff.address();
    let mut idle = Wire::to(address).await;
    assert_problem(&idle.get("/nowhere", &[]).await, 404, "unknown_path");
    let mut wire = in_flight(&bff).await;
    let replies = async {
        idle.closed().await;
        refused(address).await;
        assert!(wire.is_silent_for(Duration::from_millis(1)).await, "refused while a request is in flight");
        let reply = wire.reply().await;
        assert_eq!((reply.status.as_u16(), reply.degraded()), (200, Vec::new()));
        assert_eq!(reply.header("connection"), "close");
        wire.closed().await;
    };
    let (took, ()) = tokio::join!(bff.drain(), replies);
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn the_notice_serves_on_and_says_not_ready() {
    let bff = TestBff::with(bff_web::bff()).set("drain.notice", "600ms").start().await;
    let (address, admin) = (bff.address(), bff.running().admin_address());
    let status = async |path: &str| Wire::to(admin).await.get(path, &[]).await.status.as_u16();
    assert_eq!((status("/live").await, status("/ready").await), (200, 200));
    assert_eq!(status("/nowhere").await, 404);
    let notice = async {
        let began = Instant::now();
        while status("/ready").await != 503 {
            assert!(began.elapsed() < Duration::from_secs(5), "never not ready");
        }
        assert_eq!(status("/live").await, 200);
        assert_eq!(Wire::to(address).await.get("/nowhere", &[]).await.status, 404, "still serving");
    };
    let (took, ()) = tokio::join!(bff.drain(), notice);
    assert!(took >= Duration::from_millis(600), "{took:?}");
    refused(admin).await;
}

#[tokio::test]
async fn failing_services_make_a_bff_neither_dead_nor_unready() {
    let bff = TestBff::start(bff_web::bff()).await;
    for service in ["users", "orders", "notifications", "invoices"] {
        bff.services.set(service, Mode::Fail(503));
    }
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.status, 502);
    let mut wire = Wire::to(bff.running().admin_address()).await;
    assert_eq!(wire.get("/live", &[]).await.status, 200);
    assert_eq!(wire.get("/ready", &[]).await.status, 200);
    assert_problem(&bff.anonymous().get("/ready").await, 404, "unknown_path");
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_at_the_drain_timeout() {
    let bff = patient().set("drain.timeout", "300ms").start().await;
    bff.services.set("users", Mode::Hang);
    let mut wire = in_flight(&bff).await;
    let (took, ()) = tokio::join!(bff.drain(), wire.closed());
    assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(3), "{took:?}");
}

#[tokio::test]
async fn connections_that_ask_nothing_do_not_hold_up_the_drain() {
    let bff = TestBff::start(bff_web::bff()).await;
    let mut silent = Wire::to(bff.address()).await;
    let mut idle = Wire::to(bff.address()).await;
    assert_eq!(idle.get("/nowhere", &[]).await.status, 404);
    let (took, (), ()) = tokio::join!(bff.drain(), silent.closed(), idle.closed());
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[tokio::test]
async fn an_http2_connection_finishes_its_streams_and_goes_away() {
    let bff = patient().start().await;
    bff.services.set("users", Mode::Slow(Duration::from_millis(400)));
    let client = super::protocols::http2_client();
    let url = format!("http://{}{OVERVIEW}", bff.address());
    let request = super::protocols::send(client.get(&url).bearer_auth(bff.token("alice").sign()));
    let mut request = Box::pin(request);
    {
        let mut sent = Box::pin(until("the request is in flight", || bff.services.count("users") == 1));
        tokio::select! {
            _ = &mut request => panic!("not before it was in flight"),
            () = &mut sent => {}
        }
    }
    let (took, reply) = tokio::join!(bff.drain(), request);
    assert_eq!(reply.status(), 200);
    assert!(took < Duration::from_secs(3), "{took:?}");
}
