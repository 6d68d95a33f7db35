//! `prometheus.yml`: where Prometheus finds the BFFs, and which rules it evaluates.

use std::{fmt::Write as _, time::Duration};

use crate::{
    registry::{Bffs, Target},
    rules::HEAD,
    scale::text,
};

/// A configuration of Prometheus.
#[derive(Debug, Clone)]
pub struct Config {
    /// What is scraped, each BFF as a job of its own name.
    pub targets: Vec<Target>,
    /// How often.
    pub every: Duration,
    /// The files of rules, relative to this one.
    pub rules: &'static str,
}

impl Config {
    /// Every 15 s at the addresses that the BFFs have by their own configuration.
    pub fn of(bffs: &Bffs) -> Self {
        Self { targets: bffs.targets.clone(), every: Duration::from_secs(15), rules: "rules.yml" }
    }

    /// The file.
    pub fn text(&self) -> String {
        let every = text(self.every);
        let mut out = format!(
            "{}# A sample: the addresses are those that the BFFs listen on by default.\n\
             global:\n  scrape_interval: {every}\n  scrape_timeout: {every}\n\
             rule_files:\n  - {}\n\
             # alerting:\n#   alertmanagers:\n#     - static_configs:\n#         - targets: [\"alertmanager:9093\"]\n\
             scrape_configs:\n",
            HEAD, self.rules
        );
        for Target { job, admin } in &self.targets {
            let _ = write!(
                out,
                "  # The rules know a BFF by its job.\n  \
                 - job_name: {job}\n    static_configs:\n      - targets: [\"{admin}\"]\n"
            );
        }
        out
    }
}
