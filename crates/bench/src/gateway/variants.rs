//! c in other circumstances: what it costs to keep replies, to verify signatures, to limit, and to tell of requests.

use anyhow::Result;
use jsonwebtoken::EncodingKey;
use rcgen::{KeyPair, PKCS_RSA_SHA256};

use super::{Beside, Gateway, NOWHERE, SHARED, Settings, Signer, ours};
use crate::check::Calls;

/// c where the services say that their replies are fresh for longer than any run: all of it comes from memory.
pub(super) fn kept(services: &Settings) -> Result<Gateway> {
    let Settings { users, orders, notifications, .. } = services;
    let services = Settings {
        users: users.kept(),
        orders: orders.kept(),
        notifications: notifications.kept(),
        ..services.clone()
    };
    let about = "c where the services say max-age: every caller's replies are kept, and no call is made";
    let gateway = ours('e', "kept", about, "bff-bench-screen", &services)?;
    Ok(Gateway { calls: Calls::PerReply(0), ..gateway })
}

/// c where the issuer signs by RS256, as most do: with verified tokens remembered, and with each token verified once more
/// for each request.
pub(super) fn rsa(services: &Settings) -> Result<[Gateway; 2]> {
    let pair = KeyPair::generate_for(&PKCS_RSA_SHA256)?;
    let signer = Signer::Rsa(EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes())?);
    let remembering = Settings { public_key: Some(pair.public_key_pem()), ..services.clone() };
    let forgetful = Settings { token_cache: Some("0".to_owned()), ..remembering.clone() };
    let of = |key, name, about, services: &Settings| {
        let gateway = ours(key, name, about, "bff-bench-screen", services)?;
        anyhow::Ok(Gateway { signer: signer.clone(), ..gateway })
    };
    Ok([
        of('f', "rs256", "c where tokens are signed by RS256 and not by HS256", &remembering)?,
        of(
            'g',
            "verify",
            "f where no token is remembered: a signature is verified for each request",
            &forgetful,
        )?,
    ])
}

/// c with what its limits cost taken away, and with the most that they may cost.
pub(super) fn limits(services: &Settings, beside: &Beside) -> Result<[Gateway; 2]> {
    let of = |key, name, about, keys: &[(&str, &str)]| {
        let mut settings = services.clone();
        settings.overrides.extend(keys.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        ours(key, name, about, "bff-bench-screen", &settings)
    };
    let off = [("rate_limits.enabled", "false"), ("admission.enabled", "false")];
    let shared = [
        ("rate_limits.shared", "true"),
        ("rate_limits.leases", "true"),
        ("redis.url", beside.redis.as_deref().unwrap_or(NOWHERE)),
    ];
    Ok([
        of(SHARED, "shared", "c where limits are shared through a Redis, with leases", &shared)?,
        of('n', "no limits", "c without rate limits and admission", &off)?,
    ])
}

/// c with nothing that tells of requests, with each of the things that do alone, and with all of them.
pub(super) fn told(services: &Settings, beside: &Beside) -> Result<Vec<Gateway>> {
    let of = |key, name, about, told: &[Told]| {
        let mut settings = services.clone();
        // At saturation it is not the same requests that each of them would refuse.
        settings.overrides.push(("admission.enabled".to_owned(), "false".to_owned()));
        for kind in Told::ALL {
            settings.overrides.extend(kind.keys(told.contains(&kind), beside));
        }
        ours(key, name, about, "bff-bench-screen", &settings)
    };
    Ok(vec![
        of('o', "untold", "c without metrics, lines, traces and admission", &[])?,
        of('m', "metrics", "o with metrics", &[Told::Metrics])?,
        of('j', "json log", "o with a JSON line for each request", &[Told::Lines])?,
        of('t', "traces", "o with traces, of which 1 % are kept", &[Told::Traces])?,
        of('w', "all told", "o with metrics, JSON lines and traces together", &Told::ALL)?,
    ])
}

/// What tells of requests.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    Metrics,
    Lines,
    Traces,
}

impl Told {
    const ALL: [Self; 3] = [Self::Metrics, Self::Lines, Self::Traces];

    /// How it is switched on and off.
    fn keys(self, on: bool, beside: &Beside) -> Vec<(String, String)> {
        let keys = match self {
            Self::Metrics => vec![("metrics.enabled", on.to_string())],
            // A line for each of them: by default most are left out under such a load.
            Self::Lines => vec![
                ("log.access", on.to_string()),
                ("log.format", "json".to_owned()),
                ("log.success_per_second", "1000000".to_owned()),
            ],
            Self::Traces if !on => Vec::new(),
            Self::Traces => {
                let collector = beside.collector.as_deref().unwrap_or(NOWHERE);
                vec![("traces.endpoint", collector.to_owned()), ("traces.ratio", "0.01".to_owned())]
            }
        };
        keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}
