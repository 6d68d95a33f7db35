//! Names of keys in Redis: those of the operator, and a number for who is counted.

use std::fmt::Write as _;

use super::super::charge::Charge;

/// Begins all names. The number is that of the format: another one shares nothing with this one.
const PREFIX: &str = "bff:limit:1:";

/// Where a charge is counted. By the name of its quota and not by its rate, so that what is used up stays used up where a
/// rate is changed while instances run. Nothing that a caller sent stands in it: a caller is a hash.
pub(super) fn of_charge(bff: &str, charge: &Charge<'_>) -> String {
    let quota = &charge.quota.name;
    let mut name = String::with_capacity(PREFIX.len() + bff.len() + quota.len() + 34);
    // Writing to a string can't fail.
    let _ = write!(name, "{PREFIX}{bff}:{quota}:{:x}", charge.who.bits());
    name
}
