//! Issuers whose keys come from themselves: found, followed, and not believed more than they may be.

mod confusion;
mod discovery;
mod file;
mod flood;
mod outage;
mod poison;
mod rotation;

use bff_testkit::{Reply, TestBff, TestBffBuilder, TestIssuer};

use super::OVERVIEW;

/// The web BFF, which fetches keys whenever a token names one that is not known.
fn trusting(issuer: &TestIssuer) -> TestBffBuilder {
    TestBff::with(bff_web::bff()).trust(issuer).set("auth.jwks_cooldown", "0s")
}

async fn ask(bff: &TestBff, token: &str) -> Reply {
    bff.with_token(token).get(OVERVIEW).await
}

/// A token of Alice's that no other test and no cache has seen.
fn fresh(bff: &TestBff, number: usize) -> bff_testkit::Token {
    bff.token("alice").claim("jti", number.to_string())
}

/// Makes the BFF fetch the issuer's keys now, and waits until it has.
async fn refetch(bff: &TestBff, issuer: &TestIssuer) {
    let reply = ask(bff, &issuer.sign_as(Some("no-such-key"), &bff.token("alice"))).await;
    assert_eq!(reply.code(), "invalid_token");
}
