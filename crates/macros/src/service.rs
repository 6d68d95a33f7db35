//! `#[derive(Service)]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{
    Data, DeriveInput, Error, Fields, Ident, LitStr, Result, Token, Type,
    ext::IdentExt as _,
    parenthesized,
    parse::{Parse, ParseStream},
    spanned::Spanned as _,
};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Settings { name, operations } = Settings::of(input)?;
    let client = &input.ident;
    let binding = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => &fields.unnamed[0].ty,
            _ => return Err(shape(input)),
        },
        _ => return Err(shape(input)),
    };
    let operations = operations.iter().map(|operation| operation.tokens(binding));
    Ok(quote! {
        #[automatically_derived]
        impl ::bff_core::call::Service for #client {
            const NAME: &'static str = #name;
            type Protocol = <#binding as ::bff_core::call::Bound>::Protocol;
            type Access = <#binding as ::bff_core::call::Bound>::Access;
            const OPERATIONS: &'static [::bff_core::call::Operation] = &[#(#operations),*];
        }

        #[automatically_derived]
        impl ::core::clone::Clone for #client {
            fn clone(&self) -> Self {
                Self(::core::clone::Clone::clone(&self.0))
            }
        }

        #[automatically_derived]
        impl<__Route> ::bff_core::axum::extract::FromRequestParts<__Route> for #client
        where
            __Route: ::bff_core::call::Offers<#client>,
        {
            type Rejection = ::bff_core::problem::Problem;

            async fn from_request_parts(
                parts: &mut ::bff_core::http::request::Parts,
                _: &__Route,
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

/// What `#[service(…)]` says.
struct Settings {
    name: LitStr,
    operations: Vec<Operation>,
}

/// `recent: Vec<Order>`, or `place` for one without a static fallback.
struct Operation {
    name: Ident,
    reply: Option<Type>,
}

impl Parse for Operation {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let name = input.parse()?;
        let reply = if input.peek(Token![:]) {
            input.parse::<Token![:]>()?;
            Some(input.parse()?)
        } else if input.is_empty() || input.peek(Token![,]) {
            None
        } else {
            return Err(input.error("expected `:` and what the operation answers with, or `,`"));
        };
        Ok(Self { name, reply })
    }
}

impl Operation {
    fn tokens(&self, binding: &Type) -> TokenStream {
        let name = self.name.unraw().to_string();
        let Some(reply) = &self.reply else { return quote!(::bff_core::call::Operation::new(#name)) };
        quote_spanned! { reply.span() =>
            ::bff_core::call::Operation::read::<<#binding as ::bff_core::call::Bound>::Protocol, #reply>(#name)
        }
    }
}

impl Settings {
    fn of(input: &DeriveInput) -> Result<Self> {
        let (mut name, mut operations) = (None, Vec::<Operation>::new());
        for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("service")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("name") {
                    name = Some(service_name(meta.value()?.parse()?)?);
                } else if meta.path.is_ident("operations") {
                    let list;
                    parenthesized!(list in meta.input);
                    operations.extend(list.parse_terminated(Operation::parse, Token![,])?);
                } else {
                    return Err(meta.error("expected `name = \"…\"` or `operations(…)`"));
                }
                Ok(())
            })?;
        }
        let name = name.ok_or_else(|| {
            Error::new_spanned(
                &input.ident,
                "say which service this is the client of: `#[service(name = \"orders\")]`, as in `[services.orders]`",
            )
        })?;
        listed_once(&operations)?;
        Ok(Self { name, operations })
    }
}

/// The configuration would be held to the first of two, and it may be the second that is called.
fn listed_once(operations: &[Operation]) -> Result<()> {
    for (place, Operation { name, .. }) in operations.iter().enumerate() {
        if operations[..place].iter().any(|before| before.name == *name) {
            return Err(Error::new(name.span(), format!("the operation `{name}` is listed twice")));
        }
    }
    Ok(())
}

fn service_name(text: LitStr) -> Result<LitStr> {
    let valid = !text.value().is_empty()
        && text.value().bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
    if valid {
        return Ok(text);
    }
    Err(Error::new(text.span(), "a service's name is lower case letters, digits, `-` and `_`"))
}

#[cfg(test)]
mod tests;
