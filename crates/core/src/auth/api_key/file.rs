//! Keys from a TOML file that is read again when it changes.
//!
//! The file is looked at every `auth.api_keys.reload_every`: another time of change, size or inode, and it is read. All of it
//! is good or none of it counts: a broken file leaves the keys as they were and is a warning in the log, since a slip of the
//! hand must lock nobody out.

use std::{
    collections::HashMap,
    fs, io,
    path::PathBuf,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;

use super::{
    record::{KeyHash, KeyRecord},
    store::{Finding, KeyStore},
};
use crate::config::{ConfigErrors, KeyFile};

/// A file that was changed so lately may change again without its time of change showing it: the coarsest clock of a file
/// system that is still in use ticks every two seconds.
const SETTLED: Duration = Duration::from_secs(2);

/// The records by [`KeyHash::index`]. Two keys that share one are refused as one key, which they are.
type Records = HashMap<u64, Arc<KeyRecord>>;

/// The keys of one file.
pub(crate) struct FileKeys {
    path: PathBuf,
    reload_every: Duration,
    records: ArcSwap<Records>,
    seen: Mutex<Seen>,
}

/// The file as it was last read.
#[derive(Default)]
struct Seen {
    /// `None` if it must be read again in any case.
    stamp: Option<Stamp>,
    /// What was wrong with it, so that it is said once.
    fault: Option<String>,
}

/// What changes when a file does.
#[derive(PartialEq, Eq)]
struct Stamp {
    modified: SystemTime,
    length: u64,
    inode: u64,
}

impl FileKeys {
    /// Reads the file, or says all that is wrong with it.
    pub(crate) fn open(path: PathBuf, reload_every: Duration) -> Result<Self, ConfigErrors> {
        let stamp = Stamp::of(&path);
        let records = ArcSwap::from_pointee(records(&KeyFile::read(&path)?));
        let seen = Mutex::new(Seen { stamp, fault: None });
        Ok(Self { path, reload_every, records, seen })
    }

    /// Reads the file again if it has changed.
    fn look(&self) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let stamp = Stamp::of(&self.path);
        if stamp.is_some() && stamp == seen.stamp {
            return;
        }
        let fault = match KeyFile::read(&self.path) {
            Ok(file) => {
                self.records.store(Arc::new(records(&file)));
                tracing::debug!(keys = file.keys.len(), "read the API keys again");
                None
            }
            Err(errors) => Some(lines(&errors)),
        };
        if let Some(fault) = fault.as_ref().filter(|fault| seen.fault.as_ref() != Some(*fault)) {
            tracing::warn!("the API keys stay as they were, since their file is broken: {fault}");
        }
        *seen = Seen { stamp, fault };
    }
}

impl KeyStore for FileKeys {
    fn find<'a>(&'a self, hash: &'a KeyHash) -> Finding<'a> {
        let found = self.records.load().get(&hash.index()).cloned();
        Box::pin(std::future::ready(Ok(found)))
    }

    fn follow(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            loop {
                tokio::time::sleep(self.reload_every).await;
                let keys = Arc::clone(&self);
                // A disk may be slow and a file long; the acceptor runs on this thread.
                let _ = tokio::task::spawn_blocking(move || keys.look()).await;
            }
        })
    }
}

impl Stamp {
    /// `None` if there is no such file, or if it may change again without this showing it.
    fn of(path: &std::path::Path) -> Option<Self> {
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

fn records(file: &KeyFile) -> Records {
    let records = file.keys.values().filter_map(KeyRecord::of);
    records.map(|record| (record.hash().index(), Arc::new(record))).collect()
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

#[cfg(test)]
mod tests;
