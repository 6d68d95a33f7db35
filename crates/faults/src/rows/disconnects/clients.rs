//! The clients: those that go away, and those that ask as much at once as there are places.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use super::{ANSWERS_AFTER, GONE_AFTER, PLACES};
use crate::behaviour::Behaviour;
use crate::connection::CLIENT;
use crate::lab::Lab;
use crate::replies::Outcome;
use crate::service::Service;

/// Asks as much at once as there are places, and says how many replies were whole.
pub(super) async fn full_house(lab: &Lab) -> Result<usize> {
    for service in [&lab.a, &lab.b, &lab.c] {
        service.set(Behaviour::Answer(Duration::from_millis(300)));
    }
    let mut guests = Vec::new();
    while guests.len() < PLACES {
        guests.push(lab.connect().await?);
    }
    let mut asking = JoinSet::new();
    for mut guest in guests {
        // Together to the end: who left early would leave its worker to another.
        asking.spawn(async move { guest.ask("/all").await.map(|outcome| (guest, outcome)) });
    }
    let replies = asking.join_all().await.into_iter().collect::<Result<Vec<_>>>()?;
    let whole = replies.iter().filter(|(_, outcome)| *outcome == Outcome::Whole).count();
    drop(replies);
    sleep(Duration::from_millis(300)).await;
    Ok(whole)
}

/// What the services saw of clients that went away.
pub(super) struct Seen {
    /// Attempts that were open when their client went, or began later.
    pub(super) open: usize,
    /// Those of them that were still open after [`GONE_AFTER`].
    pub(super) late: usize,
    pub(super) slowest: Duration,
}

/// So many clients connect, ask and go away at a random instant of the fan-out.
pub(super) async fn leave(lab: &Lab, path: &str, clients: u32) -> Result<Seen> {
    for service in [&lab.a, &lab.b, &lab.c] {
        service.set(Behaviour::HangThird(ANSWERS_AFTER));
    }
    let mut random = fastrand::Rng::with_seed(6);
    let (mut tick, mut leaving) = (interval(Duration::from_millis(1)), JoinSet::new());
    for client in 0..clients {
        tick.tick().await;
        let request = lab.callers.next()?.request(path, &format!("x-request-id: {CLIENT}{client}\r\n"));
        // From the first byte to a moment after the answers.
        let (address, stays) = (lab.address, ANSWERS_AFTER.mul_f64(1.25 * random.f64()));
        leaving.spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(&request).await?;
            sleep(stays).await;
            let went = Instant::now();
            drop(stream);
            anyhow::Ok((client as usize, went))
        });
    }
    let mut went = vec![None; clients as usize];
    for left in leaving.join_all().await {
        let (client, at) = left?;
        went[client] = Some(at);
    }
    sleep(2 * GONE_AFTER).await;
    let now = Instant::now();
    let attempts = [&lab.a, &lab.b, &lab.c].into_iter().flat_map(Service::journal);
    let lags: Vec<_> = attempts
        .filter_map(|attempt| {
            let went = went[attempt.client?]?;
            attempt.ended.unwrap_or(now).checked_duration_since(went).filter(|lag| !lag.is_zero())
        })
        .collect();
    ensure!(!lags.is_empty(), "no attempt was open when its client went away");
    let late = lags.iter().filter(|lag| **lag > GONE_AFTER).count();
    Ok(Seen { open: lags.len(), late, slowest: lags.iter().max().copied().unwrap_or_default() })
}
