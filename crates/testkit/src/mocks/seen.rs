//! What the mocks saw: a bounded record of calls, precise enough to prove that two of them overlapped.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use http::{HeaderMap, HeaderValue};

use super::Mode;

/// Older calls are forgotten: the demo runs for days.
const KEPT: usize = 10_000;

/// Longer request bodies are cut in the record.
pub(super) const KEPT_BODY: usize = 64 * 1024;

/// A call that reached a mocked service.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Which service.
    pub service: &'static str,
    /// Which operation, such as `orders.recent`. `None` if the service has none at this path.
    pub operation: Option<&'static str>,
    /// Such as `GET`. `POST` for every gRPC call.
    pub method: String,
    /// Path and query as they came, such as `/notifications?user=alice&unread=true`.
    pub target: String,
    /// Headers or metadata in order of arrival. Bytes that are not text show as U+FFFD.
    pub headers: Vec<(String, String)>,
    /// The request's body (for gRPC without the five bytes in front of the message), cut at 64 KiB.
    pub body: Vec<u8>,
    /// How it was answered.
    pub mode: Mode,
    /// When its head had arrived. For HTTP, when its body had.
    pub arrived: Instant,
    /// When the answer was handed over, or when the caller gave up before that (gRPC only). `None` while neither has
    /// happened. For HTTP this is planned on arrival, so it is the same whether or not the caller waited.
    pub finished: Option<Instant>,
    /// Whether the caller gave up before the answer. Known for gRPC only.
    pub cancelled: bool,
}

impl Seen {
    /// The first value of a header, whose name is given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header_values(name).next()
    }

    /// All values of a header, whose name is given in lower case: a forged one beside ours would show here.
    pub fn header_values<'seen>(&'seen self, name: &str) -> impl Iterator<Item = &'seen str> {
        self.headers.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The message of a gRPC call, such as `seen.message::<GetRequest>().id`. Panics if the bytes are no such message.
    pub fn message<M: prost::Message + Default>(&self) -> M {
        M::decode(self.body.as_slice()).expect("the recorded body is a message of this type")
    }
}

/// Headers as a record shows them.
pub(super) fn text_pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
}

/// Whether all these calls were in flight at one instant. A call that has not finished is in flight until now.
pub fn overlap(calls: &[Seen]) -> bool {
    let last_arrival = calls.iter().map(|call| call.arrived).max();
    let first_finish = calls.iter().filter_map(|call| call.finished).min();
    match (last_arrival, first_finish) {
        (Some(arrival), Some(finish)) => arrival < finish,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// The largest number of these calls that were in flight at one instant.
pub fn max_in_flight(calls: &[Seen]) -> usize {
    // A maximum is always reached when some call arrives.
    let at = |instant: Instant| {
        calls
            .iter()
            .filter(|call| call.arrived <= instant && call.finished.is_none_or(|end| instant < end))
            .count()
    };
    calls.iter().map(|call| at(call.arrived)).max().unwrap_or(0)
}

/// The calls of all services, oldest first.
#[derive(Default)]
pub(super) struct Log {
    calls: Mutex<Calls>,
}

#[derive(Default)]
struct Calls {
    kept: VecDeque<Seen>,
    /// How many were dropped from the front, so that an id still finds its call.
    dropped: u64,
}

impl Log {
    /// Records an arrival and returns the id with which its end is recorded.
    pub(super) fn arrived(&self, call: Seen) -> u64 {
        let mut calls = self.calls();
        if calls.kept.len() == KEPT {
            calls.kept.pop_front();
            calls.dropped += 1;
        }
        calls.kept.push_back(call);
        calls.dropped + calls.kept.len() as u64 - 1
    }

    pub(super) fn finished(&self, id: u64, at: Instant, cancelled: bool) {
        let mut calls = self.calls();
        let index = id.checked_sub(calls.dropped).and_then(|index| usize::try_from(index).ok());
        if let Some(call) = index.and_then(|index| calls.kept.get_mut(index)) {
            call.finished = Some(at);
            call.cancelled = cancelled;
        }
    }

    pub(super) fn matching(&self, wanted: impl Fn(&Seen) -> bool) -> Vec<Seen> {
        self.calls().kept.iter().filter(|call| wanted(call)).cloned().collect()
    }

    pub(super) fn count(&self, wanted: impl Fn(&Seen) -> bool) -> usize {
        self.calls().kept.iter().filter(|call| wanted(call)).count()
    }

    pub(super) fn clear(&self) {
        let mut calls = self.calls();
        calls.dropped += calls.kept.len() as u64;
        calls.kept.clear();
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
