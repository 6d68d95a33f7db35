//! The series that a route's traffic leaves.

use std::fmt::Write as _;

use bff_core::telemetry::metrics::catalogue::{SCREEN_REPLIES, SERVER_DURATION};

use super::Series;
use crate::{registry::Route, rules::Objective};

/// Minutes of a case that says nothing else.
pub const MINUTES: u32 = 70;

/// Even traffic of a route, of which some requests break an objective.
#[derive(Clone, Copy)]
pub struct Traffic {
    /// Requests a minute.
    pub requests: u32,
    /// Those of them that break it, while any do.
    pub bad: u32,
    /// When that begins, in minutes.
    pub from: u32,
    /// When it ends.
    pub until: u32,
}

impl Traffic {
    /// The series of `objective` for this route.
    pub fn series(self, route: &Route, objective: Objective) -> Vec<Series> {
        let (requests, replies) = (SERVER_DURATION.prometheus_name(), SCREEN_REPLIES.prometheus_name());
        let labels = format!("{},instance=\"a\"", route.selector());
        let count = |status: u16, samples| {
            let name = format!("{requests}_count{{{labels},http_response_status_code=\"{status}\"}}");
            Series { name, samples }
        };
        let bucket = |samples| {
            let le = seconds(route.within);
            Series {
                name: format!("{requests}_bucket{{{labels},http_response_status_code=\"200\",le=\"{le}\"}}"),
                samples,
            }
        };
        let reply = |result: &str, samples| Series {
            name: format!("{replies}{{{labels},bff_result=\"{result}\"}}"),
            samples,
        };
        let (good, bad) = (self.good(), self.bad());
        let all = Self { bad: 0, ..self }.good();
        match objective {
            Objective::Errors => vec![count(200, good), count(503, bad)],
            Objective::Slow => vec![count(200, all), bucket(good)],
            Objective::Degraded => vec![reply("whole", good), reply("degraded", bad)],
        }
    }

    /// The share that is bad, while any is.
    pub fn share(self) -> f64 {
        f64::from(self.bad) / f64::from(self.requests)
    }

    fn minutes(self) -> u32 {
        MINUTES.max(self.until + 30)
    }

    fn good(self) -> String {
        samples([
            (self.from, self.requests),
            (self.until, self.requests - self.bad),
            (self.minutes(), self.requests),
        ])
    }

    fn bad(self) -> String {
        samples([(self.from, 0), (self.until, self.bad), (self.minutes(), 0)])
    }
}

/// A counter that grows by so much a minute until each minute.
fn samples(parts: [(u32, u32); 3]) -> String {
    let (mut minute, mut count, mut out) = (0, 0, "0".to_owned());
    for (until, a_minute) in parts {
        if until > minute {
            let _ = write!(out, " {}+{a_minute}x{}", count + a_minute, until - minute - 1);
            count += a_minute * (until - minute);
            minute = until;
        }
    }
    out
}

/// So many a minute, from the beginning to the end.
pub fn even(a_minute: u32) -> String {
    format!("0+{a_minute}x{MINUTES}")
}

/// A bucket as the BFFs write it.
fn seconds(bucket: f64) -> String {
    if bucket.fract() == 0.0 { format!("{bucket:.1}") } else { bucket.to_string() }
}
