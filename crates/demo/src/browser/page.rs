//! The page's own server: it gives the page, takes what its script saw, and answers an image only after that, so that the browser
//! takes its picture no sooner.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::Html,
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{Mutex, watch},
};

use crate::house::StartError;

const HTML: &str = include_str!("page.html");

/// A page that asks one URL with one token.
pub struct Page(String);

struct Seen {
    says: watch::Sender<Option<Value>>,
    page: Mutex<String>,
}

impl Page {
    /// The page.
    pub fn new(url: &str, token: &str) -> Self {
        Self(HTML.replace("{{url}}", url).replace("{{token}}", token))
    }

    /// Serves it while `browser` runs, and returns what its script told of: `timings`, or an `error`.
    pub async fn seen_by(
        self,
        listener: TcpListener,
        browser: impl Future<Output = Result<(), StartError>>,
    ) -> Result<Value, StartError> {
        let (says, said) = watch::channel(None);
        let seen = Arc::new(Seen { says, page: Mutex::new(self.0) });
        let router = Router::new()
            .route("/", get(async |State(seen): State<Arc<Seen>>| Html(seen.page.lock().await.clone())))
            .route("/seen", post(take))
            .route("/drawn.png", get(drawn))
            .with_state(seen);
        tokio::select! {
            result = browser => result?,
            served = axum::serve(listener, router) => served.map_err(StartError::system("no page"))?,
        }
        let said = said.borrow().clone();
        Ok(said.unwrap_or_else(|| json!({ "error": "the page's script has told nothing" })))
    }
}

async fn take(State(seen): State<Arc<Seen>>, Json(says): Json<Value>) {
    seen.says.send_replace(Some(says));
}

/// No picture; the browser waits for it.
async fn drawn(State(seen): State<Arc<Seen>>) -> StatusCode {
    let _ = seen.says.subscribe().wait_for(Option::is_some).await;
    StatusCode::NOT_FOUND
}
