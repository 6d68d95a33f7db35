//! The keys of an issuer: exactly one source of them, which fits its algorithm and can be read.

use std::{fs, path::Path};

use secrecy::ExposeSecret;

use super::super::{super::IssuerConfig, Checks, Found};
use crate::auth::issuer::address;

/// RFC 7518, section 3.2: a key of HS256 is at least as long as its hash.
const SECRET_BYTES: usize = 32;

pub(super) fn shared_secret(name: &str, issuer: &IssuerConfig, checks: &mut Checks<'_>) {
    let length = issuer.secret.as_ref().map_or(0, |secret| secret.expose_secret().len());
    if length < SECRET_BYTES {
        let variable = name.to_ascii_uppercase().replace('-', "_");
        let expected = format!(
            "a secret of at least {SECRET_BYTES} bytes, best set as BFF_AUTH__ISSUERS__{variable}__SECRET"
        );
        checks.wrong(&["auth", "issuers", name, "secret"], expected);
    }
    for field in set(issuer) {
        let expected = if field.starts_with("public_key") {
            "no public key: HS256 has a secret"
        } else {
            "no key set: HS256 has a secret, and a key set is public"
        };
        checks.wrong(&["auth", "issuers", name, field], expected);
    }
}

/// The sources of public keys that are set.
fn set(issuer: &IssuerConfig) -> impl Iterator<Item = &'static str> + use<> {
    let sources = [
        ("public_key", issuer.public_key.is_some()),
        ("public_key_file", issuer.public_key_file.is_some()),
        ("jwks_url", issuer.jwks_url.is_some()),
        ("jwks_file", issuer.jwks_file.is_some()),
        ("discovery", issuer.discovery),
    ];
    sources.into_iter().filter_map(|(field, is_set)| is_set.then_some(field))
}

pub(super) fn published(name: &str, issuer: &mut IssuerConfig, base: &Path, checks: &mut Checks<'_>) {
    if issuer.secret.is_some() {
        checks.wrong(&["auth", "issuers", name, "secret"], "no secret: this algorithm has a public key");
    }
    let mut sources = set(issuer);
    let Some(first) = sources.next() else {
        let is_reported = |field| checks.is_reported(&["auth", "issuers", name, field]);
        if !["public_key", "jwks_url", "jwks_file", "discovery"].into_iter().any(is_reported) {
            let expected = "a PEM file with the public key, or one of public_key, jwks_url, jwks_file and discovery = true";
            checks.wrong(&["auth", "issuers", name, "public_key_file"], expected);
        }
        return;
    };
    let mut is_one = true;
    for further in sources {
        checks.wrong(&["auth", "issuers", name, further], format!("only one of {further} and {first}"));
        is_one = false;
    }
    if is_one {
        source(name, issuer, base, checks);
    }
}

/// The one that is set.
fn source(name: &str, issuer: &mut IssuerConfig, base: &Path, checks: &mut Checks<'_>) {
    let path = |field| ["auth", "issuers", name, field];
    if let Some(key) = &issuer.public_key {
        if let Some(fault) = fault(key) {
            checks.wrong_as(&path("public_key"), fault, "a PEM text with a public key");
        }
    } else if let Some(file) = &issuer.public_key_file {
        if file.to_string_lossy().contains("-----BEGIN") {
            let found = Found::Fact("a PEM text (hidden)");
            return checks.wrong_as(&path("public_key_file"), found, "the name of a PEM file");
        }
        let expected = "a PEM file that can be read";
        if let Some(key) = read(&path("public_key_file"), &base.join(file), expected, checks) {
            if let Some(fault) = fault(&key) {
                checks.wrong_as(&path("public_key_file"), fault, "a PEM file with a public key");
            }
            issuer.public_key = Some(key);
        }
    } else if let Some(file) = &mut issuer.jwks_file {
        *file = base.join(&file);
        read(&path("jwks_file"), file, "a file with a key set that can be read", checks);
    } else if let Some(text) = &issuer.jwks_url {
        address(&path("jwks_url"), text, address::parse(text).is_some(), checks);
    } else if !issuer.issuer.is_empty() {
        let is_one = address::of_description(&issuer.issuer).is_some();
        address(&path("issuer"), &issuer.issuer, is_one, checks);
    }
}

fn read(key: &[&str], path: &Path, expected: &str, checks: &mut Checks<'_>) -> Option<String> {
    let read = fs::read_to_string(path);
    if let Err(error) = &read {
        let found = format!("{}: {error}", path.display());
        checks.wrong_as(key, Found::Written(found), expected);
    }
    read.ok()
}

fn address(key: &[&str], text: &str, is_one: bool, checks: &mut Checks<'_>) {
    if is_one {
        return;
    }
    if text.contains(['@', '?']) {
        // Either may hold a password.
        let found = "an address with credentials or a query (hidden)";
        checks.wrong_as(key, Found::Fact(found), address::EXPECTED);
    } else {
        checks.wrong(key, address::EXPECTED);
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
