//! What a load saw, and how to read it.

use std::time::{Duration, Instant};

use bff_bench::meter::quantile;

/// A request and what became of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    /// Which stream of the load it is of.
    pub(crate) stream: usize,
    /// When it should have left.
    pub(crate) intended: Instant,
    /// When it left, after `intended`. `None` if it never did.
    pub(crate) left: Option<Duration>,
    /// The time since `intended`, and the status. `None` if no reply came before the run ended.
    pub(crate) answer: Option<(Duration, u16)>,
}

/// Statuses that have a meaning of their own here.
pub(crate) const OK: u16 = 200;
pub(crate) const OVER_ITS_LIMIT: u16 = 429;
pub(crate) const OVERLOADED: u16 = 503;

impl Seen {
    pub(crate) fn status(&self) -> Option<u16> {
        self.answer.map(|(_, status)| status)
    }

    pub(crate) fn is(&self, status: u16) -> bool {
        self.status() == Some(status)
    }

    /// When its answer came.
    pub(crate) fn answered_at(&self) -> Option<Instant> {
        self.answer.map(|(latency, _)| self.intended + latency)
    }

    /// How long whoever asked has waited for what it asked for. A failure is no answer to that.
    pub(crate) fn screen(&self) -> Duration {
        self.answer.filter(|(_, status)| *status == OK).map_or(Duration::MAX, |(latency, _)| latency)
    }

    /// How long whoever asked has waited for any answer.
    pub(crate) fn reply(&self) -> Duration {
        self.answer.map_or(Duration::MAX, |(latency, _)| latency)
    }
}

/// The duration that so many thousandths did not exceed, and without end where there is none.
pub(crate) fn per_mille(durations: impl IntoIterator<Item = Duration>, per_mille: usize) -> Duration {
    let mut durations: Vec<_> = durations.into_iter().collect();
    durations.sort_unstable();
    if durations.is_empty() { Duration::MAX } else { quantile(&durations, per_mille) }
}

/// The time from the first request that left to the last answer: what a limit has to be counted over.
pub(crate) fn span(seen: &[Seen]) -> Duration {
    let first = seen.iter().filter_map(|seen| Some(seen.intended + seen.left?)).min();
    let last = seen.iter().filter_map(Seen::answered_at).max();
    first.zip(last).map_or(Duration::ZERO, |(first, last)| last.saturating_duration_since(first))
}

/// Requests that left, a second of `window`, and how late the latest of a hundred of them left.
pub(crate) fn offered(seen: &[Seen], window: Duration) -> (f64, Duration) {
    let left: Vec<_> = seen.iter().filter_map(|seen| seen.left).collect();
    (rate(left.len(), window), per_mille(left, 990))
}

/// So many in this time, a second.
pub(crate) fn rate(count: usize, window: Duration) -> f64 {
    if window.is_zero() { 0.0 } else { float(count) / window.as_secs_f64() }
}

/// `part` of `all` in percent, and 0 of nothing.
pub(crate) fn percent(part: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { 100.0 * float(part) / float(all) }
}

pub(crate) fn float(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn seen(intended: Instant, left: Option<u64>, answer: Option<(u64, u16)>) -> Seen {
        let answer = answer.map(|(after, status)| (MS(after), status));
        Seen { stream: 0, intended, left: left.map(MS), answer }
    }

    #[test]
    fn what_was_refused_or_never_answered_is_no_screen() {
        let now = Instant::now();
        let requests = [(Some(0), Some((2, 200))), (Some(0), Some((1, 503))), (Some(0), None)];
        let requests = requests.map(|(left, answer)| seen(now, left, answer));
        assert_eq!(requests.map(|seen| seen.screen()), [MS(2), Duration::MAX, Duration::MAX]);
        assert_eq!(requests.map(|seen| seen.reply()), [MS(2), MS(1), Duration::MAX]);
        assert_eq!(per_mille(requests.iter().map(Seen::screen), 500), Duration::MAX);
        assert_eq!(per_mille([], 500), Duration::MAX);
    }

    #[test]
    fn a_span_is_from_what_left_first_to_what_was_answered_last() {
        let now = Instant::now();
        let requests = [
            seen(now, None, None),
            seen(now + MS(10), Some(5), Some((50, 200))),
            seen(now + MS(20), Some(1), Some((10, 429))),
            seen(now + MS(90), Some(0), None),
        ];
        assert_eq!(span(&requests), MS(45), "from 15 to 60");
        assert_eq!(span(&requests[..1]), Duration::ZERO);
    }

    #[test]
    fn only_what_left_was_offered() {
        let now = Instant::now();
        let requests = [seen(now, Some(3), None), seen(now, None, None), seen(now, Some(1), None)];
        assert_eq!(offered(&requests, MS(500)), (4.0, MS(3)));
        assert_eq!((percent(1, 4), percent(0, 0), rate(5, Duration::ZERO)), (25.0, 0.0, 0.0));
    }
}
