//! What a process uses, read from outside it: processor time and resident memory. Linux only.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// One process.
#[derive(Clone, Copy)]
pub(crate) struct Meter {
    process: u32,
}

/// The beginning of a measurement.
pub(crate) struct Begin {
    meter: Meter,
    at: Instant,
    processor: Duration,
}

/// What passed between beginning and end.
pub(crate) struct Window {
    elapsed: Duration,
    processor: Duration,
}

impl Meter {
    pub(crate) fn new(process: u32) -> Self {
        Self { process }
    }

    pub(crate) fn begin(self) -> Result<Begin> {
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
    pub(crate) fn resident_mib(self) -> Result<f64> {
        let path = format!("/proc/{}/status", self.process);
        let status = std::fs::read_to_string(&path).context("resident memory can only be read on Linux")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).context("no VmRSS")?;
        Ok(kib.parse::<f64>()? / 1024.0)
    }
}

impl Begin {
    pub(crate) fn end(self) -> Result<Window> {
        let processor = self.meter.processor_time()?.saturating_sub(self.processor);
        Ok(Window { elapsed: self.at.elapsed(), processor })
    }
}

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
        let rank = (self.latencies.len() * hundredths).div_ceil(100).max(1);
        micros(self.latencies[rank - 1])
    }

    fn count(&self) -> f64 {
        u32::try_from(self.latencies.len()).map_or(f64::from(u32::MAX), f64::from)
    }
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
