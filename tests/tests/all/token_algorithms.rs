//! A token does not choose how it is verified: not `none`, not the issuer's public key as an HMAC secret.

use bff_testkit::{TestBff, Token, token};
use bff_tests::assert_problem;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use serde_json::json;

use super::OVERVIEW;

const ISSUER: &str = "https://rsa.example.test";

/// `{"alg":"none"}` and its spellings, in base64url.
const NONE: [&str; 3] = ["eyJhbGciOiJub25lIn0", "eyJhbGciOiJOb25lIn0", "eyJhbGciOiJOT05FIn0"];

/// The web BFF, which also trusts an issuer that signs with RS256, and that issuer's key pair.
async fn start() -> (TestBff, KeyPair) {
    let pair = KeyPair::generate_for(&PKCS_RSA_SHA256).expect("a key pair");
    let bff = TestBff::with(bff_web::bff())
        .set("auth.issuers.rsa.issuer", ISSUER)
        .set("auth.issuers.rsa.audience", "bff-web")
        .set("auth.issuers.rsa.algorithm", "RS256")
        .set("auth.issuers.rsa.public_key", pair.public_key_pem())
        .start()
        .await;
    (bff, pair)
}

#[tokio::test]
async fn a_token_signed_with_the_private_key_is_accepted() {
    let (bff, pair) = start().await;
    let key = EncodingKey::from_rsa_pem(pair.serialize_pem().as_bytes()).expect("an RSA key");
    let claims = json!({"iss": ISSUER, "aud": "bff-web", "sub": "alice", "exp": token::now() + 60});
    let token = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &key).expect("it signs");
    assert_eq!(bff.with_token(&token).get(OVERVIEW).await.status, 200);
}

#[tokio::test]
async fn a_public_key_is_no_hmac_secret() {
    let (bff, pair) = start().await;
    let pem = pair.public_key_pem();
    let secrets = [
        ("the PEM", pem.as_bytes().to_vec()),
        ("the PEM without its last line break", pem.trim_end().as_bytes().to_vec()),
        ("the PEM with the line breaks of Windows", pem.replace('\n', "\r\n").into_bytes()),
        ("the DER", pair.public_key_raw().to_vec()),
    ];
    for (name, secret) in secrets {
        let token = Token::of("alice", "bff-web").claim("iss", ISSUER).sign_with(&secret);
        let reply = bff.with_token(&token).get(OVERVIEW).await;
        assert_problem(&reply, 401, "invalid_token");
        let line = bff.log_lines(1).await.pop().expect("a line a request");
        assert_eq!(line["reason"], "alg is not the algorithm of the issuer", "{name}");
    }
    assert!(bff.services.all_seen().is_empty());
}

#[tokio::test]
async fn a_key_of_one_issuer_signs_nothing_for_another() {
    let (bff, _) = start().await;
    let token = Token::of("alice", "bff-web").claim("iss", ISSUER).sign();
    assert_problem(&bff.with_token(&token).get(OVERVIEW).await, 401, "invalid_token");
    assert!(bff.services.all_seen().is_empty());
}

#[tokio::test]
async fn a_token_without_a_signature_is_refused_whatever_its_alg_says() {
    let bff = TestBff::start(bff_web::bff()).await;
    let good = bff.token("alice").sign();
    let parts: Vec<&str> = good.split('.').collect();
    for none in NONE {
        for signature in ["", parts[2]] {
            let token = format!("{none}.{}.{signature}", parts[1]);
            assert_problem(&bff.with_token(&token).get(OVERVIEW).await, 401, "invalid_token");
        }
    }
    assert!(bff.services.all_seen().is_empty());
    assert_eq!(bff.with_token(&good).get(OVERVIEW).await.status, 200, "the header was the difference");
}
