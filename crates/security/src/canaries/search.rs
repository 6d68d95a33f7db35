//! Looks for secrets, as they are and as they are written in base64, hexadecimal, percent-encoding and lists of numbers.

use std::collections::BTreeSet;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use memchr::memmem;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};

/// A secret that is nowhere else.
#[derive(Debug, Clone)]
pub(crate) struct Canary {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Canary {
    pub(crate) fn new(name: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        let bytes = bytes.as_ref().to_vec();
        debug_assert!(bytes.len() >= 16, "what is shorter may be there by chance");
        Self { name: name.into(), bytes }
    }

    /// Each way to write it, with its name.
    pub(crate) fn forms(&self) -> Vec<(&'static str, Vec<u8>)> {
        let hex = self.bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
        let numbers: Vec<_> = self.bytes.iter().map(ToString::to_string).collect();
        let percent = percent_encode(&self.bytes, NON_ALPHANUMERIC).to_string();
        let mut forms = vec![
            ("plain", self.bytes.clone()),
            ("hex", hex.to_uppercase().into_bytes()),
            ("hex", hex.into_bytes()),
            ("numbers", numbers.join(", ").into_bytes()),
            ("percent", percent.to_lowercase().into_bytes()),
            ("percent", percent.into_bytes()),
        ];
        for before in 0..3 {
            // Wherever it stands in what is encoded: the characters that it shares with its neighbours are left out.
            let padded = [&vec![0; before], self.bytes.as_slice()].concat();
            let inner = (before * 8).div_ceil(6)..padded.len() * 8 / 6;
            for text in [STANDARD_NO_PAD.encode(&padded), URL_SAFE_NO_PAD.encode(&padded)] {
                forms.push(("base64", text.as_bytes()[inner.clone()].to_vec()));
            }
        }
        forms
    }
}

/// Which canaries are in there, in which form: `"redis password in base64"`.
pub(crate) fn search(text: &[u8], canaries: &[Canary]) -> BTreeSet<String> {
    let lower = text.to_ascii_lowercase();
    let mut found = BTreeSet::new();
    for canary in canaries {
        for (form, bytes) in canary.forms() {
            // Names of headers and hosts change case on their way; numbers and percent signs have none.
            let is_there = memmem::find(text, &bytes).is_some()
                || (form != "base64" && memmem::find(&lower, &bytes.to_ascii_lowercase()).is_some());
            if is_there {
                found.insert(format!("{} in {form}", canary.name));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_found_wherever_it_stands() {
        let canary = Canary::new("key", "sk-live/9+canary:ab~=-e0f1");
        for before in 0..7 {
            let around = [&b"abcdefgh"[..before], &canary.bytes, b"tail"].concat();
            let hex = around.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().concat();
            let upper = String::from_utf8_lossy(&around).to_uppercase();
            for (text, form) in [
                (around.clone(), "plain"),
                (upper.into_bytes(), "plain"),
                (hex.into_bytes(), "hex"),
                (STANDARD_NO_PAD.encode(&around).into_bytes(), "base64"),
                (URL_SAFE_NO_PAD.encode(&around).into_bytes(), "base64"),
                (percent_encode(&around, NON_ALPHANUMERIC).to_string().into_bytes(), "percent"),
                (format!("{around:?}").into_bytes(), "numbers"),
            ] {
                assert!(
                    search(&text, std::slice::from_ref(&canary)).contains(&format!("key in {form}")),
                    "{form} {before}"
                );
            }
        }
        let other = Canary::new("key", "sk-live/9+canary:ab~=-e0f2");
        assert!(search(&canary.bytes, &[other]).is_empty());
    }
}
