//! Over HTTP/1.1.

use std::time::{Duration, Instant};

use super::{End, ask, ask_well, contains};
use crate::{Fault, MockServices, Mode, faults::padding::PADDING, mocks::Protocol};

const REQUEST: &[u8] = b"GET /users/alice HTTP/1.1\r\nHost: users\r\n\r\n";

/// Head and body of an answer; the whole of it is head if it has no body.
fn split(bytes: &[u8]) -> (String, &[u8]) {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(bytes.len(), |end| end + 4);
    (String::from_utf8_lossy(&bytes[..end]).to_lowercase(), &bytes[end..])
}

/// A piece of the head, the body, and the end of what a caller reads. Nothing for faults of gRPC.
fn expected(fault: Fault, right: &[u8]) -> Option<(String, Vec<u8>, End)> {
    let length = |length: usize| format!("content-length: {length}\r\n");
    let (whole, half) = (right.to_vec(), right[..right.len() / 2].to_vec());
    Some(match fault {
        Fault::Refuse => (String::new(), vec![], End::Refused),
        Fault::AcceptAndHang | Fault::HangBeforeHead => (String::new(), vec![], End::Silent),
        Fault::SlowAccept(_) | Fault::Flapping { .. } | Fault::Stalls { .. } => {
            (length(right.len()), whole, End::Silent)
        }
        Fault::HangMidBody => (length(right.len()), half, End::Silent),
        Fault::Trickle(_) => (length(right.len() + PADDING), right[..3].to_vec(), End::Endless),
        Fault::ResetBeforeHead => (String::new(), vec![], End::Reset),
        Fault::CloseBeforeHead => (String::new(), vec![], End::Closed),
        Fault::ResetMidBody => (length(right.len()), half, End::Reset),
        Fault::TruncatedLength => (length(right.len() + 1000), whole, End::Closed),
        Fault::InvalidChunking => {
            let body = [b"many\r\n", right, b"\r\n0\r\n\r\n"].concat();
            ("transfer-encoding: chunked\r\n".to_owned(), body, End::Closed)
        }
        Fault::InformationalFlood => {
            let hint = b"HTTP/1.1 103 Early Hints\r\nlink: </style.css>; rel=preload\r\n\r\n";
            ("http/1.1 103".to_owned(), hint.to_vec(), End::Endless)
        }
        Fault::RetryAfter { status, after } => {
            let head = format!("retry-after: {}\r\n", after.as_secs());
            (head, format!(r#"{{"error":"mocked_failure","status":{status}}}"#).into_bytes(), End::Silent)
        }
        Fault::RedirectLoop => ("location: /users/alice\r\n".to_owned(), vec![], End::Silent),
        Fault::RedirectElsewhere(_) => ("location: http://127.0.0.1:".to_owned(), vec![], End::Silent),
        Fault::RstStream | Fault::RstStreamMidMessage | Fault::GoAway => return None,
    })
}

#[tokio::test]
async fn every_fault_is_what_its_name_says() {
    let services = MockServices::start().await;
    let right = services.fixtures().json("users/get.alice").unwrap().to_string().into_bytes();
    let right = right.as_slice();
    for fault in Fault::ALL.iter().copied() {
        let Some((head, body, end)) = expected(fault, right) else {
            assert_eq!(fault.only(), Some(Protocol::Grpc));
            continue;
        };
        services.clear();
        services.set("users", fault);
        let last = if body.is_empty() { head.to_uppercase().into_bytes() } else { body.clone() };
        let until = if matches!(end, End::Closed | End::Reset) { b"never" } else { last.as_slice() };
        // Names of headers come in lower case here, and a location has none of the other.
        let until = if head.starts_with("location") { head.as_bytes() } else { until };
        let began = Instant::now();
        let (bytes, ended) = ask(&services, "users", REQUEST, until).await;
        let (said_head, said_body) = split(&bytes);
        let fits = |what: bool| assert!(what, "{fault}: {said_head} and {} bytes", said_body.len());
        assert_eq!(ended, end, "{fault}: {said_head}");
        fits(contains(said_head.as_bytes(), head.as_bytes()));
        fits(if end == End::Endless { contains(&bytes, &body) } else { said_body == body });
        fits(!bytes.is_empty() || head.is_empty());
        if let Fault::SlowAccept(by) = fault {
            assert!(began.elapsed() >= by);
        }
        let taken = !matches!(fault, Fault::Refuse | Fault::AcceptAndHang);
        assert_eq!(services.count("users.get"), usize::from(taken), "{fault}");
        assert!(services.modes().contains(&("users.get", Mode::Fault(fault))));

        services.set("users", Mode::Ok);
        let bytes = ask_well(&services, "users", REQUEST, right).await;
        assert_eq!(split(&bytes).1, right, "control after {fault}");
    }
    assert_eq!(services.canary_connections(), 0);
}

#[tokio::test]
async fn a_body_that_trickles_is_right_and_comes_a_byte_each_interval() {
    let services = MockServices::start().await;
    // Installed by whichever test comes first; the others find it there.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
    let get = || client.get(format!("{}/users/alice", services.url("users"))).send();
    let right: serde_json::Value = get().await.unwrap().json().await.unwrap();
    services.set("users", Fault::Trickle(Duration::ZERO));
    let slow: serde_json::Value = get().await.unwrap().json().await.unwrap();
    assert_eq!(slow, right);

    services.set("users", Fault::Trickle(Duration::from_millis(30)));
    let began = Instant::now();
    let (bytes, _) = ask(&services, "users", REQUEST, b"\r\n\r\n{").await;
    let (_, body) = split(&bytes);
    let most = began.elapsed().as_millis() / 30;
    assert!(u128::try_from(body.len()).unwrap() <= most, "{} bytes, and {most} were due", body.len());
}
