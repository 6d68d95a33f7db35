//! Faults that come and go by themselves, or say when to come again.

use std::time::{Duration, Instant};

use bff_testkit::{Fault, TestBff};

use super::{
    super::OVERVIEW,
    bff::{SERVICE_TIMEOUT, start},
};

/// Why the section is missing; empty if it is not.
async fn reason(bff: &TestBff, path: &str) -> String {
    bff.as_user("alice").get(path).await.degraded().pop().map(|(_, reason)| reason).unwrap_or_default()
}

#[tokio::test]
async fn each_third_call_stalls() {
    let bff = start().await;
    for (service, path) in [("notifications", "/http/optional"), ("orders", "/grpc/optional")] {
        bff.services.set(service, Fault::Stalls { every: 3, by: SERVICE_TIMEOUT * 20 });
        let mut reasons = Vec::new();
        for _ in 0..6 {
            reasons.push(reason(&bff, path).await);
        }
        assert_eq!(reasons, ["", "", "timeout", "", "", "timeout"], "{service}");
    }
}

#[tokio::test]
async fn a_flapping_service_is_there_and_gone_and_there() {
    let bff = start().await;
    for (service, path) in [("notifications", "/http/optional"), ("orders", "/grpc/optional")] {
        let (began, turn) = (Instant::now(), Duration::from_millis(400));
        bff.services.set(service, Fault::Flapping { up: turn, down: turn });
        let mut phases: Vec<String> = Vec::new();
        while phases.len() < 4 {
            let now = reason(&bff, path).await;
            if phases.last() != Some(&now) {
                phases.push(now);
            }
            assert!(began.elapsed() < turn * 30, "{service}: {phases:?}");
        }
        assert_eq!(phases, ["", "unavailable", "", "unavailable"], "{service}");
        assert!(began.elapsed() >= turn * 3);
    }
}

#[tokio::test]
async fn a_service_that_says_when_to_come_again_is_asked_then_if_there_is_time() {
    let bff = TestBff::with(bff_web::bff())
        .set("screen.deadline", "10s")
        .set("services.notifications.timeout", "5s")
        .start()
        .await;
    for (operation, after, asked) in [
        ("orders.recent", Duration::from_millis(250), 2),
        ("orders.recent", Duration::from_secs(10), 1),
        ("notifications.unread", Duration::from_secs(1), 2),
        ("notifications.unread", Duration::from_secs(10), 1),
    ] {
        bff.services.clear();
        bff.services.next(operation, [Fault::RetryAfter { status: 429, after }]);
        let began = Instant::now();
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        let seen = bff.services.seen(operation);
        assert_eq!((seen.len(), reply.degraded().len()), (asked, 2 - asked), "{operation} in {after:?}");
        match seen.as_slice() {
            [first, second] => assert!(second.arrived - first.arrived >= after, "{operation}"),
            _ => assert!(began.elapsed() < after, "nobody waits for what can't be"),
        }
    }
}
