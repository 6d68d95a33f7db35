//! What a tag is, and which lines of `If-None-Match` name it.

use proptest::prelude::*;

use super::*;

fn tag() -> EntityTag {
    EntityTag::of(br#"{"unread":4}"#)
}

fn opaque() -> String {
    String::from_utf8(tag().opaque().to_vec()).expect("a tag is ASCII")
}

fn is_named_by(line: impl AsRef<[u8]>) -> bool {
    tag().is_in(line.as_ref())
}

/// Every instance must say the same of the same payload, those of the next release too.
#[test]
fn a_payload_has_one_tag_for_ever() {
    let text = |payload: &[u8]| EntityTag::of(payload).header().expect("a tag is a header value");
    assert_eq!(
        text(b""),
        "W/\"99aa06d3014798d86001c324468d497f\"",
        "the XXH128 of nothing, as xxHash's own tests say"
    );
    assert_ne!(text(b"{}"), text(b"{} "));
}

#[test]
fn a_line_names_it_weak_or_strong_alone_or_among_others() {
    let opaque = opaque();
    for line in [
        format!("W/{opaque}"),
        opaque.clone(),
        format!("\"other\", W/{opaque}"),
        format!("\"other\",{opaque},\"third\""),
        format!(" \t,, ,\"a,b\" , {opaque}\t"),
        format!("W/\"\", {opaque}"),
        "*".to_owned(),
        " * ".to_owned(),
    ] {
        assert!(is_named_by(&line), "{line}");
    }
}

#[test]
fn what_is_no_tag_is_passed_over() {
    let opaque = opaque();
    for rubbish in
        ["nonsense", "W/", "w/\"x\"", "\"open", "\"a b\"", "\"a\"b", "W/W/\"x\"", "\"", "*", "\"\u{7f}\""]
    {
        assert!(is_named_by(format!("{rubbish}, {opaque}")), "{rubbish}");
        assert!(!is_named_by(format!("{rubbish}, \"other\"")), "{rubbish}");
    }
    let inner = opaque.trim_matches('"');
    for line in [
        String::new(),
        ",".to_owned(),
        inner.to_owned(),
        format!("w/{opaque}"),
        format!("{opaque}x"),
        format!("x{opaque}"),
        format!("W/ {opaque}"),
        format!("\"{inner}"),
        format!("{inner}\""),
        format!("\"{inner}-gzip\""),
        format!("\"{}\"", inner.to_uppercase()),
        format!("\"a,{inner}\""),
        "**".to_owned(),
        "\"*\"".to_owned(),
    ] {
        assert!(!is_named_by(&line), "{line}");
    }
}

/// One member of a list: a tag of somebody else's, or something that is none.
fn member() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "(W/)?\"[!#-~]{0,12}\"".prop_map(String::into_bytes),
        "[a-zA-Z0-9/*]{0,6}".prop_map(String::into_bytes),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(line in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(is_named_by(&line), line.trim_ascii() == b"*");
    }

    #[test]
    fn any_text_of_a_tags_signs_is_read_without_a_panic(line in "[W/\", a*]{0,40}") {
        let expected = line.trim() == "*";
        prop_assert_eq!(is_named_by(&line), expected);
    }

    #[test]
    fn a_list_names_it_if_it_is_a_member_of_it(
        mut members in prop::collection::vec(member(), 1..6),
        weak in any::<bool>(),
        place in any::<prop::sample::Index>(),
        gap in "[ \t]{0,2},[ ,\t]{0,3}",
    ) {
        let without = members.join(gap.as_bytes());
        prop_assert_eq!(is_named_by(&without), without.trim_ascii() == b"*");
        let own = format!("{}{}", if weak { "W/" } else { "" }, opaque());
        members.insert(place.index(members.len() + 1), own.into_bytes());
        let with = members.join(gap.as_bytes());
        prop_assert!(is_named_by(&with), "{}", String::from_utf8_lossy(&with));
    }

    #[test]
    fn payloads_that_differ_have_tags_that_differ(one in any::<Vec<u8>>(), other in any::<Vec<u8>>()) {
        prop_assert_eq!(EntityTag::of(&one).0, EntityTag::of(&one).0);
        prop_assert_eq!(EntityTag::of(&one).0 == EntityTag::of(&other).0, one == other);
    }
}
