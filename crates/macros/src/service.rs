//! `#[derive(Service)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, LitStr, Result};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let name = name(input)?;
    let client = &input.ident;
    let binding = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => &fields.unnamed[0].ty,
            _ => return Err(shape(input)),
        },
        _ => return Err(shape(input)),
    };
    Ok(quote! {
        #[automatically_derived]
        impl ::bff_core::call::Service for #client {
            const NAME: &'static str = #name;
            type Protocol = <#binding as ::bff_core::call::Bound>::Protocol;
        }

        #[automatically_derived]
        impl ::core::clone::Clone for #client {
            fn clone(&self) -> Self {
                Self(::core::clone::Clone::clone(&self.0))
            }
        }

        #[automatically_derived]
        impl<S: ::core::marker::Sync> ::bff_core::axum::extract::FromRequestParts<S> for #client {
            type Rejection = ::bff_core::problem::Problem;

            async fn from_request_parts(
                parts: &mut ::bff_core::http::request::Parts,
                _: &S,
            ) -> ::core::result::Result<Self, ::bff_core::problem::Problem> {
                <#binding as ::bff_core::call::Bound>::bind(#name, parts).map(Self)
            }
        }
    })
}

fn shape(input: &DeriveInput) -> Error {
    Error::new_spanned(
        &input.ident,
        format!("a service client is a struct around its binding: `pub struct {}(Binding);`", input.ident),
    )
}

fn name(input: &DeriveInput) -> Result<LitStr> {
    let mut name = None;
    for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("service")) {
        attribute.parse_nested_meta(|meta| {
            if !meta.path.is_ident("name") {
                return Err(meta.error("expected `name = \"…\"`"));
            }
            let text: LitStr = meta.value()?.parse()?;
            let valid = !text.value().is_empty()
                && text.value().bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
            if !valid {
                return Err(Error::new(
                    text.span(),
                    "a service's name is lower case letters, digits, `-` and `_`",
                ));
            }
            name = Some(text);
            Ok(())
        })?;
    }
    name.ok_or_else(|| {
        Error::new_spanned(
            &input.ident,
            "say which service this is the client of: `#[service(name = \"orders\")]`, as in `[services.orders]`",
        )
    })
}
