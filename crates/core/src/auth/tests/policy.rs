//! Policies: whom each lets in, what it misses in the others, and how it is shown.

use crate::auth::{Denied, Identity, public, role, scope, signed_in};

#[test]
fn a_policy_lets_in_whom_it_names() {
    let nobody = Identity::for_test("u", &[], &[], None);
    let buyer = Identity::for_test("u", &["buyer"], &["orders:read"], None);
    let partner = Identity::for_test("u", &["buyer"], &["orders:read", "orders:write"], Some("acme"));
    let strict = || scope("orders:read").and_scope("orders:write").and_role("buyer").with_account();
    for (policy, caller, expected) in [
        (public(), None, Ok(())),
        (public(), Some(&nobody), Ok(())),
        (signed_in(), None, Err(Denied::NoIdentity)),
        (signed_in(), Some(&nobody), Ok(())),
        (scope("orders:read"), None, Err(Denied::NoIdentity)),
        (scope("orders:read"), Some(&nobody), Err(Denied::MissingScope("orders:read"))),
        (scope("orders:read"), Some(&buyer), Ok(())),
        (scope("orders"), Some(&buyer), Err(Denied::MissingScope("orders"))),
        (role("admin"), Some(&buyer), Err(Denied::MissingRole("admin"))),
        (role("buyer"), Some(&buyer), Ok(())),
        (strict(), Some(&buyer), Err(Denied::MissingScope("orders:write"))),
        (strict(), Some(&partner), Ok(())),
        (signed_in().with_account(), Some(&buyer), Err(Denied::MissingAccount)),
        (public().and_role("admin"), None, Err(Denied::NoIdentity)),
        (public().with_account(), None, Err(Denied::NoIdentity)),
    ] {
        assert_eq!(policy.check(caller), expected, "{policy}");
        assert_eq!(policy.needs_identity(), policy.check(None).is_err(), "{policy}");
    }
    let shown = [public(), signed_in(), scope("orders:read"), strict()].map(|p| p.to_string());
    let all = "scope orders:read, scope orders:write, role buyer, partner account";
    assert_eq!(shown, ["public", "signed in", "scope orders:read", all]);
}
