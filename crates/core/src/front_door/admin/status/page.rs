//! The page for people: what is wrong first, then every service, then the process itself.

mod services;
mod text;

use std::fmt::{self, Write as _};

use self::text::{Escaped, Span, bytes};
use super::Status;

/// Dark where the reader's screen is, and no colour says what no word does.
const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:14px/1.5 system-ui,sans-serif;margin:1.5rem;max-width:90rem}\
h1{font-size:1.3rem;margin:0}h2{font-size:1rem;margin:1.5rem 0 .3rem}\
table{border-collapse:collapse}th,td{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0;\
border-bottom:1px solid color-mix(in srgb,currentColor 20%,transparent)}\
th{font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\
.bad{color:light-dark(#b00020,#ff8a80);font-weight:600}.mild{opacity:.7}";

/// The whole page. It loads itself again every five seconds.
pub(super) fn page(status: &Status) -> String {
    let mut out = String::with_capacity(16 << 10);
    // Writing to a string can't fail.
    let _ = write(&mut out, status);
    out
}

fn write(out: &mut String, status: &Status) -> fmt::Result {
    let name = Escaped(status.name);
    write!(
        out,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"refresh\" content=\"5\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <title>{name}: {}</title><style>{STYLE}</style></head><body><h1>{name}: {}</h1>",
        summary(status),
        summary(status),
    )?;
    if !status.life.reasons.is_empty() {
        out.write_str("<ul class=\"bad\">")?;
        for reason in &status.life.reasons {
            write!(out, "<li>{}</li>", Escaped(reason))?;
        }
        out.write_str("</ul>")?;
    }
    services::write(out, &status.services)?;
    process(out, status)?;
    out.write_str("</body></html>\n")
}

/// In two words, for a tab of a browser too.
fn summary(status: &Status) -> &'static str {
    match (status.life.live, status.life.phase, status.life.ready) {
        (false, _, _) => "not live",
        (true, "serving", true) => "ready",
        (true, "serving", false) => "not ready",
        (true, _, _) => "draining",
    }
}

fn process(out: &mut String, status: &Status) -> fmt::Result {
    let (build, life) = (&status.build, &status.life);
    out.write_str("<h2>Process</h2><table>")?;
    let mut row =
        |name: &str, value: &dyn fmt::Display| write!(out, "<tr><th>{name}</th><td>{value}</td></tr>");
    row("phase", &Escaped(life.phase))?;
    row("up for", &Span(status.uptime_seconds))?;
    row("build", &format_args!("{}, revision {}", Escaped(build.version), Escaped(build.revision)))?;
    row("configuration", &Escaped(&status.config_hash))?;
    row("at", &Escaped(status.at))?;
    if let Some(cache) = &status.cache {
        let shared = if cache.shared { ", shared through Redis" } else { "" };
        let (used, most) = (bytes(cache.bytes), bytes(cache.max_bytes));
        row("kept answers", &format_args!("{}, {used} of {most}{shared}", cache.entries))?;
    }
    for issuer in &status.issuers {
        let name = format!("keys of issuer {}", Escaped(&issuer.name));
        match issuer.keys_age_seconds {
            Some(age) => row(&name, &format_args!("read {} ago", Span(age)))?,
            None => row(&name, &"<span class=\"bad\">none known</span>")?,
        }
    }
    for (number, worker) in status.admission.workers.iter().enumerate() {
        let limit = worker.limit.map_or_else(|| "no limit".to_owned(), |limit| format!("at most {limit}"));
        let said = format_args!(
            "{} requests in flight, {} of them busy ({limit}), lag {:.1} ms",
            worker.in_flight, worker.busy, worker.lag_ms,
        );
        row(&format!("worker {number}"), &said)?;
    }
    row("limits", &format_args!("<a href=\"{0}\">{0}</a>", Escaped(status.limits)))?;
    out.write_str("</table>")
}

#[cfg(test)]
mod tests;
