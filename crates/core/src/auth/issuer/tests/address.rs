//! Addresses of keys: over TLS, or on this machine.

use super::super::address::{of_description, parse};

#[test]
fn keys_come_over_tls_or_from_this_machine() {
    for text in [
        "https://login.example/keys",
        "https://login.example:8443/a/b?v=1",
        "https://10.0.0.1/keys",
        "http://localhost:3000/keys",
        "http://127.0.0.1:3000/keys",
        "http://127.9.9.9/keys",
        "http://[::1]:3000/keys",
    ] {
        assert!(parse(text).is_some(), "{text}");
    }
    for text in [
        "http://login.example/keys",
        "http://10.0.0.1/keys",
        "http://0.0.0.0/keys",
        "http://[::]/keys",
        "http://localhost.example/keys",
        "http://localhost@login.example/keys",
        "https://user@login.example/keys",
        "https://user:password@login.example/keys",
        "https://@login.example/keys",
        "https://login.example/keys#a",
        "https:login.example",
        "https:///login.example",
        "file:///etc/passwd",
        "ftp://localhost/keys",
        "login.example/keys",
        "",
    ] {
        assert!(parse(text).is_none(), "{text}");
    }
}

#[test]
fn an_issuer_describes_itself_below_its_own_address() {
    let at = |issuer| of_description(issuer).map(String::from);
    let well_known = "/.well-known/openid-configuration";
    assert_eq!(at("https://login.example"), Some(format!("https://login.example{well_known}")));
    assert_eq!(at("https://login.example/"), Some(format!("https://login.example{well_known}")));
    assert_eq!(
        at("https://login.example/realms/a"),
        Some(format!("https://login.example/realms/a{well_known}"))
    );
    for issuer in
        ["login.example", "http://login.example", "https://login.example?a=b", "https://login.example/#a"]
    {
        assert_eq!(at(issuer), None, "{issuer}");
    }
}
