//! What the demo prints: a table of what runs where, and curl lines that can be pasted as they are.
//!
//! Each line carries its own token, so that it works alone and in any shell.

use std::fmt::Write as _;

use bff_testkit::Mode;

use crate::{
    house::{House, Which, token},
    screens::{SCREENS, Screen},
};

/// A service's trouble, and where to look meanwhile.
struct Trouble {
    title: &'static str,
    switch: &'static str,
    back: &'static str,
    /// Which of [`SCREENS`].
    look: usize,
}

const TROUBLES: [Trouble; 6] = [
    Trouble {
        title: "orders take 800 ms: the screen is whole, and waits for its slowest section only",
        switch: "orders/slow:800ms",
        back: "orders/ok",
        look: 0,
    },
    Trouble {
        title: "notifications fail: the badge falls back to 0, and `_meta` says so",
        switch: "notifications/fail:503",
        back: "notifications/ok",
        look: 4,
    },
    Trouble {
        title: "invoices hang: after a second the order comes without its invoice",
        switch: "invoices/hang",
        back: "invoices/ok",
        look: 2,
    },
    Trouble {
        title: "one operation answers nonsense: recent orders are null, everything else is there",
        switch: "orders.recent/nonsense:garbage",
        back: "orders.recent/ok",
        look: 0,
    },
    Trouble {
        title: "orders break off in the middle of their answer, each time, and the second attempt does not help",
        switch: "orders/fault:reset-mid-body",
        back: "orders/ok",
        look: 0,
    },
    Trouble {
        title: "users fail, and without a profile there is no overview: 502",
        switch: "users/fail:503",
        back: "users/ok",
        look: 0,
    },
];

/// Everything, from the first table to the last hint.
pub fn welcome(house: &House, control: &str) -> String {
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = tables(&mut text, house, control)
        .and_then(|()| screens(&mut text, house))
        .and_then(|()| troubles(&mut text, house, control))
        .and_then(|()| refusals(&mut text, house));
    text
}

fn tables(out: &mut String, house: &House, control: &str) -> std::fmt::Result {
    writeln!(out, "\n{:<16}{:<24}admin: /live, /ready, /status", "BFF", "URL")?;
    for which in Which::ALL {
        writeln!(
            out,
            "{:<16}{:<24}{}",
            which.word(),
            house.addresses.url(which),
            house.addresses.admin_url(which)
        )?;
    }
    writeln!(out, "\n{:<16}{:<24}speaks", "mocked service", "URL")?;
    for (name, protocol, url) in house.services.iter() {
        writeln!(out, "{name:<16}{url:<24}{protocol}")?;
    }
    writeln!(out, "{:<16}{control:<24}POST /services/<name>/<mode>, POST /reset, GET /services", "(control)")
}

fn screens(out: &mut String, house: &House) -> std::fmt::Result {
    writeln!(out, "\n---- Every screen. Each line works by itself; its token is good for 24 hours ----")?;
    for screen in &SCREENS {
        writeln!(out, "\n# {}: {}\n{}", screen.bff.word(), screen.title, curl(house, screen))?;
    }
    let (partner, key) = (house.addresses.url(Which::Partner), &house.key);
    writeln!(out, "\n# partner: summary, with an API key in place of a token")?;
    writeln!(out, "curl -sw '\\n' {partner}/partner/v1/summary -H 'X-Api-Key: {key}'")?;
    writeln!(out, "\n# partner: what the key may ask for, and what is left of it")?;
    writeln!(out, "curl -sw '\\n' {partner}/partner/v1/usage -H 'X-Api-Key: {key}'")?;
    for path in ["/live", "/ready"] {
        writeln!(out, "\n# operators: is it {}", path.trim_start_matches('/'))?;
        for which in Which::ALL {
            writeln!(out, "curl -sw '\\n' {}{path}", house.addresses.admin_url(which))?;
        }
    }
    writeln!(out, "\n# operators: every service at a glance; in a browser, a page that loads itself again")?;
    for which in Which::ALL {
        writeln!(out, "curl -sw '\\n' {}/status", house.addresses.admin_url(which))?;
    }
    Ok(())
}

fn troubles(out: &mut String, house: &House, control: &str) -> std::fmt::Result {
    writeln!(out, "\n---- Trouble. Switch a service, look at a screen, switch it back ----")?;
    writeln!(out, "modes: {}", Mode::forms())?;
    for Trouble { title, switch, back, look } in TROUBLES {
        writeln!(out, "\n# {title}")?;
        writeln!(out, "curl -sX POST {control}/services/{switch}")?;
        writeln!(out, "{}", curl(house, &SCREENS[look]))?;
        writeln!(out, "curl -sX POST {control}/services/{back}")?;
    }
    writeln!(out, "\n# what each operation does now, and all back to ok")?;
    writeln!(out, "curl -s {control}/services")?;
    writeln!(out, "curl -sX POST {control}/reset")
}

fn refusals(out: &mut String, house: &House) -> std::fmt::Result {
    let web = house.addresses.url(Which::Web);
    writeln!(out, "\n---- Refusals ----\n\n# a bad token: 401, and a problem+json that says why")?;
    writeln!(out, "curl -isw '\\n' {web}{} -H 'Authorization: Bearer nonsense'", SCREENS[0].path)?;
    writeln!(out, "\n# an order of somebody else does not exist: 404")?;
    let token = token(Which::Web, "alice", None).sign();
    writeln!(out, "curl -isw '\\n' {web}/api/orders/ord-5001 -H 'Authorization: Bearer {token}'")?;
    writeln!(
        out,
        "\nOther users: `just token bob`, `just token chen --bff mobile`, `just token alice --bff partner`."
    )?;
    writeln!(out, "Requests appear below. Ctrl-C ends it.\n")
}

/// The URL first: the token is long, and what comes after it is not seen.
fn curl(house: &House, screen: &Screen) -> String {
    let url = format!("{}{}", house.addresses.url(screen.bff), screen.path);
    let token = token(screen.bff, "alice", None).sign();
    let body = screen
        .body
        .map_or_else(String::new, |body| format!(" -H 'Content-Type: application/json' -d '{body}'"));
    // A query's `?` and `&` mean something to a shell.
    let url = if url.contains('?') { format!("'{url}'") } else { url };
    format!("curl -sw '\\n' {url}{body} -H 'Authorization: Bearer {token}'")
}
