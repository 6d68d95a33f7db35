//! What kept and shared answers must never do, and a million histories in which the steps of production don't.
//!
//! A history has three callers, three resources of two simulated services ([`world`]), and 20 to 60 decisions of a schedule
//! ([`schedule`]): who asks, who is polled, which answer is made and which comes in, who leaves, how time passes. A decision is a
//! choice on a tape ([`tape`]), so a seed is a history, and a tape with less on it a simpler one. Every answer is judged
//! ([`law`]) against the record of what has happened ([`record`]). The law knows callers, writes and what a reply says of
//! keeping ([`says`]), and nothing of keys, stamps, entries and flights.
//!
//! That the law bites is tested with steps that are spoilt, each in one way ([`fault`]).
//!
//! - `cargo test -p bff-core model` runs 30,000 histories, which are 1.2 million decisions, and looks for each fault.
//! - `just model` runs a million histories, `just model 5000000` five.
//! - `BFF_MODEL_REPLAY='7' cargo test -p bff-core --lib model::replay -- --nocapture` tells history 7, step by step. A history that
//!   breaks a law is made as simple as it can be, told, and ends with that line for itself.

mod batched;
mod cast;
mod fault;
mod law;
mod record;
mod run;
mod says;
mod schedule;
mod simpler;
mod stage;
mod story;
mod tally;
mod tape;
mod world;

use self::{
    fault::{Fault, Hunt},
    law::Law,
    run::{replayed, search},
};

/// How many histories are run where nobody says.
const HISTORIES: u64 = 30_000;

#[test]
fn no_history_breaks_a_law() {
    let histories = std::env::var("BFF_MODEL_HISTORIES").map_or(HISTORIES, |count| {
        count.replace('_', "").parse().expect("BFF_MODEL_HISTORIES is a number of histories")
    });
    match search(Hunt::FOR_ANYTHING, histories) {
        Ok(tally) => {
            println!("no law is broken in {tally}");
            tally.assert_that_all_was_seen();
        }
        Err(found) => panic!("{}", found.report()),
    }
}

/// A history that was found before, told step by step.
#[test]
fn replay() {
    if let Ok(history) = std::env::var("BFF_MODEL_REPLAY") {
        println!("{}", replayed(&history));
    }
}

/// Looks until the fault is noticed as the breach of one of these laws, and says after how many histories.
fn assert_caught(fault: Fault, laws: &'static [Law], within: u64) {
    match search(Hunt { fault, laws }, within) {
        Ok(tally) => panic!("{fault:?} was not noticed in {tally}"),
        Err(found) => {
            println!("{fault:?} was noticed after {} histories: {}", found.histories, found.breach.what);
        }
    }
}

#[test]
fn the_model_catches_a_key_without_identity() {
    assert_caught(Fault::KeyWithoutIdentity, &[Law::OthersData], 1000);
}

#[test]
fn the_model_catches_an_ignored_no_store() {
    assert_caught(Fault::IgnoredNoStore, &[Law::Unkept], 5000);
}

#[test]
fn the_model_catches_an_ignored_must_revalidate() {
    assert_caught(Fault::IgnoredMustRevalidate, &[Law::Stale], 10_000);
}

#[test]
fn the_model_catches_a_private_answer_that_is_shared() {
    assert_caught(Fault::SharedPrivateAnswer, &[Law::OthersData], 5000);
}

#[test]
fn the_model_catches_a_write_that_ends_nothing() {
    assert_caught(Fault::LostWrite, &[Law::LostWrite], 5000);
}

#[test]
fn the_model_catches_a_write_that_ends_what_is_kept_too_early() {
    assert_caught(Fault::WriteThatEndsTooEarly, &[Law::LostWrite], 10_000);
}

#[test]
fn the_model_catches_calls_that_are_not_coalesced() {
    assert_caught(Fault::NoCoalescing, &[Law::Twice], 1000);
}

#[test]
fn the_model_catches_a_call_that_is_not_woken() {
    assert_caught(Fault::LostWaking, &[Law::Hang], 1000);
}

#[test]
fn the_model_catches_keys_that_are_mixed_up() {
    assert_caught(Fault::MixedUpKeys, &[Law::OthersData, Law::Nowhere], 5000);
}
