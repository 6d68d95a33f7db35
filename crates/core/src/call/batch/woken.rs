//! [`when_woken`]: for a future that many poll.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
};

use futures::task::AtomicWaker;

/// The output of `future`, which is polled when it was woken and at no other time.
///
/// Whoever shares a future polls it. Without this, the second key of a turn would end the turn, since `yield_now` is over
/// when it is polled again, and a hundred keys would poll their call a hundred times whenever a byte comes.
pub(super) async fn when_woken<T>(future: impl Future<Output = T>) -> T {
    let signal = Arc::new(Signal { woken: AtomicBool::new(true), outside: AtomicWaker::new() });
    let waker = Waker::from(Arc::clone(&signal));
    let mut future = pin!(future);
    poll_fn(|outside| {
        // Before it is looked at, so that no waking is missed.
        signal.outside.register(outside.waker());
        if signal.woken.swap(false, SeqCst) {
            future.as_mut().poll(&mut Context::from_waker(&waker))
        } else {
            Poll::Pending
        }
    })
    .await
}

struct Signal {
    woken: AtomicBool,
    outside: AtomicWaker,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, SeqCst);
        self.outside.wake();
    }
}
