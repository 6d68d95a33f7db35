use super::{super::testing::headers, *};

fn tag(text: &str) -> Option<String> {
    entity_tag(&headers(text)).map(|tag| String::from_utf8_lossy(tag.as_bytes()).into_owned())
}

#[test]
fn a_tag_is_given_back_as_it_came() {
    for well_formed in [r#""""#, r#""a""#, r#"W/"a""#, r#""a,b*""#, r#""!#~""#, "\"\u{e9}\""] {
        assert_eq!(tag(&format!("etag: {well_formed}")).as_deref(), Some(well_formed));
    }
}

/// As `If-None-Match`, some of these mean more than the one reply that they came with.
#[test]
fn what_is_no_single_tag_is_none() {
    for malformed in
        ["", "*", "a", r#""a"#, r#"a""#, "\"", r#"w/"a""#, r#""a", "b""#, r#""a b""#, "W/", r#"W/W/"a""#]
    {
        assert_eq!(tag(&format!("etag: {malformed}")), None, "{malformed}");
    }
    assert_eq!(tag(r#"etag: "a" | etag: "a""#), None, "two of them");
    assert_eq!(tag("x: y"), None);
}

#[test]
fn tags_are_compared_weakly() {
    let same = |one: &'static str, other: &'static str| {
        is_same(&HeaderValue::from_static(one), &HeaderValue::from_static(other))
    };
    assert!(same(r#""a""#, r#""a""#) && same(r#"W/"a""#, r#""a""#) && same(r#"W/"a""#, r#"W/"a""#));
    assert!(!same(r#""a""#, r#""A""#) && !same(r#"W/"a""#, r#"W/"b""#));
}

#[test]
fn a_date_has_one_of_three_forms_and_is_given_back_as_it_came() {
    let forms =
        ["Fri, 06 Nov 2026 12:00:00 GMT", "Friday, 06-Nov-26 12:00:00 GMT", "Fri Nov  6 12:00:00 2026"];
    for form in forms {
        let found = modified(&headers(&format!("last-modified: {form}")));
        assert_eq!(found.as_ref().map(HeaderValue::as_bytes), Some(form.as_bytes()));
        assert_eq!(date(&HeaderValue::from_static(form)), date(&HeaderValue::from_static(forms[0])));
    }
    for none in ["", "0", "yesterday", "Fri, 06 Nov 2026 12:00:00 CET"] {
        assert_eq!(modified(&headers(&format!("last-modified: {none}"))), None, "{none}");
    }
    let twice = format!("last-modified: {0} | last-modified: {0}", forms[0]);
    assert_eq!(modified(&headers(&twice)), None);
}
