//! [`Histogram`]: how many were at most so much, in cells that requests add to without a lock.
//!
//! All is whole numbers, nanoseconds or bytes, so that an observation is two additions: the unit of the catalogue is made of it when
//! somebody scrapes. Each worker has histograms of its own, so that two processors do not write to one cache line.

use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use super::catalogue::{self, Kind, Metric, Unit};

/// The most bounds that a metric of the catalogue has.
const MOST: usize = 14;

/// The bounds of a histogram, in the whole numbers that it counts.
#[derive(Debug)]
pub(crate) struct Scale {
    bounds: &'static [f64],
    /// The same, and beyond them what nothing exceeds.
    limits: [u64; MOST],
    per_unit: f64,
}

/// Of what the semantic conventions measure in seconds.
pub(crate) static SECONDS: Scale = Scale::new(catalogue::SECONDS, 1e9);
/// Of what they measure in milliseconds.
pub(crate) static MILLISECONDS: Scale = Scale::new(catalogue::MILLISECONDS, 1e6);
/// Of sizes.
pub(crate) static BYTES: Scale = Scale::new(catalogue::BYTES, 1.0);

impl Scale {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "bounds are small and positive"
    )]
    const fn new(bounds: &'static [f64], per_unit: f64) -> Self {
        let mut limits = [u64::MAX; MOST];
        let mut at = 0;
        while at < bounds.len() {
            limits[at] = (bounds[at] * per_unit + 0.5) as u64;
            at += 1;
        }
        Self { bounds, limits, per_unit }
    }

    /// The scale of a metric; none if it is no histogram.
    fn of(metric: &Metric) -> Option<&'static Self> {
        match (metric.kind, metric.unit) {
            (Kind::Histogram(_), Unit::Seconds) => Some(&SECONDS),
            (Kind::Histogram(_), Unit::Milliseconds) => Some(&MILLISECONDS),
            (Kind::Histogram(_), _) => Some(&BYTES),
            _ => None,
        }
    }
}

/// What one worker has observed.
#[derive(Debug)]
pub(crate) struct Histogram {
    scale: &'static Scale,
    sum: AtomicU64,
    buckets: [AtomicU64; MOST + 1],
}

impl Histogram {
    pub(crate) fn new(scale: &'static Scale) -> Self {
        Self { scale, sum: AtomicU64::new(0), buckets: [const { AtomicU64::new(0) }; MOST + 1] }
    }

    pub(crate) fn observe(&self, value: u64) {
        let bucket = self.scale.limits.partition_point(|limit| *limit < value);
        self.buckets[bucket].fetch_add(1, Relaxed);
        self.sum.fetch_add(value, Relaxed);
    }

    pub(crate) fn observe_time(&self, time: Duration) {
        self.observe(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(crate) fn observe_size(&self, bytes: usize) {
        self.observe(bytes as u64);
    }

    /// What was observed until now.
    pub(super) fn observed(&self) -> Observed {
        Observed {
            sum: self.sum.load(Relaxed),
            buckets: self.buckets.each_ref().map(|bucket| bucket.load(Relaxed)),
        }
    }
}

/// What was observed, by one worker or by several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Observed {
    sum: u64,
    buckets: [u64; MOST + 1],
}

impl Observed {
    pub(super) fn add(&mut self, other: &Self) {
        self.sum = self.sum.wrapping_add(other.sum);
        for (bucket, more) in self.buckets.iter_mut().zip(other.buckets) {
            *bucket += more;
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.buckets.iter().sum()
    }

    /// The sum in the metric's unit, and how many there are in each bucket, with its bound.
    #[expect(clippy::cast_precision_loss, reason = "a sum of nanoseconds has more digits than anybody reads")]
    pub(super) fn in_unit_of(&self, metric: &Metric) -> (f64, Vec<(f64, u64)>) {
        let Some(scale) = Scale::of(metric) else { return (0.0, Vec::new()) };
        let bounds = scale.bounds.iter().copied().chain([f64::INFINITY]);
        (self.sum as f64 / scale.per_unit, bounds.zip(self.buckets).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(histogram: &Histogram, metric: &Metric) -> Vec<(f64, u64)> {
        histogram.observed().in_unit_of(metric).1.into_iter().filter(|(_, count)| *count > 0).collect()
    }

    #[test]
    fn a_bound_is_in_its_own_bucket() {
        let times = Histogram::new(&SECONDS);
        for micros in [1, 5_000, 5_001, 10_000_000, 10_000_001] {
            times.observe_time(Duration::from_micros(micros));
        }
        let expected = [(0.005, 2), (0.01, 1), (10.0, 1), (f64::INFINITY, 1)];
        assert_eq!(buckets(&times, &catalogue::SERVER_DURATION), expected);
        let sizes = Histogram::new(&BYTES);
        for bytes in [0, 1, 256, 257, 5 << 20] {
            sizes.observe_size(bytes);
        }
        let expected = [(0.0, 1), (256.0, 2), (1024.0, 1), (f64::INFINITY, 1)];
        assert_eq!(buckets(&sizes, &catalogue::SERVER_RESPONSE_SIZE), expected);
    }

    #[test]
    fn sums_are_in_the_unit_of_the_metric() {
        for (scale, metric, sum) in [
            (&SECONDS, catalogue::SERVER_DURATION, 1.5),
            (&MILLISECONDS, catalogue::RPC_CLIENT_DURATION, 1500.0),
        ] {
            let times = Histogram::new(scale);
            times.observe_time(Duration::from_millis(1499));
            times.observe_time(Duration::from_millis(1));
            let (found, _) = times.observed().in_unit_of(&metric);
            assert!((found - sum).abs() < 1e-9, "{found}");
        }
    }

    #[test]
    fn every_histogram_of_the_catalogue_has_its_scale() {
        for metric in catalogue::ALL {
            let scale = Scale::of(metric);
            let Kind::Histogram(bounds) = metric.kind else {
                assert!(scale.is_none(), "{metric:?}");
                continue;
            };
            let scale = scale.expect("a histogram has one");
            assert_eq!(scale.bounds, bounds, "{metric:?}");
            assert!(bounds.len() <= MOST && bounds.is_sorted());
        }
    }

    #[test]
    fn workers_are_added_up() {
        let (one, other) = (Histogram::new(&BYTES), Histogram::new(&BYTES));
        one.observe(1);
        other.observe(2);
        other.observe(1 << 40);
        let mut all = one.observed();
        all.add(&other.observed());
        assert_eq!((all.count(), all.sum), (3, 3 + (1 << 40)));
    }
}
