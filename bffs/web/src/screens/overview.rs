//! GET /api/dashboard/overview: the first screen after sign-in.

use bff_core::prelude::*;
use bff_services::{Notification, Notifications, Order, Orders, Profile, Users};

/// Who you are, what you ordered last, what is new.
#[derive(Screen)]
pub struct Overview {
    profile: Required<Profile>,
    orders: Optional<Vec<Order>>,
    notifications: Optional<Vec<Notification>>,
}

pub async fn overview(users: Users, orders: Orders, notifications: Notifications) -> Overview {
    Overview {
        profile: users.me().required(),
        orders: orders.recent(5).optional(),
        notifications: notifications.unread().optional(),
    }
}
