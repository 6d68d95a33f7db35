//! Checks `[services]`: that the sections are those that the program calls, with an address each.

use std::collections::BTreeMap;

use url::Url;

use super::{
    super::{ServiceConfig, load::one_of},
    Checks, Found, Span,
};

pub(super) fn check(services: &BTreeMap<String, ServiceConfig>, declared: &[&str], checks: &mut Checks<'_>) {
    for (name, service) in services {
        let is_declared = declared.contains(&name.as_str());
        numbers(name, service, checks);
        if is_declared || !service.url.is_empty() {
            address(name, &service.url, checks);
        }
        // Last, since what is reported of a section silences the checks inside it.
        if !is_declared {
            let found = Found::Fact("a service that the program does not call");
            checks.wrong_as(&["services", name], found, one_of(declared, name));
        }
    }
    for name in declared.iter().filter(|name| !services.contains_key(**name)) {
        let expected = format!("a section [services.{name}] with its url");
        checks.wrong(&["services", name], expected);
    }
}

fn numbers(name: &str, service: &ServiceConfig, checks: &mut Checks<'_>) {
    let path = |field| ["services", name, field];
    checks.duration(&path("timeout"), service.timeout, &Span::TIMEOUT);
    checks.duration(&path("attempt_timeout"), service.attempt_timeout, &Span::TIMEOUT);
    checks.duration(&path("connect_timeout"), service.connect_timeout, &Span::TIMEOUT);
    checks.duration(&path("bulkhead_wait"), service.bulkhead_wait, &Span::PAUSE);
    checks.number(&path("bulkhead"), service.bulkhead, 1, 1_000_000);
    checks.number(&path("max_depth"), service.max_depth, 1, usize::MAX);
    checks.number(&path("channels"), service.channels, 1, 1024);
    checks.size(&path("max_reply"), service.max_reply);
    let (retry, breaker) = (&service.retry, &service.breaker);
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
}

/// A path is allowed, for services that share a host. A query would be lost when a call sets its own.
fn address(name: &str, text: &str, checks: &mut Checks<'_>) {
    let path = ["services", name, "url"];
    let example = "an address such as \"http://users.internal:8080\"";
    if text.is_empty() {
        return checks.wrong(&path, example);
    }
    // Text around an @ may be a password, and so may a query: neither is shown.
    if text.contains('@') {
        let found = Found::Fact("an address with credentials (hidden)");
        return checks.wrong_as(&path, found, format!("{example}, without credentials"));
    }
    if text.contains(['?', '#']) {
        let found = Found::Fact("an address with a query or a fragment (hidden)");
        return checks.wrong_as(&path, found, format!("{example}, without a query or a fragment"));
    }
    // The parser repairs "http:users" and "http:///users"; what an operator reads should be what is called.
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let has_host = host.is_some_and(|host| !host.starts_with('/'));
    if !has_host || !Url::parse(text).is_ok_and(|url| url.has_host()) {
        checks.wrong(&path, format!("{example}, with http:// or https:// and a host"));
    }
}
