//! The headers of a request: one bearer token or none, and names that only we may set.

use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};

use crate::auth::{TENANT_ID, TokenError, USER_ID, USER_ROLES, bearer, is_reserved};

#[test]
fn a_request_has_one_bearer_token_or_none() {
    let with_values = |values: &[&'static str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        headers
    };
    assert_eq!(bearer(&with_values(&[])), Ok(None));
    for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "Bearer   a.b.c"] {
        assert_eq!(bearer(&with_values(&[value])), Ok(Some("a.b.c")), "{value:?}");
    }
    for values in [
        &["Bearer a.b.c", "Bearer a.b.c"][..],
        &["Bearer a.b.c", "Basic eDp5"],
        &["Basic eDp5"],
        &["Bearer"],
        &["Bearer "],
        &[""],
        &["a.b.c"],
        &["Bearer a.b.c d.e.f"],
        &["Bearer a.b.c, Bearer d.e.f"],
        &["Bearer a.b.c,d.e.f"],
        &["Bearer\ta.b.c"],
        &["Bearer a.b.c\t"],
        &[" Bearer a.b.c"],
        &["Bearer ä.b.c"],
    ] {
        assert_eq!(bearer(&with_values(values)), Err(TokenError::Malformed), "{values:?}");
    }
}

#[test]
fn our_headers_are_ours_in_every_spelling() {
    for name in [
        "X-User-Id",
        "x-user-roles",
        "x_user_id",
        "x.user&id",
        "x-internal~token",
        "X_User-Id",
        "x-user_roles",
        "x-user-",
        "x-user-anything",
        "X-Request-Id",
        "x_request_id",
        "x-request_id",
        "X-Internal-Secret",
        "x_internal_secret",
        "X-Internal-Token",
        "X-Tenant-Id",
        "x_tenant_id",
        "X-Tenant_Id",
        "x-tenant-",
    ] {
        assert!(is_reserved(&HeaderName::from_bytes(name.as_bytes()).unwrap()), "{name}");
    }
    for name in [
        "x",
        "x-user",
        "x-users",
        "x-request-ids",
        "x-request-i",
        "x-request-timeout-ms",
        "user-id",
        "accept",
        "x-internal",
        "x-tenant",
        "x-tenants",
    ] {
        assert!(!is_reserved(&HeaderName::from_bytes(name.as_bytes()).unwrap()), "{name}");
    }
    assert!([USER_ID, USER_ROLES, TENANT_ID].iter().all(is_reserved));
}
