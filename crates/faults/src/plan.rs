//! How long everything takes, and what is said of it meanwhile.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::settings::Settings;

/// The lengths of this run of the program, and its progress.
pub struct Plan {
    scale: f64,
    verbose: bool,
    began: Instant,
}

impl Plan {
    /// Begins now. Every run is `scale` times its full length; `verbose` prints how each is set.
    pub fn new(scale: f64, verbose: bool) -> Self {
        Self { scale, verbose, began: Instant::now() }
    }

    /// So many seconds, as `--seconds-scale` has it.
    pub fn seconds(&self, full: u32) -> Duration {
        Duration::from_secs(full.into()).mul_f64(self.scale)
    }

    /// So many, as `--seconds-scale` has it.
    pub fn count(&self, full: u32) -> u32 {
        let scaled = Duration::from_secs(full.into()).mul_f64(self.scale).as_secs();
        u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
    }

    /// Says which run begins, to whoever waits.
    #[expect(clippy::print_stderr, reason = "progress of a program that takes minutes")]
    pub fn say(&self, row: &str, run: &str, settings: &Settings) {
        eprintln!("[{:>4.0} s] {row}: {run}", self.began.elapsed().as_secs_f64());
        if self.verbose {
            eprintln!("         {}", settings.text());
        }
    }

    /// What a reader of the table must know of the machine and the run.
    pub fn legend(&self) -> Result<String> {
        let cores = std::thread::available_parallelism()?;
        let (took, scale) = (self.began.elapsed().as_secs(), self.scale);
        Ok(format!(
            "{cores} cores, shared by the BFF, its services and the load; {took} s in all, every run {scale} x its full length.\n\
             Latency counts from the instant at which a request should have left. Every run has a BFF and services of its own;\n\
             --verbose prints the configuration keys of each."
        ))
    }
}
