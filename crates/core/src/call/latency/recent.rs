//! The latest latencies of one operation, counted in buckets whose width grows with the latency, as HdrHistogram's do.

use std::time::Duration;

use tokio::time::Instant;

/// How long a generation lasts, where nothing else is said: what is asked for was seen within the last one or two.
pub(super) const GENERATION: Duration = Duration::from_secs(10);
/// How old an answer may be, so that calls need not walk the buckets.
pub(super) const FRESH: Duration = Duration::from_millis(100);

/// The latest latencies of one operation, or of one endpoint.
#[derive(Debug)]
pub(in crate::call) struct Recent {
    generation: Duration,
    began: Instant,
    young: Box<[u32]>,
    old: Box<[u32]>,
    /// The answer, until when it is good.
    asked: (Option<Duration>, Instant),
}

/// How many of the latest there were in each bucket, of one or of several.
#[derive(Debug, Clone)]
pub(in crate::call) struct Latest(Box<[u64]>);

impl Recent {
    pub(super) fn new(now: Instant) -> Self {
        Self::lasting(GENERATION, now)
    }

    /// With generations of this length.
    pub(in crate::call) fn lasting(generation: Duration, now: Instant) -> Self {
        let empty = || vec![0; BUCKETS].into_boxed_slice();
        Self { generation, began: now, young: empty(), old: empty(), asked: (None, now) }
    }

    pub(in crate::call) fn record(&mut self, latency: Duration, now: Instant) {
        self.age(now);
        let count = &mut self.young[bucket(latency)];
        *count = count.saturating_add(1);
    }

    pub(super) fn percentile(&mut self, percent: u32, minimum: u32, now: Instant) -> Option<Duration> {
        let (known, until) = self.asked;
        if now < until {
            return known;
        }
        self.age(now);
        let known = percentile(|| self.counts(), percent, minimum);
        self.asked = (known, now + FRESH);
        known
    }

    /// Adds those that it has to others.
    pub(in crate::call) fn add_to(&mut self, latest: &mut Latest, now: Instant) {
        self.age(now);
        latest.0.iter_mut().zip(self.counts()).for_each(|(sum, count)| *sum += count);
    }

    fn counts(&self) -> impl Iterator<Item = u64> {
        self.young.iter().zip(&self.old).map(|(young, old)| u64::from(*young) + u64::from(*old))
    }

    /// Lets what is too old fall out.
    fn age(&mut self, now: Instant) {
        let age = now.saturating_duration_since(self.began);
        if age < self.generation {
            return;
        }
        std::mem::swap(&mut self.young, &mut self.old);
        self.young.fill(0);
        self.began += self.generation;
        if age >= self.generation * 2 {
            self.old.fill(0);
            self.began = now;
        }
    }
}

impl Latest {
    /// The time that so many percent of them took at most; nothing where there are none.
    pub(in crate::call) fn percentile(&self, percent: u32) -> Option<Duration> {
        percentile(|| self.0.iter().copied(), percent, 1)
    }
}

impl Default for Latest {
    fn default() -> Self {
        Self(vec![0; BUCKETS].into())
    }
}

fn percentile<I: Iterator<Item = u64>>(
    counts: impl Fn() -> I,
    percent: u32,
    minimum: u32,
) -> Option<Duration> {
    let all: u64 = counts().sum();
    let rank = (all * u64::from(percent)).div_ceil(100).max(1);
    let reached = counts().scan(0, |sum, count| {
        *sum += count;
        Some(*sum)
    });
    let known =
        if all >= u64::from(minimum) { reached.take_while(|sum| *sum < rank).count() } else { BUCKETS };
    (known < BUCKETS).then(|| upper_edge(known))
}

/// Latencies are counted in units of 256 ns: finer than the shortest that matters.
const UNIT: u32 = 8;
/// Sixteen buckets for each doubling: one is 3 to 6 % wide.
const STEPS: u32 = 4;
/// Doublings from about 8 us to about 69 s; what is beyond counts as the nearest.
const DOUBLINGS: std::ops::Range<u32> = 5..28;
const BUCKETS: usize = ((DOUBLINGS.end - DOUBLINGS.start) << STEPS) as usize;

fn bucket(latency: Duration) -> usize {
    let units = u64::try_from(latency.as_nanos() >> UNIT).unwrap_or(u64::MAX);
    let units = units.clamp(1 << DOUBLINGS.start, (1 << DOUBLINGS.end) - 1);
    let doubling = units.ilog2();
    let step = (units >> (doubling - STEPS)) & ((1 << STEPS) - 1);
    (((doubling - DOUBLINGS.start) << STEPS) as usize) + usize::try_from(step).unwrap_or_default()
}

/// What no latency in the bucket exceeds.
fn upper_edge(bucket: usize) -> Duration {
    let (doubling, step) = (bucket >> STEPS, bucket & ((1 << STEPS) - 1));
    let units =
        ((1_u64 << STEPS) + step as u64 + 1) << (doubling as u64 + u64::from(DOUBLINGS.start - STEPS));
    Duration::from_nanos(units << UNIT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Against a sorted list: never below the exact percentile, and at most a sixteenth above.
        #[test]
        fn it_is_the_percentile(
            nanos in prop::collection::vec((10_f64.ln()..60e6_f64.ln()).prop_map(f64::exp), 1..300),
            percent in 1_u32..100,
        ) {
            let now = Instant::now();
            let mut recent = Recent::new(now);
            let mut all: Vec<_> = nanos.into_iter().map(|micros| Duration::from_secs_f64(micros / 1e6)).collect();
            for latency in &all {
                recent.record(*latency, now);
            }
            all.sort_unstable();
            let exact = all[(all.len() * percent as usize).div_ceil(100) - 1];
            let about = recent.percentile(percent, 1, now).expect("one call is enough");
            prop_assert!(about >= exact && about <= exact.mul_f64(1.0 + 1.0 / 16.0), "{about:?} for {exact:?}");
        }
    }
}
