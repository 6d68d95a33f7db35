//! How long a service usually takes, for each of its operations.
//!
//! Operations differ by far, and a refusal is often faster than an answer. Each is compared with its own past, so that a
//! change of the mix is not taken for a change of the service. Latencies are about log-normal: all averages here are of
//! logarithms, which is the geometric mean, so that one outlier among ten weighs little.

use std::time::Duration;

/// What is shorter is taken for this: it may as well be the worker that was busy.
const SHORTEST: Duration = Duration::from_millis(5);

/// A baseline moves to what is measured with this time constant.
pub(super) const LEARN: Duration = Duration::from_secs(10);

/// The most time that one window stands for: it may have been idle.
pub(super) const LONGEST: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub(super) struct Baselines(Vec<Baseline>);

#[derive(Debug)]
struct Baseline {
    operation: &'static str,
    refused: bool,
    /// Logarithm of the usual latency in seconds.
    usual: f64,
    /// The windows that it was learned in.
    windows: u32,
    /// Of the present window: the sum of logarithms of latency to the usual one, and of how many.
    sum: f64,
    samples: u32,
}

/// Which way the baselines move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Learn {
    /// Down only: that calls are slow may be our own doing.
    Faster,
    Both,
    /// All the way.
    Anew,
}

impl Baselines {
    /// The logarithm of how much slower a call was than its operation usually is; 0 while that is not known.
    pub(super) fn compare(&mut self, operation: &'static str, refused: bool, took: Duration) -> f64 {
        let latency = took.max(SHORTEST).as_secs_f64().ln();
        let known = |known: &Baseline| known.operation == operation && known.refused == refused;
        let index = self.0.iter().position(known).unwrap_or_else(|| {
            let new = Baseline { operation, refused, usual: latency, windows: 0, sum: 0.0, samples: 0 };
            self.0.push(new);
            self.0.len() - 1
        });
        let baseline = &mut self.0[index];
        let slower = latency - baseline.usual;
        baseline.sum += slower;
        baseline.samples += 1;
        if baseline.windows == 0 { 0.0 } else { slower }
    }

    /// How long an answer of the operation usually takes, if that is known.
    pub(super) fn usual(&self, operation: &'static str) -> Option<Duration> {
        let known = |known: &&Baseline| known.operation == operation && !known.refused && known.windows > 0;
        self.0.iter().find(known).map(|known| Duration::from_secs_f64(known.usual.exp()))
    }

    /// Ends a window of this length. The first windows count as much as all before them, later ones by their length.
    pub(super) fn learn(&mut self, how: Learn, length: Duration) {
        let share = length.min(LONGEST).div_duration_f64(LEARN);
        for baseline in self.0.iter_mut().filter(|baseline| baseline.samples > 0) {
            let slower = baseline.sum / f64::from(baseline.samples);
            baseline.windows = baseline.windows.saturating_add(1);
            let share = match how {
                Learn::Faster if slower > 0.0 && baseline.windows > 1 => 0.0,
                Learn::Faster | Learn::Both => share.max(1.0 / f64::from(baseline.windows)),
                Learn::Anew => 1.0,
            };
            baseline.usual += slower * share;
            (baseline.sum, baseline.samples) = (0.0, 0);
        }
    }
}
