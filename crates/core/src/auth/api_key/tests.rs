//! Keys against a store that counts who asks it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use futures::FutureExt as _;
use jiff::Timestamp;

use super::{
    ApiKeyError, ApiKeys, format,
    issue::IssuedKey,
    record::{KeyHash, KeyRecord},
    store::{Finding, KeyStore, StoreUnavailable},
};
use crate::{
    auth::{API_KEY_ISSUER, Credential},
    config::{ApiKeysConfig, KeyEntry, KeyEnvironment::Live},
};

const NOW: u64 = 1_800_000_000;

/// One answer for whoever asks, so that only the comparison of hashes is between a stranger and the record.
struct Counting {
    answer: Result<Option<Arc<KeyRecord>>, StoreUnavailable>,
    asked: AtomicUsize,
}

impl KeyStore for Counting {
    fn find<'a>(&'a self, _: &'a KeyHash) -> Finding<'a> {
        self.asked.fetch_add(1, Relaxed);
        Box::pin(std::future::ready(self.answer.clone()))
    }
}

/// These stores answer at once.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing waits")
}

fn at(second: u64) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(second).unwrap()).ok()
}

fn issued() -> IssuedKey {
    let entry = KeyEntry {
        subject: "acme-books".to_owned(),
        account: Some("acme".to_owned()),
        scopes: vec!["orders:read".to_owned()],
        roles: vec!["partner".to_owned()],
        plan: Some("gold".to_owned()),
        not_before: at(NOW - 100),
        expires: at(NOW + 100),
        ..KeyEntry::default()
    };
    IssuedKey::new("bff", Live, entry).unwrap()
}

fn keys(answer: Result<Option<Arc<KeyRecord>>, StoreUnavailable>) -> (ApiKeys, Arc<Counting>) {
    let store = Arc::new(Counting { answer, asked: AtomicUsize::new(0) });
    (ApiKeys::new(&ApiKeysConfig::default(), store.clone()), store)
}

/// The keys of a store that has this one, and the store.
fn keys_of(issued: &IssuedKey) -> (ApiKeys, Arc<Counting>) {
    keys(Ok(Some(Arc::new(KeyRecord::of(issued.entry()).unwrap()))))
}

#[test]
fn a_key_is_its_holder() {
    let issued = issued();
    let (keys, store) = keys_of(&issued);
    let identity = block_on(keys.verify_at(issued.key(), NOW)).unwrap();
    assert_eq!((identity.id(), identity.issuer()), ("acme-books", API_KEY_ISSUER));
    assert_eq!(identity.credential(), Credential::ApiKey);
    assert_eq!((identity.account(), identity.plan()), (Some("acme"), Some("gold")));
    assert!(identity.has_scope("orders:read") && !identity.has_scope("orders:write"));
    assert!(identity.has_role("partner"));
    assert_eq!(identity.expires_at(), NOW + 100);
    assert_eq!(identity.id_header(), "acme-books");
    assert_eq!(identity.roles_header().unwrap(), "partner");
    assert_eq!(store.asked.load(Relaxed), 1);
}

#[test]
fn no_slip_of_the_hand_asks_the_store() {
    let issued = issued();
    let (keys, store) = keys_of(&issued);
    for slip in format::tests::slips(issued.key()) {
        let refused = block_on(keys.verify_at(&slip, NOW)).map(|_| ()).unwrap_err();
        assert!(matches!(refused, ApiKeyError::Malformed | ApiKeyError::Mistyped), "{slip}: {refused:?}");
    }
    assert_eq!(store.asked.load(Relaxed), 0, "slips are refused without the store");
    // The control: one more well-formed key does ask it.
    let other = format::generate("bff", Live).unwrap();
    assert_eq!(block_on(keys.verify_at(&other, NOW)).unwrap_err(), ApiKeyError::Unknown);
    assert_eq!(store.asked.load(Relaxed), 1);
}

#[test]
fn a_record_that_the_store_took_for_anothers_opens_nothing() {
    let (mine, theirs) = (issued(), issued());
    let (keys, _) = keys_of(&theirs);
    assert!(block_on(keys.verify_at(theirs.key(), NOW)).is_ok(), "the control");
    assert_eq!(block_on(keys.verify_at(mine.key(), NOW)).unwrap_err(), ApiKeyError::Unknown);
    // As a store would that goes by the first 8 bytes.
    let mut sha256 = theirs.entry().sha256.clone();
    sha256.replace_range(16.., &"0".repeat(48));
    let near = KeyRecord::of(&KeyEntry { sha256, ..theirs.entry().clone() }).unwrap();
    let (keys, _) = self::keys(Ok(Some(Arc::new(near))));
    assert_eq!(block_on(keys.verify_at(theirs.key(), NOW)).unwrap_err(), ApiKeyError::Unknown);
}

#[test]
fn a_key_is_good_from_its_first_second_to_before_its_last() {
    let issued = issued();
    let (keys, _) = keys_of(&issued);
    let at = |now| block_on(keys.verify_at(issued.key(), now)).map(|_| ());
    assert_eq!(at(NOW - 101), Err(ApiKeyError::NotYetValid));
    assert_eq!((at(NOW - 100), at(NOW + 99)), (Ok(()), Ok(())));
    assert_eq!(at(NOW + 100), Err(ApiKeyError::Expired));
    assert_eq!(at(u64::MAX), Err(ApiKeyError::Expired), "a broken clock opens nothing");
}

#[test]
fn a_store_that_does_not_answer_is_no_wrong_key() {
    let (keys, _) = keys(Err(StoreUnavailable));
    assert_eq!(block_on(keys.verify_at(issued().key(), NOW)).unwrap_err(), ApiKeyError::Unavailable);
}

#[test]
fn a_hash_is_64_hexadecimal_digits() {
    let hash = KeyHash::of("abc");
    // FIPS 180-2, appendix B.1.
    let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hash.to_hex(), text);
    assert_eq!(KeyHash::from_hex(&text.to_uppercase()), Some(hash));
    assert_eq!(hash.index(), 0xba78_16bf_8f01_cfea);
    for wrong in ["", &text[1..], &text.replace('b', "g"), &format!("+{}", &text[1..]), &format!("{text}00")]
    {
        assert_eq!(KeyHash::from_hex(wrong), None, "{wrong}");
    }
}

#[test]
fn nothing_that_is_printed_has_any_of_the_key() {
    let issued = issued();
    let (keys, _) = keys_of(&issued);
    let record = KeyRecord::of(issued.entry()).unwrap();
    let printed = format!("{issued:?} {keys:?} {record:?} {:?} {}", issued.entry(), issued.section());
    let secret = &issued.key()[13..48];
    assert!(!printed.contains(secret) && !printed.contains(issued.key()), "{printed}");
    assert!(issued.section().contains(&issued.entry().sha256), "the control: it prints records");
}
