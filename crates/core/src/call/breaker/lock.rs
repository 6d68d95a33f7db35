//! What locks a breaker's state: the standard mutex, or in a test one whose scheduler tries the orders of its users.

use std::sync::{Mutex, PoisonError};

/// A value that one user at a time works on.
pub(crate) trait Lock<T> {
    fn new(value: T) -> Self;

    fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R;
}

impl<T> Lock<T> for Mutex<T> {
    fn new(value: T) -> Self {
        Self::new(value)
    }

    fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        work(&mut self.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
