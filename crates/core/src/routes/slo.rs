//! What a route promises to those who use it: its service level objectives.
//!
//! They decide nothing about a request. Dashboards and alerts are made from them (`just observability`), by the rules of "The
//! Site Reliability Workbook", chapter 5: an alert says that the errors of a month are being used up too fast.

use std::time::Duration;

use crate::telemetry::metrics::catalogue::SECONDS;

/// The objectives of a route, each a percentage of its requests.
///
/// ```
/// use std::time::Duration;
/// use bff_core::prelude::*;
///
/// # async fn pay() {}
/// let pay_at_once = Slo { available: 99.95, within: Some(Duration::from_millis(500)), ..Slo::default() };
/// let routes = Routes::new().post("/api/payments", pay, signed_in()).objective(pay_at_once);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slo {
    /// Percent of requests that are not answered with a 5xx. Default 99.9.
    pub available: f64,
    /// Percent of requests that are answered within [`within`](Self::within). Default 99.
    pub fast: f64,
    /// What is fast: a bucket of `http.server.request.duration`, since nothing else can be counted. Default `None`: the bucket
    /// at or above half of the route's deadline, at least 250 ms.
    pub within: Option<Duration>,
    /// Percent of a screen's replies that lack nothing. Default 99.
    pub whole: f64,
}

impl Default for Slo {
    fn default() -> Self {
        Self { available: 99.9, fast: 99.0, within: None, whole: 99.0 }
    }
}

/// No reply is expected sooner than this where nobody has said so.
const SOONEST: Duration = Duration::from_millis(250);

impl Slo {
    /// The least that may be promised, in percent. The fastest alert looks for 14.4 times the errors that an objective allows,
    /// and of less than 100 - 100/14.4 percent there can't be so many.
    pub const LEAST: f64 = 94.0;

    /// The most, in percent: a promise without any errors is broken for good by the first one.
    pub const MOST: f64 = 99.999;

    /// What is fast for a route with this deadline. In seconds, as the bucket is written.
    pub fn seconds_within(&self, deadline: Duration) -> f64 {
        let wanted = self.within.unwrap_or_else(|| SOONEST.max(deadline / 2)).as_secs_f64();
        let slowest = SECONDS[SECONDS.len() - 1];
        SECONDS.iter().copied().find(|bucket| *bucket >= wanted).unwrap_or(slowest)
    }

    /// What of it can't be measured, in words.
    pub(crate) fn check(&self) -> Result<(), String> {
        let mut faults = Vec::new();
        for (name, percent) in [("available", self.available), ("fast", self.fast), ("whole", self.whole)] {
            if !(Self::LEAST..=Self::MOST).contains(&percent) {
                let (least, most) = (Self::LEAST, Self::MOST);
                faults.push(format!("{name} = {percent}: expected a percentage from {least} to {most}"));
            }
        }
        let seconds = self.within.map(|within| within.as_secs_f64());
        if let Some(seconds) = seconds.filter(|seconds| !SECONDS.contains(seconds)) {
            let below = SECONDS.iter().rfind(|bucket| **bucket < seconds);
            let above = SECONDS.iter().find(|bucket| **bucket > seconds);
            let nearest: Vec<_> =
                below.into_iter().chain(above).map(|bucket| format!("{bucket} s")).collect();
            let nearest = nearest.join(" and ");
            faults.push(format!(
                "within = {seconds} s: expected a bucket of http.server.request.duration; the nearest are {nearest}"
            ));
        }
        if faults.is_empty() { Ok(()) } else { Err(faults.join("; ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "a bucket is exactly what the list says")]
    fn what_is_fast_is_a_bucket_at_or_above_half_of_the_deadline() {
        let within = |deadline| Slo::default().seconds_within(deadline);
        assert_eq!(within(millis(1500)), 0.75);
        assert_eq!(within(millis(1501)), 1.0);
        assert_eq!(within(millis(100)), 0.25);
        assert_eq!(within(Duration::from_mins(1)), 10.0);
        let stated = Slo { within: Some(millis(100)), ..Slo::default() };
        assert_eq!(stated.seconds_within(millis(1500)), 0.1);
    }

    #[test]
    fn what_can_not_be_measured_is_refused_with_what_can() {
        let fault = |slo: Slo| slo.check().expect_err("a mistake");
        let between = fault(Slo { within: Some(millis(300)), ..Slo::default() });
        assert!(between.contains("0.3 s") && between.contains("0.25 s and 0.5 s"), "{between}");
        let soon = fault(Slo { within: Some(millis(1)), ..Slo::default() });
        assert!(soon.ends_with("the nearest are 0.005 s"), "{soon}");
        let late = fault(Slo { within: Some(Duration::from_mins(1)), ..Slo::default() });
        assert!(late.ends_with("the nearest are 10 s"), "{late}");
        for percent in [100.0, 0.0, 93.9, f64::NAN, -1.0] {
            let all = fault(Slo { available: percent, fast: percent, whole: percent, within: None });
            assert_eq!(all.matches("expected a percentage from 94 to 99.999").count(), 3, "{all}");
        }
    }

    #[test]
    fn every_bucket_and_the_defaults_are_fine() {
        for bucket in SECONDS {
            let within = Some(Duration::from_secs_f64(*bucket));
            assert_eq!(Slo { within, ..Slo::default() }.check(), Ok(()), "{bucket}");
        }
        assert_eq!(Slo::default().check(), Ok(()));
    }
}
