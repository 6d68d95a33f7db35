//! The keys that an issuer publishes now: fetched in the background, read by all workers without a lock.
//!
//! Requests fetch nothing. One that meets a key that is not known may ask for a fetch and wait for its end, as others do
//! for the same one; its own deadline holds. While the issuer fails, nobody waits: known keys go on, for a day, and a
//! token of another key is refused at once.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep_until, timeout},
};

use super::{
    Source,
    key::Key,
    key_set::KeySet,
    pace::{Asked, Pace},
    told::Told,
};
use crate::{
    auth::TokenError,
    config::{Algorithm, AuthConfig},
};

/// The time for a fetch in all: connecting, TLS, and with discovery two answers.
const FETCH: Duration = Duration::from_secs(2);

/// One issuer whose keys come from elsewhere.
pub(in crate::auth) struct Followed {
    algorithm: Algorithm,
    source: Box<dyn Source>,
    keys: ArcSwapOption<KeySet>,
    /// Whether there ever were any.
    known: AtomicBool,
    pace: Mutex<Pace>,
    /// A token asks for a fetch.
    wanted: Notify,
    /// How many fetches have ended.
    ended: watch::Sender<u64>,
    told: Told,
}

/// What is known of a token's key.
pub(in crate::auth) enum Found {
    Key(Arc<Key>),
    /// A fetch may bring it.
    Unknown,
    /// None could: the token names no key where it must.
    Unnamed,
}

impl Followed {
    pub(super) fn new(
        name: &str,
        algorithm: Algorithm,
        source: Box<dyn Source>,
        config: &AuthConfig,
    ) -> Self {
        Self {
            algorithm,
            source,
            keys: ArcSwapOption::empty(),
            known: AtomicBool::new(false),
            pace: Mutex::new(Pace::new(config, Instant::now())),
            wanted: Notify::new(),
            ended: watch::Sender::new(0),
            told: Told::of(name),
        }
    }

    /// The key of this name, among those that are known.
    pub(in crate::auth) fn find(&self, kid: Option<&str>) -> Found {
        let keys = self.keys.load();
        let Some(keys) = &*keys else { return Found::Unknown };
        match (keys.find(kid), kid) {
            (Some(key), _) => Found::Key(Arc::clone(key)),
            (None, Some(_)) => Found::Unknown,
            (None, None) => Found::Unnamed,
        }
    }

    /// Waits for a fetch that may bring the key, if there is one to wait for.
    pub(in crate::auth) async fn ask(&self) -> Result<(), TokenError> {
        // Before anything is asked for, so that its end is not missed.
        let mut ended = self.ended.subscribe();
        if self.pace().ask(Instant::now()) == Asked::Refused {
            return Err(self.refusal());
        }
        self.wanted.notify_one();
        // It can't fail: the sender is here.
        let _ = ended.changed().await;
        Ok(())
    }

    /// Why a token is refused whose key is not known: its own fault, or the issuer's.
    pub(in crate::auth) fn refusal(&self) -> TokenError {
        if self.is_ready() {
            TokenError::UnknownKey
        } else {
            TokenError::IssuerUnavailable(self.pace().seconds_left(Instant::now()))
        }
    }

    pub(in crate::auth) fn name(&self) -> &str {
        self.told.name()
    }

    pub(in crate::auth) fn is_ready(&self) -> bool {
        self.keys.load().is_some()
    }

    /// Whether keys were ever read, though they may be too old by now.
    pub(in crate::auth) fn was_ever_ready(&self) -> bool {
        self.known.load(Relaxed)
    }

    /// How long ago the keys were heard of; nothing where there are none.
    pub(in crate::auth) fn age(&self) -> Option<Duration> {
        self.pace().age(Instant::now())
    }

    /// Keeps the keys up to date for as long as it is polled; it never ends.
    pub(in crate::auth) async fn follow(&self) {
        loop {
            let wakes = self.pace().wakes();
            tokio::select! {
                () = sleep_until(wakes) => {}
                () = self.wanted.notified() => {}
            }
            self.step().await;
        }
    }

    /// Does what is due now.
    pub(in crate::auth) async fn step(&self) {
        let now = Instant::now();
        if self.pace().forgets(now) {
            self.forget();
        }
        if !self.pace().begins(now) {
            return;
        }
        #[expect(clippy::disallowed_methods, reason = "no request's deadline holds for what all share")]
        let fetched = timeout(FETCH, self.source.fetch()).await;
        let fetched =
            fetched.unwrap_or_else(|_| Err(format!("no whole answer within {} s", FETCH.as_secs())));
        match fetched.and_then(|bytes| self.learn(&bytes)) {
            Ok(()) => self.told.succeeded(),
            Err(fault) => {
                self.pace().failed(Instant::now(), fastrand::f64());
                self.told.failed(fault, self.is_ready());
            }
        }
        self.ended.send_modify(|ended| *ended += 1);
    }

    /// The set, where it takes no time to get.
    pub(super) fn at_hand(&self) -> Option<Result<Bytes, String>> {
        self.source.at_hand()
    }

    /// Takes these keys for the issuer's, and withdraws those that are not among them. A set that can't be used changes
    /// nothing.
    pub(super) fn learn(&self, bytes: &[u8]) -> Result<(), String> {
        let read = KeySet::read(bytes, self.algorithm).map_err(|fault| fault.to_string())?;
        let earlier = self.keys.load_full();
        let set = earlier.iter().fold(read.set, |set, earlier| set.keeping(earlier));
        let gone = earlier.iter().flat_map(|earlier| earlier.keys()).filter(|key| !set.has(key));
        gone.for_each(|key| key.withdraw());
        self.keys.store(Some(Arc::new(set)));
        self.known.store(true, Relaxed);
        self.pace().succeeded(Instant::now(), fastrand::f64());
        self.told.skipped(read.skipped);
        Ok(())
    }

    /// The issuer has not been heard of for so long that its keys may be anybody's.
    fn forget(&self) {
        if let Some(keys) = self.keys.swap(None) {
            keys.keys().for_each(|key| key.withdraw());
            self.told.forgot();
        }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
