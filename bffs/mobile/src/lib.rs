//! The mobile BFF: small flat screens, camelCase, exactly what is drawn.

mod screens;

use bff_core::prelude::*;
use bff_services::{Notifications, Orders, Users};

/// The BFF, before its configuration.
pub fn bff() -> Bff {
    Bff::new("bff-mobile", "bffs/mobile/config.toml", include_str!("../config.toml"))
        .services::<(Users, Orders, Notifications)>()
        .routes(screens::routes())
}
