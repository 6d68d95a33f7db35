//! `just limits`: who is being limited, live in a terminal.

mod draw;
mod from;

use std::{
    io::{self, IsTerminal as _, Write as _},
    time::Duration,
};

use clap::Args;
use tokio::runtime;

use self::from::{Limits, Place, Unanswered};
use crate::{demo::Signals, house::StartError, ports::Ports};

const EVERY: Duration = Duration::from_secs(1);

/// A screen of its own, without a cursor; and back to the one before.
const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";
/// To its upper left corner, with nothing below.
const CLEAR: &str = "\x1b[H\x1b[J";

/// Where to look.
#[derive(Debug, Args)]
pub struct Options {
    /// web, mobile, partner, or the address of an admin listener such as http://127.0.0.1:9080
    #[arg(default_value = "web")]
    place: Place,
    /// Print once, as where standard output is no terminal
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    ports: Ports,
}

/// Shows it until Ctrl-C, or once. False if nobody answers.
pub fn run(options: &Options) -> Result<bool, StartError> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(StartError::system("a runtime"))?.block_on(show(options))
}

async fn show(options: &Options) -> Result<bool, StartError> {
    let limits = Limits::at(&options.place, &options.ports);
    let page = if !options.once && io::stdout().is_terminal() {
        let signals = Signals::listen().map_err(StartError::system("no signal handlers"))?;
        live(&limits, signals).await
    } else {
        limits.ask().await.map(|view| draw::page(&limits.url, &view))
    };
    match &page {
        Ok(page) => print(page),
        Err(unanswered) => _ = writeln!(io::stderr(), "{unanswered}"),
    }
    Ok(page.is_ok())
}

/// Draws it again every second until a signal; the last page is for the terminal as it was before.
async fn live(limits: &Limits, mut signals: Signals) -> Result<String, Unanswered> {
    let _screen = Screen::enter();
    let mut page = String::new();
    loop {
        page = tokio::select! {
            view = limits.ask() => draw::page(&limits.url, &view?),
            _ = signals.next() => return Ok(page),
        };
        print(&format!("{CLEAR}{page}\nEvery second; Ctrl-C ends it."));
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = signals.next() => return Ok(page),
        }
    }
}

/// Leaves the terminal as it was, however this ends.
struct Screen;

impl Screen {
    fn enter() -> Self {
        print(ENTER);
        Self
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        print(LEAVE);
    }
}

fn print(text: &str) {
    let mut out = io::stdout();
    // Whoever closed the terminal has seen enough.
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

#[cfg(test)]
mod tests {
    use bff_testkit::TestBff;

    use super::*;

    #[tokio::test]
    async fn what_a_bff_says_is_drawn() {
        let bff = TestBff::with(bff_web::bff()).set("rate_limits.caller", r#"["1/d"]"#).start().await;
        let at =
            |address| Limits::at(&format!("http://{address}").parse().expect("an address"), &Ports::FREE);
        let limits = at(bff.running().admin_address());
        let drawn = async || draw::page(&limits.url, &limits.ask().await.expect("it answers"));
        assert!(drawn().await.contains("Nobody was refused"));

        for status in [200, 429, 429] {
            assert_eq!(bff.as_user("alice").get("/api/dashboard/overview").await.status, status);
        }
        let page = drawn().await;
        let alice = page.lines().find(|line| line.starts_with("alice of https://")).expect(&page);
        assert!(alice.split_whitespace().rev().take(2).eq(["2", "caller"]), "{page}");
        // The port of clients is another one.
        let other = at(bff.address()).ask().await.expect_err("it is not for operators");
        assert!(other.to_string().contains("404"), "{other}");
    }
}
