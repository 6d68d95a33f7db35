//! No secret appears in anything that is rendered: neither in errors nor in `Debug`.

use super::{SECRET, errors, file};

/// What would give it away: no part of it that is longer than this may show.
fn assert_hidden(rendered: &str, source: &str) {
    assert!(!rendered.contains("correct-horse") && !rendered.contains("battery"), "{source}:\n{rendered}");
}

#[test]
fn no_error_shows_a_secret() {
    let issuer = "issuer = \"a\"\naudience = \"b\"\nalgorithm = ";
    let cases = [
        // Refused by what it means, by its type, and as a table.
        format!("[auth.issuers.login]\n{issuer}\"RS256\"\nsecret = {SECRET:?}"),
        format!("[auth.issuers.login]\n{issuer}\"HS256\"\nsecret = [{SECRET:?}]"),
        format!("[auth.issuers.login]\n{issuer}\"HS256\"\nsecret = {{ {SECRET} = {SECRET:?} }}"),
        // In the wrong place or under a wrong name.
        format!("auth.issuers.login = {SECRET:?}"),
        format!("[auth.issuers]\nsecret = {SECRET:?}"),
        format!("[auth]\nclient_secret = {SECRET:?}"),
        format!("[auth]\nsecrt = {SECRET:?}"),
        // On a line that is not TOML.
        format!("[auth.issuers.login]\nsecret = {SECRET}"),
        format!("[auth.issuers.login]\nsecret = \"{SECRET}"),
        // In an address, and as a private key.
        format!("services.users.url = \"http://name:{SECRET}@users\""),
        format!("services.users.url = \"http://users?token={SECRET}\""),
        format!("services.users.url = [\"http://users\", \"http://name:{SECRET}@users\"]"),
        format!("services.users.url = [7, \"http://users?token={SECRET}\"]"),
        format!("services.users.url = [{{ \"http://users\" = {SECRET:?} }}]"),
        // In the address of a Redis: of a wrong form, in a wrong place, as a list, a table or a number.
        format!("redis.url = \"http://:{SECRET}@redis\""),
        format!("redis.url = \"redis://:{SECRET}@\""),
        format!("redis.url = \"redis://redis/?password={SECRET}\""),
        format!("redis.url = \"{SECRET}\""),
        format!("redis.url = [\"redis://:{SECRET}@redis\"]"),
        format!("redis.url = {{ \"{SECRET}\" = \"redis\" }}"),
        format!("redis = \"redis://:{SECRET}@redis\""),
        format!("redis.uri = \"redis://:{SECRET}@redis\""),
        // Of the collector of traces: in its address, as a header, and where a header's name should be.
        format!("traces.endpoint = \"http://name:{SECRET}@collector\""),
        format!("traces.endpoint = \"http://collector?token={SECRET}\""),
        format!("traces.headers = {SECRET:?}"),
        format!("traces.header = {{ authorization = {SECRET:?} }}"),
        format!("traces.headers.authorization = [{SECRET:?}]"),
        format!("traces.headers.authorization = \"{SECRET}\\n\""),
        format!("traces.headers.\"{SECRET}:\" = \"\""),
        format!("traces.ca_file = \"-----BEGIN PRIVATE KEY-----{SECRET}\""),
        // Of the sender: in a wrong place, of a wrong type, and in place of a file's name or of a choice.
        format!("sender = {SECRET:?}"),
        format!("sender.secret = [{SECRET:?}]"),
        format!("sender.previous_secret = \"a b {SECRET}\""),
        format!("sender.key = {SECRET:?}"),
        format!("services.users = {{ url = \"http://users\", sender = {SECRET:?} }}"),
        format!("sender.key_file = \"-----BEGIN PRIVATE KEY-----{SECRET}\""),
        format!(
            "[auth.issuers.login]\n{issuer}\"EdDSA\"\npublic_key_file = \"-----BEGIN PRIVATE KEY-----{SECRET}\""
        ),
        format!(
            "[auth.issuers.login]\n{issuer}\"EdDSA\"\npublic_key = \"-----BEGIN PRIVATE KEY-----{SECRET}\""
        ),
    ];
    for text in cases {
        let errors = errors(&file(&text), &["users"]);
        assert_hidden(&errors.to_string(), &text);
        assert_hidden(&format!("{errors:?}"), &text);
        assert!(errors.iter().count() > 0);
    }
}

#[test]
fn no_error_shows_a_secret_of_the_environment() {
    for (name, value) in [
        ("BFF_AUTH__ISSUERS__LOGIN__SECRET", SECRET.to_owned()),
        ("BFF_AUTH__ISSUERS__LOGIN__SECRET", "correct-horse".to_owned()),
        ("BFF_AUTH__ISSUERS__LOGIN__SECRET__X", SECRET.to_owned()),
        ("BFF_AUTH__ISSUERS__LOGIN", format!("{{secret = {SECRET:?}")),
        ("BFF_AUTH__ISSUERS__LOGIN", SECRET.to_owned()),
        ("BFF_AUTH__ISSUERS", format!("[{SECRET:?}]")),
        ("BFF_REDIS__URL", format!("redis://:{SECRET}@")),
        ("BFF_REDIS__URL", format!("[\"redis://:{SECRET}@redis\"]")),
        ("BFF_REDIS__URL__X", format!("redis://:{SECRET}@redis")),
        ("BFF_REDIS", format!("redis://:{SECRET}@redis")),
        ("BFF_SENDER__SECRET", format!("{SECRET} {SECRET}")),
        ("BFF_SENDER_SECRET", SECRET.to_owned()),
        ("BFF_SERVICES__USERS__SENDER", SECRET.to_owned()),
        ("BFF_REDIS_URL", format!("redis://:{SECRET}@redis")),
        ("BFF_SERVICES__USERS__URL", format!("[\"http://users\", \"http://name:{SECRET}@users\"]")),
        ("BFF_SERVICES__USERS__URL", format!("[\"http://name:{SECRET}@users\"")),
    ] {
        let sources = file("").with_environment([(name, value)]);
        let errors = errors(&sources, &["users"]);
        assert_hidden(&errors.to_string(), name);
        assert_hidden(&format!("{errors:?} {sources:?}"), name);
    }
}

#[test]
fn a_wrong_secret_is_reported_as_hidden() {
    for secret in ["12345", "\"short\"", "true"] {
        let text = format!(
            "[auth.issuers.login]\nissuer = \"a\"\naudience = \"b\"\nalgorithm = \"HS256\"\nsecret = {secret}"
        );
        let errors = errors(&file(&text), &[]);
        let all: Vec<_> = errors.iter().map(|error| (error.key(), error.found())).collect();
        assert_eq!(all, [("auth.issuers.login.secret", "(hidden)")], "{secret}");
    }
}

#[test]
fn debug_of_a_configuration_hides_secrets() {
    let text = format!(
        "[auth.issuers.login]\nissuer = \"a\"\naudience = \"b\"\nalgorithm = \"HS256\"\nsecret = {SECRET:?}\n\
         [redis]\nurl = \"redis://name:{SECRET}@redis\"\n[sender]\nsecret = {SECRET:?}\nprevious_secret = \"{SECRET}-0\""
    );
    let sources = file(&text).with_override("auth.issuers.login.secret", SECRET);
    let config = super::load(&sources, &[]).expect("all are valid");
    assert_hidden(&format!("{config:?} {config:#?} {sources:?}"), "Debug");
}
