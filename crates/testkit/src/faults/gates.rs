//! The gates: what stands between the mocked services and their callers, one for each service, on one thread of their own, so
//! that a test with paused time doesn't pause them and dropping them ends every connection.

use std::{
    convert::Infallible,
    io,
    net::{SocketAddr, TcpListener},
    sync::mpsc,
    thread::{self, JoinHandle},
};

use tokio::{
    sync::{mpsc as orders, oneshot},
    task::JoinSet,
};

use super::{
    Fault,
    door::Door,
    gate::{Behind, Order, keep},
};

/// All gates, until this is dropped.
pub(crate) struct Gates {
    posts: Vec<Post>,
    stop: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

struct Post {
    address: SocketAddr,
    orders: orders::UnboundedSender<Order>,
}

impl Gates {
    /// A gate at each of these listeners, which [`listen`](super::listen) has made.
    pub(crate) fn start(gates: Vec<(TcpListener, Behind)>) -> io::Result<Self> {
        let (stop, stopped) = oneshot::channel::<Infallible>();
        let (mut posts, mut doors) = (Vec::new(), Vec::new());
        for (listener, behind) in gates {
            listener.set_nonblocking(true)?;
            let (sender, receiver) = orders::unbounded_channel();
            posts.push(Post { address: listener.local_addr()?, orders: sender });
            doors.push((listener, behind, receiver));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("mock-gates".to_owned()).spawn(move || {
            runtime.block_on(async {
                let mut tasks = JoinSet::new();
                for (listener, behind, receiver) in doors {
                    tasks.spawn(async move { keep(Door::of(listener)?, behind, receiver).await });
                }
                tokio::select! {
                    _ = stopped => {}
                    ended = tasks.join_next() => panic!("a gate has fallen: {ended:?}"),
                }
            });
        })?;
        Ok(Self { posts, stop: Some(stop), thread: Some(thread) })
    }

    /// Where callers find the service with this number.
    pub(crate) fn address(&self, service: usize) -> SocketAddr {
        self.posts[service].address
    }

    /// Sets or ends a fault. When this returns, it is so, and no connection of before is left.
    pub(crate) fn set(&self, service: usize, fault: Option<Fault>) {
        let (obeyed, done) = mpsc::channel();
        let sent = self.posts[service].orders.send(Order { fault, obeyed });
        assert!(sent.is_ok() && done.recv().is_ok(), "the gates have fallen; their thread said why");
    }
}

impl Drop for Gates {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // Its panic was printed by its own thread, and a panic in a drop would hide the test's.
            let _ = thread.join();
        }
    }
}
