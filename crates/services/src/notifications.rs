//! The notifications service (HTTP): what a user has not read yet.

use bff_core::prelude::*;
use serde::{Deserialize, Serialize};

/// The notifications service.
#[derive(Service)]
#[service(name = "notifications", operations(unread: Vec<Notification>, unread_count: Count))]
pub struct Notifications(Binding);

impl Notifications {
    /// The caller's unread notifications, newest first. `notifications.unread`
    pub fn unread(&self) -> Call<Vec<Notification>> {
        let caller = self.0.caller().id();
        self.0.get("/notifications").query("user", caller).query("unread", true).call("notifications.unread")
    }

    /// How many there are. `notifications.unread_count`
    pub fn unread_count(&self) -> Call<u32> {
        let call = self.0.get("/unread-count").segment(self.0.caller().id());
        call.call::<Count>("notifications.unread_count").map(|count| count.count)
    }
}

#[derive(Deserialize)]
struct Count {
    count: u32,
}

/// One notification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Its id.
    pub id: String,
    /// `order`, `invoice`, `message`, …
    pub kind: String,
    /// One line.
    pub title: String,
    /// A sentence or two.
    pub body: String,
    /// RFC 3339, in UTC.
    pub created_at: String,
    /// Whether it has been read.
    pub read: bool,
    /// The page of the web app that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}
