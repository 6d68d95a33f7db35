//! What a BFF's tests are made of: mocked services fed from `fixtures/`, the real BFF on a free port, tokens, and the
//! [faults] of services and networks.
//!
//! ```no_run
//! use bff_testkit::{Fault, Mode, TestBff};
//! # mod bff_web {
//! #     pub fn bff() -> bff_core::bff::Bff { bff_core::bff::Bff::new("bff-web", "config.toml", "") }
//! # }
//!
//! # async fn the_overview_without_orders() {
//! let bff = TestBff::start(bff_web::bff()).await;
//! bff.services.set("orders", Mode::Fail(503));
//! let reply = bff.as_user("alice").get("/api/dashboard/overview").await;
//! assert_eq!(reply.degraded(), [("orders".to_owned(), "unavailable".to_owned())]);
//!
//! bff.services.set("orders", Fault::HangMidBody);
//! let reply = bff.as_user("alice").get("/api/dashboard/overview").await;
//! assert_eq!(reply.degraded(), [("orders".to_owned(), "timeout".to_owned())]);
//! # }
//! ```

pub mod bff;
pub mod collector;
pub mod faults;
pub mod issuer;
pub mod keys;
pub mod mocks;
pub mod permission;
pub mod plan;
pub mod redis;
pub mod sender;
pub mod text_file;
pub mod token;

pub use bff::{Reply, Session, TestBff, TestBffBuilder};
pub use collector::{CollectedSpan, Collector, CollectorMode};
pub use faults::{Fault, raw};
pub use issuer::{IssuerFault, TestIssuer};
pub use keys::KeysFile;
pub use mocks::{Health, MockServices, Mode, Nonsense};
pub use redis::Redis;
pub use sender::Accepts;
pub use text_file::TextFile;
pub use token::Token;
