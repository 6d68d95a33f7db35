//! A JSON object before its values have types: its names are unique, and null is a value of its own.
//!
//! `serde_json` and `jsonwebtoken` keep the last of two values with one name. Two readers that pick different ones see
//! two different texts under one signature, or two different keys under one name.

use std::{collections::BTreeMap, fmt};

use jsonwebtoken::dangerous::insecure_decode_claims;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::TokenError;

/// Header (RFC 7515 section 4) and payload (RFC 7519 section 4) of a token, a key and a key set (RFC 7517 sections 4
/// and 5), what an issuer says of itself (RFC 8414 section 2).
pub(super) struct JsonObject(BTreeMap<String, Box<RawValue>>);

/// The name of a value that is absent though required, or of another type than ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadValue(pub(super) &'static str);

impl From<BadValue> for TokenError {
    fn from(BadValue(name): BadValue) -> Self {
        Self::BadClaim(name)
    }
}

impl JsonObject {
    /// Decodes one part of a token from base64url without padding.
    pub(super) fn decode(part: &str) -> Result<Self, TokenError> {
        // jsonwebtoken decodes the middle of three parts and looks at no other, so this serves the header too.
        insecure_decode_claims(format!(".{part}.")).map_err(|_| TokenError::Malformed)
    }

    /// Whether there is a value of this name, be it null.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The value of this name. Null is a value, and of none of the types that we read.
    pub(super) fn get<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>, BadValue> {
        let Some(raw) = self.0.get(name) else { return Ok(None) };
        serde_json::from_str(raw.get()).map(Some).map_err(|_| BadValue(name))
    }

    /// The value of this name, which must be there.
    pub(super) fn require<T: DeserializeOwned>(&self, name: &'static str) -> Result<T, BadValue> {
        self.get(name)?.ok_or(BadValue(name))
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(UniqueNames)
    }
}

struct UniqueNames;

impl<'de> Visitor<'de> for UniqueNames {
    type Value = JsonObject;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object with unique names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsonObject, A::Error> {
        let mut object = BTreeMap::new();
        while let Some((name, value)) = map.next_entry()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("two values of one name"));
            }
        }
        Ok(JsonObject(object))
    }
}
