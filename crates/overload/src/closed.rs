//! A closed loop: so many connections, each of which sends its next request as soon as it has its reply.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::connection::Connection;
use crate::house::House;
use crate::load::Ask;
use crate::seen::{OK, rate};

const CONNECTIONS: usize = 32;
const PATIENCE: Duration = Duration::from_secs(10);

/// Whole replies a second of the first process, with no more requests in flight than it takes to keep it busy.
pub(crate) async fn capacity(house: &House, asks: &[Ask], window: Duration) -> Result<f64> {
    let (stopped, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut clients = JoinSet::new();
    for number in 0..CONNECTIONS {
        let (stopped, answered) = (Arc::clone(&stopped), Arc::clone(&answered));
        let request = Arc::clone(&asks[number % asks.len()].request);
        let mut connection = Connection::open(house.addresses()[0]).await?;
        clients.spawn(async move {
            while !stopped.load(Ordering::Relaxed) {
                if connection.ask(&request, &mut None).await? == OK {
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            }
            anyhow::Ok(())
        });
    }
    sleep(window / 4).await;
    let before = answered.load(Ordering::Relaxed);
    sleep(window).await;
    let after = answered.load(Ordering::Relaxed);
    stopped.store(true, Ordering::Relaxed);
    let ended = timeout(PATIENCE, clients.join_all()).await.context("a reply never came")?;
    ended.into_iter().collect::<Result<()>>()?;
    Ok(rate(after - before, window))
}
