//! How much is left, in header fields: draft-ietf-httpapi-ratelimit-headers-10, structured fields of RFC 9651.

use std::fmt::Write as _;

use http::{HeaderName, HeaderValue};

use super::{
    charge::{Charges, Level, Levels},
    quota::Quota,
};

/// What a client may use: `"caller";q=200;w=2`, 200 units at once and again after 2 s.
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// What is left of it: `"caller";r=150;t=1`, 150 units now and all of them again after 1 s.
pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Of a list of quotas, once and for all. None of none.
pub(super) fn policy(quotas: &[Quota]) -> Option<HeaderValue> {
    let item =
        |quota: &Quota| format!("\"{}\";q={};w={}", quota.name, quota.burst, seconds(quota.gcra.tolerance));
    let items: Vec<_> = quotas.iter().map(item).collect();
    if items.is_empty() { None } else { items.join(", ").parse().ok() }
}

/// Of what one request was charged.
pub(crate) fn limit(charges: &Charges<'_>, levels: &Levels) -> Option<HeaderValue> {
    let mut text = String::with_capacity(32 * charges.len());
    for (charge, Level { available, debt, .. }) in charges.iter().zip(levels) {
        let separator = if text.is_empty() { "" } else { ", " };
        // Writing to a string can't fail.
        let _ = write!(text, "{separator}\"{}\";r={available};t={}", charge.quota.name, seconds(*debt));
    }
    if text.is_empty() { None } else { HeaderValue::from_maybe_shared(bytes::Bytes::from(text)).ok() }
}

/// Whole seconds, upwards: who waits so long has waited long enough.
pub(crate) fn seconds(micros: u64) -> u64 {
    micros.div_ceil(1_000_000)
}
