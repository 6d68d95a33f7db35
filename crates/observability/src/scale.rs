//! Durations of rules, as Prometheus writes them, divided for a drill by the same number.

use std::time::Duration;

/// By how much every duration of the rules is divided: an hour's window is 20 s by [`Scale`] 180, so that a drill sees in
/// minutes what takes days. Nothing else about the rules changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale(u32);

impl Scale {
    /// As it is.
    pub const ONE: Self = Self(1);

    /// Divides by this number, at least 1.
    pub fn by(divisor: u32) -> Self {
        Self(divisor.max(1))
    }

    /// What is left of this time.
    pub fn of(self, time: Duration) -> Duration {
        time / self.0
    }

    /// What is left of it, but not less than `least`.
    pub fn at_least(self, time: Duration, least: Duration) -> Duration {
        self.of(time).max(least)
    }

    /// The same as Prometheus writes it.
    pub fn text(self, time: Duration) -> String {
        text(self.of(time))
    }

    /// The seconds that are left of it, as a number of an expression.
    pub fn seconds(self, time: Duration) -> String {
        format!("{}", self.of(time).as_secs_f64())
    }
}

/// Such as `5m`, `1d` or `1250ms`: one unit, the largest that it is a whole number of.
pub fn text(time: Duration) -> String {
    const UNITS: [(u128, &str); 4] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")];
    let millis = time.as_millis();
    UNITS
        .iter()
        .find(|(unit, _)| millis >= *unit && millis.is_multiple_of(*unit))
        .map_or_else(|| format!("{millis}ms"), |(unit, name)| format!("{}{name}", millis / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_written_in_its_largest_unit() {
        for (time, says) in [
            (Duration::from_mins(5), "5m"),
            (Duration::from_mins(90), "90m"),
            (Duration::from_hours(72), "3d"),
            (Duration::from_millis(1250), "1250ms"),
            (Duration::from_secs(30), "30s"),
        ] {
            assert_eq!(text(time), says);
        }
        assert_eq!(Scale::by(240).text(Duration::from_mins(5)), "1250ms");
        assert_eq!(Scale::by(240).seconds(Duration::from_mins(5)), "1.25");
        assert_eq!(Scale::by(0), Scale::ONE);
    }
}
