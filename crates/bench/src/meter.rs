//! What a process uses, read from outside it: processor time and resident memory. Linux only.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// One process.
#[derive(Clone, Copy)]
pub struct Meter {
    process: u32,
}

/// The beginning of a measurement.
pub struct Begin {
    meter: Meter,
    at: Instant,
    processor: Duration,
}

/// What passed between beginning and end.
pub struct Window {
    /// By the clock.
    pub elapsed: Duration,
    /// On processors.
    pub processor: Duration,
}

impl Meter {
    /// Of the process with this id.
    pub fn new(process: u32) -> Self {
        Self { process }
    }

    /// Begins to count its processor time.
    pub fn begin(self) -> Result<Begin> {
        Ok(Begin { meter: self, at: Instant::now(), processor: self.processor_time()? })
    }

    /// User and system time of all its threads, ended ones included, in nanoseconds: the processor-time clock of
    /// the process. `/proc/<pid>/stat` has the same in steps of 10 ms, too coarse for 500 requests a second.
    #[cfg(target_os = "linux")]
    fn processor_time(self) -> Result<Duration> {
        let process = nix::unistd::Pid::from_raw(self.process.try_into()?);
        let clock = nix::time::ClockId::pid_cpu_clock_id(process).context("the gateway has ended")?;
        Ok(nix::time::clock_gettime(clock)?.into())
    }

    #[cfg(not(target_os = "linux"))]
    fn processor_time(self) -> Result<Duration> {
        anyhow::bail!("the processor time of process {} can only be read on Linux", self.process)
    }

    /// Resident memory in MiB.
    pub fn resident_mib(self) -> Result<f64> {
        self.status_mib("VmRSS:")
    }

    /// The most that resident memory has been since the start, in MiB.
    pub fn highest_mib(self) -> Result<f64> {
        self.status_mib("VmHWM:")
    }

    fn status_mib(self, name: &'static str) -> Result<f64> {
        let path = format!("/proc/{}/status", self.process);
        let status = std::fs::read_to_string(&path).context("resident memory can only be read on Linux")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).context(name)?;
        Ok(kib.parse::<f64>()? / 1024.0)
    }
}

impl Begin {
    /// What passed since.
    pub fn end(self) -> Result<Window> {
        let processor = self.meter.processor_time()?.saturating_sub(self.processor);
        Ok(Window { elapsed: self.at.elapsed(), processor })
    }
}

/// The latency that `per_mille` thousandths did not exceed. The shortest come first, and there is at least one.
pub fn quantile(sorted: &[Duration], per_mille: usize) -> Duration {
    let rank = (sorted.len() * per_mille).div_ceil(1000).max(1);
    sorted[rank - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_latency_that_was_seen() {
        let sorted: Vec<_> = (1..=1000).map(Duration::from_millis).collect();
        let seen = [0, 500, 990, 999, 1000].map(|per_mille| quantile(&sorted, per_mille).as_millis());
        assert_eq!(seen, [1, 500, 990, 999, 1000]);
        assert_eq!(quantile(&sorted[..10], 999), sorted[9], "of ten, the longest");
    }
}
