//! The BFF whose output is searched: this program, started again with [`VARIABLE`].

use bff_core::{bff::Bff, prelude::*};
use http::HeaderMap;

/// Says that this process is the BFF.
pub const VARIABLE: &str = "BFF_SECURITY_CHILD";

/// The BFF that this process is to be, if it is.
pub fn requested() -> Option<Bff> {
    std::env::var_os(VARIABLE).map(|_| bff())
}

/// The web BFF, with a route that panics and one that leaks.
pub(crate) fn bff() -> Bff {
    let routes = Routes::new().get("/panic", panics, signed_in()).get("/leak", leaks, public());
    bff_web::bff().routes(routes)
}

async fn panics(caller: Caller) -> http::StatusCode {
    panic!("on purpose, for {}", caller.id().len());
}

/// The control: what this writes down must be found.
async fn leaks(headers: HeaderMap) -> String {
    let planted = headers.get("x-planted").and_then(|planted| planted.to_str().ok()).unwrap_or_default();
    tracing::error!(planted, "a leak on purpose");
    String::new()
}
