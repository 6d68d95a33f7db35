//! `/log`: what is written down, and how to change that for a while.
//!
//! `GET` shows it. `PUT` with JSON such as `{"level": "bff_core=debug,info", "for": "10m"}` changes it until the time is over,
//! `DELETE` goes back to the configuration at once. Every change has an end, so that nobody forgets one. The filter of events is
//! the process's; `access` and `success_per_second` are the BFF's.
//!
//! No page can do that from a browser on the operator's machine: a page of another origin can send neither `PUT` nor this content
//! type unasked (<https://fetch.spec.whatwg.org/#http-cors-protocol>), and one whose name was pointed at this address says its
//! origin, so that whoever says one is refused.

mod change;

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, get},
};

use self::change::{Change, Switch};
use super::Shared;

pub(super) fn router(shared: &Arc<Shared>) -> MethodRouter {
    let switch = Switch::new(shared);
    let (changes, resets) = (Arc::clone(&switch), Arc::clone(&switch));
    get(async move || show(&switch))
        .put(async move |headers: HeaderMap, body: Bytes| {
            match read(&headers, &body).and_then(|change| changes.change(change)) {
                Ok(()) => show(&changes),
                Err((status, fault)) => refused(status, fault),
            }
        })
        .delete(async move |headers: HeaderMap| {
            if headers.contains_key(header::ORIGIN) {
                return refused(StatusCode::FORBIDDEN, PAGE);
            }
            resets.reset();
            show(&resets)
        })
}

const PAGE: &str = "not for pages: this request has an Origin";

fn show(switch: &Switch) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], Json(switch.view())).into_response()
}

fn read(headers: &HeaderMap, body: &[u8]) -> Result<Change, (StatusCode, String)> {
    if headers.contains_key(header::ORIGIN) {
        return Err((StatusCode::FORBIDDEN, PAGE.to_owned()));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        let fault = "send content-type: application/json";
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, fault.to_owned()));
    }
    let wrong = |fault: String| (StatusCode::BAD_REQUEST, fault);
    let mut json = serde_json::Deserializer::from_slice(body);
    let change = serde_path_to_error::deserialize(&mut json).map_err(|error| wrong(error.to_string()))?;
    json.end().map_err(|error| wrong(error.to_string()))?;
    Ok(change)
}

fn refused(status: StatusCode, fault: impl Into<String>) -> Response {
    (status, fault.into() + "\n").into_response()
}

#[cfg(test)]
mod tests;
