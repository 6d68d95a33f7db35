//! [`Attempts`]: how long the attempts of one operation took, by how they went and where to.
//!
//! Where to is an address of the configuration and none that a name stood for: those come and go.

use std::time::Duration;

use super::{
    catalogue::{HTTP_CLIENT_DURATION, RPC_CLIENT_DURATION},
    histogram::{Histogram, MILLISECONDS, SECONDS, Scale},
    method,
    page::{Page, Value},
    slots::Slots,
};
use crate::{
    call::Reason,
    telemetry::story::{AttemptEnd, AttemptWire},
};

/// Ways in which attempts of one operation at one address go that are told apart: statuses and failures.
const WAYS: usize = 32;

/// How the attempts of one operation went.
#[derive(Debug)]
pub(super) struct Attempts {
    grpc: bool,
    ways: Slots<Way, Histogram>,
}

/// How an attempt went, as its labels say it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Way {
    /// The number of the address.
    origin: Option<usize>,
    wire: OnWire,
    /// HTTP's, or gRPC's code, if anything answered.
    status: Option<u16>,
    error: Option<Reason>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum OnWire {
    /// With this method.
    Http(&'static str),
    /// On this path, such as `/shop.orders.v1.Orders/ListRecent`.
    Grpc(&'static str),
}

/// An address of the configuration.
#[derive(Debug)]
pub(super) struct Origin {
    url: String,
    host: String,
    port: String,
}

impl Origin {
    pub(super) fn of(url: &str) -> Self {
        let parsed = url::Url::parse(url).ok();
        let part =
            |part: &dyn Fn(&url::Url) -> Option<String>| parsed.as_ref().and_then(part).unwrap_or_default();
        Self {
            url: url.to_owned(),
            host: part(&|url| url.host_str().map(str::to_owned)),
            port: part(&|url| url.port_or_known_default().map(|port| port.to_string())),
        }
    }

    pub(super) fn is_of(&self, url: &str) -> bool {
        self.url == url
    }
}

impl Attempts {
    /// Of a service with so many addresses.
    pub(super) fn new(grpc: bool, origins: usize) -> Self {
        let ways = Slots::new(WAYS * origins.max(1), Histogram::new(scale(grpc)));
        Self { grpc, ways }
    }

    /// An attempt has ended. One that nobody waited for says nothing.
    pub(super) fn observe(
        &self,
        origin: Option<usize>,
        wire: &AttemptWire,
        end: AttemptEnd,
        elapsed: Duration,
    ) {
        let (status, error) = match end {
            AttemptEnd::Answered { status } => (Some(status), None),
            AttemptEnd::Failed { reason, status } => (status, Some(reason)),
            AttemptEnd::Cancelled => return,
        };
        let wire = match wire {
            AttemptWire::Http(method) => OnWire::Http(method::name(method)),
            AttemptWire::Grpc(path) => OnWire::Grpc(path),
        };
        let way = Way { origin, wire, status, error };
        self.ways
            .find(|known| *known == way, || (way, Histogram::new(scale(self.grpc))))
            .observe_time(elapsed);
    }

    pub(super) fn write(&self, page: &mut Page, own: &[(&'static str, Value); 2], origins: &[Origin]) {
        for (way, elapsed) in self.ways.iter() {
            let mut labels = own.to_vec();
            let origin = way.and_then(|way| way.origin).and_then(|number| origins.get(number));
            if let Some(Origin { host, port, .. }) = origin {
                labels
                    .extend([("server.address", host.clone().into()), ("server.port", port.clone().into())]);
            }
            let error = way.and_then(|way| way.error);
            labels.push(("error.type", error.map_or("", Reason::as_str).into()));
            let text = |status: Option<u16>| {
                Value::from(status.map(|status| status.to_string()).unwrap_or_default())
            };
            let status = text(way.and_then(|way| way.status));
            let metric = match way.map(|way| way.wire) {
                Some(OnWire::Grpc(path)) => {
                    let (service, method) =
                        path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
                    labels.extend([
                        ("rpc.system", "grpc".into()),
                        ("rpc.service", service.into()),
                        ("rpc.method", method.into()),
                        ("rpc.grpc.status_code", status),
                    ]);
                    &RPC_CLIENT_DURATION
                }
                Some(OnWire::Http(method)) => {
                    labels.extend([
                        ("http.request.method", method.into()),
                        ("http.response.status_code", status),
                    ]);
                    &HTTP_CLIENT_DURATION
                }
                None if self.grpc => {
                    labels.push(("rpc.method", "_OTHER".into()));
                    &RPC_CLIENT_DURATION
                }
                None => {
                    labels.push(("http.request.method", "_OTHER".into()));
                    &HTTP_CLIENT_DURATION
                }
            };
            page.add_histogram(metric, &labels, elapsed);
        }
    }
}

fn scale(grpc: bool) -> &'static Scale {
    if grpc { &MILLISECONDS } else { &SECONDS }
}

#[cfg(test)]
mod tests;
