//! The services: a row for each, and a row for each of their addresses.

use std::fmt::{self, Write as _};

use super::text::{Escaped, Maybe, Span};
use crate::call::{BreakerState, BreakerView, CallsView, CheckView, EndpointView, RecentView, ServiceView};

pub(super) fn write(out: &mut String, services: &[ServiceView]) -> fmt::Result {
    out.write_str(
        "<h2>Services, in the last five minutes</h2><table><tr><th>service</th><th>success</th>\
         <th class=\"n\">attempts</th><th class=\"n\">p50</th><th class=\"n\">p95</th><th class=\"n\">p99</th>\
         <th>breakers</th><th class=\"n\">in flight</th><th class=\"n\">retries left</th>\
         <th>calls since the start</th><th>last failure</th></tr>",
    )?;
    for service in services {
        let ServiceView { name, protocol, recent, bulkhead, retry_budget, .. } = service;
        write!(out, "<tr><th>{} <span class=\"mild\">{}</span></th>", Escaped(name), Escaped(protocol))?;
        numbers(out, recent)?;
        breakers(out, &service.endpoints)?;
        write!(
            out,
            "<td class=\"n\">{} of {}</td><td class=\"n\">{retry_budget}</td>",
            bulkhead.in_flight, bulkhead.limit
        )?;
        calls(out, &service.calls)?;
        out.write_str("<td>")?;
        if let Some(fault) = &service.unresolved {
            write!(out, "<span class=\"bad\">{}</span><br>", Escaped(fault))?;
        }
        match &service.last_failure {
            Some(last) => {
                let (reason, detail) = (Escaped(last.reason), Escaped(&last.detail));
                write!(
                    out,
                    "{} ago: {} {reason}: {detail}",
                    Span(last.seconds_ago),
                    Escaped(last.operation)
                )?;
            }
            None => out.write_str("<span class=\"mild\">none</span>")?,
        }
        out.write_str("</td></tr>")?;
    }
    out.write_str(
        "</table><h2>Addresses</h2><table><tr><th>service</th><th>address</th><th>breaker</th><th>check</th>\
         <th>success</th><th class=\"n\">attempts</th><th class=\"n\">p50</th><th class=\"n\">p95</th>\
         <th class=\"n\">p99</th></tr>",
    )?;
    for service in services {
        for endpoint in &service.endpoints {
            row(out, service.name, endpoint)?;
        }
    }
    out.write_str("</table>")
}

/// Of a service: each is closed, or so many are not.
fn breakers(out: &mut String, endpoints: &[EndpointView]) -> fmt::Result {
    let is_closed = |endpoint: &&EndpointView| endpoint.breaker.state == BreakerState::Closed;
    let (all, closed) = (endpoints.len(), endpoints.iter().filter(is_closed).count());
    match all - closed {
        0 => out.write_str("<td>closed</td>"),
        others => write!(out, "<td class=\"bad\">{others} of {all} open</td>"),
    }
}

fn calls(out: &mut String, calls: &CallsView) -> fmt::Result {
    write!(out, "<td>{} answered", calls.answered)?;
    let others = calls.failed.iter().map(|(reason, count)| (*reason, *count));
    let rest = [("from memory", calls.kept), ("stale", calls.stale), ("cancelled", calls.cancelled)];
    others
        .chain(rest.into_iter().filter(|(_, count)| *count > 0))
        .try_for_each(|(what, count)| write!(out, ", {count} {}", Escaped(what)))?;
    out.write_str("</td>")
}

fn row(out: &mut String, service: &str, endpoint: &EndpointView) -> fmt::Result {
    write!(out, "<tr><th>{}</th><td>", Escaped(service))?;
    for address in endpoint.addresses.iter() {
        write!(out, "{} ", Escaped(address))?;
    }
    write!(out, "<br><span class=\"mild\">{}</span></td><td>", Escaped(&endpoint.url))?;
    breaker(out, &endpoint.breaker)?;
    out.write_str("</td><td>")?;
    match &endpoint.check {
        Some(checked) => check(out, checked)?,
        None => out.write_str("<span class=\"mild\">none</span>")?,
    }
    out.write_str("</td>")?;
    numbers(out, &endpoint.recent)?;
    out.write_str("</tr>")
}

fn breaker(out: &mut String, breaker: &BreakerView) -> fmt::Result {
    let since = Span(breaker.for_seconds);
    match breaker.state {
        BreakerState::Closed => write!(out, "closed for {since}"),
        BreakerState::HalfOpen => write!(out, "<span class=\"bad\">half open</span> for {since}"),
        BreakerState::Open => {
            let probe = Span(breaker.probe_in_seconds.unwrap_or_default());
            write!(out, "<span class=\"bad\">open</span> for {since}, probe in {probe}")
        }
    }
}

fn check(out: &mut String, check: &CheckView) -> fmt::Result {
    let (word, class) = if check.healthy { ("healthy", "") } else { ("unhealthy", "bad") };
    write!(out, "<span class=\"{class}\">{word}</span> for {}", Span(check.for_seconds))?;
    match check.checked_seconds_ago {
        Some(ago) => write!(out, ", checked {} ago", Span(ago))?,
        None => out.write_str(", not checked yet")?,
    }
    check.fault.iter().try_for_each(|fault| write!(out, ": {}", Escaped(fault)))
}

fn numbers(out: &mut String, recent: &RecentView) -> fmt::Result {
    let class = if recent.success_percent.is_some_and(|percent| percent < 99.0) { "bad" } else { "" };
    write!(out, "<td class=\"{class}\">{}</td>", Maybe(recent.success_percent, " %"))?;
    write!(out, "<td class=\"n\">{}</td>", recent.attempts)?;
    [recent.p50_ms, recent.p95_ms, recent.p99_ms]
        .into_iter()
        .try_for_each(|latency| write!(out, "<td class=\"n\">{}</td>", Maybe(latency, " ms")))
}
