//! Each mode does what it says, and its control does not.

use std::time::{Duration, Instant};

use tonic::Code;

use super::{super::*, A_MOMENT, get, recent};

const ALICE: &str = "/users/alice";

#[test]
fn a_mode_reads_and_displays_as_the_same_text() {
    let kinds = Nonsense::ALL.map(|kind| format!("nonsense:{}", kind.name()));
    let texts = ["ok", "slow:800ms", "slow:2s", "slow:1500ms", "fail:503", "hang"].map(str::to_owned);
    for text in texts.iter().chain(&kinds) {
        assert_eq!(text.parse::<Mode>().unwrap().to_string(), *text);
    }
    for text in
        ["", "OK", "slow", "slow:", "slow:5", "slow:-1s", "fail:200", "fail:999", "nonsense:", "hang:1"]
    {
        let error = text.parse::<Mode>().unwrap_err().to_string();
        for valid in ["ok", "slow:", "fail:", "hang", "nonsense:", "gzip-bomb"] {
            assert!(error.contains(valid), "`{text}`: {error}");
        }
    }
}

#[tokio::test]
async fn unknown_targets_are_refused_with_the_known_ones() {
    let services = MockServices::start().await;
    for target in ["", "user", "users.", "orders.recents"] {
        let error = services.try_set(target, Mode::Hang).unwrap_err().to_string();
        assert!(error.contains("notifications, ") && error.contains("orders.by_account"), "{error}");
    }
    assert!(services.modes().iter().all(|(_, mode)| *mode == Mode::Ok));
}

#[tokio::test]
async fn slow_and_hanging_services_make_their_callers_wait() {
    let services = MockServices::start().await;
    let by = Duration::from_millis(150);
    services.set("users", Mode::Slow(by));
    services.set("orders.recent", Mode::Slow(by));
    let started = Instant::now();
    assert_eq!(get(&services, "users", ALICE).await.unwrap().0, 200);
    assert!(started.elapsed() >= by);
    let started = Instant::now();
    assert_eq!(recent(&services, "alice", 1).await.unwrap(), ["ord-1007"]);
    assert!(started.elapsed() >= by);

    services.set("users.get", Mode::Hang);
    services.set("orders", Mode::Hang);
    assert!(tokio::time::timeout(A_MOMENT, get(&services, "users", ALICE)).await.is_err());
    assert!(tokio::time::timeout(A_MOMENT, recent(&services, "alice", 1)).await.is_err());

    services.reset();
    let started = Instant::now();
    assert_eq!(get(&services, "users", ALICE).await.unwrap().0, 200);
    assert_eq!(recent(&services, "alice", 1).await.unwrap(), ["ord-1007"]);
    assert!(started.elapsed() < A_MOMENT * 10, "control: at once");
}

#[tokio::test]
async fn failures_carry_the_status_or_its_grpc_code() {
    let services = MockServices::start().await;
    let codes = [
        (400, Code::InvalidArgument),
        (401, Code::Unauthenticated),
        (403, Code::PermissionDenied),
        (404, Code::NotFound),
        (429, Code::ResourceExhausted),
        (500, Code::Internal),
        (503, Code::Unavailable),
        (504, Code::DeadlineExceeded),
    ];
    for (status, code) in codes {
        services.set("users", Mode::Fail(status));
        services.set("orders", Mode::Fail(status));
        assert_eq!(get(&services, "users", ALICE).await.unwrap().0, status);
        assert_eq!(recent(&services, "alice", 1).await.unwrap_err().code(), code);
    }
    let others = get(&services, "notifications", "/unread-count/alice").await.unwrap();
    assert_eq!(others.0, 200, "control: the other services are well");
}

#[tokio::test]
async fn modes_switch_while_it_runs_and_the_last_word_counts() {
    let services = MockServices::start().await;
    let statuses = async || {
        let list = get(&services, "notifications", "/notifications?user=alice&unread=true").await.unwrap();
        let count = get(&services, "notifications", "/unread-count/alice").await.unwrap();
        (list.0, count.0)
    };
    assert_eq!(statuses().await, (200, 200));
    services.set("notifications.unread", Mode::Fail(503));
    assert_eq!(statuses().await, (503, 200), "one operation");
    services.set("notifications", Mode::Fail(500));
    assert_eq!(statuses().await, (500, 500), "the whole service");
    services.set("notifications.unread_count", Mode::Ok);
    assert_eq!(statuses().await, (500, 200));
    services.set("notifications", Mode::Ok);
    services.next("notifications.unread", [Mode::Fail(503), Mode::Fail(429)]);
    let seen = [statuses().await, statuses().await, statuses().await];
    assert_eq!(seen, [(503, 200), (429, 200), (200, 200)], "only the next two calls");
}

#[tokio::test]
async fn http_nonsense_is_what_its_name_says() {
    let services = MockServices::start().await;
    let (_, _, right) = get(&services, "users", ALICE).await.unwrap();
    for kind in Nonsense::ALL {
        services.set("users", Mode::Nonsense(kind));
        let (status, content_type, body) = get(&services, "users", ALICE).await.unwrap();
        let parsed = serde_json::from_slice::<serde_json::Value>(&body);
        let as_told = match kind {
            Nonsense::Html => content_type.starts_with("text/html") && body.starts_with(b"<!doctype"),
            Nonsense::Truncated => {
                right.starts_with(&body) && body.len() == right.len() / 2 && parsed.is_err()
            }
            Nonsense::Deep => body.len() == 200_000 && body[99_999] == b'[',
            Nonsense::Huge => body.len() > 10_000_000 && parsed.is_ok(),
            Nonsense::GzipBomb => body.starts_with(&[0x1f, 0x8b]) && body.len() < 128 * 1024,
            Nonsense::WrongType => content_type == "text/plain" && body == right,
            Nonsense::NoContent => status == 204 && body.is_empty() && content_type.is_empty(),
            Nonsense::OtherShape => parsed.is_ok_and(|value| value.get("id").is_none()),
            Nonsense::Empty => status == 200 && body.is_empty(),
            Nonsense::Garbage => content_type == "application/json" && str::from_utf8(&body).is_err(),
        };
        assert!(as_told, "{kind:?}: {status} {content_type} {} bytes", body.len());
        assert!(status == 200 || kind == Nonsense::NoContent, "nonsense claims success");
    }
}

#[tokio::test]
async fn grpc_nonsense_is_refused_for_its_reason_except_where_proto3_cannot_tell() {
    let services = MockServices::start().await;
    assert_eq!(recent(&services, "alice", 1).await.unwrap(), ["ord-1007"], "control");
    for kind in Nonsense::ALL {
        services.set("orders", Mode::Nonsense(kind));
        let reply = recent(&services, "alice", 1).await;
        let reason = match kind {
            Nonsense::Empty => {
                assert_eq!(reply.unwrap(), Vec::<String>::new(), "no bytes are all defaults");
                continue;
            }
            Nonsense::Html | Nonsense::WrongType => "invalid compression flag",
            Nonsense::Truncated => "Missing response message",
            Nonsense::Deep => "recursion limit",
            Nonsense::Huge => "message length too large",
            Nonsense::GzipBomb => "exceeded while decompressing",
            Nonsense::NoContent => "grpc-status header missing",
            Nonsense::OtherShape => "invalid wire type: Varint",
            Nonsense::Garbage => "invalid wire type value",
        };
        let error = reply.unwrap_err();
        assert!(error.message().contains(reason), "{kind:?}: {error}");
    }
}
