//! Which keys are taken, what is published of them, and what is never shown.

use serde_json::Value;

use super::*;

/// By `openssl genpkey -algorithm ed25519`: the short form, without the public half.
const OPENSSL_ED25519: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";
/// Its public half is that of RFC 8037, appendix A, as is its thumbprint (A.3).
const RFC_8037_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const RFC_8037_THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

#[test]
fn a_key_of_another_program_is_read_and_named_by_its_thumbprint() {
    let key = SigningKey::read(OPENSSL_ED25519).expect("a private key");
    assert_eq!(key.id(), RFC_8037_THUMBPRINT);
    let keys = SenderKeys { public: vec![key.public().clone()], signing: Some(Arc::new(key)) };
    let jwks: Value = serde_json::from_str(&keys.jwks().expect("there is a key")).expect("JSON");
    let expected = serde_json::json!({"keys": [{
        "kty": "OKP", "crv": "Ed25519", "x": RFC_8037_X, "alg": "EdDSA", "use": "sig", "kid": RFC_8037_THUMBPRINT
    }]});
    assert_eq!(jwks, expected, "and nothing that signs");
    assert!(SenderKeys::default().jwks().is_none());
}

#[test]
fn both_halves_have_one_name() {
    for algorithm in [&rcgen::PKCS_ED25519, &rcgen::PKCS_ECDSA_P256_SHA256] {
        let (private, public) = pair(algorithm);
        let id = |pem: &str| PublicKey::read(pem).expect("a key").id().to_owned();
        assert_eq!(id(&private), id(&public));
        assert_eq!(signing(&private).id(), id(&public));
        assert!(SigningKey::read(&public).is_none(), "a public key signs nothing");
    }
}

#[test]
fn what_is_no_such_key_is_none() {
    let (ed, ed_public) = pair(&rcgen::PKCS_ED25519);
    let (rsa, rsa_public) = pair(&rcgen::PKCS_RSA_SHA256);
    let (p384, p384_public) = pair(&rcgen::PKCS_ECDSA_P384_SHA384);
    let cut = ed.replace(&ed[40..60], "");
    let two = format!("{ed}{ed}");
    let both = format!("{ed_public}{ed}");
    for pem in [
        "",
        "no PEM",
        &rsa,
        &rsa_public,
        &p384,
        &p384_public,
        &cut,
        &two,
        &both,
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
    ] {
        assert!(SigningKey::read(pem).is_none() && PublicKey::read(pem).is_none(), "{pem}");
    }
}

#[test]
fn debug_shows_names_only() {
    let key = signing(OPENSSL_ED25519);
    let keys = SenderKeys { public: vec![key.public().clone()], signing: Some(key) };
    assert_eq!(format!("{keys:?}"), format!("SenderKeys {{ public: [{RFC_8037_THUMBPRINT:?}], .. }}"));
    let config =
        SenderConfig { secret: Some("0123456789".repeat(4).into()), keys, ..SenderConfig::default() };
    for sender in [Sender::Secret, Sender::Token] {
        let credential = Credential::new(sender, &config, "bff-web", "orders", 1);
        let shown = format!("{credential:?} {config:?}");
        assert!(
            shown.contains("(hidden)") && !shown.contains("012345") && !shown.contains("nWGx"),
            "{shown}"
        );
    }
}

#[test]
fn without_what_it_needs_there_is_no_credential() {
    let config = SenderConfig::default();
    let of = |sender| {
        Credential::new(sender, &config, "bff-web", "orders", 1).map(|credential| credential.is_some())
    };
    assert_eq!(of(Sender::None), Ok(false));
    let missing = |key: &str| Err(format!("services.orders.sender: {key} is not set or can't be used"));
    assert_eq!(of(Sender::Secret), missing("sender.secret"));
    assert_eq!(of(Sender::Token), missing("sender.key_file"));
}
