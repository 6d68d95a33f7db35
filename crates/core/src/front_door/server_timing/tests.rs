use std::borrow::Cow;

use super::*;
use crate::{
    call::Reason,
    telemetry::story::{Event, In, Story},
};

fn section(
    place: u16,
    name: impl Into<Cow<'static, str>>,
    outcome: SectionOutcome,
    millis: u64,
) -> SectionRecord {
    let reason = match outcome {
        SectionOutcome::Fresh | SectionOutcome::Cached => None,
        _ => Some(Reason::Timeout),
    };
    let detail = reason.map(|reason| format!("orders.recent {reason}: no answer from 10.0.0.7:8080"));
    let elapsed = Duration::from_micros(millis * 1000 + 40);
    SectionRecord { name: name.into(), place, outcome, reason, detail, began: Instant::now(), elapsed }
}

fn text(told: &Told) -> String {
    let value = value(told, Duration::from_millis(812)).expect("a screen");
    value.to_str().expect("ASCII").to_owned()
}

#[tokio::test(start_paused = true)]
async fn sections_stand_in_the_order_of_the_payload_with_what_was_done_for_them() {
    let (story, now) = (Story::new(true), Instant::now());
    for (place, events) in [
        (0, vec![]),
        (1, vec![Event::Retry { attempt: 1, pause: Duration::ZERO, reason: Reason::Failed }, Event::Hedged]),
        (2, vec![Event::BreakerOpen]),
    ] {
        let call = Box::pin(async { story.call("orders", "orders.recent", now) });
        let (_, call) = In::section(place, call).await;
        for event in events {
            story.event(call, event, now);
        }
    }
    story.section(section(2, "orders", SectionOutcome::Stale, 0));
    story.section(section(1, "detail.invoice", SectionOutcome::Absent, 801));
    story.section(section(0, "profile", SectionOutcome::Fresh, 12));
    assert_eq!(
        story.read(text),
        "profile;dur=12.0, detail.invoice;dur=801.0;desc=\"absent retried hedged\", \
         orders;dur=0.0;desc=\"stale breaker\", total;dur=812.0"
    );
}

#[tokio::test(start_paused = true)]
async fn a_screen_without_end_has_a_header_with_one() {
    let story = Story::new(true);
    for place in 0..200 {
        story.section(section(place, format!("größe_{place}"), SectionOutcome::Cached, 1));
    }
    let text = story.read(text);
    assert!(text.starts_with("gr__e_0;dur=1.0;desc=\"cached\", gr__e_1;"), "{text}");
    assert!(text.ends_with("gr__e_63;dur=1.0;desc=\"cached\", more;desc=\"136\", total;dur=812.0"), "{text}");
    assert!(text.len() < 64 * 64, "{}", text.len());
}

#[tokio::test(start_paused = true)]
async fn what_is_no_screen_says_nothing() {
    assert!(Story::new(true).read(|told| value(told, Duration::ZERO)).is_none());
}
