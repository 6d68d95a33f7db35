//! A client that goes away takes its calls with it: cancelled, counted as that, and logged as 499.

use bff_core::call::Reason;
use bff_testkit::{Mode, TestBff};
use bff_tests::{
    Wire, until,
    wire::{bearer, head},
};

use super::OVERVIEW;

/// The web BFF with services that never answer, and a deadline that no test waits for.
async fn hanging() -> TestBff {
    let mut builder = TestBff::with(bff_web::bff()).set("screen.deadline", "60s");
    for service in ["users", "orders", "notifications"] {
        builder = builder.set(&format!("services.{service}.timeout"), "60s");
        builder = builder.set(&format!("services.{service}.attempt_timeout"), "60s");
    }
    let bff = builder.start().await;
    for service in ["users", "orders", "notifications"] {
        bff.services.set(service, Mode::Hang);
    }
    bff
}

fn in_flight(bff: &TestBff) -> u64 {
    let services = ["users", "orders", "notifications"].into_iter();
    services.map(|service| bff.running().calls(service).map_or(0, |calls| calls.in_flight())).sum()
}

/// All calls are over, cancelled and nothing else, and the line says so.
async fn assert_cancelled(bff: &TestBff) {
    until("the calls are given up", || in_flight(bff) == 0).await;
    for service in ["users", "orders", "notifications"] {
        let calls = bff.running().calls(service).expect("a service of this BFF");
        assert_eq!((calls.cancelled(), calls.answered()), (1, 0), "{service}");
        assert!(Reason::ALL.iter().all(|reason| calls.failed(*reason) == 0), "{service}");
    }
    until("the service sees it too", || bff.services.seen("orders")[0].cancelled).await;
    let lines = bff.log_lines(1).await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["status"], 499);
    assert_eq!(lines[0]["route"], OVERVIEW);
}

#[tokio::test]
async fn a_client_that_hangs_up_cancels_its_calls() {
    let bff = hanging().await;
    let mut wire = Wire::to(bff.address()).await;
    wire.send(head("GET", OVERVIEW, &[bearer(&bff.token("alice").sign())])).await;
    until("all calls are on their way", || bff.services.all_seen().len() == 3).await;
    assert_eq!(in_flight(&bff), 3);
    drop(wire);
    assert_cancelled(&bff).await;
}

#[tokio::test]
async fn a_client_that_resets_its_http2_stream_cancels_its_calls() {
    let bff = hanging().await;
    let client = super::protocols::http2_client();
    let url = format!("http://{}{OVERVIEW}", bff.address());
    let token = bff.token("alice").sign();
    let mut request = Box::pin(super::protocols::send(client.get(&url).bearer_auth(&token)));
    let mut sent = Box::pin(until("all calls are on their way", || bff.services.all_seen().len() == 3));
    tokio::select! {
        _ = &mut request => panic!("nobody answers"),
        () = &mut sent => {}
    }
    drop((request, sent));
    assert_cancelled(&bff).await;
    bff.services.reset();
    let again = super::protocols::send(client.get(&url).bearer_auth(&token)).await;
    assert_eq!(again.status(), 200, "the connection lives on");
    drop((again, client));
    bff.drain().await;
}
