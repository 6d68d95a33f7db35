//! What the BFFs refuse, and with which problem.

use bff_testkit::{Token, token};
use reqwest::{Method, header::AUTHORIZATION};

use super::{Ask, Case, Expect, Round};
use crate::{
    house::{
        self,
        Which::{Mobile, Partner, Web},
    },
    screens::{NEW_ORDER, SCREENS},
};

const OVERVIEW: &str = "/api/dashboard/overview";

/// All services are well, and no question deserves an answer.
pub fn refusals() -> Round {
    let mut cases = credentials();
    cases.extend(permissions());
    cases.extend(paths());
    cases.extend(parameters());
    Round { modes: Vec::new(), cases }
}

fn credentials() -> Vec<Case> {
    let missing = |which| {
        let challenge = if which == Partner { "Bearer, ApiKey header=\"X-Api-Key\"" } else { "Bearer" };
        Expect::problem(401, "missing_token").header("www-authenticate", challenge)
    };
    let mut cases: Vec<_> = SCREENS
        .iter()
        .map(|screen| {
            Case::new(format!("{}: no token", screen.path), Ask::screen(screen), missing(screen.bff))
        })
        .collect();
    let alice = || house::token(Web, "alice", None);
    let refused = |title: &str, code: &'static str, token: &Token| {
        Case::new(title, Ask::get(Web, OVERVIEW).token(token), Expect::problem(401, code))
    };
    cases.push(refused(
        "overview: expired token",
        "expired_token",
        &alice().claim("exp", token::now() - 3600),
    ));
    cases.push(refused(
        "overview: another issuer's token",
        "invalid_token",
        &alice().claim("iss", "https://example.com"),
    ));
    cases.push(refused(
        "overview: the mobile BFF's token",
        "invalid_token",
        &house::token(Mobile, "alice", None),
    ));
    let forged = alice().sign_with(b"a-key-that-is-not-the-issuers-own");
    for (title, token) in
        [("overview: forged token", forged.as_str()), ("overview: a token that is none", "nonsense")]
    {
        let ask = Ask::get(Web, OVERVIEW).header(AUTHORIZATION, format!("Bearer {token}"));
        cases.push(Case::new(title, ask, Expect::problem(401, "invalid_token")));
    }
    cases
}

fn permissions() -> Vec<Case> {
    let forbidden = || Expect::problem(403, "forbidden");
    // Overview and home are for anybody who is signed in.
    let scoped = SCREENS.iter().filter(|screen| screen.path != OVERVIEW && screen.path != "/mobile/home");
    let mut cases: Vec<_> = scoped
        .map(|screen| {
            let token = house::token(screen.bff, "alice", None).claim("scope", "something:else");
            Case::new(format!("{}: wrong scope", screen.path), Ask::screen(screen).token(&token), forbidden())
        })
        .collect();
    for screen in SCREENS.iter().filter(|screen| screen.bff == Partner) {
        let token = house::token(Partner, "alice", None).without("account");
        cases.push(Case::new(
            format!("{}: no account", screen.path),
            Ask::screen(screen).token(&token),
            forbidden(),
        ));
    }
    cases
}

fn paths() -> Vec<Case> {
    let not_found = || Expect::problem(404, "not_found");
    let mut cases = vec![
        Case::new(
            "overview of mallory, whom no service knows",
            Ask::get(Web, OVERVIEW).by("mallory"),
            not_found(),
        ),
        Case::new("home of mallory", Ask::get(Mobile, "/mobile/home").by("mallory"), not_found()),
        Case::new("order of chen, for alice", Ask::get(Web, "/api/orders/ord-5001").by("alice"), not_found()),
        Case::new("order that does not exist", Ask::get(Web, "/api/orders/ord-0").by("alice"), not_found()),
        Case::new(
            "order of chen, for alice",
            Ask::get(Mobile, "/mobile/orders/ord-5001").by("alice"),
            not_found(),
        ),
        Case::new(
            "order of another account",
            Ask::get(Partner, "/partner/v1/orders/ord-5001").by("alice"),
            not_found(),
        ),
        Case::new(
            "order of another account, though the caller bought it",
            Ask::get(Partner, "/partner/v1/orders/ord-1005").by("alice"),
            not_found(),
        ),
    ];
    let methods = [(Web, OVERVIEW), (Mobile, "/mobile/home"), (Partner, "/partner/v1/summary")];
    for (bff, path) in methods {
        let unknown = Ask::get(bff, "/no/such/path").by("alice");
        cases.push(Case::new("unknown path", unknown, Expect::problem(404, "unknown_path")));
        let wrong = Ask::new(Method::DELETE, bff, path).by("alice");
        let expect = Expect::problem(405, "method_not_allowed").header("allow", "GET,HEAD");
        cases.push(Case::new(format!("DELETE {path}"), wrong, expect));
    }
    cases
}

fn parameters() -> Vec<Case> {
    let order = || Ask::new(Method::POST, Web, "/api/orders").by("alice");
    let page = |query: &str| Ask::get(Partner, format!("/partner/v1/orders?{query}")).by("alice");
    let case = |title: &str, ask: Ask, status, code: &'static str| {
        Case::new(title, ask, Expect::problem(status, code))
    };
    let huge = format!(r#"{{"items":[],"idempotencyKey":"{}"}}"#, "x".repeat(300_000));
    vec![
        case("page of 0 orders", page("limit=0"), 400, "invalid_parameter"),
        case("page of many orders", page("limit=many"), 400, "invalid_parameter"),
        case("page with an unknown parameter", page("limits=5"), 400, "invalid_parameter"),
        case("order of nothing", order().body(r#"{"items":[]}"#), 400, "invalid_body"),
        case("order in broken JSON", order().body(r#"{"items":"#), 400, "invalid_body"),
        case(
            "order with an unknown field",
            order().body(r#"{"items":[],"discount":99}"#),
            400,
            "invalid_body",
        ),
        case("order as text", order().text(NEW_ORDER), 415, "unsupported_media_type"),
        case("order of 300 kB", order().body(huge), 413, "body_too_large"),
    ]
}
