//! Hostile traffic: nothing that a client sends makes a series.

use bff_tests::wire::{bearer, head};
use http::Method;

use super::*;

/// Requests that are all different, in whatever a client chooses.
async fn hostile(bff: &TestBff, numbers: std::ops::Range<u32>) {
    let token = bff.token("alice").sign();
    let mut wire = Wire::to(bff.address()).await;
    for number in numbers {
        let lines = [
            format!("User-Agent: agent-{number}"),
            format!("X-Forwarded-For: 10.0.{}.{}", number >> 8 & 0xff, number & 0xff),
            format!("X-Request-Id: id-{number}"),
            format!("X-Screen-{number}: value-{number}"),
            format!("traceparent: 00-{:032x}-{:016x}-01", number + 1, number + 1),
            bearer(&token),
        ];
        let (method, path) = match number % 5 {
            0 => ("GET".to_owned(), format!("/nowhere/{number}?q={number}")),
            1 => ("GET".to_owned(), format!("/api/orders/no-{number}")),
            2 => (format!("VERB{number}"), OVERVIEW.to_owned()),
            3 => (format!("VERB{number}"), format!("/nowhere/{number}")),
            _ => ("GET".to_owned(), format!("{OVERVIEW}?page={number}")),
        };
        let request =
            head(&method, &path, &lines).replacen("bff.example", &format!("host-{number}.example"), 1);
        wire.send(request).await;
        let status = wire.reply().await.status.as_u16();
        assert!([200, 404, 405].contains(&status), "{status} for {method} {path}");
    }
}

#[tokio::test]
async fn thousands_of_requests_that_all_differ_add_no_series() {
    let bff = TestBff::start(bff_web::bff()).await;
    hostile(&bff, 0..200).await;
    let before = scrape(&bff).await.series();
    hostile(&bff, 200..2_000).await;
    let after = scrape(&bff).await;
    assert_eq!(after.series(), before);
    assert_eq!(after.count("http_server_request_duration_seconds_count", &[]), 2_000, "all were counted");
    let methods: std::collections::BTreeSet<_> = after.0["http_server_request_duration_seconds_count"]
        .iter()
        .map(|sample| sample.labels["http_request_method"].as_str())
        .collect();
    assert_eq!(methods.into_iter().collect::<Vec<_>>(), ["GET", "_OTHER"]);
}

/// The control: what a program does differently is told apart.
#[tokio::test]
async fn what_the_program_answers_differently_does_add_series() {
    let bff = TestBff::start(bff_web::bff()).await;
    hostile(&bff, 0..200).await;
    let before = scrape(&bff).await.series();
    bff.as_user("alice").request(Method::HEAD, OVERVIEW, None).await;
    assert!(scrape(&bff).await.series() > before);
}
