//! The services, over all workers: what the steps of the outbound stack count and know.

use std::sync::Arc;

use tokio::time::Instant;

use crate::{
    call::{BreakerState, EndpointView, SharedService},
    telemetry::metrics::{
        catalogue::{
            BREAKER_STATE, BREAKER_TRANSITIONS, BULKHEAD_ACTIVE, BULKHEAD_LIMIT, CACHE_ANSWERS, CACHE_BYTES,
            CACHE_ENTRIES, CALLS_ACTIVE, COALESCED, HEDGES, Metric, RETRIES, RETRY_BUDGET, SERVICE_HEALTHY,
        },
        page::{Page, Value},
    },
};

pub(super) fn write(services: &[Arc<SharedService>], page: &mut Page) {
    let now = Instant::now();
    for service in services {
        write_one(service, now, page);
    }
    // They have it together.
    if let Some(service) = services.first() {
        let kept = service.kept.view();
        page.add(&CACHE_ENTRIES, &[], kept.entries);
        page.add(&CACHE_BYTES, &[], kept.bytes);
    }
}

fn write_one(service: &SharedService, now: Instant, page: &mut Page) {
    let view = service.view(now);
    let (retries, withheld) = service.budget.retries();
    let own = ("bff.service", Value::from(view.name));
    let states: [(&Metric, u64); 5] = [
        (&CALLS_ACTIVE, view.calls.in_flight),
        (&COALESCED, view.calls.coalesced),
        (&RETRY_BUDGET, view.retry_budget),
        (&BULKHEAD_LIMIT, view.bulkhead.limit as u64),
        (&BULKHEAD_ACTIVE, view.bulkhead.in_flight as u64),
    ];
    for (metric, value) in states {
        page.add(metric, std::slice::from_ref(&own), value);
    }
    for (metric, label, value, count) in [
        (&CACHE_ANSWERS, "bff.outcome", "cached", view.calls.kept),
        (&CACHE_ANSWERS, "bff.outcome", "stale", view.calls.stale),
        (&RETRIES, "bff.result", "sent", retries),
        (&RETRIES, "bff.result", "no_budget", withheld),
        (&HEDGES, "bff.result", "sent", view.hedges.sent),
        (&HEDGES, "bff.result", "won", view.hedges.won),
        (&BREAKER_TRANSITIONS, "bff.state", "closed", view.breaker_turns.closed),
        (&BREAKER_TRANSITIONS, "bff.state", "half_open", view.breaker_turns.half_open),
        (&BREAKER_TRANSITIONS, "bff.state", "open", view.breaker_turns.open),
    ] {
        page.add(metric, &[own.clone(), (label, value.into())], count);
    }
    for endpoint in &view.endpoints {
        write_endpoint(endpoint, &own, page);
    }
}

fn write_endpoint(endpoint: &EndpointView, own: &(&'static str, Value), page: &mut Page) {
    let Some(address) = endpoint.addresses.first() else { return };
    let labels = [
        own.clone(),
        ("server.address", address.ip().to_string().into()),
        ("server.port", address.port().to_string().into()),
    ];
    let state = match endpoint.breaker.state {
        BreakerState::Closed => 0,
        BreakerState::HalfOpen => 1,
        BreakerState::Open => 2,
    };
    page.add(&BREAKER_STATE, &labels, state);
    if let Some(check) = &endpoint.check {
        page.add(&SERVICE_HEALTHY, &labels, u64::from(check.healthy));
    }
}
