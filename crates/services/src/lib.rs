//! One file per downstream service: its typed client and the types that it answers with.
//!
//! A type here is an allow-list: what a service adds is dropped when its reply is decoded. Screens use these types as they
//! are, or shape them with `.map(…)`.

pub mod invoices;
pub mod notifications;
pub mod orders;
pub mod reports;
pub mod rpc;
pub mod users;

pub use invoices::{Invoice, Invoices};
pub use notifications::{Notification, Notifications};
pub use orders::{NewItem, Order, OrderLine, OrderPage, OrderStatus, Orders};
pub use reports::{Reports, Summary};
pub use users::{Profile, PublicProfile, Users};
