//! `/live`: whether the workers make progress. What any service does is no part of it.

use axum::{
    http::{HeaderName, StatusCode, header},
    response::IntoResponse,
};

use super::{Heartbeats, words};

pub(super) fn answer(heartbeats: &Heartbeats) -> impl IntoResponse + use<> {
    let stopped = words(heartbeats.stopped());
    let (status, text) = if stopped.is_empty() {
        (StatusCode::OK, "live".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("not live: {stopped}"))
    };
    (status, NEVER_KEPT, text)
}

/// What is so now need not be so in a moment.
pub(super) const NEVER_KEPT: [(HeaderName, &str); 1] = [(header::CACHE_CONTROL, "no-store")];
