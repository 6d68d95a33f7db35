//! A scripted service: raw HTTP/1.1 on loopback, whose behaviour is switched while it runs, and which keeps a journal.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use bff_faults::ports::free_listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::behaviour::{Act, Behaviour};
use crate::connection;

/// One attempt as the service saw it.
#[derive(Clone, Copy)]
pub(crate) struct Attempt {
    /// The number in the request id, where the runner chose one.
    pub(crate) client: Option<usize>,
    pub(crate) began: Instant,
    /// When it was answered, or its connection closed; `None` while it is open.
    pub(crate) ended: Option<Instant>,
}

/// A service that runs until this is dropped.
pub(crate) struct Service {
    shared: Arc<Shared>,
    addresses: Vec<SocketAddr>,
    _listeners: JoinSet<()>,
}

/// What all connections of a service read and write.
pub(crate) struct Shared {
    behaviour: watch::Sender<Behaviour>,
    journal: Mutex<Vec<Attempt>>,
}

impl Service {
    /// Listens on so many addresses; behaviour and journal are one for all of them.
    pub(crate) fn start(endpoints: usize, behaviour: Behaviour) -> Result<Self> {
        let shared = Arc::new(Shared { behaviour: watch::channel(behaviour).0, journal: Mutex::default() });
        let (mut addresses, mut listeners) = (Vec::new(), JoinSet::new());
        for _ in 0..endpoints {
            let listener = free_listener()?;
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            addresses.push(address);
            listeners.spawn(listen(TcpListener::from_std(listener)?, address, Arc::clone(&shared)));
        }
        Ok(Self { shared, addresses, _listeners: listeners })
    }

    pub(crate) fn set(&self, behaviour: Behaviour) {
        self.shared.behaviour.send_replace(behaviour);
    }

    /// Its address or addresses as the configuration takes them.
    pub(crate) fn url(&self) -> String {
        let urls: Vec<_> = self.addresses.iter().map(|address| format!("http://{address}")).collect();
        if let [url] = urls.as_slice() { url.clone() } else { format!("{urls:?}") }
    }

    /// Every attempt so far.
    pub(crate) fn journal(&self) -> Vec<Attempt> {
        self.shared.journal().clone()
    }

    /// How many attempts there were.
    pub(crate) fn attempts(&self) -> usize {
        self.shared.journal().len()
    }
}

impl Shared {
    /// What becomes of an attempt with this number that comes now.
    pub(crate) fn act(&self, number: usize, now: Instant) -> Act {
        self.behaviour.borrow().act(number, now)
    }

    fn journal(&self) -> MutexGuard<'_, Vec<Attempt>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes an attempt, from now until the answer to this is dropped.
    pub(crate) fn begin(&self, client: Option<usize>, now: Instant) -> Open<'_> {
        let mut journal = self.journal();
        journal.push(Attempt { client, began: now, ended: None });
        Open { shared: self, place: journal.len() - 1 }
    }
}

/// An attempt that is open.
pub(crate) struct Open<'a> {
    shared: &'a Shared,
    place: usize,
}

impl Open<'_> {
    /// Counts from 1.
    pub(crate) fn number(&self) -> usize {
        self.place + 1
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.shared.journal()[self.place].ended = Some(Instant::now());
    }
}

/// Accepts, except while the service refuses. What was accepted ends with that.
async fn listen(first: TcpListener, address: SocketAddr, shared: Arc<Shared>) {
    let (mut behaviour, mut listener) = (shared.behaviour.subscribe(), Some(first));
    loop {
        drop(behaviour.wait_for(|now| !now.refuses()).await);
        let bound = match listener.take() {
            Some(bound) => Ok(bound),
            None => TcpListener::bind(address).await,
        };
        let Ok(bound) = bound else {
            // Its old connections are still on their way out.
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        };
        tokio::select! {
            () = accept(&bound, &shared) => return,
            _ = behaviour.wait_for(Behaviour::refuses) => {}
        }
    }
}

async fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    let mut connections: JoinSet<()> = JoinSet::new();
    // Whatever ends a connection is in the journal: the attempt that it carried has ended.
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, Arc::clone(shared)));
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    drop(connection::serve(stream, &shared).await);
}
