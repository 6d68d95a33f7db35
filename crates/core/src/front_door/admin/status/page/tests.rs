//! What the page shows of a night in which all went wrong, and that no word of others is markup in it.

use super::*;
use crate::{
    build_info::BuildInfo,
    call::{
        BreakerState, BreakerTurns, BreakerView, BulkheadView, CacheView, CallsView, CheckView, EndpointView,
        HedgesView, LastFailureView, Reason, RecentView, ServiceView,
    },
    front_door::{
        admin::{IssuerView, LifeView},
        admission::AdmissionView,
    },
};

const EVIL: &str = "<script>alert(1)</script>\" onload='x' &";

fn night() -> Status {
    let recent = RecentView {
        attempts: 40,
        failed: 10,
        success_percent: Some(75.0),
        p50_ms: Some(12.25),
        p95_ms: Some(180.0),
        p99_ms: None,
    };
    let endpoint = EndpointView {
        url: EVIL.into(),
        addresses: [([10, 0, 0, 1], 8080).into()].into(),
        recent: recent.clone(),
        breaker: BreakerView { state: BreakerState::Open, for_seconds: 4.0, probe_in_seconds: Some(1.5) },
        check: Some(CheckView {
            healthy: false,
            for_seconds: 61.0,
            checked_seconds_ago: Some(2.0),
            fault: Some(EVIL.to_owned()),
        }),
    };
    let service = ServiceView {
        name: "users",
        protocol: "http",
        recent,
        calls: CallsView {
            answered: 7,
            cancelled: 1,
            failed: [("timeout", 2)].into(),
            ..CallsView::default()
        },
        bulkhead: BulkheadView { limit: 64, in_flight: 3 },
        retry_budget: 10,
        hedges: HedgesView::default(),
        breaker_turns: BreakerTurns::default(),
        endpoints: vec![endpoint],
        unresolved: Some(EVIL.to_owned()),
        last_failure: Some(LastFailureView {
            seconds_ago: 12.0,
            operation: "users.get",
            reason: Reason::Timeout,
            detail: EVIL.to_owned(),
        }),
    };
    Status {
        name: "bff-web",
        build: BuildInfo { version: "1.2.3", revision: "abc" },
        config_hash: "0123456789abcdef".to_owned(),
        at: jiff::Timestamp::UNIX_EPOCH,
        uptime_seconds: 300.0,
        life: LifeView { phase: "serving", live: true, ready: false, reasons: vec![EVIL.to_owned()] },
        services: vec![service],
        cache: Some(CacheView { entries: 3, bytes: 2048, max_bytes: 64 << 20, shared: true }),
        issuers: vec![IssuerView { name: EVIL.to_owned(), keys_age_seconds: None }],
        admission: AdmissionView { enabled: true, ready: true, memory: None, workers: Vec::new() },
        limits: "/limits",
    }
}

#[test]
fn it_says_what_is_wrong_in_words() {
    let page = page(&night());
    for said in [
        "<title>bff-web: not ready</title>",
        "<meta http-equiv=\"refresh\" content=\"5\">",
        "<td class=\"bad\">75.0 %</td>",
        ">12.2 ms</td>",
        "3 of 64",
        "<td class=\"bad\">1 of 1 open</td>",
        "<td>7 answered, 2 timeout, 1 cancelled</td>",
        "12 s ago: users.get timeout: ",
        "<span class=\"bad\">open</span> for 4 s, probe in 1 s",
        "<span class=\"bad\">unhealthy</span> for 61 s, checked 2 s ago: ",
        "1.2.3, revision abc",
        "0123456789abcdef",
        "3, 2048 B of 64 MiB, shared through Redis",
        "none known",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
}

#[test]
fn no_word_of_others_is_markup_and_nothing_is_fetched() {
    let page = page(&night());
    assert!(
        page.matches("&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&#39;x&#39; &amp;").count() == 6
    );
    for markup in ["<script", "onload='", "<img", "<link", "src=", "url(", "http://", "https://"] {
        assert!(!page.contains(markup), "{markup} in {page}");
    }
}

#[test]
fn a_quiet_process_has_no_word_of_alarm() {
    let mut status = night();
    status.life = LifeView { phase: "serving", live: true, ready: true, reasons: Vec::new() };
    (status.services, status.issuers) = (Vec::new(), Vec::new());
    let page = page(&status);
    assert!(page.contains("bff-web: ready") && !page.contains("class=\"bad\""), "{page}");
}
