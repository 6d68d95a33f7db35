//! `Server-Timing` (<https://www.w3.org/TR/server-timing/>): what each section of a screen took, and what policies did for it, where
//! the browser's own tools show it.
//!
//! Names are those of the sections and words are ours: no client learns the name of a service, an operation or a host. It goes
//! to every client, so it is off until `server_timing.enabled`.

use std::{fmt::Write as _, time::Duration};

use axum::response::Response;
use http::{HeaderName, HeaderValue};
use tokio::time::Instant;
use tower::Layer;

use super::Exchange;
use crate::{
    config::Config,
    step::Step,
    telemetry::story::{Note, Notes, SectionOutcome, SectionRecord, Told},
};

pub(super) const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// The most sections that are told of, so that no proxy refuses the head.
const MOST: usize = 64;

#[derive(Clone, Copy)]
pub(super) struct ServerTimingLayer {
    enabled: bool,
}

impl ServerTimingLayer {
    pub(super) fn new(config: &Config) -> Self {
        Self { enabled: config.server_timing.enabled }
    }
}

impl<S> Layer<S> for ServerTimingLayer {
    type Service = ServerTiming<S>;

    fn layer(&self, inner: S) -> ServerTiming<S> {
        ServerTiming { inner, enabled: self.enabled }
    }
}

pub(super) struct ServerTiming<S> {
    inner: S,
    enabled: bool,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for ServerTiming<S> {
    type Out = Response;

    async fn call(&self, exchange: Box<Exchange>) -> Response {
        if !self.enabled {
            return self.inner.call(exchange).await;
        }
        let context = exchange.context.clone();
        let mut response = self.inner.call(exchange).await;
        let took = Instant::now().saturating_duration_since(context.inner().started);
        if let Some(value) = context.story().read(|told| value(told, took)) {
            response.headers_mut().insert(SERVER_TIMING, value);
        }
        response
    }
}

/// The sections that have ended, in the order of the payload, and all together. `None` where there is no screen.
fn value(told: &Told, took: Duration) -> Option<HeaderValue> {
    if told.sections.is_empty() {
        return None;
    }
    let mut sections: Vec<_> = told.sections.iter().collect();
    sections.sort_by_key(|section| section.place);
    let more = sections.len().saturating_sub(MOST);
    let mut text = String::with_capacity(40 * sections.len() + 40);
    for section in sections.into_iter().take(MOST) {
        write_section(section, told, &mut text);
        text.push_str(", ");
    }
    // Writing to memory does not fail.
    if more > 0 {
        let _ = write!(text, "more;desc=\"{more}\", ");
    }
    let _ = write!(text, "total;dur={:.1}", milliseconds(took));
    HeaderValue::try_from(text).ok()
}

fn write_section(section: &SectionRecord, told: &Told, text: &mut String) {
    // A Rust identifier may have letters that a token may not (RFC 9110, section 5.6.2).
    let is_token = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-');
    text.extend(section.name.chars().map(|letter| if is_token(letter) { letter } else { '_' }));
    let _ = write!(text, ";dur={:.1}", milliseconds(section.elapsed));
    let outcome = (section.outcome != SectionOutcome::Fresh).then(|| section.outcome.as_str());
    let notes = Notes::of_section(told, section.place);
    let mut before = ";desc=\"";
    for word in outcome.into_iter().chain(notes.iter().map(Note::as_str)) {
        text.push_str(before);
        text.push_str(word);
        before = " ";
    }
    if before == " " {
        text.push('"');
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests;
