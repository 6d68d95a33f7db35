//! A service that sends us elsewhere: nobody follows, since the identity headers would go along.

use std::net::TcpListener;

use bff_testkit::{
    TestBff,
    raw::{Raw, RawService},
};
use bff_tests::assert_problem;

use super::OVERVIEW;

/// A place where nobody should go. It accepts nothing by itself, so whoever connects waits in its queue.
struct Canary(TcpListener);

impl Canary {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a listener takes options");
        Self(listener)
    }

    fn url(&self) -> String {
        format!("http://{}/users/alice", self.0.local_addr().expect("it is bound"))
    }

    fn was_visited(&self) -> bool {
        self.0.accept().is_ok()
    }
}

async fn redirecting(status: u16, location: &str) -> RawService {
    let head = format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    RawService::start(Raw::Close(head.into_bytes())).await
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    for status in [301, 302, 307, 308] {
        let canary = Canary::new();
        let service = redirecting(status, &canary.url()).await;
        let bff = TestBff::with(bff_web::bff())
            .set("services.users.url", service.url())
            .set("services.notifications.url", service.url())
            .start()
            .await;
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_problem(&reply, 502, "service_failed");
        let reply = bff.as_user("alice").get("/api/orders/ord-1001").await;
        assert_eq!(reply.degraded(), [("otherParty".into(), "refused".into())], "{status}");
        assert!(reply.header("location").is_empty());
        assert!(!canary.was_visited(), "{status}");
    }
}

#[tokio::test]
async fn the_canary_knows_its_visitors() {
    let canary = Canary::new();
    let _visitor = tokio::net::TcpStream::connect(canary.0.local_addr().expect("it is bound")).await;
    assert!(canary.was_visited());
}
