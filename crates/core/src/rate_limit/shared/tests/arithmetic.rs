//! The script counts as gcra.rs does: the same arithmetic, on a real Redis, at given times.

use std::cell::Cell;

use bff_redis_server::Answer;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::rate_limit::gcra::Gcra;

/// The arithmetic of production, at the time that is its last argument.
const AT: &str = concat!(include_str!("../charge.lua"), "return charge(tonumber(ARGV[#ARGV]))");

/// Far ahead, so that no key ends while a test runs.
const LATER: u64 = 2_200_000_000_000_000;

/// One key's part of a question, and what it came to: units, and the debt.
type Wished = (Gcra, u64, u64);

fn ask(server: &Server, wishes: &[(&str, Wished)], now: u64) -> (bool, Vec<(u64, u64)>) {
    let mut command = vec!["EVAL".to_owned(), AT.to_owned(), wishes.len().to_string()];
    command.extend(wishes.iter().map(|(key, _)| (*key).to_owned()));
    for (_, (gcra, need, want)) in wishes {
        command.extend([gcra.interval, gcra.tolerance, *need, *want].map(|number| number.to_string()));
    }
    command.push(now.to_string());
    let answer = server.run(command);
    let numbers: Vec<u64> =
        answer.list().iter().map(|number| number.integer().try_into().expect("none is negative")).collect();
    let (pairs, rest) = numbers[1..].as_chunks::<2>();
    assert!(rest.is_empty() && pairs.len() == wishes.len(), "{numbers:?}");
    (numbers[0] == 1, pairs.iter().map(|[units, debt]| (*units, *debt)).collect())
}

/// The same by gcra.rs, with the keys' times in a list.
fn reckon(tats: &mut [u64], wishes: &[Wished], now: u64) -> (bool, Vec<(u64, u64)>) {
    let fits = wishes.iter().zip(&*tats).all(|((gcra, need, _), tat)| gcra.charge(*tat, now, *need).is_ok());
    let given = wishes.iter().zip(tats).map(|((gcra, need, want), tat)| {
        let units = if fits { gcra.available(*tat, now).min(*want) } else { 0 };
        // What is refused may lower a time that is too far ahead, and so does what looks.
        *tat = gcra
            .charge(*tat, now, *need)
            .map_or_else(|short| short.tat, |_| (*tat).min(now + gcra.tolerance));
        if units > 0 {
            *tat = gcra.charge(*tat, now, units).expect("it is available");
        }
        (units, gcra.debt(*tat, now))
    });
    (fits, given.collect())
}

#[test]
fn the_vectors() {
    let server = Server::start();
    let vectors: Vec<Value> = serde_json::from_str(include_str!("../../vectors.json")).expect("vectors");
    assert!(vectors.len() > 3);
    for (number, vector) in vectors.iter().enumerate() {
        let key = number.to_string();
        let read = |value: &Value, name: &str| value[name].as_u64();
        let gcra = Gcra {
            interval: read(vector, "interval").expect("it is there"),
            tolerance: read(vector, "tolerance").expect("it is there"),
        };
        let mut least = u64::MAX;
        for charge in vector["charges"].as_array().expect("charges") {
            let now = read(charge, "now").expect("it is there") - 1_790_000_000_000_000 + LATER;
            least = least.min(now);
            let cost = read(charge, "cost").expect("it is there");
            let about = format!("{}, at {now}", vector["about"]);
            let (fits, given) = ask(&server, &[(&key, (gcra, cost, cost))], now);
            assert_eq!(fits, read(charge, "wait").is_none(), "{about}");
            let (units, debt) = given[0];
            assert_eq!(units, if fits { cost } else { 0 }, "{about}");
            let available = (gcra.tolerance - debt) / gcra.interval;
            assert_eq!(Some(available), read(charge, "available"), "{about}");
            if let Some(wait) = read(charge, "wait") {
                assert_eq!((debt + cost * gcra.interval).checked_sub(gcra.tolerance), Some(wait), "{about}");
            }
            if let Some(tat) = read(charge, "tat").filter(|_| cost > 0) {
                let kept: u64 = server.run(["GET", &key]).text().parse().expect("a number");
                assert_eq!(kept, tat - 1_790_000_000_000_000 + LATER, "{about}");
            }
        }
    }
}

fn quotas() -> impl Strategy<Value = Gcra> {
    let intervals = prop_oneof![1..2_000_u64, 100..10_000_000_u64, Just(86_400_000_000), Just(333_333)];
    (intervals, prop_oneof![1..5_u64, 1..1_000_u64])
        .prop_map(|(interval, burst)| Gcra { interval, tolerance: interval * burst })
}

/// Where the clock goes: ahead, mostly, by intervals and a bit, and at times back.
fn steps() -> impl Strategy<Value = i64> {
    prop_oneof![8 => Just(0), 8 => 0..3_000_i64, 8 => 0..20_000_000_i64, 2 => 0..200_000_000_000_i64, 1 => -50_000_000_000..0_i64]
}

/// Keys that are asked, each with what it must give and what more it may.
fn questions() -> impl Strategy<Value = Vec<(usize, u64, u64)>> {
    let wish = (prop_oneof![Just(0), 0..4_u64, 0..1_200_u64], prop_oneof![Just(0), 0..3_u64, 0..1_200_u64]);
    prop::collection::btree_map(0..4_usize, wish, 1..4)
        .prop_map(|wishes| wishes.into_iter().map(|(key, (need, more))| (key, need, need + more)).collect())
}

/// One server for all cases: keys have names of their own.
#[test]
fn any_charges_of_any_keys_at_any_times() {
    let (server, case) = (Server::start(), Cell::new(0));
    let history = prop::collection::vec((steps(), questions()), 1..25);
    let (refused, given) = (Cell::new(0), Cell::new(0));
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(150));
    let run = runner.run(&([quotas(), quotas(), quotas(), quotas()], history), |(quotas, history)| {
        case.set(case.get() + 1);
        let names: Vec<String> = (0..quotas.len()).map(|key| format!("{}-{key}", case.get())).collect();
        let (mut tats, mut now) = ([0; 4], LATER);
        for (step, question) in history {
            now = now.saturating_add_signed(step).max(LATER - 1_000_000_000_000);
            let wishes: Vec<Wished> =
                question.iter().map(|(key, need, want)| (quotas[*key], *need, *want)).collect();
            let asking: Vec<_> =
                question.iter().zip(&wishes).map(|((key, ..), wish)| (names[*key].as_str(), *wish)).collect();
            let mut asked: Vec<u64> = question.iter().map(|(key, ..)| tats[*key]).collect();
            let by_script = ask(&server, &asking, now);
            let by_us = reckon(&mut asked, &wishes, now);
            question.iter().zip(asked).for_each(|((key, ..), tat)| tats[*key] = tat);
            refused.set(refused.get() + u64::from(!by_us.0));
            given.set(given.get() + by_us.1.iter().map(|(units, _)| units).sum::<u64>());
            prop_assert_eq!(by_script, by_us, "at {}", now);
        }
        Ok(())
    });
    run.expect("they are the same");
    assert!(refused.get() > 100 && given.get() > 1_000, "{refused:?} {given:?}: it tries nothing");
}

/// What stands there is forgotten when it has been paid, and no sooner, whatever is lost by whole milliseconds.
#[test]
fn a_key_ends_when_it_owes_nothing() {
    let server = Server::start();
    let gcra = Gcra { interval: 86_399_999, tolerance: 86_399_999 * 50 };
    for (number, now) in (LATER..LATER + 3_000).step_by(97).enumerate() {
        let key = number.to_string();
        ask(&server, &[(&key, (gcra, 7, 7))], now);
        let ends = server.run(["PEXPIRETIME", &key]).integer().unsigned_abs() * 1_000;
        let tat = now + 7 * gcra.interval;
        assert!((tat..tat + 3_000).contains(&ends), "{now}: {tat}, {ends}");
    }
}

/// Another program's key, or nonsense, is not the end of all requests.
#[test]
fn what_is_no_time_owes_nothing() {
    let server = Server::start();
    let gcra = Gcra { interval: 1_000, tolerance: 5_000 };
    server.run(["RPUSH", "list", "a"]);
    for text in ["", "x", "-1", "1e300", "nan", "inf", "-inf", "18446744073709551616"] {
        server.run(["SET", text, text]);
    }
    for key in ["list", "", "x", "-1", "-inf"] {
        assert_eq!(ask(&server, &[(key, (gcra, 2, 2))], LATER), (true, vec![(2, 2_000)]), "{key}");
        assert_eq!(ask(&server, &[(key, (gcra, 4, 4))], LATER), (false, vec![(0, 2_000)]), "{key}");
    }
    // A time too far ahead is one from before the clock went back: it owes as much as it may, and that passes.
    for key in ["1e300", "inf", "18446744073709551616", "nan"] {
        assert_eq!(ask(&server, &[(key, (gcra, 1, 1))], LATER), (false, vec![(0, 5_000)]), "{key}");
        assert_eq!(ask(&server, &[(key, (gcra, 1, 1))], LATER + 1_000), (true, vec![(1, 5_000)]), "{key}");
    }
}

/// All is exact that numbers of Lua hold, and no other number is written.
#[test]
fn large_numbers_are_written_as_they_are() {
    let server = Server::start();
    let gcra = Gcra { interval: 999_999_999_999, tolerance: 999_999_999_999 * 1_000 };
    let now = 8_007_199_254_740_993;
    assert_eq!(ask(&server, &[("a", (gcra, 999, 999))], now), (true, vec![(999, 999 * gcra.interval)]));
    let kept = server.run(["GET", "a"]);
    assert_eq!(kept, Answer::Bytes((now + 999 * gcra.interval).to_string().into_bytes()));
}
