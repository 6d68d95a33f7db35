//! What an outage must lead to: for each screen what its sections become, for each BFF the breakers of the service that fails; and
//! what it may lead to besides.

use bff_observability::{Bffs, Route};
use bff_testkit::Mode;

use super::alerts::{Firing, Watch};
use crate::screens::{Failure, SCREENS, Screen};

/// What must fire, and what may.
pub struct Expected {
    must: Vec<Firing>,
    /// The routes and services that the outage touches: the BFF and its route or service.
    touched: Vec<(String, String)>,
}

impl Expected {
    /// Of services in these modes.
    pub fn of(outage: &[(&str, Mode)], bffs: &Bffs) -> Self {
        let (mut must, mut touched) = (Vec::new(), Vec::new());
        for screen in &SCREENS {
            let job = screen.bff.bff().name();
            let Some(route) = route(screen, job, bffs) else { continue };
            let page = |alert: &str, of: &str| Firing {
                alert: alert.to_owned(),
                job: job.to_owned(),
                of: of.to_owned(),
                severity: "page".to_owned(),
            };
            let of = format!("{} {}", route.method, route.path);
            for (service, mode) in outage {
                let Some(section) = screen.sections.iter().find(|section| section.service == *service) else {
                    continue;
                };
                let alert = match (mode, section.failure) {
                    (Mode::Slow(_), _) => "ScreenSlow",
                    (_, Failure::Fails) => "ScreenErrors",
                    (_, Failure::Becomes(_)) => "ScreenDegraded",
                };
                must.push(page(alert, &of));
                if !matches!(mode, Mode::Slow(_)) {
                    must.push(Firing { severity: "ticket".to_owned(), ..page("BreakerOpen", service) });
                }
                touched.extend([(job.to_owned(), of.clone()), (job.to_owned(), (*service).to_owned())]);
            }
        }
        must.sort();
        must.dedup();
        Self { must, touched }
    }

    /// What must fire.
    pub fn must(&self) -> &[Firing] {
        &self.must
    }

    /// What must have fired and has not.
    pub fn missing(&self, watch: &Watch<'_>) -> Vec<Firing> {
        self.must.iter().filter(|firing| !watch.all().contains_key(firing)).cloned().collect()
    }

    /// What has fired of what the outage does not touch.
    pub fn unexpected(&self, watch: &Watch<'_>) -> Vec<Firing> {
        let is_touched =
            |firing: &&Firing| self.touched.iter().any(|(job, of)| (job, of) == (&firing.job, &firing.of));
        watch.all().keys().filter(|firing| !is_touched(firing)).cloned().collect()
    }
}

/// The route that answers a screen's path.
fn route<'a>(screen: &Screen, job: &str, bffs: &'a Bffs) -> Option<&'a Route> {
    let path = screen.path.split('?').next().unwrap_or_default();
    let method = if screen.body.is_some() { "POST" } else { "GET" };
    let is_at = |template: &str| {
        let (here, there): (Vec<_>, Vec<_>) = (path.split('/').collect(), template.split('/').collect());
        let fits = |(here, there): (&&str, &&str)| here == there || there.starts_with('{');
        here.len() == there.len() && here.iter().zip(&there).all(fits)
    };
    bffs.routes.iter().find(|route| route.job == job && route.method == method && is_at(route.path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drill::OUTAGE;

    #[tokio::test]
    async fn an_outage_leads_to_what_its_sections_become() {
        let bffs = Bffs::ask().await.expect("every route answers its example");
        let expected = Expected::of(&OUTAGE, &bffs);
        let all: Vec<_> =
            expected.must.iter().map(|firing| format!("{} {}", firing.alert, firing.of)).collect();
        for says in [
            "BreakerOpen orders",
            "ScreenDegraded GET /api/dashboard/overview",
            "ScreenErrors GET /api/orders/{id}",
            "ScreenErrors POST /api/orders",
            "ScreenSlow GET /mobile/home",
        ] {
            assert!(all.contains(&says.to_owned()), "{says}: {all:?}");
        }
        assert!(!all.iter().any(|says| says.contains("summary") || says.contains("invoices")), "{all:?}");
        assert!(SCREENS.iter().all(|screen| route(screen, screen.bff.bff().name(), &bffs).is_some()));
    }
}
