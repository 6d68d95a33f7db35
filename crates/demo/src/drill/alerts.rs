//! What fires, and since when: Prometheus is asked twice a second.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{prometheus::Prometheus, report::say};
use crate::house::StartError;

const EVERY: Duration = Duration::from_millis(500);

/// One alert of one series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Firing {
    /// Such as `ScreenErrors`.
    pub alert: String,
    /// The BFF.
    pub job: String,
    /// The route, or the service, or what else it is of.
    pub of: String,
    /// `page` or `ticket`.
    pub severity: String,
}

/// When an alert began and ended, from the beginning of the drill.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    pub began: Duration,
    pub ended: Option<Duration>,
}

/// What was seen so far.
pub struct Watch<'a> {
    prometheus: &'a Prometheus,
    started: Instant,
    phase: Instant,
    now: BTreeSet<Firing>,
    all: BTreeMap<Firing, Times>,
    /// When each phase began.
    pub phases: Vec<(&'static str, Duration)>,
}

impl<'a> Watch<'a> {
    /// Nothing yet.
    pub fn new(prometheus: &'a Prometheus) -> Self {
        let started = Instant::now();
        Self {
            prometheus,
            started,
            phase: started,
            now: BTreeSet::new(),
            all: BTreeMap::new(),
            phases: Vec::new(),
        }
    }

    /// Something else happens from now on.
    pub fn phase(&mut self, name: &'static str) {
        self.phase = Instant::now();
        self.phases.push((name, self.started.elapsed()));
        say(format_args!("{:>6.1} s  ---- {name}", self.started.elapsed().as_secs_f64()));
    }

    /// Looks until `done`, at most for this long.
    pub async fn follow(&mut self, most: Duration, done: impl Fn(&Self) -> bool) -> Result<(), StartError> {
        loop {
            self.look().await?;
            if done(self) || self.phase.elapsed() >= most {
                return Ok(());
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// What fires now.
    pub fn firing(&self) -> &BTreeSet<Firing> {
        &self.now
    }

    /// What has fired so far.
    pub fn seen(&self) -> Vec<Firing> {
        self.all.keys().cloned().collect()
    }

    /// Everything that has fired, with its times.
    pub fn all(&self) -> &BTreeMap<Firing, Times> {
        &self.all
    }

    async fn look(&mut self) -> Result<(), StartError> {
        let reply = self.prometheus.get("/api/v1/alerts").await.map_err(StartError::Drill)?;
        let alerts = reply["data"]["alerts"].as_array().cloned().unwrap_or_default();
        let firing = alerts.iter().filter(|alert| alert["state"] == "firing");
        let firing: BTreeSet<_> = firing.map(|alert| Firing::of(&alert["labels"])).collect();
        let at = self.started.elapsed();
        for alert in firing.difference(&self.now) {
            say(format_args!("{:>6.1} s  fires  {alert}", at.as_secs_f64()));
            self.all.entry(alert.clone()).or_insert(Times { began: at, ended: None }).ended = None;
        }
        for alert in self.now.difference(&firing) {
            say(format_args!("{:>6.1} s  ends   {alert}", at.as_secs_f64()));
            if let Some(times) = self.all.get_mut(alert) {
                times.ended = Some(at);
            }
        }
        self.now = firing;
        Ok(())
    }
}

impl Firing {
    fn of(labels: &Value) -> Self {
        let label = |name: &str| labels[name].as_str().unwrap_or_default().to_owned();
        let of = match labels["http_route"].as_str() {
            Some(route) => format!("{} {route}", label("http_request_method")),
            None => label("bff_service"),
        };
        Self { alert: label("alertname"), job: label("job"), of, severity: label("severity") }
    }
}

impl fmt::Display for Firing {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:<16} {:<6}  {} {}", self.alert, self.severity, self.job, self.of)
    }
}
