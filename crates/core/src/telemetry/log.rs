//! Log lines: one a request, and those of `tracing` events, through one buffer that a thread of its own empties.
//!
//! A request appends to memory and never waits for standard output. A buffer that is full, since nobody reads what we
//! print, loses lines and says how many.

use std::{
    io::{IsTerminal as _, Write as _},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use serde::{Serialize, Serializer, ser::SerializeSeq as _};

use crate::{config::LogFormat, context::SectionRecord};

/// The buffer loses lines past this.
const CAPACITY: usize = 1 << 20;

/// The buffer is emptied at the latest after this, or when it is an eighth full.
const PAUSE: Duration = Duration::from_millis(100);

/// Where lines go.
#[derive(Clone)]
pub struct Sink(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Default)]
struct State {
    buffer: Vec<u8>,
    lost: u64,
    closed: bool,
    keeps: bool,
}

impl Sink {
    /// Lines that stay in memory until they are taken, for tests.
    pub fn memory() -> Self {
        Self::new(true)
    }

    /// Lines that go to standard output, and the thread that puts them there until [`close`](Self::close). For a program
    /// that starts more than one BFF; [`Bff::main`](crate::bff::Bff::main) makes its own.
    pub fn stdout() -> (Self, std::thread::JoinHandle<()>) {
        let sink = Self::new(false);
        let writer = sink.clone();
        let thread = std::thread::spawn(move || writer.empty_until_closed());
        (sink, thread)
    }

    fn new(keeps: bool) -> Self {
        let state = State { keeps, ..State::default() };
        Self(Arc::new(Shared { state: Mutex::new(state), wake: Condvar::new() }))
    }

    /// Takes the lines so far.
    pub fn take(&self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.lock().buffer)).into_owned()
    }

    /// No line comes any more: the thread of [`stdout`](Self::stdout) writes what is left, and ends.
    pub fn close(&self) {
        self.lock().closed = true;
        self.0.wake.notify_one();
    }

    fn append(&self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut state = self.lock();
        if state.buffer.len() > CAPACITY {
            state.lost += 1;
            return;
        }
        write(&mut state.buffer);
        if !state.keeps && state.buffer.len() > CAPACITY / 8 {
            self.0.wake.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn empty_until_closed(&self) {
        let mut lines = Vec::new();
        loop {
            let state = self.lock();
            let waited =
                self.0.wake.wait_timeout(state, if lines.is_empty() { PAUSE } else { Duration::ZERO });
            let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            lines.clear();
            std::mem::swap(&mut lines, &mut state.buffer);
            let (lost, closed) = (std::mem::take(&mut state.lost), state.closed);
            drop(state);
            if lost > 0 {
                let _ =
                    writeln!(lines, "{{\"level\":\"WARN\",\"message\":\"log lines lost\",\"lost\":{lost}}}");
            }
            // Nobody reads: there is nowhere left to say so.
            let _ = std::io::stdout().lock().write_all(&lines);
            if closed && lines.is_empty() {
                return;
            }
        }
    }
}

impl<'a> tracing_subscriber::fmt::MakeWriter<'a> for Sink {
    type Writer = SinkWriter;

    fn make_writer(&'a self) -> SinkWriter {
        SinkWriter(self.clone())
    }
}

/// Writes the lines of `tracing` events.
pub struct SinkWriter(Sink);

impl std::io::Write for SinkWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.append(|buffer| buffer.extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

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
