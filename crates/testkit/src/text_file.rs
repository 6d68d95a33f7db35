//! [`TextFile`]: a file of one test's own.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicUsize, Ordering},
};

/// A text file with a name that ends in `.toml`, gone when this is dropped.
pub struct TextFile(PathBuf);

impl TextFile {
    /// An empty one.
    pub fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let file = Self(env::temp_dir().join(format!("bff-test-{}-{number}.toml", process::id())));
        file.write("");
        file
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What it says.
    pub fn text(&self) -> String {
        fs::read_to_string(&self.0).expect("the file is there")
    }

    /// Replaces it by this text, at once: who reads meanwhile sees the one or the other.
    pub fn write(&self, text: &str) {
        let other = self.0.with_extension("new");
        fs::write(&other, text).expect("the temporary folder is writable");
        fs::rename(&other, &self.0).expect("the temporary folder is writable");
    }
}

impl Default for TextFile {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for TextFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
