//! GET /partner/v1/usage: how much the caller may ask for, and what is left of it.

use bff_core::{prelude::*, rate_limit::usage::QuotaUsage};
use serde::Serialize;

/// The caller's plan and quotas. To look costs nothing.
#[derive(Screen)]
#[screen(rename_all = "snake_case")]
pub struct UsageScreen {
    plan: Option<String>,
    quotas: Vec<Quota>,
}

/// One quota, under the name that `RateLimit-Policy` has for it.
#[derive(Serialize)]
pub struct Quota {
    name: String,
    limit: u32,
    window_seconds: u64,
    remaining: u64,
    reset_seconds: u64,
}

pub async fn usage(usage: Usage) -> UsageScreen {
    UsageScreen { plan: usage.plan, quotas: usage.quotas.into_iter().map(quota).collect() }
}

fn quota(usage: QuotaUsage) -> Quota {
    Quota {
        name: usage.name,
        limit: usage.limit,
        window_seconds: usage.window,
        remaining: usage.remaining,
        reset_seconds: usage.reset,
    }
}
