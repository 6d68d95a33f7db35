//! What `#[service(…)]` says. How its mistakes read is tried in bff-core's `tests/compile_fail`.

use quote::ToTokens as _;
use syn::parse_quote;

use super::*;

/// The service's name, and each operation with its reply.
fn said(input: &DeriveInput) -> (String, Vec<(String, Option<String>)>) {
    let Settings { name, operations } = Settings::of(input).expect("it says what it must");
    let reply = |reply: Type| reply.into_token_stream().to_string();
    let operations = operations.into_iter().map(|each| (each.name.to_string(), each.reply.map(reply)));
    (name.value(), operations.collect())
}

fn refused(input: &DeriveInput) -> String {
    derive(input).expect_err("it is a mistake").to_string()
}

#[test]
fn a_service_has_a_name_and_as_many_operations_as_it_lists() {
    let name_only = parse_quote!(
        #[service(name = "users")]
        struct Users(Binding);
    );
    assert_eq!(said(&name_only), ("users".to_owned(), vec![]));
    let listed = parse_quote!(
        #[service(name = "orders", operations(get: wire::Order, recent: Vec<(u8, Order)>, place,))]
        struct Orders(Binding<Grpc>);
    );
    let operations =
        [("get", Some("wire :: Order")), ("recent", Some("Vec < (u8 , Order) >")), ("place", None)];
    let operations = operations.map(|(name, reply)| (name.to_owned(), reply.map(str::to_owned)));
    assert_eq!(said(&listed), ("orders".to_owned(), operations.to_vec()));
    let apart = parse_quote!(
        #[service(operations(get: Order))]
        #[service(name = "orders", operations())]
        #[service(operations(place))]
        struct Orders(Binding<Grpc>);
    );
    assert_eq!(said(&apart).1, [("get".to_owned(), Some("Order".to_owned())), ("place".to_owned(), None)]);
}

#[test]
fn an_operation_is_a_read_where_it_has_a_reply() {
    let input = parse_quote!(
        #[service(name = "orders", operations(r#move: Moved, place))]
        struct Orders(Binding<Grpc>);
    );
    let tokens = derive(&input).expect("it says what it must").to_string();
    assert!(tokens.contains(r#"Operation :: new ("place")"#), "{tokens}");
    let read =
        r#":: read :: << Binding < Grpc > as :: bff_core :: call :: Bound > :: Protocol , Moved > ("move")"#;
    assert!(tokens.contains(read), "a raw identifier loses its mark: {tokens}");
}

#[test]
fn a_mistake_says_what_to_write() {
    let twice = parse_quote!(
        #[service(name = "orders", operations(get: Order, place, get))]
        struct Orders(Binding);
    );
    assert_eq!(refused(&twice), "the operation `get` is listed twice");
    let misspelt = parse_quote!(
        #[service(name = "orders", operation(get: Order))]
        struct Orders(Binding);
    );
    assert_eq!(refused(&misspelt), "expected `name = \"…\"` or `operations(…)`");
    let nameless = parse_quote!(
        #[service(operations(get: Order))]
        struct Orders(Binding);
    );
    assert!(refused(&nameless).contains("#[service(name = \"orders\")]"));
    let assigned = parse_quote!(
        #[service(name = "orders", operations(get = Order))]
        struct Orders(Binding);
    );
    assert_eq!(refused(&assigned), "expected `:` and what the operation answers with, or `,`");
    for list in [
        quote!(operations = "get"),
        quote!(operations("get")),
        quote!(operations(get = Order)),
        quote!(operations(get:)),
    ] {
        let input = parse_quote!(
            #[service(name = "orders", #list)]
            struct Orders(Binding);
        );
        assert!(!refused(&input).is_empty(), "{list}");
    }
}
