//! A key set in a file: there already, so what is wrong with it is said at the start.

use std::{collections::BTreeMap, env, fs, path::PathBuf, process};

use serde_json::json;

use super::{ec, set_of, with};
use crate::{
    auth::Verifier,
    config::{Algorithm, AuthConfig, IssuerConfig},
};

fn start(file: PathBuf, algorithm: Algorithm) -> Result<Verifier, String> {
    let issuer = IssuerConfig {
        issuer: "https://login.test".to_owned(),
        audience: "bff".to_owned(),
        algorithm: Some(algorithm),
        jwks_file: Some(file),
        ..IssuerConfig::default()
    };
    let issuers = BTreeMap::from([("login".to_owned(), issuer)]);
    Verifier::new(&AuthConfig { issuers, ..AuthConfig::default() }).map_err(|errors| {
        let [error] = &errors[..] else { panic!("one error: {errors:?}") };
        error.to_string()
    })
}

#[test]
fn what_is_wrong_with_a_file_is_said_at_the_start() {
    let path = env::temp_dir().join(format!("bff-key-set-{}.json", process::id()));
    let says = |bytes: &[u8], algorithm| {
        fs::write(&path, bytes).unwrap();
        start(path.clone(), algorithm).map(|verifier| verifier.is_ready())
    };
    let good = set_of(&[ec()]);
    assert_eq!(says(&good, Algorithm::Es256), Ok(true));
    let secret = set_of(&[with(&ec(), "d", json!("c2VjcmV0"))]);
    for (bytes, algorithm, said) in [
        (&good, Algorithm::Rs256, "no key that fits the issuer's algorithm"),
        (&good, Algorithm::Hs256, "expected a secret for HS256"),
        (&secret, Algorithm::Es256, "no key that fits"),
        (&b"{".to_vec(), Algorithm::Es256, "not JSON"),
        (&vec![b' '; 300 << 10], Algorithm::Es256, "larger than 256 KiB"),
    ] {
        let error = says(bytes, algorithm).expect_err(said);
        assert!(error.starts_with("auth.issuers.login.jwks_file ") && error.contains(said), "{error}");
        assert!(!error.contains("c2VjcmV0"), "{error}");
    }
    fs::remove_file(&path).unwrap();
    let error = start(path, Algorithm::Es256).expect_err("it is gone");
    assert!(error.contains("No such file"), "{error}");
}
