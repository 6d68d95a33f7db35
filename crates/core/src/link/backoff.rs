//! Pauses between attempts to connect, so that a Redis that comes back is not met by everybody at once.

use std::time::Duration;

/// Doubles from [`FIRST`](Self::FIRST) to [`LONGEST`](Self::LONGEST), with jitter.
pub(crate) struct Backoff(Duration);

impl Backoff {
    const FIRST: Duration = Duration::from_millis(50);
    /// With jitter less than the second that a Redis that is back may wait for us.
    pub(crate) const LONGEST: Duration = Duration::from_millis(750);

    pub(crate) fn new() -> Self {
        Self(Self::FIRST)
    }

    /// The next pause: between three and five quarters of what is due.
    pub(crate) fn next(&mut self) -> Duration {
        let due = self.0;
        self.0 = (due * 2).min(Self::LONGEST);
        due.mul_f64(0.75 + fastrand::f64() / 2.0)
    }
}
