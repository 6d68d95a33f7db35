//! The line of a request: JSON by a fixed set of fields, or text for a terminal.

use std::{
    io::{IsTerminal as _, Write as _},
    time::Duration,
};

use serde::{Serialize, Serializer, ser::SerializeSeq as _};

use super::{Finished, sink::Sink, story::SectionRecord};
use crate::{call::Reason, config::LogFormat, problem::Problem};

/// One line a request.
pub(crate) struct AccessLog {
    name: &'static str,
    sink: Option<Sink>,
    format: LogFormat,
    colour: bool,
}

/// What the line of a request says.
pub(crate) struct Line<'a> {
    pub(crate) request: &'a Finished<'a>,
    pub(crate) sections: &'a [SectionRecord],
}

/// nginx's word for "the client closed the request": no answer was sent, so no registered status fits.
const CLIENT_CLOSED: u16 = 499;

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
    fn status(&self) -> u16 {
        self.request.status.map_or(CLIENT_CLOSED, |status| status.as_u16())
    }

    fn elapsed(&self) -> f64 {
        millis(self.request.ended.saturating_duration_since(self.request.context.inner().started))
    }

    fn code(&self) -> Option<&str> {
        self.request.problem.map(|problem| problem.code().as_str())
    }

    fn reason(&self) -> Option<&str> {
        self.request.problem.and_then(Problem::reason)
    }

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
        let (context, status) = (self.request.context, self.status());
        let line = Json {
            timestamp: jiff::Timestamp::now(),
            level: if status >= 500 { "ERROR" } else { "INFO" },
            message: "request",
            bff: name,
            request_id: context.request_id(),
            trace_id: &context.inner().trace.id(),
            method: self.request.method.as_str(),
            route: context.inner().route.path,
            status,
            duration_ms: self.elapsed(),
            code: self.code(),
            reason: self.reason(),
            sections: self.sections,
        };
        let began = out.len();
        match serde_json::to_writer(&mut *out, &line) {
            Ok(()) => out.push(b'\n'),
            Err(_) => out.truncate(began),
        }
    }

    fn write_pretty(&self, out: &mut Vec<u8>, name: &str, colour: bool) {
        let (context, status) = (self.request.context, self.status());
        let (begin, end) = match status {
            _ if !colour => ("", ""),
            ..400 => ("\x1b[32m", "\x1b[0m"),
            _ => ("\x1b[31m", "\x1b[0m"),
        };
        let _ = write!(
            out,
            "{name:<11} {begin}{}{end} {:<4} {:<24} {:>7.1} ms",
            status,
            self.request.method,
            context.inner().route.path,
            self.elapsed()
        );
        for section in self.sections {
            let _ = write!(out, "  {} {} {:.1} ms", section.name, outcome(section), millis(section.elapsed));
        }
        if let Some(reason) = self.reason().or(self.code()) {
            let _ = write!(out, "  {reason}");
        }
        let _ = writeln!(out, "  {}", context.request_id());
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
            outcome: outcome(section),
            ms: millis(section.elapsed),
            detail: section.detail.as_deref(),
        })?;
    }
    list.end()
}

/// Why it is not what the service says now, or how it was filled.
fn outcome(section: &SectionRecord) -> &'static str {
    section.reason.map_or(section.outcome.as_str(), Reason::as_str)
}

/// Milliseconds with three digits after the point.
fn millis(duration: Duration) -> f64 {
    f64::from(u32::try_from(duration.as_micros()).unwrap_or(u32::MAX)) / 1000.0
}
