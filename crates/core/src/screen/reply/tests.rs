//! What a client may keep of a screen: the whole resolve step over a handler whose calls say how long they hold.
//! Time is paused, so that none is lost of what is left.

use std::time::Duration;

use http::HeaderMap;
use http_body_util::BodyExt as _;
use tower::Layer as _;

use super::*;
use crate::{
    auth::{Policy, signed_in},
    call::{Call, CallError, Reason},
    front_door::Exchange,
    screen::{Parts, ResolveLayer, Screen, respond},
    step::Step,
};

/// A screen of one section, which is degraded where there is no value.
struct One(Option<u64>);

impl Screen for One {
    fn into_parts(self, parts: &mut Parts) {
        let failed = || CallError::new(Reason::Timeout, "as the test says");
        parts.section("one", Call::ready(self.0.ok_or_else(failed)).optional());
    }
}

/// A handler whose calls were answered so.
#[derive(Clone)]
struct Handler {
    value: Option<u64>,
    calls: Vec<Keep>,
    status: StatusCode,
    headers: HeaderMap,
}

impl Step<Request> for Handler {
    type Out = Response;

    async fn call(&self, request: Request) -> Response {
        let context = request.extensions().get::<RequestContext>().expect("the resolve step puts it there");
        for keep in &self.calls {
            context.fold(*keep);
        }
        let mut response = respond(One(self.value));
        *response.status_mut() = self.status;
        response.headers_mut().extend(self.headers.clone());
        response
    }
}

/// A screen that is whole, of calls that say this.
fn made_of(calls: impl IntoIterator<Item = Keep>) -> Handler {
    let calls = calls.into_iter().collect();
    Handler { value: Some(1), calls, status: StatusCode::OK, headers: HeaderMap::new() }
}

fn secs(secs: u64) -> Keep {
    Keep::For(Duration::from_secs(secs))
}

const TIME: Duration = Duration::from_secs(1);

async fn ask_as(
    context: RequestContext,
    method: Method,
    if_none_match: &[&str],
    handler: &Handler,
) -> Response {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = method;
    for line in if_none_match {
        let line = HeaderValue::from_bytes(line.as_bytes()).expect("a header value");
        request.headers_mut().append(header::IF_NONE_MATCH, line);
    }
    ResolveLayer.layer(handler.clone()).call(Box::new(Exchange { request, context })).await
}

async fn ask(method: Method, if_none_match: &[&str], handler: &Handler) -> Response {
    ask_as(RequestContext::for_test(TIME), method, if_none_match, handler).await
}

async fn get(handler: &Handler) -> Response {
    ask(Method::GET, &[], handler).await
}

fn header(response: &Response, name: header::HeaderName) -> &str {
    response.headers().get(name).map_or("", |value| value.to_str().expect("ASCII"))
}

fn kept(response: &Response) -> &str {
    header(response, header::CACHE_CONTROL)
}

fn etag(response: &Response) -> &str {
    header(response, header::ETAG)
}

async fn body(response: Response) -> Bytes {
    response.into_body().collect().await.expect("a body in memory").to_bytes()
}

#[tokio::test(start_paused = true)]
async fn it_is_kept_as_long_as_the_call_that_goes_stale_first() {
    for (calls, expected) in [
        (vec![], "private, no-cache"),
        (vec![secs(30)], "private, max-age=30"),
        (vec![secs(30), secs(7), secs(90)], "private, max-age=7"),
        (vec![Keep::For(Duration::from_millis(7_999))], "private, max-age=7"),
        (vec![secs(1)], "private, max-age=1"),
        (vec![secs(30), Keep::For(Duration::from_millis(999))], "private, no-cache"),
        (vec![secs(30), secs(0)], "private, no-cache"),
        (vec![secs(30), Keep::No], "private, no-cache"),
        (vec![Keep::NoStore, secs(30), Keep::No], "no-store"),
    ] {
        assert_eq!(kept(&get(&made_of(calls.clone())).await), expected, "{calls:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_that_the_screen_took_is_not_left() {
    let context = RequestContext::for_test(TIME);
    context.fold(secs(30));
    tokio::time::advance(Duration::from_millis(400)).await;
    let reply = ask_as(context, Method::GET, &[], &made_of([secs(60)])).await;
    assert_eq!(kept(&reply), "private, max-age=29");
}

#[tokio::test(start_paused = true)]
async fn what_may_not_be_stored_has_no_tag_and_matches_none() {
    let degraded = Handler { value: None, ..made_of([secs(30)]) };
    for handler in [degraded, made_of([Keep::NoStore])] {
        let reply = ask(Method::GET, &["*"], &handler).await;
        assert_eq!((reply.status(), kept(&reply), etag(&reply)), (StatusCode::OK, "no-store", ""));
        assert!(body(reply).await.starts_with(b"{\"one\":"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_names_the_tag_gets_no_payload() {
    let handler = made_of([secs(30)]);
    let first = get(&handler).await;
    let tag = etag(&first).to_owned();
    assert_eq!(header(&first, header::CONTENT_TYPE), "application/json");
    for lines in [&[&*tag][..], &["\"other\"", &tag], &[&tag, "rubbish"], &["*"]] {
        let reply = ask(Method::GET, lines, &handler).await;
        let found = (reply.status(), kept(&reply), etag(&reply));
        assert_eq!(found, (StatusCode::NOT_MODIFIED, "private, max-age=30", &*tag), "{lines:?}");
        assert!(!reply.headers().contains_key(header::CONTENT_TYPE));
        assert_eq!(body(reply).await, "");
    }
    let other = Handler { value: Some(2), ..handler };
    let reply = ask(Method::GET, &[&tag], &other).await;
    assert_ne!(etag(&reply), tag);
    assert_eq!((reply.status(), body(reply).await), (StatusCode::OK, Bytes::from_static(b"{\"one\":2}")));
}

#[tokio::test(start_paused = true)]
async fn the_empty_body_of_a_304_states_no_length() {
    let reply = ask(Method::GET, &["*"], &made_of([])).await;
    let body = http_body::Body::size_hint(reply.body());
    assert_eq!(
        (reply.status(), body.exact()),
        (StatusCode::NOT_MODIFIED, None),
        "not 0, which the payload has not"
    );
    assert!(http_body::Body::is_end_stream(reply.body()), "and yet it has ended");
}

#[tokio::test(start_paused = true)]
async fn only_reads_are_kept() {
    let handler = made_of([secs(30)]);
    for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
        let reply = ask(method, &["*"], &handler).await;
        assert_eq!((reply.status(), kept(&reply), etag(&reply)), (StatusCode::OK, "no-store", ""));
    }
    let head = ask(Method::HEAD, &["*"], &handler).await;
    assert_eq!((head.status(), kept(&head)), (StatusCode::NOT_MODIFIED, "private, max-age=30"));
}

#[tokio::test(start_paused = true)]
async fn a_screen_with_another_status_is_no_representation_to_compare_with() {
    let created = Handler { status: StatusCode::CREATED, ..made_of([secs(30)]) };
    let reply = ask(Method::GET, &["*"], &created).await;
    let found = (reply.status(), kept(&reply), etag(&reply));
    assert_eq!(found, (StatusCode::CREATED, "private, max-age=30", ""));
    let gone = Handler { status: StatusCode::GONE, ..made_of([secs(30)]) };
    let reply = ask(Method::GET, &["*"], &gone).await;
    assert_eq!((reply.status(), kept(&reply), etag(&reply)), (StatusCode::GONE, "no-store", ""));
}

#[tokio::test(start_paused = true)]
async fn it_varies_with_the_token_where_there_is_a_caller_and_with_what_the_handler_says() {
    let vary = |reply: &Response| -> Vec<String> {
        let lines = reply.headers().get_all(header::VARY).iter();
        lines.map(|line| line.to_str().expect("ASCII").to_owned()).collect()
    };
    let ask = async |policy, if_none_match: &[&str], handler: &Handler| {
        ask_as(RequestContext::for_test_of(policy, TIME), Method::GET, if_none_match, handler).await
    };
    let handler = made_of([]);
    assert_eq!(vary(&ask(Policy::public(), &[], &handler).await), [""; 0]);
    assert_eq!(vary(&ask(signed_in(), &[], &handler).await), ["Authorization"]);
    assert_eq!(vary(&ask(signed_in(), &["*"], &handler).await), ["Authorization"]);
    let language = HeaderMap::from_iter([(header::VARY, HeaderValue::from_static("Accept-Language"))]);
    let handler = Handler { headers: language, ..handler };
    assert_eq!(vary(&ask(Policy::public(), &[], &handler).await), ["Accept-Language"]);
    assert_eq!(vary(&ask(signed_in(), &[], &handler).await), ["Accept-Language", "Authorization"]);
    assert_eq!(vary(&ask(signed_in(), &["*"], &handler).await), ["Accept-Language", "Authorization"]);
}
