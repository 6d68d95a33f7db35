//! A change of what is written down, and its end.

use std::{
    ops::RangeInclusive,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Shared;
use crate::{
    config::LogConfig,
    telemetry::log::{level::Filter, settings::Access},
};

/// How long a change lasts that doesn't say it.
const USUAL: Duration = Duration::from_mins(10);

/// How long it may last. Whoever wants more wants another configuration.
const LASTS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_hours(24);

/// What somebody wants to be written.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Change {
    level: Option<String>,
    access: Option<bool>,
    success_per_second: Option<u32>,
    /// Such as `10m`.
    r#for: Option<String>,
}

/// What is written.
#[derive(Debug, Serialize)]
pub(super) struct View {
    /// `null` where the events of the process go through a subscriber that is not ours.
    level: Option<String>,
    access: bool,
    success_per_second: u32,
    /// When it will be as configured again.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    configured: Configured,
}

#[derive(Debug, Serialize)]
struct Configured {
    level: String,
    access: bool,
    success_per_second: u32,
}

/// Where what is written is changed.
pub(super) struct Switch {
    shared: Arc<Shared>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// How many changes there were, so that the end of an old one ends no newer one.
    number: u64,
    until: Option<Timestamp>,
}

impl Switch {
    pub(super) fn new(shared: &Arc<Shared>) -> Arc<Self> {
        Arc::new(Self { shared: Arc::clone(shared), state: Mutex::default() })
    }

    fn configured(&self) -> &LogConfig {
        &self.shared.config.log
    }

    pub(super) fn view(&self) -> View {
        let Access { access, success_per_second } = self.shared.telemetry.log.settings.now();
        let LogConfig { level, access: of_config, success_per_second: per_second, .. } =
            self.configured().clone();
        let filter = Filter::get();
        let level = filter.map_or(level, |filter| filter.configured().to_owned());
        let configured = Configured { level, access: of_config, success_per_second: per_second };
        let level = filter.map(Filter::now);
        View { level, access, success_per_second, until: self.lock().until, configured }
    }

    /// Changes it, until the time is over. All of it or nothing.
    pub(super) fn change(self: &Arc<Self>, change: Change) -> Result<(), (StatusCode, String)> {
        let wrong = |fault: String| (StatusCode::BAD_REQUEST, fault);
        let Change { level, access, success_per_second, r#for } = change;
        if level.is_none() && access.is_none() && success_per_second.is_none() {
            return Err(wrong("say level, access or success_per_second".to_owned()));
        }
        let lasts = r#for.as_deref().map_or(Ok(USUAL), lasts).map_err(wrong)?;
        let mut state = self.lock();
        if let Some(level) = level {
            let filter = Filter::get().ok_or_else(|| {
                let fault = "the events of this process go through a subscriber that is not ours";
                (StatusCode::CONFLICT, fault.to_owned())
            })?;
            filter.set(&level).map_err(|fault| wrong(format!("level: {fault}")))?;
        }
        let settings = &self.shared.telemetry.log.settings;
        let now = settings.now();
        settings.set(Access {
            access: access.unwrap_or(now.access),
            success_per_second: success_per_second.unwrap_or(now.success_per_second),
        });
        state.number += 1;
        let until = Timestamp::now().checked_add(lasts).ok();
        state.until = until.and_then(|until| Timestamp::from_second(until.as_second()).ok());
        let number = state.number;
        drop(state);
        tracing::warn!(?lasts, "what is written down was changed for a while");
        self.end_after(lasts, number);
        Ok(())
    }

    /// Goes back to the configuration.
    pub(super) fn reset(&self) {
        self.reset_in(&mut self.lock());
    }

    fn reset_in(&self, state: &mut State) {
        state.number += 1;
        state.until = None;
        self.shared.telemetry.log.settings.set(Access::of(self.configured()));
        if let Some(filter) = Filter::get() {
            filter.reset();
        }
        tracing::info!("what is written down is as configured again");
    }

    fn end_after(self: &Arc<Self>, lasts: Duration, number: u64) {
        let switch = Arc::clone(self);
        #[expect(
            clippy::disallowed_methods,
            reason = "a change ends beside the acceptor, after its request"
        )]
        tokio::spawn(async move {
            tokio::time::sleep(lasts).await;
            let mut state = switch.lock();
            if state.number == number {
                switch.reset_in(&mut state);
            }
        });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lasts(text: &str) -> Result<Duration, String> {
    let parsed = text.parse::<SignedDuration>().ok().and_then(|lasts| Duration::try_from(lasts).ok());
    parsed
        .filter(|lasts| LASTS.contains(lasts))
        .ok_or_else(|| format!("for: {text:?} is no duration from \"1s\" to \"24h\""))
}
