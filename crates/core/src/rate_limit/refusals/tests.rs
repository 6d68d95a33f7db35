//! Who is shown, and for how long.

mod property;

use std::net::IpAddr;

use super::*;
use crate::{
    auth::Identity,
    config::{Per, QuotaConfig},
    rate_limit::{
        charge::{Charge, Level, MOST},
        key::Who,
        quota::Quota,
    },
};

fn quota(number: u16) -> Quota {
    Quota::new(number, "caller", QuotaConfig { count: 1, per: Per::Second, burst: 1 })
}

fn address(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

/// Refuses a request from this address by the first of these quotas; the second one would have admitted it.
fn refuse(refusals: &Refusals, quotas: &[Quota; 2], from: IpAddr, now: Instant) {
    let mut charges = Charges::none();
    for quota in quotas {
        charges.push(Charge { quota, who: Who::address(from), cost: 1, closed: false });
    }
    let mut levels = [Level::default(); MOST];
    levels[0].wait = 1;
    refusals.note(&charges, &levels, Asks::Address(Some(from)), now);
}

fn shown(refusals: &Refusals, now: Instant) -> Vec<(Label, u64)> {
    refusals.most(now).into_iter().map(|refused| (refused.who, refused.at_least)).collect()
}

fn label(last: u8) -> Label {
    Label::Address { address: format!("192.0.2.{last}") }
}

#[test]
fn those_who_are_refused_are_shown_by_the_quota_that_refused_them() {
    let (refusals, quotas, now) = (Refusals::new(2), [quota(1), quota(2)], Instant::now());
    for last in [7, 8, 8] {
        refuse(&refusals, &quotas, address(last), now);
    }
    assert_eq!(shown(&refusals, now), [(label(8), 2), (label(7), 1)]);
    assert!(refusals.most(now).iter().all(|refused| refused.quota == 1));
    assert_eq!(refusals.of_quota(1, now), (3, 3));
    assert_eq!(refusals.of_quota(2, now), (0, 0));
}

#[test]
fn a_minute_later_it_is_forgotten_and_the_total_is_not() {
    let (refusals, quotas, start) = (Refusals::new(2), [quota(1), quota(2)], Instant::now());
    let at = |seconds| start + Duration::from_secs(seconds);
    refuse(&refusals, &quotas, address(7), at(0));
    refuse(&refusals, &quotas, address(7), at(29));
    refuse(&refusals, &quotas, address(8), at(40));
    refuse(&refusals, &quotas, address(7), at(41));
    assert_eq!(shown(&refusals, at(59)), [(label(7), 3), (label(8), 1)]);
    assert_eq!(refusals.of_quota(1, at(59)), (4, 4));
    // The first half goes.
    let rest = shown(&refusals, at(61));
    assert_eq!(rest.len(), 2);
    assert!(rest.iter().all(|(_, refused)| *refused == 1), "{rest:?}");
    assert_eq!(refusals.of_quota(1, at(61)), (4, 2));
    // A request that began before the turn of a half is late, and counted.
    refuse(&refusals, &quotas, address(7), at(58));
    assert_eq!(refusals.of_quota(1, at(62)), (5, 3));
    assert_eq!(shown(&refusals, at(200)), []);
    assert_eq!(refusals.of_quota(1, at(200)), (5, 0));
}

#[test]
fn a_label_says_who_is_counted() {
    let alice = Identity::for_test("alice", &[], &[], None);
    let of = |caller: Option<&Identity>, address: Option<&str>| {
        let address = address.map(|text| text.parse::<IpAddr>().expect("an address"));
        Label::of(
            address.map_or(Who::UNKNOWN, Who::address),
            caller.map_or(Asks::Guess(address), Asks::Caller),
        )
    };
    let json = |label| serde_json::to_value(label).expect("text");
    let caller = json(of(Some(&alice), Some("192.0.2.1")));
    assert_eq!((&caller["kind"], &caller["id"]), (&"caller".into(), &"alice".into()));
    assert_eq!(caller["issuer"], alice.issuer());
    for (address, shown) in [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ] {
        assert_eq!(json(of(None, Some(address)))["address"], shown);
    }
    assert_eq!(of(None, None), Label::Unknown);
    assert_eq!(Label::of(Who::EVERYONE, Asks::Caller(&alice)), Label::Everyone);
}

#[test]
fn a_label_is_made_once_a_counter() {
    let mut sketch = Sketch::new(2);
    let mut made = 0;
    for key in [1, 1, 2, 1, 2, 1] {
        sketch.note(key, || made += 1);
    }
    assert_eq!(made, 2);
}
