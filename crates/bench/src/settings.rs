//! Everything that a measured gateway is told, as environment variables.
//!
//! Variables and not arguments, so that any load generator can start a gateway beside others of any language.
//!
//! | variable | what it is | example |
//! |---|---|---|
//! | `BENCH_LISTEN` | where the gateway listens | `127.0.0.1:8080` |
//! | `BENCH_SECRET` | the HS256 secret, as text | at least 32 bytes |
//! | `BENCH_ISSUER` | the `iss` that a token must name | `https://id.example` |
//! | `BENCH_AUDIENCE` | the `aud` that a token must name | `bff` |
//! | `BENCH_USERS`, `BENCH_ORDERS`, `BENCH_NOTIFICATIONS` | where a service listens | `127.0.0.1:8081` |
//! | `BENCH_USERS_PATH`, `BENCH_ORDERS_PATH`, `BENCH_NOTIFICATIONS_PATH` | what to GET there; a reply from below `/kept/` may be kept | `/users/me` |
//! | `BENCH_PUBLIC_KEY` | if it is there, tokens are signed by RS256 and this is the key, as PEM; `bff-bench-screen` only | |
//! | `BENCH_TOKEN_CACHE` | if it is there, `auth.token_cache` of `bff-bench-screen` | `0` |
//! | `BENCH_CACHE` | if it is there, `cache.max_size` of `bff-bench-screen` | `1GiB` |
//! | `BENCH_OVERRIDES` | if it is there, other keys of `bff-bench-screen`, one a line | `admission.enabled=false` |

use std::net::SocketAddr;

use anyhow::{Context, Result};

/// Replies from below this path say for how long they are fresh; all others say `no-store`.
pub const KEPT: &str = "/kept/";

/// A quota that no load comes near, so that limits are counted in a run and nobody is refused.
pub const NEVER_REFUSED: (&str, &str) = ("rate_limits.caller", r#"["10000/s burst 1000000"]"#);

/// The whole environment of a gateway; `bff-bench-services` reads the addresses of the three services.
#[derive(Clone)]
pub struct Settings {
    /// Where the gateway listens.
    pub listen: SocketAddr,
    /// The HS256 secret that signs the tokens.
    pub secret: String,
    /// The `iss` that a token must name.
    pub issuer: String,
    /// The `aud` that a token must name.
    pub audience: String,
    /// Answers with [`crate::replies::PROFILE`].
    pub users: Service,
    /// Answers with [`crate::replies::ORDERS`].
    pub orders: Service,
    /// Answers with [`crate::replies::NOTIFICATIONS`].
    pub notifications: Service,
    /// The key of tokens that are signed by RS256, as PEM.
    pub public_key: Option<String>,
    /// Verified tokens that are remembered, if that is not the default.
    pub token_cache: Option<String>,
    /// What kept replies may take, if that is not the default.
    pub cache: Option<String>,
    /// Other keys of the screen's configuration, with their values.
    pub overrides: Vec<(String, String)>,
}

/// One service and the call that the screen makes on it.
#[derive(Clone)]
pub struct Service {
    /// Where it listens.
    pub address: SocketAddr,
    /// Path and query of the call.
    pub path: String,
}

impl Service {
    /// The call as an absolute URL.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.path)
    }

    /// The same call with a reply that says for how long it is fresh.
    #[must_use]
    pub fn kept(&self) -> Self {
        Self { path: format!("{}{}", KEPT.trim_end_matches('/'), self.path), ..*self }
    }

    fn from_env(variable: &str) -> Result<Self> {
        Ok(Self { address: address(variable)?, path: text(&format!("{variable}_PATH"))? })
    }
}

impl Settings {
    /// Reads every variable; the error names the first one that is missing or wrong.
    pub fn from_env() -> Result<Self> {
        Ok(Self {
            listen: address("BENCH_LISTEN")?,
            secret: text("BENCH_SECRET")?,
            issuer: text("BENCH_ISSUER")?,
            audience: text("BENCH_AUDIENCE")?,
            users: Service::from_env("BENCH_USERS")?,
            orders: Service::from_env("BENCH_ORDERS")?,
            notifications: Service::from_env("BENCH_NOTIFICATIONS")?,
            public_key: std::env::var("BENCH_PUBLIC_KEY").ok(),
            token_cache: std::env::var("BENCH_TOKEN_CACHE").ok(),
            cache: std::env::var("BENCH_CACHE").ok(),
            overrides: std::env::var("BENCH_OVERRIDES").map_or(Ok(Vec::new()), |lines| overrides(&lines))?,
        })
    }

    /// The same as variables for a child process.
    pub fn to_env(&self) -> Vec<(String, String)> {
        let mut env = vec![
            ("BENCH_LISTEN".to_owned(), self.listen.to_string()),
            ("BENCH_SECRET".to_owned(), self.secret.clone()),
            ("BENCH_ISSUER".to_owned(), self.issuer.clone()),
            ("BENCH_AUDIENCE".to_owned(), self.audience.clone()),
        ];
        let services =
            [("USERS", &self.users), ("ORDERS", &self.orders), ("NOTIFICATIONS", &self.notifications)];
        for (name, service) in services {
            env.push((format!("BENCH_{name}"), service.address.to_string()));
            env.push((format!("BENCH_{name}_PATH"), service.path.clone()));
        }
        let more = [
            ("BENCH_PUBLIC_KEY", &self.public_key),
            ("BENCH_TOKEN_CACHE", &self.token_cache),
            ("BENCH_CACHE", &self.cache),
        ];
        for (name, value) in more {
            env.extend(value.clone().map(|value| (name.to_owned(), value)));
        }
        if !self.overrides.is_empty() {
            let lines: Vec<_> = self.overrides.iter().map(|(key, value)| format!("{key}={value}")).collect();
            env.push(("BENCH_OVERRIDES".to_owned(), lines.join("\n")));
        }
        env
    }
}

fn overrides(lines: &str) -> Result<Vec<(String, String)>> {
    let line = |line: &str| {
        let (key, value) = line.split_once('=').with_context(|| {
            format!("BENCH_OVERRIDES must have lines like cache.max_size=1GiB, not {line:?}")
        })?;
        Ok((key.to_owned(), value.to_owned()))
    };
    lines.lines().map(line).collect()
}

fn text(variable: &str) -> Result<String> {
    std::env::var(variable).with_context(|| format!("the environment variable {variable} is needed"))
}

fn address(variable: &str) -> Result<SocketAddr> {
    let value = text(variable)?;
    value.parse().with_context(|| format!("{variable} must be like 127.0.0.1:8080, not {value:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overrides_are_lines_of_keys_with_values() {
        let read = overrides("rate_limits.caller=[\"1/s\"]\nredis.url=redis://h:1/?a=b").expect("lines");
        let expected = [("rate_limits.caller", "[\"1/s\"]"), ("redis.url", "redis://h:1/?a=b")];
        assert_eq!(read, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert!(overrides("rate_limits.caller").is_err());
    }
}
