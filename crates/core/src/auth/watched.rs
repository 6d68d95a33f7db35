//! [`Watched`]: a file that is read again when it changes.
//!
//! It is looked at from time to time: another time of change, size or inode, and it is read. All of it is good or none of it
//! counts: a broken file leaves what was read before and is a warning in the log, since a slip of the hand must lock nobody out,
//! and let nobody in.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::{ArcSwap, Guard};

use crate::config::ConfigErrors;

/// A file that was changed so lately may change again without its time of change showing it: the coarsest clock of a file
/// system that is still in use ticks every two seconds.
pub(super) const SETTLED: Duration = Duration::from_secs(2);

/// How a file is read, or all that is wrong with it.
type Read<T> = Box<dyn Fn(&Path) -> Result<T, ConfigErrors> + Send + Sync>;

/// What was read of one file.
pub(super) struct Watched<T> {
    path: PathBuf,
    /// What it is to people, such as "the API keys".
    what: &'static str,
    read: Read<T>,
    value: ArcSwap<T>,
    seen: Mutex<Seen>,
}

/// The file as it was last read.
struct Seen {
    /// `None` if it must be read again in any case.
    stamp: Option<Stamp>,
    /// What was wrong with it, so that it is said once.
    fault: Option<String>,
}

/// What changes when a file does.
#[derive(PartialEq, Eq)]
pub(super) struct Stamp {
    modified: SystemTime,
    length: u64,
    inode: u64,
}

impl<T: Send + Sync + 'static> Watched<T> {
    /// Reads the file, or says all that is wrong with it.
    pub(super) fn open(
        path: PathBuf,
        what: &'static str,
        read: impl Fn(&Path) -> Result<T, ConfigErrors> + Send + Sync + 'static,
    ) -> Result<Self, ConfigErrors> {
        let stamp = Stamp::of(&path);
        let (value, read) = (ArcSwap::from_pointee(read(&path)?), Box::new(read));
        Ok(Self { path, what, read, value, seen: Mutex::new(Seen { stamp, fault: None }) })
    }

    /// What was last read without a fault.
    pub(super) fn value(&self) -> Guard<Arc<T>> {
        self.value.load()
    }

    /// Looks at it this often, for as long as it is polled.
    pub(super) async fn follow(self: Arc<Self>, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            let watched = Arc::clone(&self);
            // A disk may be slow and a file long; the acceptor runs on this thread.
            let _ = tokio::task::spawn_blocking(move || watched.look()).await;
        }
    }

    /// Reads the file again if it has changed.
    pub(super) fn look(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = Stamp::of(&self.path);
        if stamp.is_some() && stamp == seen.stamp {
            return;
        }
        let fault = match (self.read)(&self.path) {
            Ok(value) => {
                self.value.store(Arc::new(value));
                None
            }
            Err(errors) => Some(lines(&errors)),
        };
        if let Some(fault) = fault.as_ref().filter(|fault| seen.fault.as_ref() != Some(*fault)) {
            tracing::warn!("{} stay as they were, since their file is broken: {fault}", self.what);
        }
        *seen = Seen { stamp, fault };
    }
}

impl Stamp {
    /// `None` if there is no such file, or if it may change again without this showing it.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let read = || -> io::Result<Self> {
            let facts = fs::metadata(path)?;
            Ok(Self { modified: facts.modified()?, length: facts.len(), inode: inode(&facts) })
        };
        let stamp = read().ok()?;
        let age = SystemTime::now().duration_since(stamp.modified).unwrap_or_default();
        (age > SETTLED).then_some(stamp)
    }
}

/// Another file under the same name has another one.
#[cfg(unix)]
fn inode(facts: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(facts)
}

#[cfg(not(unix))]
fn inode(_: &fs::Metadata) -> u64 {
    0
}

/// The errors on one line, the first few of them.
fn lines(errors: &ConfigErrors) -> String {
    const SHOWN: usize = 5;
    let all = errors.iter().take(SHOWN).map(|error| {
        let (source, key, found, expected) = (error.source(), error.key(), error.found(), error.expected());
        format!("{source}: {key}: found {found}, expected {expected}")
    });
    let shown = all.collect::<Vec<_>>().join("; ");
    match errors.iter().count().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown}; and {more} more"),
    }
}
