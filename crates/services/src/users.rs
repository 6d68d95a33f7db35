//! The users service (HTTP): who people are.

use bff_core::prelude::*;
use serde::{Deserialize, Serialize};

/// The users service: the operations that our screens use, and nothing else.
#[derive(Service)]
#[service(name = "users", operations(get: Profile, public_profiles: Vec<PublicProfile>))]
pub struct Users(Binding);

impl Users {
    /// The caller's own profile. `users.get`
    pub fn me(&self) -> Call<Profile> {
        self.0.get("/users").segment(self.0.caller().id()).call("users.get")
    }

    /// What everybody may see of a user; nothing where there is none, which is no failure. `users.get`
    pub fn public_profile(&self, id: Option<String>) -> Call<Option<PublicProfile>> {
        match id {
            Some(id) => self.0.get("/users").segment(id).call("users.get").if_found(),
            None => Call::ready(Ok(None)),
        }
    }

    /// The same of several: those that are asked for together go out together. `users.public_profiles`
    pub fn public_profile_of(&self, id: impl Into<String>) -> Call<PublicProfile> {
        self.0.batched("users.public_profiles", id.into(), |users, ids: Vec<String>| {
            let found = users.get("/public-profiles").query("ids", ids.join(","));
            let found = found.call::<Vec<PublicProfile>>("users.public_profiles");
            found.map(|found| found.into_iter().map(|profile| (profile.id.clone(), Ok(profile))).collect())
        })
    }
}

/// A user, as that user may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// The `sub` of its tokens.
    pub id: String,
    /// As the user wrote it, in any script.
    pub display_name: String,
    /// Where mail goes.
    pub email: String,
    /// An absolute URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
    /// BCP 47, such as `en-GB`.
    pub locale: String,
    /// IANA name, such as `Europe/London`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// A date, such as `2021-03-18`.
    pub member_since: String,
    /// `free`, `plus` or `pro`.
    pub tier: String,
    /// Where things are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// What the user has chosen.
    pub preferences: Preferences,
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// City.
    pub city: String,
    /// Postal code.
    pub postal_code: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
}

/// What a user has chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preferences {
    /// Whether the newsletter is wanted.
    pub newsletter: bool,
    /// `light`, `dark` or `system`.
    pub theme: String,
}

/// A user, as everybody may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicProfile {
    /// The user's id.
    pub id: String,
    /// As the user wrote it, in any script.
    pub display_name: String,
    /// An absolute URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub avatar_url: Option<String>,
}
