//! What a request's head may weigh and contain.
//!
//! hyper parses up to 64 KiB and a hundred headers and answers what is over that itself, with a bare 431; up to there the
//! limits are ours and answer with a problem. Headers that only we may set toward services end here, in every spelling, and so
//! does a request of which a proxy before us may have seen another end than hyper does.

use axum::{
    extract::Request,
    response::{IntoResponse as _, Response},
};
use http::{HeaderName, HeaderValue, header};
use tower::Layer;

use super::{Exchange, arrive::requested_time};
use crate::{
    auth,
    call::TIMEOUT_HEADER,
    config::LimitsConfig,
    problem::{Code, Problem},
    step::Step,
};

#[derive(Clone)]
pub(super) struct HeadLimitLayer(LimitsConfig);

impl HeadLimitLayer {
    pub(super) fn new(limits: &LimitsConfig) -> Self {
        Self(limits.clone())
    }
}

impl<S> Layer<S> for HeadLimitLayer {
    type Service = HeadLimit<S>;

    fn layer(&self, inner: S) -> HeadLimit<S> {
        HeadLimit { inner, limits: self.0.clone() }
    }
}

pub(super) struct HeadLimit<S> {
    inner: S,
    limits: LimitsConfig,
}

impl<S: Step<Box<Exchange>, Out = Response>> Step<Box<Exchange>> for HeadLimit<S> {
    type Out = Response;

    async fn call(&self, mut exchange: Box<Exchange>) -> Response {
        match check(&mut exchange.request, &self.limits) {
            Ok(()) => self.inner.call(exchange).await,
            Err(problem) => problem.into_response(),
        }
    }
}

pub(crate) fn check(request: &mut Request, limits: &LimitsConfig) -> Result<(), Problem> {
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    if target.len() > limits.uri {
        let detail = format!("at most {} bytes of path and query", limits.uri);
        return Err(Problem::new(Code::UriTooLong).with_detail(detail));
    }
    if target.contains('%')
        && percent_encoding::percent_decode_str(request.uri().path()).decode_utf8().is_err()
    {
        return Err(Problem::new(Code::BadRequest).with_detail("the path is not UTF-8"));
    }
    let (mut size, mut reserved, mut is_framed) = (0, Vec::<HeaderName>::new(), false);
    for (name, value) in request.headers_mut() {
        size += name.as_str().len() + value.len() + 4;
        if auth::is_reserved(name) {
            reserved.push(name.clone());
        } else if *name == header::TRANSFER_ENCODING {
            // hyper looks at the last one only, for `chunked` (RFC 9112, 6.1 and 11.2).
            if std::mem::replace(&mut is_framed, true) || !value.as_bytes().eq_ignore_ascii_case(b"chunked") {
                return Err(Problem::new(Code::BadRequest)
                    .with_detail("Transfer-Encoding is chunked, once, or not there")
                    .with_header(header::CONNECTION, HeaderValue::from_static("close")));
            }
        } else if std::str::from_utf8(value.as_bytes()).is_err() {
            let detail = format!("the value of {name} is not UTF-8");
            return Err(Problem::new(Code::InvalidHeader).with_detail(detail));
        } else if is_credential(name) {
            value.set_sensitive(true);
        }
    }
    let headers = request.headers();
    if size > limits.head || headers.len() > limits.headers {
        let detail = format!("at most {} headers with {} bytes in all", limits.headers, limits.head);
        return Err(Problem::new(Code::HeadTooLarge).with_detail(detail));
    }
    if let Some(Err(())) = requested_time(headers) {
        let detail = format!("{TIMEOUT_HEADER} is a whole number of milliseconds from 1 on");
        return Err(Problem::new(Code::InvalidHeader).with_detail(detail));
    }
    for name in reserved {
        request.headers_mut().remove(name);
    }
    Ok(())
}

/// Whether its value is a secret, which nobody who prints the headers may print.
fn is_credential(name: &HeaderName) -> bool {
    [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION, auth::API_KEY].contains(name)
}
