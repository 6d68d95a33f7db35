//! The control listener: switches what the mocked services do while the demo runs.
//!
//! `POST /services/orders/slow:800ms`, `POST /services/users.get/fail:503`, `POST /services/orders/fault:refuse`,
//! `POST /services/orders/ok`, `POST /reset`, `GET /services`. Answers are text for a person at a terminal.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use bff_testkit::mocks::{MockServices, Mode};

const FORMS: &str = "\
GET  /services                    what each operation does now
POST /services/<name>/<mode>      such as /services/orders/slow:800ms or /services/users.get/fail:503
POST /reset                       all operations back to ok
";

/// The control's routes.
pub fn router(services: Arc<MockServices>) -> Router {
    Router::new()
        .route("/services", get(show))
        .route("/services/{target}/{mode}", post(switch))
        .route("/reset", post(reset))
        .fallback(async || (StatusCode::BAD_REQUEST, format!("there is only\n{FORMS}")))
        .method_not_allowed_fallback(async || {
            (StatusCode::METHOD_NOT_ALLOWED, format!("there is only\n{FORMS}"))
        })
        .with_state(services)
}

async fn show(State(services): State<Arc<MockServices>>) -> String {
    let mut text = String::new();
    for (operation, mode) in services.modes() {
        // Writing to a string can't fail.
        let _ = writeln!(text, "{operation:<28}{mode}");
    }
    text
}

async fn switch(
    State(services): State<Arc<MockServices>>,
    Path((target, mode)): Path<(String, String)>,
) -> Result<String, (StatusCode, String)> {
    let bad = |error: &dyn std::error::Error| (StatusCode::BAD_REQUEST, format!("{error}\n"));
    let mode: Mode = mode.parse().map_err(|error| bad(&error))?;
    services.try_set(&target, mode).map_err(|error| bad(&error))?;
    tracing::info!("{target} is {mode} from now on");
    Ok(format!("{target} is {mode} from now on\n"))
}

async fn reset(State(services): State<Arc<MockServices>>) -> &'static str {
    services.reset();
    tracing::info!("every service is ok from now on");
    "every service is ok from now on\n"
}
