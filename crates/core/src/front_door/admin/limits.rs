//! `/limits`: the quotas, and who is being limited.

use axum::{
    Json,
    http::{HeaderName, header},
};
use tokio::time::Instant;

use super::{Admission, Shared};
use crate::rate_limit::LimitsView;

pub(super) fn answer(
    shared: &Shared,
    admission: &Admission,
) -> ([(HeaderName, &'static str); 1], Json<LimitsView>) {
    let rate_limits = shared.limits.as_ref().map(|limits| limits.view(Instant::now()));
    let view = LimitsView { rate_limits, admission: admission.view() };
    ([(header::CACHE_CONTROL, "no-store")], Json(view))
}
