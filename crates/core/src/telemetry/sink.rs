//! Where log lines go: one buffer that a thread of its own empties.
//!
//! A request appends to memory and never waits for standard output. A buffer that is full, since nobody reads what we
//! print, loses lines and says how many.

use std::{
    io::Write as _,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::log::event;

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

    /// Takes whole lines, or tells that there is no room.
    pub(super) fn append(&self, lines: &[u8]) -> bool {
        let mut state = self.lock();
        if state.buffer.len() > CAPACITY {
            state.lost += 1;
            return false;
        }
        state.buffer.extend_from_slice(lines);
        if !state.keeps && state.buffer.len() > CAPACITY / 8 {
            self.0.wake.notify_one();
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn empty_until_closed(&self) {
        let mut lines = Vec::new();
        loop {
            let waits = |state: &mut State| !state.closed && state.buffer.len() < CAPACITY / 8;
            let waited = self.0.wake.wait_timeout_while(self.lock(), PAUSE, waits);
            let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut lines, &mut state.buffer);
            let (lost, closed) = (std::mem::take(&mut state.lost), state.closed);
            drop(state);
            if lost > 0 {
                event::lost(lost, &mut lines);
            }
            // Nobody reads: there is nowhere left to say so.
            let _ = std::io::stdout().lock().write_all(&lines);
            if closed {
                return;
            }
            lines.clear();
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
        self.0.append(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
