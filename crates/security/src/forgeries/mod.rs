//! What the row `forgeries` is made of: a table of tokens, each of which differs from a good one in one thing. [`signer`] makes
//! good ones, [`claims`], [`algorithms`], [`keys`], [`forms`] and [`signatures`] spoil them, [`canary`] is where some of them
//! lead, and [`lane`] shows them to a BFF.

pub(crate) mod algorithms;
pub(crate) mod canary;
pub(crate) mod claims;
pub(crate) mod forms;
pub(crate) mod keys;
pub(crate) mod lane;
pub(crate) mod payload;
pub(crate) mod signatures;
pub(crate) mod signer;

use std::fmt::Display;

use self::{payload::Payload, signer::Signer};

/// A token that nobody may believe.
pub(crate) struct Forged {
    pub(crate) name: String,
    pub(crate) token: Vec<u8>,
    /// The good one from which it differs.
    pub(crate) good: String,
    /// Whether it is too large to be read as a request at all.
    pub(crate) is_too_large: bool,
}

/// The forged tokens of one issuer, and what they are made of.
pub(crate) struct Forgeries<'a> {
    /// The real one.
    pub(crate) signer: &'a Signer,
    /// A stranger with a key of the same kind.
    pub(crate) forger: &'a Signer,
    /// The other issuers that the BFF trusts.
    pub(crate) others: Vec<&'a Signer>,
    /// Where nobody may go.
    pub(crate) canary: &'a str,
    payload: Payload,
    good: String,
    all: Vec<Forged>,
}

/// All that there are of this issuer.
pub(crate) fn of<'a>(
    signer: &'a Signer,
    forger: &'a Signer,
    others: Vec<&'a Signer>,
    canary: &'a str,
) -> Vec<Forged> {
    let payload = Payload::good(signer.issuer());
    let good = signer.token(signer.header(""), payload.text());
    let mut forgeries = Forgeries { signer, forger, others, canary, payload, good, all: Vec::new() };
    algorithms::add(&mut forgeries);
    keys::add(&mut forgeries);
    claims::add(&mut forgeries);
    forms::add(&mut forgeries);
    signatures::add(&mut forgeries);
    forgeries.all
}

impl Forgeries<'_> {
    /// One that differs from the good token.
    pub(crate) fn add(&mut self, name: impl Display, token: impl Into<Vec<u8>>) {
        let good = self.good.clone();
        self.add_beside(name, token, good);
    }

    /// One that differs from this good token.
    pub(crate) fn add_beside(&mut self, name: impl Display, token: impl Into<Vec<u8>>, good: String) {
        self.all.push(Forged { name: name.to_string(), token: token.into(), good, is_too_large: false });
    }

    /// One that is more than a request may weigh.
    pub(crate) fn add_too_large(&mut self, name: impl Display, token: String) {
        self.add(name, token);
        if let Some(last) = self.all.last_mut() {
            last.is_too_large = true;
        }
    }
}
