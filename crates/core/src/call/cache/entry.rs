//! [`Entry`]: one kept answer.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, header};
use tokio::time::Instant;

use super::{
    super::{CallError, Keep, Outcome, Reason, Reply, Stale},
    generations::Stamp,
    head::Head,
    shared::Sheet,
    terms::{State, Terms},
};

/// What an entry takes beside its bytes: itself, and its places in the store's table, queues and timers. `just bench --only keys`
/// measures it.
const OVERHEAD: usize = 650;

/// One kept answer.
#[derive(Debug)]
pub(in crate::call) struct Entry {
    pub(super) answer: Answer,
    pub(super) terms: Terms,
    /// When it was asked for: its age counts from then, not from when it came (RFC 9111, 4.2.3).
    pub(super) asked: Instant,
    pub(super) stamp: Stamp,
    /// How long it is of any use.
    pub(super) stay: Duration,
    refreshing: AtomicBool,
}

/// How long an answer stays that can't be used any more, but asks the service for nothing if it has not changed.
const STAY: Duration = Duration::from_mins(5);

/// What the service said.
#[derive(Clone)]
pub(super) enum Answer {
    Reply {
        body: Bytes,
        json: bool,
        head: Option<Arc<Head>>,
    },
    /// There is no such thing.
    Missing(CallError),
}

/// Shows nothing of what it said.
impl fmt::Debug for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Reply { .. } => "Reply",
            Self::Missing(_) => "Missing",
        })
    }
}

impl Answer {
    /// Copies the body, which may be a slice of a much larger buffer.
    pub(super) fn of(reply: &Reply) -> Self {
        let body = Bytes::copy_from_slice(&reply.body);
        Self::Reply { body, json: reply.json, head: reply.head.clone() }
    }

    /// The same with what a 304 says of it. Nothing where the 304 means another reply.
    pub(super) fn renewed(&self, by: Option<&Head>) -> Option<Self> {
        let Self::Reply { body, json, head } = self else { return None };
        let head = head.as_deref()?.freshened(by, SystemTime::now())?;
        Some(Self::Reply { body: body.clone(), json: *json, head: Some(head) })
    }

    pub(super) fn reply(&self) -> Option<Reply> {
        let Self::Reply { body, json, head } = self else { return None };
        Some(Reply { head: head.clone(), ..Reply::new(body.clone(), *json) })
    }

    /// Whether the service can be asked only for what has changed.
    fn has_validator(&self) -> bool {
        matches!(self, Self::Reply { head: Some(head), .. } if head.has_validator())
    }

    fn size(&self) -> usize {
        match self {
            Self::Reply { body, head, .. } => {
                body.len() + head.as_ref().map_or(0, |_| size_of::<Head>() + 256)
            }
            Self::Missing(error) => error.detail().len(),
        }
    }
}

impl Entry {
    pub(super) fn new(answer: Answer, terms: Terms, asked: Instant, stamp: Stamp) -> Self {
        let usable = terms.fresh_for + terms.while_revalidate.max(terms.if_error);
        let usable = usable.saturating_sub(terms.age);
        let stay = if answer.has_validator() { usable.max(STAY) } else { usable };
        Self { answer, terms, asked, stamp, stay, refreshing: AtomicBool::new(false) }
    }

    /// An answer that another instance has asked for.
    pub(super) fn of_sheet(sheet: Sheet, now: Instant, stamp: Stamp) -> Self {
        let Sheet { body, json, etag, last_modified, age, fresh_for, while_revalidate, if_error, negative } =
            sheet;
        let answer = if negative {
            Answer::Missing(CallError::new(Reason::NotFound, "the service knows no such thing"))
        } else {
            let etag = etag.map(|etag| (header::ETAG, etag));
            let modified = last_modified.map(|modified| (header::LAST_MODIFIED, modified));
            let headers = etag.into_iter().chain(modified).collect();
            Answer::Reply { body, json, head: Head::of(&headers, SystemTime::now) }
        };
        Self::new(answer, Terms { age, fresh_for, while_revalidate, if_error }, now, stamp)
    }

    /// The answer for other instances.
    pub(super) fn sheet(&self) -> Sheet {
        let Terms { fresh_for, while_revalidate, if_error, .. } = self.terms;
        let age = self.age(Instant::now());
        let of = |body, json, head: Option<&Head>, negative| Sheet {
            body,
            json,
            etag: head.and_then(|head| head.etag.clone()),
            last_modified: head.and_then(|head| head.last_modified.clone()),
            age,
            fresh_for,
            while_revalidate,
            if_error,
            negative,
        };
        match &self.answer {
            Answer::Reply { body, json, head } => of(body.clone(), *json, head.as_deref(), false),
            Answer::Missing(_) => of(Bytes::new(), false, None, true),
        }
    }

    /// The bytes that it takes.
    pub(super) fn weight(&self) -> usize {
        self.answer.size() + OVERHEAD
    }

    /// How old the service's answer is.
    pub(super) fn age(&self, now: Instant) -> Duration {
        self.terms.age + now.saturating_duration_since(self.asked)
    }

    pub(super) fn state(&self, now: Instant) -> State {
        self.terms.state(self.age(now))
    }

    pub(super) fn is_fresh(&self, now: Instant) -> bool {
        matches!(self.state(now), State::Fresh { .. })
    }

    /// The answer as it was, with what is left of its freshness.
    pub(super) fn fresh(&self, left: Duration) -> Outcome {
        match &self.answer {
            Answer::Missing(error) => Err(error.clone()),
            Answer::Reply { body, json, .. } => {
                Ok(Reply { keep: Keep::For(left), kept: true, ..Reply::new(body.clone(), *json) })
            }
        }
    }

    /// The answer in place of the present one, which is missing for this reason.
    pub(super) fn stale(&self, error: CallError, now: Instant) -> Outcome {
        match self.answer.reply() {
            Some(reply) => Ok(Reply { stale: Some(Stale { error, age: self.age(now) }), ..reply }),
            None => Err(error),
        }
    }

    /// Asks the service only for what has changed (RFC 9110, 13.1).
    pub(super) fn ask_for_changes(&self, headers: &mut HeaderMap) {
        let Answer::Reply { head: Some(head), .. } = &self.answer else { return };
        headers.extend(head.validators());
    }

    /// True for the one who is to fetch a fresh one, until the guard is dropped.
    pub(super) fn begin_refresh(self: &Arc<Self>) -> Option<Refreshing> {
        (!self.refreshing.swap(true, SeqCst)).then(|| Refreshing(Arc::clone(self)))
    }
}

/// A fresh answer is being fetched.
pub(super) struct Refreshing(Arc<Entry>);

impl Drop for Refreshing {
    fn drop(&mut self) {
        self.0.refreshing.store(false, SeqCst);
    }
}
