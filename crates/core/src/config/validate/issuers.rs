//! Checks `[auth]`: that there is an issuer, and that each has the one source of keys that its algorithm needs.

mod keys;

use std::{collections::BTreeMap, path::Path};

use crate::auth::{API_KEY_ISSUER, CERTIFICATE_ISSUER};

use super::{
    super::{Algorithm, AuthConfig, IssuerConfig},
    Checks, Span,
};

pub(super) fn check(auth: &mut AuthConfig, base: &Path, checks: &mut Checks<'_>) {
    // A wrong value of either key was reported and taken out, which is not the operator having set none.
    let unset = !checks.report.reaches_into("auth.issuers") && !checks.is_reported(&["auth", "public_only"]);
    let others = auth.api_keys.is_some()
        || !auth.certificates.is_empty()
        || checks.report.reaches_into("auth.api_keys")
        || checks.report.reaches_into("auth.certificates");
    if auth.issuers.is_empty() && !others && !auth.public_only && unset {
        checks.wrong(
            &["auth", "issuers"],
            "a section such as [auth.issuers.login] with issuer, audience, algorithm and a key; or, to serve \
             public routes only, auth.public_only = true",
        );
    }

    fetches(auth, checks);

    let mut seen = BTreeMap::new();
    for (name, issuer) in &mut auth.issuers {
        identity(name, issuer, checks);
        if !issuer.issuer.is_empty()
            && let Some(first) = seen.insert(issuer.issuer.clone(), name)
        {
            let expected = format!("an issuer of its own: auth.issuers.{first} has the same");
            checks.wrong(&["auth", "issuers", name, "issuer"], expected);
        }
        match issuer.algorithm {
            Some(Algorithm::Hs256) => keys::shared_secret(name, issuer, checks),
            Some(Algorithm::Rs256 | Algorithm::Es256 | Algorithm::EdDsa) => {
                keys::published(name, issuer, base, checks);
            }
            // Reported already, and which key it needs is not known.
            None => {}
        }
    }
}

fn identity(name: &str, issuer: &IssuerConfig, checks: &mut Checks<'_>) {
    if issuer.issuer.trim().is_empty() {
        let expected = "the iss of its tokens, such as \"https://login.example\"";
        checks.wrong(&["auth", "issuers", name, "issuer"], expected);
    }
    if [API_KEY_ISSUER, CERTIFICATE_ISSUER].contains(&issuer.issuer.as_str()) {
        let expected = "another issuer: this one stands for our own API keys and certificates";
        checks.wrong(&["auth", "issuers", name, "issuer"], expected);
    }
    if issuer.audience.trim().is_empty() {
        checks.wrong(&["auth", "issuers", name, "audience"], "the aud that its tokens must name");
    }
    if issuer.algorithm.is_none() {
        checks.wrong(&["auth", "issuers", name, "algorithm"], "one of HS256, RS256, ES256, EdDSA");
    }
}

/// When key sets are fetched.
fn fetches(auth: &AuthConfig, checks: &mut Checks<'_>) {
    checks.duration(&["auth", "jwks_refresh"], auth.jwks_refresh, &Span::REFRESH);
    checks.duration(&["auth", "jwks_cooldown"], auth.jwks_cooldown, &Span::PAUSE);
    // One failure, or the share by which a fetch may be late, must not end keys.
    let is_known = !checks.is_reported(&["auth", "jwks_refresh"]);
    if is_known && auth.jwks_keep < auth.jwks_refresh * 2 {
        checks.wrong(&["auth", "jwks_keep"], "a duration of at least twice auth.jwks_refresh");
    } else {
        checks.duration(&["auth", "jwks_keep"], auth.jwks_keep, &Span::KEEP);
    }
}
