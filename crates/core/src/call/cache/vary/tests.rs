use super::{super::testing::headers, *};

fn vary(text: &str) -> Option<(bool, bool)> {
    Vary::of(&headers(text)).map(|vary| (vary.by_request, vary.by_caller))
}

#[test]
fn what_a_call_always_sends_alike_does_not_tell_calls_apart() {
    assert_eq!(vary("x: y"), None);
    for constant in ["", ",", "Accept", "accept-encoding, Accept-Language", "authorization", "x-tenant"] {
        assert_eq!(vary(&format!("vary: {constant}")), Some((false, false)), "{constant}");
    }
}

#[test]
fn what_each_request_has_anew_does() {
    for anew in [
        "*",
        "X-Request-Id",
        "x_request_id, *",
        "traceparent",
        "TraceState",
        "B3",
        "X-B3-TraceId",
        "x-b3-sampled",
        "x-request-timeout-ms",
        "grpc-timeout",
        "a b",
    ] {
        let names = [anew.to_owned(), format!("accept, {anew}"), format!("{anew}, accept")];
        for names in names {
            assert!(vary(&format!("vary: {names}")).is_some_and(|(by_request, _)| by_request), "{names}");
        }
    }
    assert_eq!(vary("vary: accept | vary: *").map(|vary| vary.0), Some(true), "in any line");
}

#[test]
fn who_asks_tells_callers_apart_in_any_spelling() {
    for identity in ["x-user-id", "X-User-Roles", "x_user_id", "x-internal-token"] {
        assert_eq!(vary(&format!("vary: accept, {identity}")), Some((false, true)), "{identity}");
        assert_eq!(vary(&format!("vary: {identity}, accept")), Some((false, true)), "{identity}");
    }
}
