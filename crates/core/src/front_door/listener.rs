//! Accepts connections and hands each to the worker with the fewest.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
};

use super::{
    phase::Phase,
    worker::{Handoff, WorkerHandle},
};

/// Accepts until the server drains. At the cap, further connections wait in the kernel's queue.
pub(super) async fn accept(
    listener: TcpListener,
    workers: Vec<WorkerHandle>,
    max_connections: usize,
    mut phase: watch::Receiver<Phase>,
) {
    let places = Arc::new(Semaphore::new(max_connections));
    loop {
        let accepted = tokio::select! {
            _ = phase.wait_for(|phase| *phase == Phase::Draining) => return,
            accepted = next(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, peer, place)) => {
                // One that has ended has no connections, and must not get them all for it.
                let live = workers.iter().filter(|worker| !worker.has_ended());
                let least_loaded = live.min_by_key(|worker| worker.open());
                if let Some(worker) = least_loaded {
                    worker.hand_over(Handoff { stream, peer, place });
                }
            }
            Err(error) => {
                // The client gave up, or we are out of descriptors; the second needs a pause to pass.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

async fn next(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(std::net::TcpStream, std::net::SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    // Registered anew with the runtime of the worker that gets it.
    Ok((stream.into_std()?, peer, place))
}
