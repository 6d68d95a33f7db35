//! Where a BFF's limits are asked for, and what to say where nobody answers.

use std::{str::FromStr, time::Duration};

use reqwest::Client;
use serde_json::Value;

use crate::{house::Which, ports::Ports};

const PATIENCE: Duration = Duration::from_secs(2);

/// One of the demo's BFFs, or an admin listener anywhere.
#[derive(Debug, Clone)]
pub enum Place {
    /// Of the demo.
    Demo(Which),
    /// `http://…`, without a path.
    At(String),
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(which) = Which::ALL.into_iter().find(|which| which.word() == text) {
            return Ok(Self::Demo(which));
        }
        let url = text.trim_end_matches('/').trim_end_matches("/limits");
        let is_url =
            reqwest::Url::parse(url).is_ok_and(|url| url.scheme().starts_with("http") && url.has_host());
        if is_url {
            Ok(Self::At(url.to_owned()))
        } else {
            Err("web, mobile, partner, or an address such as http://127.0.0.1:9080".to_owned())
        }
    }
}

/// The `/limits` of one admin listener.
pub struct Limits {
    client: Client,
    pub url: String,
    of_demo: Option<Which>,
}

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum Unanswered {
    /// Of the demo.
    #[error(
        "nobody answers at {url}: is `just demo` running? Other ports: --{word}-admin-port; another BFF: just limits http://HOST:PORT"
    )]
    Demo { url: String, word: &'static str },
    /// Anywhere else.
    #[error("nobody answers at {0}: it should be the admin listener of a BFF, as admin.listen says")]
    Nobody(String),
    /// It is something else.
    #[error(
        "{url} answers {what}: is it the admin listener of a BFF (admin.listen), and not the one for clients?"
    )]
    Other { url: String, what: String },
}

impl Limits {
    /// Of this place. The ports tell where the demo is.
    pub fn at(place: &Place, ports: &Ports) -> Self {
        // Fails only if there is one already.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client =
            Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE);
        let (base, of_demo) = match place {
            Place::Demo(which) => (format!("http://127.0.0.1:{}", ports.of(*which).1), Some(*which)),
            Place::At(base) => (base.clone(), None),
        };
        let client = client.build().expect("a client without certificates of its own always builds");
        Self { client, url: format!("{base}/limits"), of_demo }
    }

    /// What it says now.
    pub async fn ask(&self) -> Result<Value, Unanswered> {
        let url = || self.url.clone();
        #[expect(clippy::disallowed_methods, reason = "an operator asks, not a BFF")]
        let Ok(answer) = self.client.get(&self.url).send().await else {
            return Err(match self.of_demo {
                Some(which) => Unanswered::Demo { url: url(), word: which.word() },
                None => Unanswered::Nobody(url()),
            });
        };
        let status = answer.status();
        let body = answer.bytes().await.unwrap_or_default();
        let view =
            serde_json::from_slice(&body).ok().filter(|view: &Value| view.get("rate_limits").is_some());
        view.filter(|_| status == 200)
            .ok_or_else(|| Unanswered::Other { url: url(), what: status.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_bff_of_the_demo_or_an_address() {
        let url = |text: &str| Limits::at(&text.parse().expect(text), &Ports::FREE).url;
        assert_eq!(url("web"), "http://127.0.0.1:0/limits");
        for text in ["http://10.0.0.1:9080", "http://10.0.0.1:9080/", "http://10.0.0.1:9080/limits"] {
            assert_eq!(url(text), "http://10.0.0.1:9080/limits");
        }
        for text in ["", "wob", "127.0.0.1:9080", "ftp://10.0.0.1", "http://"] {
            assert!(text.parse::<Place>().is_err(), "{text}");
        }
    }

    #[tokio::test]
    async fn where_nobody_answers_it_says_what_to_do() {
        // Port 0 is nobody's.
        let demo = Limits::at(&Place::Demo(Which::Web), &Ports::FREE).ask().await.expect_err("nobody");
        assert!(demo.to_string().contains("is `just demo` running?"), "{demo}");
        let place = Place::At("http://127.0.0.1:0".to_owned());
        let nobody = Limits::at(&place, &Ports::FREE).ask().await.expect_err("nobody");
        assert!(nobody.to_string().contains("http://127.0.0.1:0/limits"), "{nobody}");
    }
}
