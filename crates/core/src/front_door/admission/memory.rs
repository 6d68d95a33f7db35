//! How much memory there is and how much of it is used: by the cgroup, or by the process of the machine's.
//!
//! The files are those of Linux (cgroups(7), `Documentation/admin-guide/cgroup-v2.rst` and `cgroup-v1/memory.rst`, proc(5)).
//! Where there are none nothing is known, and nothing is refused for it.

mod cgroup;

use std::{fs, path::PathBuf};

use self::cgroup::Group;

/// Bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Usage {
    pub(super) used: u64,
    pub(super) limit: u64,
}

/// Where to look.
#[derive(Debug)]
pub(super) struct Memory {
    /// `/`, but for tests.
    root: PathBuf,
    own_limit: Option<u64>,
    groups: Vec<Group>,
}

impl Memory {
    /// `own_limit` is for what this process holds; without it its cgroups and the machine decide.
    pub(super) fn find(root: impl Into<PathBuf>, own_limit: Option<usize>) -> Self {
        let root = root.into();
        let own_limit = own_limit.and_then(|limit| u64::try_from(limit).ok());
        let groups = if own_limit.is_none() { cgroup::find(&root) } else { Vec::new() };
        Self { root, own_limit, groups }
    }

    /// What is fullest: of nested cgroups any one may be the first to have no memory left.
    ///
    /// File pages that could be dropped are in use until `percent` is reached, which saves the kernel the work of counting.
    pub(super) fn look(&self, percent: u8) -> Option<Usage> {
        let machine = self.kilobytes("proc/meminfo", "MemTotal:");
        let limit = match self.own_limit {
            Some(limit) => limit,
            None => machine?,
        };
        let groups = self.groups.iter().filter_map(|group| group.look(percent));
        // A limit above what the machine has is none.
        let groups = groups.filter(|usage| machine.is_none_or(|machine| usage.limit <= machine));
        groups
            .max_by(Usage::cmp_share)
            .or_else(|| Some(Usage { used: self.kilobytes("proc/self/status", "VmRSS:")?, limit }))
    }

    /// The value of a line such as `VmRSS:  1234 kB`, in bytes.
    fn kilobytes(&self, file: &str, name: &str) -> Option<u64> {
        let text = fs::read_to_string(self.root.join(file)).ok()?;
        let value = text.lines().find_map(|line| line.strip_prefix(name))?;
        value.trim().strip_suffix("kB")?.trim_end().parse::<u64>().ok()?.checked_mul(1024)
    }
}

impl Usage {
    /// Whether more than so many percent are used.
    fn is_over(self, percent: u8) -> bool {
        u128::from(self.used) * 100 > u128::from(self.limit) * u128::from(percent)
    }

    fn cmp_share(&self, other: &Self) -> std::cmp::Ordering {
        let share = |one: &Self, other: &Self| u128::from(one.used) * u128::from(other.limit);
        share(self, other).cmp(&share(other, self))
    }
}

#[cfg(test)]
mod tests;
