//! The plan of a BFF: what each of its screens would cost at its worst, noted while it answers its example.
//!
//! ```no_run
//! # mod bff_web {
//! #     pub fn bff() -> bff_core::bff::Bff { bff_core::bff::Bff::new("bff-web", "config.toml", "") }
//! # }
//! # async fn no_screen_is_over_its_deadline() {
//! for screen in bff_testkit::plan::of(bff_web::bff()).await {
//!     let plan = screen.plan.expect("its example is answered");
//!     assert!(!plan.is_over(), "{plan}");
//! }
//! # }
//! ```

use bff_core::{
    auth::Policy,
    bff::Bff,
    config::Sources,
    plan::{Planner, ScreenPlan},
    routes::{Priority, RouteInfo},
};

use crate::{TestBff, permission::allowed};

/// One route, and its plan.
#[derive(Debug)]
pub struct Planned {
    /// Such as `GET /api/orders/{id}`.
    pub route: String,
    /// Who may call it.
    pub policy: Policy,
    /// What becomes of it in overload.
    pub priority: Priority,
    /// Its plan, or why there is none.
    pub plan: Result<ScreenPlan, String>,
}

/// Asks every screen of `bff` for its example, as alice of the account acme with all that its route wants, and says what it would cost at its worst.
pub async fn of(bff: Bff) -> Vec<Planned> {
    let sources = bff.builtin_config();
    with(bff, sources).await
}

/// The same with another configuration than the BFF's own; only the addresses are those of the mocked services.
pub async fn with(bff: Bff, sources: Sources) -> Vec<Planned> {
    let routes: Vec<_> = bff.all_routes().cloned().collect();
    let planner = Planner::new();
    let bff = TestBff::with(bff.planner(&planner)).sources(sources).start().await;
    let mut screens = Vec::with_capacity(routes.len());
    for route in routes {
        let plan = ask(&bff, &planner, &route).await;
        screens.push(Planned { route: route.name(), policy: route.policy, priority: route.priority, plan });
    }
    screens
}

async fn ask(bff: &TestBff, planner: &Planner, route: &RouteInfo) -> Result<ScreenPlan, String> {
    let Some(example) = route.example else {
        return Err("it has no example: add .example(\"/path\") to its route".to_owned());
    };
    let token = allowed(bff.token("alice").claim("account", "acme"), route);
    let reply = bff.with_token(&token.sign()).example(route).await;
    let plan = planner.take().pop();
    // What is no screen may be no JSON either.
    let is_screen = plan.as_ref().is_some_and(|plan| plan.screen.is_some());
    if !reply.status.is_success() || (is_screen && !reply.degraded().is_empty()) {
        let body = String::from_utf8_lossy(&reply.body).into_owned();
        return Err(format!("its example {} is answered with {}: {body}", example.path, reply.status));
    }
    plan.ok_or_else(|| format!("its example {} reaches another route", example.path))
}
