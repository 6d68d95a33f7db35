//! The names that tests and the demo's control endpoint use: five services and their twelve operations.

use std::str::FromStr;

/// The mocked services.
pub const SERVICES: [&str; 5] = ["users", "notifications", "reports", "orders", "invoices"];

/// Their operations, each `<service>.<operation>`.
pub const OPERATIONS: [&str; 12] = [
    "users.get",
    "users.public_profiles",
    "notifications.unread",
    "notifications.unread_count",
    "reports.summary",
    "orders.recent",
    "orders.get",
    "orders.by_account",
    "orders.place",
    "invoices.of_order",
    "invoices.of_orders",
    "invoices.list",
];

/// The operation that a gRPC path calls.
pub(super) fn of_rpc(path: &str) -> Option<&'static str> {
    Some(match path {
        "/orders.v1.Orders/ListRecent" => "orders.recent",
        "/orders.v1.Orders/Get" => "orders.get",
        "/orders.v1.Orders/ListByAccount" => "orders.by_account",
        "/orders.v1.Orders/Place" => "orders.place",
        "/invoices.v1.Invoices/OfOrder" => "invoices.of_order",
        "/invoices.v1.Invoices/OfOrders" => "invoices.of_orders",
        "/invoices.v1.Invoices/List" => "invoices.list",
        _ => return None,
    })
}

/// A service or one of its operations.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Service(&'static str),
    Operation(&'static str),
}

/// A name that is neither a service nor an operation.
#[derive(Debug, thiserror::Error)]
#[error(
    "no service or operation `{0}`; services are {services}, operations are {operations}",
    services = SERVICES.join(", "),
    operations = OPERATIONS.join(", ")
)]
pub struct UnknownTarget(String);

impl Target {
    /// Where the service is in [`SERVICES`].
    pub(super) fn service(self) -> usize {
        let name = match self {
            Self::Service(service) => service,
            Self::Operation(operation) => operation.split('.').next().unwrap_or_default(),
        };
        SERVICES.iter().position(|service| *service == name).expect("an operation is of a service")
    }

    pub(super) fn operations(self) -> impl Iterator<Item = &'static str> {
        OPERATIONS.into_iter().filter(move |operation| match self {
            Self::Service(service) => operation.split_once('.').is_some_and(|(of, _)| of == service),
            Self::Operation(wanted) => *operation == wanted,
        })
    }

    /// `operation` is `None` for a call that no operation answers, such as a wrong path.
    pub(super) fn covers(self, service: &str, operation: Option<&str>) -> bool {
        match self {
            Self::Service(wanted) => wanted == service,
            Self::Operation(wanted) => operation == Some(wanted),
        }
    }
}

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = |names: &[&'static str]| names.iter().copied().find(|name| *name == text);
        known(&SERVICES)
            .map(Self::Service)
            .or_else(|| known(&OPERATIONS).map(Self::Operation))
            .ok_or_else(|| UnknownTarget(text.to_owned()))
    }
}
