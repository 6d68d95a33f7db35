//! API keys of a file that a test or the demo owns.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, SystemTime},
};

use bff_core::{
    auth::IssuedKey,
    config::{KeyEntry, KeyEnvironment},
};

/// A file of API keys, gone when this is dropped.
pub struct KeysFile {
    path: PathBuf,
}

impl KeysFile {
    /// An empty one.
    pub fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("bff-keys-{}-{number}.toml", process::id()));
        let file = Self { path };
        file.write("");
        file
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is in it.
    pub fn text(&self) -> String {
        fs::read_to_string(&self.path).expect("the file is there")
    }

    /// Adds the record of a new key and returns the key.
    pub fn add(&self, entry: KeyEntry) -> String {
        let issued = issue(entry);
        self.write(&format!("{}\n{}", self.text(), issued.section()));
        issued.key().to_owned()
    }

    /// Replaces it by this text, at once: who reads meanwhile sees the one or the other.
    pub fn write(&self, text: &str) {
        let other = self.path.with_extension("new");
        fs::write(&other, text).expect("the temporary folder is writable");
        fs::rename(&other, &self.path).expect("the temporary folder is writable");
    }
}

impl Default for KeysFile {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for KeysFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// A key with the usual prefix for the live environment.
pub fn issue(entry: KeyEntry) -> IssuedKey {
    IssuedKey::new("bff", KeyEnvironment::Live, entry).expect("the system has random numbers")
}

/// What a key of this client says: for its account, with all scopes of partners, good for a day.
pub fn partner(client: &str, account: &str) -> KeyEntry {
    let tomorrow = SystemTime::now() + Duration::from_hours(24);
    KeyEntry {
        subject: client.to_owned(),
        account: Some(account.to_owned()),
        scopes: vec!["orders:read".to_owned(), "reports:read".to_owned()],
        expires: tomorrow.try_into().ok(),
        ..KeyEntry::default()
    }
}
