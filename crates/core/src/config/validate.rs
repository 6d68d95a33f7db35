//! Checks what a configuration means, once its values have the right types.
//!
//! Whatever can be checked without a network: that an address answers is for `/ready` to find out.

mod admission;
mod api_keys;
mod cache;
mod cors;
mod health;
mod issuers;
mod link;
mod log;
mod rate_limits;
mod revoked;
mod sender;
mod services;
mod traces;

use std::{path::Path, time::Duration};

use super::{
    Config, KeyFile, RevocationFile,
    load::{Declared, Found, Node, Report, join},
};

/// Reports everything that makes no sense, and reads the keys that are in files.
pub(super) fn validate(
    config: &mut Config,
    tree: &Node,
    declared: &Declared<'_>,
    base: &Path,
    report: &mut Report,
) {
    let mut checks = Checks { tree, report };
    listeners(config, &mut checks);
    proxies(config, &mut checks);
    ranges(config, &mut checks);
    log::check(&config.log, &mut checks);
    cors::check(&config.cors, &mut checks);
    health::check(config, &mut checks);
    admission::check(config, &mut checks);
    link::check(config, base, &mut checks);
    cache::check(config, &mut checks);
    services::check(&config.services, declared.services, &mut checks);
    issuers::check(&mut config.auth, base, &mut checks);
    let plans = config.rate_limits.known_plans();
    api_keys::check(&mut config.auth, plans.as_deref(), declared.storage, base, &mut checks);
    revoked::check(config, base, &mut checks);
    sender::check(config, base, &mut checks);
    rate_limits::check(config, declared.routes, &mut checks);
    traces::check(config, base, &mut checks);
}

/// The same of a file of API keys.
pub(super) fn key_file(file: &KeyFile, tree: &Node, report: &mut Report) {
    api_keys::entries(file, &mut Checks { tree, report });
}

/// What a file of API keys says of plans, where there are no other ones than these.
pub(super) fn plans_of_keys(file: &KeyFile, plans: &[String], tree: &Node, report: &mut Report) {
    api_keys::plans(file, plans, &mut Checks { tree, report });
}

/// The same of a file of revocations.
pub(super) fn revocations(file: &RevocationFile, tree: &Node, report: &mut Report) {
    revoked::entries(file, &mut Checks { tree, report });
}

/// A request for a client must never reach the operators' listener.
fn listeners(config: &Config, checks: &mut Checks<'_>) {
    let (server, admin) = (["server", "listen"], ["admin", "listen"]);
    let same = config.server.listen.port() == config.admin.listen.port() && config.server.listen.port() != 0;
    // An address that could not be read was left at its default, which proves nothing.
    if !same || checks.is_reported(&server) || checks.is_reported(&admin) {
        return;
    }
    // Blames the one that is set; the other may be a default that no file mentions.
    if checks.tree.nearest(&admin).is_ok() {
        checks.wrong(&admin, "another port than that of server.listen, or port 0 for a free one");
    } else {
        checks.wrong(&server, "another port than that of admin.listen, or port 0 for a free one");
    }
}

/// Whoever may state the address that a connection comes from could be anybody else.
fn proxies(config: &Config, checks: &mut Checks<'_>) {
    // Networks that were refused are some that were set.
    let named = !config.trust.proxies.is_empty() || checks.report.reaches_into("trust");
    if config.server.proxy_protocol && !named {
        let expected = "false, or the networks of those who send its header in trust.proxies";
        checks.wrong(&["server", "proxy_protocol"], expected);
    }
}

fn ranges(config: &Config, checks: &mut Checks<'_>) {
    let Config { server, drain, limits, screen, auth, .. } = config;

    checks.duration(&["server", "first_byte_timeout"], server.first_byte_timeout, &Span::TIMEOUT);
    checks.duration(&["server", "header_timeout"], server.header_timeout, &Span::TIMEOUT);
    checks.duration(&["server", "body_timeout"], server.body_timeout, &Span::TIMEOUT);
    checks.duration(&["server", "idle_timeout"], server.idle_timeout, &Span::IDLE);
    checks.duration(&["drain", "notice"], drain.notice, &Span::PAUSE);
    checks.duration(&["drain", "timeout"], drain.timeout, &Span::PAUSE);
    checks.duration(&["screen", "deadline"], screen.deadline, &Span::TIMEOUT);
    checks.duration(&["auth", "leeway"], auth.leeway, &Span::LEEWAY);

    // More threads or connections than any machine has use for are a slip of the keyboard.
    checks.number(&["server", "workers"], server.workers, 0, 1024);
    checks.number(&["server", "max_connections"], server.max_connections, 1, 10_000_000);
    checks.number(&["server", "http2_max_streams"], server.http2_max_streams as usize, 1, usize::MAX);
    checks.number(&["limits", "headers"], limits.headers, 1, usize::MAX);
    // A body of 0 bytes at most is a sensible rule for a BFF that only reads.
    checks.size(&["limits", "head"], limits.head);
    checks.size(&["limits", "uri"], limits.uri);
}

/// The durations that make sense, and how to say so.
struct Span {
    shortest: Duration,
    longest: Duration,
    text: &'static str,
}

impl Span {
    const TIMEOUT: Self = Self {
        shortest: Duration::from_millis(1),
        longest: Duration::from_mins(10),
        text: "a duration from \"1ms\" to \"10m\"",
    };
    const IDLE: Self = Self {
        shortest: Duration::from_millis(1),
        longest: Duration::from_hours(1),
        text: "a duration from \"1ms\" to \"1h\"",
    };
    /// How often something cheap is looked at.
    const POLL: Self = Self {
        shortest: Duration::from_millis(10),
        longest: Duration::from_mins(10),
        text: "a duration from \"10ms\" to \"10m\"",
    };
    /// A time that may be left out.
    const PAUSE: Self = Self {
        shortest: Duration::ZERO,
        longest: Duration::from_mins(10),
        text: "a duration from \"0s\" to \"10m\"",
    };
    /// More often would be a burden for an issuer.
    const REFRESH: Self = Self {
        shortest: Duration::from_secs(1),
        longest: Duration::from_hours(24),
        text: "a duration from \"1s\" to \"24h\"",
    };
    const KEEP: Self = Self {
        shortest: Duration::from_secs(2),
        longest: Duration::from_hours(24 * 30),
        text: "a duration from \"2s\" to \"720h\"",
    };
    /// RFC 7519, section 4.1.4: "usually no more than a few minutes".
    const LEEWAY: Self = Self {
        shortest: Duration::ZERO,
        longest: Duration::from_mins(5),
        text: "a duration from \"0s\" to \"5m\"",
    };
}

/// The report, with the tree that tells what stands at a key and where it was set.
struct Checks<'a> {
    tree: &'a Node,
    report: &'a mut Report,
}

impl Checks<'_> {
    /// Reports what stands at a key, or that nothing does.
    fn wrong(&mut self, path: &[&str], expected: impl Into<String>) {
        let found = match self.tree.nearest(path) {
            Ok(node) => node.found(),
            Err(_) => Found::Fact("nothing"),
        };
        self.wrong_as(path, found, expected);
    }

    /// Reports a key with words of the check's own. Not if serde refused it: then what follows from its absence is
    /// no second mistake.
    fn wrong_as(&mut self, path: &[&str], found: Found, expected: impl Into<String>) {
        if !self.is_reported(path) {
            let (Ok(node) | Err(node)) = self.tree.nearest(path);
            self.report.add(&node.origin, &key(path), found, expected);
        }
    }

    fn is_set(&self, path: &[&str]) -> bool {
        self.tree.nearest(path).is_ok()
    }

    fn is_reported(&self, path: &[&str]) -> bool {
        self.report.covers(&key(path))
    }

    fn duration(&mut self, path: &[&str], value: Duration, span: &Span) {
        if value < span.shortest || value > span.longest {
            self.wrong(path, span.text);
        }
    }

    fn number(&mut self, path: &[&str], value: usize, least: usize, most: usize) {
        if value < least || value > most {
            let expected = match most {
                usize::MAX => format!("a whole number, {least} or more"),
                most => format!("a whole number from {least} to {most}"),
            };
            self.wrong(path, expected);
        }
    }

    fn size(&mut self, path: &[&str], value: usize) {
        if value == 0 {
            self.wrong(path, "a size of at least one byte, such as \"16KiB\"");
        }
    }
}

fn key(path: &[&str]) -> String {
    path.iter().fold(String::new(), |key, name| join(&key, name))
}
