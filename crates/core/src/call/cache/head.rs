//! What a reply's head says about keeping it: read once when it arrives, and again where a 304 makes it new.

#[cfg(test)]
mod tests;
mod told;

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::{HeaderMap, HeaderName, HeaderValue, header};

use self::told::Told;
use super::{
    control::{Directives, LONGEST, pragma, seconds},
    terms::Audience,
    validator::{date, entity_tag, is_same, modified},
    vary::Vary,
};

/// What a reply's head says about keeping it. Most replies have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    control: Option<Directives>,
    /// Whether `Pragma` says `no-cache`.
    pragma: Option<bool>,
    /// When it stops being fresh; long ago where that can't be read (RFC 9111, 5.3).
    expires: Option<SystemTime>,
    vary: Option<Vary>,
    set_cookie: bool,
    /// Its `Date`, or when it arrived (RFC 9110, 6.6.1). Of a reply that must not be kept neither it nor its age is read.
    date: SystemTime,
    /// How old it was when it arrived.
    age: Duration,
    /// The validator to ask with, if the service gave a well-formed one.
    pub(crate) etag: Option<HeaderValue>,
    /// When the service says that it last changed, if that is a date.
    pub(crate) last_modified: Option<HeaderValue>,
}

impl Default for Head {
    fn default() -> Self {
        Self {
            control: None,
            pragma: None,
            expires: None,
            vary: None,
            set_cookie: false,
            date: UNIX_EPOCH,
            age: Duration::ZERO,
            etag: None,
            last_modified: None,
        }
    }
}

impl Head {
    /// Nothing where the headers say nothing. The clock is read only where they say something of a reply that may be kept; it is
    /// the one that `Date` is compared with, and need not be exact to less than a second.
    pub(crate) fn of(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> Option<Arc<Self>> {
        let told = Told::by(headers);
        if told == Told::default() {
            return None;
        }
        let control = told.control.then(|| Directives::of(headers, &header::CACHE_CONTROL)).flatten();
        let etag = told.etag.then(|| entity_tag(headers)).flatten();
        if control.is_some_and(|control| control.no_store) {
            return Some(Arc::new(Self { control, etag, ..Self::default() }));
        }
        let now = now();
        // Of several the earliest counts.
        let date = headers.get_all(header::DATE).iter().filter_map(date).min().unwrap_or(now);
        let age = if told.age { age(headers) } else { Duration::ZERO };
        Some(Arc::new(Self {
            control,
            pragma: told.pragma.then(|| pragma(headers)).flatten(),
            expires: told.expires.then(|| expires(headers)).flatten(),
            vary: told.vary.then(|| Vary::of(headers)).flatten(),
            set_cookie: told.set_cookie,
            date,
            age: age.max(apparent_age(date, now)),
            etag,
            last_modified: told.last_modified.then(|| modified(headers)).flatten(),
        }))
    }

    /// What a request must have for the service to answer 304 where nothing has changed (RFC 9111, 4.3.1): `If-None-Match`
    /// and `If-Modified-Since`, as far as there is something to ask with.
    pub(crate) fn validators(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let etag = self.etag.clone().map(|value| (header::IF_NONE_MATCH, value));
        let modified = self.last_modified.clone().map(|value| (header::IF_MODIFIED_SINCE, value));
        etag.into_iter().chain(modified)
    }

    /// Whether there is something to ask with.
    pub(crate) fn has_validator(&self) -> bool {
        self.etag.is_some() || self.last_modified.is_some()
    }

    /// What a 304 that arrived `now` leaves of it: each header that the 304 has replaces its own (RFC 9111, 3.2 and 4.3.4).
    ///
    /// Nothing where the 304 has an entity tag that this one has not: it means another reply, so this one must not be used.
    pub(crate) fn freshened(&self, by: Option<&Self>, now: SystemTime) -> Option<Arc<Self>> {
        let same = |theirs| self.etag.as_ref().is_some_and(|ours| is_same(ours, theirs));
        if !by.and_then(|by| by.etag.as_ref()).is_none_or(same) {
            return None;
        }
        Some(Arc::new(Self {
            control: by.and_then(|by| by.control).or(self.control),
            pragma: by.and_then(|by| by.pragma).or(self.pragma),
            expires: by.and_then(|by| by.expires).or(self.expires),
            vary: by.and_then(|by| by.vary).or(self.vary),
            set_cookie: self.set_cookie || by.is_some_and(|by| by.set_cookie),
            // The service has just answered for it, so both are the 304's even where it doesn't say them.
            date: by.map_or(now, |by| by.date),
            age: by.map_or(Duration::ZERO, |by| by.age),
            etag: by.and_then(|by| by.etag.clone()).or_else(|| self.etag.clone()),
            last_modified: by.and_then(|by| by.last_modified.clone()).or_else(|| self.last_modified.clone()),
        }))
    }

    /// How old it was when it arrived.
    pub(super) fn age(&self) -> Duration {
        self.age
    }

    /// `Pragma: no-cache` counts where there is no `Cache-Control` (5.4).
    pub(super) fn directives(&self) -> Directives {
        let no_cache = self.pragma.unwrap_or_default();
        self.control.unwrap_or(Directives { no_cache, ..Directives::default() })
    }

    /// For how long the service says that it is fresh, by its age (4.2.1): `s-maxage`, if everybody may have it, before
    /// `max-age`, before `Expires`.
    pub(super) fn freshness(&self, audience: Audience) -> Option<Duration> {
        let directives = self.directives();
        let shared = directives.s_maxage.filter(|_| audience == Audience::Everyone);
        let expires = || self.expires.map(|at| at.duration_since(self.date).unwrap_or_default());
        shared.or(directives.max_age).or_else(expires)
    }

    /// Whether it answers calls like the one it was the reply to.
    pub(super) fn answers(&self, audience: Audience) -> bool {
        let vary = self.vary.unwrap_or_default();
        let alike = !vary.by_request;
        match audience {
            Audience::Caller => alike,
            Audience::Everyone => alike && !vary.by_caller && !self.set_cookie && !self.directives().private,
        }
    }
}

/// Long ago where one can't be read, `0` being the best known (5.3). Of several the earliest counts.
fn expires(headers: &HeaderMap) -> Option<SystemTime> {
    headers.get_all(header::EXPIRES).iter().map(|value| date(value).unwrap_or(UNIX_EPOCH)).min()
}

/// What `Age` says, or all caches that added one of their own. RFC 9111, 5.1, would take the first of several, and ignores
/// what is no number. Here the oldest counts, and what can't be read is as old as can be: a call more costs less than a
/// reply that is too old.
fn age(headers: &HeaderMap) -> Duration {
    let values =
        headers.get_all(header::AGE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    values.map(|text| seconds(text.trim_ascii()).unwrap_or(LONGEST)).max().unwrap_or_default()
}

/// What the clocks say, in whole seconds as `Date` has them (4.2.3). A date in the future is that of a clock that is fast.
fn apparent_age(date: SystemTime, now: SystemTime) -> Duration {
    Duration::from_secs(now.duration_since(date).unwrap_or_default().as_secs())
}
