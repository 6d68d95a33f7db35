//! Project Wycheproof's vectors of signed tokens, through the way that keys and tokens take here, but for the claims: most of
//! these sign the text `foo`.
//!
//! Each token is tried under each of the four algorithms that an issuer may have. What is invalid must be accepted under none;
//! what is valid and refused is named with its reason. The vectors are read from the folder `WYCHEPROOF_DIR`; without it
//! nothing is tried, and the test says so.

mod group;

use std::{collections::BTreeMap, env, fs, path::Path};

use serde_json::Value;

use self::group::Group;
use crate::config::Algorithm;

const FILES: [&str; 3] =
    ["json_web_signature_test.json", "json_web_key_test.json", "json_web_crypto_test.json"];

const ALGORITHMS: [Algorithm; 4] = [Algorithm::Hs256, Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa];

/// What is true of one file.
#[derive(Default)]
struct Count {
    valid: usize,
    valid_accepted: usize,
    invalid: usize,
    other: usize,
}

#[test]
fn no_invalid_vector_is_accepted() {
    let Some(folder) = env::var_os("WYCHEPROOF_DIR") else {
        println!("Wycheproof's vectors were not tried: WYCHEPROOF_DIR names no folder of them");
        return;
    };
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    let (mut refused, mut wrong) = (BTreeMap::<String, Vec<String>>::new(), Vec::new());
    for file in FILES {
        let count = try_all(&Path::new(&folder).join(file), &mut refused, &mut wrong);
        let Count { valid, valid_accepted, invalid, other } = count;
        println!(
            "{file}: {invalid} invalid, none accepted; {valid_accepted} of {valid} valid accepted; {other} of encryption"
        );
        assert!(
            valid_accepted > 0 && invalid > valid,
            "control: {file} is tried, and some of it is accepted"
        );
    }
    for (reason, names) in refused {
        println!("  {:>3} valid ones are refused, {reason}: {}", names.len(), names.join(", "));
    }
    assert!(wrong.is_empty(), "invalid, and accepted: {wrong:#?}");
}

fn try_all(path: &Path, refused: &mut BTreeMap<String, Vec<String>>, wrong: &mut Vec<String>) -> Count {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file: Value = serde_json::from_slice(&text).expect("JSON");
    let mut count = Count::default();
    for group in file["testGroups"].as_array().expect("groups") {
        let (keys, tests) = (Group::of(group), group["tests"].as_array().expect("tests"));
        // The vectors have a few tokens twice, once as valid and once as invalid: a token can't be both.
        let is_valid_too =
            |jws| tests.iter().any(|test| test["result"] == "valid" && test.get("jws") == Some(jws));
        for test in tests {
            // Tokens that are encrypted are none that anybody accepts here.
            let Some(jws) = test.get("jws") else {
                count.other += 1;
                continue;
            };
            // In JSON form, it is no token of a header.
            let token = jws.as_str().map_or_else(|| jws.to_string(), str::to_owned);
            let found = ALGORITHMS.map(|algorithm| keys.verify(&token, algorithm));
            let accepted = found.iter().any(Result::is_ok);
            let name = format!("{} {} {}", group["comment"], test["tcId"], test["comment"]).replace('"', "");
            if test["result"] == "valid" {
                count.valid += 1;
                count.valid_accepted += usize::from(accepted);
                if !accepted {
                    refused.entry(keys.reason(&token)).or_default().push(name);
                }
            } else if is_valid_too(jws) {
                println!("  the same token as a valid one: {name}");
            } else {
                count.invalid += 1;
                if accepted {
                    wrong.push(name);
                }
            }
        }
    }
    count
}
