//! A connection that is silent, slow or idle ends in time; those over the cap wait for their turn.

use std::time::{Duration, Instant};

use bff_testkit::{Mode, TestBff};
use bff_tests::{
    Wire,
    wire::{bearer, head},
};

use super::OVERVIEW;

const SHORT: Duration = Duration::from_millis(200);

/// Waits until the BFF hangs up, and checks that it neither hurried nor dawdled.
async fn assert_cut(mut wire: Wire, since: Instant) {
    wire.closed().await;
    let took = since.elapsed();
    // Its clock may have started a moment before ours: when its last answer was ready, not when we had it.
    assert!(took >= SHORT * 3 / 4, "cut early, after {took:?}");
    assert!(took < SHORT * 10, "cut late, after {took:?}");
}

#[tokio::test]
async fn a_connection_without_a_first_byte_is_cut() {
    let bff = TestBff::with(bff_web::bff()).set("server.first_byte_timeout", "200ms").start().await;
    let began = Instant::now();
    assert_cut(Wire::to(bff.address()).await, began).await;
    for start in ["P", "PRI * HTTP/2.0\r\n\r\nSM"] {
        let began = Instant::now();
        let mut wire = Wire::to(bff.address()).await;
        wire.send(start).await;
        assert_cut(wire, began).await;
    }
    let mut wire = Wire::to(bff.address()).await;
    assert!(wire.is_silent_for(SHORT / 4).await);
    assert_eq!(wire.get("/nowhere", &[]).await.status, 404, "late, and in time");
}

#[tokio::test]
async fn a_head_that_does_not_end_is_cut_however_busy_it_looks() {
    let bff = TestBff::with(bff_web::bff()).set("server.header_timeout", "200ms").start().await;
    let stalled = async {
        let began = Instant::now();
        let mut wire = Wire::to(bff.address()).await;
        wire.send("GET / HTTP/1.1\r\nHost: bff\r\n").await;
        assert_cut(wire, began).await;
    };
    let trickling = async {
        let began = Instant::now();
        let mut wire = Wire::to(bff.address()).await;
        wire.send("GET / HTTP/1.1\r\nHost: bff\r\nX-Slow: ").await;
        while wire.is_silent_for(Duration::from_millis(20)).await {
            assert!(began.elapsed() < SHORT * 10, "still open");
            wire.send("x").await;
        }
        assert!(began.elapsed() >= SHORT);
    };
    let second_request = async {
        let mut wire = Wire::to(bff.address()).await;
        assert_eq!(wire.get("/nowhere", &[]).await.status, 404);
        let began = Instant::now();
        wire.send("GET / HT").await;
        assert_cut(wire, began).await;
    };
    let in_time = async {
        let mut wire = Wire::to(bff.address()).await;
        wire.send("GET /nowhere HTTP/1.1\r\n").await;
        assert!(wire.is_silent_for(SHORT / 4).await);
        wire.send("Host: bff\r\n\r\n").await;
        assert_eq!(wire.reply().await.status, 404);
    };
    tokio::join!(stalled, trickling, second_request, in_time);
}

/// Asks for far more than the sockets' buffers hold, on one connection.
async fn ask_for_much(bff: &TestBff) -> Wire {
    let token = bearer(&bff.token("erin").sign());
    let mut wire = Wire::to(bff.address()).await;
    wire.send(head("GET", OVERVIEW, &[token]).repeat(100)).await;
    wire
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut() {
    let bff = TestBff::with(bff_web::bff())
        .set("server.idle_timeout", "200ms")
        .set("server.header_timeout", "200ms")
        .set("server.max_connections", 1)
        .start()
        .await;
    let _silent = ask_for_much(&bff).await;
    let mut next = Wire::to(bff.address()).await;
    tokio::select! {
        reply = next.get("/nowhere", &[]) => assert_eq!(reply.status, 404),
        () = tokio::time::sleep(SHORT * 25) => panic!("the one that does not read still has its place"),
    }
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_everything() {
    let bff = TestBff::with(bff_web::bff()).set("server.idle_timeout", "200ms").start().await;
    let whole = bff.as_user("erin").get(OVERVIEW).await.body.len() * 100;
    let mut slow = ask_for_much(&bff).await;
    let (mut read, began) = (0, Instant::now());
    while read < whole {
        let more = slow.read_some(1 << 20).await;
        assert!(more > 0, "cut after {read} of {whole} bytes although it was read");
        read += more;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(began.elapsed() > SHORT * 2, "not slow");
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_busy_one_is_not() {
    let bff = TestBff::with(bff_web::bff())
        .set("server.idle_timeout", "200ms")
        .set("screen.deadline", "3s")
        .set("services.users.timeout", "2s")
        .start()
        .await;
    bff.services.set("users", Mode::Slow(SHORT * 3));
    let token = [bearer(&bff.token("alice").sign())];
    let mut wire = Wire::to(bff.address()).await;
    assert_eq!(wire.get(OVERVIEW, &token).await.status, 200, "a request takes three times the idle timeout");
    let began = Instant::now();
    assert_cut(wire, began).await;
}

#[tokio::test]
async fn a_request_on_an_idle_connection_starts_its_time_anew() {
    let bff = TestBff::with(bff_web::bff()).set("server.idle_timeout", "200ms").start().await;
    let mut wire = Wire::to(bff.address()).await;
    for _ in 0..6 {
        assert_eq!(wire.get("/nowhere", &[]).await.status, 404);
        assert!(wire.is_silent_for(Duration::from_millis(60)).await);
    }
}

#[tokio::test]
async fn a_connection_over_the_cap_waits_until_one_closes() {
    let bff = TestBff::with(bff_web::bff()).set("server.max_connections", 2).start().await;
    let (mut first, mut second) = (Wire::to(bff.address()).await, Wire::to(bff.address()).await);
    assert_eq!(first.get("/nowhere", &[]).await.status, 404);
    assert_eq!(second.get("/nowhere", &[]).await.status, 404);
    let mut third = Wire::to(bff.address()).await;
    third.send(head("GET", "/nowhere", &[])).await;
    assert!(third.is_silent_for(Duration::from_millis(150)).await, "it waits in the kernel's queue");
    assert_eq!(second.get("/nowhere", &[]).await.status, 404, "those inside are served");
    drop(first);
    assert_eq!(third.reply().await.status, 404);
}
