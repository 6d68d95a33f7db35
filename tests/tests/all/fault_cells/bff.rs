//! A BFF of six screens, each of one section: required, optional and fallback, over HTTP and over gRPC.

use std::time::Duration;

use bff_core::prelude::*;
use bff_services::{Notifications, Orders, notifications::Notification, orders::Order};
use bff_testkit::{TestBff, mocks::Protocol};

/// What a service gets for a call: short, since many cells wait for it, and yet enough for a right answer on a machine that
/// has much else to do.
pub const SERVICE_TIMEOUT: Duration = Duration::from_millis(500);

/// What kind of section is hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Required,
    Optional,
    Fallback,
}

impl Section {
    /// The screen that has it.
    pub fn path(self, protocol: Protocol) -> &'static str {
        match (self, protocol) {
            (Self::Required, Protocol::Http) => "/http/required",
            (Self::Optional, Protocol::Http) => "/http/optional",
            (Self::Fallback, Protocol::Http) => "/http/fallback",
            (Self::Required, Protocol::Grpc) => "/grpc/required",
            (Self::Optional, Protocol::Grpc) => "/grpc/optional",
            (Self::Fallback, Protocol::Grpc) => "/grpc/fallback",
        }
    }
}

/// The service behind all sections of this protocol.
pub fn service(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Http => "notifications",
        Protocol::Grpc => "orders",
    }
}

/// Starts it, with neither retries nor breakers: each cell is one call.
pub async fn start() -> TestBff {
    let routes = Routes::new()
        .get("/http/required", http_required, signed_in())
        .get("/http/optional", http_optional, signed_in())
        .get("/http/fallback", http_fallback, signed_in())
        .get("/grpc/required", grpc_required, signed_in())
        .get("/grpc/optional", grpc_optional, signed_in())
        .get("/grpc/fallback", grpc_fallback, signed_in());
    let bff = Bff::new("bff-cells", "cells.toml", "").services::<(Notifications, Orders)>().routes(routes);
    let timeout = format!("{}ms", SERVICE_TIMEOUT.as_millis());
    let services = ["notifications", "orders"];
    let builder = services.into_iter().fold(TestBff::with(bff).without_breakers(), |builder, service| {
        builder
            .set(&format!("services.{service}.timeout"), &timeout)
            .set(&format!("services.{service}.attempt_timeout"), &timeout)
            .set(&format!("services.{service}.retry.attempts"), 0)
    });
    // One connection, so that the call after a fault shows what the next one meets.
    builder.set("services.orders.channels", 1).start().await
}

#[derive(Screen)]
struct HttpRequired {
    section: Required<Vec<Notification>>,
}

#[derive(Screen)]
struct HttpOptional {
    section: Optional<Vec<Notification>>,
}

#[derive(Screen)]
struct HttpFallback {
    section: Fallback<Vec<Notification>>,
}

#[derive(Screen)]
struct GrpcRequired {
    section: Required<Vec<Order>>,
}

#[derive(Screen)]
struct GrpcOptional {
    section: Optional<Vec<Order>>,
}

#[derive(Screen)]
struct GrpcFallback {
    section: Fallback<Vec<Order>>,
}

async fn http_required(notifications: Notifications) -> HttpRequired {
    HttpRequired { section: notifications.unread().required() }
}

async fn http_optional(notifications: Notifications) -> HttpOptional {
    HttpOptional { section: notifications.unread().optional() }
}

async fn http_fallback(notifications: Notifications) -> HttpFallback {
    HttpFallback { section: notifications.unread().or(Vec::new()) }
}

async fn grpc_required(orders: Orders) -> GrpcRequired {
    GrpcRequired { section: orders.recent(3).required() }
}

async fn grpc_optional(orders: Orders) -> GrpcOptional {
    GrpcOptional { section: orders.recent(3).optional() }
}

async fn grpc_fallback(orders: Orders) -> GrpcFallback {
    GrpcFallback { section: orders.recent(3).or(Vec::new()) }
}
