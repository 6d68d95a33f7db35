use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, header};

use crate::{
    auth::{Identity, PeerCertificate},
    call::Owner,
    config::{KeyEntry, KeyFile},
    extract::{Json, Path, Query},
};

/// A name, an account and a text that are nowhere else.
const WHO: [&str; 3] = ["zaphod-4711", "magrathea-0815", "heart-of-gold-1701"];

fn identity() -> Identity {
    Identity::for_test(WHO[0], &["admin"], &["orders:read"], Some(WHO[1]))
}

#[track_caller]
fn assert_discreet(name: &str, value: &dyn Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        for who in WHO {
            let bytes = who.bytes().map(|byte| byte.to_string()).collect::<Vec<_>>().join(", ");
            assert!(!text.contains(who) && !text.contains(&bytes), "{name}: {text}");
        }
    }
}

#[test]
fn nothing_that_knows_somebody_prints_who_it_is() {
    let entry =
        KeyEntry { subject: WHO[0].to_owned(), account: Some(WHO[1].to_owned()), ..KeyEntry::default() };
    let file = KeyFile { keys: BTreeMap::from([("one".to_owned(), entry.clone())]) };
    let certificate = PeerCertificate::verified([WHO[0].to_owned()], [0; 32], 1);
    let values: [(&str, &dyn Debug); 8] = [
        ("identity", &identity()),
        ("owner", &Owner::caller(Arc::new(identity()))),
        ("entry", &entry),
        ("file", &file),
        ("certificate", &certificate),
        ("path", &Path(WHO[0])),
        ("query", &Query(BTreeMap::from([("email", WHO[2])]))),
        ("body", &Json([WHO[2]])),
    ];
    for (name, value) in values {
        assert_discreet(name, value);
    }
    let shown = format!("{:?}", identity());
    assert!(shown.contains("[redacted]") && shown.contains("admin"), "who it is not is told: {shown}");
}

#[test]
fn headers_that_say_it_are_not_printed_either() {
    let identity = identity();
    let mut headers = HeaderMap::new();
    headers.insert("x-user-id", identity.id_header().clone());
    headers.insert("x-tenant-id", identity.account_header().expect("an account").clone());
    assert_discreet("headers", &headers);
    assert_eq!(headers["x-user-id"], WHO[0], "and are sent as they are");
    // The control: any other value is printed.
    headers.insert(header::FROM, HeaderValue::from_static(WHO[2]));
    assert!(format!("{headers:?}").contains(WHO[2]));
}

#[test]
fn replies_of_services_are_not_printed() {
    let reply = crate::call::Reply::new(Bytes::from_static(WHO[2].as_bytes()), true);
    assert_discreet("reply", &reply);
    assert!(format!("{reply:?}").contains(&format!("bytes: {}", WHO[2].len())));
}
