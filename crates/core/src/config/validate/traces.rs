//! Checks `[traces]`, and reads its authorities.

use std::path::Path;

use secrecy::ExposeSecret as _;
use tonic::metadata::{Ascii, MetadataKey, MetadataValue};
use url::{Position, Url};

use super::{
    super::{Config, TracesConfig},
    Checks, Found, Span, link,
};

const ADDRESS: &str = "an address such as \"http://127.0.0.1:4317\"";

/// More would be no buffer.
const MOST_QUEUED: usize = 1_000_000;

/// As many spans are some 4 MiB, which is what a collector takes at once unless it is told otherwise.
const MOST_SENT: usize = 8192;

pub(super) fn check(config: &mut Config, base: &Path, checks: &mut Checks<'_>) {
    let traces = &mut config.traces;
    endpoint(traces, checks);
    authorities(traces, base, checks);
    headers(traces, checks);
    if let Some(slow) = traces.slow {
        checks.duration(&["traces", "slow"], slow, &Span::TIMEOUT);
    }
    if traces.propagation.is_empty() && !checks.report.reaches_into("traces.propagation") {
        let expected = "a list of one or more of tracecontext, b3, b3multi";
        checks.wrong_as(&["traces", "propagation"], Found::Fact("an empty list"), expected);
    }
    checks.duration(&["traces", "timeout"], traces.timeout, &Span::TIMEOUT);
    checks.number(&["traces", "queue"], traces.queue, 1, MOST_QUEUED);
    checks.number(&["traces", "batch"], traces.batch, 1, MOST_SENT);
    // The default gives way to a short queue; what is set is meant.
    let path = ["traces", "batch"];
    if checks.is_set(&path) && traces.batch > traces.queue {
        checks.wrong(&path, "no more than traces.queue");
    }
}

/// Text around an @ may be a password, so it is not shown.
fn endpoint(traces: &TracesConfig, checks: &mut Checks<'_>) {
    let key = ["traces", "endpoint"];
    let Some(text) = &traces.endpoint else { return };
    if text.contains('@') {
        let found = Found::Fact("an address with credentials (hidden)");
        let expected = format!("{ADDRESS}, without credentials: those go into traces.headers");
        return checks.wrong_as(&key, found, expected);
    }
    if text.contains(['?', '#']) {
        let found = Found::Fact("an address with a query or a fragment (hidden)");
        return checks.wrong_as(&key, found, format!("{ADDRESS}, without a query or a fragment"));
    }
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let has_host = host.is_some_and(|host| !host.starts_with('/'));
    match Url::parse(text).ok().filter(|url| has_host && url.has_host()) {
        None => checks.wrong(&key, format!("{ADDRESS}, with http:// or https:// and a host")),
        // Where gRPC methods are is not to be chosen.
        Some(url) if !matches!(&url[Position::BeforePath..], "" | "/") => {
            checks.wrong(&key, format!("{ADDRESS}, without a path: OTLP over gRPC has none"));
        }
        Some(_) => {}
    }
}

fn authorities(traces: &mut TracesConfig, base: &Path, checks: &mut Checks<'_>) {
    let key = ["traces", "ca_file"];
    let Some(file) = &mut traces.ca_file else { return };
    // Whoever names authorities means TLS.
    let is_plain = traces.endpoint.as_ref().is_some_and(|url| !url.starts_with("https://"));
    if is_plain && !checks.is_reported(&["traces", "endpoint"]) {
        checks.wrong(&key, "no file, or an address with https:// in traces.endpoint");
    }
    traces.ca = link::authorities_in(&key, file, base, checks);
}

/// A value is never shown, nor is a name that can't be one, which may be a value out of place.
fn headers(traces: &TracesConfig, checks: &mut Checks<'_>) {
    for (name, value) in &traces.headers {
        let is_name = MetadataKey::<Ascii>::from_bytes(name.as_bytes()).is_ok();
        let is_ours =
            name.starts_with("grpc-") || matches!(name.as_str(), "te" | "content-type" | "user-agent");
        if !is_name || is_ours {
            let found = Found::Fact("a name (hidden)");
            let expected =
                "names of headers such as authorization, in lower case, that gRPC does not set itself";
            checks.wrong_as(&["traces", "headers"], found, expected);
        } else if MetadataValue::<Ascii>::try_from(value.expose_secret()).is_err() {
            let found = Found::Fact("a text (hidden)");
            checks.wrong_as(&["traces", "headers", name], found, "visible ASCII characters");
        }
    }
}
