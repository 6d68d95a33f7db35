//! Replies that are made to fill memory: what a caller keeps of them is bounded by its own cap.

mod cells;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use bff_bench::meter::Meter;
use bff_faults::plan::Plan;
use bff_faults::settings::Settings;
use bff_faults::table::Line;
use flate2::{Compression, write::GzEncoder};

use crate::behaviour::Behaviour;
use crate::lab::{Lab, NO_BREAKER};

pub(crate) const ROW: &str = "7 memory";

/// Twice the default `max_reply`.
const GOAL: f64 = 8.0;
const REQUESTS: u32 = 20;
const WARM_UP: usize = 200;
const SCREEN: &str = "/only";
const MIB: usize = 1 << 20;

/// In both runs: every reply is read, and decompressed. Those that never end are given up sooner, to have it done with.
const READ_ALL: [(&str, &str); 2] = [("services.c.compression", "true"), ("services.c.timeout", "250ms")];
const READ_WHOLE: [(&str, &str); 2] = [("services.c.compression", "true"), ("services.c.timeout", "1s")];
const NO_CAP: [(&str, &str); 1] = [("services.c.max_reply", "1GiB")];

pub(crate) async fn run(plan: &Plan) -> Result<Vec<Line>> {
    let replies = [
        ("10 MiB of JSON", Behaviour::Say(reply("", &huge())), READ_WHOLE),
        ("the same in chunks", Behaviour::Say(chunked(&huge())), READ_WHOLE),
        ("gzip of 100 MiB", Behaviour::Say(bomb()?), READ_WHOLE),
        ("arrays 100,000 deep", Behaviour::Say(deep()), READ_WHOLE),
        ("a byte each 10 ms", Behaviour::Trickle, READ_ALL),
        ("endless interim responses", Behaviour::Flood, READ_ALL),
    ];
    let mut lines = Vec::new();
    for (name, reply, keys) in replies {
        let capped = Settings::default().with(keys).with(NO_BREAKER);
        let uncapped = capped.clone().with(NO_CAP);
        let grown = growth(plan, name, &capped, &reply).await?;
        let control = growth(plan, &format!("{name}, no cap"), &uncapped, &reply).await?;
        let harmless = if control <= GOAL.max(grown) { ": no harm either" } else { "" };
        lines.push(Line {
            row: ROW,
            what: format!("growth at its highest, {name}"),
            figure: format!("{grown:.2} MiB"),
            goal: format!("at most {GOAL} MiB: 2 x the cap"),
            met: grown <= GOAL,
            control: format!("{control:.2} MiB, max_reply 1 GiB{harmless}"),
        });
    }
    lines.push(cells::run(plan).await?);
    Ok(lines)
}

/// By how much resident memory grows at its highest, in MiB, while such replies come one at a time.
async fn growth(plan: &Plan, run: &str, settings: &Settings, reply: &Behaviour) -> Result<f64> {
    let lab = Lab::begin(plan, ROW, run, settings).await?;
    let mut connection = lab.connect().await?;
    for _ in 0..WARM_UP {
        connection.ask(SCREEN).await?;
    }
    lab.c.set(reply.clone());
    let before = (lab.meter.resident_mib()?, lab.c.attempts());
    let highest = Highest::watch(lab.meter);
    for _ in 0..plan.count(REQUESTS) {
        connection.ask(SCREEN).await.map_err(|error| lab.blame(&error))?;
    }
    let highest = highest.end()?;
    reached(&lab, before.1, plan)?;
    Ok(highest - before.0)
}

/// Memory that does not grow since nothing came would be no merit.
fn reached(lab: &Lab, before: usize, plan: &Plan) -> Result<()> {
    let attempts = lab.c.attempts() - before;
    ensure!(attempts >= plan.count(REQUESTS) as usize, "only {attempts} attempts reached the service");
    Ok(())
}

/// Looks at a process's resident memory each millisecond, since what is freed after a reply would not be seen.
struct Highest {
    ended: Arc<AtomicBool>,
    watcher: std::thread::JoinHandle<Result<f64>>,
}

impl Highest {
    fn watch(meter: Meter) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&ended);
        let watcher = std::thread::spawn(move || {
            let mut highest = meter.resident_mib()?;
            while !asked.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
                highest = highest.max(meter.resident_mib()?);
            }
            Ok(highest)
        });
        Self { ended, watcher }
    }

    fn end(self) -> Result<f64> {
        self.ended.store(true, Ordering::Relaxed);
        self.watcher.join().map_err(|_| anyhow!("the watcher of memory panicked"))?
    }
}

/// A whole reply with this body.
fn reply(encoding: &str, body: &[u8]) -> Arc<[u8]> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{encoding}content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat().into()
}

/// The right answer with 10 MiB that nobody asked for.
fn huge() -> Vec<u8> {
    format!(r#"{{"id":"1","name":"one","rest":"{}"}}"#, "x".repeat(10 * MIB)).into()
}

/// A reply that does not announce how long it is.
fn chunked(body: &[u8]) -> Arc<[u8]> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut reply = head.as_bytes().to_vec();
    for chunk in body.chunks(64 << 10) {
        reply.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        reply.extend_from_slice(chunk);
        reply.extend_from_slice(b"\r\n");
    }
    reply.extend_from_slice(b"0\r\n\r\n");
    reply.into()
}

fn deep() -> Arc<[u8]> {
    const DEPTH: usize = 100_000;
    let body = format!(r#"{{"id":"1","name":"one","rest":{}{}}}"#, "[".repeat(DEPTH), "]".repeat(DEPTH));
    reply("", body.as_bytes())
}

/// The right answer with 100 MiB of spaces, which are a hundred kilobytes on the wire.
fn bomb() -> Result<Arc<[u8]>> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(br#"{"id":"1","name":"one""#)?;
    let spaces = vec![b' '; MIB];
    for _ in 0..100 {
        packed.write_all(&spaces)?;
    }
    packed.write_all(b"}")?;
    Ok(reply("content-encoding: gzip\r\n", &packed.finish()?))
}
