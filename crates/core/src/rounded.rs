//! Times as operators read them: with no more digits than anybody needs.

use std::time::Duration;

/// In seconds, to the millisecond.
pub(crate) fn seconds(time: Duration) -> f64 {
    thousandths(time.as_millis())
}

/// In milliseconds, to the microsecond.
pub(crate) fn millis(time: Duration) -> f64 {
    thousandths(time.as_micros())
}

#[expect(clippy::cast_precision_loss, reason = "nobody reads so many digits")]
fn thousandths(count: u128) -> f64 {
    count as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_less_is_left_out() {
        let time = Duration::from_nanos(1_234_567_891);
        assert_eq!(seconds(time).to_string(), "1.234");
        assert_eq!(millis(time).to_string(), "1234.567");
    }
}
