//! Requests that are no HTTP, or of which two readers could make two: none may lead to a call.

use fastrand::Rng;

use super::MARK;

/// What is wrong with a head.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) name: &'static str,
    /// Lines in the head, without their ends. They may have line ends inside.
    pub(crate) lines: Vec<Vec<u8>>,
}

/// A fault for which a request is refused.
pub(crate) fn fault(rng: &mut Rng) -> Fault {
    let one = |name, line: String| Fault { name, lines: vec![line.into_bytes()] };
    match rng.u8(..14) {
        0 => one("space before the colon", format!("X-User-Id : {MARK}")),
        1 => one("tab before the colon", format!("X-User-Id\t: {MARK}")),
        2 => one("folded line", format!("X-Extra: a\r\n X-User-Id: {MARK}")),
        3 => one("folded line of a reserved name", format!("X-User-Id:\r\n\t{MARK}")),
        4 => one("line that begins with a space", format!(" X-User-Id: {MARK}")),
        5 => one("NUL in a value", format!("X-Extra: a\0{MARK}")),
        6 => one("CR in a value", format!("X-Extra: a\rX-User-Id: {MARK}")),
        7 => one("no name", format!(": {MARK}")),
        8 => one("no colon", format!("X-User-Id {MARK}")),
        9 => {
            let odd = rng.choice(["(", "\"", "@", "[", "\u{e9}", "{", "\u{0}"]).unwrap_or("(");
            one("name that is no token", format!("X-User{odd}Id: {MARK}"))
        }
        10 => {
            let length = rng.choice(["-1", "+1", "0x1", "1 1", "1;1", ""]).unwrap_or("-1");
            one("length that is no number", format!("Content-Length: {length}"))
        }
        11 => Fault {
            name: "two lengths",
            lines: ["Content-Length: 1", "Content-Length: 2"].map(|line| line.as_bytes().to_vec()).to_vec(),
        },
        12 => {
            let coding = rng.choice(["xchunked", "identity", "chunked", "x, y"]).unwrap_or("identity");
            let lines = [coding, "chunked"].map(|coding| format!("Transfer-Encoding: {coding}").into_bytes());
            Fault { name: "two transfer codings", lines: lines.to_vec() }
        }
        _ => {
            let coding =
                rng.choice(["xchunked", "chunked, identity", "identity", "gzip"]).unwrap_or("identity");
            one("unknown transfer coding", format!("Transfer-Encoding: {coding}"))
        }
    }
}

/// Heads that hyper or our limits refuse for what they weigh.
pub(crate) fn too_much(rng: &mut Rng) -> Fault {
    if rng.bool() {
        let lines = (0..rng.u8(70..120)).map(|number| format!("X-User-Id-{number}: {MARK}").into_bytes());
        Fault { name: "too many headers", lines: lines.collect() }
    } else {
        let long = "a".repeat(rng.usize(17_000..30_000));
        Fault { name: "too long a head", lines: vec![format!("X-Extra: {MARK}{long}").into_bytes()] }
    }
}
