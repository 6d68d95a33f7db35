//! A token as text: a JWS in compact form (RFC 7515 section 7.1), its header and its signature.
//!
//! No claim is read here: what is signed may say anything.

use jsonwebtoken::crypto;

use super::{
    TokenError,
    issuer::{Key, MAX_KID_BYTES},
    json::JsonObject,
};

/// Three parts of base64url, of which nothing is verified yet.
pub(super) struct Compact<'a> {
    header: JsonObject,
    /// Header and payload with the dot between: what is signed.
    message: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Compact<'a> {
    pub(super) fn read(token: &'a str) -> Result<Self, TokenError> {
        let (message, signature) = token.rsplit_once('.').ok_or(TokenError::Malformed)?;
        let (header, payload) = message.split_once('.').ok_or(TokenError::Malformed)?;
        if payload.contains('.') {
            return Err(TokenError::Malformed);
        }
        Ok(Self { header: JsonObject::decode(header)?, message, payload, signature })
    }

    /// The second part, in base64url.
    pub(super) fn payload(&self) -> &'a str {
        self.payload
    }

    /// `alg` is the issuer's (RFC 8725 section 3.1), no extension is critical (RFC 7515 section 4.1.11), and `typ` tells
    /// no other kind of JWT, such as a logout token of the same issuer (RFC 8725 section 3.11, RFC 9068 section 4).
    pub(super) fn check_header(&self, alg: &str) -> Result<(), TokenError> {
        if !self.header.get::<String>("alg").is_ok_and(|theirs| theirs.as_deref() == Some(alg)) {
            return Err(TokenError::WrongAlgorithm);
        }
        let typ = self.header.get::<String>("typ").map_err(|_| TokenError::Unsupported)?;
        let is_access_token = typ.is_none_or(|typ| {
            let typ = typ.to_ascii_lowercase();
            matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
        });
        // `b64` changes what is signed, so it is for those who read `crit`, and for no JWT (RFC 7797, sections 6 and 7).
        let is_extended = self.header.has("crit") || self.header.has("b64");
        if is_extended || !is_access_token { Err(TokenError::Unsupported) } else { Ok(()) }
    }

    /// The name of the key in its issuer's set (RFC 7515 section 4.1.4).
    pub(super) fn kid(&self) -> Result<Option<String>, TokenError> {
        let kid = self.header.get::<String>("kid").map_err(|_| TokenError::UnknownKey)?;
        if kid.as_ref().is_some_and(|kid| kid.len() > MAX_KID_BYTES) {
            return Err(TokenError::UnknownKey);
        }
        Ok(kid)
    }

    /// Whether this key signed it.
    pub(super) fn check_signature(&self, key: &Key) -> Result<(), TokenError> {
        match crypto::verify(self.signature, self.message.as_bytes(), key.decoding(), key.algorithm()) {
            Ok(true) => Ok(()),
            Ok(false) => Err(TokenError::BadSignature),
            Err(_) => Err(TokenError::Malformed),
        }
    }
}
