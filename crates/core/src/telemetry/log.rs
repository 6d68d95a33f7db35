//! The line of a request: JSON by a fixed set of fields, or text for a terminal.

use std::{
    io::{IsTerminal as _, Write as _},
    time::Duration,
};

use serde::{Serialize, Serializer, ser::SerializeSeq as _};

use super::sink::Sink;
use crate::{config::LogFormat, context::SectionRecord};

/// One line a request.
pub(crate) struct AccessLog {
    name: &'static str,
    sink: Option<Sink>,
    format: LogFormat,
    colour: bool,
}

/// What the line of a request says.
pub(crate) struct Line<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) trace_id: &'a str,
    pub(crate) method: &'a str,
    pub(crate) route: &'a str,
    pub(crate) status: u16,
    pub(crate) elapsed: Duration,
    pub(crate) code: Option<&'a str>,
    pub(crate) reason: Option<&'a str>,
    pub(crate) sections: &'a [SectionRecord],
}

impl AccessLog {
    pub(crate) fn new(name: &'static str, sink: Option<Sink>, format: LogFormat) -> Self {
        let colour = std::io::stdout().is_terminal();
        Self { name, sink: sink.filter(|_| format != LogFormat::Off), format, colour }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.sink.is_some()
    }

    pub(crate) fn write(&self, line: &Line<'_>) {
        let Some(sink) = &self.sink else { return };
        sink.append(|buffer| match self.format {
            LogFormat::Pretty => line.write_pretty(buffer, self.name, self.colour),
            _ => line.write_json(buffer, self.name),
        });
    }
}

impl Line<'_> {
    fn write_json(&self, out: &mut Vec<u8>, name: &str) {
        #[derive(Serialize)]
        struct Json<'a> {
            timestamp: jiff::Timestamp,
            level: &'static str,
            message: &'static str,
            bff: &'a str,
            request_id: &'a str,
            trace_id: &'a str,
            method: &'a str,
            route: &'a str,
            status: u16,
            duration_ms: f64,
            #[serde(skip_serializing_if = "Option::is_none")]
            code: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            reason: Option<&'a str>,
            #[serde(serialize_with = "sections", skip_serializing_if = "<[_]>::is_empty")]
            sections: &'a [SectionRecord],
        }
        let line = Json {
            timestamp: jiff::Timestamp::now(),
            level: if self.status >= 500 { "ERROR" } else { "INFO" },
            message: "request",
            bff: name,
            request_id: self.request_id,
            trace_id: self.trace_id,
            method: self.method,
            route: self.route,
            status: self.status,
            duration_ms: millis(self.elapsed),
            code: self.code,
            reason: self.reason,
            sections: self.sections,
        };
        let began = out.len();
        match serde_json::to_writer(&mut *out, &line) {
            Ok(()) => out.push(b'\n'),
            Err(_) => out.truncate(began),
        }
    }

    fn write_pretty(&self, out: &mut Vec<u8>, name: &str, colour: bool) {
        let (begin, end) = match self.status {
            _ if !colour => ("", ""),
            ..400 => ("\x1b[32m", "\x1b[0m"),
            _ => ("\x1b[31m", "\x1b[0m"),
        };
        let _ = write!(
            out,
            "{name:<11} {begin}{}{end} {:<4} {:<24} {:>7.1} ms",
            self.status,
            self.method,
            self.route,
            millis(self.elapsed)
        );
        for section in self.sections {
            let _ = write!(out, "  {} {} {:.1} ms", section.name, section.outcome, millis(section.elapsed));
        }
        if let Some(reason) = self.reason.or(self.code) {
            let _ = write!(out, "  {reason}");
        }
        let _ = writeln!(out, "  {}", self.request_id);
    }
}

fn sections<S: Serializer>(sections: &&[SectionRecord], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Section<'a> {
        name: &'a str,
        outcome: &'a str,
        ms: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<&'a str>,
    }
    let mut list = serializer.serialize_seq(Some(sections.len()))?;
    for section in *sections {
        list.serialize_element(&Section {
            name: &section.name,
            outcome: section.outcome,
            ms: millis(section.elapsed),
            detail: section.detail.as_deref(),
        })?;
    }
    list.end()
}

/// Milliseconds with three digits after the point.
fn millis(duration: Duration) -> f64 {
    f64::from(u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)) / 1000.0
}
