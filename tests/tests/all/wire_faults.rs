//! Services that are not there, hang up, or speak no HTTP.

use bff_testkit::{
    TestBff,
    raw::{Raw, RawService},
};
use bff_tests::assert_problem;

use super::OVERVIEW;

/// An address on which nobody listens.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    format!("http://{}", listener.local_addr().expect("it is bound"))
}

/// The web BFF with this service at this address.
async fn start(service: &str, url: &str) -> TestBff {
    TestBff::with(bff_web::bff()).set(&format!("services.{service}.url"), url).start().await
}

#[tokio::test]
async fn a_service_that_is_not_there_is_unavailable() {
    for (service, section) in [("notifications", "notifications"), ("orders", "orders")] {
        let bff = start(service, &nobody()).await;
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!(reply.degraded(), [(section.into(), "unavailable".into())]);
        assert!(!String::from_utf8_lossy(&reply.body).contains("127.0.0.1"));
    }
    for (service, path) in [("users", OVERVIEW), ("orders", "/api/orders/ord-1001")] {
        let bff = start(service, &nobody()).await;
        assert_problem(&bff.as_user("alice").get(path).await, 502, "service_failed");
        let line = bff.log_lines(1).await.pop().expect("a line a request");
        assert!(line["reason"].as_str().is_some_and(|reason| reason.contains("unavailable")), "{line}");
    }
}

#[tokio::test]
async fn a_service_that_breaks_off_is_degraded_with_the_reason() {
    let json = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let cases = [
        ("hangs up without a word", String::new(), "unavailable"),
        ("hangs up within its head", "HTTP/1.1 200 OK\r\nContent-Ty".to_owned(), "unavailable"),
        ("hangs up within its body", format!("{json}Content-Length: 100\r\n\r\n[]"), "unavailable"),
        (
            "hangs up within a chunk",
            format!("{json}Transfer-Encoding: chunked\r\n\r\n64\r\n[]"),
            "unavailable",
        ),
        (
            "calls text gzip",
            format!("{json}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n[]"),
            "invalid_reply",
        ),
        ("is whole", format!("{json}Content-Length: 2\r\n\r\n[]"), ""),
    ];
    for (name, bytes, reason) in cases {
        let service = RawService::start(Raw::Close(bytes.into_bytes())).await;
        let bff = start("notifications", &service.url()).await;
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!(reply.status, 200, "{name}");
        let reasons: Vec<_> = reply.degraded().into_iter().map(|(_, reason)| reason).collect();
        let expected: Vec<_> =
            Some(reason.to_owned()).filter(|reason| !reason.is_empty()).into_iter().collect();
        assert_eq!(reasons, expected, "{name}");
    }
}

#[tokio::test]
async fn a_grpc_service_that_hangs_up_or_speaks_another_protocol_is_unavailable() {
    let mut wrong = Vec::new();
    // Hanging up with bytes unread resets the connection, which is another error each time.
    for bytes in
        ["HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-OpenSSH_9.9\r\n", "", "", ""]
    {
        let service = RawService::start(Raw::Close(bytes.as_bytes().to_vec())).await;
        let bff = start("orders", &service.url()).await;
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!(reply.status, 200);
        let line = bff.log_lines(1).await.pop().expect("a line a request");
        if reply.degraded() != [("orders".into(), "unavailable".into())] {
            wrong.push((bytes, line["sections"].clone()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn an_http_service_that_speaks_another_protocol_is_unavailable() {
    let other = RawService::start(Raw::Close(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec())).await;
    let bff = start("notifications", &other.url()).await;
    let reply = bff.as_user("alice").get(OVERVIEW).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.degraded(), [("notifications".into(), "unavailable".into())]);
}

#[tokio::test]
async fn a_service_that_closes_its_connections_after_each_answer_costs_nobody_an_answer() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]";
    let service = RawService::start(Raw::Close(answer.into())).await;
    let bff = start("notifications", &service.url()).await;
    for number in 0..30 {
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        assert_eq!((reply.status.as_u16(), reply.degraded()), (200, Vec::new()), "request {number}");
    }
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_is_given_to_nobody() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    let right = format!("{head}Content-Length: 2\r\n\r\n[]");
    let planted = r#"[{"id":"x","kind":"x","title":"planted","body":"","createdAt":"","read":false}]"#;
    let planted = format!("{head}Content-Length: {}\r\n\r\n{planted}", planted.len());
    for bytes in [format!("{right}{planted}"), right.clone()] {
        let service = RawService::start(Raw::Stall(bytes.into())).await;
        let bff = TestBff::with(bff_web::bff())
            .set("services.notifications.url", service.url())
            .set("services.notifications.timeout", "300ms")
            .start()
            .await;
        assert_eq!(bff.as_user("zoe").get(OVERVIEW).await.json()["notifications"], serde_json::json!([]));
        for _ in 0..3 {
            let reply = bff.as_user("alice").get(OVERVIEW).await;
            assert_eq!(reply.status, 200);
            assert!(!String::from_utf8_lossy(&reply.body).contains("planted"), "another request's answer");
        }
    }
}

#[tokio::test]
async fn compressed_replies_are_read_where_they_were_asked_for() {
    // `[]`, by gzip.
    let gzip = [31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 139, 142, 5, 0, 41, 187, 76, 13, 2, 0, 0, 0];
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
        gzip.len()
    );
    let good = [head.as_bytes(), &gzip].concat();
    let broken = [head.as_bytes(), &gzip[..12], &[0; 10]].concat();
    for (compression, bytes, reason) in
        [(true, &good, None), (false, &good, Some("invalid_reply")), (true, &broken, Some("invalid_reply"))]
    {
        let service = RawService::start(Raw::Close(bytes.clone())).await;
        let bff = TestBff::with(bff_web::bff())
            .set("services.notifications.url", service.url())
            .set("services.notifications.compression", compression)
            .start()
            .await;
        let reply = bff.as_user("alice").get(OVERVIEW).await;
        let degraded: Vec<_> = reply.degraded().into_iter().map(|(_, reason)| reason).collect();
        assert_eq!(degraded, Vec::from_iter(reason.map(str::to_owned)), "{compression}");
    }
}
