//! `#[derive(Screen)]`.

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Data, DeriveInput, Error, Field, Fields, LitStr, Result, Type, spanned::Spanned as _};

pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(&input.ident, "a screen is a struct of sections"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(
            &input.ident,
            "a screen's sections have names: `pub struct Overview { profile: Required<Profile> }`",
        ));
    };
    if let Some(parameter) = input.generics.params.first() {
        return Err(Error::new_spanned(
            parameter,
            "a screen has no type parameters: its payload is one shape",
        ));
    }
    let case = Case::of(input)?;
    let screen = &input.ident;
    let mut names = HashSet::from(["_meta".to_owned()]);
    let parts = fields.named.iter().map(|field| part(field, case, &mut names)).collect::<Result<Vec<_>>>()?;
    Ok(quote! {
        #[automatically_derived]
        impl ::bff_core::screen::Screen for #screen {
            fn into_parts(self, parts: &mut ::bff_core::screen::Parts) {
                #(#parts)*
            }
        }

        #[automatically_derived]
        impl ::bff_core::axum::response::IntoResponse for #screen {
            fn into_response(self) -> ::bff_core::axum::response::Response {
                ::bff_core::screen::respond(self)
            }
        }
    })
}

fn part(field: &Field, case: Case, names: &mut HashSet<String>) -> Result<TokenStream> {
    let Some(ident) = &field.ident else { return Err(Error::new_spanned(field, "a section has a name")) };
    let settings = Settings::of(field)?;
    let name = settings.rename.unwrap_or_else(|| case.apply(&ident.to_string()));
    if !names.insert(name.clone()) {
        let taken = match name.as_str() {
            "_meta" => "`_meta` is where a degraded reply says what is missing".to_owned(),
            _ => format!("another field is `{name}` in the payload too"),
        };
        return Err(Error::new_spanned(ident, taken));
    }
    let method = if settings.nested {
        quote!(nested)
    } else if is_one_of(&field.ty, &["Call", "SharedCall"]) {
        let message = format!(
            "field `{ident}` of a screen is a call: make it `Required<…>`, `Optional<…>` or `Fallback<…>`, and say what \
             its failure does with `.required()`, `.optional()` or `.or(default)`",
        );
        return Err(Error::new_spanned(&field.ty, message));
    } else if is_one_of(&field.ty, &["Required", "Optional", "Fallback"]) {
        quote!(section)
    } else {
        // The span of the type, so that a missing `Serialize` is reported at the field.
        return Ok(quote_spanned!(field.ty.span()=> parts.value(#name, &self.#ident);));
    };
    Ok(quote_spanned!(field.ty.span()=> parts.#method(#name, self.#ident);))
}

/// By the last segment of its path, as the eye does.
fn is_one_of(ty: &Type, names: &[&str]) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}

#[derive(Clone, Copy)]
enum Case {
    Camel,
    Snake,
}

impl Case {
    fn of(input: &DeriveInput) -> Result<Self> {
        let mut case = Self::Camel;
        for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("screen")) {
            attribute.parse_nested_meta(|meta| {
                if !meta.path.is_ident("rename_all") {
                    return Err(meta.error("expected `rename_all = \"camelCase\"` or `\"snake_case\"`"));
                }
                let text: LitStr = meta.value()?.parse()?;
                case = match text.value().as_str() {
                    "camelCase" => Self::Camel,
                    "snake_case" => Self::Snake,
                    _ => return Err(Error::new(text.span(), "expected \"camelCase\" or \"snake_case\"")),
                };
                Ok(())
            })?;
        }
        Ok(case)
    }

    fn apply(self, name: &str) -> String {
        let name = name.trim_start_matches("r#");
        if matches!(self, Self::Snake) {
            return name.to_owned();
        }
        let mut words = name.split('_').filter(|word| !word.is_empty());
        let first = words.next().unwrap_or_default().to_owned();
        words.fold(first, |camel, word| {
            let mut letters = word.chars();
            let head = letters.next().map(|letter| letter.to_ascii_uppercase());
            camel + &head.into_iter().chain(letters).collect::<String>()
        })
    }
}

#[derive(Default)]
struct Settings {
    nested: bool,
    rename: Option<String>,
}

impl Settings {
    fn of(field: &Field) -> Result<Self> {
        let mut settings = Self::default();
        for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("screen")) {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("nested") {
                    settings.nested = true;
                } else if meta.path.is_ident("rename") {
                    settings.rename = Some(payload_name(&meta.value()?.parse()?)?);
                } else {
                    return Err(meta.error("expected `nested` or `rename = \"…\"`"));
                }
                Ok(())
            })?;
        }
        Ok(settings)
    }
}

/// Names are spliced into the payload as they are.
fn payload_name(text: &LitStr) -> Result<String> {
    let name = text.value();
    let plain =
        !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "_-$".contains(letter));
    if plain { Ok(name) } else { Err(Error::new(text.span(), "a name is letters, digits, `_`, `-` and `$`")) }
}
