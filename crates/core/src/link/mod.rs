//! One Redis, as all workers see it ([`Redis`]), and each worker's link to it ([`Link`]).
//!
//! It knows nothing of what is kept there: names of keys, scripts and what a failure means are the user's. Each user has links
//! of its own, so that a large answer to one holds up no small one to another, and says in its own words what it does without
//! Redis ([`Faults`]).

mod backoff;
mod connection;
mod faults;
mod patience;
mod server;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    backoff::Backoff,
    connection::Link,
    faults::{Faults, Words, describe},
    patience::Patience,
    server::{CONNECT, Redis},
};
