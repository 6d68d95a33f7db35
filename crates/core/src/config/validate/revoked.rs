//! Checks `[auth.revoked]` and its file.

use std::path::Path;

use super::{
    super::{Config, RevocationFile, revoked::MAX_REVOCATIONS},
    Checks, Found, Span,
};

pub(super) fn check(config: &mut Config, base: &Path, checks: &mut Checks<'_>) {
    let revoked = &mut config.auth.revoked;
    checks.duration(&["auth", "revoked", "reload_every"], revoked.reload_every, &Span::POLL);
    if let Some(path) = &mut revoked.file {
        *path = base.join(&*path);
        if let Err(errors) = RevocationFile::read(path) {
            checks.report.append(errors);
        }
    }
    // An address that was refused is one that was set.
    if revoked.redis && config.redis.url.is_none() && !checks.report.reaches_into("redis") {
        checks.wrong(&["auth", "revoked", "redis"], "false, or the address of a Redis in redis.url");
    }
}

/// What each entry of a file of revocations means.
pub(super) fn entries(file: &RevocationFile, checks: &mut Checks<'_>) {
    if file.revoked.len() > MAX_REVOCATIONS {
        let expected = format!("at most {MAX_REVOCATIONS} of them: those whose `until` is past can go");
        checks.wrong_as(&["revoked"], Found::Written(file.revoked.len().to_string()), expected);
    }
    for (name, revocation) in &file.revoked {
        if !revocation.names_one() {
            let found = Found::Fact("none of them, or more than one");
            checks.wrong_as(&["revoked", name], found, "one of token, subject or session");
        }
    }
}
