//! The partners' screens, a folder for each version of the contract. A field never changes within a version.

pub mod v1;
