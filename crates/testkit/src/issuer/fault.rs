//! What an issuer can do wrong.

/// What an issuer does instead of answering well.
#[derive(Debug, Clone)]
pub enum IssuerFault {
    /// Closes each connection at once.
    Down,
    /// Takes the request and says nothing.
    Hang,
    /// Announces an answer, sends half of it and says nothing more.
    HangMidBody,
    /// Answers with this status.
    Status(u16),
    /// Sends the caller to a canary, which counts who comes.
    Redirect,
    /// A key set without end.
    Endless,
    /// This body for its key set.
    Set(Vec<u8>),
    /// A description in which it has another name.
    WrongIssuer,
}
