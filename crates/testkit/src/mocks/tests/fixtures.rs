//! The fixtures keep the services' contracts, and a broken one is named.

use std::{collections::BTreeSet, fs, path::PathBuf};

use serde::Deserialize;

use super::super::*;

/// A profile as the users service documents it, internal fields included.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only parsed")]
struct Profile {
    id: String,
    display_name: String,
    email: String,
    avatar_url: Option<String>,
    locale: String,
    time_zone: Option<String>,
    member_since: String,
    tier: Tier,
    address: Option<Address>,
    preferences: Preferences,
    internal_flags: Option<Vec<String>>,
    password_hash: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Tier {
    Free,
    Plus,
    Pro,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only parsed")]
struct Address {
    street: String,
    city: String,
    postal_code: String,
    country: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only parsed")]
struct Preferences {
    newsletter: bool,
    theme: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only parsed")]
struct Notification {
    id: String,
    kind: String,
    title: String,
    body: String,
    created_at: String,
    read: bool,
    link: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    count: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only parsed")]
struct Summary {
    account: String,
    period: Period,
    order_count: u32,
    revenue_cents: i64,
    currency: String,
    top_products: Vec<Product>,
    internal_margin: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only parsed")]
struct Period {
    from: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only parsed")]
struct Product {
    sku: String,
    name: String,
    units: u32,
}

fn parse<'a, T: Deserialize<'a>>(fixtures: &'a Fixtures, name: &str) -> T {
    let value = fixtures.json(name).unwrap_or_else(|| panic!("no fixture {name}"));
    T::deserialize(value).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn every_fixture_is_of_its_operations_type() {
    let fixtures = Fixtures::shared().unwrap();
    for name in fixtures.names() {
        let (operation, case) = name.split_once('.').unwrap();
        match operation {
            "users/get" => assert_eq!(parse::<Profile>(&fixtures, name).id, case),
            "reports/summary" => assert_eq!(parse::<Summary>(&fixtures, name).account, case),
            "notifications/unread" => {
                let unread = parse::<Vec<Notification>>(&fixtures, name);
                let count = parse::<Count>(&fixtures, &format!("notifications/unread-count.{case}"));
                assert_eq!(unread.len(), count.count, "{case}");
            }
            "notifications/unread-count" => drop(parse::<Count>(&fixtures, name)),
            // Typed when they are read.
            "orders/recent" | "invoices/of-order" | "invoices/list" => {}
            _ => panic!("{name} is read by nobody"),
        }
    }
}

#[test]
fn the_services_agree_with_one_another() {
    let fixtures = Fixtures::shared().unwrap();
    let mut ids = BTreeSet::new();
    for order in fixtures.orders() {
        assert!(ids.insert(&order.id), "{} twice", order.id);
        for user in [&order.customer, &order.seller].into_iter().filter(|user| !user.is_empty()) {
            assert!(fixtures.json(&format!("users/get.{user}")).is_some(), "{}: {user}", order.id);
        }
        assert!(fixtures.json(&format!("reports/summary.{}", order.account)).is_some(), "{}", order.account);
        if let Some(invoice) = fixtures.invoice_of_order(&order.id) {
            assert_eq!((invoice.total_cents, &invoice.currency), (order.total_cents, &order.currency));
            assert!(fixtures.invoices_of_account(&order.account).unwrap().contains(invoice), "{}", order.id);
        }
    }
    for user in ["alice", "bob", "chen", "zoe", "dmitri", "erin"] {
        let orders = fixtures.orders_of_user(user).unwrap();
        assert!(orders.iter().all(|order| order.customer == user));
        assert!(orders.is_sorted_by(|a, b| a.placed_at > b.placed_at), "{user}: newest first");
    }
    assert!(fixtures.json("users/get.mallory").is_none());
    assert!(fixtures.orders_of_account("lumen").is_some_and(<[_]>::is_empty), "an account without orders");
}

/// A copy of nothing but the folders, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("bff-fixtures-{name}-{}", std::process::id()));
        for service in SERVICES {
            fs::create_dir_all(root.join(service)).unwrap();
        }
        Self(root)
    }

    fn error_with(&self, file: &str, text: &str) -> String {
        let path = self.0.join(file);
        fs::write(&path, text).unwrap();
        let error = Fixtures::read(&self.0).unwrap_err().to_string();
        fs::remove_file(path).unwrap();
        error
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_broken_fixture_is_named() {
    let folder = Folder::new("broken");
    Fixtures::read(&folder.0).expect("control: no fixtures are no error");
    for (file, text, why) in [
        ("users/get.alice.json", "{\"id\": ", "EOF"),
        ("orders/recent.alice.json", "[{\"id\": 1}]", "expected a string"),
        ("orders/recent.alice.json", r#"[{"id":"1","custommer":"x"}]"#, "custommer"),
        ("orders/recent.alice.json", r#"[{"id":"1","customer":"x","account":"a","status":"LOST"}]"#, "LOST"),
        ("invoices/of-order.1.json", "{}", "number"),
        ("users/alice.json", "{}", "<operation>.<case>.json"),
        ("users/notes.md", "", "<operation>.<case>.json"),
    ] {
        let error = folder.error_with(file, text);
        assert!(error.contains(file) && error.contains(why), "{file}: {error}");
    }
    let missing = Fixtures::read(&folder.0.join("nowhere")).unwrap_err().to_string();
    assert!(missing.contains("nowhere") && missing.contains("BFF_FIXTURES"), "{missing}");
}
