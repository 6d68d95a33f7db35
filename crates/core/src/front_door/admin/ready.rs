//! `/ready`: whether a load balancer had better send requests here.
//!
//! It says no in a drain, in overload that lasts, and in a fresh instance that does not know yet whom to believe. What was known
//! once is enough: an issuer or a Redis that goes away later is away for all instances, and none of them would be left. What any
//! service does is no part of it.

use axum::{http::StatusCode, response::IntoResponse};

use super::{Process, live::NEVER_KEPT, words};
use crate::front_door::phase::Phase;

pub(super) fn answer(process: &Process) -> impl IntoResponse + use<> {
    let reasons = words(reasons(process));
    let (status, text) = if reasons.is_empty() {
        (StatusCode::OK, "ready".to_owned())
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {reasons}"))
    };
    (status, NEVER_KEPT, text)
}

/// All that speaks against it, for people.
pub(super) fn reasons(process: &Process) -> Vec<String> {
    let draining = (*process.phase.borrow() != Phase::Serving).then(|| "draining".to_owned());
    let overloaded = (!process.admission.is_ready()).then(|| "overloaded".to_owned());
    let unknown = process.shared.authenticator.unknown();
    draining.into_iter().chain(overloaded).chain(unknown).collect()
}
