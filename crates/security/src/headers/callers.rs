//! Who asks: callers with and without roles and accounts, their tokens, and what a service must see of them.

use bff_testkit::TestBff;
use serde_json::json;

/// A caller that has been verified, or will be.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) token: String,
    pub(crate) id: String,
    pub(crate) roles: Option<String>,
    pub(crate) tenant: Option<String>,
}

/// The callers of a BFF.
pub(crate) fn of(bff: &TestBff, accounts: bool) -> Vec<Caller> {
    let ids = ["alice", "bob", "chen", "zoe"];
    let tenants: &[Option<&str>] =
        if accounts { &[Some("acme"), Some("nordic")] } else { &[None, None, Some("acme")] };
    let roles: [&[&str]; 3] = [&[], &["customer"], &["buyer", "admin"]];
    let mut callers = Vec::new();
    for id in ids {
        for tenant in tenants {
            for roles in roles {
                let token = bff.token(id).claim("roles", json!(roles));
                let token = tenant.iter().fold(token, |token, tenant| token.claim("account", *tenant));
                callers.push(Caller {
                    token: token.sign(),
                    id: id.to_owned(),
                    roles: (!roles.is_empty()).then(|| roles.join(",")),
                    tenant: tenant.map(str::to_owned),
                });
            }
        }
    }
    callers
}
