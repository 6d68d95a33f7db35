//! Checks `[redis]`, and reads its authorities.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};

use redis::IntoConnectionInfo;
use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{
    super::{Config, RedisConfig},
    Checks, Found, Span,
};

/// What takes longer is no help to a request.
const OPERATION: Span = Span {
    shortest: Duration::from_millis(1),
    longest: Duration::from_secs(1),
    text: "a duration from \"1ms\" to \"1s\"",
};

/// The largest file of authorities, in bytes. All that the system believes are a quarter of that.
const MAX_CA_FILE: u64 = 1 << 20;

pub(super) fn check(config: &mut Config, base: &Path, checks: &mut Checks<'_>) {
    let redis = &mut config.redis;
    if let Some(url) = &redis.url {
        address(url, checks);
    }
    checks.duration(&["redis", "timeout"], redis.timeout, &OPERATION);
    authorities(redis, base, checks);
}

/// Any part of it may be a password that stands where it should not, so none is shown.
fn address(url: &SecretString, checks: &mut Checks<'_>) {
    let text = url.expose_secret();
    let known = text.starts_with("redis://") || text.starts_with("rediss://");
    let parsed =
        Url::parse(text).ok().filter(|url| known && url.host_str().is_some_and(|host| !host.is_empty()));
    let expected = match parsed {
        None => "with redis:// or rediss:// and a host, and a password that is percent-encoded",
        Some(url) if url.query().is_some() || url.fragment().is_some() => {
            "without a query or a fragment: in a password ? is %3F and # is %23"
        }
        // What is left is the path, and an address that means all of them.
        Some(_) if text.into_connection_info().is_err() => {
            "of one machine, and with the number of a database as its path, or none"
        }
        Some(_) => return,
    };
    let expected = format!("an address such as \"redis://redis.internal:6379\", {expected}");
    checks.wrong_as(&["redis", "url"], Found::Fact("an address (hidden)"), expected);
}

fn authorities(redis: &mut RedisConfig, base: &Path, checks: &mut Checks<'_>) {
    let key = ["redis", "ca_file"];
    let Some(file) = &mut redis.ca_file else { return };
    // Whoever names authorities means TLS: without it they would be of no use, and nobody would see it.
    let is_plain = redis.url.as_ref().is_some_and(|url| !url.expose_secret().starts_with("rediss://"));
    if is_plain && !checks.is_reported(&["redis", "url"]) {
        checks.wrong(&key, "no file, or an address with rediss:// in redis.url");
    }
    redis.ca = authorities_in(&key, file, base, checks);
}

/// The authorities in a file whose name is relative to `base`; the name becomes whole.
pub(super) fn authorities_in(
    key: &[&str],
    file: &mut PathBuf,
    base: &Path,
    checks: &mut Checks<'_>,
) -> Option<Vec<u8>> {
    if file.to_string_lossy().contains("-----BEGIN") {
        checks.wrong_as(key, Found::Fact("a PEM text (hidden)"), "the name of a PEM file");
        return None;
    }
    *file = base.join(&*file);
    let expected = "a PEM file with the certificates of authorities, at most 1 MiB";
    match read(file) {
        Err(error) => {
            let found = format!("{}: {error}", file.display());
            checks.wrong_as(key, Found::Written(found), expected);
            None
        }
        Ok(pem) => match fault(&pem) {
            Some(fault) => {
                checks.wrong_as(key, Found::Fact(fault), expected);
                None
            }
            None => Some(pem),
        },
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut pem = Vec::new();
    File::open(path)?.take(MAX_CA_FILE + 1).read_to_end(&mut pem)?;
    Ok(pem)
}

fn fault(pem: &[u8]) -> Option<&'static str> {
    if pem.len() as u64 > MAX_CA_FILE {
        return Some("a longer file");
    }
    let Ok(certificates) = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>() else {
        return Some("no PEM");
    };
    let mut believed = RootCertStore::empty();
    match (certificates.is_empty(), certificates.into_iter().all(|one| believed.add(one).is_ok())) {
        (true, _) => Some("no certificate"),
        (_, false) => Some("a certificate that can't be read"),
        (false, true) => None,
    }
}
