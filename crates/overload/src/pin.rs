//! Who runs on which core: where the BFF is to be short of processor time, the load and the services must not take any of its.

use std::fs;

use anyhow::{Context, Result};
use nix::errno::Errno;
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

/// Two cores: one for the BFF, one for everything else. Until this is dropped, this process keeps to its own.
pub(crate) struct Cores {
    bff: usize,
    rest: usize,
    before: CpuSet,
}

impl Cores {
    /// The first two that this process may use.
    pub(crate) fn apart() -> Result<Self> {
        let before = sched_getaffinity(Pid::from_raw(0))?;
        let mut may_use = (0..CpuSet::count()).filter(|core| before.is_set(*core).unwrap_or(false));
        let two = may_use.next().zip(may_use.next());
        let (bff, rest) = two.context("the BFF and its load need a core each, and here is one")?;
        keep(std::process::id(), rest)?;
        Ok(Self { bff, rest, before })
    }

    /// Keeps a BFF's process to its core.
    pub(crate) fn confine(&self, process: u32) -> Result<()> {
        keep(process, self.bff)
    }

    /// As it is printed.
    pub(crate) fn text(&self) -> String {
        format!("the BFF on core {}, load and services on core {}", self.bff, self.rest)
    }
}

impl Drop for Cores {
    fn drop(&mut self) {
        // Where it fails the rows after this one have less of the machine, as the legend says.
        drop(set_all(std::process::id(), &self.before));
    }
}

fn keep(process: u32, core: usize) -> Result<()> {
    let mut set = CpuSet::new();
    set.set(core)?;
    set_all(process, &set)
}

/// All threads of a process; those that they start later keep to the same.
fn set_all(process: u32, set: &CpuSet) -> Result<()> {
    let folder = format!("/proc/{process}/task");
    for thread in fs::read_dir(&folder).with_context(|| folder.clone())? {
        let name = thread?.file_name();
        let thread = name.to_str().and_then(|id| id.parse().ok()).context("a thread without a number")?;
        match sched_setaffinity(Pid::from_raw(thread), set) {
            Ok(()) | Err(Errno::ESRCH) => {} // it has ended meanwhile
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_keeps_to_its_core_until_the_end_and_so_do_its_threads() {
        let allowed = || sched_getaffinity(Pid::from_raw(0)).expect("this thread has cores");
        let before = allowed();
        if std::thread::available_parallelism().is_ok_and(|cores| cores.get() < 2) {
            return;
        }
        let cores = Cores::apart().expect("two cores");
        let count =
            |set: &CpuSet| (0..CpuSet::count()).filter(|core| set.is_set(*core).unwrap_or(false)).count();
        assert_eq!(count(&allowed()), 1);
        let inherited = std::thread::spawn(allowed).join().expect("no panic");
        assert!(
            inherited.is_set(cores.rest).expect("a core") && !inherited.is_set(cores.bff).expect("a core")
        );
        drop(cores);
        assert!(allowed() == before);
    }
}
