//! Who is charged what.

use super::*;
use crate::{auth::Identity, rate_limit::charge::MOST};

const CONFIG: &str = r#"
caller = ["10/s", "1000/d burst 500"]
address = ["5/s"]
plans.gold = ["100/s"]
[routes."GET /a"]
cost = 3
quotas = ["4/m"]
[routes."GET /b"]
quotas = ["7/s"]
per = "everyone"
[routes."GET /free"]
cost = 0
"#;

fn alice() -> Identity {
    Identity::for_test("alice", &[], &[], None)
}

fn acme() -> Identity {
    alice().on_plan("gold")
}

fn rules() -> Rules {
    Rules::new(&toml::from_str(CONFIG).expect("a good configuration"))
}

/// Names, costs and whether everyone is counted together.
fn charged(route: &str, caller: Option<&Identity>) -> Vec<(String, u32, bool)> {
    let rules = rules();
    let route = rules.route(route);
    let asks = caller.map_or(Asks::Address(Some([192, 0, 2, 1].into())), Asks::Caller);
    let applied = rules.apply(route.as_deref(), asks);
    let told =
        |charge: &Charge<'_>| (charge.quota.name.to_string(), charge.cost, charge.who == Who::EVERYONE);
    applied.charges.iter().map(told).collect()
}

fn row(name: &str, cost: u32, everyone: bool) -> (String, u32, bool) {
    (name.to_owned(), cost, everyone)
}

#[test]
fn a_caller_an_address_and_a_plan_have_their_own() {
    let (alice, acme) = (alice(), acme());
    let callers = [row("caller-second", 1, false), row("caller-day", 1, false)];
    assert_eq!(charged("GET /other", Some(&alice)), callers);
    assert_eq!(charged("GET /other", Some(&acme)), [row("gold", 1, false)]);
    assert_eq!(charged("GET /other", None), [row("address", 1, false)]);
}

#[test]
fn a_plan_that_there_is_not_is_that_of_every_caller() {
    let lost = alice().on_plan("platinum");
    assert_eq!(charged("GET /other", Some(&lost)).len(), 2);
}

#[test]
fn a_route_has_its_cost_and_its_own_quotas() {
    let acme = acme();
    assert_eq!(charged("GET /a", Some(&acme)), [row("gold", 3, false), row("GET /a", 3, false)]);
    assert_eq!(charged("GET /b", None), [row("address", 1, false), row("GET /b", 1, true)]);
    assert_eq!(charged("GET /free", None), []);
}

#[test]
fn a_guess_costs_something_on_every_route() {
    let rules = rules();
    for (name, cost) in [("GET /free", 1), ("GET /a", 3), ("GET /other", 1)] {
        let route = rules.route(name);
        let applied = rules.apply(route.as_deref(), Asks::Guess(None));
        assert!(applied.charges.iter().all(|charge| charge.cost == cost), "{name}");
        assert!(!applied.charges.is_empty(), "{name}");
    }
}

#[test]
fn a_caller_looks_at_all_that_is_its_own() {
    let (rules, acme) = (rules(), acme());
    let charges = rules.all_of(&acme);
    let seen: Vec<_> = charges.iter().map(|charge| (&*charge.quota.name, charge.cost)).collect();
    assert_eq!(seen, [("gold", 0), ("GET /a", 0)]);
}

#[test]
fn no_more_quotas_than_one_request_can_have() {
    let quotas: Vec<_> = (0..MOST + 3).map(|_| "\"1/s\"".to_owned()).collect();
    let config = format!("[routes.\"GET /a\"]\nquotas = [{}]", quotas.join(", "));
    let rules = Rules::new(&toml::from_str(&config).expect("a configuration that was not checked"));
    let route = rules.route("GET /a");
    assert_eq!(rules.apply(route.as_deref(), Asks::Address(None)).charges.len(), MOST);
}

#[test]
fn clients_are_told_the_quotas_in_structured_fields() {
    let rules = rules();
    let policies = [&rules.caller, &rules.plans["gold"]].map(|list| list.policy.clone().expect("a value"));
    assert_eq!(policies, ["\"caller-second\";q=10;w=1, \"caller-day\";q=500;w=43200", "\"gold\";q=100;w=1",]);
    assert_eq!(rules.routes["GET /free"].own.policy, None);
}
