//! The process: connections, workers, credentials, drain, and what it lets in.

use bff_tests::{comes_true, wire::bearer};

use super::*;

#[tokio::test]
async fn connections_and_tokens_are_counted() {
    let bff = TestBff::start(bff_web::bff()).await;
    let mut wires = Vec::new();
    for _ in 0..3 {
        let mut wire = Wire::to(bff.address()).await;
        assert_eq!(wire.get("/nowhere", &[]).await.status, 404);
        wires.push(wire);
    }
    let seen = scrape(&bff).await;
    assert_eq!(seen.count("bff_server_connections", &[]), 3);
    assert_eq!(seen.count("bff_server_accepted_total", &[]), 3);
    drop(wires);
    let token = bff.token("alice").sign();
    for _ in 0..5 {
        bff.with_token(&token).get(OVERVIEW).await;
    }
    let seen = scrape(&bff).await;
    assert!(seen.count("bff_server_accepted_total", &[]) > 3, "it never falls");
    let lookups = |result| seen.count("bff_token_cache_lookups_total", &[("bff_result", result)]);
    assert_eq!((lookups("miss"), lookups("hit")), (1, 4));
    assert_eq!((seen.count("bff_phase", &[]), seen.count("bff_ready", &[])), (0, 1));
    assert_eq!(seen.count("bff_build_info", &[("bff_name", "bff-web")]), 1);
}

#[tokio::test]
async fn what_several_workers_count_is_one_sum() {
    let bff = TestBff::with(bff_web::bff()).set("server.workers", 3).start().await;
    let token = bearer(&bff.token("alice").sign());
    let mut wires = Vec::new();
    for _ in 0..6 {
        let mut wire = Wire::to(bff.address()).await;
        for _ in 0..5 {
            assert_eq!(wire.get(OVERVIEW, std::slice::from_ref(&token)).await.status, 200);
        }
        wires.push(wire);
    }
    let seen = scrape(&bff).await;
    assert_eq!(
        seen.of("bff_worker_tasks", &[]).filter(|sample| sample.value > 0.0).count(),
        3,
        "all have some"
    );
    let counted = seen.of("http_server_request_duration_seconds_count", &SCREEN).collect::<Vec<_>>();
    assert_eq!(counted.len(), 1, "{counted:?}");
    assert_eq!(seen.count("http_server_request_duration_seconds_count", &SCREEN), 30);
    let users = [("bff_service", "users"), ("bff_outcome", "answered")];
    assert_eq!(seen.count("bff_client_calls_total", &users), 30);
}

#[tokio::test]
async fn a_drain_is_seen_until_the_end() {
    let bff = TestBff::with(bff_web::bff()).set("drain.notice", "1s").start().await;
    let admin = bff.running().admin_address();
    let seen = async || {
        let reply = Wire::to(admin).await.get("/metrics", &[]).await;
        let seen = Scraped::read(&String::from_utf8(reply.body).expect("text"));
        (seen.count("bff_phase", &[]), seen.count("bff_ready", &[]))
    };
    assert_eq!(seen().await, (0, 1));
    let (_, ()) =
        futures::future::join(bff.drain(), comes_true("it is not ready", async || seen().await == (1, 0)))
            .await;
}

#[tokio::test]
async fn what_is_refused_is_counted_with_its_reason() {
    let limited = TestBff::with(bff_web::bff()).set("rate_limits.caller", r#"["1/d burst 2"]"#).start().await;
    for _ in 0..5 {
        limited.as_user("alice").get(OVERVIEW).await;
    }
    let seen = scrape(&limited).await;
    let decided = |decision| {
        seen.count("bff_rate_limit_decisions_total", &with(&SCREEN, &[("bff_decision", decision)]))
    };
    assert_eq!((decided("admitted"), decided("refused")), (2, 3));

    let short = TestBff::with(bff_web::bff()).set("admission.memory_limit", "1MiB").start().await;
    assert_eq!(short.as_user("alice").get(OVERVIEW).await.status, 503);
    let seen = scrape(&short).await;
    let refused = [("bff_decision", "refused"), ("bff_reason", "memory")];
    assert_eq!(seen.count("bff_admission_decisions_total", &refused), 1);
    assert_eq!(seen.count("bff_admission_decisions_total", &[("bff_decision", "admitted")]), 0);
}
