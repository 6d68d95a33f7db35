//! `bff-demo demo`: runs a house and its control listener until Ctrl-C or SIGTERM, then drains.

use std::{io::Write as _, net::Ipv4Addr, process, sync::Arc, time::Instant};

use bff_core::{
    config::LogFormat,
    telemetry::{log::event, sink::Sink},
};
use bff_testkit::MockServices;
use tokio::{
    net::TcpListener,
    runtime,
    signal::unix::{Signal, SignalKind, signal},
};
use tracing_subscriber::fmt::MakeWriter as _;

use crate::{
    control,
    house::{Breakers, House, StartError},
    lines,
    ports::Ports,
};

/// The events that a terminal shows.
const EVENTS: &str = "warn,bff_core=info,bff_demo=info";

/// Serves until a signal, drains, and returns.
pub fn run(ports: &Ports) -> Result<(), StartError> {
    ports.check()?;
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(StartError::system("no runtime"))?;
    runtime.block_on(serve(ports))
}

/// Serves the mocked services alone until a signal.
pub fn run_services(ports: &Ports) -> Result<(), StartError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(StartError::system("no runtime"))?.block_on(async {
        let mut signals = Signals::listen().map_err(StartError::system("no signal handlers"))?;
        let services = MockServices::start_on(ports.services()).await?;
        for (name, protocol, url) in services.iter() {
            let _ = writeln!(std::io::stdout(), "{name:<14} {protocol} {url}");
        }
        signals.next().await;
        Ok(())
    })
}

async fn serve(ports: &Ports) -> Result<(), StartError> {
    // Before anything else starts, so that an early Ctrl-C drains too.
    let mut signals = Signals::listen().map_err(StartError::system("no signal handlers"))?;
    let control = TcpListener::bind((Ipv4Addr::LOCALHOST, ports.control())).await;
    let control = control.map_err(StartError::system("the control listener can't start"))?;
    let address = control.local_addr().map_err(StartError::system("the control listener has no address"))?;
    // All goes through one buffer, so that lines appear in the order in which they were written.
    let (sink, writer) = Sink::stdout();
    // What the control did, and what the BFFs warn of, among the lines of requests.
    event::install(None, EVENTS, LogFormat::Pretty, &sink).map_err(StartError::Log)?;
    let house = House::start(ports, Some(&sink), Breakers::On).await?;
    say(&sink, &lines::welcome(&house, &format!("http://{address}")));

    let router = control::router(Arc::clone(&house.services));
    let name = tokio::select! {
        name = signals.next() => name,
        // It only returns if its listener is gone; the screens still work.
        _ = axum::serve(control, router) => signals.next().await,
    };
    say(&sink, &format!("\n{name}: draining all three BFFs; once more ends it at once"));
    let began = Instant::now();
    let drained = tokio::select! {
        drained = house.drain() => drained,
        _ = signals.next() => process::exit(130),
    };
    for (which, took) in drained {
        say(&sink, &format!("  {:<8} drained in {} ms", which.word(), took.as_millis()));
    }
    say(&sink, &format!("All drained in {} ms.", began.elapsed().as_millis()));
    sink.close();
    let _ = writer.join();
    Ok(())
}

fn say(sink: &Sink, text: &str) {
    // A sink takes what it gets.
    let _ = writeln!(sink.make_writer(), "{text}");
}

/// Ctrl-C and SIGTERM.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From now on, they end nothing by themselves.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// The name of the next one.
    pub async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}
