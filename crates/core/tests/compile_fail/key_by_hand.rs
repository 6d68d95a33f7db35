//! A key says whose the answer is, so it is made by `Key::of(owner, sent)` and not by hand.

use std::sync::Arc;

use bff_core::call::{Key, Sent};

fn key(bytes: Arc<[u8]>) -> Key {
    Key { hash: 0, bytes }
}

fn other_bytes(key: Key, bytes: Arc<[u8]>) -> Key {
    Key { bytes, ..key }
}

fn sent<'a>(sent: Sent<'a>) -> Sent<'a> {
    Sent { service: "users", ..sent }
}

fn main() {}
