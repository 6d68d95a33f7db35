//! Answers that are no key set, too much of one, or one that can't be trusted: the good one stays.

use bff_testkit::{IssuerFault, TestIssuer};
use bff_tests::{assert_problem, comes_true};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::{ask, fresh, refetch, trusting};

/// What the issuer publishes, after `spoil` had its way with its one signing key.
fn spoilt(issuer: &TestIssuer, spoil: impl FnOnce(&mut Value)) -> IssuerFault {
    let mut set = issuer.published();
    spoil(&mut set["keys"][0]);
    IssuerFault::Set(set.to_string().into_bytes())
}

fn poisons(issuer: &TestIssuer) -> Vec<(&'static str, IssuerFault)> {
    let text = issuer.published().to_string();
    let bytes = |text: String| IssuerFault::Set(text.into_bytes());
    let key = issuer.published()["keys"][0].clone();
    vec![
        ("nothing", bytes(String::new())),
        ("HTML", bytes("<html>sign in</html>".to_owned())),
        ("half a set", bytes(text[..text.len() / 2].to_owned())),
        ("no keys", bytes(r#"{"keys":[]}"#.to_owned())),
        ("300 KiB", bytes(format!("{text}{}", " ".repeat(300 << 10)))),
        ("no end", IssuerFault::Endless),
        ("65 keys", bytes(json!({ "keys": vec![json!({"kty": "oct"}); 65] }).to_string())),
        ("too deep", bytes(format!("{{\"x\":{}{},{}", "[".repeat(9000), "]".repeat(9000), &text[1..]))),
        ("two keys of one name", bytes(json!({ "keys": [key, key] }).to_string())),
        ("two values of one name", bytes(format!("{{\"keys\":[],{}", &text[1..]))),
        ("a private key", spoilt(issuer, |key| key["d"] = json!("c2VjcmV0"))),
        ("a key for encryption", spoilt(issuer, |key| key["use"] = json!("enc"))),
        ("a key of another algorithm", spoilt(issuer, |key| key["alg"] = json!("ES384"))),
        ("a point off the curve", spoilt(issuer, |key| key["x"] = key["y"].clone())),
        (
            "a shared secret",
            spoilt(issuer, |key| *key = json!({"kty": "oct", "kid": "key-1", "k": "c2VjcmV0"})),
        ),
    ]
}

#[tokio::test]
async fn the_good_set_stays() {
    for number in 0.. {
        // An issuer and a BFF for each: one that has failed is left alone for longer and longer.
        let issuer = TestIssuer::start(Algorithm::ES256).await;
        let Some((name, poison)) = poisons(&issuer).into_iter().nth(number) else { break };
        let bff = trusting(&issuer).start().await;
        let remembered = issuer.sign(&bff.token("alice"));
        assert_eq!(ask(&bff, &remembered).await.status, 200, "{name}");
        issuer.set(poison);
        refetch(&bff, &issuer).await;
        assert_eq!(issuer.fetches(), 2, "{name}: it has been read");
        for token in [remembered, issuer.sign(&fresh(&bff, 1))] {
            assert_eq!(ask(&bff, &token).await.status, 200, "{name}");
        }
    }
}

#[tokio::test]
async fn a_poisoned_start_is_an_issuer_that_is_away() {
    let issuer = TestIssuer::start(Algorithm::ES256).await;
    issuer.set(spoilt(&issuer, |key| key["d"] = json!("c2VjcmV0")));
    let bff = trusting(&issuer).start().await;
    let token = issuer.sign(&bff.token("alice"));
    assert_problem(&ask(&bff, &token).await, 503, "issuer_unavailable");
    issuer.set(None);
    comes_true("the poison was the difference", async || ask(&bff, &token).await.status == 200).await;
}
