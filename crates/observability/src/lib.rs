//! What watches the BFFs: rules and alerts for Prometheus, dashboards for Grafana, a page for each alert, and the tables of
//! metrics. All of it is made from the routes of the BFFs and the catalogue of metrics, so none of it is written twice.
//!
//! `just observability` writes `deploy/observability/`; tests compare what is there with what would be written, look up every
//! metric and label that is named in the catalogue, and run promtool. What it is not: a part of a BFF.

pub mod dashboards;
pub mod lint;
pub mod registry;
pub mod rules;
pub mod runbooks;
pub mod scale;
pub mod scrape;
mod summary;
pub mod tables;

pub use self::{
    registry::{Bffs, Route},
    scale::Scale,
};

/// A file of `deploy/observability/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Below that folder, such as `prometheus/rules.yml`.
    pub path: String,
    /// All of it.
    pub text: String,
}

impl File {
    fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }
}

/// Every file, as it is for these BFFs.
pub fn files(bffs: &Bffs) -> Vec<File> {
    let rules = rules::all(bffs, Scale::ONE);
    let mut files = vec![
        File::new("README.md", summary::text(bffs, &rules)),
        File::new("prometheus/prometheus.yml", scrape::Config::of(bffs).text()),
        File::new("prometheus/rules.yml", rules.text()),
        File::new("prometheus/rules.test.yml", rules::cases::text(bffs, &rules)),
    ];
    files.extend(dashboards::all().iter().map(dashboards::Dashboard::file));
    files.extend(runbooks::all(bffs, &rules));
    files.extend(tables::all());
    files
}
