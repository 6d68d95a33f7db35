//! Checks `[auth.api_keys]` and its file, and `[auth.certificates]`.

use std::{collections::BTreeMap, path::Path};

use super::{
    super::{
        ApiKeysConfig, AuthConfig, KeyFile,
        load::{KeyStorage, one_of},
    },
    Checks, Found, Span,
};
use crate::auth::{Certificates, KeyHash, KeyRecord, MAX_PREFIX, Unfit};

pub(super) fn check(
    auth: &mut AuthConfig,
    plans: Option<&[String]>,
    storage: KeyStorage,
    base: &Path,
    checks: &mut Checks<'_>,
) {
    if let Some(keys) = &mut auth.api_keys {
        section(keys, plans, storage, base, checks);
    }
    let mut seen = BTreeMap::new();
    for (name, certificate) in &auth.certificates {
        let entry = ["auth", "certificates", name];
        let subject = ["auth", "certificates", name, "subject"];
        if certificate.subject.trim().is_empty() {
            checks.wrong(&subject, "a subject alternative name of the certificate, a URI or a DNS name");
        } else if let Some(first) = seen.insert(Certificates::normal(&certificate.subject), name) {
            let expected = format!("a subject of its own: auth.certificates.{first} has the same");
            checks.wrong(&subject, expected);
        }
        if let Err(unfit) = Certificates::identity(name, certificate) {
            match field(unfit) {
                Some(field) => checks.wrong(&["auth", "certificates", name, field], unfit.expected()),
                None => checks.wrong_as(&entry, Found::Fact("this name"), unfit.expected()),
            }
        }
        plan(&["auth", "certificates", name, "plan"], certificate.plan.as_deref(), plans, checks);
    }
}

/// Whoever has a plan that is not there would be limited as if without one.
pub(super) fn plans(file: &KeyFile, plans: &[String], checks: &mut Checks<'_>) {
    for (id, entry) in &file.keys {
        plan(&["keys", id, "plan"], entry.plan.as_deref(), Some(plans), checks);
    }
}

fn plan(key: &[&str], given: Option<&str>, plans: Option<&[String]>, checks: &mut Checks<'_>) {
    let (Some(given), Some(plans)) = (given, plans) else { return };
    if plans.iter().any(|plan| plan == given) {
        return;
    }
    let known: Vec<_> = plans.iter().map(String::as_str).collect();
    match &known[..] {
        [] => checks.wrong(key, "no plan, or its quotas in rate_limits.plans, where there are none"),
        known => checks.wrong(key, format!("a plan of rate_limits.plans: {}", one_of(known, given))),
    }
}

fn section(
    keys: &mut ApiKeysConfig,
    plans: Option<&[String]>,
    storage: KeyStorage,
    base: &Path,
    checks: &mut Checks<'_>,
) {
    let file = ["auth", "api_keys", "file"];
    let prefix = keys.prefix.as_bytes();
    let fits = prefix.len() <= MAX_PREFIX
        && prefix.first().is_some_and(u8::is_ascii_lowercase)
        && prefix.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !fits {
        let expected = "1 to 16 small letters and digits, a letter first, such as \"bff\"";
        checks.wrong(&["auth", "api_keys", "prefix"], expected);
    }
    checks.duration(&["auth", "api_keys", "reload_every"], keys.reload_every, &Span::POLL);
    match (&mut keys.file, storage) {
        (None, KeyStorage::File) => {
            checks.wrong(&file, "a file of API keys such as \"keys.toml\", which the command new-key makes");
        }
        (Some(_), KeyStorage::Program) => {
            checks.wrong(&file, "no file: this program brings a store of keys of its own");
        }
        (Some(path), KeyStorage::File) => {
            *path = base.join(&*path);
            if let Err(errors) = KeyFile::read_for(path, plans) {
                checks.report.append(errors);
            }
        }
        (None, KeyStorage::Program) => {}
    }
}

/// What each entry of a file of keys means.
pub(super) fn entries(file: &KeyFile, checks: &mut Checks<'_>) {
    let mut seen = BTreeMap::new();
    for (id, entry) in &file.keys {
        let at = |field| ["keys", id, field];
        match KeyHash::from_hex(&entry.sha256) {
            None => checks.wrong(&at("sha256"), "the SHA-256 of the key in 64 hexadecimal digits"),
            // As many bits as the records are found by.
            Some(hash) => {
                if let Some(first) = seen.insert(hash.index(), id) {
                    checks.wrong(&at("sha256"), format!("a key of its own: keys.{first} is the same key"));
                }
            }
        }
        if let Err(unfit) = KeyRecord::identity(entry) {
            checks.wrong(&at(field(unfit).unwrap_or("subject")), unfit.expected());
        }
        match (entry.expires, entry.not_before) {
            (None, _) => checks.wrong(&at("expires"), "a date and time such as 2027-06-30T00:00:00Z"),
            (Some(end), Some(start)) if end <= start => {
                checks.wrong(&at("expires"), "a date and time after that of not_before");
            }
            _ => {}
        }
    }
}

/// The key of a fact, if it has one.
fn field(unfit: Unfit) -> Option<&'static str> {
    match unfit {
        Unfit::Id => None,
        Unfit::Roles => Some("roles"),
        Unfit::Scopes => Some("scopes"),
        Unfit::Account => Some("account"),
        Unfit::Plan => Some("plan"),
    }
}
