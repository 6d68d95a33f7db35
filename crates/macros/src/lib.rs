//! The derives of bff-core, re-exported by its prelude.

mod screen;
mod service;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a struct of sections a screen: what a handler returns, and how its payload is spelled.
///
/// Fields of the types `Required`, `Optional` and `Fallback` are sections; a field with `#[screen(nested)]` is a screen of
/// its own, an object in the payload; any other field is a value that is serialised as it is.
///
/// `#[screen(rename_all = "snake_case")]` on the struct keeps the fields' names; without it they become camelCase.
/// `#[screen(rename = "name")]` on a field names it.
#[proc_macro_derive(Screen, attributes(screen))]
pub fn derive_screen(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    screen::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Makes a struct around a `Binding` the client of a service: an argument of a handler, bound to its request.
///
/// `#[service(name = "orders")]` names it as `[services.orders]` does in the configuration.
///
/// `#[service(name = "orders", operations(get: Order, place))]` lists its operations, so that the configuration can set them
/// one by one: `[services.orders.operations.get]`. A read states what it answers with (over gRPC, the method's reply), so
/// that a fallback for it can be checked when the program starts.
#[proc_macro_derive(Service, attributes(service))]
pub fn derive_service(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    service::derive(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
