//! Where the mocked services listen.

use std::net::TcpListener;

use super::{SERVICES, StartError};
use crate::faults;

/// A port for each service. 0, the default, is any free one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    /// Of the users service.
    pub users: u16,
    /// Of the notifications service.
    pub notifications: u16,
    /// Of the reports service.
    pub reports: u16,
    /// Of the orders service.
    pub orders: u16,
    /// Of the invoices service.
    pub invoices: u16,
}

impl Ports {
    /// Five in a row, in the order of [`SERVICES`].
    pub const fn starting_at(first: u16) -> Self {
        Self {
            users: first,
            notifications: first + 1,
            reports: first + 2,
            orders: first + 3,
            invoices: first + 4,
        }
    }

    /// Takes all ports or none, in the order of [`SERVICES`].
    pub(super) fn bind(self) -> Result<[TcpListener; 5], StartError> {
        let Self { users, notifications, reports, orders, invoices } = self;
        let mut listeners = Vec::with_capacity(SERVICES.len());
        for (service, port) in SERVICES.into_iter().zip([users, notifications, reports, orders, invoices]) {
            let listener =
                faults::listen(port).map_err(|source| StartError::Port { service, port, source })?;
            listeners.push(listener);
        }
        Ok(listeners.try_into().expect("one listener for each service"))
    }
}
