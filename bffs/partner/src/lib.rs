//! The partner BFF: a stable versioned contract, `snake_case`, only the caller's own account.

mod screens;

use bff_core::prelude::*;
use bff_services::{Invoices, Orders, Reports};

/// The BFF, before its configuration.
pub fn bff() -> Bff {
    Bff::new("bff-partner", "bffs/partner/config.toml", include_str!("../config.toml"))
        .services::<(Orders, Invoices, Reports)>()
        .routes(screens::v1::routes())
}
