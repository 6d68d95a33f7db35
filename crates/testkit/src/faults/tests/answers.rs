//! Faults that are answers, which an operation can have by itself.

use std::time::{Duration, Instant};

use super::{ask, contains};
use crate::{Fault, MockServices, Mode};

const LIST: &[u8] = b"GET /notifications?user=alice&unread=true HTTP/1.1\r\nHost: notifications\r\n\r\n";
const COUNT: &[u8] = b"GET /unread-count/alice HTTP/1.1\r\nHost: notifications\r\n\r\n";

/// Status line and headers of the answer.
async fn head(services: &MockServices, request: &[u8]) -> String {
    let (bytes, _) = ask(services, "notifications", request, b"\r\n\r\n").await;
    String::from_utf8_lossy(&bytes).split("\r\n\r\n").next().unwrap().to_lowercase()
}

#[tokio::test]
async fn one_operation_turns_away_or_redirects_and_the_next_call_may() {
    let services = MockServices::start().await;
    let busy = Fault::RetryAfter { status: 429, after: Duration::from_millis(1500) };
    services.set("notifications.unread", busy);
    let answer = head(&services, LIST).await;
    assert!(answer.starts_with("http/1.1 429") && answer.contains("retry-after: 2"), "{answer}");
    assert!(head(&services, COUNT).await.starts_with("http/1.1 200"), "the other operation");

    services.set("notifications.unread", Fault::RedirectElsewhere(307));
    let answer = head(&services, LIST).await;
    assert!(answer.starts_with("http/1.1 307"), "{answer}");
    let location = answer.lines().find_map(|line| line.strip_prefix("location: http://")).unwrap();
    let (canary, path) = location.split_once('/').unwrap();
    assert_eq!(path, "notifications?user=alice&unread=true");
    assert_eq!(services.canary_connections(), 0);
    let _visitor = tokio::net::TcpStream::connect(canary).await.unwrap();
    assert_eq!(services.canary_connections(), 1, "control: it knows its visitors");

    services.reset();
    services.next("notifications", [busy]);
    assert!(head(&services, LIST).await.starts_with("http/1.1 429"));
    assert!(head(&services, LIST).await.starts_with("http/1.1 200"));
}

#[tokio::test]
async fn each_nth_call_stalls() {
    let services = MockServices::start().await;
    let by = Duration::from_millis(200);
    services.set("notifications", Fault::Stalls { every: 3, by });
    let mut late = Vec::new();
    for _ in 0..7 {
        let began = Instant::now();
        let (bytes, _) = ask(&services, "notifications", COUNT, b"}").await;
        assert!(contains(&bytes, b"200 OK"));
        // What `ask` waits for silence is no time of the service.
        late.push(began.elapsed() >= by + super::QUIET);
    }
    assert_eq!(late, [false, false, true, false, false, true, false]);
    let stalled = services.seen("notifications").iter().filter(|call| call.mode == Mode::Slow(by)).count();
    assert_eq!(stalled, 2);
}
