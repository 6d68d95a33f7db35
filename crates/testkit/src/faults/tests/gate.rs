//! What setting and ending a fault does to the port and to connections.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use tokio::io::AsyncWriteExt as _;

use super::{End, ask, connect, read};
use crate::{Fault, MockServices, Mode, mocks::Ports};

const REQUEST: &[u8] = b"GET /users/alice HTTP/1.1\r\nHost: users\r\n\r\n";

/// Whether the service answers on a new connection.
async fn is_there(services: &MockServices) -> bool {
    let (bytes, end) = ask(services, "users", REQUEST, b"}").await;
    assert!(end == End::Refused || bytes.starts_with(b"HTTP/1.1 200 OK"), "{end:?}");
    end != End::Refused
}

#[tokio::test]
async fn a_port_that_refuses_is_nobody_elses() {
    let services = MockServices::start().await;
    let address = services.url("users").trim_start_matches("http://").to_owned();
    for _ in 0..3 {
        assert!(is_there(&services).await);
        services.set("users", Fault::Refuse);
        assert!(TcpListener::bind(&address).is_err(), "the port is held");
        let port = address.rsplit(':').next().unwrap().parse().unwrap();
        let taken = MockServices::start_on(Ports { users: port, ..Ports::default() }).await;
        assert!(taken.is_err(), "by other mocks, too");
        assert!(!is_there(&services).await);
        services.set("users", Mode::Ok);
        assert!(TcpListener::bind(&address).is_err(), "and used");
    }
    drop(services);
    assert!(TcpListener::bind(&address).is_ok(), "and free afterwards");
}

#[tokio::test]
async fn a_fault_closes_connections_when_it_is_set_and_when_it_ends() {
    let services = MockServices::start().await;
    let kept = async || {
        let mut stream = connect(&services, "users").await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        assert_eq!(read(&mut stream, b"}").await.1, End::Silent);
        stream
    };
    let ended = async |mut stream| {
        let (_, end) = read(&mut stream, b"never").await;
        assert!(matches!(end, End::Closed | End::Reset), "{end:?}");
    };
    let stream = kept().await;
    services.set("users", Fault::HangBeforeHead);
    ended(stream).await;

    let mut hanging = connect(&services, "users").await.unwrap();
    hanging.write_all(REQUEST).await.unwrap();
    assert_eq!(read(&mut hanging, b"").await.1, End::Silent);
    services.reset();
    ended(hanging).await;

    let mut stream = kept().await;
    services.set("users", Mode::Slow(Duration::from_millis(1)));
    services.set("orders", Fault::Refuse);
    stream.write_all(REQUEST).await.unwrap();
    assert_eq!(
        read(&mut stream, b"}").await.1,
        End::Silent,
        "a mode, and another service's fault, end nothing"
    );
}

#[tokio::test]
async fn a_mode_of_an_operation_ends_the_fault_of_its_service() {
    let services = MockServices::start().await;
    services.set("notifications", Fault::Refuse);
    services.set("notifications.unread", Mode::Fail(503));
    let modes = services.modes();
    assert!(modes.contains(&("notifications.unread", Mode::Fail(503))));
    assert!(modes.contains(&("notifications.unread_count", Mode::Ok)));
    assert!(connect(&services, "notifications").await.is_ok());
}

#[tokio::test]
async fn a_service_flaps_by_its_schedule() {
    let services = MockServices::start().await;
    let (up, down) = (Duration::from_millis(900), Duration::from_millis(700));
    services.set("users", Fault::Flapping { up, down });
    let began = Instant::now();
    let mut stream = connect(&services, "users").await.unwrap();
    stream.write_all(REQUEST).await.unwrap();
    let (_, end) = read(&mut stream, b"never").await;
    assert!(matches!(end, End::Closed | End::Reset) && began.elapsed() >= up, "{end:?}");
    assert!(!is_there(&services).await, "it is down, and for a while");
    while !is_there(&services).await {
        assert!(began.elapsed() < (up + down) * 5, "it never comes back");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(began.elapsed() >= up + down, "back after {:?}", began.elapsed());
    services.set("users", Mode::Ok);
    assert!(is_there(&services).await);
}
