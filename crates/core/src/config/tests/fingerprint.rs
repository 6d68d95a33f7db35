//! The hash by which instances are compared.

use super::{file, load, public};

const ISSUER: &str = "[auth.issuers.login]\nissuer = \"a\"\naudience = \"b\"\nalgorithm = \"HS256\"\n[services.users]\nurl = \"http://users\"";

fn fingerprint(text: &str, environment: &[(&str, &str)]) -> String {
    let sources = file(text).with_environment(environment.iter().copied());
    load(&sources, &["users"]).unwrap_or_else(|errors| panic!("{errors}")).fingerprint()
}

#[test]
fn it_is_the_same_wherever_a_value_was_set_and_another_one_with_any_other_value() {
    let secret = ("BFF_AUTH__ISSUERS__LOGIN__SECRET", "0123456789abcdef0123456789abcdef");
    let one = fingerprint(ISSUER, &[secret]);
    assert!(one.len() == 16 && one.bytes().all(|byte| byte.is_ascii_hexdigit()), "{one}");
    assert_eq!(fingerprint(ISSUER, &[secret]), one);
    let spelt_out = format!("{ISSUER}\ntimeout = \"1s\"");
    assert_eq!(fingerprint(&spelt_out, &[secret]), one, "that is the default");
    let in_file = format!("{ISSUER}\ntimeout = \"2s\"");
    let in_environment = fingerprint(ISSUER, &[secret, ("BFF_SERVICES__USERS__TIMEOUT", "2s")]);
    assert_ne!(in_environment, one);
    assert_eq!(fingerprint(&in_file, &[secret]), in_environment);
    for other in ["max_depth = 9", "cache = false", "breaker.open_for = \"6s\"", "health = { path = \"/\" }"]
    {
        assert_ne!(fingerprint(&format!("{ISSUER}\n{other}"), &[secret]), one, "{other}");
    }
}

#[test]
fn no_secret_is_in_it() {
    let with = |secret| fingerprint(ISSUER, &[("BFF_AUTH__ISSUERS__LOGIN__SECRET", secret)]);
    assert_eq!(with("0123456789abcdef0123456789abcdef"), with("fedcba9876543210fedcba9876543210"));
    let redis = |url: &str| {
        let sources = public("").with_environment([("BFF_REDIS__URL", url)]);
        load(&sources, &[]).expect("valid").fingerprint()
    };
    assert_eq!(redis("redis://:one@redis"), redis("redis://:other@redis"));
}
