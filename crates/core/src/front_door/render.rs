//! Every error leaves as RFC 9457 problem+json: ours, and those that axum or a plain handler answers with as text.

use axum::response::Response;
use http::{HeaderValue, header};
use tower::Layer;

use super::Exchange;
use crate::{problem::Problem, step::Step, telemetry::trace::TraceContext};

#[derive(Clone, Copy)]
pub(super) struct RenderLayer;

impl<S> Layer<S> for RenderLayer {
    type Service = Render<S>;

    fn layer(&self, inner: S) -> Render<S> {
        Render { inner }
    }
}

pub(super) struct Render<S> {
    inner: S,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for Render<S> {
    type Out = Response;

    async fn call(&self, exchange: Box<Exchange>) -> Response {
        let context = exchange.context.inner();
        let (request_id, trace) = (context.request_id.clone(), context.trace);
        let response = self.inner.call(exchange).await;
        if response.status().is_client_error() || response.status().is_server_error() {
            return render(response, &request_id, trace);
        }
        response
    }
}

fn render(response: Response, request_id: &HeaderValue, trace: TraceContext) -> Response {
    let (mut parts, body) = response.into_parts();
    let problem = match parts.extensions.remove::<Problem>() {
        Some(problem) => problem,
        None if says_it_in_json(&parts.headers) => return Response::from_parts(parts, body),
        None => Problem::from_status(parts.status),
    };
    let mut rendered = problem.render(request_id, trace);
    // What came with it stays, such as the `Allow` of a 405; what described the old body does not.
    for name in
        [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CONTENT_ENCODING, header::CACHE_CONTROL]
    {
        parts.headers.remove(name);
    }
    rendered.headers_mut().extend(parts.headers);
    rendered.extensions_mut().insert(problem);
    rendered
}

/// A handler that answers an error with JSON of its own has said what it wants to say.
fn says_it_in_json(headers: &http::HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type.is_some_and(|media_type| media_type.starts_with("application/") && media_type.contains("json"))
}
