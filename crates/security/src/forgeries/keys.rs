//! Tokens that bring a key along, or the address of one, or a `kid` that means more than a name to whoever looks it up
//! (RFC 8725, section 3.10).

use jsonwebtoken::Algorithm;
use serde_json::json;

use super::{
    Forgeries,
    signer::{hmac, message},
};

/// JSON texts of a `kid` that no issuer has.
const KIDS: [&str; 28] = [
    r#""""#,
    r#"" ""#,
    r#""key-2""#,
    r#""KEY-1""#,
    r#""key-1 ""#,
    r#"" key-1""#,
    r#""key-1\u0000""#,
    r#""\u0000key-1""#,
    r#""key-1\n""#,
    r#""key-1/../key-1""#,
    r#""for-encryption""#,
    r#""../../../../../../dev/null""#,
    r#""/dev/null""#,
    r#""/etc/passwd""#,
    r#""file:///dev/null""#,
    r#""C:\\Windows\\win.ini""#,
    r#""' UNION SELECT 'x' --""#,
    r#""' OR '1'='1""#,
    r#""key-1'; DROP TABLE keys; --""#,
    r#""$(id)""#,
    r#""| id""#,
    r#""`id`; id""#,
    r#""${jndi:ldap://127.0.0.1/x}""#,
    "null",
    "7",
    "true",
    r#"["key-1"]"#,
    r#"{"key-1":"key-1"}"#,
];

pub(super) fn add(forgeries: &mut Forgeries<'_>) {
    let (signer, forger, payload) = (forgeries.signer, forgeries.forger, forgeries.payload.text());
    for (name, further) in brought(forgeries) {
        // The issuer may write such a header; its signature makes it good, and nobody goes where it leads.
        let good = signer.token(signer.header(&further), &payload);
        forgeries.add_beside(name, forger.token(signer.header(&further), &payload), good.clone());
        let nameless = format!("{{\"alg\":\"{}\"{further}}}", signer.alg);
        forgeries.add_beside(format!("{name}, no kid"), forger.token(nameless, &payload), good);
    }
    let here = format!("\"{}/key\"", forgeries.canary);
    let long = format!("\"{}\"", "k".repeat(257));
    let longer = format!("\"key-1{}\"", " ".repeat(3000));
    let kids = KIDS.iter().map(|kid| (*kid).to_owned()).chain([here, long, longer]);
    for kid in kids {
        let header = format!("{{\"alg\":\"{}\",\"kid\":{kid}}}", signer.alg);
        let name = format!("kid {}", kid.get(..40).unwrap_or(&kid));
        forgeries.add(format!("{name}, by a stranger"), forger.token(&header, &payload));
        if signer.published().is_some() {
            forgeries.add(format!("{name}, by the issuer"), signer.token(&header, &payload));
        } else {
            // What whoever reads the file or asks the database would find.
            for secret in [&b""[..], b"\0", b"x", b"1"] {
                let message = message(&header, &payload);
                let signature = hmac(Algorithm::HS256, secret, &message);
                forgeries.add(format!("{name}, secret {secret:?}"), format!("{message}.{signature}"));
            }
        }
    }
    let huge = signer.header(&format!(",\"x\":\"{}\"", "k".repeat(1 << 20)));
    forgeries.add_too_large("a header of 1 MiB", signer.token(huge, &payload));
    let huge = format!("{{\"alg\":\"{}\",\"kid\":\"{}\"}}", signer.alg, "k".repeat(1 << 20));
    forgeries.add_too_large("a kid of 1 MiB", signer.token(huge, &payload));
}

/// Keys, and addresses of keys (RFC 7515, sections 4.1.2 to 4.1.8).
fn brought(forgeries: &Forgeries<'_>) -> Vec<(&'static str, String)> {
    let canary = forgeries.canary;
    let jwk = match forgeries.forger.published() {
        Some(forger) => forger.published()["keys"][0].clone(),
        None => {
            json!({"kty": "oct", "kid": "key-1", "k": "YSBzZWNyZXQgb2YgdGhlIHJpZ2h0IGxlbmd0aCwgYnV0IG5vdCB0aGUgaXNzdWVyJ3M"})
        }
    };
    let certificate = "MIIBszCCAVmgAwIBAgIUfQ";
    let member = |name: &str, value: &serde_json::Value| format!(",\"{name}\":{value}");
    vec![
        ("jku", member("jku", &json!(format!("{canary}/jwks")))),
        ("jku without a scheme", member("jku", &json!(canary.trim_start_matches("http:")))),
        ("jku, a list", member("jku", &json!([format!("{canary}/jwks")]))),
        ("x5u", member("x5u", &json!(format!("{canary}/chain.pem")))),
        ("jwk", member("jwk", &jwk)),
        ("x5c", member("x5c", &json!([certificate]))),
        ("x5t", member("x5t", &json!("dGh1bWJwcmludA"))),
        ("x5t#S256", member("x5t#S256", &json!("dGh1bWJwcmludA"))),
        ("url", member("url", &json!(format!("{canary}/url")))),
        ("iss in the header", member("iss", &json!(canary))),
        (
            "all of them",
            member("jku", &json!(canary)) + &member("x5u", &json!(canary)) + &member("jwk", &jwk),
        ),
    ]
}
