//! Keys that are refused, each beside the good one from which it differs in one thing.

use std::time::{Duration, SystemTime};

use bff_core::{
    auth::IssuedKey,
    config::{KeyEntry, KeyEnvironment},
};
use bff_testkit::{KeysFile, Reply, TestBff, keys::partner};
use bff_tests::assert_problem;

use super::{CHALLENGE, EITHER, SUMMARY, start};

fn acme() -> KeyEntry {
    partner("acme-books", "acme")
}

fn hour(after: bool) -> KeyEntry {
    let (now, hour) = (SystemTime::now(), Duration::from_hours(1));
    let instant = if after { now + hour } else { now - hour };
    KeyEntry { not_before: instant.try_into().ok(), ..acme() }
}

#[track_caller]
fn assert_no_key(reply: &Reply) -> String {
    let detail = assert_problem(reply, 401, "invalid_api_key");
    assert_eq!(reply.header("www-authenticate"), CHALLENGE);
    detail
}

#[tokio::test]
async fn a_key_of_another_time_place_or_file() {
    let file = KeysFile::new();
    let good = file.add(acme());
    let past = KeyEntry { expires: hour(false).not_before, ..acme() };
    let (early, late, began) = (file.add(hour(true)), file.add(past), file.add(hour(false)));
    let other = |prefix, environment| {
        let issued = IssuedKey::new(prefix, environment, acme()).expect("random numbers");
        (issued.key().to_owned(), issued.section())
    };
    let earlier = file.text();
    let (test, stranger) = (other("bff", KeyEnvironment::Test), other("other", KeyEnvironment::Live));
    // In the file, so that only what they are is between them and the account.
    file.write(&format!("{earlier}\n{}\n{}", test.1, stranger.1));
    let bff = start(&file).await;
    for key in [&good, &began] {
        assert_eq!(bff.with_key(key).get(SUMMARY).await.status, 200, "the control");
    }
    bff.services.clear();
    let _ = bff.log_lines(2).await;
    let unknown = other("bff", KeyEnvironment::Live).0;
    for (key, detail, reason) in [
        (early, "the API key is not valid yet", "not_before"),
        (late, "the API key has expired", "expires"),
        (unknown, "the API key is not valid", "no record"),
        (test.0.clone(), "the API key is of another environment than this API, live or test", "environment"),
        (stranger.0, "the API key is not one of this API", "prefix"),
        (String::new(), "the X-Api-Key header does not carry one well-formed API key", "well-formed"),
    ] {
        assert_eq!(assert_no_key(&bff.with_key(&key).get(SUMMARY).await), detail);
        let line = bff.log_lines(1).await.pop().expect("a line a request");
        assert!(line["reason"].as_str().is_some_and(|said| said.contains(reason)), "{line}");
    }
    assert!(bff.services.all_seen().is_empty());

    let settings = TestBff::with(bff_partner::bff()).keys(&file).set("auth.api_keys.environment", "test");
    let bff = settings.start().await;
    assert_eq!(bff.with_key(&test.0).get(SUMMARY).await.status, 200);
    assert_no_key(&bff.with_key(&good).get(SUMMARY).await);
}

#[tokio::test]
async fn two_credentials_are_none() {
    let file = KeysFile::new();
    let (key, other) = (file.add(acme()), file.add(acme()));
    let bff = start(&file).await;
    let (with_key, token) = (bff.with_key(&key), bff.token("alice").claim("account", "acme").sign());
    assert_eq!(with_key.get(SUMMARY).await.status, 200, "the control");
    assert_eq!(bff.with_token(&token).get(SUMMARY).await.status, 200, "the control");
    bff.services.clear();
    for second in [&key, &other, ""] {
        assert_no_key(&with_key.clone().header("x-api-key", second).get(SUMMARY).await);
    }
    assert_no_key(&bff.with_key(&format!("{key}, {other}")).get(SUMMARY).await);
    for authorization in [&format!("Bearer {token}"), "Bearer nonsense", "Basic eDp5", ""] {
        let reply = with_key.clone().header("authorization", authorization).get(SUMMARY).await;
        assert_problem(&reply, 401, "ambiguous_credentials");
        assert_eq!(reply.header("www-authenticate"), "Bearer error=\"invalid_request\"");
    }
    let reply = bff.with_token(&token).header("x-api-key", "nonsense").get(SUMMARY).await;
    assert_problem(&reply, 401, "ambiguous_credentials");
    assert!(bff.services.all_seen().is_empty());
}

#[tokio::test]
async fn a_key_anywhere_else_is_no_credential() {
    let file = KeysFile::new();
    let key = file.add(acme());
    let bff = start(&file).await;
    let ask = async |name: &str, value: &str| bff.anonymous().header(name, value).get(SUMMARY).await;
    assert_eq!(ask("X-API-KEY", &key).await.status, 200, "the control: names have no case");
    bff.services.clear();
    for scheme in ["Bearer", "ApiKey", "Basic"] {
        assert_problem(&ask("authorization", &format!("{scheme} {key}")).await, 401, "invalid_token");
    }
    for (name, value) in [
        ("x_api_key", key.clone()),
        ("api-key", key.clone()),
        ("x-api-key-2", key.clone()),
        ("x-user-id", "acme-books".to_owned()),
        ("cookie", format!("x-api-key={key}")),
    ] {
        let reply = ask(name, &value).await;
        assert_problem(&reply, 401, "missing_token");
        assert_eq!(reply.header("www-authenticate"), EITHER);
    }
    for name in ["x-api-key", "X-Api-Key", "api_key", "access_token"] {
        let reply = bff.anonymous().get(&format!("{SUMMARY}?{name}={key}")).await;
        assert_problem(&reply, 401, "missing_token");
    }
    assert!(bff.services.all_seen().is_empty());
}
