//! A service may answer anything: what that adds is bounded.

use super::*;

fn samples(attempts: &Attempts, origins: &[Origin]) -> Vec<(String, u64)> {
    let mut page = Page::default();
    attempts.write(
        &mut page,
        &[("bff.service", "users".into()), ("bff.operation", "users.get".into())],
        origins,
    );
    let text = page.into_text();
    let counts = text.lines().filter(|line| line.contains("_count{"));
    let sample = |line: &str| {
        let (series, count) = line.rsplit_once(' ').expect("a value");
        (series.to_owned(), count.parse().expect("a number"))
    };
    counts.map(sample).collect()
}

#[test]
fn a_service_that_answers_every_status_makes_so_many_series_and_no_more() {
    let origins = [Origin::of("http://users:8080"), Origin::of("https://other.example")];
    let attempts = Attempts::new(false, origins.len());
    for status in 100..1000 {
        for origin in [0, 1] {
            let end = AttemptEnd::Answered { status };
            attempts.observe(
                Some(origin),
                &AttemptWire::Http(http::Method::GET),
                end,
                Duration::from_millis(1),
            );
        }
    }
    let samples = samples(&attempts, &origins);
    assert_eq!(samples.len(), 2 * WAYS + 1, "and one for all others");
    assert_eq!(samples.iter().map(|(_, count)| count).sum::<u64>(), 2 * 900, "none is lost");
    assert!(
        samples
            .iter()
            .any(|(series, _)| series.contains("server_address=\"other.example\",server_port=\"443\""))
    );
}

#[test]
fn an_attempt_that_nobody_waited_for_says_nothing() {
    let attempts = Attempts::new(true, 1);
    let wire = AttemptWire::Grpc("/shop.v1.Orders/Get");
    attempts.observe(Some(0), &wire, AttemptEnd::Cancelled, Duration::from_secs(9));
    assert_eq!(samples(&attempts, &[]), []);
    let end = AttemptEnd::Failed { reason: Reason::Unavailable, status: Some(14) };
    attempts.observe(Some(0), &wire, end, Duration::from_millis(1));
    let (series, count) = samples(&attempts, &[]).remove(0);
    for label in
        ["rpc_service=\"shop.v1.Orders\"", "rpc_method=\"Get\"", "code=\"14\"", "error_type=\"unavailable\""]
    {
        assert!(series.contains(label), "{series}");
    }
    assert_eq!(count, 1);
}
