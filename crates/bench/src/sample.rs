//! What a load saw of a gateway.

use std::time::Duration;

use anyhow::Result;
use bff_bench::meter::{Window, quantile};

/// A measurement: what passed while these replies came.
pub(crate) struct Sample {
    window: Window,
    /// Shortest first.
    latencies: Vec<Duration>,
    /// All replies, those outside of the window included.
    pub(crate) replies: u32,
}

impl Sample {
    /// Joins what the connections saw; the first error is everyone's.
    pub(crate) fn collect(window: Window, connections: Vec<Result<(Vec<Duration>, u32)>>) -> Result<Self> {
        let (mut latencies, mut replies) = (Vec::new(), 0);
        for connection in connections {
            let (seen, answered) = connection?;
            latencies.extend(seen);
            replies += answered;
        }
        latencies.sort_unstable();
        anyhow::ensure!(!latencies.is_empty(), "no reply came while measuring");
        Ok(Self { window, latencies, replies })
    }

    /// Processor time of the gateway per reply, in microseconds.
    pub(crate) fn processor_us(&self) -> f64 {
        micros(self.window.processor) / self.count()
    }

    pub(crate) fn replies_per_second(&self) -> f64 {
        self.count() / self.window.elapsed.as_secs_f64()
    }

    /// The latency that `hundredths` of the replies did not exceed, in microseconds.
    pub(crate) fn percentile_us(&self, hundredths: usize) -> f64 {
        micros(quantile(&self.latencies, 10 * hundredths))
    }

    fn count(&self) -> f64 {
        u32::try_from(self.latencies.len()).map_or(f64::from(u32::MAX), f64::from)
    }
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
