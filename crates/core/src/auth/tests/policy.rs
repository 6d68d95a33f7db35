//! Policies: whom each lets in, what it misses in the others, and how it is shown.

use proptest::prelude::*;

use crate::auth::{
    Denied, Identity, Names, Policy, WhoMayCall as _, any_role, any_scope, public, role, scope, signed_in,
};

fn check(policy: &Policy, caller: Option<&Identity>) -> Result<(), Denied> {
    policy.check(caller, |_| None)
}

#[test]
fn a_policy_lets_in_whom_it_names() {
    use Names::{AnyOf, One};
    let nobody = Identity::for_test("u", &[], &[], None);
    let buyer = Identity::for_test("u", &["buyer"], &["orders:read"], None);
    let partner = Identity::for_test("u", &["buyer"], &["orders:read", "orders:write"], Some("acme"));
    let strict = || scope("orders:read").and_scope("orders:write").and_role("buyer").with_account();
    let staff: &[&str] = &["admin", "support"];
    let traders: &[&str] = &["seller", "buyer"];
    let writers: &[&str] = &["orders:write", "orders:admin"];
    for (policy, caller, expected) in [
        (public().into_policy(), None, Ok(())),
        (public().into_policy(), Some(&nobody), Ok(())),
        (signed_in(), None, Err(Denied::NoIdentity)),
        (signed_in(), Some(&nobody), Ok(())),
        (scope("orders:read"), None, Err(Denied::NoIdentity)),
        (scope("orders:read"), Some(&nobody), Err(Denied::MissingScope(One("orders:read")))),
        (scope("orders:read"), Some(&buyer), Ok(())),
        (scope("orders"), Some(&buyer), Err(Denied::MissingScope(One("orders")))),
        (role("admin"), Some(&buyer), Err(Denied::MissingRole(One("admin")))),
        (role("buyer"), Some(&buyer), Ok(())),
        (any_role(&["admin", "support"]), Some(&buyer), Err(Denied::MissingRole(AnyOf(staff)))),
        (any_role(&["seller", "buyer"]), Some(&buyer), Ok(())),
        (
            any_role(&["seller", "buyer"]).and_role("admin"),
            Some(&buyer),
            Err(Denied::MissingRole(One("admin"))),
        ),
        (
            role("buyer").and_any_role(&["seller", "buyer"]),
            Some(&nobody),
            Err(Denied::MissingRole(One("buyer"))),
        ),
        (any_role(&["seller", "buyer"]), Some(&nobody), Err(Denied::MissingRole(AnyOf(traders)))),
        (any_role(&[]), Some(&partner), Err(Denied::MissingRole(AnyOf(&[])))),
        (any_scope(&["orders:write", "orders:admin"]), Some(&partner), Ok(())),
        (
            any_scope(&["orders:write", "orders:admin"]),
            Some(&buyer),
            Err(Denied::MissingScope(AnyOf(writers))),
        ),
        (strict(), Some(&buyer), Err(Denied::MissingScope(One("orders:write")))),
        (strict(), Some(&partner), Ok(())),
        (signed_in().with_account(), Some(&buyer), Err(Denied::MissingAccount)),
    ] {
        assert_eq!(check(&policy, caller), expected, "{policy}");
        assert_eq!(policy.needs_identity(), check(&policy, None).is_err(), "{policy}");
    }
}

#[test]
fn a_policy_is_one_line() {
    let strict = scope("orders:read").and_scope("orders:write").and_role("buyer").with_account();
    let own = signed_in().own_user("id").and_any_role(&["admin", "support"]).own_account("account");
    for (policy, line) in [
        (public().into_policy(), "public"),
        (signed_in(), "signed in"),
        (scope("orders:read"), "scope orders:read"),
        (strict, "scope orders:read, scope orders:write, role buyer, partner account"),
        (own, "role admin or support, own user {id}, own account {account}"),
    ] {
        assert_eq!(policy.to_string(), line);
    }
    assert_eq!(
        check(&any_role(&["admin", "support"]), Some(&Identity::for_test("u", &[], &[], None)))
            .map_err(|denied| denied.to_string()),
        Err("this needs the role admin or support".to_owned())
    );
}

#[test]
fn whose_a_path_is_comes_after_who_may_call() {
    let caller = Identity::for_test("alice", &[], &["orders:read"], Some("acme"));
    let of = |id: &'static str| move |name: &str| (name == "id").then_some(id);
    let policy = signed_in().own_user("id").and_scope("orders:write");
    for id in ["alice", "bob"] {
        assert_eq!(
            policy.check(Some(&caller), of(id)),
            Err(Denied::MissingScope(Names::One("orders:write")))
        );
    }
    let policy = signed_in().own_user("id").and_scope("orders:read");
    assert_eq!(policy.check(Some(&caller), of("bob")), Err(Denied::NotOwn("id")));
    assert_eq!(policy.check(Some(&caller), of("alice")), Ok(()));
    assert_eq!(signed_in().own_account("id").check(Some(&caller), of("acme")), Ok(()));
    assert_eq!(signed_in().own_account("id").check(Some(&caller), of("alice")), Err(Denied::NotOwn("id")));
    assert_eq!(
        signed_in().own_account("account").check(Some(&caller), of("acme")),
        Err(Denied::NotOwn("account"))
    );
    let without = Identity::for_test("alice", &[], &[], None);
    assert_eq!(signed_in().own_account("id").check(Some(&without), of("acme")), Err(Denied::NotOwn("id")));
    assert_eq!(signed_in().own_account("id").check(Some(&without), of("")), Err(Denied::NotOwn("id")));
    assert_eq!(check(&signed_in().own_user("id"), Some(&without)), Err(Denied::NotOwn("id")), "no parameter");
}

proptest! {
    #[test]
    fn a_path_is_its_callers_own_only_if_it_is_the_id_byte_by_byte(
        id in "[!-~]{1,12}",
        account in proptest::option::of("[!-~]{1,12}"),
        asked in prop_oneof![any::<String>(), "[!-~]{0,12}"],
        same in any::<bool>(),
    ) {
        let caller = Identity::for_test(&id, &[], &[], account.as_deref());
        let of_user = if same { id.clone() } else { asked.clone() };
        let own_user = signed_in().own_user("p").check(Some(&caller), |_| Some(&*of_user));
        prop_assert_eq!(own_user.is_ok(), of_user == id);
        let of_account = if same { account.clone().unwrap_or_default() } else { asked };
        let own_account = signed_in().own_account("p").check(Some(&caller), |_| Some(&*of_account));
        prop_assert_eq!(own_account.is_ok(), account.as_ref() == Some(&of_account));
    }
}
