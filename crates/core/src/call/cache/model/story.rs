//! A history as one reads it.

use std::fmt;

use super::{
    cast::{NAMES, Resource, SERVICES},
    record::{Called, Kind, Record, Said},
};
use crate::call::Reason;

impl Record {
    /// Adds a line, where somebody wants to read it.
    pub(super) fn tell(&mut self, what: impl FnOnce(&Self) -> String) {
        if self.story.is_some() {
            let line = format!("{:>5.1} s  {}", self.began.elapsed().as_secs_f64(), what(self));
            self.story.iter_mut().for_each(|story| story.push(line.clone()));
        }
    }

    /// What was told.
    pub(super) fn take_story(&mut self) -> Vec<String> {
        self.story.take().unwrap_or_default()
    }

    pub(super) fn name(&self, call: usize) -> String {
        let Called { request, caller, resource, kind, .. } = self.calls[call];
        let verb = match kind {
            Kind::Read => "reads".to_owned(),
            Kind::Key(key) => format!("reads key {key} of"),
            Kind::Many(keys) => format!("reads keys {keys:#b} of"),
            Kind::Write { .. } => "writes".to_owned(),
        };
        format!("call {call} ({} {verb} {resource} in request {request})", NAMES[caller])
    }

    /// How a call is sent and what it ends, where that says something.
    pub(super) fn particulars(&self, call: usize) -> String {
        let Kind::Write { sent, ends } = self.calls[call].kind else { return String::new() };
        let ends = ends.iter().map(|ends| {
            format!(", ends what {} of {}", if ends.for_all { "anybody has" } else { "it has" }, ends.tag)
        });
        format!(": {sent:?}{}", ends.collect::<String>())
    }

    /// What there is to be asked.
    pub(super) fn scene(&self) -> Vec<String> {
        let tell = |(number, resource): (usize, &Resource)| {
            let Resource { service, public, tagged, declared, has_etag, cache, coalesce, .. } = resource;
            let mut line = format!("resource {number} of service {}", SERVICES[*service]);
            for (what, is_so) in [
                ("public", *public),
                ("tagged", *tagged),
                ("etag", *has_etag),
                ("not cached", !cache),
                ("not coalesced", !coalesce),
            ] {
                if is_so {
                    line = format!("{line}, {what}");
                }
            }
            format!("{line}, {declared:?}")
        };
        self.cast.resources.iter().enumerate().map(tell).collect()
    }
}

/// As one reads it in a story.
impl fmt::Display for Said {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole { says, usable: true, .. } => write!(out, "an answer that says {says}"),
            Self::Whole { says, .. } => write!(out, "an answer that nobody can use and that says {says}"),
            Self::Unchanged { of, says } => write!(out, "that {of} is still right, and says {says}"),
            Self::Failure { reason: Reason::NotFound, says } => write!(out, "not_found, and says {says}"),
            Self::Failure { reason, .. } => write!(out, "{reason}"),
        }
    }
}
