//! Addresses of keys: whoever answers there decides who signs in, so it must be who the address says.

use url::{Host, Url};

/// What an address of keys looks like, for whoever wrote another.
pub(crate) const EXPECTED: &str = "an address such as \"https://login.example/keys\", or http:// on this machine (localhost, 127.0.0.1, [::1])";

/// The address, if it is `https`, or `http` to this machine. It has no credentials and no fragment.
pub(crate) fn parse(text: &str) -> Option<Url> {
    // The parser repairs "https:login" and "https:///login"; what an operator reads should be what is asked.
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let url = Url::parse(text).ok().filter(|_| !rest.starts_with(['/', '\\']))?;
    let is_safe = url.scheme() == "https" || url.host().is_some_and(|host| is_this_machine(&host));
    let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (is_safe && is_plain && !text.contains('@')).then_some(url)
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

/// Where an issuer describes itself (OpenID Connect Discovery 1.0, section 4.1): below its own address, which has no query.
pub(crate) fn of_description(issuer: &str) -> Option<Url> {
    if issuer.contains('?') {
        return None;
    }
    parse(issuer)?;
    parse(&format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')))
}
