//! [`List`]: which credentials are refused although they are good in everything else.

use std::collections::HashMap;

use super::super::{Identity, unix_now};
use crate::config::Revocation;

/// What is revoked, by what names it.
#[derive(Default)]
pub(super) struct List {
    tokens: HashMap<String, Vec<Rule>>,
    subjects: HashMap<String, Vec<Rule>>,
    sessions: HashMap<String, Vec<Rule>>,
}

/// What else must be so.
struct Rule {
    issuer: Option<String>,
    /// Unix seconds.
    issued_before: Option<u64>,
    /// Unix seconds.
    until: Option<u64>,
}

impl List {
    pub(super) fn of(revocations: impl IntoIterator<Item = Revocation>) -> Self {
        let mut list = Self::default();
        revocations.into_iter().for_each(|revocation| list.add(revocation));
        list
    }

    /// Whether it names this caller's credential.
    pub(super) fn names(&self, identity: &Identity) -> bool {
        let holds = |rules: &HashMap<String, Vec<Rule>>, name: Option<&str>| {
            let rules = name.and_then(|name| rules.get(name));
            rules.is_some_and(|rules| rules.iter().any(|rule| rule.holds(identity)))
        };
        holds(&self.subjects, Some(identity.id()))
            || holds(&self.sessions, identity.session())
            || holds(&self.tokens, identity.token_id())
    }

    fn add(&mut self, revocation: Revocation) {
        let Revocation { token, subject, session, issuer, issued_before, until } = revocation;
        let seconds = |instant: jiff::Timestamp| u64::try_from(instant.as_second()).unwrap_or_default();
        let (issued_before, until) = (issued_before.map(seconds), until.map(seconds));
        let names = [(token, &mut self.tokens), (subject, &mut self.subjects), (session, &mut self.sessions)];
        for (name, rules) in names {
            if let Some(name) = name {
                rules.entry(name).or_default().push(Rule { issuer: issuer.clone(), issued_before, until });
            }
        }
    }
}

impl Rule {
    fn holds(&self, identity: &Identity) -> bool {
        let of_issuer = self.issuer.as_ref().is_none_or(|issuer| issuer == identity.issuer());
        // One that does not say when it was issued may be from before.
        let is_old = |before| identity.issued_at().is_none_or(|at| at < before);
        of_issuer
            && self.issued_before.is_none_or(is_old)
            && self.until.is_none_or(|until| unix_now() < until)
    }
}
