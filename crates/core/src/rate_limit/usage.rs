//! What a caller has left, for a route that shows it.

use axum::extract::FromRequestParts;
use http::request::Parts;
use tokio::time::Instant;

use super::{Charges, MOST_QUOTAS, seconds};
use crate::{
    caller::{Access, Admits, SignedIn},
    context::RequestContext,
    problem::Problem,
};

/// What the caller has used up and has left, as an argument of a handler whose route is not public. To look at it costs what the
/// route costs: `cost = 0` in `[rate_limits.routes]` makes it free, so that who has nothing left can still see it.
///
/// Empty where rates are not limited.
#[derive(Debug, Clone)]
pub struct Usage {
    /// The plan of the caller's credential, if it names one.
    pub plan: Option<String>,
    /// Each quota that the caller has for itself.
    pub quotas: Vec<QuotaUsage>,
}

/// What is left of one quota.
#[derive(Debug, Clone)]
pub struct QuotaUsage {
    /// Its name, as `RateLimit-Policy` has it: `caller`, that of a plan, or a route's method and path.
    pub name: String,
    /// Units that may be used at once.
    pub limit: u32,
    /// Seconds in which they come back, upwards.
    pub window: u64,
    /// Units that are left now.
    pub remaining: u64,
    /// Seconds until all of them are there again, upwards.
    pub reset: u64,
}

impl Usage {
    async fn of(context: &RequestContext) -> Result<Self, Problem> {
        let caller = SignedIn::asker(context)?;
        let plan = caller.plan().map(str::to_owned);
        let Some(limiter) = &context.inner().limiter else { return Ok(Self { plan, quotas: Vec::new() }) };
        let mut quotas = Vec::new();
        for some in limiter.limits.rules.all_of(&caller).chunks(MOST_QUOTAS) {
            let levels = limiter.levels(&Charges::of(some), Instant::now()).await;
            quotas.extend(some.iter().zip(levels).map(|(charge, level)| QuotaUsage {
                name: charge.quota.name.to_string(),
                limit: charge.quota.burst,
                window: seconds(charge.quota.gcra.tolerance),
                remaining: level.available,
                reset: seconds(level.debt),
            }));
        }
        Ok(Self { plan, quotas })
    }
}

// A bound and not the type itself, as with `Caller`.
impl<A: Admits<SignedIn>> FromRequestParts<A> for Usage {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, route: &A) -> Result<Self, Problem> {
        let context = RequestContext::from_request_parts(parts, route).await?;
        Self::of(&context).await
    }
}
