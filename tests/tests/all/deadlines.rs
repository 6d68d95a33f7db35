//! A service that hangs, before its head, within its body or byte by byte, takes its section and never the deadline.

use std::time::{Duration, Instant};

use bff_testkit::{
    Mode, Reply, TestBff,
    raw::{Raw, RawService},
};
use bff_tests::assert_problem;

use super::OVERVIEW;

/// Of it, 85 % are for calls.
const DEADLINE: Duration = Duration::from_millis(400);

/// Asks for the overview and checks that the reply took the time that calls have, and not much more.
async fn ask(bff: &TestBff) -> Reply {
    let began = Instant::now();
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    let took = began.elapsed();
    assert!(took >= DEADLINE * 8 / 10, "it gave up early, after {took:?}");
    assert!(took < DEADLINE * 3, "it took {took:?}");
    reply
}

async fn start() -> TestBff {
    TestBff::with(bff_web::bff()).set("screen.deadline", "400ms").start().await
}

fn timed_out(section: &str) -> Vec<(String, String)> {
    vec![(section.into(), "timeout".into())]
}

#[tokio::test]
async fn a_service_that_hangs_is_a_timeout_of_its_section() {
    let bff = start().await;
    for service in ["notifications", "orders"] {
        bff.services.reset();
        bff.services.set(service, Mode::Hang);
        let reply = ask(&bff).await;
        assert_eq!((reply.status.as_u16(), reply.degraded()), (200, timed_out(service)));
        assert_eq!(reply.json()["profile"]["id"], "alice");
    }
    bff.services.reset();
    let began = Instant::now();
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded(), [], "the same service, answering");
    assert!(began.elapsed() < DEADLINE);
}

#[tokio::test]
async fn a_required_service_that_hangs_is_a_504() {
    let bff = start().await;
    for (service, path) in [("users", OVERVIEW), ("orders", "/api/orders/ord-1001")] {
        bff.services.reset();
        bff.services.set(service, Mode::Hang);
        let began = Instant::now();
        assert_problem(&bff.as_user("alice").get(path).await, 504, "service_timeout");
        assert!(began.elapsed() < DEADLINE * 3, "{service}");
    }
}

#[tokio::test]
async fn a_service_within_its_time_is_not_cut() {
    let bff = TestBff::with(bff_web::bff()).set("screen.deadline", "3s").start().await;
    for service in ["users", "notifications", "orders"] {
        bff.services.set(service, Mode::Slow(Duration::from_millis(200)));
    }
    assert_eq!(bff.as_user("alice").get(OVERVIEW).await.degraded(), []);
}

#[tokio::test]
async fn a_service_that_stalls_or_trickles_is_a_timeout_of_its_section() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let cases = [
        ("says nothing", Raw::Silence),
        ("stalls within its head", Raw::Stall(head.into())),
        ("stalls before its body", Raw::Stall(format!("{head}Content-Length: 2\r\n\r\n").into())),
        ("stalls within its body", Raw::Stall(format!("{head}Content-Length: 2\r\n\r\n[").into())),
        (
            "stalls after a chunk",
            Raw::Stall(format!("{head}Transfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n").into()),
        ),
        ("sends a byte now and then", Raw::Trickle(Duration::from_millis(20))),
    ];
    for (name, raw) in cases {
        let service = RawService::start(raw).await;
        let bff = TestBff::with(bff_web::bff())
            .set("screen.deadline", "400ms")
            .set("services.notifications.url", service.url())
            .start()
            .await;
        let reply = ask(&bff).await;
        assert_eq!((reply.status.as_u16(), reply.degraded()), (200, timed_out("notifications")), "{name}");
    }
}

#[tokio::test]
async fn a_grpc_service_that_takes_the_connection_and_says_nothing_is_a_timeout() {
    let service = RawService::start(Raw::Silence).await;
    let bff = TestBff::with(bff_web::bff())
        .set("screen.deadline", "400ms")
        .set("services.orders.url", service.url())
        .start()
        .await;
    assert_eq!(ask(&bff).await.degraded(), timed_out("orders"));
}

#[tokio::test]
async fn a_client_may_ask_for_less_time_and_not_for_more() {
    for (deadline, asked, section_timeout) in
        [("5s", 400, "5s"), ("400ms", 60_000, "5s"), ("5s", 60_000, "340ms")]
    {
        let bff = TestBff::with(bff_web::bff())
            .set("screen.deadline", deadline)
            .set("services.notifications.timeout", section_timeout)
            .set("services.notifications.attempt_timeout", "5s")
            .start()
            .await;
        bff.services.set("notifications", Mode::Hang);
        let began = Instant::now();
        let reply = bff.as_user("alice").header("X-Request-Timeout-Ms", asked).get(OVERVIEW).await;
        let took = began.elapsed();
        assert_eq!(reply.degraded(), timed_out("notifications"), "{deadline}, asked for {asked}");
        assert!(took >= DEADLINE * 8 / 10 && took < DEADLINE * 3, "{deadline}, asked for {asked}: {took:?}");
    }
}

#[tokio::test]
async fn a_client_that_has_no_time_gets_an_answer_at_once() {
    let bff = TestBff::start(bff_web::bff()).await;
    let began = Instant::now();
    let reply = bff.as_user("alice").header("X-Request-Timeout-Ms", 1).get(OVERVIEW).await;
    assert_eq!(reply.status, 504);
    assert!(["service_timeout", "deadline_exceeded"].contains(&reply.code().as_str()), "{}", reply.json());
    assert!(began.elapsed() < Duration::from_millis(500));
}
