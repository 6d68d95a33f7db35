//! Which screen answers at which path, and who may ask: the table that a BFF is.

mod info;
mod priority;
mod slo;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::Request,
    response::{IntoResponse as _, Response},
    routing::{MethodFilter, MethodRouter},
};
use http::Method;

pub use self::{
    info::{Example, RouteInfo},
    priority::Priority,
    slo::Slo,
};
use crate::{
    auth::WhoMayCall,
    call::BoxFuture,
    caller::{Access, Anyone},
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
    note = "it returns a struct with `#[derive(Screen)]`, or `Result<_, Problem>` of one, or another `IntoResponse`",
    note = "on a `public()` route there is no caller: neither `Caller` nor a client of `Binding` is an argument there, but `Anonymous` and clients of `Binding<_, Anyone>` are"
)]
pub trait Handler<T, A>: axum::handler::Handler<T, A> {}

#[diagnostic::do_not_recommend]
impl<H: axum::handler::Handler<T, A>, T, A> Handler<T, A> for H {}

#[derive(Clone)]
struct Route {
    info: Arc<RouteInfo>,
    endpoint: Endpoint,
}

/// The handler at the end of the inbound stack, its types erased.
#[derive(Clone)]
pub(crate) struct Endpoint(Arc<dyn Fn(Request) -> BoxFuture<Response> + Send + Sync>);

impl Endpoint {
    fn new<H: Handler<T, A>, T: 'static, A: Access>(handler: H) -> Self {
        Self(Arc::new(move |request| Box::pin(handler.clone().call(request, A::default()))))
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
    pub fn get<H, T, P>(self, path: &'static str, handler: H, policy: P) -> Self
    where
        H: Handler<T, P::Access>,
        T: 'static,
        P: WhoMayCall,
    {
        self.add(Method::GET, path, handler, policy)
    }

    /// A write that creates or acts.
    #[must_use]
    pub fn post<H, T, P>(self, path: &'static str, handler: H, policy: P) -> Self
    where
        H: Handler<T, P::Access>,
        T: 'static,
        P: WhoMayCall,
    {
        self.add(Method::POST, path, handler, policy)
    }

    /// A write that replaces.
    #[must_use]
    pub fn put<H, T, P>(self, path: &'static str, handler: H, policy: P) -> Self
    where
        H: Handler<T, P::Access>,
        T: 'static,
        P: WhoMayCall,
    {
        self.add(Method::PUT, path, handler, policy)
    }

    /// A write that changes a part.
    #[must_use]
    pub fn patch<H, T, P>(self, path: &'static str, handler: H, policy: P) -> Self
    where
        H: Handler<T, P::Access>,
        T: 'static,
        P: WhoMayCall,
    {
        self.add(Method::PATCH, path, handler, policy)
    }

    /// A removal.
    #[must_use]
    pub fn delete<H, T, P>(self, path: &'static str, handler: H, policy: P) -> Self
    where
        H: Handler<T, P::Access>,
        T: 'static,
        P: WhoMayCall,
    {
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

    /// Keeps the route before it going when the BFF is overloaded: it is refused only at `admission.max_in_flight`.
    #[must_use]
    pub fn critical(self) -> Self {
        self.set_priority(Priority::Critical)
    }

    /// Gives the route before it up first when the BFF is overloaded.
    #[must_use]
    pub fn sheddable(self) -> Self {
        self.set_priority(Priority::Sheddable)
    }

    /// Gives the route before it objectives of its own: what alerts hold it to.
    #[must_use]
    pub fn objective(mut self, slo: Slo) -> Self {
        if let Some(info) = self.0.last_mut().and_then(|route| Arc::get_mut(&mut route.info)) {
            info.slo = slo;
        }
        self
    }

    /// Gives the route before it an example, by which `just plan`, `just routes` and the matrix of permissions ask it: a path whose parameters are those of a fixture. A
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

    fn set_priority(mut self, priority: Priority) -> Self {
        if let Some(info) = self.0.last_mut().and_then(|route| Arc::get_mut(&mut route.info)) {
            info.priority = priority;
        }
        self
    }

    fn set_example(mut self, example: Example) -> Self {
        if let Some(info) = self.0.last_mut().and_then(|route| Arc::get_mut(&mut route.info)) {
            info.example = Some(example);
        }
        self
    }

    fn add<H: Handler<T, P::Access>, T: 'static, P: WhoMayCall>(
        mut self,
        method: Method,
        path: &'static str,
        handler: H,
        policy: P,
    ) -> Self {
        let is_its_own = method == Method::GET && !path.contains('{');
        let example = is_its_own.then_some(Example { path, body: None });
        let info = RouteInfo {
            method: Some(method),
            path,
            policy: policy.into_policy(),
            deadline: None,
            priority: Priority::default(),
            slo: Slo::default(),
            example,
        };
        self.0.push(Route { info: Arc::new(info), endpoint: Endpoint::new::<_, _, P::Access>(handler) });
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
                let wrong_method = Endpoint::new::<_, _, Anyone>(async || problem(Code::MethodNotAllowed));
                let info = RouteInfo::unmatched(route.info.path);
                let router = MethodRouter::new().fallback_service(serve(&info, &wrong_method));
                paths.push((route.info.path, router));
                paths.len() - 1
            });
            let service = serve(&route.info, &route.endpoint);
            let filter = filter(route.info.method.as_ref());
            paths[at].1 = std::mem::take(&mut paths[at].1).on_service(filter, service);
        }
        let unknown_path = Endpoint::new::<_, _, Anyone>(async || problem(Code::UnknownPath));
        let fallback = serve(&RouteInfo::unmatched("unmatched"), &unknown_path);
        paths
            .into_iter()
            .fold(Router::new(), |router, (path, methods)| router.route(path, methods))
            .fallback_service(fallback)
    }
}

fn problem(code: Code) -> Response {
    Problem::new(code).into_response()
}

fn filter(method: Option<&Method>) -> MethodFilter {
    method.and_then(|method| MethodFilter::try_from(method.clone()).ok()).unwrap_or(MethodFilter::GET)
}
