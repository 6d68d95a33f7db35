//! Checks `[sender]`, reads its keys, and checks that services are told by what is there.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use secrecy::{ExposeSecret as _, SecretString};

use super::{
    super::{Config, Sender, SenderConfig},
    Checks, Found,
};
use crate::sender::{EITHER, PRIVATE, PublicKey, SenderKeys, SigningKey};

/// As long as the output of SHA-256: no guess finds it.
const SECRET_BYTES: usize = 32;

pub(super) fn check(config: &mut Config, base: &Path, checks: &mut Checks<'_>) {
    let sender = &mut config.sender;
    secrets(sender, checks);
    sender.keys = keys(sender, base, checks);
    for (name, service) in &config.services {
        // What was set and is wrong was reported as what it is.
        let (is_set, key, expected) = match service.sender {
            Sender::None => continue,
            Sender::Secret => (sender.secret.is_some(), "secret", "a secret in sender.secret"),
            Sender::Token => (sender.key_file.is_some(), "key_file", "a private key in sender.key_file"),
        };
        if !is_set && !checks.is_reported(&["sender", key]) {
            checks.wrong(&["services", name, "sender"], format!("\"none\", or {expected}"));
        }
    }
}

fn secrets(sender: &SenderConfig, checks: &mut Checks<'_>) {
    for (field, secret) in [("secret", &sender.secret), ("previous_secret", &sender.previous_secret)] {
        if secret.as_ref().is_some_and(|secret| !is_good(secret)) {
            let variable = field.to_ascii_uppercase();
            let expected = format!(
                "a secret of at least {SECRET_BYTES} visible ASCII characters, best set as BFF_SENDER__{variable}"
            );
            checks.wrong(&["sender", field], expected);
        }
    }
    let Some(previous) = &sender.previous_secret else { return };
    match &sender.secret {
        Some(secret) if secret.expose_secret() == previous.expose_secret() => {
            checks.wrong(&["sender", "previous_secret"], "another secret than sender.secret, or none");
        }
        None if !checks.is_reported(&["sender", "secret"]) => {
            checks.wrong(&["sender", "secret"], "the secret that is sent, since there is one before it");
        }
        _ => {}
    }
}

fn is_good(secret: &SecretString) -> bool {
    let secret = secret.expose_secret();
    secret.len() >= SECRET_BYTES && secret.bytes().all(|byte| byte.is_ascii_graphic())
}

fn keys(sender: &SenderConfig, base: &Path, checks: &mut Checks<'_>) -> SenderKeys {
    let mut reader = Reader { base, checks };
    let signing = reader.read("key_file", sender.key_file.as_ref(), SigningKey::read, PRIVATE).map(Arc::new);
    let mut public: Vec<_> = signing.iter().map(|key| key.public().clone()).collect();
    for (field, path) in
        [("next_key_file", &sender.next_key_file), ("previous_key_file", &sender.previous_key_file)]
    {
        if let Some(key) = reader.read(field, path.as_ref(), PublicKey::read, EITHER) {
            if public.iter().any(|known| known.id() == key.id()) {
                let expected = "a key of its own, or none: another key_file of sender has the same";
                reader.checks.wrong(&["sender", field], expected);
            }
            public.push(key);
        }
    }
    if signing.is_none() && !public.is_empty() && sender.key_file.is_none() {
        reader.checks.wrong(&["sender", "key_file"], PRIVATE);
    }
    SenderKeys { signing, public }
}

struct Reader<'a, 'b> {
    base: &'a Path,
    checks: &'a mut Checks<'b>,
}

impl Reader<'_, '_> {
    fn read<K>(
        &mut self,
        field: &str,
        path: Option<&PathBuf>,
        key: fn(&str) -> Option<K>,
        expected: &str,
    ) -> Option<K> {
        let path = path?;
        // A PEM where its file's name should be is not shown as one.
        if path.to_string_lossy().contains("-----BEGIN") {
            self.checks.wrong_as(&["sender", field], Found::Fact("a PEM text (hidden)"), expected);
            return None;
        }
        let path = self.base.join(path);
        let found = match fs::read_to_string(&path).map(SecretString::from) {
            Ok(text) => match key(text.expose_secret()) {
                Some(key) => return Some(key),
                None => format!("{}: another content", path.display()),
            },
            Err(error) => format!("{}: {error}", path.display()),
        };
        self.checks.wrong_as(&["sender", field], Found::Written(found), expected);
        None
    }
}
