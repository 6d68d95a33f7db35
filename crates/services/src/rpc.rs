//! What build.rs makes of `proto/`: messages, method constants such as [`orders_v1::LIST_RECENT`], and the servers
//! that the mocks implement. Screens see none of it; the typed clients beside this file translate.

/// `proto/orders.proto`.
#[expect(
    unused_qualifications,
    clippy::allow_attributes,
    clippy::default_trait_access,
    clippy::too_many_lines,
    reason = "written by tonic's generator"
)]
pub mod orders_v1 {
    include!(concat!(env!("OUT_DIR"), "/orders.v1.rs"));
    include!(concat!(env!("OUT_DIR"), "/orders.v1.serde.rs"));
}

/// `proto/invoices.proto`.
#[expect(
    unused_qualifications,
    clippy::allow_attributes,
    clippy::default_trait_access,
    clippy::too_many_lines,
    reason = "written by tonic's generator"
)]
pub mod invoices_v1 {
    include!(concat!(env!("OUT_DIR"), "/invoices.v1.rs"));
    include!(concat!(env!("OUT_DIR"), "/invoices.v1.serde.rs"));
}
