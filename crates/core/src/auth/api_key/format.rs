//! How a key is written: `bff_live_` and 36 random characters, `_` and 6 characters of checksum.
//!
//! The prefix lets people and secret scanners see what it is and whose, the environment keeps a test key out of production,
//! and the checksum refuses a slip of the hand before anything is looked up. It is CRC-32 (as GitHub's tokens have it), in base
//! 62: it finds every change of one character and every swap of two neighbours, since both lie within 32 bits, and costs
//! nothing. It is no proof of anything: whoever knows this file can write it.
//!
//! The random part has 214 bits from the system's generator. A record shows its first 4 characters, and the last 4 of the
//! key tell at most 24 bits more; what nobody has seen is still above 160 bits. That can't be guessed, so SHA-256 is hash
//! enough: slow hashes are for secrets that people choose (NIST SP 800-63B-3, section 5.1.2.2: look-up secrets of 112 bits or more need
//! no more than an approved hash; OWASP's cheat sheet on password storage speaks of passwords alone).
//!
//! What a key's holder may do is not here, but in its [record](super::record).

use aws_lc_rs::rand;

use super::ApiKeyError;
use crate::config::KeyEnvironment;

/// Characters of the random part, of log2(62) bits each.
const RANDOM: usize = 36;

/// 62^6 is above 2^32.
const CHECKSUM: usize = 6;

/// The longest prefix that may be configured.
pub(crate) const MAX_PREFIX: usize = 16;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Checks all that can be seen of a key: its form, its checksum, its prefix and its environment.
pub(super) fn check(key: &str, prefix: &str, environment: KeyEnvironment) -> Result<(), ApiKeyError> {
    let (body, checksum) = key.rsplit_once('_').ok_or(ApiKeyError::Malformed)?;
    let (place, random) = body.rsplit_once('_').ok_or(ApiKeyError::Malformed)?;
    let (theirs, kind) = place.split_once('_').ok_or(ApiKeyError::Malformed)?;
    let is_whole = random.len() == RANDOM && checksum.len() == CHECKSUM && theirs.len() <= MAX_PREFIX;
    if !is_whole || !(random.bytes().chain(checksum.bytes()).all(|byte| byte.is_ascii_alphanumeric())) {
        return Err(ApiKeyError::Malformed);
    }
    // First, so that a slip in the prefix is not taken for a key of somebody else's.
    if checksum.as_bytes() != checksum_of(body) {
        return Err(ApiKeyError::Mistyped);
    }
    if theirs != prefix {
        return Err(ApiKeyError::OtherPrefix);
    }
    if kind != environment.as_str() {
        return Err(ApiKeyError::OtherEnvironment);
    }
    Ok(())
}

/// A new key. `None` if the system has no random numbers.
pub(crate) fn generate(prefix: &str, environment: KeyEnvironment) -> Option<String> {
    let mut key = format!("{prefix}_{}_", environment.as_str());
    let end = key.len() + RANDOM;
    while key.len() < end {
        let mut bytes = [0; 64];
        rand::fill(&mut bytes).ok()?;
        // Six bits of each byte, and again where they are none of the 62: every character is as likely as every other.
        let random = bytes.iter().filter_map(|byte| DIGITS.get(usize::from(byte & 63)));
        key.extend(random.take(end - key.len()).map(|&digit| char::from(digit)));
    }
    let checksum = checksum_of(&key);
    key.push('_');
    key.extend(checksum.map(char::from));
    Some(key)
}

/// CRC-32 of a text in base 62, the highest digit first.
fn checksum_of(body: &str) -> [u8; CHECKSUM] {
    let mut rest = crc32fast::hash(body.as_bytes()) as usize;
    let mut digits = [0; CHECKSUM];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[rest % DIGITS.len()];
        rest /= DIGITS.len();
    }
    digits
}

#[cfg(test)]
pub(in crate::auth) mod tests;
