//! The callers of the matrix: what each sends, and what a route with a given policy must answer. Both are made from what the
//! route says of itself; no route is named here.

use bff_core::{
    auth::{Need, Policy},
    routes::RouteInfo,
};
use bff_testkit::{TestBff, Token, permission::allowed, token};

/// One kind of caller.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// What stands after `Bearer`, if anything.
    pub(super) credential: fn(&TestBff, &RouteInfo) -> Option<String>,
    /// What a route that isn't public answers.
    pub(super) expected: fn(&Policy) -> Expected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expected {
    /// A success.
    Answered,
    /// This status and code, and no service hears of it.
    Refused(u16, &'static str),
    /// The services decide, so the policy says nothing of it.
    NotAsked,
}

use Expected::{Answered, NotAsked, Refused};

const INVALID: Expected = Refused(401, "invalid_token");
const FORBIDDEN: Expected = Refused(403, "forbidden");
const NOT_FOUND: Expected = Refused(404, "not_found");

pub(super) const CASES: [Case; 12] = [
    Case { name: "nobody", credential: |_, _| None, expected: |_| Refused(401, "missing_token") },
    Case { name: "malformed", credential: |_, _| Some("nonsense".to_owned()), expected: |_| INVALID },
    Case {
        name: "expired",
        credential: |bff, route| signed(&right(bff, route).claim("exp", token::now() - 60)),
        expected: |_| Refused(401, "expired_token"),
    },
    Case {
        name: "key",
        credential: |bff, route| {
            Some(right(bff, route).sign_with(b"a key of the right length, but not ours"))
        },
        expected: |_| INVALID,
    },
    Case {
        name: "issuer",
        credential: |bff, route| signed(&right(bff, route).claim("iss", "https://login.elsewhere.test")),
        expected: |_| INVALID,
    },
    Case {
        name: "audience",
        credential: |bff, route| signed(&right(bff, route).claim("aud", "bff-elsewhere")),
        expected: |_| INVALID,
    },
    Case {
        name: "scope",
        credential: |bff, route| signed(&without_scope(right(bff, route), &route.policy)),
        expected: |policy| if has(policy, is_scope) { FORBIDDEN } else { Answered },
    },
    Case {
        name: "role",
        credential: |bff, route| signed(&without_role(right(bff, route), &route.policy)),
        expected: |policy| if has(policy, is_role) { FORBIDDEN } else { Answered },
    },
    Case {
        name: "no account",
        credential: |bff, route| signed(&right(bff, route).without("account")),
        expected: |policy| match policy.needs() {
            needs if needs.contains(&Need::Account) => FORBIDDEN,
            needs if needs.iter().any(|need| matches!(need, Need::OwnAccount(_))) => NOT_FOUND,
            _ => Answered,
        },
    },
    Case {
        name: "another",
        credential: |bff, route| {
            signed(&right(bff, route).claim("sub", "mallory").claim("account", "elsewhere"))
        },
        expected: |policy| if has(policy, |need| need.own().is_some()) { NOT_FOUND } else { NotAsked },
    },
    Case {
        name: "other case",
        credential: |bff, route| {
            let token = right(bff, route);
            let upper = |name| token.get(name).and_then(|value| value.as_str()).unwrap_or("-").to_uppercase();
            signed(&token.clone().claim("sub", upper("sub")).claim("account", upper("account")))
        },
        expected: |policy| if has(policy, |need| need.own().is_some()) { NOT_FOUND } else { NotAsked },
    },
    Case { name: "right", credential: |bff, route| signed(&right(bff, route)), expected: |_| Answered },
];

/// Exactly what the route wants, and nothing more.
fn right(bff: &TestBff, route: &RouteInfo) -> Token {
    let bare = bff.token("alice").claim("scope", "").claim("roles", Vec::<String>::new());
    allowed(bare, route)
}

#[expect(clippy::unnecessary_wraps, reason = "what a case sends")]
fn signed(token: &Token) -> Option<String> {
    Some(token.sign())
}

fn has(policy: &Policy, is: impl Fn(&Need) -> bool) -> bool {
    policy.needs().iter().any(is)
}

fn is_scope(need: &Need) -> bool {
    matches!(need, Need::Scope(_))
}

fn is_role(need: &Need) -> bool {
    matches!(need, Need::Role(_))
}

/// All scopes but those of the last need, and what looks like them.
fn without_scope(token: Token, policy: &Policy) -> Token {
    let granted = token.get("scope").and_then(|scopes| scopes.as_str()).unwrap_or_default().to_owned();
    let kept = instead(granted.split(' ').map(str::to_owned), policy, |need| match need {
        Need::Scope(names) => Some(names.iter().collect()),
        _ => None,
    });
    token.claim("scope", kept.join(" "))
}

/// All roles but those of the last need, and what looks like them.
fn without_role(token: Token, policy: &Policy) -> Token {
    let granted = token.get("roles").and_then(|roles| roles.as_array()).cloned().unwrap_or_default();
    let granted = granted.iter().filter_map(|role| role.as_str()).map(str::to_owned);
    let kept = instead(granted, policy, |need| match need {
        Need::Role(names) => Some(names.iter().collect()),
        _ => None,
    });
    token.claim("roles", kept)
}

fn instead(
    granted: impl Iterator<Item = String>,
    policy: &Policy,
    names: impl Fn(&Need) -> Option<Vec<&'static str>>,
) -> Vec<String> {
    let last = policy.needs().iter().filter_map(names).next_back().unwrap_or_default();
    let like = last.iter().flat_map(|name| [format!("{name}s"), name.to_uppercase()]);
    let kept = granted.filter(|name| !name.is_empty() && !last.contains(&&**name));
    kept.chain(like).chain(["stranger".to_owned()]).collect()
}
