//! Requests at random. Each follows from the seed and its own number alone.

use fastrand::Rng;

use super::{
    MARK,
    callers::Caller,
    hostile, malformed,
    subject::{Subject, Target},
};

/// What must come of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expect {
    /// It is answered, and calls are made as its caller.
    Served,
    /// It is refused, and no call is made.
    Refused,
    /// One of the two: both readings are safe.
    Either,
}

/// One request, before it is bytes.
pub(crate) struct Request<'a> {
    /// What is special about it.
    pub(crate) kind: &'static str,
    pub(crate) target: &'a Target,
    /// Who asks, where anybody does.
    pub(crate) caller: Option<&'a Caller>,
    pub(crate) expect: Expect,
    pub(crate) start: String,
    /// Header lines without their ends.
    pub(crate) lines: Vec<Vec<u8>>,
    pub(crate) line_end: &'static str,
    /// Whether the body comes in chunks, with trailers behind it.
    pub(crate) trailers: Option<Vec<Vec<u8>>>,
    /// What comes behind the request on the same connection.
    pub(crate) behind: Vec<u8>,
}

impl<'a> Request<'a> {
    /// The request of this number.
    pub(crate) fn of(subject: &'a Subject, callers: &'a [Caller], seed: u64, number: u32) -> Self {
        let mut rng = Rng::with_seed(seed ^ u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let rng = &mut rng;
        let target = &subject.targets[rng.usize(..subject.targets.len())];
        let caller = &callers[rng.usize(..callers.len())];
        let method = if target.body.is_some() { "POST" } else { "GET" };
        let mut request = Self {
            kind: "hostile headers",
            target,
            caller: Some(caller),
            expect: Expect::Served,
            start: format!("{method} {} HTTP/1.1", target.path),
            lines: (0..rng.u8(1..12)).map(|_| hostile::line(rng)).collect(),
            line_end: "\r\n",
            trailers: (target.body.is_some() && rng.bool())
                .then(|| (0..rng.u8(0..6)).map(|_| hostile::reserved(rng)).collect()),
            behind: Vec::new(),
        };
        match rng.u8(..100) {
            0..75 => {}
            75..85 => {
                let fault = malformed::fault(rng);
                request.breaks(fault.name, Expect::Refused, fault.lines, rng);
            }
            85..87 => {
                let fault = malformed::too_much(rng);
                request.breaks(fault.name, Expect::Refused, fault.lines, rng);
            }
            87..92 => request.as_nobody(rng),
            _ => request.oddly(rng),
        }
        if let Some(caller) = request.caller {
            let line = format!("Authorization: Bearer {}", caller.token);
            request.put(line.into_bytes(), rng);
        }
        request
    }

    /// Whether it can be said in HTTP/2 as it is.
    pub(crate) fn is_plain(&self) -> bool {
        self.kind == "hostile headers"
    }

    fn put(&mut self, line: Vec<u8>, rng: &mut Rng) {
        self.lines.insert(rng.usize(..=self.lines.len()), line);
    }

    fn breaks(&mut self, kind: &'static str, expect: Expect, lines: Vec<Vec<u8>>, rng: &mut Rng) {
        (self.kind, self.expect) = (kind, expect);
        for line in lines {
            self.put(line, rng);
        }
    }

    /// Forged identities and no token, two tokens, or one that is none.
    fn as_nobody(&mut self, rng: &mut Rng) {
        let token = self.caller.take().map(|caller| caller.token.as_str()).unwrap_or_default();
        let lines = match rng.u8(..4) {
            0 => vec![],
            1 => vec![format!("Authorization: Bearer {token}"), format!("Authorization: Bearer {MARK}")],
            2 => vec![format!("Authorization: Basic {MARK}")],
            _ => vec![format!("Authorization: Bearer {}x", &token[..token.len() - 1])],
        };
        let kind = "no credential that counts";
        self.breaks(kind, Expect::Refused, lines.into_iter().map(String::into_bytes).collect(), rng);
    }

    /// What servers are free to take or to refuse.
    fn oddly(&mut self, rng: &mut Rng) {
        let line = |text: String| vec![text.into_bytes()];
        let odd =
            |request: &mut Self, kind, lines, rng: &mut Rng| request.breaks(kind, Expect::Either, lines, rng);
        match rng.u8(..8) {
            0 => {
                self.line_end = "\n";
                odd(self, "bare line feeds", vec![], rng);
            }
            1 => {
                self.start = self.start.replace(" /", &format!(" http://{MARK}.internal/"));
                odd(self, "a whole URL as target", vec![], rng);
            }
            2 => odd(self, "two hosts", line(format!("Host: {MARK}")), rng),
            3 => {
                self.start = self.start.replace("HTTP/1.1", "HTTP/1.0");
                self.trailers = None;
                odd(self, "HTTP/1.0", line("Connection: keep-alive".to_owned()), rng);
            }
            4 => {
                self.start.insert_str(0, "\r\n");
                odd(self, "empty line first", vec![], rng);
            }
            5 => {
                let millis = rng.choice(["9000", "0", "-1", MARK, "1e3", "9000, 9000"]).unwrap_or("0");
                odd(self, "time of its own", line(format!("X-Request-Timeout-Ms: {millis}")), rng);
            }
            6 => {
                odd(self, "value that is not UTF-8", vec![[b"X-Extra: \xE9", MARK.as_bytes()].concat()], rng);
            }
            _ => {
                // RFC 9112, 6.3: chunked counts, and the connection ends. What is behind is no request.
                self.trailers = self.trailers.take().or(Some(Vec::new()));
                let smuggled = format!("GET /{MARK} HTTP/1.1\r\nHost: bff\r\nX-User-Id: {MARK}\r\n");
                self.behind = format!("{smuggled}Authorization: Bearer {MARK}\r\n\r\n").into_bytes();
                let length = rng.choice(["0", "3", "1000"]).unwrap_or("3");
                odd(self, "two framings", line(format!("Content-Length: {length}")), rng);
            }
        }
    }

    /// As it goes onto the wire.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let end = self.line_end.as_bytes();
        let mut bytes = [self.start.as_bytes(), end, b"Host: bff.example", end].concat();
        for line in &self.lines {
            bytes.extend([line.as_slice(), end].concat());
        }
        let body = self.target.body.unwrap_or_default();
        if self.target.body.is_some() {
            bytes.extend([b"Content-Type: application/json", end].concat());
        }
        match &self.trailers {
            Some(trailers) => {
                bytes.extend([b"Transfer-Encoding: chunked", end, end].concat());
                if !body.is_empty() {
                    bytes.extend(format!("{:x}\r\n{body}\r\n", body.len()).into_bytes());
                }
                bytes.extend(b"0\r\n");
                for line in trailers {
                    bytes.extend([line.as_slice(), b"\r\n"].concat());
                }
                bytes.extend(b"\r\n");
            }
            None if self.target.body.is_some() => {
                bytes.extend([format!("Content-Length: {}", body.len()).as_bytes(), end, end].concat());
                bytes.extend(body.as_bytes());
            }
            None => bytes.extend(end),
        }
        bytes.extend(&self.behind);
        bytes
    }
}
