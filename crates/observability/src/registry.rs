//! The routes of the three BFFs: what each promises, and which services it calls, as it was seen to when it answered its
//! example.

use std::time::Duration;

use bff_core::{bff::Bff, config::Sources, plan::ScreenPlan, routes::Slo};
use bff_testkit::{plan, token};

/// The BFFs, in the order of their ports.
#[derive(Debug, Clone)]
pub struct Bffs {
    /// Each one's name, which is its job in Prometheus, and where its operators reach it.
    pub targets: Vec<Target>,
    /// Every route of theirs.
    pub routes: Vec<Route>,
}

/// Where Prometheus finds a BFF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Such as `bff-web`.
    pub job: &'static str,
    /// The address of its admin listener.
    pub admin: String,
}

/// A route, and what alerts need to know of it.
#[derive(Debug, Clone)]
pub struct Route {
    /// The BFF's name.
    pub job: &'static str,
    /// Such as `GET`.
    pub method: String,
    /// The template.
    pub path: &'static str,
    /// The type of its screen; `None` where it is no screen, so that there is nothing to degrade.
    pub screen: Option<&'static str>,
    /// The services that it calls, by name.
    pub services: Vec<&'static str>,
    /// Its deadline.
    pub deadline: Duration,
    /// What is fast, in seconds: a bucket of `http.server.request.duration`.
    pub within: f64,
    /// What it promises.
    pub slo: Slo,
}

/// What each series of a route is told apart by, in recorded rules too.
pub const LABELS: [&str; 3] = ["job", "http_request_method", "http_route"];

impl Bffs {
    /// Asks every route of the three BFFs for its example, on mocked services.
    ///
    /// # Errors
    ///
    /// A route that does not answer its example, and a configuration with a mistake.
    pub async fn ask() -> Result<Self, String> {
        let mut bffs = Self { targets: Vec::new(), routes: Vec::new() };
        for bff in [bff_web::bff(), bff_mobile::bff(), bff_partner::bff()] {
            bffs.add(bff).await?;
        }
        Ok(bffs)
    }

    async fn add(&mut self, bff: Bff) -> Result<(), String> {
        let job = bff.name();
        let config = bff.check(&trusting(&bff)).map_err(|error| format!("{job}: {error}"))?;
        self.targets.push(Target { job, admin: config.admin.listen.to_string() });
        let routes: Vec<_> = bff.all_routes().cloned().collect();
        for (route, planned) in routes.iter().zip(plan::of(bff).await) {
            let plan = planned.plan.map_err(|error| format!("{job} {}: {error}", planned.route))?;
            self.routes.push(Route::of(job, plan, route.slo));
        }
        Ok(())
    }
}

/// Its own configuration, with an issuer: without one it is not valid.
fn trusting(bff: &Bff) -> Sources {
    let issuer = [
        ("issuer", token::ISSUER.to_owned()),
        ("audience", bff.name().to_owned()),
        ("algorithm", "HS256".to_owned()),
        ("secret", token::SECRET.to_owned()),
    ];
    issuer.into_iter().fold(bff.builtin_config(), |sources, (key, value)| {
        sources.with_override(format!("auth.issuers.any.{key}"), value)
    })
}

impl Route {
    fn of(job: &'static str, plan: ScreenPlan, slo: Slo) -> Self {
        let mut services = plan.services();
        services.sort_unstable();
        let (screen, deadline) = (plan.screen_name(), plan.deadline);
        let within = slo.seconds_within(deadline);
        Self { job, method: plan.method, path: plan.path, screen, services, deadline, within, slo }
    }

    /// Its series and nobody else's, inside braces.
    pub fn selector(&self) -> String {
        let matchers = self.labels().into_iter().map(|(label, value)| format!("{label}=\"{value}\""));
        matchers.collect::<Vec<_>>().join(",")
    }

    /// The labels of its series.
    pub fn labels(&self) -> Vec<(&'static str, String)> {
        let values = [self.job, &self.method, self.path].map(str::to_owned);
        LABELS.into_iter().zip(values).collect()
    }

    /// For people: `bff-web GET /api/orders/{id} (OrderDetail)`.
    pub fn title(&self) -> String {
        let screen = self.screen.map(|screen| format!(" ({screen})")).unwrap_or_default();
        format!("{} {} {}{screen}", self.job, self.method, self.path)
    }

    /// The services that it calls, for people.
    pub fn candidates(&self) -> String {
        if self.services.is_empty() { "no service".to_owned() } else { self.services.join(", ") }
    }
}
