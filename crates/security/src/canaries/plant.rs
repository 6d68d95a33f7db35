//! The secrets of one run: in the configuration, in files, and in what clients send.

use std::{env, fs, path::PathBuf, process};

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fastrand::Rng;

use super::search::Canary;

/// The canary of a body: a reply quotes what its own client has misspelt.
pub(crate) const BODY: &str = "secret in a body";

/// Who a caller is and what for they ask: a reply may tell its own client, a log nobody.
pub(crate) const PERSONAL: [&str; 4] =
    ["caller's id", "caller's account", "caller's session", "value of a query"];

/// All secrets, and the file of the one that is in a file.
pub(crate) struct Plant {
    pub(crate) issuer_secret: String,
    pub(crate) sender_secret: String,
    pub(crate) previous_secret: String,
    pub(crate) redis_password: String,
    pub(crate) api_key: String,
    pub(crate) session: String,
    pub(crate) opaque_token: String,
    pub(crate) body: String,
    /// In the order of [`PERSONAL`].
    pub(crate) personal: [String; 4],
    pub(crate) key_pem: String,
    pub(crate) key_file: PathBuf,
}

impl Plant {
    pub(crate) fn new(seed: u64) -> Result<Self> {
        let mut rng = Rng::with_seed(seed);
        let mut secret = |prefix: &str| {
            let random = std::iter::repeat_with(|| rng.alphanumeric()).take(40);
            format!("{prefix}{}", random.collect::<String>())
        };
        let key_pem = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519)?.serialize_pem();
        let key_file =
            env::temp_dir().join(format!("bff-canary-{}-{}.pem", process::id(), fastrand::u32(..)));
        fs::write(&key_file, &key_pem)?;
        Ok(Self {
            issuer_secret: secret("hs256-"),
            sender_secret: secret("sender-"),
            previous_secret: secret("previous-"),
            redis_password: secret("redis"),
            api_key: secret("sk-live-"),
            session: secret("session-"),
            opaque_token: secret("opaque."),
            body: secret("in-a-body-"),
            personal: ["caller-", "account-", "sid-", "query-"].map(secret),
            key_pem,
            key_file,
        })
    }

    /// What must not be said. `tokens` are those that were made of the secrets.
    pub(crate) fn canaries(&self, tokens: &[(String, String)]) -> Result<Vec<Canary>> {
        let body: String = self.key_pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let der = STANDARD.decode(&body).context("a PEM is base64")?;
        // RFC 8410, section 7: the 32 bytes of the key are behind 16 that every key has.
        let key = der.get(16..48).context("a key of Ed25519 has 32 bytes")?;
        let mut canaries = vec![
            Canary::new("issuer's secret", &self.issuer_secret),
            Canary::new("sender's secret", &self.sender_secret),
            Canary::new("previous secret", &self.previous_secret),
            Canary::new("redis password", &self.redis_password),
            Canary::new("api key", &self.api_key),
            Canary::new("session cookie", &self.session),
            Canary::new("opaque token", &self.opaque_token),
            Canary::new(BODY, &self.body),
            Canary::new("private key", key),
        ];
        let personal = PERSONAL.iter().zip(&self.personal);
        canaries.extend(personal.map(|(name, value)| Canary::new(*name, value)));
        for (name, token) in tokens {
            // Whoever has the signature has the token: the rest can be guessed.
            let signature = token.rsplit('.').next().unwrap_or_default();
            if signature.len() >= 16 {
                canaries.push(Canary::new(name.as_str(), signature));
            }
        }
        Ok(canaries)
    }

    /// The configuration, as the variables that set it.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            set("BFF_AUTH__ISSUERS__TEST__ISSUER", bff_testkit::token::ISSUER),
            set("BFF_AUTH__ISSUERS__TEST__AUDIENCE", "bff-web"),
            set("BFF_AUTH__ISSUERS__TEST__ALGORITHM", "HS256"),
            set("BFF_AUTH__ISSUERS__TEST__SECRET", &self.issuer_secret),
            set("BFF_SENDER__SECRET", &self.sender_secret),
            set("BFF_SENDER__PREVIOUS_SECRET", &self.previous_secret),
            set("BFF_SENDER__KEY_FILE", &self.key_file.display().to_string()),
            set("BFF_SERVICES__USERS__SENDER", "secret"),
            set("BFF_SERVICES__NOTIFICATIONS__SENDER", "token"),
            set("BFF_SERVICES__ORDERS__SENDER", "token"),
            set("BFF_SERVICES__INVOICES__SENDER", "secret"),
            set("BFF_CACHE__SHARED", "true"),
            // Nobody listens there: the BFF says so, and not with which password.
            set("BFF_REDIS__URL", &format!("redis://name:{}@127.0.0.1:9/0", self.redis_password)),
        ]
    }
}

impl Drop for Plant {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.key_file);
    }
}
