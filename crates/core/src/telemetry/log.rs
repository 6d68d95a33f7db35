//! What is written down: a line a request by the fields of the [`catalogue`], and what the program says of itself ([`event`]).
//!
//! A line is made in a buffer of its worker and handed to the [sink](super::sink), so that no worker waits while another one
//! writes. When there are many, lines of requests that went well are a [`sample`].
//!
//! What a line holds was chosen, not filtered: no path but the route's template, no query, header, body or address, no caller, and
//! none of a service's own words, which may be about somebody. Types that hold such things don't print them
//! ([`Personal`](super::personal::Personal)).

pub mod catalogue;
pub mod event;
mod json;
pub(crate) mod level;
mod line;
mod outcome;
mod pretty;
mod sample;
pub(crate) mod settings;
mod time;

use std::{
    cell::RefCell,
    io::IsTerminal as _,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

use self::{
    line::Line,
    outcome::Outcome,
    settings::{Access, Settings},
};
use super::{
    Finished,
    sink::Sink,
    story::{Note, Told},
};
use crate::config::{LogConfig, LogFormat};

/// One line a request.
pub(crate) struct AccessLog {
    name: &'static str,
    sink: Option<Sink>,
    format: LogFormat,
    colour: bool,
    pub(crate) settings: Settings,
    problems_per_second: u32,
    lines: Lines,
}

/// What became of the lines.
#[derive(Debug, Default)]
struct Lines {
    written: AtomicU64,
    sampled_out: AtomicU64,
    lost: AtomicU64,
}

/// What became of the lines so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineCounts {
    /// Handed on.
    pub(crate) written: u64,
    /// Left out, since there were more than may be written.
    pub(crate) sampled_out: u64,
    /// Lost, since nobody reads what we print.
    pub(crate) lost: u64,
}

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl AccessLog {
    pub(crate) fn new(name: &'static str, sink: Option<Sink>, config: &LogConfig) -> Self {
        Self {
            name,
            sink: sink.filter(|_| config.format != LogFormat::Off),
            format: config.format,
            colour: std::io::stdout().is_terminal(),
            settings: Settings::new(Access::of(config)),
            problems_per_second: config.problems_per_second,
            lines: Lines::default(),
        }
    }

    /// Whether there is a line to write.
    pub(crate) fn is_on(&self) -> bool {
        self.sink.is_some() && self.settings.now().access
    }

    /// What became of the lines so far.
    pub(crate) fn lines(&self) -> LineCounts {
        let Lines { written, sampled_out, lost } = &self.lines;
        LineCounts {
            written: written.load(Relaxed),
            sampled_out: sampled_out.load(Relaxed),
            lost: lost.load(Relaxed),
        }
    }

    pub(crate) fn write(&self, request: &Finished<'_>, told: &Told) {
        let Some(sink) = &self.sink else { return };
        let Access { access: true, success_per_second } = self.settings.now() else { return };
        let sampled = sample::here(|sampler| {
            if went_well(request, told) {
                sampler.success(request.ended, success_per_second).map(|stands_for| (stands_for, 0))
            } else {
                sampler.problem(request.ended, self.problems_per_second).map(|left_out| (1, left_out))
            }
        });
        let Some((stands_for, left_out)) = sampled else {
            self.lines.sampled_out.fetch_add(1, Relaxed);
            return;
        };
        let line = Line { name: self.name, request, told, stands_for, left_out };
        let taken = with_scratch(|buffer| {
            match self.format {
                LogFormat::Pretty => line.write_pretty(buffer, self.colour),
                LogFormat::Json | LogFormat::Off => line.write_json(buffer),
            }
            buffer.push(b'\n');
            sink.append(buffer)
        });
        let count = if taken { &self.lines.written } else { &self.lines.lost };
        count.fetch_add(1, Relaxed);
    }
}

/// Whether nobody need look at it: the client got its whole reply, and within half of its deadline.
fn went_well(request: &Finished<'_>, told: &Told) -> bool {
    let inner = request.context.inner();
    let half = inner.started + inner.deadline.duration_since(inner.started) / 2;
    Outcome::of(request, told) == Outcome::Whole && request.ended <= half
}

/// A buffer of this worker, empty. Not for a line that is written while another one is.
fn with_scratch<R>(write: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    /// Longer lines are rare: their room is given back.
    const KEPT: usize = 16 << 10;
    SCRATCH.with_borrow_mut(|buffer| {
        buffer.clear();
        let written = write(buffer);
        buffer.shrink_to(KEPT);
        written
    })
}

#[cfg(test)]
mod tests;
