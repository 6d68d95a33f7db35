//! Bounded, forgetful, and nobody between a read and its write.

use std::{sync::Arc, thread};

use super::*;
use crate::rate_limit::key::Who;

#[derive(Debug, Clone, Copy, Default)]
struct Until(u64);

impl Entry for Until {
    fn is_over(&self, now: u64) -> bool {
        self.0 <= now
    }

    fn weight(&self) -> u64 {
        self.0
    }
}

fn key(number: usize) -> Key {
    Who::caller("test", &number.to_string()).under(1)
}

fn set(table: &Table<Until>, number: usize, until: u64) {
    table.update(&[key(number)], 0, |values| {
        values[0] = Until(until);
        ((), true)
    });
}

fn get(table: &Table<Until>, number: usize) -> u64 {
    table.update(&[key(number)], 0, |values| (values[0].0, false))
}

#[test]
fn it_never_holds_more_than_it_may_and_keeps_what_matters() {
    let table = Table::new(6_400);
    for debtor in 0..100 {
        set(&table, debtor, 1_000_000);
    }
    for stranger in 100..100_000 {
        set(&table, stranger, 10);
    }
    assert!(table.len() <= 6_400, "{}", table.len());
    // A debtor goes only if all that are looked at are debtors.
    assert_eq!((0..100).filter(|debtor| get(&table, *debtor) == 1_000_000).count(), 100);
}

#[test]
fn what_is_over_is_swept_and_its_room_given_back() {
    let table = Table::new(1_000_000);
    for number in 0..50_000 {
        set(&table, number, if number % 100 == 0 { 1_000 } else { 10 });
    }
    let room = |table: &Table<Until>| -> usize {
        (0..table.shards.len()).map(|shard| table.lock(shard).capacity()).sum()
    };
    assert!(room(&table) >= 50_000);
    for part in 0..8 {
        table.sweep(part, 8, 100);
    }
    assert_eq!(table.len(), 500);
    assert!(room(&table) < 5_000, "{}", room(&table));
    assert_eq!((get(&table, 100), get(&table, 101)), (1_000, 0));
}

#[test]
fn what_is_over_takes_no_place() {
    let table = Table::<Until>::new(1_000);
    set(&table, 1, 0);
    assert_eq!(table.len(), 0);
}

#[test]
fn nobody_is_between_a_read_and_its_write() {
    let table = Arc::new(Table::<Until>::new(100_000));
    let keys = [key(1), key(2), key(3)];
    let racers: Vec<_> = (0..4)
        .map(|racer: usize| {
            let (table, mut keys) = (Arc::clone(&table), keys);
            // In any order: those who take two of them in turn must not wait for each other.
            keys.rotate_left(racer % 3);
            thread::spawn(move || {
                for _ in 0..20_000 {
                    table.update(&keys, 0, |values| {
                        for value in values {
                            value.0 += 1;
                        }
                        ((), true)
                    });
                }
            })
        })
        .collect();
    for racer in racers {
        racer.join().expect("no racer panics");
    }
    assert_eq!([1, 2, 3].map(|number| get(&table, number)), [80_000; 3]);
}
