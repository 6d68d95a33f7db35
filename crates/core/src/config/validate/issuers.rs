//! Checks `[auth]`: that there is an issuer, and that each has the one key that its algorithm needs.

use std::{collections::BTreeMap, fs, path::Path};

use secrecy::ExposeSecret;

use crate::auth::{API_KEY_ISSUER, CERTIFICATE_ISSUER};

use super::{
    super::{Algorithm, AuthConfig, IssuerConfig},
    Checks, Found,
};

/// RFC 7518, section 3.2: a key of HS256 is at least as long as its hash.
const SECRET_BYTES: usize = 32;

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
            Some(Algorithm::Hs256) => shared_secret(name, issuer, checks),
            Some(Algorithm::Rs256 | Algorithm::Es256 | Algorithm::EdDsa) => {
                public_key(name, issuer, base, checks);
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

fn shared_secret(name: &str, issuer: &IssuerConfig, checks: &mut Checks<'_>) {
    let length = issuer.secret.as_ref().map_or(0, |secret| secret.expose_secret().len());
    if length < SECRET_BYTES {
        let variable = name.to_ascii_uppercase().replace('-', "_");
        let expected = format!(
            "a secret of at least {SECRET_BYTES} bytes, best set as BFF_AUTH__ISSUERS__{variable}__SECRET"
        );
        checks.wrong(&["auth", "issuers", name, "secret"], expected);
    }
    for (field, is_set) in
        [("public_key", issuer.public_key.is_some()), ("public_key_file", issuer.public_key_file.is_some())]
    {
        if is_set {
            checks.wrong(&["auth", "issuers", name, field], "no public key: HS256 has a secret");
        }
    }
}

fn public_key(name: &str, issuer: &mut IssuerConfig, base: &Path, checks: &mut Checks<'_>) {
    let text = ["auth", "issuers", name, "public_key"];
    let file = ["auth", "issuers", name, "public_key_file"];
    if issuer.secret.is_some() {
        checks.wrong(&["auth", "issuers", name, "secret"], "no secret: this algorithm has a public key");
    }
    match (&issuer.public_key, &issuer.public_key_file) {
        (Some(_), Some(_)) => checks.wrong(&file, "only one of public_key_file and public_key"),
        (None, None) if checks.is_reported(&text) => {}
        (None, None) => checks.wrong(&file, "a PEM file with the public key, or public_key with its text"),
        (Some(key), None) => {
            if let Some(fault) = fault(key) {
                checks.wrong_as(&text, fault, "a PEM text with a public key");
            }
        }
        (None, Some(path)) if path.to_string_lossy().contains("-----BEGIN") => {
            checks.wrong_as(&file, Found::Fact("a PEM text (hidden)"), "the name of a PEM file");
        }
        (None, Some(path)) => match fs::read_to_string(base.join(path)) {
            Ok(key) => {
                if let Some(fault) = fault(&key) {
                    checks.wrong_as(&file, fault, "a PEM file with a public key");
                }
                issuer.public_key = Some(key);
            }
            Err(error) => {
                let found = format!("{}: {error}", base.join(path).display());
                checks.wrong_as(&file, Found::Written(found), "a PEM file that can be read");
            }
        },
    }
}

/// A private key has no place here: it would let whoever reads this configuration sign tokens.
fn fault(key: &str) -> Option<Found> {
    if key.contains("PRIVATE KEY-----") {
        Some(Found::Fact("a private key (hidden)"))
    } else if key.contains("-----BEGIN ") {
        None
    } else {
        Some(Found::Fact("no PEM"))
    }
}
