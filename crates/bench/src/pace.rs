//! The load at a fixed rate: an open loop.
//!
//! Requests leave at fixed instants, whether earlier ones have been answered or not, as long as a connection is
//! free. Latency counts from the instant at which the request should have left, so a stall shows in every request
//! that it held up.
//!
//! Blocking threads, because tokio's timers tick in milliseconds: coarser than what is measured.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use bff_bench::reply::Incoming;

use crate::check::Check;
use crate::load::{PATIENCE, Target};
use crate::sample::Sample;

/// Sends `rate` requests a second for `window`, on as many threads as there are connections.
pub(crate) async fn pace(
    target: &Arc<Target>,
    connections: usize,
    rate: u32,
    window: Duration,
) -> Result<Sample> {
    let target = Arc::clone(target);
    tokio::task::spawn_blocking(move || run(&target, connections, rate, window)).await?
}

fn run(target: &Target, connections: usize, rate: u32, window: Duration) -> Result<Sample> {
    let interval = Duration::from_secs(1) / rate;
    let total = u32::try_from(window.as_nanos() / interval.as_nanos())?;
    let (next, begin) = (AtomicU32::new(0), OnceLock::new());
    let ready = Barrier::new(connections + 1);
    let open_loop = |number| {
        let mut connection = Connection::open(target, number);
        let warm = connection.as_mut().map_or(Ok(()), Connection::exchange);
        ready.wait(); // all are connected, whether well or not: none may wait for ever
        ready.wait(); // the first instant is set
        warm?;
        let (mut connection, start) = (connection?, *begin.get().context("no start was set")?);
        let (mut latencies, mut replies) = (Vec::new(), 1);
        loop {
            let ticket = next.fetch_add(1, Ordering::Relaxed);
            if ticket >= total {
                return anyhow::Ok((latencies, replies));
            }
            let intended: Instant = start + interval * ticket;
            wait_until(intended);
            connection.exchange()?;
            latencies.push(intended.elapsed());
            replies += 1;
        }
    };
    thread::scope(|scope| {
        let open_loop = &open_loop;
        let clients: Vec<_> = (0..connections).map(|number| scope.spawn(move || open_loop(number))).collect();
        ready.wait();
        let meter = target.meter.begin();
        begin.get_or_init(|| Instant::now() + interval);
        ready.wait();
        let joined = clients.into_iter().map(|client| client.join().expect("a client does not panic"));
        let joined: Vec<_> = joined.collect();
        Sample::collect(meter?.end()?, joined)
    })
}

/// A sleeping thread wakes some 50 us late on a virtual machine, which would be taken for the gateway's latency.
const OVERSLEPT: Duration = Duration::from_micros(100);

fn wait_until(instant: Instant) {
    thread::sleep(instant.saturating_duration_since(Instant::now() + OVERSLEPT));
    while Instant::now() < instant {
        std::hint::spin_loop();
    }
}

/// A blocking connection, the counterpart of the one in `load`.
struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    incoming: Incoming,
    check: Check,
}

impl Connection {
    fn open(target: &Target, number: usize) -> Result<Self> {
        // The kernel may wake a thread 50 us late unless told not to.
        #[cfg(target_os = "linux")]
        nix::sys::prctl::set_timerslack(1)?;
        let stream = TcpStream::connect(target.address).context("connecting to the gateway")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (request, check) = (target.request(number), Check::new(target.answer));
        Ok(Self { stream, request, incoming: Incoming::new(), check })
    }

    fn exchange(&mut self) -> Result<()> {
        self.stream.write_all(&self.request)?;
        loop {
            let read = self.stream.read(self.incoming.space())?;
            if let Some(reply) = self.incoming.advance(read)? {
                self.check.verify(&reply)?;
                break;
            }
        }
        self.incoming.clear();
        Ok(())
    }
}
