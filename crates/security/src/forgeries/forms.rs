//! Texts that are nearly a token: other parts, another encoding, another serialization, and parts that are no JSON object.
//!
//! Where a lenient reader could make a token of the text, it is signed as that text.

use super::{Forgeries, signer::message};

type Spoilt = (&'static str, fn(&str) -> Vec<u8>);

/// Headers and payloads that are no JSON object of unique names, made of a good one.
const SPOILT: [Spoilt; 15] = [
    ("nothing", |_| Vec::new()),
    ("null", |_| b"null".to_vec()),
    ("an array", |good| format!("[{good}]").into_bytes()),
    ("a text", |good| format!("{good:?}").into_bytes()),
    ("a number", |_| b"7".to_vec()),
    ("an empty object", |_| b"{}".to_vec()),
    ("no end", |good| good.trim_end_matches('}').as_bytes().to_vec()),
    ("two ends", |good| format!("{good}}}").into_bytes()),
    ("two objects", |good| good.repeat(2).into_bytes()),
    ("a last comma", |good| good.replace('}', ",}").into_bytes()),
    ("a comment", |good| good.replacen('{', "{/**/", 1).into_bytes()),
    ("single quotes", |good| good.replace('"', "'").into_bytes()),
    ("a byte order mark", |good| format!("\u{feff}{good}").into_bytes()),
    ("a NUL behind", |good| format!("{good}\0").into_bytes()),
    ("no UTF-8", |good| [b"{\"x\":\"\xff\",", &good.as_bytes()[1..]].concat()),
];

pub(super) fn add(forgeries: &mut Forgeries<'_>) {
    let (signer, good) = (forgeries.signer, forgeries.good.clone());
    let (header, payload) = (signer.header(""), forgeries.payload.text());
    for (name, spoil) in SPOILT {
        forgeries.add(format!("a payload of {name}"), signer.token(&header, spoil(&payload)));
        forgeries.add(format!("a header of {name}"), signer.token(spoil(&header), &payload));
    }
    for (name, first) in [("alg", "\"alg\":\"none\""), ("kid", "\"kid\":\"key-2\""), ("x", "\"x\":1,\"x\":1")]
    {
        let twice =
            [header.replacen('{', &format!("{{{first},"), 1), header.replace('}', &format!(",{first}}}"))];
        for header in twice {
            forgeries.add(format!("two of {name} in the header"), signer.token(header, &payload));
        }
    }
    for (name, token) in texts(&good) {
        forgeries.add(name, token);
    }
    let message = message(&header, &payload);
    let [first, second] = message.split('.').collect::<Vec<_>>()[..] else { return };
    let messages = [
        ("padding", format!("{}.{}", padded(first), padded(second))),
        ("padding where none belongs", format!("{first}=.{second}==")),
        ("the standard alphabet", format!("{first}.{}", second.replace('-', "+").replace('_', "/"))),
        ("a space inside", format!("{first}.{} {}", &second[..8], &second[8..])),
        ("a tab inside", format!("{first}\t.{second}")),
        ("a comma inside", format!("{first}.{},{}", &second[..8], &second[8..])),
        ("percent encoding", format!("{}%{:02X}{}.{second}", &first[..4], first.as_bytes()[4], &first[5..])),
        ("a byte that is no ASCII", format!("{first}é.{second}")),
        ("an empty part before", format!(".{first}.{second}")),
        ("an empty part inside", format!("{first}..{second}")),
        ("an empty part behind", format!("{first}.{second}.")),
        ("a part behind", format!("{first}.{second}.{second}")),
    ];
    for (name, message) in messages {
        forgeries.add(name, signer.signed(&message));
    }
}

/// Base64 as others write it (RFC 4648, section 3.2).
fn padded(part: &str) -> String {
    format!("{part}{}", "=".repeat((4 - part.len() % 4) % 4))
}

fn texts(good: &str) -> Vec<(&'static str, String)> {
    let [header, payload, signature] = good.split('.').collect::<Vec<_>>()[..] else { return Vec::new() };
    let flattened = format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#);
    let general = format!(
        r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#
    );
    vec![
        ("nothing", String::new()),
        ("one dot", ".".to_owned()),
        ("two dots", "..".to_owned()),
        ("its signature alone", signature.to_owned()),
        ("no signature", format!("{header}.{payload}")),
        ("an empty signature", format!("{header}.{payload}.")),
        ("no header", format!(".{payload}.{signature}")),
        ("no payload", format!("{header}..{signature}")),
        ("a dot behind", format!("{good}.")),
        ("a dot before", format!(".{good}")),
        ("five parts, as of a JWE", format!("{header}.{payload}.{signature}.{payload}.{signature}")),
        ("padding of the signature", format!("{good}=")),
        ("more padding of the signature", format!("{good}==")),
        ("JSON, flattened", flattened),
        ("JSON, general", general),
        ("quotes", format!("\"{good}\"")),
        ("two with a comma", format!("{good},{good}")),
        ("two with a space", format!("{good} {good}")),
        ("two schemes", format!("Bearer {good}")),
        ("parts in another order", format!("{payload}.{header}.{signature}")),
        ("a token as a parameter", format!("token={good}")),
    ]
}
