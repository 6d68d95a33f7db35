//! Tokens that a route lets in, made from what the route itself says, so that no test has to name it.

use bff_core::{
    auth::{Names, Need},
    routes::RouteInfo,
};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::Token;

/// `token` with all that the policy of the route wants beside a valid token: a scope and a role of each kind, and the owner of
/// the example's path. What the policy does not want, the token keeps.
#[must_use]
pub fn allowed(token: Token, route: &RouteInfo) -> Token {
    route.policy.needs().iter().fold(token, |token, need| match *need {
        Need::Scope(names) => grant_scope(token, names),
        Need::Role(names) => grant_role(token, names),
        Need::Account if token.get("account").is_none() => token.claim("account", "acme"),
        Need::Account => token,
        Need::OwnAccount(name) => token.claim("account", parameter(route, name)),
        Need::OwnUser(name) => token.claim("sub", parameter(route, name)),
    })
}

/// A parameter of the example's path, percent-decoded; empty if it is not there.
pub fn parameter(route: &RouteInfo, name: &str) -> String {
    let example = route.example.map_or("", |example| example.path);
    let path = example.split('?').next().unwrap_or_default();
    let mut segments = route.path.split('/').zip(path.split('/'));
    let found = segments.find(|(template, _)| *template == format!("{{{name}}}"));
    found.map_or_else(String::new, |(_, value)| percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn grant_scope(token: Token, names: Names) -> Token {
    let granted = token.get("scope").and_then(Value::as_str).unwrap_or_default();
    let mut scopes: Vec<_> =
        granted.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
    if !names.any(|name| scopes.iter().any(|scope| scope == name)) {
        scopes.extend(names.iter().take(1).map(str::to_owned));
    }
    token.claim("scope", scopes.join(" "))
}

fn grant_role(token: Token, names: Names) -> Token {
    let mut roles = token.get("roles").and_then(Value::as_array).cloned().unwrap_or_default();
    if !names.any(|name| roles.contains(&json!(name))) {
        roles.extend(names.iter().take(1).map(Value::from));
    }
    token.claim("roles", roles)
}
