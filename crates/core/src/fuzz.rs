//! What random bytes are put through, and what must be true of it whatever they are: `just fuzz` looks for bytes that make one
//! of these panic, guided by what of the code they reach.
//!
//! | function | puts them through |
//! |---|---|
//! | [`head`] | a request's head, up to what services are told of the caller |
//! | [`api_key`] | the check of an API key |
//! | [`token`] | a bearer token, up to the caller that it stands for |
//! | [`key_set`] | the key set of an issuer |

mod api_key;
mod head;
mod key_set;
#[cfg(test)]
mod tests;
mod token;

pub use self::{api_key::api_key, head::head, key_set::key_set, token::token};
