//! The web BFF: rich screens for the web app, camelCase.

mod screens;

use bff_core::prelude::*;
use bff_services::{Invoices, Notifications, Orders, Users};

/// The BFF, before its configuration.
pub fn bff() -> Bff {
    Bff::new("bff-web", "bffs/web/config.toml", include_str!("../config.toml"))
        .services::<(Users, Orders, Notifications, Invoices)>()
        .routes(screens::routes())
}
