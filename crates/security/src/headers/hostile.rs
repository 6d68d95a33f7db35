//! Header lines that are well formed and mean harm. The BFF serves a request with them, and none of it goes further.

use fastrand::Rng;

use super::MARK;

/// Names that only the BFF may use toward services, or that look like it.
const RESERVED: [&str; 12] = [
    "x-user-id",
    "x-user-id",
    "x-user-roles",
    "x-user-email",
    "x-user-scope",
    "x-tenant-id",
    "x-tenant-name",
    "x-request-id",
    "x-internal-secret",
    "x-internal-token",
    "x-internal-debug",
    "x-user-",
];

/// Names that other gateways believe.
const ELSEWHERE: [&str; 30] = [
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-User",
    "X-Forwarded-Email",
    "X-Forwarded-Groups",
    "X-Forwarded-Client-Cert",
    "X-Forwarded-Access-Token",
    "Forwarded",
    "Remote-User",
    "X-Remote-User",
    "X-Auth-Request-User",
    "X-Real-Ip",
    "X-Api-Key",
    "Api-Key",
    "X-Original-Url",
    "X-Rewrite-Url",
    "X-Http-Method-Override",
    "X-Correlation-Id",
    "X-Consumer-Id",
    "User-Id",
    "Tenant-Id",
    "Cookie",
    "Proxy-Authorization",
    "User-Agent",
    "Baggage",
    "Tracestate",
    "Via",
    "grpc-timeout",
    "grpc-metadata-x-user-id",
];

/// Headers that a proxy would take for its own affair (RFC 9110, 7.6.1).
const NOMINATIONS: [&str; 6] = [
    "Connection: keep-alive, x-user-id",
    "Connection: X-User-Id, X-Tenant-Id, X-Request-Id, Authorization",
    "Connection: x_user_id",
    "Connection: x-internal-secret, traceparent",
    "Keep-Alive: x-user-id",
    "TE: trailers, x-user-id",
];

/// One line, as it is on the wire and without its end.
pub(crate) fn line(rng: &mut Rng) -> Vec<u8> {
    match rng.u8(..100) {
        0..60 => reserved(rng),
        60..85 => named(rng.choice(ELSEWHERE).unwrap_or("Via"), &value(rng), rng),
        85..95 => rng.choice(NOMINATIONS).unwrap_or_default().as_bytes().to_vec(),
        _ => {
            let (trace, span) = (rng.u128(1..), rng.u64(1..));
            format!("traceparent: 00-{trace:032x}-{span:016x}-01").into_bytes()
        }
    }
}

/// A reserved name in some spelling. Bytes that are not UTF-8 are no reason to believe it either.
pub(crate) fn reserved(rng: &mut Rng) -> Vec<u8> {
    let name: String =
        rng.choice(RESERVED).unwrap_or_default().chars().map(|one| respelt(one, rng)).collect();
    let mut value = value(rng);
    match rng.u8(..20) {
        0 => value.push(0xE9),
        1 => value.clear(),
        _ => {}
    }
    named(&name, &value, rng)
}

fn respelt(one: char, rng: &mut Rng) -> char {
    match one {
        '-' if rng.u8(..3) == 0 => '_',
        one if rng.bool() => one.to_ascii_uppercase(),
        one => one,
    }
}

fn value(rng: &mut Rng) -> Vec<u8> {
    let number = rng.u16(..);
    let text = match rng.u8(..5) {
        0 => MARK.to_owned(),
        1 => format!("alice,{MARK}"),
        2 => format!("{MARK}; admin=true"),
        3 => format!("{MARK}%0d%0aX-User-Id: {MARK}"),
        _ => format!("{MARK}-{number}"),
    };
    text.into_bytes()
}

/// With white space around the value, as HTTP allows it (RFC 9112, 5).
fn named(name: &str, value: &[u8], rng: &mut Rng) -> Vec<u8> {
    const SPACES: [&str; 5] = [" ", "", "  ", "\t", " \t "];
    let [before, after] = [0, 1].map(|_| rng.choice(SPACES).unwrap_or_default());
    [name.as_bytes(), b":", before.as_bytes(), value, after.as_bytes()].concat()
}
