//! Several processes on one Redis, in any order of events: no unit is used twice, and none is lost but those that were held too
//! long or on their way. Redis is a model, which [`super::arithmetic`] shows to count as the script does.

use std::collections::HashMap;

use proptest::{prelude::*, sample::Index};

use super::{
    model::{Model, START, at},
    *,
};
use crate::rate_limit::key::Key;

#[derive(Debug, Clone)]
enum Event {
    /// A request in one of the processes, for one of the lists of charges.
    Begin(Index, Index),
    /// An ask comes to Redis.
    Reach(Index),
    /// Its answer comes, if Redis has given one.
    Arrive(Index),
    /// Whoever asked goes away, or gives up.
    Leave(Index),
    /// Microseconds.
    Pass(u64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let begin = || (any::<Index>(), any::<Index>()).prop_map(|(process, list)| Event::Begin(process, list));
    let event = prop_oneof![
        12 => begin(),
        6 => any::<Index>().prop_map(Event::Reach),
        6 => any::<Index>().prop_map(Event::Arrive),
        1 => any::<Index>().prop_map(Event::Leave),
        3 => (0..5_000_u64).prop_map(Event::Pass),
        1 => (0..1_500_000_u64).prop_map(Event::Pass),
    ];
    prop::collection::vec(event, 1..600)
}

/// What a request may be charged: one key, or several of which some are the same as another's.
fn lists() -> Vec<Vec<Charge<'static>>> {
    let other: &'static Quota =
        Box::leak(Box::new(Quota::new(2, "caller", QuotaConfig { count: 20, per: Per::Second, burst: 40 })));
    let second = quota(1_000, Per::Second, 300);
    let fast = |name: &str, cost| charge(second, name, cost);
    let slow = |name: &str, cost| charge(other, name, cost);
    vec![
        vec![fast("alice", 1)],
        vec![fast("alice", 1)],
        vec![fast("alice", 3)],
        vec![fast("alice", 1), slow("alice", 1)],
        vec![slow("alice", 1), fast("bob", 2)],
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_unit_is_used_twice_and_none_is_lost(events in events(), processes in 1..5_usize, leases: bool) {
        let epoch = Instant::now();
        let ledgers: Vec<Ledger> = (0..processes).map(|_| Ledger::new(10_000, leases, epoch)).collect();
        let lists = lists();
        let all: Vec<Charges<'_>> = lists.iter().map(|list| charges(list)).collect();
        let (mut model, mut now) = (Model::default(), START);
        let mut asks: Vec<(Ask<'_>, Option<Answer>, u64)> = Vec::new();
        let (mut admitted, mut lost, mut of_key) = (0, 0, HashMap::<Key, u64>::new());
        for event in events {
            let mut admit = |list: &Charges<'_>, verdict: Verdict| {
                if matches!(verdict, Verdict::Admitted(_)) {
                    for charge in list.iter() {
                        admitted += u64::from(charge.cost);
                        *of_key.entry(charge.key()).or_default() += u64::from(charge.cost);
                    }
                }
            };
            match event {
                Event::Begin(process, list) => {
                    let list = list.get(&all);
                    match process.get(&ledgers).begin(list, at(epoch, now)) {
                        Step::Settled(verdict) => admit(list, verdict),
                        Step::Ask(ask) => asks.push((ask, None, 0)),
                    }
                }
                Event::Pass(time) => now += time,
                _ if asks.is_empty() => {}
                Event::Reach(index) => {
                    let (ask, answer, units) = index.get_mut(&mut asks);
                    if answer.is_none() {
                        *answer = Some(model.answer(ask, now));
                        *units = answer.iter().flat_map(|answer| answer.given).map(|given| u64::from(given.units)).sum();
                    }
                }
                Event::Arrive(index) => {
                    let index = index.index(asks.len());
                    if let (_, Some(answer), _) = asks[index] {
                        let (ask, ..) = asks.swap_remove(index);
                        let list = ask.charges();
                        admit(list, ask.answered(&answer, at(epoch, now)));
                    }
                }
                Event::Leave(index) => lost += asks.swap_remove(index.index(asks.len())).2,
            }
            for list in &all {
                for charge in list.iter() {
                    let used = of_key.get(&charge.key()).copied().unwrap_or_default();
                    let gcra = charge.quota.gcra;
                    prop_assert!(used * gcra.interval <= gcra.tolerance + (now - START));
                }
            }
        }
        lost += asks.drain(..).map(|(_, _, units)| units).sum::<u64>();
        let keys: HashMap<Key, &Charge<'_>> = lists.iter().flatten().map(|charge| (charge.key(), charge)).collect();
        let held: u64 =
            ledgers.iter().flat_map(|ledger| keys.values().map(|charge| u64::from(ledger.held(charge)))).sum();
        let given_up: u64 = ledgers.iter().map(Ledger::given_up).sum();
        prop_assert_eq!(model.given, admitted + held + given_up + lost);
        if !leases {
            prop_assert_eq!(held + given_up, 0);
        }
    }

    /// Where nothing is taken in advance and no time passes on the way, several processes on one Redis are one store.
    #[test]
    fn without_leases_it_is_as_if_there_were_one_process(
        requests in prop::collection::vec((any::<Index>(), any::<Index>(), prop_oneof![Just(0), 0..40_000_u64]), 1..200),
    ) {
        let epoch = Instant::now();
        let ledgers: Vec<Ledger> = (0..3).map(|_| Ledger::new(10_000, false, epoch)).collect();
        let (lists, one) = (lists(), MemoryStore::new(10_000, 1));
        let (mut model, mut now) = (Model::default(), START);
        for (process, list, pause) in requests {
            now += pause;
            let (list, ledger) = (charges(&lists[list.index(lists.len())]), process.get(&ledgers));
            let verdict = match ledger.begin(&list, at(epoch, now)) {
                Step::Settled(verdict) => verdict,
                Step::Ask(ask) => {
                    let answer = model.answer(&ask, now);
                    ask.answered(&answer, at(epoch, now))
                }
            };
            let expected = one.charge(&list, at(epoch, now));
            // Another process may have used more of a key than this one knows, if this one knows enough to refuse.
            let fits = |verdict: &Verdict| matches!(verdict, Verdict::Admitted(_));
            prop_assert_eq!(fits(&verdict), fits(&expected), "{:?} and {:?}", verdict, expected);
            if fits(&verdict) {
                prop_assert_eq!(verdict, expected);
            }
        }
    }
}
