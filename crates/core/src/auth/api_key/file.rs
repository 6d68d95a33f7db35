//! Keys from a TOML file that is read again when it changes.

use std::{collections::HashMap, path::PathBuf, pin::Pin, sync::Arc, time::Duration};

use super::{
    super::watched::Watched,
    record::{KeyHash, KeyRecord},
    store::{Finding, KeyStore},
};
use crate::config::{ConfigErrors, KeyFile};

/// The records by [`KeyHash::index`]. Two keys that share one are refused as one key, which they are.
type Records = HashMap<u64, Arc<KeyRecord>>;

/// The keys of one file.
pub(crate) struct FileKeys {
    file: Arc<Watched<Records>>,
    reload_every: Duration,
}

impl FileKeys {
    /// Reads the file, or says all that is wrong with it: plans that are none of these too, if there are any limits.
    pub(crate) fn open(
        path: PathBuf,
        reload_every: Duration,
        plans: Option<Vec<String>>,
    ) -> Result<Self, ConfigErrors> {
        let read = move |path: &_| KeyFile::read_for(path, plans.as_deref()).map(|file| records(&file));
        let file = Arc::new(Watched::open(path, "the API keys", read)?);
        Ok(Self { file, reload_every })
    }
}

impl KeyStore for FileKeys {
    fn find<'a>(&'a self, hash: &'a KeyHash) -> Finding<'a> {
        let found = self.file.value().get(&hash.index()).cloned();
        Box::pin(std::future::ready(Ok(found)))
    }

    fn follow(self: Arc<Self>) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(Arc::clone(&self.file).follow(self.reload_every))
    }
}

fn records(file: &KeyFile) -> Records {
    let records = file.keys.values().filter_map(KeyRecord::of);
    records.map(|record| (record.hash().index(), Arc::new(record))).collect()
}

#[cfg(test)]
mod tests;
