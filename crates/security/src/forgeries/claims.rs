//! Tokens that are well signed and don't say what they must: claims that are absent, of another type, out of range, twice.

use bff_testkit::token;

use super::{Forgeries, payload::Payload};

const REQUIRED: [&str; 4] = ["iss", "aud", "sub", "exp"];

const DATES: [&str; 3] = ["exp", "nbf", "iat"];

const TEXTS: [&str; 8] = ["iss", "aud", "sub", "roles", "scope", "jti", "sid", "account"];

/// Values of no claim.
const NO_VALUE: [&str; 8] =
    ["null", "true", "[[\"x\"]]", "[null]", "[7]", "{}", "{\"x\":{\"y\":[1]}}", "[{\"x\":1}]"];

const NO_DATE: [&str; 10] =
    ["\"7\"", "\"\"", "-1", "-1e-300", "1e400", "-1e400", "1e300", "253402300800", "NaN", "0x7fffffff"];

const NO_TEXT: [&str; 3] = ["7", "1.5", "-1"];

/// Texts that are none for this claim.
const VALUES: [(&str, &str); 19] = [
    ("iss", r#""""#),
    ("iss", r#""https://nobody.example.test""#),
    ("aud", r#""""#),
    ("aud", "[]"),
    ("aud", r#""bff-mobile""#),
    ("aud", r#"["bff-mobile","bff-partner"]"#),
    ("aud", r#""BFF-WEB""#),
    ("aud", r#""bff-web ""#),
    ("aud", r#""bff-web,bff-mobile""#),
    ("sub", r#""""#),
    ("sub", r#""alice bob""#),
    ("sub", r#""alice\r\nx-user-roles: admin""#),
    ("sub", r#""alice\u0000""#),
    ("sub", r#""ålice""#),
    ("roles", r#"["customer,admin"]"#),
    ("roles", r#"[""]"#),
    ("scope", r#""orders:read  orders:write""#),
    ("account", r#""""#),
    ("account", r#""acme\nx-user-id: bob""#),
];

pub(super) fn add(forgeries: &mut Forgeries<'_>) {
    let good = forgeries.payload.clone();
    let add = |forgeries: &mut Forgeries<'_>, name: String, payload: Payload| {
        let token = forgeries.signer.token(forgeries.signer.header(""), payload.text());
        forgeries.add(name, token);
    };
    for claim in REQUIRED {
        add(forgeries, format!("no {claim}"), good.without(claim));
        let capital = good.without(claim).with(&claim.to_uppercase(), good.value(claim));
        add(forgeries, format!("{claim} in capitals"), capital);
    }
    let of_all = DATES.iter().chain(&TEXTS).flat_map(|claim| NO_VALUE.map(|value| (*claim, value)));
    let of_dates = DATES.iter().flat_map(|claim| NO_DATE.map(|value| (*claim, value)));
    let of_texts = TEXTS.iter().flat_map(|claim| NO_TEXT.map(|value| (*claim, value)));
    for (claim, value) in of_all.chain(of_dates).chain(of_texts).chain(VALUES) {
        add(forgeries, format!("{claim} {value}"), good.with(claim, value));
    }
    for (claim, value) in dates() {
        add(forgeries, format!("{claim} {value}"), good.with(claim, &value.to_string()));
    }
    let issuer = forgeries.signer.issuer();
    let mut issuers = vec![format!("{issuer}/"), format!(" {issuer}"), issuer.to_uppercase()];
    issuers.push(forgeries.canary.to_owned());
    issuers.extend(forgeries.others.iter().map(|other| other.issuer().to_owned()));
    for issuer in issuers {
        let name = format!("iss {issuer}");
        add(forgeries, name, good.with("iss", &format!("\"{issuer}\"")));
    }
    add(forgeries, "iss, a list of ours".to_owned(), good.with("iss", &format!("[\"{issuer}\"]")));
    add(forgeries, "a sub of 257 bytes".to_owned(), good.with("sub", &format!("\"{}\"", "a".repeat(257))));
    add(forgeries, "65 roles".to_owned(), good.with("roles", &format!("[\"a\"{}]", ",\"a\"".repeat(64))));
    for value in [r#"["orders:read"]"#, "null", "[]", r#""orders:read""#] {
        add(forgeries, format!("scope and scp {value}"), good.with("scp", value));
    }
    for value in ["null", r#""orders:read""#, "[7]", r#"["a b"]"#, r#"[""]"#] {
        add(forgeries, format!("scp {value}"), good.without("scope").with("scp", value));
    }
    for claim in DATES.iter().chain(&TEXTS) {
        let escaped = format!("\\u{:04x}{}", claim.as_bytes()[0], &claim[1..]);
        let other = if *claim == "sub" { "\"bob\"" } else { good.value(claim) };
        for (name, is_first) in [(*claim, true), (*claim, false), (&escaped[..], true), (&escaped[..], false)]
        {
            add(
                forgeries,
                format!("two of {claim}, {name} {}", if is_first { "before" } else { "behind" }),
                good.and(name, other, is_first),
            );
        }
    }
    let large = good.with("note", &format!("\"{}\"", "?".repeat(7 << 10)));
    add(forgeries, "a token of more than 8 KiB".to_owned(), large);
    let huge = good.with("note", &format!("\"{}\"", "?".repeat(1 << 20)));
    let huge = forgeries.signer.token(forgeries.signer.header(""), huge.text());
    forgeries.add_too_large("a token of 1 MiB", huge);
}

/// Dates that are past, or not yet come, or not in seconds.
fn dates() -> Vec<(&'static str, u64)> {
    let now = token::now();
    vec![
        ("exp", 0),
        ("exp", 1),
        ("exp", now - 3600),
        ("exp", now / 1000),
        ("exp", now * 1000),
        ("exp", u64::MAX),
        ("nbf", now + 7200),
        ("nbf", now * 1000),
        ("iat", now * 1000),
    ]
}
