//! The naive gateway (b): the screen as a competent developer writes it without thinking of its cost.
//!
//! axum, reqwest, `serde_json::Value` and `tokio::join!` on the multi-threaded runtime, with the allocator of the
//! system. Correct and short: it verifies the token, has a timeout per call, and sends identity and request id on.
#![expect(clippy::disallowed_methods, reason = "what a developer writes who has no core")]

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header::AUTHORIZATION};
use axum::{Json, Router, routing::get};
use bff_bench::{SCREEN_PATH, settings::Settings, token};
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Value, json};
use uuid::Uuid;

const CALL_TIMEOUT: Duration = Duration::from_secs(1);

struct App {
    client: reqwest::Client,
    key: DecodingKey,
    validation: Validation,
    profile_url: String,
    orders_url: String,
    notifications_url: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let settings = Settings::from_env()?;
    // The workspace's reqwest comes without a TLS provider and asks for one even where nothing is encrypted.
    let provided = rustls::crypto::aws_lc_rs::default_provider().install_default();
    provided.map_err(|_| anyhow::anyhow!("a TLS provider is already installed"))?;
    // The workspace's reqwest can decompress, the default one cannot: asking for it would be our cost, not theirs.
    let client = reqwest::Client::builder().no_gzip().no_brotli().no_zstd().build()?;
    let app = Arc::new(App {
        client,
        key: DecodingKey::from_secret(settings.secret.as_bytes()),
        validation: token::validation(&settings),
        profile_url: settings.users.url(),
        orders_url: settings.orders.url(),
        notifications_url: settings.notifications.url(),
    });
    let router = Router::new().route(SCREEN_PATH, get(overview)).with_state(app);
    let listener = tokio::net::TcpListener::bind(settings.listen).await.context("BENCH_LISTEN")?;
    axum::serve(listener, router).await?;
    Ok(())
}

async fn overview(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let caller = verify(&app, &headers).ok_or(StatusCode::UNAUTHORIZED)?;
    let request_id = Uuid::now_v7().to_string();
    let (profile, orders, notifications) = tokio::join!(
        fetch(&app.client, &app.profile_url, &caller, &request_id),
        fetch(&app.client, &app.orders_url, &caller, &request_id),
        fetch(&app.client, &app.notifications_url, &caller, &request_id),
    );
    let bad_gateway = |_| StatusCode::BAD_GATEWAY;
    Ok(Json(json!({
        "profile": profile.map_err(bad_gateway)?,
        "orders": orders.map_err(bad_gateway)?,
        "notifications": notifications.map_err(bad_gateway)?,
    })))
}

fn verify(app: &App, headers: &HeaderMap) -> Option<token::Claims> {
    let token = headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?;
    jsonwebtoken::decode(token, &app.key, &app.validation).ok().map(|verified| verified.claims)
}

async fn fetch(
    client: &reqwest::Client,
    url: &str,
    caller: &token::Claims,
    request_id: &str,
) -> reqwest::Result<Value> {
    client
        .get(url)
        .header("x-user-id", &caller.sub)
        .header("x-user-roles", caller.roles.join(","))
        .header("x-request-id", request_id)
        .timeout(CALL_TIMEOUT)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await
}
