//! What is in `deploy/observability/` is what would be made now, names only what there is, and is valid for those who read it.

mod drift;
mod grafana;
mod names;
mod promtool;
mod runbooks;

use std::path::PathBuf;

use bff_observability::{Bffs, File};

/// The folder as it is committed.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/observability")
}

async fn bffs() -> Bffs {
    Bffs::ask().await.expect("every route answers its example")
}

async fn files() -> Vec<File> {
    bff_observability::files(&bffs().await)
}
