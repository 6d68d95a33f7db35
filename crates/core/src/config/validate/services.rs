//! Checks `[services]`: that the sections are those that the program calls, with an address each.

mod operations;

use std::collections::BTreeMap;

use url::Url;

use super::{
    super::{ServiceConfig, load::one_of},
    Checks, Found, Span, health, key,
};
use crate::call::Declaration;

pub(super) fn check(
    services: &BTreeMap<String, ServiceConfig>,
    declared: &[Declaration],
    checks: &mut Checks<'_>,
) {
    for (name, service) in services {
        let declaration = declared.iter().find(|declaration| declaration.name == name);
        numbers(name, service, checks);
        if let Some(check) = &service.health {
            health::check_of_service(name, check, declaration.map(|declaration| declaration.grpc), checks);
        }
        if declaration.is_some() || !service.url.is_empty() {
            addresses(name, &service.url, checks);
        }
        let Some(declaration) = declaration else {
            // Last, since what is reported of a section silences the checks inside it.
            let found = Found::Fact("a service that the program does not call");
            let names: Vec<_> = declared.iter().map(|declaration| declaration.name).collect();
            checks.wrong_as(&["services", name], found, one_of(&names, name));
            continue;
        };
        operations::check(declaration, &service.operations, checks);
    }
    for Declaration { name, .. } in declared.iter().filter(|known| !services.contains_key(known.name)) {
        let expected = format!("a section [services.{name}] with its url");
        checks.wrong(&["services", name], expected);
    }
}

fn numbers(name: &str, service: &ServiceConfig, checks: &mut Checks<'_>) {
    let path = |field| ["services", name, field];
    checks.duration(&path("timeout"), service.timeout, &Span::TIMEOUT);
    checks.duration(&path("attempt_timeout"), service.attempt_timeout, &Span::TIMEOUT);
    checks.duration(&path("connect_timeout"), service.connect_timeout, &Span::TIMEOUT);
    checks.duration(&path("dns_refresh"), service.dns_refresh, &Span::TIMEOUT);
    checks.number(&path("max_depth"), service.max_depth, 1, usize::MAX);
    checks.number(&path("channels"), service.channels, 1, 1024);
    checks.size(&path("max_reply"), service.max_reply);
    let ServiceConfig { bulkhead, retry, breaker, hedge, .. } = service;
    let path = |field| ["services", name, "bulkhead", field];
    checks.number(&path("limit"), bulkhead.limit, 1, 1_000_000);
    // The default of at_least gives way to a low limit; what is set is meant.
    let most = if checks.is_set(&path("at_least")) { bulkhead.limit.clamp(1, 1_000_000) } else { usize::MAX };
    checks.number(&path("at_least"), bulkhead.at_least, 1, most);
    checks.duration(&path("wait"), bulkhead.wait, &Span::PAUSE);
    let path = |field| ["services", name, "retry", field];
    checks.number(&path("attempts"), retry.attempts as usize, 0, 10);
    checks.duration(&path("backoff"), retry.backoff, &Span::PAUSE);
    checks.duration(&path("backoff_at_most"), retry.backoff_at_most, &Span::PAUSE);
    checks.number(&path("budget_percent"), retry.budget_percent as usize, 0, 100);
    let path = |field| ["services", name, "breaker", field];
    checks.number(&path("consecutive_failures"), breaker.consecutive_failures as usize, 1, usize::MAX);
    checks.number(&path("failure_percent"), breaker.failure_percent as usize, 1, 100);
    checks.number(&path("minimum_calls"), breaker.minimum_calls as usize, 1, usize::MAX);
    checks.duration(&path("window"), breaker.window, &Span::TIMEOUT);
    checks.duration(&path("open_for"), breaker.open_for, &Span::TIMEOUT);
    checks.duration(&path("open_for_at_most"), breaker.open_for_at_most, &Span::TIMEOUT);
    checks.number(&path("successes_to_close"), breaker.successes_to_close as usize, 1, usize::MAX);
    let path = |field| ["services", name, "hedge", field];
    checks.number(&path("percentile"), hedge.percentile as usize, 1, 99);
    checks.number(&path("at_most_percent"), hedge.at_most_percent as usize, 1, 100);
    checks.number(&path("minimum_calls"), hedge.minimum_calls as usize, 1, 100_000);
}

fn addresses(name: &str, texts: &[String], checks: &mut Checks<'_>) {
    let path = ["services", name, "url"];
    let node = checks.tree.nearest(&path).ok();
    if texts.is_empty() {
        // Nor is it one more mistake that a list is empty of which each address was refused.
        if !checks.report.reaches_into(&key(&path)) {
            let found = node.map_or(Found::Fact("nothing"), |_| Found::Fact("an empty list"));
            checks.wrong_as(&path, found, format!("{ADDRESS} or a list of them"));
        }
        return;
    }
    for text in texts {
        let Some((found, expected)) = misfit(text) else { continue };
        // At its place in the list, where it is in one.
        if let Some(node) = node.map(|node| node.that_says(text).unwrap_or(node)) {
            let found = found.map_or_else(|| node.found(), Found::Fact);
            checks.report.add(&node.origin, &node.key, found, expected);
        }
    }
}

const ADDRESS: &str = "an address such as \"http://users.internal:8080\"";

/// What is wrong with an address: what to say of it, if not the text itself, and what was expected. A path is allowed, for
/// services that share a host. A query would be lost when a call sets its own.
fn misfit(text: &str) -> Option<(Option<&'static str>, String)> {
    // Text around an @ may be a password, and so may a query: neither is shown.
    if text.contains('@') {
        let found = "an address with credentials (hidden)";
        return Some((Some(found), format!("{ADDRESS}, without credentials")));
    }
    if text.contains(['?', '#']) {
        let found = "an address with a query or a fragment (hidden)";
        return Some((Some(found), format!("{ADDRESS}, without a query or a fragment")));
    }
    // The parser repairs "http:users" and "http:///users"; what an operator reads should be what is called.
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let has_host = host.is_some_and(|host| !host.starts_with('/'));
    let is_address = has_host && Url::parse(text).is_ok_and(|url| url.has_host());
    (!is_address).then(|| (None, format!("{ADDRESS}, with http:// or https:// and a host")))
}
