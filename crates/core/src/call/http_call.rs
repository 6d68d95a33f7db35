//! [`HttpCall`]: builds one HTTP call. What varies is encoded here, so that no value can change the path's shape.

use std::{fmt::Write as _, marker::PhantomData};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    Call, CallError, Idempotent, Reason, Safety, Unsafe, Wire,
    cache::{Keeping, Parts},
    coalesce::IDEMPOTENCY_KEY,
    decode::{Json, Nothing},
    draft::Draft,
    owner::Owner,
};

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An HTTP call under construction. `K` says whether it may be sent twice.
#[must_use = "finish it with `.call(\"service.operation\")`"]
pub struct HttpCall<K> {
    draft: Draft,
    method: Method,
    path_and_query: String,
    has_query: bool,
    headers: HeaderMap,
    body: Option<Bytes>,
    fault: Option<CallError>,
    safety: PhantomData<K>,
}

impl<K: Safety> HttpCall<K> {
    pub(super) fn new(draft: Draft, method: Method, path: &'static str) -> Self {
        let mut path_and_query = String::with_capacity(path.len() + 48);
        path_and_query.push_str(path);
        Self {
            draft,
            method,
            path_and_query,
            has_query: path.contains('?'),
            headers: HeaderMap::new(),
            body: None,
            fault: None,
            safety: PhantomData,
        }
    }

    /// Appends `/` and one path segment, percent-encoded. Call it before [`HttpCall::query`].
    ///
    /// An empty segment, `.` and `..` would name another resource, so the call fails as [`Reason::NotFound`].
    pub fn segment(mut self, value: impl AsRef<str>) -> Self {
        let value = value.as_ref();
        debug_assert!(!self.has_query, "a path segment after the query");
        if matches!(value, "" | "." | "..") {
            self.fault = Some(CallError::new(Reason::NotFound, "an id that is no path segment"));
        }
        self.path_and_query.push('/');
        self.path_and_query.extend(utf8_percent_encode(value, RESERVED));
        self
    }

    /// Appends one query parameter, percent-encoded.
    pub fn query(mut self, name: &'static str, value: impl std::fmt::Display) -> Self {
        self.path_and_query.push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        self.path_and_query.push_str(name);
        self.path_and_query.push('=');
        let mut encoded = Encoded(&mut self.path_and_query);
        // Writing into a String does not fail; a Display that fails is a bug of its type.
        if write!(encoded, "{value}").is_err() {
            self.fault = Some(CallError::new(Reason::Internal, format!("query {name} does not display")));
        }
        self
    }

    /// Sends `body` as JSON.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(bytes) => self.body = Some(bytes.into()),
            Err(error) => self.fault = Some(CallError::new(Reason::Internal, error.to_string())),
        }
        self
    }

    /// The call, with its name in logs and metrics, such as `orders.recent`. Its reply is JSON of a `T`.
    pub fn call<T: DeserializeOwned + Send + 'static>(self, operation: &'static str) -> Call<T> {
        let (draft, headers, wire) = self.parts();
        draft.finish::<K, Json<T>>(operation, headers, wire)
    }

    /// The call, for a reply whose body says nothing.
    pub fn send(self, operation: &'static str) -> Call<()> {
        let (draft, headers, wire) = self.parts();
        draft.finish::<K, Nothing>(operation, headers, wire)
    }

    fn parts(self) -> (Draft, HeaderMap, Result<Wire, CallError>) {
        let Self { draft, method, path_and_query, headers, body, fault, .. } = self;
        let wire = fault.map_or(Ok(Wire::Http { method, path_and_query, body }), Err);
        (draft, headers, wire)
    }
}

impl<K> Parts for HttpCall<K> {
    type Safety = K;

    fn keeping(&mut self) -> &mut Keeping {
        &mut self.draft.ask.keeping
    }

    fn owner(&mut self) -> &mut Owner {
        &mut self.draft.ask.owner
    }
}

impl HttpCall<Unsafe> {
    /// Makes the write one that may be sent twice: the service knows it by this key.
    ///
    /// <https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/>
    pub fn idempotency_key(mut self, key: &str) -> HttpCall<Idempotent> {
        match HeaderValue::from_str(key) {
            Ok(value) => _ = self.headers.insert(IDEMPOTENCY_KEY, value),
            Err(_) => {
                self.fault = Some(CallError::new(Reason::Refused, "an idempotency key that is no text"));
            }
        }
        let Self { draft, method, path_and_query, has_query, headers, body, fault, .. } = self;
        HttpCall { draft, method, path_and_query, has_query, headers, body, fault, safety: PhantomData }
    }
}

/// Percent-encodes what is written through it.
struct Encoded<'a>(&'a mut String);

impl std::fmt::Write for Encoded<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.extend(utf8_percent_encode(text, RESERVED));
        Ok(())
    }
}
