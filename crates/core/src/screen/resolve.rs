//! The fan-out: runs all sections of a screen at once and splices their bytes into one payload.

use std::fmt::Write as _;

use axum::{extract::Request, response::Response};
use bytes::{BufMut as _, BytesMut};
use futures::{StreamExt as _, stream::FuturesUnordered};
use tower::Layer;

use super::{
    Pending,
    fields::{Fields, Filled, Kind},
    parts::{Answer, Parts},
    reply::Asked,
};
use crate::{
    call::{CallError, Origin, Reason},
    context::RequestContext,
    front_door::Exchange,
    problem::Problem,
    step::Step,
    telemetry::story::{In, SectionOutcome},
};

/// Resolves the screens that handlers return.
#[derive(Clone, Copy)]
pub(crate) struct ResolveLayer;

impl<S> Layer<S> for ResolveLayer {
    type Service = Resolve<S>;

    fn layer(&self, inner: S) -> Resolve<S> {
        Resolve { inner }
    }
}

pub(crate) struct Resolve<S> {
    inner: S,
}

impl<S: Step<Request, Out = Response>> Step<Box<Exchange>> for Resolve<S> {
    type Out = Response;

    async fn call(&self, exchange: Box<Exchange>) -> Response {
        let Exchange { mut request, context } = *exchange;
        let asked = Asked::of(&request);
        request.extensions_mut().insert(context.clone());
        let mut response = self.inner.call(request).await;
        let pending = response.extensions_mut().remove::<Pending>();
        let Some(parts) = pending.and_then(|pending| pending.take()) else { return response };
        if let Some(recording) = &context.inner().recording {
            recording.screen(parts.screen);
        }
        match resolve(parts, &context).await {
            Ok(payload) => asked.reply(response, payload, &context),
            Err(error) => axum::response::IntoResponse::into_response(Problem::from(error)),
        }
    }
}

/// A composed screen.
pub(super) struct Payload {
    pub(super) json: BytesMut,
    pub(super) degraded: bool,
}

/// One entry of `_meta.degraded`.
struct Degraded<'a> {
    section: &'a str,
    reason: Reason,
    /// What stands in for it, where that is not `null`.
    fallback: Option<Origin>,
}

/// Runs every section. The first failed required one ends it: the others are dropped, which cancels their calls.
async fn resolve(parts: Parts, context: &RequestContext) -> Result<Payload, CallError> {
    let mut running = FuturesUnordered::new();
    let mut fields = Fields::new(parts.fields.len(), context);
    for field in parts.fields {
        if let Some((place, section)) = fields.add(field) {
            running.push(In::section(u16::try_from(place).unwrap_or(u16::MAX), section));
        }
    }
    let mut degraded = Vec::new();
    while let Some((place, answer)) = running.next().await {
        match answer {
            Answer::Fresh { json, kept } => {
                let outcome = if kept { SectionOutcome::Cached } else { SectionOutcome::Fresh };
                fields.end(place, json, outcome, None);
            }
            Answer::Degraded { json, error, fallback } => {
                fields.end(place, json, stood_in(fallback), Some(&error));
                degraded.push((place, error.reason(), fallback));
            }
            Answer::Failed(error) => {
                fields.end(place, Vec::new(), SectionOutcome::Failed, Some(&error));
                return Err(error);
            }
        }
    }
    // In the order of the payload, not of arrival: the same failure gives the same bytes.
    degraded.sort_by_key(|(place, ..)| *place);
    let degraded: Vec<_> = degraded
        .into_iter()
        .map(|(place, reason, fallback)| Degraded { section: fields.path(place), reason, fallback })
        .collect();
    Ok(Payload { json: splice(fields.filled(), &degraded), degraded: !degraded.is_empty() })
}

/// What a section is filled with whose service gave no answer.
fn stood_in(fallback: Option<Origin>) -> SectionOutcome {
    match fallback {
        None => SectionOutcome::Absent,
        Some(Origin::Default | Origin::Config) => SectionOutcome::Fallback,
        Some(Origin::Stale { .. }) => SectionOutcome::Stale,
    }
}

fn splice(fields: &[Filled], degraded: &[Degraded<'_>]) -> BytesMut {
    let length: usize = fields.iter().map(|field| field.name.len() + field.bytes.len() + 6).sum();
    let mut json = BytesMut::with_capacity(length + 64 + degraded.len() * 80);
    json.put_u8(b'{');
    for field in fields {
        if field.kind == Kind::Close {
            json.put_u8(b'}');
            continue;
        }
        if !json.ends_with(b"{") {
            json.put_u8(b',');
        }
        put_name(&mut json, field.name);
        match field.kind {
            Kind::Open => json.put_u8(b'{'),
            _ => json.extend_from_slice(&field.bytes),
        }
    }
    if !degraded.is_empty() {
        if !json.ends_with(b"{") {
            json.put_u8(b',');
        }
        json.extend_from_slice(br#""_meta":{"degraded":["#);
        for (at, Degraded { section, reason, fallback }) in degraded.iter().enumerate() {
            json.extend_from_slice(if at == 0 { br#"{"section":""# } else { br#",{"section":""# });
            json.extend_from_slice(section.as_bytes());
            json.extend_from_slice(br#"","reason":""#);
            json.extend_from_slice(reason.as_str().as_bytes());
            json.extend_from_slice(match fallback {
                None => br#""}"#,
                Some(Origin::Default) => br#"","fallback":"default"}"#,
                Some(Origin::Config) => br#"","fallback":"config"}"#,
                Some(Origin::Stale { .. }) => br#"","fallback":"stale","age":"#,
            });
            if let Some(Origin::Stale { age }) = fallback {
                // Writing to memory does not fail.
                let _ = write!(json, "{}}}", age.as_secs());
            }
        }
        json.extend_from_slice(b"]}");
    }
    json.put_u8(b'}');
    json
}

/// Names come from Rust identifiers, so nothing in them needs escaping.
fn put_name(json: &mut BytesMut, name: &str) {
    json.put_u8(b'"');
    json.extend_from_slice(name.as_bytes());
    json.extend_from_slice(b"\":");
}

#[cfg(test)]
mod tests;
