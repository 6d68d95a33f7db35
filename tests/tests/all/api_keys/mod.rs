//! API keys: who has one is its holder, and nothing else is a key.

mod carried;
mod certificates;
mod refused;
mod reloaded;
mod slips;

use bff_core::config::KeyEntry;
use bff_testkit::{KeysFile, TestBff, keys::partner};
use bff_tests::assert_problem;

const SUMMARY: &str = "/partner/v1/summary";
const ORDERS: &str = "/partner/v1/orders";

/// What a 401 asks for where keys are accepted, and what it says of a bad one.
const EITHER: &str = "Bearer, ApiKey header=\"X-Api-Key\"";
const CHALLENGE: &str = "ApiKey header=\"X-Api-Key\"";

/// The partner BFF with a file of keys.
async fn start(file: &KeysFile) -> TestBff {
    TestBff::with(bff_partner::bff()).keys(file).start().await
}

#[tokio::test]
async fn a_key_is_its_holder() {
    let file = KeysFile::new();
    let roles = vec!["partner".to_owned(), "buyer".to_owned()];
    let key = file.add(KeyEntry { roles, ..partner("acme-books", "acme") });
    let bff = start(&file).await;
    for path in [SUMMARY, ORDERS] {
        bff.services.clear();
        let reply = bff.with_key(&key).get(path).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        assert_eq!(reply.header("vary"), "Authorization, X-Api-Key");
        assert_eq!(reply.json(), bff.as_partner("acme-books", "acme").get(path).await.json());
        assert!(!bff.services.all_seen().is_empty());
        let seen = bff.services.all_seen();
        let of_key = seen.iter().filter(|seen| seen.header_values("x-user-roles").eq(["partner,buyer"]));
        assert_eq!(of_key.count(), seen.len() / 2, "half of the calls were the key's");
        assert!(seen.iter().all(|seen| seen.header_values("x-user-id").eq(["acme-books"])));
    }
}

#[tokio::test]
async fn a_key_sees_its_own_account() {
    let file = KeysFile::new();
    let (acme, nordic) =
        (file.add(partner("acme-books", "acme")), file.add(partner("nordic-tools", "nordic")));
    let bff = start(&file).await;
    let order = |id: &str| format!("{ORDERS}/{id}");
    assert_eq!(bff.with_key(&acme).get(&order("ord-1001")).await.status, 200);
    assert_problem(&bff.with_key(&nordic).get(&order("ord-1001")).await, 404, "not_found");
}

#[tokio::test]
async fn a_key_may_do_what_its_record_says() {
    let file = KeysFile::new();
    let scopes = vec!["orders:read".to_owned()];
    let orders = file.add(KeyEntry { scopes, ..partner("acme-books", "acme") });
    let nothing = file.add(KeyEntry { account: None, ..partner("acme-books", "acme") });
    let bff = start(&file).await;
    assert_eq!(bff.with_key(&orders).get(ORDERS).await.status, 200, "the control");
    for (key, path, detail) in [
        (&orders, SUMMARY, "this needs the scope reports:read"),
        (&nothing, ORDERS, "this needs a credential of a partner account"),
    ] {
        bff.services.clear();
        let reply = bff.with_key(key).get(path).await;
        assert_eq!(assert_problem(&reply, 403, "forbidden"), detail);
        assert_eq!(reply.header("www-authenticate"), "", "another token would not help");
        assert!(bff.services.all_seen().is_empty());
    }
}

#[tokio::test]
async fn tokens_are_what_they_were() {
    let bff = start(&KeysFile::new()).await;
    let alice = bff.as_partner("alice", "acme");
    assert_eq!(alice.get(SUMMARY).await.header("vary"), "Authorization");
    let missing = bff.anonymous().get(SUMMARY).await;
    assert_problem(&missing, 401, "missing_token");
    assert_eq!(missing.header("www-authenticate"), EITHER);
    let reply = bff.with_token("nonsense").get(SUMMARY).await;
    assert_problem(&reply, 401, "invalid_token");
    assert_eq!(reply.header("www-authenticate"), "Bearer error=\"invalid_token\"");
}

#[tokio::test]
async fn where_keys_are_not_configured_the_header_is_no_credential() {
    let file = KeysFile::new();
    let key = file.add(partner("acme-books", "acme"));
    let bff = TestBff::start(bff_partner::bff()).await;
    let reply = bff.with_key(&key).get(SUMMARY).await;
    assert_problem(&reply, 401, "missing_token");
    assert_eq!(reply.header("www-authenticate"), "Bearer");
    assert_eq!(bff.as_partner("alice", "acme").header("x-api-key", &key).get(SUMMARY).await.status, 200);
}
