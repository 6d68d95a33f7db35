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
    bff::Bff,
    config::Sources,
    http::Method,
    plan::{Planner, ScreenPlan},
    routes::{Example, RouteInfo},
};

use crate::TestBff;

/// One route, and its plan.
#[derive(Debug)]
pub struct Planned {
    /// Such as `GET /api/orders/{id}`.
    pub route: String,
    /// Its plan, or why there is none.
    pub plan: Result<ScreenPlan, String>,
}

/// Asks every screen of `bff` for its example, as alice of the account acme, and says what it would cost at its worst.
pub async fn of(bff: Bff) -> Vec<Planned> {
    let sources = bff.builtin_config();
    with(bff, sources).await
}

/// The same with another configuration than the BFF's own; only the addresses are those of the mocked services.
pub async fn with(bff: Bff, sources: Sources) -> Vec<Planned> {
    let routes: Vec<_> =
        bff.all_routes().map(|route| (name(route), route.method.clone(), route.example)).collect();
    let planner = Planner::new();
    let bff = TestBff::with(bff.planner(&planner)).sources(sources).start().await;
    let mut screens = Vec::with_capacity(routes.len());
    for (route, method, example) in routes {
        let plan = match (method, example) {
            (Some(method), Some(example)) => ask(&bff, &planner, method, example).await,
            _ => Err("it has no example: add .example(\"/path\") to its route".to_owned()),
        };
        screens.push(Planned { route, plan });
    }
    screens
}

async fn ask(
    bff: &TestBff,
    planner: &Planner,
    method: Method,
    example: Example,
) -> Result<ScreenPlan, String> {
    let session = bff.as_partner("alice", "acme").header("content-type", "application/json");
    let reply =
        session.request(method, example.path, example.body.map(|body| body.as_bytes().to_vec())).await;
    let plan = planner.take().pop();
    if !reply.status.is_success() || !reply.degraded().is_empty() {
        let body = String::from_utf8_lossy(&reply.body).into_owned();
        return Err(format!("its example {} is answered with {}: {body}", example.path, reply.status));
    }
    plan.ok_or_else(|| format!("its example {} reaches another route", example.path))
}

fn name(route: &RouteInfo) -> String {
    format!("{} {}", route.method.as_ref().map_or("", Method::as_str), route.path)
}
