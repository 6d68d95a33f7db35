//! Which screen answers at which path, and who may ask: the table that a BFF is.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse as _, Response},
    routing::{MethodFilter, MethodRouter},
};
use http::Method;

use crate::{
    auth::Policy,
    call::BoxFuture,
    front_door::{FrontDoor, RouteService},
    problem::{Code, Problem},
    step::Step,
};

/// The routes of a BFF. Each names its path, its handler and who may call it; a route that doesn't say who does not
/// compile.
///
/// ```
/// use bff_core::prelude::*;
///
/// # async fn overview() {}
/// # async fn order_detail(Path(_): Path<String>) {}
/// let routes = Routes::new()
///     .get("/api/dashboard/overview", overview, signed_in())
///     .get("/api/orders/{id}", order_detail, scope("orders:read"));
/// assert_eq!(routes.iter().map(|route| route.path).last(), Some("/api/orders/{id}"));
/// ```
#[derive(Clone, Default)]
pub struct Routes(Vec<Route>);

/// What answers a route: an `async fn` from extractors to a screen, or any other handler of axum.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't answer a route",
    label = "not a handler of a route",
    note = "a handler is an `async fn` that keeps nothing across an `.await` which is not `Send`",
    note = "it takes service clients and extractors, of which only the last may be the body, `Json<T>`",
    note = "it returns a struct with `#[derive(Screen)]`, or `Result<_, Problem>` of one, or another `IntoResponse`"
)]
pub trait Handler<T>: axum::handler::Handler<T, ()> {}

#[diagnostic::do_not_recommend]
impl<H: axum::handler::Handler<T, ()>, T> Handler<T> for H {}

#[derive(Clone)]
struct Route {
    info: Arc<RouteInfo>,
    endpoint: Endpoint,
}

/// What the inbound stack knows of a route.
#[derive(Debug)]
pub struct RouteInfo {
    /// `GET`, `POST`, …; `None` for what no route matches.
    pub method: Option<Method>,
    /// The template, such as `/api/orders/{id}`: the only form of a path that logs and metrics know.
    pub path: &'static str,
    /// Who may call it.
    pub policy: Policy,
    /// Its own deadline, where the BFF's is not right for it.
    pub deadline: Option<Duration>,
    /// A request that it answers from the fixtures, for tools that ask every screen.
    pub example: Option<Example>,
}

/// A request that a route answers from the fixtures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Path and query, such as `/api/orders/ord-1006`.
    pub path: &'static str,
    /// The JSON of a write.
    pub body: Option<&'static str>,
}

/// The handler at the end of the inbound stack, its types erased.
#[derive(Clone)]
pub(crate) struct Endpoint(Arc<dyn Fn(Request) -> BoxFuture<Response> + Send + Sync>);

impl Endpoint {
    fn new<H: Handler<T>, T: 'static>(handler: H) -> Self {
        Self(Arc::new(move |request| Box::pin(handler.clone().call(request, ()))))
    }
}

impl Step<Request> for Endpoint {
    type Out = Response;

    async fn call(&self, request: Request) -> Response {
        (self.0)(request).await
    }
}

impl Routes {
    /// No routes yet.
    pub fn new() -> Self {
        Self::default()
    }

    // Written out and not by a macro, so that a compile error shows the method that was called.

    /// A read. `HEAD` is answered too.
    #[must_use]
    pub fn get<H: Handler<T>, T: 'static>(self, path: &'static str, handler: H, policy: Policy) -> Self {
        self.add(Method::GET, path, handler, policy)
    }

    /// A write that creates or acts.
    #[must_use]
    pub fn post<H: Handler<T>, T: 'static>(self, path: &'static str, handler: H, policy: Policy) -> Self {
        self.add(Method::POST, path, handler, policy)
    }

    /// A write that replaces.
    #[must_use]
    pub fn put<H: Handler<T>, T: 'static>(self, path: &'static str, handler: H, policy: Policy) -> Self {
        self.add(Method::PUT, path, handler, policy)
    }

    /// A write that changes a part.
    #[must_use]
    pub fn patch<H: Handler<T>, T: 'static>(self, path: &'static str, handler: H, policy: Policy) -> Self {
        self.add(Method::PATCH, path, handler, policy)
    }

    /// A removal.
    #[must_use]
    pub fn delete<H: Handler<T>, T: 'static>(self, path: &'static str, handler: H, policy: Policy) -> Self {
        self.add(Method::DELETE, path, handler, policy)
    }

    /// Gives the route before it a deadline of its own.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        if let Some(info) = self.0.last_mut().and_then(|route| Arc::get_mut(&mut route.info)) {
            info.deadline = Some(deadline);
        }
        self
    }

    /// Gives the route before it an example, by which `just plan` asks it: a path whose parameters are those of a fixture. A
    /// read without parameters is its own.
    #[must_use]
    pub fn example(self, path: &'static str) -> Self {
        self.set_example(Example { path, body: None })
    }

    /// The same for a write, with the JSON that it sends.
    #[must_use]
    pub fn example_body(self, path: &'static str, body: &'static str) -> Self {
        self.set_example(Example { path, body: Some(body) })
    }

    /// These routes and those, for BFFs with a file of routes a topic.
    #[must_use]
    pub fn merge(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// What there is, in the order in which it was written.
    pub fn iter(&self) -> impl Iterator<Item = &RouteInfo> {
        self.0.iter().map(|route| route.info.as_ref())
    }

    fn set_example(mut self, example: Example) -> Self {
        if let Some(info) = self.0.last_mut().and_then(|route| Arc::get_mut(&mut route.info)) {
            info.example = Some(example);
        }
        self
    }

    fn add<H: Handler<T>, T: 'static>(
        mut self,
        method: Method,
        path: &'static str,
        handler: H,
        policy: Policy,
    ) -> Self {
        let is_its_own = method == Method::GET && !path.contains('{');
        let example = is_its_own.then_some(Example { path, body: None });
        let info = RouteInfo { method: Some(method), path, policy, deadline: None, example };
        self.0.push(Route { info: Arc::new(info), endpoint: Endpoint::new(handler) });
        self
    }

    /// The router of one worker: every endpoint, the two that answer for a wrong path or method among them, behind the
    /// inbound stack.
    pub(crate) fn router(&self, door: &FrontDoor) -> Router {
        let serve = |info: &Arc<RouteInfo>, endpoint: &Endpoint| -> RouteService {
            door.serve(info, endpoint.clone())
        };
        let mut paths: Vec<(&'static str, MethodRouter)> = Vec::new();
        for route in &self.0 {
            let at = paths.iter().position(|(path, _)| *path == route.info.path).unwrap_or_else(|| {
                let wrong_method = Endpoint::new(async || problem(Code::MethodNotAllowed));
                let info = RouteInfo::unmatched(route.info.path);
                let router = MethodRouter::new().fallback_service(serve(&info, &wrong_method));
                paths.push((route.info.path, router));
                paths.len() - 1
            });
            let service = serve(&route.info, &route.endpoint);
            let filter = filter(route.info.method.as_ref());
            paths[at].1 = std::mem::take(&mut paths[at].1).on_service(filter, service);
        }
        let unknown_path = Endpoint::new(async || problem(Code::UnknownPath));
        let fallback = serve(&RouteInfo::unmatched("unmatched"), &unknown_path);
        paths
            .into_iter()
            .fold(Router::new(), |router, (path, methods)| router.route(path, methods))
            .fallback_service(fallback)
    }
}

impl RouteInfo {
    /// What the router would panic at, or never match, in words.
    pub(crate) fn check_path(&self) -> Result<(), String> {
        if !self.path.starts_with('/') {
            return Err("does not begin with /".to_owned());
        }
        if self.path.contains(['?', '#']) {
            return Err("has a query; take it with Query<…> in the handler".to_owned());
        }
        for segment in self.path.split('/').skip(1) {
            let parameter = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            if let Some(name) = segment.strip_prefix([':', '*']) {
                let name = if name.is_empty() { "rest" } else { name };
                let star = if segment.starts_with('*') { "*" } else { "" };
                return Err(format!("has the segment {segment}: write {{{star}{name}}}"));
            }
            if segment.contains(['{', '}'])
                && parameter.is_none_or(|name| name.is_empty() || name.contains(['{', '}']))
            {
                return Err(format!(
                    "has the segment {segment}: a parameter is a whole segment, such as {{id}}"
                ));
            }
        }
        Ok(())
    }

    fn unmatched(path: &'static str) -> Arc<Self> {
        Arc::new(Self { method: None, path, policy: crate::auth::public(), deadline: None, example: None })
    }
}

fn problem(code: Code) -> Response {
    Problem::new(code).into_response()
}

fn filter(method: Option<&Method>) -> MethodFilter {
    method.and_then(|method| MethodFilter::try_from(method.clone()).ok()).unwrap_or(MethodFilter::GET)
}
