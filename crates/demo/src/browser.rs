//! `just browser`: what a frontend developer sees. Headless Chromium loads a page of another origin, the page asks the web BFF
//! for the overview and draws what `performance` says of it: each section of `Server-Timing`. A picture is kept of that. From an
//! origin that is not allowed the page must see nothing.

mod chromium;
mod page;

use std::{
    io::Write as _,
    net::Ipv4Addr,
    path::{Path, PathBuf},
};

use bff_testkit::Mode;
use clap::Args;
use serde_json::Value;
use tokio::net::TcpListener;

use self::page::Page;
use crate::{
    house::{Breakers, House, StartError, Which, token},
    ports::Ports,
    screens::SCREENS,
};

/// How it is run.
#[derive(Debug, Clone, Args)]
pub struct Options {
    /// Where the picture goes
    #[arg(long, default_value = "target/server-timing.png")]
    screenshot: PathBuf,
    /// The browser
    #[arg(long, default_value = "chromium")]
    chromium: PathBuf,
}

/// Runs it. Whether the page saw what it must, and the other one nothing.
pub fn run(options: &Options) -> Result<bool, StartError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(StartError::system("no runtime"))?.block_on(look(options))
}

async fn look(options: &Options) -> Result<bool, StartError> {
    let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let allowed = listen().await.map_err(StartError::system("no port for a page"))?;
    let other = listen().await.map_err(StartError::system("no port for a page"))?;
    let origin = |page: &TcpListener| {
        page.local_addr().map(|address| format!("http://{address}")).map_err(StartError::system("no address"))
    };
    let settings = [
        ("server_timing.enabled", "true".to_owned()),
        ("cors.origins", format!("[{:?}]", origin(&allowed)?)),
    ];
    let house = House::start_with(&Ports::FREE, None, Breakers::On, &settings).await?;
    let overview = format!("{}{}", house.addresses.url(Which::Web), SCREENS[0].path);
    let visit = async |listener: TcpListener, picture: Option<&Path>| {
        let url = origin(&listener)?;
        let page = Page::new(&overview, &token(Which::Web, "alice", None).sign());
        let browser = chromium::Visit { program: &options.chromium, url: &url, picture };
        page.seen_by(listener, browser.run()).await
    };
    // A slow section, one that takes a second attempt, and one that does not come.
    house.services.set("users", Mode::Slow(std::time::Duration::from_millis(120)));
    house.services.set("notifications", Mode::Fail(503));
    house.services.next("orders.recent", [Mode::Fail(503)]);
    let seen = visit(allowed, Some(&options.screenshot)).await?;
    let nothing = visit(other, None).await?;
    let host = house.addresses.url(Which::Web).trim_start_matches("http://").to_owned();
    house.drain().await;
    Ok(report(&seen, &nothing, &host, &options.screenshot))
}

/// Prints both and says whether they are as they must be.
fn report(seen: &Value, nothing: &Value, host: &str, picture: &Path) -> bool {
    let mut out = std::io::stdout().lock();
    let timings = seen["timings"].as_array().cloned().unwrap_or_default();
    let _ =
        writeln!(out, "A page of an allowed origin sees in performance.getEntriesByType(\"resource\"):\n");
    for timing in &timings {
        let text = |name: &str| timing[name].as_str().unwrap_or_default();
        let took = timing["duration"].as_f64().unwrap_or_default();
        let _ = writeln!(out, "  {:<20} {took:>8.1} ms  {}", text("name"), text("description"));
    }
    let is_there = |name: &str| timings.iter().any(|timing| timing["name"] == name);
    let missing: Vec<_> =
        ["profile", "orders", "notifications", "total"].into_iter().filter(|name| !is_there(name)).collect();
    let names_hosts = seen.to_string().contains(host) || seen["timings"].to_string().contains("127.0.0.1");
    let is_refused = nothing["error"].is_string() && nothing["timings"].is_null();
    let _ = writeln!(out, "\nA page of another origin sees: {}", nothing["error"]);
    for (wrong, says) in [
        (!missing.is_empty(), format!("not there: {missing:?}; the page says {}", seen["error"])),
        (names_hosts, "a host is named".to_owned()),
        (!is_refused, format!("a page of another origin sees the reply: {nothing}")),
        (!picture.is_file(), format!("there is no picture at {}", picture.display())),
    ] {
        if wrong {
            let _ = writeln!(out, "WRONG: {says}");
        }
    }
    let held = missing.is_empty() && !names_hosts && is_refused && picture.is_file();
    if held {
        let _ = writeln!(out, "The picture is {}.", picture.display());
    }
    held
}
