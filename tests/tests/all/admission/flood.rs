//! [`Flood`]: clients that ask for the busy route again and again, whatever they are told.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
};

use bff_testkit::TestBff;
use bff_tests::Wire;
use tokio::task::JoinSet;

use super::SPINS;

/// Until it is [stopped](Flood::stop).
pub(super) struct Flood {
    stop: Arc<AtomicBool>,
    served: Arc<AtomicUsize>,
    clients: JoinSet<()>,
}

impl Flood {
    /// So many clients, each with a connection of its own.
    pub(super) fn of(bff: &TestBff, clients: usize) -> Self {
        let (stop, served) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let mut flood = Self { stop, served, clients: JoinSet::new() };
        for _ in 0..clients {
            let (stop, served, address) = (Arc::clone(&flood.stop), Arc::clone(&flood.served), bff.address());
            flood.clients.spawn(async move {
                let mut wire = Wire::to(address).await;
                while !stop.load(SeqCst) {
                    let reply = wire.get(SPINS, &[]).await;
                    served.fetch_add(usize::from(reply.status == 200), SeqCst);
                }
            });
        }
        flood
    }

    /// The requests that were served.
    pub(super) fn served(&self) -> usize {
        self.served.load(SeqCst)
    }

    /// Ends it, once each client has its answer.
    pub(super) async fn stop(mut self) {
        self.stop.store(true, SeqCst);
        while let Some(client) = self.clients.join_next().await {
            client.expect("a client does not panic");
        }
    }
}
