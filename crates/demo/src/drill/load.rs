//! Steady load on every screen: so many users of each, who ask again and again at their pace. As many requests as users are in
//! flight at most, however slow the screens become.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Client;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    house::Addresses,
    screens::{SCREENS, Screen},
    smoke::{Ask, client},
};

/// A user of a screen asks once in this time, longer than any deadline.
const PACE: Duration = Duration::from_secs(2);

/// The load.
pub struct Load {
    addresses: Addresses,
    client: Client,
    /// Of each screen.
    rate: u32,
}

impl Load {
    /// So many requests a second for each screen.
    pub fn new(addresses: &Addresses, rate: u32) -> Self {
        Self { addresses: *addresses, client: client(), rate }
    }

    /// Requests a second in all.
    pub fn total(&self) -> usize {
        self.rate as usize * SCREENS.len()
    }

    /// Goes on for as long as it is polled.
    pub async fn run(&self) {
        let users = self.rate * u32::try_from(PACE.as_secs()).unwrap_or(1);
        let all = SCREENS.iter().flat_map(|screen| (0..users).map(move |user| (screen, user)));
        join_all(all.map(|(screen, user)| self.user(screen, PACE * user / users))).await;
    }

    async fn user(&self, screen: &Screen, offset: Duration) {
        tokio::time::sleep(offset).await;
        let mut turns = interval(PACE);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            turns.tick().await;
            // What comes back is for Prometheus to judge.
            let _ = Ask::of(screen).send(&self.addresses, &self.client).await;
        }
    }
}
