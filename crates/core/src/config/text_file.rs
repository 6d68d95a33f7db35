//! Reads a file that an operator writes, as far as it can be one.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

/// The largest file that is read, such as 40,000 API keys.
const MAX_BYTES: u64 = 16 << 20;

/// The text of a regular file of at most 16 MiB.
pub(super) fn read(path: &Path) -> io::Result<String> {
    // To open a pipe would wait for whoever writes to it.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut text = String::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is larger than 16 MiB"));
    }
    Ok(text)
}
