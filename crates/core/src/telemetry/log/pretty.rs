//! The line of a request for a person at a terminal.

use std::io::Write as _;

use super::line::{Line, method};
use crate::telemetry::story::{Note, Notes, SectionOutcome};

impl Line<'_> {
    /// Writes it as text, without the end of the line.
    pub(super) fn write_pretty(&self, out: &mut Vec<u8>, colour: bool) {
        let (begin, end) = match self.status() {
            _ if !colour => ("", ""),
            ..400 => ("\x1b[32m", "\x1b[0m"),
            _ => ("\x1b[31m", "\x1b[0m"),
        };
        let _ = write!(
            out,
            "{:<11} {begin}{}{end} {:<4} {:<24} {:>7.1} ms",
            self.name,
            self.status(),
            method(self.request.method),
            self.route(),
            self.elapsed().as_secs_f64() * 1000.0
        );
        for section in &self.told.sections {
            let _ = write!(out, "  {}", section.name);
            if section.outcome != SectionOutcome::Fresh {
                let _ = write!(out, " {}", section.outcome.as_str());
            }
            if let Some(reason) = section.reason {
                let _ = write!(out, " ({reason})");
            }
            let notes = Notes::of_section(self.told, section.place);
            for note in notes.iter().map(Note::as_str) {
                let _ = write!(out, " {note}");
            }
            let _ = write!(out, " {:.1} ms", section.elapsed.as_secs_f64() * 1000.0);
        }
        if let Some(reason) = self.reason().or(self.code()) {
            // No terminal obeys what it says.
            let plain = reason.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter });
            let _ = write!(out, "  {}", plain.collect::<String>());
        }
        if self.stands_for > 1 {
            let _ = write!(out, "  one of {}", self.stands_for);
        }
        if self.left_out > 0 {
            let _ = write!(out, "  {} lines left out before", self.left_out);
        }
        let _ = write!(out, "  {}", self.request.context.request_id());
    }
}
