//! Values that say who somebody is, and so must be in no log.
//!
//! Redaction by type: whatever prints a [`Personal`] prints `[redacted]`, and what would have to print it, because it displays or
//! serialises it, does not compile. Nobody has to remember which field of which event is somebody's. Secrets are
//! [`SecretString`](secrecy::SecretString), which in addition is wiped from memory.

use std::fmt;

/// A value that says who somebody is: an id, an account, an e-mail address, a session.
///
/// ```
/// use bff_core::telemetry::personal::Personal;
///
/// let id = Personal::new("alice".to_owned());
/// assert_eq!(format!("{id:?}"), "[redacted]");
/// assert_eq!(id.expose(), "alice");
/// ```
///
/// It is neither displayed nor serialised:
///
/// ```compile_fail,E0277
/// # use bff_core::telemetry::personal::Personal;
/// format!("{}", Personal::new("alice"));
/// ```
///
/// ```compile_fail,E0277
/// # use bff_core::telemetry::personal::Personal;
/// serde_json::to_string(&Personal::new("alice"));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Keeps a value out of logs.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, for whoever needs it for something else than to write it down.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests;
