//! [`RouteMeter`]: what one worker counts of one route, from its requests to the sections of its screen.

use std::sync::{
    OnceLock,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use http::{Method, StatusCode};

use super::{
    catalogue::{Metric, RATE_LIMITS, SCREEN_HEADROOM, SCREEN_REPLIES, SERVER_ACTIVE},
    histogram::{Histogram, SECONDS},
    method,
    page::{Page, Value},
    requests::Requests,
    section::SectionMeter,
    slots::Slots,
};
use crate::{
    routes::RouteInfo,
    telemetry::{
        Finished,
        story::{SectionOutcome, SectionRecord},
    },
};

/// Sections of one route that are told apart.
const SECTIONS: usize = 64;

/// What one worker counts of one route.
#[derive(Debug)]
pub(crate) struct RouteMeter {
    /// The route's own, by which it is known; that of a request may be `HEAD`.
    method: &'static str,
    path: &'static str,
    active: AtomicU64,
    methods: [OnceLock<Box<Requests>>; method::NAMES.len()],
    decisions: [AtomicU64; 3],
    replies: [AtomicU64; 4],
    headroom: Histogram,
    sections: Slots<String, SectionMeter>,
}

/// What a rate limit decided.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Decision {
    Admitted,
    Refused,
    /// Nothing could be counted.
    Unknown,
}

/// What a screen's reply is.
#[derive(Debug, Clone, Copy)]
enum Composed {
    Whole,
    Degraded,
    /// A service said no to this caller: 404, 403, 409 and the like.
    Refused,
    Failed,
}

impl Composed {
    fn of(status: StatusCode, sections: &[SectionRecord]) -> Self {
        if status.is_server_error() {
            Self::Failed
        } else if sections.iter().any(|section| section.outcome == SectionOutcome::Failed) {
            Self::Refused
        } else if sections.iter().any(|section| section.reason.is_some()) {
            Self::Degraded
        } else {
            Self::Whole
        }
    }
}

const DECISIONS: [&str; 3] = ["admitted", "refused", "unknown"];
const COMPOSED: [&str; 4] = ["whole", "degraded", "refused", "failed"];

impl RouteMeter {
    pub(super) fn new(info: &RouteInfo) -> Self {
        Self {
            method: info.method.as_ref().map_or("_OTHER", method::name),
            path: info.path,
            active: AtomicU64::new(0),
            methods: [const { OnceLock::new() }; method::NAMES.len()],
            decisions: Default::default(),
            replies: Default::default(),
            headroom: Histogram::new(&SECONDS),
            sections: Slots::new(SECTIONS, SectionMeter::default()),
        }
    }

    /// A request that waits for its reply, until this is dropped.
    pub(crate) fn begin(&self) -> Active<'_> {
        self.active.fetch_add(1, Relaxed);
        Active(&self.active)
    }

    /// A request is over, and these are the sections of its screen, if it has one.
    pub(crate) fn finish(&self, request: &Finished<'_>, sections: &[SectionRecord]) {
        let requests = self.of(request.method);
        for section in sections {
            self.section(&section.name).answer(section);
        }
        let Some(status) = request.status else {
            requests.cancel();
            return;
        };
        requests.reply(request, status);
        if !sections.is_empty() {
            self.replies[Composed::of(status, sections) as usize].fetch_add(1, Relaxed);
            self.headroom.observe_time(request.context.deadline().saturating_duration_since(request.ended));
        }
    }

    pub(crate) fn decide(&self, decision: Decision) {
        self.decisions[decision as usize].fetch_add(1, Relaxed);
    }

    /// The meter of a section.
    fn section(&self, name: &str) -> &SectionMeter {
        self.sections.find(|known| known == name, || (name.to_owned(), SectionMeter::default()))
    }

    fn of(&self, method: &Method) -> &Requests {
        self.methods[method::number(method)].get_or_init(Box::default)
    }

    pub(super) fn write(&self, page: &mut Page) {
        page.add(&SERVER_ACTIVE, &[], self.active.load(Relaxed));
        for (name, requests) in method::NAMES.iter().zip(&self.methods) {
            if let Some(requests) = requests.get() {
                requests.write(page, &labels(name, self.path));
            }
        }
        let own = labels(self.method, self.path);
        for (decision, count) in DECISIONS.iter().zip(&self.decisions) {
            add(page, &RATE_LIMITS, &own, ("bff.decision", decision), count);
        }
        // All of a screen's, or the first failure would come out of nothing and not be seen as an increase.
        let is_screen = self.replies.iter().any(|count| count.load(Relaxed) > 0);
        for (result, count) in COMPOSED.iter().zip(&self.replies).filter(|_| is_screen) {
            add(page, &SCREEN_REPLIES, &own, ("bff.result", result), count);
        }
        page.add_histogram(&SCREEN_HEADROOM, &own, &self.headroom);
        for (name, section) in self.sections.iter() {
            section.write(page, &own, name.map_or("other", String::as_str));
        }
    }
}

fn labels(method: &'static str, path: &'static str) -> [(&'static str, Value); 2] {
    [("http.request.method", method.into()), ("http.route", path.into())]
}

/// Adds a count that has one more label.
fn add(
    page: &mut Page,
    metric: &Metric,
    [method, route]: &[(&'static str, Value); 2],
    (name, value): (&'static str, &'static str),
    count: &AtomicU64,
) {
    page.add(metric, &[method.clone(), route.clone(), (name, value.into())], count.load(Relaxed));
}

/// A request that waits for its reply.
pub(crate) struct Active<'a>(&'a AtomicU64);

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(test)]
mod tests;
