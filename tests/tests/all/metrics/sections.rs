//! Screens and their sections: what each was filled with, and why.

use bff_testkit::Mode;

use super::*;

const ANSWERS: &str = "bff_section_answers_total";

fn answer<'a>(section: &'a str, outcome: &'a str, reason: &'a str) -> Vec<(&'a str, &'a str)> {
    with(&SCREEN, &[("bff_section", section), ("bff_outcome", outcome), ("bff_reason", reason)])
}

#[tokio::test]
async fn every_way_of_filling_a_section_is_told_apart() {
    let bff = TestBff::with(bff_web::bff()).without_breakers();
    let bff = bff.set("services.notifications.operations.unread.fallback", "[]").start().await;
    let ask = async || bff.as_user("alice").get(OVERVIEW).await;
    bff.services.says("users.get", "max-age=60");
    assert_eq!(ask().await.degraded(), vec![], "fresh");
    assert_eq!(ask().await.degraded(), vec![], "the profile is kept");
    bff.services.set("orders", Mode::Fail(503));
    bff.services.set("notifications", Mode::Fail(500));
    assert_eq!(ask().await.degraded().len(), 2, "no orders, and a fallback");
    bff.services.set("orders", Mode::Ok);
    bff.services.set("notifications", Mode::Ok);
    bff.services.set("users", Mode::Fail(503));
    assert_eq!(bff.as_user("bob").get(OVERVIEW).await.status, 502);

    let seen = scrape(&bff).await;
    assert_eq!(seen.count(ANSWERS, &answer("profile", "fresh", "")), 1);
    assert_eq!(seen.count(ANSWERS, &answer("profile", "cached", "")), 2);
    assert_eq!(seen.count(ANSWERS, &answer("profile", "failed", "unavailable")), 1);
    assert_eq!(seen.count(ANSWERS, &answer("orders", "absent", "unavailable")), 1);
    assert_eq!(seen.count(ANSWERS, &answer("notifications", "fallback", "failed")), 1);
    let failed = [("bff_service", "notifications"), ("bff_outcome", "failed"), ("bff_reason", "failed")];
    assert_eq!(seen.count("bff_client_calls_total", &failed), 1, "what stands in makes no answer of it");
    for (result, count) in [("whole", 2), ("degraded", 1), ("failed", 1), ("refused", 0)] {
        let found = seen.count("bff_screen_replies_total", &with(&SCREEN, &[("bff_result", result)]));
        assert_eq!(found, count, "{result}");
    }
    assert_eq!(seen.count("bff_screen_deadline_headroom_seconds_count", &SCREEN), 4);
    let orders = with(&SCREEN, &[("bff_section", "orders")]);
    let all: u64 = ["fresh", "absent"]
        .iter()
        .map(|outcome| seen.count(ANSWERS, &with(&orders, &[("bff_outcome", outcome)])))
        .sum();
    assert_eq!(seen.count("bff_section_duration_seconds_count", &orders), all);
}

#[tokio::test]
async fn what_a_service_said_before_is_stale_and_what_it_refuses_is_no_failure() {
    let bff = TestBff::with(bff_web::bff()).without_breakers().set("cache.jitter_percent", 0).start().await;
    bff.services.says("orders.recent", "max-age=0, stale-if-error=60");
    let ask = async |user| bff.as_user(user).get(OVERVIEW).await;
    ask("alice").await;
    bff.services.set("orders", Mode::Fail(503));
    assert_eq!(ask("alice").await.stale().len(), 1);
    assert_eq!(ask("mallory").await.status, 404);

    let seen = scrape(&bff).await;
    assert_eq!(seen.count(ANSWERS, &answer("orders", "stale", "unavailable")), 1);
    assert_eq!(
        seen.count("bff_cache_answers_total", &[("bff_service", "orders"), ("bff_outcome", "stale")]),
        1
    );
    assert_eq!(seen.count("bff_screen_replies_total", &with(&SCREEN, &[("bff_result", "refused")])), 1);
    assert_eq!(seen.count("bff_screen_replies_total", &with(&SCREEN, &[("bff_result", "failed")])), 0);
}

/// A route that is no screen has no reply of a screen.
#[tokio::test]
async fn a_refusal_before_the_fan_out_is_no_reply_of_a_screen() {
    let bff = TestBff::start(bff_web::bff()).await;
    assert_eq!(bff.anonymous().get(OVERVIEW).await.status, 401);
    assert_eq!(scrape(&bff).await.count("bff_screen_replies_total", &[]), 0);
}
