//! Tokens that would choose how they are verified: by a published key as a secret, or by a key that they bring along.

use bff_testkit::{TestBff, TestIssuer, token};
use bff_tests::assert_problem;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use super::{ask, trusting};

#[tokio::test]
async fn a_published_key_is_no_hmac_secret() {
    let issuer = TestIssuer::start(Algorithm::RS256).await;
    let bff = trusting(&issuer).start().await;
    assert_eq!(ask(&bff, &issuer.sign(&bff.token("alice"))).await.status, 200);
    let (pem, der) = issuer.public_key();
    let jwk = issuer.published()["keys"][0].clone();
    let secrets = [
        ("the PEM", pem.clone().into_bytes()),
        ("the PEM without its last line break", pem.trim_end().as_bytes().to_vec()),
        ("the PEM with the line breaks of Windows", pem.replace('\n', "\r\n").into_bytes()),
        ("the DER", der),
        ("the key as JSON", jwk.to_string().into_bytes()),
        ("the modulus as text", jwk["n"].as_str().expect("a modulus").as_bytes().to_vec()),
        ("nothing", Vec::new()),
    ];
    let _ = bff.log_lines(1).await;
    for (name, secret) in secrets {
        for kid in [Some("key-1"), None] {
            let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::HS256) };
            let forged = forged(&issuer, &header, &EncodingKey::from_secret(&secret));
            assert_problem(&ask(&bff, &forged).await, 401, "invalid_token");
            let line = bff.log_lines(1).await.pop().expect("a line a request");
            assert_eq!(line["reason"], "alg is not the algorithm of the issuer", "{name}");
        }
    }
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn a_token_does_not_bring_its_key_along() {
    let (issuer, forger) =
        (TestIssuer::start(Algorithm::ES256).await, TestIssuer::start(Algorithm::ES256).await);
    let bff = trusting(&issuer).start().await;
    let jwk = serde_json::from_value(forger.published()["keys"][0].clone()).expect("a key");
    let header = Header {
        kid: Some("key-1".to_owned()),
        jku: Some(forger.jwks_url()),
        jwk: Some(jwk),
        x5u: Some(forger.jwks_url()),
        ..Header::new(Algorithm::ES256)
    };
    let alice = bff.token("alice").claim("iss", issuer.url());
    assert_problem(&ask(&bff, &forger.sign_header(&header, &alice)).await, 401, "invalid_token");
    assert_eq!((forger.fetches(), forger.descriptions()), (0, 0), "nobody has asked there");
    let good = issuer.sign_header(&header, &alice);
    assert_eq!(ask(&bff, &good).await.status, 200, "the signature was the difference");
    let trusts_the_forger = TestBff::with(bff_web::bff()).trust(&forger).start().await;
    assert_eq!(ask(&trusts_the_forger, &forger.sign(&bff.token("alice"))).await.status, 200);
}

fn forged(issuer: &TestIssuer, header: &Header, key: &EncodingKey) -> String {
    let claims = json!({"iss": issuer.url(), "aud": "bff-web", "sub": "alice", "exp": token::now() + 60});
    jsonwebtoken::encode(header, &claims, key).expect("it signs")
}
