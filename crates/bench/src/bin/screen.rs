//! The screen on bff-core (c): what a team would write, with everything that is on by default.
//!
//! Typed clients of three HTTP services, one screen of three required sections. It reads
//! [`Settings`] from the environment, so that any load generator can start it beside other gateways.

use std::{error::Error, sync::LazyLock};

use bff_bench::{KEYS_PATH, SCREEN_PATH, settings::Settings};
use bff_core::prelude::*;
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A team writes its paths as literals; here whoever measures chooses them.
static SETTINGS: LazyLock<Settings> = LazyLock::new(|| match Settings::from_env() {
    Ok(settings) => settings,
    Err(error) => panic!("{error:#}"),
});

fn main() -> Result<(), Box<dyn Error>> {
    let settings = &*SETTINGS;
    let bff = Bff::new("bff-bench-screen", "crates/bench/src/bin/screen.rs", "")
        .services::<(Users, Orders, Notifications)>()
        .routes(Routes::new().get(SCREEN_PATH, overview, signed_in()).get(KEYS_PATH, of_key, signed_in()));
    let mut sources = bff.builtin_config();
    for (key, value) in [
        ("server.listen", settings.listen.to_string()),
        ("admin.listen", "127.0.0.1:0".to_owned()),
        ("auth.issuers.bench.issuer", settings.issuer.clone()),
        ("auth.issuers.bench.audience", settings.audience.clone()),
        ("services.users.url", format!("http://{}", settings.users.address)),
        ("services.orders.url", format!("http://{}", settings.orders.address)),
        ("services.notifications.url", format!("http://{}", settings.notifications.address)),
    ] {
        sources = sources.with_override(key, value);
    }
    let (algorithm, key) = match &settings.public_key {
        Some(pem) => ("RS256", ("auth.issuers.bench.public_key", pem)),
        None => ("HS256", ("auth.issuers.bench.secret", &settings.secret)),
    };
    sources = sources.with_override("auth.issuers.bench.algorithm", algorithm).with_override(key.0, key.1);
    if let Some(size) = &settings.cache {
        sources = sources.with_override("cache.max_size", size);
    }
    if let Some(tokens) = &settings.token_cache {
        sources = sources.with_override("auth.token_cache", tokens);
    }
    for (key, value) in &settings.overrides {
        sources = sources.with_override(key, value);
    }
    bff.serve(&sources)?;
    Ok(())
}

/// Who you are, what you ordered last, what is new.
#[derive(Screen)]
struct Overview {
    profile: Required<Profile>,
    orders: Required<Vec<Order>>,
    notifications: Required<Vec<Notification>>,
}

async fn overview(users: Users, orders: Orders, notifications: Notifications) -> Overview {
    Overview {
        profile: users.me().required(),
        orders: orders.recent().required(),
        notifications: notifications.unread().required(),
    }
}

/// One call, and one reply to keep for each key.
#[derive(Screen)]
struct OfKey {
    notifications: Required<Vec<Notification>>,
}

async fn of_key(notifications: Notifications, Path(key): Path<String>) -> OfKey {
    OfKey { notifications: notifications.of_key(&key).required() }
}

#[derive(Service)]
#[service(name = "users")]
struct Users(Binding);

impl Users {
    fn me(&self) -> Call<Profile> {
        self.0.get(&SETTINGS.users.path).call("users.me")
    }
}

#[derive(Service)]
#[service(name = "orders")]
struct Orders(Binding);

impl Orders {
    fn recent(&self) -> Call<Vec<Order>> {
        self.0.get(&SETTINGS.orders.path).call("orders.recent")
    }
}

#[derive(Service)]
#[service(name = "notifications")]
struct Notifications(Binding);

impl Notifications {
    fn unread(&self) -> Call<Vec<Notification>> {
        self.0.get(&SETTINGS.notifications.path).call("notifications.unread")
    }

    fn of_key(&self, key: &str) -> Call<Vec<Notification>> {
        self.0.get(&SETTINGS.notifications.path).query("key", key).call("notifications.of_key")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Profile {
    id: String,
    display_name: String,
    email: String,
    avatar_url: String,
    locale: String,
    time_zone: String,
    member_since: String,
    tier: String,
    address: Address,
    preferences: Preferences,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Address {
    line1: String,
    line2: String,
    postal_code: String,
    city: String,
    country: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Preferences {
    theme: String,
    currency: String,
    newsletter: bool,
    order_updates: String,
    items_per_page: u32,
    favourite_sellers: Vec<String>,
    payment_method: String,
    packaging: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Order {
    id: String,
    customer: String,
    seller: String,
    account: String,
    status: String,
    placed_at: String,
    total_cents: i64,
    currency: String,
    lines: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    sku: String,
    name: String,
    quantity: u32,
    unit_cents: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    id: String,
    kind: String,
    title: String,
    body: String,
    created_at: String,
    read: bool,
    link: String,
}
