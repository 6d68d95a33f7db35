//! What the mocks say when they are asked how they are: `GET /health` over HTTP, `grpc.health.v1` over gRPC.
//!
//! That is apart from how they answer calls, as it is with real services: one may fail and call itself well, or the other way
//! round. Checks are kept apart from calls too.

use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    future,
    sync::{Mutex, MutexGuard, PoisonError},
};

use http_body_util::{BodyExt as _, Full};
use tonic::{
    body::Body,
    codegen::{Bytes, http},
};

use super::{MockServices, SERVICES, Seen};

/// The path of a service that speaks HTTP.
pub(super) const PATH: &str = "/health";

/// The method of one that speaks gRPC.
pub(super) const METHOD: &str = "/grpc.health.v1.Health/Check";

/// Older checks are forgotten.
const KEPT: usize = 1000;

/// How a service says that it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Health {
    /// 200, or `SERVING`.
    #[default]
    Well,
    /// 503, or `NOT_SERVING`.
    Sick,
    /// It says nothing.
    Silent,
}

/// What services say of themselves, and who asked.
#[derive(Default)]
pub(super) struct Healths(Mutex<State>);

#[derive(Default)]
struct State {
    said: BTreeMap<&'static str, Health>,
    seen: VecDeque<Seen>,
}

impl MockServices {
    /// From now on, `service` says this of itself. Panics if there is no such service.
    pub fn set_health(&self, service: &str, health: Health) {
        let known = SERVICES.into_iter().find(|known| *known == service);
        let known =
            known.unwrap_or_else(|| panic!("no service `{service}`; there are {}", SERVICES.join(", ")));
        self.shared.healths.lock().said.insert(known, health);
    }

    /// The checks that reached `service`, in order of arrival.
    pub fn checks(&self, service: &str) -> Vec<Seen> {
        self.shared.healths.lock().seen.iter().filter(|seen| seen.service == service).cloned().collect()
    }
}

impl Healths {
    /// A check came. What its answer is.
    pub(super) fn asked(&self, seen: Seen) -> Health {
        let mut state = self.lock();
        let said = state.said.get(seen.service).copied().unwrap_or_default();
        if state.seen.len() == KEPT {
            state.seen.pop_front();
        }
        state.seen.push_back(seen);
        said
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The answer over gRPC: `HealthCheckResponse` with the field `status`, behind a prefix that says "not compressed, two bytes".
pub(super) async fn reply(health: Health) -> http::Response<Body> {
    let status = match health {
        Health::Well => 1,
        Health::Sick => 2,
        Health::Silent => future::pending().await,
    };
    let message = Bytes::copy_from_slice(&[0, 0, 0, 0, 2, 0x08, status]);
    let trailers = http::HeaderMap::from_iter([(
        http::HeaderName::from_static("grpc-status"),
        http::HeaderValue::from_static("0"),
    )]);
    let body = Full::new(message).with_trailers(future::ready(Some(Ok::<_, Infallible>(trailers))));
    let mut answer = http::Response::new(Body::new(body));
    let kind = http::HeaderValue::from_static("application/grpc");
    answer.headers_mut().insert(http::header::CONTENT_TYPE, kind);
    answer
}
