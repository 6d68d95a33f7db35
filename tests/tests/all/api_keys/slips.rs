//! A slip of the hand is refused before anybody looks anything up, in a store that a program brings.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use bff_core::auth::{Finding, KeyHash, KeyRecord, KeyStore, StoreUnavailable};
use bff_testkit::{
    TestBff,
    keys::{issue, partner},
};
use bff_tests::assert_problem;

use super::SUMMARY;

/// One key, and how often anybody asked for one.
struct Counting {
    record: Option<Arc<KeyRecord>>,
    asked: Arc<AtomicUsize>,
}

impl KeyStore for Counting {
    fn find<'a>(&'a self, _: &'a KeyHash) -> Finding<'a> {
        self.asked.fetch_add(1, Relaxed);
        let found = self.record.clone().map(Some).ok_or(StoreUnavailable);
        Box::pin(async move {
            // A store may take its time.
            tokio::task::yield_now().await;
            found
        })
    }
}

async fn start(record: Option<Arc<KeyRecord>>) -> (TestBff, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let store = Counting { record, asked: Arc::clone(&asked) };
    let bff = TestBff::with(bff_partner::bff().key_store(store)).set("auth.api_keys.prefix", "bff");
    (bff.start().await, asked)
}

/// Each character changed into the next one, each two neighbours swapped, one too few and one too many.
fn slips(key: &str) -> Vec<String> {
    let bytes = key.as_bytes();
    let mut slips: Vec<Vec<u8>> = Vec::new();
    for at in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[at] = if bytes[at] == b'z' { b'0' } else { bytes[at] + 1 };
        let mut swapped = bytes.to_vec();
        swapped.swap(at, at.saturating_sub(1));
        let mut shorter = bytes.to_vec();
        shorter.remove(at);
        let mut longer = bytes.to_vec();
        longer.insert(at, bytes[at]);
        slips.extend([changed, swapped, shorter, longer]);
    }
    let slips = slips.into_iter().map(|slip| String::from_utf8(slip).expect("ASCII"));
    slips.filter(|slip| slip != key).collect()
}

#[tokio::test]
async fn no_slip_of_the_hand_is_looked_up() {
    let issued = issue(partner("acme-books", "acme"));
    let (bff, asked) = start(KeyRecord::of(issued.entry()).map(Arc::new)).await;
    for slip in slips(issued.key()) {
        let reply = bff.with_key(&slip).get(SUMMARY).await;
        assert_eq!(reply.code(), "invalid_api_key", "{slip}");
    }
    assert_eq!(asked.load(Relaxed), 0);
    assert!(bff.services.all_seen().is_empty());
    // The controls: a well-formed key is looked up, and only its own record opens anything.
    let other = issue(partner("acme-books", "acme"));
    assert_problem(&bff.with_key(other.key()).get(SUMMARY).await, 401, "invalid_api_key");
    assert_eq!(bff.with_key(issued.key()).get(SUMMARY).await.status, 200);
    assert_eq!(asked.load(Relaxed), 2);
}

/// A store that has lost its database.
struct Silent;

impl KeyStore for Silent {
    fn find<'a>(&'a self, _: &'a KeyHash) -> Finding<'a> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_store_that_hangs_ends_with_the_deadline() {
    let bff = TestBff::with(bff_partner::bff().key_store(Silent)).set("auth.api_keys.prefix", "bff");
    let bff = bff.set("screen.deadline", "300ms").start().await;
    let reply = bff.with_key(issue(partner("acme-books", "acme")).key()).get(SUMMARY).await;
    assert_problem(&reply, 504, "deadline_exceeded");
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_our_trouble_and_not_the_keys() {
    let (bff, asked) = start(None).await;
    let reply = bff.with_key(issue(partner("acme-books", "acme")).key()).get(SUMMARY).await;
    assert_problem(&reply, 503, "overloaded");
    assert_eq!((asked.load(Relaxed), reply.header("www-authenticate")), (1, ""));
    assert_eq!(bff.as_partner("alice", "acme").get(SUMMARY).await.status, 200, "tokens need no store");
}
