//! Checks `[admission]`.

use std::time::Duration;

use super::{
    super::{AdmissionConfig, Config},
    Checks, Span,
};

/// Less is the clock's own grain, and more is the deadline of a screen.
const LAG: Span = Span {
    shortest: Duration::from_millis(1),
    longest: Duration::from_secs(1),
    text: "a duration from \"1ms\" to \"1s\"",
};

/// More requests on one worker than any machine has memory for are a slip of the keyboard.
const MOST: usize = 1_000_000;

pub(super) fn check(config: &Config, checks: &mut Checks<'_>) {
    let AdmissionConfig { max_in_flight, lag, at_least, not_ready_after, memory_limit, .. } =
        config.admission;
    checks.number(&["admission", "max_in_flight"], max_in_flight, 1, MOST);
    checks.number(&["admission", "at_least"], at_least, 1, MOST);
    // The default gives way to a small cap; what is set is meant.
    let path = ["admission", "at_least"];
    if checks.is_set(&path) && at_least > max_in_flight {
        checks.wrong(&path, "no more than admission.max_in_flight");
    }
    checks.duration(&["admission", "lag"], lag, &LAG);
    checks.duration(&["admission", "not_ready_after"], not_ready_after, &Span::PAUSE);
    if let Some(limit) = memory_limit {
        checks.size(&["admission", "memory_limit"], limit);
    }
}
