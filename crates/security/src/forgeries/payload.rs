//! The claims of a token as text, so that they can be wrong in ways that no value can.

use bff_testkit::token;

/// Names and JSON texts, in order.
#[derive(Clone)]
pub(crate) struct Payload(Vec<(String, String)>);

impl Payload {
    /// All claims that are read, and one in whose base64 both alphabets differ.
    pub(crate) fn good(issuer: &str) -> Self {
        let (soon, before) = (token::now() / 3600 * 3600 + 7200, token::now() / 3600 * 3600 - 3600);
        let claims = [
            ("iss", format!("\"{issuer}\"")),
            ("aud", "\"bff-web\"".to_owned()),
            ("sub", "\"alice\"".to_owned()),
            ("exp", soon.to_string()),
            ("nbf", before.to_string()),
            ("iat", before.to_string()),
            ("roles", "[\"customer\"]".to_owned()),
            ("scope", "\"orders:read orders:write reports:read\"".to_owned()),
            ("jti", "\"token-1\"".to_owned()),
            ("sid", "\"session-1\"".to_owned()),
            ("account", "\"acme\"".to_owned()),
            ("note", "\"??????\"".to_owned()),
        ];
        Self(claims.map(|(name, value)| (name.to_owned(), value)).to_vec())
    }

    /// The same with this claim, or with another value of it.
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        match changed.0.iter_mut().find(|(claim, _)| claim == name) {
            Some((_, old)) => value.clone_into(old),
            None => changed.0.push((name.to_owned(), value.to_owned())),
        }
        changed
    }

    pub(crate) fn without(&self, name: &str) -> Self {
        Self(self.0.iter().filter(|(claim, _)| claim != name).cloned().collect())
    }

    /// The same with a further claim before or behind all others, be there one of its name or not.
    pub(crate) fn and(&self, name: &str, value: &str, is_first: bool) -> Self {
        let mut changed = self.clone();
        let place = if is_first { 0 } else { changed.0.len() };
        changed.0.insert(place, (name.to_owned(), value.to_owned()));
        changed
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        self.0.iter().find(|(claim, _)| claim == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn text(&self) -> String {
        let claims: Vec<_> = self.0.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
        format!("{{{}}}", claims.join(","))
    }
}
