//! What a route answers, whatever it answers.

use std::{borrow::Cow, time::Duration};

use tokio::time::Instant;

use super::{super::requests::STATUSES, *};
use crate::{
    call::Reason,
    context::RequestContext,
    problem::{Code, Problem},
};

fn meter() -> RouteMeter {
    RouteMeter::new(&RouteInfo::for_test("/orders/{id}", crate::auth::Policy::public()))
}

fn finish(meter: &RouteMeter, status: Option<u16>, problem: Option<&Problem>, sections: &[SectionRecord]) {
    let context = RequestContext::for_test(Duration::from_secs(1));
    meter.finish(
        &Finished {
            context: &context,
            method: &Method::GET,
            status: status.map(|status| StatusCode::from_u16(status).expect("a status")),
            problem,
            ended: Instant::now(),
            response_bytes: Some(10),
            meter: None,
        },
        sections,
    );
}

fn section(outcome: SectionOutcome, reason: Option<Reason>) -> SectionRecord {
    SectionRecord {
        name: Cow::Borrowed("orders"),
        place: 0,
        outcome,
        reason,
        detail: None,
        began: Instant::now(),
        elapsed: Duration::from_millis(1),
    }
}

fn lines(meter: &RouteMeter, name: &str) -> Vec<String> {
    let mut page = Page::default();
    meter.write(&mut page);
    page.into_text().lines().filter(|line| line.starts_with(name)).map(str::to_owned).collect()
}

#[test]
fn a_handler_that_answers_every_status_makes_so_many_series_and_no_more() {
    let meter = meter();
    for status in 100..1000 {
        finish(&meter, Some(status), None, &[]);
    }
    let lines = lines(&meter, "http_server_request_duration_seconds_count");
    assert_eq!(lines.len(), STATUSES + 1);
    assert!(
        lines
            .iter()
            .any(|line| line.contains("code=\"other\"") && line.ends_with(&format!(" {}", 900 - STATUSES)))
    );
}

#[test]
fn an_error_is_named_by_its_problem_only_where_it_is_ours() {
    let meter = meter();
    finish(&meter, Some(502), Some(&Problem::new(Code::ServiceFailed)), &[]);
    finish(&meter, Some(500), None, &[]);
    finish(&meter, Some(404), Some(&Problem::new(Code::NotFound)), &[]);
    let lines = lines(&meter, "http_server_request_duration_seconds_count").join("\n");
    for (status, error) in
        [("502", ",error_type=\"service_failed\""), ("500", ",error_type=\"500\""), ("404", "")]
    {
        let labels = format!("http_response_status_code=\"{status}\",url_scheme=\"http\"{error}}} 1");
        assert!(lines.contains(&labels), "{labels}\n{lines}");
    }
}

#[test]
fn a_reply_is_as_good_as_its_sections() {
    let (fresh, cached) = (section(SectionOutcome::Fresh, None), section(SectionOutcome::Cached, None));
    let absent = section(SectionOutcome::Absent, Some(Reason::Timeout));
    let (refused, failed) = (
        section(SectionOutcome::Failed, Some(Reason::NotFound)),
        section(SectionOutcome::Failed, Some(Reason::Timeout)),
    );
    let meter = meter();
    finish(&meter, Some(200), None, &[fresh.clone(), cached]);
    finish(&meter, Some(200), None, &[fresh.clone(), absent]);
    finish(&meter, Some(404), None, &[fresh.clone(), refused]);
    finish(&meter, Some(504), None, &[fresh.clone(), failed]);
    finish(&meter, Some(200), None, &[]);
    finish(&meter, None, None, &[fresh]);
    let results = lines(&meter, "bff_screen_replies_total");
    assert_eq!(results.len(), 4);
    assert!(results.iter().all(|line| line.ends_with(" 1")), "{results:?}");
    let answered = lines(&meter, "bff_section_duration_seconds_count").remove(0);
    assert!(answered.ends_with(" 9"), "{answered}");
    assert_eq!(lines(&meter, "bff_server_cancelled_total").len(), 1);
}
