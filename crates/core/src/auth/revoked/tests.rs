//! What a revocation names, and whom it leaves alone.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    super::{claims::Claims, issuer::Key},
    list::List,
    shared,
};
use crate::{auth::Identity, config::Revocation};

const LOGIN: &str = "https://login.test";

/// Somebody's token of a session, issued at this second.
fn token(id: &str, issued_at: Option<u64>) -> Identity {
    let claims = Claims {
        issuer: LOGIN.to_owned(),
        subject: id.to_owned(),
        audience: Vec::new(),
        expires_at: u64::MAX,
        not_before: None,
        roles: Vec::new(),
        scopes: Vec::new(),
        account: None,
        token_id: Some(format!("token-of-{id}")),
        session: Some(format!("session-of-{id}")),
        issued_at,
    };
    Identity::of_token(claims, Arc::new(Key::for_test())).expect("an identity")
}

fn revocation(json: &str) -> Revocation {
    serde_json::from_str(json).expect("a revocation")
}

fn names(json: &str, identity: &Identity) -> bool {
    List::of([revocation(json)]).names(identity)
}

#[test]
fn it_names_a_token_a_session_or_a_caller() {
    for (json, alice, bob) in [
        (r#"{"token":"token-of-alice"}"#, true, false),
        (r#"{"session":"session-of-alice"}"#, true, false),
        (r#"{"subject":"alice"}"#, true, false),
        (r#"{"subject":"Alice"}"#, false, false),
        (r#"{"subject":"token-of-alice"}"#, false, false),
        (r#"{"token":"alice"}"#, false, false),
        (r#"{"session":"alice"}"#, false, false),
        (r#"{"subject":"alice","issuer":"https://login.test"}"#, true, false),
        (r#"{"subject":"alice","issuer":"https://other.test"}"#, false, false),
        (r#"{"subject":"alice","until":"2001-01-01T00:00:00Z"}"#, false, false),
        (r#"{"subject":"alice","until":"2901-01-01T00:00:00Z"}"#, true, false),
    ] {
        let found = (names(json, &token("alice", None)), names(json, &token("bob", None)));
        assert_eq!(found, (alice, bob), "{json}");
    }
}

#[test]
fn whoever_signs_in_again_is_let_in() {
    let at = Timestamp::from_second(1_000).expect("a time");
    let json = format!(r#"{{"subject":"alice","issued_before":"{at}"}}"#);
    for (issued_at, refused) in [(Some(999), true), (Some(1_000), false), (None, true)] {
        assert_eq!(names(&json, &token("alice", issued_at)), refused, "{issued_at:?}");
    }
}

#[test]
fn several_revocations_of_one_name_all_count() {
    let list = List::of([
        revocation(r#"{"subject":"alice","issuer":"https://other.test"}"#),
        revocation(r#"{"subject":"alice"}"#),
    ]);
    assert!(list.names(&token("alice", None)));
}

#[test]
fn a_list_of_the_instances_is_good_as_a_whole_or_not_at_all() {
    let good = r#"{"subject":"alice"}"#.to_owned();
    assert!(shared::list(std::slice::from_ref(&good)).is_ok_and(|list| list.names(&token("alice", None))));
    for bad in ["", "alice", "{}", r#"{"subject":""}"#, r#"{"subject":"a","token":"b"}"#, r#"{"user":"a"}"#] {
        let fault = shared::list(&[good.clone(), bad.to_owned()]).err().expect(bad);
        assert!(fault.contains("token, subject or session") && !fault.contains("alice"), "{fault}");
    }
}
