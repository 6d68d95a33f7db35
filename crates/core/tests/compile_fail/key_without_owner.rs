//! A key says whose the answer is: there is none without an owner, and only `.public()` makes an owner of everybody.

use bff_core::call::{Key, Owner, Sent};

fn without_an_owner(sent: &Sent<'_>) -> Key {
    Key::of(sent)
}

fn of_everybody(sent: &Sent<'_>) -> Key {
    Key::of(&Owner::everyone(), sent)
}

fn owner_by_hand() -> Owner {
    Owner(())
}

fn main() {}
