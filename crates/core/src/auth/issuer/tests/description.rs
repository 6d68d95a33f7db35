//! What an issuer says of itself: believed where its name is ours to the byte.

use serde_json::json;

use super::super::source::jwks_uri;

const ISSUER: &str = "https://login.test/a";

#[test]
fn the_set_is_where_the_description_of_our_issuer_says() {
    let at = |issuer: &str, uri: &str| {
        let described = json!({"issuer": issuer, "jwks_uri": uri, "anything": [1]}).to_string();
        jwks_uri(described.as_bytes(), ISSUER).map(String::from)
    };
    let keys = "https://keys.test/jwks?v=1";
    assert_eq!(at(ISSUER, keys), Ok(keys.to_owned()));
    for issuer in
        ["https://login.test/a/", "https://login.test/A", "https://LOGIN.test/a", "https://evil.test", ""]
    {
        assert!(at(issuer, keys).is_err(), "{issuer}");
    }
    for uri in
        ["http://keys.test/jwks", "http://localhost/jwks", "file:///jwks", "/jwks", "https://a@keys.test", ""]
    {
        assert!(at(ISSUER, uri).is_err(), "{uri}");
    }
    let local = json!({"issuer": "http://localhost:1", "jwks_uri": "http://localhost:1/jwks"}).to_string();
    assert!(jwks_uri(local.as_bytes(), "http://localhost:1").is_ok(), "on this machine");
}

#[test]
fn what_is_no_description_leads_nowhere() {
    for described in [
        String::new(),
        "[]".to_owned(),
        json!({ "issuer": ISSUER }).to_string(),
        json!({"jwks_uri": "https://keys.test"}).to_string(),
        json!({"issuer": [ISSUER], "jwks_uri": "https://keys.test"}).to_string(),
        json!({"issuer": ISSUER, "jwks_uri": ["https://keys.test"]}).to_string(),
        format!(r#"{{"issuer":"https://evil.test","issuer":"{ISSUER}","jwks_uri":"https://keys.test"}}"#),
        format!(r#"{{"issuer":"{ISSUER}","jwks_uri":"https://evil.test","jwks_uri":"https://keys.test"}}"#),
    ] {
        assert!(jwks_uri(described.as_bytes(), ISSUER).is_err(), "{described}");
    }
}
