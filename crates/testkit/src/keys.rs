//! API keys of a file that a test or the demo owns.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use bff_core::{
    auth::IssuedKey,
    config::{KeyEntry, KeyEnvironment},
};

use crate::text_file::TextFile;

/// A file of API keys, gone when this is dropped.
#[derive(Default)]
pub struct KeysFile(TextFile);

impl KeysFile {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// What is in it.
    pub fn text(&self) -> String {
        self.0.text()
    }

    /// Adds the record of a new key and returns the key.
    pub fn add(&self, entry: KeyEntry) -> String {
        let issued = issue(entry);
        self.write(&format!("{}\n{}", self.0.text(), issued.section()));
        issued.key().to_owned()
    }

    /// Replaces it by this text, at once: who reads meanwhile sees the one or the other.
    pub fn write(&self, text: &str) {
        self.0.write(text);
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
