//! How fields are spelled in the payload. What the derive refuses is tried in bff-core's `tests/compile_fail`.

use syn::parse_quote;

use super::*;

#[test]
fn names_are_camel_case() {
    for (field, name) in [
        ("name", "name"),
        ("recent_orders", "recentOrders"),
        ("total_in_cents", "totalInCents"),
        ("line_2", "line2"),
        ("x_y_z", "xYZ"),
        ("alreadyCamel", "alreadyCamel"),
        ("avatar_url", "avatarUrl"),
        ("double__bar", "doubleBar"),
        ("_private", "private"),
        ("trailing_", "trailing"),
        ("größe_über_alles", "größeüberAlles"),
    ] {
        assert_eq!(Case::Camel.apply(field), name, "{field}");
    }
}

#[test]
fn snake_case_leaves_names_as_they_are() {
    for field in ["name", "recent_orders", "_private", "double__bar"] {
        assert_eq!(Case::Snake.apply(field), field);
    }
}

#[test]
fn a_raw_identifier_loses_its_mark() {
    assert_eq!(Case::Camel.apply("r#type"), "type");
    assert_eq!(Case::Snake.apply("r#type"), "type");
    assert_eq!(Case::Camel.apply("r#match_kind"), "matchKind");
}

#[test]
fn the_attribute_names_the_case() {
    let camel: DeriveInput = parse_quote!(
        struct Home {
            name: String,
        }
    );
    assert!(matches!(Case::of(&camel), Ok(Case::Camel)));
    let snake: DeriveInput = parse_quote!(
        #[screen(rename_all = "snake_case")]
        struct Home {
            name: String,
        }
    );
    assert!(matches!(Case::of(&snake), Ok(Case::Snake)));
}

#[test]
fn a_section_is_known_by_the_last_word_of_its_path() {
    let sections = ["Required", "Optional", "Fallback"];
    assert!(is_one_of(&parse_quote!(Required<String>), &sections));
    assert!(is_one_of(&parse_quote!(bff_core::screen::Optional<Vec<String>>), &sections));
    assert!(!is_one_of(&parse_quote!(Option<Required<String>>), &sections));
    assert!(!is_one_of(&parse_quote!((Required<String>,)), &sections));
}

#[test]
fn a_name_needs_no_escape_in_json() {
    for name in ["orders", "größe", "$ref", "in-flight", "_links", "2nd"] {
        assert_eq!(payload_name(&parse_quote!(#name)).expect("a name"), name);
    }
    for name in ["", "a b", "a\"b", "a\\b", "a\nb", "a.b", "a,b", "\u{202e}"] {
        assert!(payload_name(&parse_quote!(#name)).is_err(), "{name:?}");
    }
}
