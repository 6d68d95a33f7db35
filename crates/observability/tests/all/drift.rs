//! Every file is as it would be made now, and there is no other.

use std::{collections::BTreeSet, fs, path::Path};

use bff_observability::File;

use crate::{files, folder};

#[tokio::test]
async fn what_is_committed_is_what_would_be_made() {
    let differ = differences(&folder(), &files().await);
    assert!(differ.is_empty(), "run `just observability` and commit what it writes; it differs: {differ:?}");
}

#[tokio::test]
async fn a_file_that_differs_is_missing_or_too_much_is_named() {
    let files = files().await;
    let mut other = files.clone();
    other[0].text.push('x');
    other[1].path = "prometheus/other.yml".to_owned();
    let expected = [other[0].path.clone(), other[1].path.clone(), files[1].path.clone()];
    assert_eq!(differences(&folder(), &other), BTreeSet::from(expected));
}

/// The files that are other, missing or too much.
fn differences(folder: &Path, files: &[File]) -> BTreeSet<String> {
    let mut differ: BTreeSet<_> = files
        .iter()
        .filter(|file| fs::read_to_string(folder.join(&file.path)).ok().as_ref() != Some(&file.text))
        .map(|file| file.path.clone())
        .collect();
    let known: BTreeSet<_> = files.iter().map(|file| folder.join(&file.path)).collect();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if !known.contains(&path) {
                let path = path.strip_prefix(folder).unwrap_or(&path);
                differ.insert(path.display().to_string());
            }
        }
    }
    differ
}
