//! The loader through its front door: sources in, a configuration or every error out.

use std::{env, fs, path::PathBuf, process, time::Duration};

use secrecy::ExposeSecret;

use super::{Algorithm, Config, ConfigErrors, ForwardedHeader, LogFormat, Propagator, Sources, TraceParent};
use crate::call::Declaration;

const SECRET: &str = "correct-horse-battery-staple-0123456789";
const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQ\n-----END PUBLIC KEY-----\n";

fn file(text: &str) -> Sources {
    Sources::builtin("bffs/web/config.toml", text)
}

fn public(text: &str) -> Sources {
    file(text).with_override("auth.public_only", "true")
}

/// Loads for a program whose clients list no operations.
fn load(sources: &Sources, services: &[&'static str]) -> Result<Config, ConfigErrors> {
    let declared = services.iter().map(|name| Declaration { name, grpc: false, operations: &[] });
    super::load(sources, &declared.collect::<Vec<_>>())
}

fn errors(sources: &Sources, services: &[&'static str]) -> ConfigErrors {
    load(sources, services).expect_err("the configuration is wrong")
}

/// Each error as source, key, found and expected.
fn rows(errors: &ConfigErrors) -> Vec<[&str; 4]> {
    errors.iter().map(|error| [error.source(), error.key(), error.found(), error.expected()]).collect()
}

/// A folder of one test's own, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = env::temp_dir().join(format!("bff-config-{name}-{}", process::id()));
        fs::create_dir_all(&path).expect("the temporary folder is writable");
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).expect("the temporary folder is writable");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

mod admission;
mod api_keys;
mod cache;
mod cors;
mod fingerprint;
mod health;
mod issuers;
mod link;
mod mistakes;
mod operations;
mod rate_limits;
mod secrets;
mod sender;
mod services;
mod traces;
mod trust;

#[test]
fn an_empty_file_has_the_documented_defaults() {
    let config = load(&file("[auth]\npublic_only = true"), &[]).expect("the defaults are valid");

    let Config {
        server,
        admin,
        drain,
        health,
        admission,
        limits,
        screen,
        trust,
        auth,
        log,
        cors,
        server_timing,
        traces,
        metrics,
        redis,
        cache,
        sender,
        services,
        rate_limits,
    } = config;
    assert_eq!(server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!((server.workers, server.max_connections, server.http2_max_streams), (0, 10_000, 100));
    assert_eq!(server.first_byte_timeout, Duration::from_secs(5));
    assert_eq!(server.header_timeout, Duration::from_secs(5));
    assert_eq!(server.body_timeout, Duration::from_secs(10));
    assert_eq!(server.idle_timeout, Duration::from_mins(1));
    assert_eq!(admin.listen.to_string(), "127.0.0.1:9080");
    assert_eq!((drain.notice, drain.timeout), (Duration::from_secs(2), Duration::from_secs(10)));
    assert_eq!(health.stuck_after, Duration::from_secs(10));
    assert!(admission.enabled && admission.memory_limit.is_none());
    assert_eq!((admission.max_in_flight, admission.at_least, admission.memory_percent), (2_000, 10, 85));
    assert_eq!(admission.lag, Duration::from_millis(10));
    assert_eq!(admission.not_ready_after, Duration::from_secs(10));
    assert_eq!((limits.head, limits.headers, limits.uri, limits.body), (16_384, 64, 8_192, 262_144));
    assert_eq!((screen.deadline, screen.calls_percent), (Duration::from_millis(1500), 85));
    assert!(trust.proxies.is_empty() && !server.proxy_protocol);
    assert_eq!(trust.forwarded, ForwardedHeader::XForwardedFor);
    assert!(auth.public_only && auth.issuers.is_empty());
    assert_eq!((auth.leeway, auth.token_cache), (Duration::from_secs(30), 10_000));
    assert_eq!((log.format, log.level.as_str(), log.access), (LogFormat::Json, "info", true));
    assert_eq!((log.success_per_second, log.problems_per_second), (100, 1_000));
    assert!(cors.origins.is_empty() && cors.headers.is_empty() && !cors.credentials);
    assert_eq!((cors.max_age, server_timing.enabled), (Duration::from_mins(10), false));
    assert!(traces.endpoint.is_none() && traces.headers.is_empty() && traces.slow.is_none());
    assert_eq!((traces.ratio, traces.queue, traces.batch), (0.01, 8192, 512));
    assert_eq!((traces.parent, traces.timeout), (TraceParent::Proxies, Duration::from_secs(10)));
    assert_eq!(traces.propagation, [Propagator::TraceContext]);
    assert!(metrics.enabled);
    assert!(redis.url.is_none() && !cache.shared);
    assert_eq!(redis.timeout, Duration::from_millis(20));
    assert_eq!((cache.max_size, cache.max_entry, cache.jitter_percent), (64 << 20, 1 << 20, 10));
    assert_eq!(
        (cache.fresh_at_most, cache.stale_if_error),
        (Duration::from_secs(30), Duration::from_mins(5))
    );
    assert_eq!(cache.negative, Duration::from_secs(1));
    assert!(sender.secret.is_none() && sender.previous_secret.is_none() && sender.key_file.is_none());
    assert!(services.is_empty());
    let quotas = [rate_limits.caller, rate_limits.address].map(|quotas| quotas[0].to_string());
    assert_eq!(quotas, ["100/s burst 200", "50/s burst 200"]);
    assert!(rate_limits.enabled && rate_limits.leases && rate_limits.headers && !rate_limits.shared);
    assert_eq!((rate_limits.instances, rate_limits.max_keys), (1, 1_000_000));
}

#[test]
fn durations_and_sizes_have_units() {
    for (text, duration) in
        [("300ms", 300), ("1.5s", 1500), ("5m", 300_000), ("2 s", 2000), ("1m30s", 90_000)]
    {
        let config = load(&public(&format!("screen.deadline = {text:?}")), &[]).expect(text);
        assert_eq!(config.screen.deadline, Duration::from_millis(duration), "{text}");
    }
    for text in ["-1s", "1", "", "1 day", "soon", "0"] {
        let errors = errors(&public(&format!("screen.deadline = {text:?}")), &[]);
        assert_eq!(rows(&errors)[0][3], "a duration such as \"300ms\"", "{text}");
    }
    for (text, size) in [("\"16KiB\"", 16_384), ("\"4 MiB\"", 4 << 20), ("\"1000\"", 1000), ("1000", 1000)] {
        let config = load(&public(&format!("limits.body = {text}")), &[]).expect(text);
        assert_eq!(config.limits.body, size, "{text}");
    }
    for text in ["-1", "1.5", "\"16KB\"", "\"KiB\"", "\"99999999999999GiB\"", "99999999999999999999"] {
        let errors = errors(&public(&format!("limits.body = {text}")), &[]);
        assert_eq!(rows(&errors)[0][3], "a size such as \"256KiB\"", "{text}");
    }
}

#[test]
fn the_environment_is_above_the_file_and_overrides_are_above_both() {
    let text = "screen.deadline = \"1s\"\nlog.level = \"warn\"\nserver.workers = 1";
    let sources = public(text)
        .with_environment([("BFF_LOG__LEVEL", "debug"), ("BFF_SERVER__WORKERS", "2")])
        .with_override("server.workers", "3")
        .with_override("server.workers", "4");
    let config = load(&sources, &[]).expect("all are valid");

    assert_eq!(config.screen.deadline, Duration::from_secs(1));
    assert_eq!(config.log.level, "debug");
    assert_eq!(config.server.workers, 4);
}

#[test]
fn the_environment_is_read_by_what_its_field_wants() {
    let issuer = "[auth.issuers.My-Login]\nissuer = \"a\"\naudience = \"b\"\nalgorithm = \"HS256\"";
    let sources = public(&format!("{issuer}\n[services.users]\nmax_depth = 9")).with_environment([
        ("BFF_SERVER__LISTEN", "127.0.0.1:9000"),
        ("BFF_SERVER__WORKERS", "3"),
        ("BFF_LOG__ACCESS", "false"),
        ("BFF_LOG__FORMAT", "off"),
        ("BFF_LOG__LEVEL", "off"),
        ("BFF_LIMITS__BODY", "1000"),
        ("BFF_LIMITS__HEAD", "32KiB"),
        ("BFF_TRUST__PROXIES", "[\"10.0.0.0/8\", \"fd00::/8\"]"),
        ("BFF_SERVICES__USERS", "{ url = \"http://users\", bulkhead = { limit = 7 } }"),
        ("BFF_SERVICES__USERS__BULKHEAD__LIMIT", "8"),
        // Looks like an integer of 64 bits, and means text.
        ("BFF_AUTH__ISSUERS__LOGIN__AUDIENCE", "1234567890"),
        ("BFF_AUTH__ISSUERS__LOGIN__ISSUER", "true"),
        ("BFF_AUTH__ISSUERS__LOGIN__ALGORITHM", "HS256"),
        ("BFF_AUTH__ISSUERS__LOGIN__SECRET", "0000000000000000000000000000000000000001"),
        // The file's own spelling of the name is kept.
        ("BFF_AUTH__ISSUERS__MY_LOGIN__SECRET", "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]"),
        // None of these is a key.
        ("BFF_CONFIG", "other.toml"),
        ("HOME", "/root"),
        ("OTHER__KEY", "1"),
    ]);
    let config = load(&sources, &["users"]).expect("all are valid");

    assert_eq!(config.server.listen.to_string(), "127.0.0.1:9000");
    assert_eq!(config.server.workers, 3);
    assert!(!config.log.access);
    assert_eq!((config.log.format, config.log.level.as_str()), (LogFormat::Off, "off"));
    assert_eq!((config.limits.body, config.limits.head), (1000, 32_768));
    assert_eq!(config.trust.proxies.len(), 2);
    // The variable's table joins that of the file, and the longer name is above the table.
    assert_eq!((config.services["users"].max_depth, config.services["users"].bulkhead.limit), (9, 8));
    let login = &config.auth.issuers["login"];
    assert_eq!((login.audience.as_str(), login.issuer.as_str()), ("1234567890", "true"));
    let secret = login.secret.as_ref().expect("the secret is set");
    assert_eq!(secret.expose_secret(), "0000000000000000000000000000000000000001");
    let secret = config.auth.issuers["My-Login"].secret.as_ref().expect("the secret is set");
    assert_eq!(secret.expose_secret(), "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]");
    assert!(!sources.environment.iter().any(|(name, _)| name == "HOME"));
}

#[test]
fn an_all_digit_secret_of_64_bits_stays_text() {
    let text = "[auth.issuers.login]\nissuer = \"a\"\naudience = \"b\"\nalgorithm = \"HS256\"";
    let digits = "0123456789012345678";
    for digits in [digits.to_owned(), digits[1..].to_owned(), "1_000".to_owned()] {
        let sources = file(text).with_environment([("BFF_AUTH__ISSUERS__LOGIN__SECRET", digits)]);
        let errors = errors(&sources, &[]);
        // Read as text and then too short, not refused as a number.
        let expected = "a secret of at least 32 bytes, best set as BFF_AUTH__ISSUERS__LOGIN__SECRET";
        let source = "environment variable BFF_AUTH__ISSUERS__LOGIN__SECRET";
        assert_eq!(rows(&errors), [[source, "auth.issuers.login.secret", "(hidden)", expected]]);
    }
}

#[test]
fn a_public_key_file_is_read_from_beside_the_file() {
    let folder = Folder::new("key");
    folder.write("login.pem", PUBLIC_KEY);
    let path = folder.write(
        "config.toml",
        "[auth.issuers.login]\nissuer = \"a\"\naudience = \"b\"\nalgorithm = \"EdDSA\"\n\
         public_key_file = \"login.pem\"",
    );
    let config = load(&Sources::read(&path).expect("the file is there"), &[]).expect("all are valid");

    let login = &config.auth.issuers["login"];
    assert_eq!(login.algorithm, Some(Algorithm::EdDsa));
    assert_eq!(login.public_key.as_deref(), Some(PUBLIC_KEY));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let errors = Sources::read("/nowhere/config.toml").expect_err("there is no such file");
    let rows = rows(&errors);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0][..2], ["file \"/nowhere/config.toml\"", "(file)"]);
    assert!(rows[0][2].contains("No such file"), "{}", rows[0][2]);
}

#[test]
fn a_variable_with_one_underscore_after_its_section_is_not_lost_silently() {
    let names = ["BFF_SERVER_LISTEN", "BFF_CONFIG", "BFF_DEMO_WEB_PORT"].map(|name| (name, "127.0.0.1:1"));
    let errors = errors(&public("").with_environment(names), &[]);
    let rows = rows(&errors);
    assert_eq!(rows.len(), 1, "{errors}");
    assert!(
        rows[0][0].contains("BFF_SERVER_LISTEN") && rows[0][3].contains("BFF_SERVER__LISTEN"),
        "{errors}"
    );
}
