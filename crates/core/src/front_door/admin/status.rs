//! `/status`: every service's health at a glance, as JSON for programs and as a page for people.
//!
//! The page is plain HTML that loads itself again: no script and nothing from elsewhere, so that it can be read from any browser that
//! reaches the admin listener. It is made when somebody asks; nothing is measured for it alone.

mod accept;
mod page;
mod view;

use axum::{
    Json,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use tokio::time::Instant;

use super::{Process, live::NEVER_KEPT};
pub use view::{IssuerView, LifeView, Status};

/// Nothing of the page runs or is fetched, whatever somebody managed to have shown on it.
const NOTHING_RUNS: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// As the client prefers.
pub(super) fn answer(process: &Process, headers: &HeaderMap) -> Response {
    let status = Status::of(process, Instant::now());
    let vary = [(header::VARY, "accept")];
    if !accept::prefers_html(headers) {
        return (NEVER_KEPT, vary, Json(status)).into_response();
    }
    let guards = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOTHING_RUNS)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (NEVER_KEPT, vary, guards, Html(page::page(&status))).into_response()
}
