//! `/limits`: the quotas, and who is being limited.

use axum::{
    Json,
    http::{HeaderName, header},
};
use tokio::time::Instant;

use super::Shared;
use crate::rate_limit::LimitsView;

pub(super) fn answer(shared: &Shared) -> ([(HeaderName, &'static str); 1], Json<LimitsView>) {
    let rate_limits = shared.limits.as_ref().map(|limits| limits.view(Instant::now()));
    ([(header::CACHE_CONTROL, "no-store")], Json(LimitsView { rate_limits, admission: None }))
}
