//! Checks `[health]` and `[services.<name>.health]`.

use std::time::Duration;

use http::uri::PathAndQuery;

use super::{
    super::{CheckConfig, Config},
    Checks, Found, Span,
};

/// A worker shows that it lives once a second at most; what takes less to notice would be the clock's own grain.
const STUCK: Span = Span {
    shortest: Duration::from_millis(100),
    longest: Duration::from_mins(10),
    text: "a duration from \"100ms\" to \"10m\"",
};

const PATH: &str = "a path such as \"/health\"";

pub(super) fn check(config: &Config, checks: &mut Checks<'_>) {
    checks.duration(&["health", "stuck_after"], config.health.stuck_after, &STUCK);
}

/// The check of one service. Its protocol is not known where the program does not call it, which is reported elsewhere.
pub(super) fn check_of_service(name: &str, check: &CheckConfig, grpc: Option<bool>, checks: &mut Checks<'_>) {
    let path = |field| ["services", name, "health", field];
    let CheckConfig { every, timeout, unhealthy_after, healthy_after, .. } = *check;
    checks.duration(&path("every"), every, &Span::POLL);
    checks.duration(&path("timeout"), timeout, &Span::TIMEOUT);
    checks.number(&path("unhealthy_after"), unhealthy_after as usize, 1, 1000);
    checks.number(&path("healthy_after"), healthy_after as usize, 1, 1000);
    match grpc {
        Some(true) if checks.is_set(&path("path")) => {
            checks.wrong(&path("path"), "no path: a gRPC service is asked by grpc.health.v1");
        }
        Some(false) if checks.is_set(&path("service")) => {
            checks.wrong(&path("service"), "no name: a service that speaks HTTP is asked for a path");
        }
        Some(false) if check.path.is_empty() && !checks.is_set(&path("path")) => {
            checks.wrong_as(&path("path"), Found::Fact("nothing"), PATH);
        }
        Some(false) if !is_path(&check.path) => checks.wrong(&path("path"), PATH),
        _ => {}
    }
}

/// What can be asked for as it is written.
fn is_path(text: &str) -> bool {
    text.starts_with('/')
        && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#')
        && text.parse::<PathAndQuery>().is_ok()
}
