//! The cgroups that a process is in, from its own up to the root: version 2, or the memory controller of version 1.

use std::{
    fs,
    path::{Component, Path, PathBuf},
};

use super::Usage;

/// One of them.
#[derive(Debug)]
pub(super) struct Group {
    folder: PathBuf,
    files: &'static Files,
}

/// What a version calls things.
#[derive(Debug)]
struct Files {
    limit: &'static str,
    used: &'static str,
    /// Of `memory.stat`: file pages that nobody has touched for a while.
    inactive: &'static str,
}

const V1: Files =
    Files { limit: "memory.limit_in_bytes", used: "memory.usage_in_bytes", inactive: "total_inactive_file" };
const V2: Files = Files { limit: "memory.max", used: "memory.current", inactive: "inactive_file" };

/// Those of this process that can be seen from where it is. Inside a container that is often only the mount's root, whatever
/// path the kernel names.
pub(super) fn find(root: &Path) -> Vec<Group> {
    let text = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let lines = text.lines().filter_map(|line| {
        let (_, rest) = line.split_once(':')?;
        rest.split_once(':')
    });
    lines
        .flat_map(|(controllers, path)| match controllers {
            "" => above(&root.join("sys/fs/cgroup"), path, &V2),
            _ if controllers.split(',').any(|name| name == "memory") => {
                above(&root.join("sys/fs/cgroup/memory"), path, &V1)
            }
            _ => Vec::new(),
        })
        .collect()
}

/// The group at `path` below `mount` and those above it, as far as they are there.
fn above(mount: &Path, path: &str, files: &'static Files) -> Vec<Group> {
    // What is outside of a namespace is named with `..`.
    let inside = Path::new(path).components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    let own = mount.join(inside.collect::<PathBuf>());
    let folders = own.ancestors().take_while(|folder| folder.starts_with(mount));
    folders
        .filter(|folder| folder.join(files.limit).exists())
        .map(|folder| Group { folder: folder.to_owned(), files })
        .collect()
}

impl Group {
    /// `None` if it has no limit. Read anew each time, since a limit may be changed while we run.
    pub(super) fn look(&self, percent: u8) -> Option<Usage> {
        // Without a limit version 2 says "max".
        let limit = self.number(self.files.limit)?;
        let used = self.number(self.files.used)?;
        let usage = Usage { used, limit };
        if !usage.is_over(percent) {
            return Some(usage);
        }
        // The kernel takes these back before it ends a process.
        Some(Usage { used: used.saturating_sub(self.inactive().unwrap_or(0)), limit })
    }

    fn number(&self, file: &str) -> Option<u64> {
        fs::read_to_string(self.folder.join(file)).ok()?.trim().parse().ok()
    }

    fn inactive(&self) -> Option<u64> {
        let text = fs::read_to_string(self.folder.join("memory.stat")).ok()?;
        text.lines().find_map(|line| line.strip_prefix(self.files.inactive)?.trim().parse().ok())
    }
}
