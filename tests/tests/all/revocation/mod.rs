//! Credentials that are refused before their end, while the BFF runs.

mod file;
mod shared;

use bff_testkit::{TestBff, TestBffBuilder};

use super::OVERVIEW;

/// The web BFF, which looks often at what is revoked.
fn quick() -> TestBffBuilder {
    TestBff::with(bff_web::bff()).set("auth.revoked.reload_every", "10ms")
}

/// A token of this caller with these ids.
fn token(bff: &TestBff, user: &str, id: &str, session: &str) -> String {
    bff.token(user).claim("jti", id).claim("sid", session).sign()
}

async fn status(bff: &TestBff, token: &str) -> u16 {
    bff.with_token(token).get(OVERVIEW).await.status.as_u16()
}
