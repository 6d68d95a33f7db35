//! What the row `headers` is made of: requests at random ([`generate`]), clients that send them byte by byte ([`wire`]) and over
//! HTTP/2 ([`http2`]), services that keep what arrives ([`capture`]), and the [`judge`] of it. A [`lane`] is one BFF with its own
//! services and one request at a time, so that each call belongs to one request. [`leaky`] is what the judge must not let pass.

pub(crate) mod callers;
pub(crate) mod capture;
pub(crate) mod generate;
pub(crate) mod hostile;
pub(crate) mod http2;
pub(crate) mod judge;
pub(crate) mod lane;
pub(crate) mod leaky;
pub(crate) mod malformed;
pub(crate) mod subject;
pub(crate) mod wire;

/// Part of every value that a client makes up. Wherever it turns up it came from outside.
pub(crate) const MARK: &str = "forged-zq";

/// The secret that the users service is shown.
pub(crate) const SECRET: &str = "the-secret-of-the-row-of-headers-0123456789";
