//! Tokens that would choose how they are verified (RFC 8725, sections 2.1 and 3.1), and headers that mean another kind of token.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bff_testkit::TestIssuer;
use jsonwebtoken::Algorithm;

use super::{
    Forgeries,
    signer::{hmac, message},
};

const NONE: [&str; 11] = [
    r#""alg":"none""#,
    r#""alg":"None""#,
    r#""alg":"NONE""#,
    r#""alg":"nOnE""#,
    r#""alg":"\u006eone""#,
    r#""alg":" none""#,
    r#""alg":["none"]"#,
    r#""alg":"""#,
    r#""alg":null"#,
    r#""alg":{}"#,
    r#""typ":"JWT""#,
];

const NAMES: [&str; 17] = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384",
    "ES512", "ES256K", "EdDSA", "Ed25519", "RSA-OAEP", "dir",
];

/// Members of a header that make it another kind of token, or one that must be understood otherwise.
const KINDS: [&str; 23] = [
    r#""crit":["exp"]"#,
    r#""crit":["alg"]"#,
    r#""crit":["x"],"x":1"#,
    r#""crit":[]"#,
    r#""crit":null"#,
    r#""crit":"exp""#,
    r#""crit":{}"#,
    r#""crit":["b64"],"b64":true"#,
    r#""crit":["b64"],"b64":false"#,
    r#""b64":false"#,
    r#""b64":true"#,
    r#""typ":"logout+jwt""#,
    r#""typ":"application/logout+jwt""#,
    r#""typ":"sender+jwt""#,
    r#""typ":"dpop+jwt""#,
    r#""typ":"secevent+jwt""#,
    r#""typ":"JOSE""#,
    r#""typ":"JWE""#,
    r#""typ":"""#,
    r#""typ":7"#,
    r#""typ":null"#,
    r#""typ":["JWT"]"#,
    r#""typ":"JWT","typ":"logout+jwt""#,
];

pub(super) fn add(forgeries: &mut Forgeries<'_>) {
    let (signer, payload) = (forgeries.signer, forgeries.payload.text());
    for alg in NONE {
        let header = format!("{{{alg},\"kid\":\"key-1\"}}");
        let message = message(&header, &payload);
        forgeries.add(format!("{alg}, no signature"), format!("{message}."));
        forgeries.add(format!("{alg}, no third part"), message.clone());
        forgeries.add(format!("{alg}, signed"), signer.signed(&message));
    }
    let own = signer.alg;
    let spellings = [
        own.to_lowercase(),
        own.to_uppercase(),
        format!("{own} "),
        format!(" {own}"),
        format!("{own}\\u0000"),
    ];
    let spellings = spellings.into_iter().chain(NAMES.map(str::to_owned)).filter(|alg| alg != own);
    let spellings = spellings.map(|alg| format!("\"{alg}\""));
    let others = ["7", "true"].map(str::to_owned).into_iter().chain([format!("[\"{own}\"]")]);
    for alg in spellings.chain(others) {
        let header = format!("{{\"alg\":{alg},\"kid\":\"key-1\"}}");
        forgeries.add(format!("alg {alg} over our signature"), signer.token(header, &payload));
    }
    for (alg, _) in signer.otherwise("") {
        let theirs = message(format!("{{\"alg\":\"{alg}\",\"kid\":\"key-1\"}}"), &payload);
        let ours = message(signer.header(""), &payload);
        for (name, message) in [("in its header", theirs), ("under our alg", ours)] {
            let signature = signer.otherwise(&message).into_iter().find(|(other, _)| *other == alg);
            let signature = signature.map(|(_, signature)| signature).unwrap_or_default();
            forgeries.add(format!("really {alg}, {name}"), format!("{message}.{signature}"));
        }
    }
    for other in forgeries.others.clone() {
        for header in [other.header(""), signer.header("")] {
            let token = other.token(&header, &payload);
            forgeries.add(format!("signed by the issuer of {}: {header}", other.alg), token);
        }
    }
    if let Some(issuer) = signer.published() {
        confuse(forgeries, issuer, &payload);
    }
    for kind in KINDS {
        forgeries.add(kind, signer.token(signer.header(&format!(",{kind}")), &payload));
    }
    // RFC 7797: the payload as it is, which is what such a token's signature is of.
    let header = signer.header(",\"b64\":false");
    let encoded = message(&header, "");
    let plain = signer.signed(&format!("{encoded}{{\"sub\":\"alice\"}}"));
    forgeries.add("b64 false", plain);
}

/// What is public of a key, as the secret of an HMAC.
fn confuse(forgeries: &mut Forgeries<'_>, issuer: &TestIssuer, payload: &str) {
    let (pem, raw) = issuer.public_key();
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let spki = STANDARD.decode(&text).expect("a PEM is base64");
    let jwk = issuer.published()["keys"][0].clone();
    let mut secrets = vec![
        ("the PEM", pem.clone().into_bytes()),
        ("the PEM with the line breaks of Windows", pem.replace('\n', "\r\n").into_bytes()),
        ("the PEM without its last line break", pem.trim_end().as_bytes().to_vec()),
        ("the PEM on one line", pem.replace(['\r', '\n'], "").into_bytes()),
        ("the PEM's base64", text.into_bytes()),
        ("the SPKI", spki),
        ("the key's own bytes: PKCS #1, point", raw),
        ("the JWK", jwk.to_string().into_bytes()),
        ("the key set", issuer.published().to_string().into_bytes()),
        ("its kid", b"key-1".to_vec()),
        ("nothing", Vec::new()),
    ];
    for member in ["n", "x", "y"] {
        if let Some(value) = jwk[member].as_str() {
            let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(value).expect("base64url");
            secrets.extend([("a number as text", value.as_bytes().to_vec()), ("a number's bytes", bytes)]);
        }
    }
    let algorithms = [("HS256", Algorithm::HS256), ("HS384", Algorithm::HS384), ("HS512", Algorithm::HS512)];
    for (name, secret) in &secrets {
        for (alg, algorithm) in algorithms {
            for kid in [",\"kid\":\"key-1\"", ""] {
                let message = message(format!("{{\"alg\":\"{alg}\"{kid}}}"), payload);
                let signature = hmac(algorithm, secret, &message);
                forgeries.add(format!("{alg} with {name}{kid}"), format!("{message}.{signature}"));
            }
        }
    }
}
