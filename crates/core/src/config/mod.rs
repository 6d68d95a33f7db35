//! What an operator may set: one struct a concern, every field with its default and unit.
//!
//! A value comes from the BFF's own `config.toml`, from the file given with `--config` instead, and from
//! environment variables above both: `BFF_SERVER__LISTEN=127.0.0.1:9000` sets `server.listen`. An empty file is a
//! safe configuration. Whatever is wrong is reported at once, by [`load()`], with file, key, found and expected.

mod admission;
mod api_keys;
mod cache;
mod cors;
mod fingerprint;
mod health;
mod key_file;
mod link;
mod listing;
mod load;
mod log;
mod metrics;
mod rate_limits;
mod revoked;
mod sender;
mod server_timing;
mod services;
#[cfg(test)]
mod tests;
mod traces;
mod trust;
mod validate;
mod values;

pub use admission::AdmissionConfig;
pub use api_keys::{ApiKeysConfig, CertificateConfig, KeyEnvironment};
pub use cache::CacheConfig;
pub use cors::CorsConfig;
pub use health::{CheckConfig, HealthConfig};
pub use key_file::{KeyEntry, KeyFile};
pub use link::RedisConfig;
pub use load::{ConfigError, ConfigErrors, Sources, load};
pub(crate) use load::{Declared, KeyStorage, load_for, peek};
pub use log::{LogConfig, LogFormat};
pub use metrics::MetricsConfig;
pub use rate_limits::{Per, QuotaConfig, RateLimitsConfig, RouteLimitsConfig, Share, WithoutRedis};
pub(crate) use revoked::MAX_REVOCATIONS;
pub use revoked::{Revocation, RevocationFile, RevokedConfig};
pub use sender::{Sender, SenderConfig};
pub use server_timing::ServerTimingConfig;
pub use services::{BreakerConfig, BulkheadConfig, HedgeConfig, OperationConfig, RetryConfig, ServiceConfig};
pub use traces::{Propagator, TraceParent, TracesConfig};
pub use trust::{ForwardedHeader, TrustConfig};

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

use secrecy::SecretString;
use serde::Deserialize;

/// Everything that can be set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The listener that clients reach.
    pub server: ServerConfig,
    /// The listener that only operators reach.
    pub admin: AdminConfig,
    /// How the process leaves.
    pub drain: DrainConfig,
    /// When a worker counts as stuck.
    pub health: HealthConfig,
    /// What an overloaded BFF refuses.
    pub admission: AdmissionConfig,
    /// What a request may weigh.
    pub limits: LimitsConfig,
    /// How long a screen may take.
    pub screen: ScreenConfig,
    /// Whom to believe about what a request says of itself.
    pub trust: TrustConfig,
    /// Who may ask.
    pub auth: AuthConfig,
    /// How much each caller may ask for.
    pub rate_limits: RateLimitsConfig,
    /// What is written down.
    pub log: LogConfig,
    /// Which pages of other origins may read replies.
    pub cors: CorsConfig,
    /// Whether replies say how long each section took.
    pub server_timing: ServerTimingConfig,
    /// Where the spans of requests go.
    pub traces: TracesConfig,
    /// What is counted for Prometheus.
    pub metrics: MetricsConfig,
    /// The Redis that instances share.
    pub redis: RedisConfig,
    /// Answers of services that are kept.
    pub cache: CacheConfig,
    /// What services can tell us by.
    pub sender: SenderConfig,
    /// The downstream services, by the name in their client's `#[service(name = "…")]`.
    pub services: BTreeMap<String, ServiceConfig>,
}

/// `[server]`: the listener that clients reach.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServerConfig {
    /// Address and port. Port 0 takes a free one. Default `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Worker threads, each with a runtime and connection pools of its own. Default 0: one per core.
    pub workers: usize,
    /// Connections open at once; a further one waits in the kernel's queue. Default 10,000.
    pub max_connections: usize,
    /// Time to the first byte of a connection. Default `5s`.
    #[serde(with = "values::duration")]
    pub first_byte_timeout: Duration,
    /// Time from the first byte of a request to the end of its head. Default `5s`.
    #[serde(with = "values::duration")]
    pub header_timeout: Duration,
    /// Time for a request's body, in all. Default `10s`.
    #[serde(with = "values::duration")]
    pub body_timeout: Duration,
    /// Time that a connection may stay open without a request. Default `60s`.
    #[serde(with = "values::duration")]
    pub idle_timeout: Duration,
    /// Requests in flight on one HTTP/2 connection. Default 100.
    pub http2_max_streams: u32,
    /// Every connection begins with a header of the PROXY protocol, version 1 or 2, from one of `trust.proxies`, and comes from
    /// the address in it. One that does not is closed. Default false.
    pub proxy_protocol: bool,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            workers: 0,
            max_connections: 10_000,
            first_byte_timeout: Duration::from_secs(5),
            header_timeout: Duration::from_secs(5),
            body_timeout: Duration::from_secs(10),
            idle_timeout: Duration::from_mins(1),
            http2_max_streams: 100,
            proxy_protocol: false,
        }
    }
}

/// `[admin]`: the listener that only operators reach, with `/live`, `/ready` and `/status`, with `/metrics`, with `/limits`, which
/// names the callers that are being limited, with `/log`, where one says what is written down for a while, and with `/jwks.json`
/// where `[sender]` has keys.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdminConfig {
    /// Address and port. Port 0 takes a free one. Default `127.0.0.1:9080`.
    pub listen: SocketAddr,
}

impl Default for AdminConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 9080)) }
    }
}

/// `[drain]`: how the process leaves after SIGTERM or SIGINT.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DrainConfig {
    /// Time between "not ready" and the end of accepting, for load balancers to notice. Default `2s`.
    #[serde(with = "values::duration")]
    pub notice: Duration,
    /// Time that requests in flight get after that. Default `10s`.
    #[serde(with = "values::duration")]
    pub timeout: Duration,
}

impl Default for DrainConfig {
    fn default() -> Self {
        Self { notice: Duration::from_secs(2), timeout: Duration::from_secs(10) }
    }
}

/// `[limits]`: what a request may weigh.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// All of a request's headers together. Default `16KiB`.
    #[serde(with = "values::byte_size")]
    pub head: usize,
    /// Number of headers. Default 64.
    pub headers: usize,
    /// Path and query. Default `8KiB`.
    #[serde(with = "values::byte_size")]
    pub uri: usize,
    /// A request's body. Default `256KiB`.
    #[serde(with = "values::byte_size")]
    pub body: usize,
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self { head: 16 << 10, headers: 64, uri: 8 << 10, body: 256 << 10 }
    }
}

/// `[screen]`: how long a screen may take.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScreenConfig {
    /// Time from a request's head to the end of its reply's composition. A route may set its own; a client may
    /// ask for less with `X-Request-Timeout-Ms`. Default `1500ms`.
    #[serde(with = "values::duration")]
    pub deadline: Duration,
    /// Percent of it that calls may use; the rest is kept to compose the reply. Default 85.
    #[serde(with = "values::percent")]
    pub calls_percent: u8,
}

impl Default for ScreenConfig {
    fn default() -> Self {
        Self { deadline: Duration::from_millis(1500), calls_percent: 85 }
    }
}

/// `[auth]`: who may ask.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// Serve public routes only, so that no issuer is needed. Default false.
    pub public_only: bool,
    /// Clock difference that is forgiven. Default `30s`.
    #[serde(with = "values::duration")]
    pub leeway: Duration,
    /// Verified tokens remembered until they expire. Default 10,000.
    pub token_cache: u64,
    /// Time after which key sets are fetched again, give or take a tenth. Default `5m`.
    #[serde(with = "values::duration")]
    pub jwks_refresh: Duration,
    /// Time in which at most one fetch is made because a token names a key that is not known, for each issuer.
    /// Default `30s`.
    #[serde(with = "values::duration")]
    pub jwks_cooldown: Duration,
    /// Time that the known keys of an issuer last that does not answer. At least twice `jwks_refresh`. Default `24h`.
    #[serde(with = "values::duration")]
    pub jwks_keep: Duration,
    /// The issuers of tokens, by a name of your choice.
    pub issuers: BTreeMap<String, IssuerConfig>,
    /// The API keys that are accepted. Default none.
    pub api_keys: Option<ApiKeysConfig>,
    /// The client certificates that are accepted, by who the caller is. Default none.
    pub certificates: BTreeMap<String, CertificateConfig>,
    /// Where to look for credentials that are refused before their end.
    pub revoked: RevokedConfig,
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            public_only: false,
            leeway: Duration::from_secs(30),
            token_cache: 10_000,
            jwks_refresh: Duration::from_mins(5),
            jwks_cooldown: Duration::from_secs(30),
            jwks_keep: Duration::from_hours(24),
            issuers: BTreeMap::new(),
            api_keys: None,
            certificates: BTreeMap::new(),
            revoked: RevokedConfig::default(),
        }
    }
}

/// `[auth.issuers.<name>]`: one issuer of bearer tokens, with one algorithm, and one source of keys: `secret` for HS256; for the
/// others one of `public_key`, `public_key_file`, `jwks_url`, `jwks_file` and `discovery`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct IssuerConfig {
    /// The `iss` of its tokens. Required.
    pub issuer: String,
    /// The `aud` that a token must name. Required.
    pub audience: String,
    /// The one algorithm of its tokens. Required.
    pub algorithm: Option<Algorithm>,
    /// The key of HS256, at least 32 bytes. Best set from the environment: `BFF_AUTH__ISSUERS__<NAME>__SECRET`.
    pub secret: Option<SecretString>,
    /// A PEM file with the public key of RS256, ES256 or EdDSA, relative to the config file.
    pub public_key_file: Option<PathBuf>,
    /// The same PEM as text.
    pub public_key: Option<String>,
    /// Where its key set is (RFC 7517): `https`, or `http` on this machine.
    pub jwks_url: Option<String>,
    /// A file with its key set, relative to the config file; it is read again every `auth.jwks_refresh`.
    pub jwks_file: Option<PathBuf>,
    /// Ask the issuer where its key set is, at `<issuer>/.well-known/openid-configuration`. Default false.
    pub discovery: bool,
}

/// A signature algorithm of RFC 7518 or RFC 8037.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Algorithm {
    /// HMAC with SHA-256 and a shared secret.
    #[serde(rename = "HS256")]
    Hs256,
    /// RSA PKCS #1 v1.5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}
