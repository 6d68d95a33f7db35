//! What a 304 leaves.

use proptest::prelude::*;

use super::*;

const LATER: Duration = secs(1000);

/// The head of a reply, after a 304 that came later.
fn freshened(stored: &str, by: &str) -> Option<Arc<Head>> {
    let now = arrived() + LATER;
    head(stored).expect("a head").freshened(Head::of(&headers(by), || now).as_deref(), now)
}

fn fresh(stored: &str, by: &str) -> (Option<Duration>, Duration) {
    let head = freshened(stored, by).expect("it is the same");
    (head.freshness(Audience::Everyone), head.age())
}

#[test]
fn what_it_says_replaces_what_was_said() {
    let old = "cache-control: max-age=60, must-revalidate | etag: W/\"a\" | vary: accept | age: 50";
    assert_eq!(fresh(old, ""), (Some(secs(60)), secs(0)));
    assert_eq!(fresh(old, "age: 7"), (Some(secs(60)), secs(7)));
    assert_eq!(fresh(old, "cache-control: s-maxage=5"), (Some(secs(5)), secs(0)));
    let head = freshened(old, "cache-control: no-cache | etag: \"a\" | vary: * | set-cookie: a=b")
        .expect("the same");
    let said = head.directives();
    assert!(said.no_cache && !said.must_revalidate && said.max_age.is_none());
    assert_eq!(head.etag, Some(HeaderValue::from_static("\"a\"")));
    assert!(!head.answers(Audience::Caller) && head.set_cookie);
}

#[test]
fn an_old_expires_is_counted_from_the_new_date() {
    let old = format!("expires: Fri, 06 Nov 2026 12:01:00 GMT | date: {ARRIVED}");
    assert_eq!(fresh(&old, ""), (Some(secs(0)), secs(0)));
    assert_eq!(fresh(&old, "vary: accept"), (Some(secs(0)), secs(0)));
    let new = "expires: Fri, 06 Nov 2026 12:20:00 GMT | date: Fri, 06 Nov 2026 12:15:00 GMT";
    assert_eq!(fresh(&old, new), (Some(secs(300)), secs(100)));
}

#[test]
fn one_that_means_another_reply_leaves_nothing() {
    assert_eq!(freshened("etag: \"a\"", "etag: \"b\""), None);
    assert!(freshened("etag: \"a\"", "etag: W/\"a\"").is_some());
    assert!(freshened("etag: \"a\"", "cache-control: max-age=5").is_some());
    let dated = "last-modified: Fri, 06 Nov 2026 11:00:00 GMT";
    assert_eq!(freshened(dated, "etag: \"b\""), None);
    assert!(freshened(dated, "last-modified: Fri, 06 Nov 2026 11:30:00 GMT").is_some());
}

proptest! {
    /// As if the headers had been replaced before they were read.
    #[test]
    fn it_is_the_head_of_both(stored in heads(false), by in heads(false)) {
        let now = arrived() + LATER;
        let Some(old) = Head::of(&stored, arrived) else { return Ok(()) };
        prop_assume!(!old.directives().no_store);
        let by_head = Head::of(&by, || now);
        prop_assume!(by_head.is_some());
        let mut both = stored.clone();
        for name in by.keys().chain(&[header::AGE, header::DATE]) {
            both.remove(name);
        }
        both.extend(by.clone());
        let whole = |name| only_one(&stored, &name) && only_one(&by, &name);
        prop_assume!(whole(header::ETAG) && whole(header::LAST_MODIFIED));
        let Some(new) = old.freshened(by_head.as_deref(), now) else {
            prop_assert_ne!(stored.get(header::ETAG), by.get(header::ETAG));
            return Ok(());
        };
        let whole = Head::of(&both, || now).expect("a head");
        if whole.directives().no_store {
            // The rest of it says nothing that counts.
            prop_assert_eq!((new.directives().no_store, &new.etag), (true, &whole.etag));
        } else {
            prop_assert_eq!(new, whole);
        }
    }
}

fn only_one(headers: &HeaderMap, name: &HeaderName) -> bool {
    headers.get_all(name).iter().count() < 2
}
