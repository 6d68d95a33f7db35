//! Calls, however they end.

use super::*;

fn text(meter: &ServiceMeter) -> String {
    let mut page = Page::default();
    meter.write(&mut page);
    page.into_text()
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_is_cancelled_and_has_no_duration() {
    let meter = ServiceMeter::new("users", false, &[]);
    let get = meter.operation("users.get");
    drop(get.begin(Instant::now()));
    let mut answered = get.begin(Instant::now());
    tokio::time::advance(std::time::Duration::from_millis(30)).await;
    answered.end(Ended::Answered);
    drop(answered);
    get.begin(Instant::now()).end(Ended::Failed(Reason::Timeout));
    let text = text(&meter);
    for (outcome, count) in [
        ("bff_outcome=\"answered\"", 1),
        ("bff_outcome=\"cancelled\"", 1),
        ("bff_outcome=\"failed\",bff_reason=\"timeout\"", 1),
    ] {
        let line = format!(
            "bff_client_calls_total{{bff_service=\"users\",bff_operation=\"users.get\",{outcome}}} {count}\n"
        );
        assert!(text.contains(&line), "{line}{text}");
    }
    let sum =
        "bff_client_call_duration_seconds_sum{bff_service=\"users\",bff_operation=\"users.get\"} 0.03\n";
    assert!(text.contains(sum), "{text}");
}

#[test]
fn operations_beyond_the_most_are_counted_together() {
    const NAMES: &str = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
    let meter = ServiceMeter::new("users", false, &[]);
    for length in 1..=OPERATIONS + 10 {
        meter.operation(&NAMES[..length]).begin(Instant::now()).end(Ended::Answered);
    }
    let text = text(&meter);
    let count = |what: &str| {
        text.lines().filter(|line| line.starts_with("bff_client_calls_total") && line.contains(what)).count()
    };
    assert_eq!(count("bff_service"), OPERATIONS + 1);
    assert!(text.contains("bff_operation=\"other\",bff_outcome=\"answered\"} 10\n"), "{text}");
}
