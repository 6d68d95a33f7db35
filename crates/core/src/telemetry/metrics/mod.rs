//! Numbers for `/metrics`: what the [`catalogue`] lists, and nothing else.
//!
//! | file | is |
//! |---|---|
//! | `histogram`, `slots`, `tally` | what is counted with: cells that a request adds to without a lock, and without looking up a label |
//! | `route`, `requests`, `section`, `service`, `attempt` | what a worker counts of a route, its sections, a service and its operations; held by the steps of the stacks |
//! | `page` | what a scrape says: everything above added up over the workers, and what other modules count already |
//! | `process` | what the kernel says of the process |
//!
//! No series comes from what a client sends: routes are templates, methods are those that RFC 9110 knows, and what varies at run
//! time has so many places and no more.

pub(crate) mod attempt;
pub mod catalogue;
pub(crate) mod histogram;
mod method;
pub(crate) mod page;
pub(crate) mod process;
mod requests;
pub(crate) mod route;
pub(crate) mod section;
pub(crate) mod service;
mod slots;
pub(crate) mod tally;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use self::{page::Page, route::RouteMeter, service::ServiceMeter};
use crate::routes::RouteInfo;

/// What one BFF counts, over all its workers.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    routes: Mutex<Vec<Arc<RouteMeter>>>,
    services: Mutex<Vec<Arc<ServiceMeter>>>,
}

impl Metrics {
    /// A meter of a route, for one worker.
    pub(crate) fn route(&self, info: &RouteInfo) -> Arc<RouteMeter> {
        let meter = Arc::new(RouteMeter::new(info));
        lock(&self.routes).push(Arc::clone(&meter));
        meter
    }

    /// A meter of a service, for one worker.
    pub(crate) fn service(&self, name: &'static str, grpc: bool, urls: &[String]) -> Arc<ServiceMeter> {
        let meter = Arc::new(ServiceMeter::new(name, grpc, urls));
        lock(&self.services).push(Arc::clone(&meter));
        meter
    }

    /// What all meters say.
    pub(crate) fn write(&self, page: &mut Page) {
        for route in lock(&self.routes).iter() {
            route.write(page);
        }
        for service in lock(&self.services).iter() {
            service.write(page);
        }
    }
}

fn lock<T>(list: &Mutex<T>) -> MutexGuard<'_, T> {
    list.lock().unwrap_or_else(PoisonError::into_inner)
}
