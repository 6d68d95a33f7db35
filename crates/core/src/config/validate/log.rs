//! Checks `[log]`.

use super::{super::LogConfig, Checks};
use crate::telemetry::log::level;

/// More lines than any disk takes are a slip of the keyboard.
const MOST: usize = 1_000_000;

pub(super) fn check(log: &LogConfig, checks: &mut Checks<'_>) {
    if level::parse(&log.level).is_err() {
        checks.wrong(&["log", "level"], level::EXPECTED);
    }
    checks.number(&["log", "success_per_second"], log.success_per_second as usize, 0, MOST);
    checks.number(&["log", "problems_per_second"], log.problems_per_second as usize, 1, MOST);
}
