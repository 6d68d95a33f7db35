//! Whether two instances run with the same configuration, without showing it.

use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};

use super::Config;

/// Enough to tell configurations apart, and short enough to compare by eye.
const BYTES: usize = 8;

impl Config {
    /// 16 hexadecimal digits that are the same wherever the same program runs with the same configuration, defaults and environment
    /// included. Secrets are left out: from a hash of a short one it could be guessed. So is what stands in files, but for their names.
    pub fn fingerprint(&self) -> String {
        // `Debug` shows every value and, by the type of secrets, none of those.
        let hash = digest(&SHA256, format!("{self:?}").as_bytes());
        hash.as_ref().iter().take(BYTES).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
