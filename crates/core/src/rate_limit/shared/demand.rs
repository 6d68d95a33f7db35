//! How much of a key this process was asked for lately.

/// The time that is looked back, and ahead: in microseconds.
pub(super) const AHEAD: u64 = 100_000;

/// Units in the present window of [`AHEAD`] and in the one before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Demand {
    window: u64,
    before: u32,
    present: u32,
}

impl Demand {
    /// Notes that so many units were asked for.
    pub(super) fn note(&mut self, units: u32, now: u64) {
        let window = now / AHEAD;
        // A request may have begun in the window before.
        if window > self.window {
            self.before = if window == self.window + 1 { self.present } else { 0 };
            (self.window, self.present) = (window, 0);
        }
        self.present = self.present.saturating_add(units);
    }

    /// The units of the last [`AHEAD`], and so of the next: of the window before, the part that is less than that ago.
    pub(super) fn expected(&self, now: u64) -> u32 {
        let (before, present) = match now / AHEAD {
            window if window <= self.window => (self.before, self.present),
            window if window == self.window + 1 => (self.present, 0),
            _ => return 0,
        };
        let left = AHEAD - now % AHEAD;
        let before = u64::from(before) * left / AHEAD;
        present.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))
    }

    /// Units of both windows.
    pub(super) fn weight(&self) -> u32 {
        self.before.saturating_add(self.present)
    }
}
