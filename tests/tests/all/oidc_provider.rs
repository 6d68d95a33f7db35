//! A provider that we have not written: `oidc-provider`, which is certified for OpenID Connect. Our own issuer could share
//! our mistakes.

mod provider;

use bff_testkit::{TestBff, TestIssuer};
use bff_tests::assert_problem;
use jsonwebtoken::Header;

use self::provider::Provider;
use super::OVERVIEW;

/// The web BFF, which trusts each of its issuers by discovery.
async fn trusting(provider: &Provider) -> TestBff {
    let builder = TestBff::with(bff_web::bff()).set("auth.jwks_cooldown", "0s");
    let builder = provider.issuers.iter().fold(builder, |builder, (algorithm, url)| {
        let key = |name| format!("auth.issuers.{algorithm}.{name}");
        builder
            .set(&key("issuer"), url)
            .set(&key("audience"), "bff-web")
            .set(&key("algorithm"), algorithm)
            .set(&key("discovery"), true)
    });
    builder.start().await
}

async fn status(bff: &TestBff, token: &str) -> u16 {
    bff.with_token(token).get(OVERVIEW).await.status.as_u16()
}

#[tokio::test]
async fn its_tokens_are_believed_while_its_keys_turn() {
    let mut provider = Provider::start();
    let bff = trusting(&provider).await;
    let algorithms: Vec<_> = provider.issuers.keys().cloned().collect();
    assert_eq!(algorithms, ["ES256", "EdDSA", "RS256"]);

    let mut old = Vec::new();
    for algorithm in &algorithms {
        let token = provider.token(algorithm).await;
        let reply = bff.with_token(&token).get(OVERVIEW).await;
        assert_eq!(reply.json()["profile"]["id"], "alice", "{algorithm}");
        // One that is remembered, and one that nobody has seen before its key has gone.
        old.push((token, provider.token(algorithm).await));
    }

    provider.tell("rotate");
    let mut new = Vec::new();
    for (algorithm, (remembered, _)) in algorithms.iter().zip(&old) {
        let token = provider.token(algorithm).await;
        assert_eq!(status(&bff, &token).await, 200, "{algorithm}: the new key");
        assert_eq!(status(&bff, remembered).await, 200, "{algorithm}: the old key");
        assert_eq!(status(&bff, &provider.token(algorithm).await).await, 200, "{algorithm}");
        new.push(token);
    }

    provider.tell("withdraw");
    for (algorithm, (remembered, unseen)) in algorithms.iter().zip(&old) {
        assert_eq!(status(&bff, remembered).await, 200, "{algorithm}: nobody has asked yet");
        let unknown = of_nobodys_key(&bff, algorithm, &provider.issuers[algorithm]).await;
        assert_problem(&bff.with_token(&unknown).get(OVERVIEW).await, 401, "invalid_token");
        for token in [remembered, unseen] {
            assert_problem(&bff.with_token(token).get(OVERVIEW).await, 401, "invalid_token");
        }
    }
    for (algorithm, token) in algorithms.iter().zip(&new) {
        assert_eq!(status(&bff, token).await, 200, "{algorithm}: the key that stayed");
    }
}

/// A token that names a key that its issuer does not have.
async fn of_nobodys_key(bff: &TestBff, algorithm: &str, issuer: &str) -> String {
    let algorithm = algorithm.parse().expect("an algorithm");
    let header = Header { kid: Some("nobodys".to_owned()), ..Header::new(algorithm) };
    TestIssuer::start(algorithm).await.sign_header(&header, &bff.token("alice").claim("iss", issuer))
}
