//! A file of keys that changes: looked at when the test says so, so that nothing here waits.

use std::{
    env, fs,
    path::PathBuf,
    process,
    time::{Duration, SystemTime},
};

use futures::FutureExt as _;
use jiff::Timestamp;

use super::{FileKeys, KeyHash, KeyStore as _};
use crate::{
    auth::{
        IssuedKey,
        watched::{SETTLED, Stamp},
    },
    config::{KeyEntry, KeyEnvironment::Live},
};

/// A file of one test's own, gone when it ends.
struct TestFile(PathBuf);

impl TestFile {
    fn new(name: &str) -> Self {
        Self(env::temp_dir().join(format!("bff-keys-{name}-{}.toml", process::id())))
    }

    fn write(&self, text: &str) {
        fs::write(&self.0, text).expect("the temporary folder is writable");
    }

    fn modified(&self, at: SystemTime) {
        fs::File::options().append(true).open(&self.0).and_then(|file| file.set_modified(at)).unwrap();
    }

    fn open(&self) -> FileKeys {
        FileKeys::open(self.0.clone(), Duration::from_secs(2), None).expect("a good file")
    }
}

impl Drop for TestFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn issued(subject: &str) -> IssuedKey {
    let expires = Timestamp::from_second(4_102_444_800).ok();
    let entry = KeyEntry { subject: subject.to_owned(), expires, ..KeyEntry::default() };
    IssuedKey::new("bff", Live, entry).unwrap()
}

fn has(keys: &FileKeys, issued: &IssuedKey) -> bool {
    let hash = KeyHash::of(issued.key());
    let found = keys.find(&hash).now_or_never().expect("from memory").expect("a file is always there");
    found.is_some_and(|record| *record.hash() == hash)
}

#[test]
fn a_key_comes_and_goes_with_its_section() {
    let (file, old, new) = (TestFile::new("rotation"), issued("acme-books"), issued("acme-books"));
    file.write(&old.section());
    let keys = file.open();
    assert_eq!((has(&keys, &old), has(&keys, &new)), (true, false));
    // Both are good while they overlap.
    file.write(&format!("{}\n{}", old.section(), new.section()));
    keys.file.look();
    assert_eq!((has(&keys, &old), has(&keys, &new)), (true, true));
    file.write(&new.section());
    keys.file.look();
    assert_eq!((has(&keys, &old), has(&keys, &new)), (false, true));
}

#[test]
fn a_broken_or_missing_file_leaves_the_keys_as_they_were() {
    let (file, key) = (TestFile::new("broken"), issued("acme-books"));
    file.write(&key.section());
    let keys = file.open();
    let half = &key.section()[..key.section().len() / 2];
    for broken in ["[keys", "[keys.one]\nsha256 = \"00\"", half] {
        file.write(broken);
        keys.file.look();
        assert!(has(&keys, &key), "{broken}");
    }
    fs::remove_file(&file.0).unwrap();
    keys.file.look();
    assert!(has(&keys, &key), "the file is gone");
    // The control: an empty file is a good one without keys.
    file.write("");
    keys.file.look();
    assert!(!has(&keys, &key));
}

#[test]
fn a_change_within_one_tick_of_the_clock_is_seen() {
    let (file, one, other) = (TestFile::new("tick"), issued("acme-books"), issued("acme-books"));
    let now = SystemTime::now();
    file.write(&one.section());
    file.modified(now);
    let keys = file.open();
    file.write(&other.section());
    file.modified(now);
    keys.file.look();
    assert_eq!((has(&keys, &one), has(&keys, &other)), (false, true), "same size, same time");
}

#[test]
fn a_file_that_has_settled_is_not_read_again() {
    let (file, one, other) = (TestFile::new("settled"), issued("acme-books"), issued("acme-books"));
    let past = SystemTime::now() - SETTLED * 2;
    file.write(&one.section());
    file.modified(past);
    let keys = file.open();
    // No editor does this: the same size, and the time set back. It shows that only the stamp was looked at.
    file.write(&other.section());
    file.modified(past);
    keys.file.look();
    assert_eq!((has(&keys, &one), has(&keys, &other)), (true, false));
    file.modified(past + Duration::from_secs(1));
    keys.file.look();
    assert_eq!((has(&keys, &one), has(&keys, &other)), (false, true));
}

#[test]
fn another_file_of_the_same_name_size_and_time_is_another_file() {
    let (file, other) = (TestFile::new("inode"), TestFile::new("inode-other"));
    let past = SystemTime::now() - SETTLED * 2;
    for file in [&file, &other] {
        file.write("");
        file.modified(past);
    }
    let before = Stamp::of(&file.0);
    assert!(before.is_some() && before == Stamp::of(&file.0));
    fs::rename(&other.0, &file.0).unwrap();
    assert!(before != Stamp::of(&file.0));
}
