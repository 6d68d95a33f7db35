//! What a load saw, and how to read it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bff_bench::meter::quantile;
use bff_bench::reply::Reply;

/// What a reply was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Every section is there.
    Whole,
    /// Some are missing, for these reasons.
    Degraded(Vec<Box<str>>),
    /// None is missing, but some are what their service said so many seconds ago at most.
    Stale(u64),
    /// Another status than 200.
    Failed(u16),
    /// No reply.
    Broken(Arc<str>),
}

impl Outcome {
    pub(crate) fn of(reply: &Reply<'_>) -> Self {
        if reply.status != 200 {
            return Self::Failed(reply.status);
        }
        let body = String::from_utf8_lossy(&reply.body);
        let reasons = body.split(r#""reason":""#).skip(1).filter_map(|rest| rest.split('"').next());
        let reasons: Vec<Box<str>> = reasons.map(Into::into).collect();
        let ages: Vec<u64> = body.split(STALE).skip(1).filter_map(number).collect();
        match ages.iter().max() {
            _ if reasons.is_empty() => Self::Whole,
            Some(oldest) if ages.len() == reasons.len() => Self::Stale(*oldest),
            _ => Self::Degraded(reasons),
        }
    }

    pub(crate) fn says(&self, reason: &str) -> bool {
        matches!(self, Self::Degraded(reasons) if reasons.iter().any(|said| **said == *reason))
    }
}

/// What says that a section is stale; how old it is follows.
const STALE: &str = r#""fallback":"stale","age":"#;

/// The number that a text begins with.
fn number(text: &str) -> Option<u64> {
    text.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}

/// A request and what became of it.
#[derive(Clone)]
pub(crate) struct Request {
    /// Which of the load's paths it asked for.
    pub(crate) path: usize,
    pub(crate) intended: Instant,
    /// The time since `intended`, and what came. `None` if nothing came before the run ended.
    pub(crate) answer: Option<(Duration, Outcome)>,
}

impl Request {
    pub(crate) fn is_whole(&self) -> bool {
        matches!(&self.answer, Some((_, Outcome::Whole)))
    }

    pub(crate) fn says(&self, reason: &str) -> bool {
        self.answer.as_ref().is_some_and(|(_, outcome)| outcome.says(reason))
    }

    /// When its answer came.
    pub(crate) fn answered_at(&self) -> Option<Instant> {
        self.answer.as_ref().map(|(latency, _)| self.intended + *latency)
    }

    /// Whether a reply came, of whatever kind, within this time.
    pub(crate) fn is_answered_within(&self, time: Duration) -> bool {
        let answer = self.answer.as_ref().filter(|(_, outcome)| !matches!(outcome, Outcome::Broken(_)));
        answer.is_some_and(|(latency, _)| *latency <= time)
    }
}

/// The latency that so many thousandths did not exceed. What was never answered is as late as anything can be.
pub(crate) fn latency<'a>(requests: impl IntoIterator<Item = &'a Request>, per_mille: usize) -> Duration {
    let latency = |request: &Request| match &request.answer {
        Some((latency, outcome)) if !matches!(outcome, Outcome::Broken(_)) => *latency,
        _ => Duration::MAX,
    };
    let mut latencies: Vec<_> = requests.into_iter().map(latency).collect();
    latencies.sort_unstable();
    if latencies.is_empty() { Duration::MAX } else { quantile(&latencies, per_mille) }
}

/// The share of whole replies, in percent.
pub(crate) fn percent_whole(requests: &[&Request]) -> f64 {
    percent(requests.iter().filter(|request| request.is_whole()).count(), requests.len())
}

pub(crate) fn percent(part: usize, all: usize) -> f64 {
    100.0 * ratio(part, all)
}

/// `part` over `all`, and 0 of nothing.
pub(crate) fn ratio(part: usize, all: usize) -> f64 {
    let float = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if all == 0 { 0.0 } else { float(part) / float(all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, body: &str) -> Outcome {
        Outcome::of(&Reply { status, body: body.as_bytes().into() })
    }

    #[test]
    fn a_reply_is_whole_degraded_or_failed() {
        assert_eq!(outcome(200, r#"{"c":{"id":"1"}}"#), Outcome::Whole);
        let degraded = r#"{"c":null,"_meta":{"degraded":[{"section":"c","reason":"timeout"}]}}"#;
        let degraded = outcome(200, degraded);
        assert_eq!(degraded, Outcome::Degraded(vec!["timeout".into()]));
        assert!(degraded.says("timeout") && !degraded.says("open_breaker"));
        assert_eq!(outcome(502, "{}"), Outcome::Failed(502));
    }

    #[test]
    fn a_stale_reply_has_all_sections_and_says_how_old_they_are() {
        let stale = r#"{"section":"c","reason":"timeout","fallback":"stale","age":7}"#;
        let degraded = |entries: &str| format!(r#"{{"c":{{}},"_meta":{{"degraded":[{entries}]}}}}"#);
        assert_eq!(outcome(200, &degraded(stale)), Outcome::Stale(7));
        let missing = r#"{"section":"b","reason":"timeout"}"#;
        let reasons = vec!["timeout".into(), "timeout".into()];
        assert_eq!(outcome(200, &degraded(&format!("{stale},{missing}"))), Outcome::Degraded(reasons));
    }

    #[test]
    fn what_was_never_answered_counts_as_late() {
        let answered = |millis| Some((Duration::from_millis(millis), Outcome::Whole));
        let request = |answer| Request { path: 0, intended: Instant::now(), answer };
        let requests = [request(answered(2)), request(None), request(answered(1))];
        assert_eq!(latency(&requests, 500), Duration::from_millis(2));
        assert_eq!(latency(&requests, 1000), Duration::MAX);
        assert_eq!(
            requests.iter().filter(|request| request.is_answered_within(Duration::from_secs(1))).count(),
            2
        );
    }
}
