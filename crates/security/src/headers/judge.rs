//! The judge: what a service must see, and what must come of a request.

use super::{MARK, SECRET, callers::Caller, capture::Call, generate::Expect};

/// All that a service may be sent. Everything else is forwarded from a client.
const ALLOWED: [&str; 18] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "grpc-accept-encoding",
    "grpc-timeout",
    "host",
    "te",
    "traceparent",
    "user-agent",
    "x-internal-secret",
    "x-internal-token",
    "x-request-id",
    "x-request-timeout-ms",
    "x-tenant-id",
    "x-user-id",
    "x-user-roles",
];

/// What a client got, over whatever protocol.
pub(crate) struct Answer {
    /// 0 where the server hung up without one.
    pub(crate) status: u16,
    pub(crate) ids: Vec<String>,
}

/// What is wrong, if anything.
pub(crate) fn judge(
    expect: Expect,
    caller: Option<&Caller>,
    answer: &Answer,
    calls: &[Call],
) -> Result<(), String> {
    let Answer { status, ids } = answer;
    let is_refusal = *status == 0 || (400..500).contains(status);
    match expect {
        Expect::Served if *status != 200 => return Err(format!("a good request got {status}")),
        Expect::Served if calls.is_empty() => return Err("a good request led to no call".to_owned()),
        Expect::Refused if !is_refusal => return Err(format!("what must be refused got {status}")),
        Expect::Either if !is_refusal && *status != 200 => return Err(format!("it got {status}")),
        _ => {}
    }
    if is_refusal && !calls.is_empty() {
        return Err(format!("it was refused with {status}, and {} calls were made", calls.len()));
    }
    match (calls, caller, ids.as_slice()) {
        ([], ..) => Ok(()),
        (_, None, _) => Err(format!("{} calls as nobody that was verified", calls.len())),
        (_, Some(caller), [id]) => calls.iter().try_for_each(|call| judge_call(call, caller, id)),
        (_, _, ids) => Err(format!("{} request ids in the reply", ids.len())),
    }
}

/// Whether a service sees one identity, and this one, and nothing of a client's own.
pub(crate) fn judge_call(call: &Call, caller: &Caller, id: &str) -> Result<(), String> {
    let wrong = |what: String| Err(format!("{} {what}", call.service));
    if call.text.to_ascii_lowercase().contains(MARK) {
        return wrong("was sent what a client made up".to_owned());
    }
    for (name, _) in &call.headers {
        if !ALLOWED.contains(&name.to_ascii_lowercase().as_str()) {
            return wrong(format!("was sent {name:?}"));
        }
    }
    let secret = (call.service == "users").then_some(SECRET);
    for (name, one) in [
        ("x-user-id", Some(caller.id.as_str())),
        ("x-user-roles", caller.roles.as_deref()),
        ("x-tenant-id", caller.tenant.as_deref()),
        ("x-request-id", Some(id)),
        ("x-internal-secret", secret),
    ] {
        let seen = values(call, name);
        if seen != Vec::from_iter(one) {
            return wrong(format!("sees {name} {seen:?} and not {one:?}"));
        }
    }
    let tokens = values(call, "x-internal-token");
    if tokens.len() != usize::from(call.service == "orders")
        || tokens.iter().any(|token| !token.starts_with("eyJ"))
    {
        return wrong(format!("sees {} tokens of the sender", tokens.len()));
    }
    Ok(())
}

/// The values of a header in any spelling, as a server with a CGI heritage would see them.
fn values<'a>(call: &'a Call, name: &str) -> Vec<&'a str> {
    let is = |(known, _): &&(String, String)| known.trim().to_ascii_lowercase().replace('_', "-") == name;
    call.headers.iter().filter(is).map(|(_, value)| value.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller() -> Caller {
        let (id, roles) = ("alice".to_owned(), Some("customer".to_owned()));
        Caller { token: String::new(), id, roles, tenant: None }
    }

    fn call(service: &str, more: &str) -> Call {
        let credential = match service {
            "users" => format!("x-internal-secret: {SECRET}\r\n"),
            "orders" => "x-internal-token: eyJ\r\n".to_owned(),
            _ => String::new(),
        };
        let head = format!(
            "GET /{service} HTTP/1.1\r\nhost: a\r\nx-user-id: alice\r\nx-user-roles: customer\r\nx-request-id: 1\r\n{credential}{more}\r\n"
        );
        Call { service: service.to_owned(), ..Call::of_http(head.as_bytes()) }
    }

    #[test]
    fn a_call_as_it_must_be_passes() {
        for service in ["users", "orders", "reports"] {
            assert_eq!(judge_call(&call(service, ""), &caller(), "1"), Ok(()));
        }
        assert!(judge_call(&call("reports", ""), &caller(), "2").is_err(), "another request's id");
    }

    #[test]
    fn whatever_is_more_or_other_is_seen() {
        for more in [
            "X-User-Id: alice\r\n",
            "X_User_Id: zoe\r\n",
            "x-user-id : zoe\r\n",
            "x-user-roles: admin\r\n",
            "x-tenant-id: acme\r\n",
            "x-tenant_id: acme\r\n",
            "x-request-id: 2\r\n",
            "x-internal-secret: guessed\r\n",
            "X_Internal_Token: eyJ\r\n",
            "cookie: a\r\n",
            "x-user-email: a\r\n",
            " folded\r\n",
            "accept: forged-zq\r\n",
        ] {
            assert!(judge_call(&call("reports", more), &caller(), "1").is_err(), "{more}");
            assert!(judge_call(&call("users", more), &caller(), "1").is_err(), "{more}");
        }
        let unknown = call("unknown", &format!("x-internal-secret: {SECRET}\r\n"));
        assert!(judge_call(&unknown, &caller(), "1").is_err(), "a credential for somebody else");
        let mut absent = call("reports", "");
        absent.headers.retain(|(name, _)| name != "x-user-id");
        assert!(judge_call(&absent, &caller(), "1").is_err());
    }

    #[test]
    fn a_refusal_makes_no_call_and_nobody_is_somebody() {
        let one = [call("reports", "")];
        let answer = |status| Answer { status, ids: vec!["1".to_owned()] };
        assert!(judge(Expect::Refused, Some(&caller()), &answer(400), &one).is_err());
        assert!(judge(Expect::Refused, Some(&caller()), &answer(0), &[]).is_ok());
        assert!(judge(Expect::Refused, Some(&caller()), &answer(200), &[]).is_err());
        assert!(judge(Expect::Either, None, &answer(200), &one).is_err());
        assert!(judge(Expect::Served, Some(&caller()), &answer(200), &[]).is_err());
        assert!(judge(Expect::Served, Some(&caller()), &answer(200), &one).is_ok());
        assert!(judge(Expect::Either, Some(&caller()), &answer(502), &[]).is_err());
    }
}
