//! How a runner runs: with as many open files as it may have, until it is done or told to end.

use std::process::ExitCode;

use anyhow::{Result, bail, ensure};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

/// Runs `work` on so many threads, and ends it when the program is interrupted or terminated.
///
/// # Errors
///
/// Those of `work`; fewer open files allowed than it needs, since its children inherit the limit; the two signals.
pub fn run(threads: usize, files: u64, work: impl Future<Output = Result<ExitCode>>) -> Result<ExitCode> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most)?;
    ensure!(most > files, "this needs a limit of open files above {files}, here it is {most}");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let outcome = runtime.block_on(async {
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::select! {
            outcome = work => outcome,
            _ = interrupt.recv() => bail!("interrupted"),
            _ = terminate.recv() => bail!("terminated"),
        }
    });
    // The children have ended by now; threads and connections of an interrupted load are not worth waiting for.
    runtime.shutdown_background();
    outcome
}
