//! The fields of a screen while its sections run, and what is told of each section: once, however it ends.

use std::borrow::Cow;

use tokio::time::Instant;

use super::parts::{Answer, Field, Part};
use crate::{
    call::{BoxFuture, CallError},
    context::RequestContext,
    telemetry::story::{SectionOutcome, SectionRecord},
};

/// A field of the payload.
pub(super) struct Filled {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Of a section that runs.
    Awaited,
    Value,
    Open,
    Close,
}

/// All fields of a screen. Sections that still run when this is dropped were given up: another one failed, the deadline passed, or
/// the client went away.
pub(super) struct Fields<'a> {
    context: &'a RequestContext,
    began: Instant,
    filled: Vec<Filled>,
    /// Those of nested screens have a name with dots.
    paths: Vec<Option<String>>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(count: usize, context: &'a RequestContext) -> Self {
        let (filled, paths) = (Vec::with_capacity(count), Vec::with_capacity(count));
        Self { context, began: Instant::now(), filled, paths }
    }

    /// Adds the next one. A section is for the caller to run, and has this place.
    pub(super) fn add(&mut self, Field { name, path, part }: Field) -> Option<(usize, BoxFuture<Answer>)> {
        let (bytes, kind, section) = match part {
            Part::Section(section) => (Vec::new(), Kind::Awaited, Some(section)),
            Part::Value(bytes) => (bytes, Kind::Value, None),
            Part::Open => (Vec::new(), Kind::Open, None),
            Part::Close => (Vec::new(), Kind::Close, None),
        };
        self.filled.push(Filled { name, bytes, kind });
        self.paths.push(path);
        section.map(|section| (self.filled.len() - 1, section))
    }

    /// The section at this place has ended.
    pub(super) fn end(
        &mut self,
        place: usize,
        json: Vec<u8>,
        outcome: SectionOutcome,
        error: Option<&CallError>,
    ) {
        self.tell(place, outcome, error);
        let filled = &mut self.filled[place];
        (filled.bytes, filled.kind) = (json, Kind::Value);
    }

    /// The name of a section, with dots between nested screens.
    pub(super) fn path(&self, place: usize) -> &str {
        self.paths[place].as_deref().unwrap_or(self.filled[place].name)
    }

    pub(super) fn filled(&self) -> &[Filled] {
        &self.filled
    }

    fn tell(&self, place: usize, outcome: SectionOutcome, error: Option<&CallError>) {
        let name = self.filled[place].name;
        self.context.story().section(SectionRecord {
            name: self.paths[place].clone().map_or(Cow::Borrowed(name), Cow::Owned),
            place: u16::try_from(place).unwrap_or(u16::MAX),
            outcome,
            reason: error.map(CallError::reason),
            detail: error.map(ToString::to_string),
            began: self.began,
            elapsed: self.began.elapsed(),
        });
    }
}

impl Drop for Fields<'_> {
    fn drop(&mut self) {
        for (place, filled) in self.filled.iter().enumerate() {
            if filled.kind == Kind::Awaited {
                self.tell(place, SectionOutcome::Cancelled, None);
            }
        }
    }
}
