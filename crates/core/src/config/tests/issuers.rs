//! `[auth.issuers]` whose keys come from elsewhere: one source, and an address that can be believed.

use std::time::Duration;

use super::{Folder, PUBLIC_KEY, SECRET, Sources, errors, file, load, rows};

fn issuer(algorithm: &str, rest: &str) -> Sources {
    let issuer = "issuer = \"https://login.example\"\naudience = \"web\"";
    file(&format!("[auth.issuers.login]\n{issuer}\nalgorithm = \"{algorithm}\"\n{rest}"))
}

#[test]
fn an_issuer_has_one_source_of_keys() {
    let url = "jwks_url = \"https://login.example/keys\"";
    for rest in [url, "discovery = true", "jwks_url = \"http://127.0.0.1:3000/keys\""] {
        assert!(load(&issuer("ES256", rest), &[]).is_ok(), "{rest}");
    }
    let both = |second: &str| issuer("ES256", &format!("public_key = {PUBLIC_KEY:?}\n{second}"));
    for (second, key) in
        [(url, "jwks_url"), ("discovery = true", "discovery"), ("jwks_file = \"keys.json\"", "jwks_file")]
    {
        let errors = errors(&both(second), &[]);
        let [[_, name, _, expected]] = rows(&errors)[..] else { panic!("{errors}") };
        assert_eq!(name, format!("auth.issuers.login.{key}"));
        assert_eq!(expected, format!("only one of {key} and public_key"));
    }
    let all = errors(&both(&format!("{url}\ndiscovery = true")), &[]);
    assert_eq!(rows(&all).len(), 2, "all at once: {all}");
}

#[test]
fn a_shared_secret_is_in_no_key_set() {
    for (rest, key) in
        [("discovery = true", "discovery"), ("jwks_url = \"https://login.example/keys\"", "jwks_url")]
    {
        let errors = errors(&issuer("HS256", &format!("secret = {SECRET:?}\n{rest}")), &[]);
        let [[_, name, _, expected]] = rows(&errors)[..] else { panic!("{errors}") };
        assert_eq!(name, format!("auth.issuers.login.{key}"));
        assert_eq!(expected, "no key set: HS256 has a secret, and a key set is public");
    }
}

#[test]
fn keys_come_over_tls_or_from_this_machine() {
    for url in ["http://login.example/keys", "login.example/keys", "https://login.example/keys#a", ""] {
        let errors = errors(&issuer("ES256", &format!("jwks_url = {url:?}")), &[]);
        let [[_, key, found, expected]] = rows(&errors)[..] else { panic!("{errors}") };
        assert_eq!((key, found), ("auth.issuers.login.jwks_url", &format!("{url:?}")[..]));
        assert!(expected.contains("https://"), "{expected}");
    }
    let hidden =
        errors(&issuer("ES256", &format!("jwks_url = \"https://name:{SECRET}@login.example\"")), &[]);
    assert!(!hidden.to_string().contains("correct-horse"), "{hidden}");
    let plain = "[auth.issuers.login]\nissuer = \"http://login.example\"\naudience = \"web\"\nalgorithm = \"ES256\"\n\
                 discovery = true";
    let errors = errors(&file(plain), &[]);
    assert_eq!(rows(&errors)[0][..2], ["file \"bffs/web/config.toml\", line 2", "auth.issuers.login.issuer"]);
}

#[test]
fn a_key_set_file_is_looked_for_beside_the_file() {
    let folder = Folder::new("key-set");
    let keys = folder.write("keys.json", "{}");
    let text = "[auth.issuers.login]\nissuer = \"a\"\naudience = \"b\"\nalgorithm = \"EdDSA\"\njwks_file = \"keys.json\"";
    let path = folder.write("config.toml", text);
    let config = load(&Sources::read(&path).expect("the file is there"), &[]).expect("all are valid");
    assert_eq!(config.auth.issuers["login"].jwks_file.as_deref(), Some(keys.as_path()));
    let errors = errors(&issuer("EdDSA", "jwks_file = \"/nowhere/keys.json\""), &[]);
    assert!(rows(&errors)[0][2].contains("/nowhere/keys.json: No such file"), "{errors}");
}

#[test]
fn keys_are_fetched_at_sensible_times() {
    let config = load(&issuer("ES256", "discovery = true"), &[]).expect("defaults");
    let [refresh, cooldown, keep] = [300, 30, 24 * 3600].map(Duration::from_secs);
    let auth = &config.auth;
    assert_eq!((auth.jwks_refresh, auth.jwks_cooldown, auth.jwks_keep), (refresh, cooldown, keep));
    for (key, value) in [
        ("jwks_refresh", "999ms"),
        ("jwks_refresh", "25h"),
        ("jwks_cooldown", "11m"),
        ("jwks_keep", "721h"),
        ("jwks_keep", "9m"),
    ] {
        let sources = issuer("ES256", "discovery = true").with_override(format!("auth.{key}"), value);
        let errors = errors(&sources, &[]);
        assert_eq!(rows(&errors)[0][1], format!("auth.{key}"), "{value}: {errors}");
    }
}
