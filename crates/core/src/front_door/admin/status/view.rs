//! What `/status` says: the schema of its JSON.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio::time::Instant;

use super::super::{Process, ready};
use crate::{
    build_info::{BUILD, BuildInfo},
    call::{CacheView, ServiceView},
    front_door::{admission::AdmissionView, phase::Phase},
    rounded::seconds,
};

/// A process and its services at this moment. Times are in the unit that their names end in.
#[derive(Debug, Clone, Serialize)]
pub struct Status {
    /// Of the BFF, such as `bff-web`.
    pub name: &'static str,
    /// What runs.
    pub build: BuildInfo,
    /// The same on all instances with the same configuration. No secret is in it.
    pub config_hash: String,
    /// When this was so.
    pub at: Timestamp,
    /// Since the start.
    pub uptime_seconds: f64,
    /// What `/live` and `/ready` say.
    pub life: LifeView,
    /// Every service.
    pub services: Vec<ServiceView>,
    /// Answers that are kept in memory.
    pub cache: Option<CacheView>,
    /// The issuers whose keys are fetched.
    pub issuers: Vec<IssuerView>,
    /// What is admitted.
    pub admission: AdmissionView,
    /// Where the quotas are, and who is being limited: a path of this listener.
    pub limits: &'static str,
}

/// What `/live` and `/ready` say.
#[derive(Debug, Clone, Serialize)]
pub struct LifeView {
    /// `serving`, `not_ready` (about to leave) or `draining`.
    pub phase: &'static str,
    /// Whether all workers make progress.
    pub live: bool,
    /// Whether a load balancer had better send requests here.
    pub ready: bool,
    /// Why not, of both.
    pub reasons: Vec<String>,
}

/// An issuer of tokens.
#[derive(Debug, Clone, Serialize)]
pub struct IssuerView {
    /// As in `[auth.issuers.<name>]`.
    pub name: String,
    /// How long ago its keys were last read; nothing where none are known.
    pub keys_age_seconds: Option<f64>,
}

impl Status {
    pub(in crate::front_door) fn of(process: &Process, now: Instant) -> Self {
        let Process { shared, services, admission, heartbeats, .. } = process;
        let issuers = shared.authenticator.key_ages();
        let issuer = |(name, age): (&str, Option<Duration>)| IssuerView {
            name: name.to_owned(),
            keys_age_seconds: age.map(seconds),
        };
        Self {
            name: shared.name,
            build: BUILD,
            config_hash: shared.config.fingerprint(),
            at: whole_second(Timestamp::now()),
            uptime_seconds: seconds(heartbeats.uptime()),
            life: LifeView::of(process),
            services: services.iter().map(|service| service.view(now)).collect(),
            cache: services.first().map(|service| service.kept.view()),
            issuers: issuers.map(issuer).collect(),
            admission: admission.view(),
            limits: "/limits",
        }
    }
}

/// Nobody reads more.
fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

impl LifeView {
    fn of(process: &Process) -> Self {
        let phase = match *process.phase.borrow() {
            Phase::Serving => "serving",
            Phase::NotReady => "not_ready",
            Phase::Draining | Phase::Gone => "draining",
        };
        let stopped: Vec<_> = process.heartbeats.stopped().iter().map(ToString::to_string).collect();
        let unready = ready::reasons(process);
        let (live, ready) = (stopped.is_empty(), unready.is_empty());
        Self { phase, live, ready, reasons: stopped.into_iter().chain(unready).collect() }
    }
}
