//! What can be changed of the lines of requests while the BFF runs.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::config::LogConfig;

/// Which lines of requests are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    /// One line a request.
    pub(crate) access: bool,
    /// Lines a second, on each worker, of requests that went well.
    pub(crate) success_per_second: u32,
}

impl Access {
    pub(crate) fn of(config: &LogConfig) -> Self {
        Self { access: config.access, success_per_second: config.success_per_second }
    }
}

/// Which lines are written now: in one word, since each request looks.
pub(crate) struct Settings(AtomicU64);

/// The bit above the number.
const ACCESS: u64 = 1 << 32;

impl Settings {
    pub(crate) fn new(access: Access) -> Self {
        let settings = Self(AtomicU64::new(0));
        settings.set(access);
        settings
    }

    pub(crate) fn now(&self) -> Access {
        let word = self.0.load(Relaxed);
        let success_per_second = u32::try_from(word & (ACCESS - 1)).unwrap_or(u32::MAX);
        Access { access: word & ACCESS != 0, success_per_second }
    }

    pub(crate) fn set(&self, access: Access) {
        let bit = if access.access { ACCESS } else { 0 };
        self.0.store(bit | u64::from(access.success_per_second), Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_what_is_read() {
        for access in [true, false] {
            for success_per_second in [0, 1, 100, u32::MAX] {
                let set = Access { access, success_per_second };
                assert_eq!(Settings::new(set).now(), set);
            }
        }
    }
}
