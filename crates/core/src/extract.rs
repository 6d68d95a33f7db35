//! Path, query and body of a request as typed arguments. What does not fit becomes a problem that says which and why.

use std::fmt;

use axum::extract::{
    FromRequest, FromRequestParts, RawPathParams, Request,
    path::ErrorKind,
    rejection::{PathRejection, QueryRejection},
};
use http::{header, request::Parts};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;

use crate::{
    front_door::BodyFault,
    problem::{Code, Problem},
};

/// The parameters of the path: `Path(id): Path<String>` for `/orders/{id}`.
#[derive(Clone, Copy)]
pub struct Path<T>(pub T);

/// Shows nothing of what the client sent.
impl<T> fmt::Debug for Path<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Path")
    }
}

impl<T: DeserializeOwned + Send + 'static, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(PathRejection::FailedToDeserializePathParams(error)) => {
                let all = RawPathParams::from_request_parts(parts, state).await;
                let first = all.ok().and_then(|all| all.iter().next().map(|(name, _)| name.to_owned()));
                Err(wrong_path(error.into_kind(), &first.unwrap_or_default()))
            }
            Err(error) => Err(Problem::new(Code::Internal).with_reason(error.to_string())),
        }
    }
}

/// `first` names the parameter where axum does not, since there is but one.
fn wrong_path(kind: ErrorKind, first: &str) -> Problem {
    let detail = match kind {
        ErrorKind::ParseErrorAtKey { key, expected_type, .. } => {
            format!("path parameter {key}: expected {expected_type}")
        }
        ErrorKind::ParseErrorAtIndex { index, expected_type, .. } => {
            format!("path parameter {}: expected {expected_type}", index + 1)
        }
        ErrorKind::ParseError { expected_type, .. } => {
            format!("path parameter {first}: expected {expected_type}")
        }
        ErrorKind::InvalidUtf8InPathParam { key } => format!("path parameter {key}: not UTF-8"),
        ErrorKind::DeserializeError { key, message, .. } => format!("path parameter {key}: {message}"),
        ErrorKind::Message(message) => format!("path parameter {first}: {message}"),
        // The route and its handler don't fit: a bug of the BFF, not of the request.
        other => return Problem::new(Code::Internal).with_reason(other.to_string()),
    };
    Problem::new(Code::InvalidParameter).with_detail(detail)
}

/// The parameters of the query: `Query(page): Query<Page>` for `?limit=5`.
#[derive(Clone, Copy)]
pub struct Query<T>(pub T);

/// Shows nothing of what the client sent.
impl<T> fmt::Debug for Query<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Query")
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(QueryRejection::FailedToDeserializeQueryString(error)) => {
                let cause =
                    std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                Err(Problem::new(Code::InvalidParameter).with_detail(format!("query parameter {cause}")))
            }
            Err(error) => Err(Problem::new(Code::InvalidParameter).with_detail(error.to_string())),
        }
    }
}

/// The body, which must call itself `application/json` and be a `T`.
#[derive(Clone, Copy)]
pub struct Json<T>(pub T);

/// Shows nothing of what the client sent.
impl<T> fmt::Debug for Json<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Json")
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let media_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = media_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Problem::new(Code::UnsupportedMediaType).with_detail("send application/json"));
        }
        let body = request.into_body().collect().await.map_err(|error| unread(&error))?.to_bytes();
        let json = &mut serde_json::Deserializer::from_slice(&body);
        let value = serde_path_to_error::deserialize(&mut *json).map_err(|error| {
            let place = error.path().to_string();
            invalid(if matches!(place.as_str(), "." | "?") {
                error.into_inner().to_string()
            } else {
                format!("{place}: {}", error.inner())
            })
        })?;
        json.end().map_err(|error| invalid(error.to_string()))?;
        Ok(Self(value))
    }
}

fn invalid(detail: String) -> Problem {
    Problem::new(Code::InvalidBody).with_detail(detail)
}

/// Why a body did not arrive whole: a limit of ours, or the client's connection.
fn unread(error: &axum::Error) -> Problem {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(fault) = error.downcast_ref::<BodyFault>() {
            return fault.problem();
        }
        cause = error.source();
    }
    Problem::new(Code::BadRequest).with_detail("the body broke off").with_reason(error.to_string())
}
