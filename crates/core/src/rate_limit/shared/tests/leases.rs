//! What is taken in advance, and how often Redis is asked: with a model of it, at times that the test says.

use super::{
    model::{Model, START, at},
    *,
};

/// From a question to its answer, in microseconds.
const TRIP: u64 = 500;

/// Processes that are asked for one key at even intervals, until a time.
struct Run {
    admitted: u64,
    requests: u64,
    model: Model,
    given_up: u64,
    held: u64,
}

fn run(quota: &'static Quota, processes: u64, per_second: u64, seconds: u64, leases: bool) -> Run {
    let epoch = Instant::now();
    let ledgers: Vec<Ledger> = (0..processes).map(|_| Ledger::new(10_000, leases, epoch)).collect();
    let alice = charge(quota, "alice", 1);
    let list = charges(&[alice]);
    let (mut model, mut asks) = (Model::default(), Vec::new());
    let (mut admitted, mut requests) = (0, 0);
    let gap = 1_000_000 / per_second;
    for now in (START..START + seconds * 1_000_000).step_by(100) {
        for (process, ledger) in (0..).zip(&ledgers) {
            // They are not in step.
            if (now + process * gap / processes / 100 * 100) % gap < 100 {
                requests += 1;
                match ledger.begin(&list, at(epoch, now)) {
                    Step::Settled(verdict) => admitted += u64::from(matches!(verdict, Verdict::Admitted(_))),
                    Step::Ask(ask) => asks.push((now + TRIP, model.answer(&ask, now), ask)),
                }
            }
        }
        let (due, later): (Vec<_>, Vec<_>) = asks.into_iter().partition(|(due, ..)| *due <= now);
        asks = later;
        for (_, answer, ask) in due {
            admitted += u64::from(matches!(ask.answered(&answer, at(epoch, now)), Verdict::Admitted(_)));
        }
    }
    // What is on its way at the end arrives too.
    for (due, answer, ask) in asks {
        admitted += u64::from(matches!(ask.answered(&answer, at(epoch, due)), Verdict::Admitted(_)));
    }
    let given_up = ledgers.iter().map(Ledger::given_up).sum();
    let held = ledgers.iter().map(|ledger| u64::from(ledger.held(&alice))).sum();
    Run { admitted, requests, model, given_up, held }
}

/// The quota is exact within a hundredth, and Redis is asked for less than one of ten that are admitted.
#[test]
fn four_processes_far_over_a_quota_give_all_of_it_and_ask_seldom() {
    let quota = quota(1_000, Per::Second, 1_000);
    let run = run(quota, 4, 5_000, 20, true);
    let due = 1_000 + 20 * 1_000;
    assert_eq!(run.requests, 4 * 5_000 * 20);
    assert!((due * 99 / 100..=due).contains(&run.admitted), "{} of {due}", run.admitted);
    assert!(run.model.asked * 10 <= run.admitted, "{} for {}", run.model.asked, run.admitted);
    assert_eq!(run.model.given, run.admitted + run.held + run.given_up);
}

#[test]
fn below_the_quota_nobody_is_refused() {
    for (processes, per_second) in [(4, 200), (4, 50), (2, 5), (1, 900)] {
        let run = run(quota(1_000, Per::Second, 1_000), processes, per_second, 10, true);
        assert_eq!(run.admitted, run.requests, "{processes} with {per_second} each");
        if per_second >= 200 {
            assert!(run.model.asked * 10 <= run.admitted * 2, "{} for {}", run.model.asked, run.admitted);
        }
    }
}

/// What one holds is missing nowhere, so half a second's worth is asked for at once.
#[test]
fn far_from_a_limit_redis_is_asked_seldom() {
    let run = |burst| run(quota(1_000, Per::Second, burst), 4, 200, 10, true);
    let far = run(100_000);
    assert_eq!(far.admitted, far.requests);
    assert!(far.model.asked * 40 <= far.admitted, "{} for {}", far.model.asked, far.admitted);
    // Control: near it, a tenth of a second's.
    let near = run(400);
    assert_eq!(near.admitted, near.requests);
    assert!(near.model.asked * 30 > near.admitted, "{} for {}", near.model.asked, near.admitted);
}

/// Whoever asks now and then is charged exactly what it uses.
#[test]
fn a_cold_key_costs_its_own_units() {
    let run = run(quota(1_000, Per::Second, 1_000), 3, 50, 5, true);
    assert_eq!((run.model.asked, run.model.given, run.held), (run.requests, run.requests, 0));
}

/// Control: without leases all the processes ask for each request, but for what they know to be refused.
#[test]
fn without_leases_each_request_is_a_question() {
    let below = run(quota(1_000, Per::Second, 1_000), 4, 200, 5, false);
    assert_eq!((below.model.asked, below.admitted), (below.requests, below.requests));
    let over = run(quota(1_000, Per::Second, 1_000), 4, 5_000, 5, false);
    assert!(over.model.asked > over.admitted, "{} for {}", over.model.asked, over.admitted);
    assert!((5_940..=6_000).contains(&over.admitted), "{}", over.admitted);
    assert_eq!(over.model.given, over.admitted);
}

/// What would be given up must not be most of a day's units.
#[test]
fn of_a_slow_quota_little_is_taken_in_advance() {
    let epoch = Instant::now();
    for (quota, most) in [
        (quota(100, Per::Day, 100), 1),
        (quota(10_000, Per::Day, 10_000), 100),
        (quota(100, Per::Second, 200), 100),
    ] {
        let (ledger, mut model, mut held) = (Ledger::new(1_000, true, epoch), Model::default(), 0);
        let alice = charge(quota, "alice", 1);
        for now in (START..START + 100_000).step_by(500) {
            if let Step::Ask(ask) = ledger.begin(&charges(&[alice]), at(epoch, now)) {
                let answer = model.answer(&ask, now);
                ask.answered(&answer, at(epoch, now));
            }
            held = held.max(ledger.held(&alice));
        }
        assert!(held < most && (most == 1 || held > most / 4), "{held} of at most {most}");
    }
}

/// What is held is for the next moments, and not for a later day.
#[test]
fn what_is_held_is_given_up() {
    let epoch = Instant::now();
    let (ledger, mut model) = (Ledger::new(1_000, true, epoch), Model::default());
    let alice = charge(quota(1_000, Per::Second, 1_000), "alice", 1);
    let mut now = START;
    while ledger.held(&alice) < 20 {
        if let Step::Ask(ask) = ledger.begin(&charges(&[alice]), at(epoch, now)) {
            let answer = model.answer(&ask, now);
            ask.answered(&answer, at(epoch, now));
        }
        now += 100;
    }
    let held = u64::from(ledger.held(&alice));
    assert!(matches!(ledger.begin(&charges(&[alice]), at(epoch, now + 999_000)), Step::Settled(_)));
    assert!(matches!(ledger.begin(&charges(&[alice]), at(epoch, now + 1_001_000)), Step::Ask(_)));
    assert_eq!(ledger.given_up(), held - 1);
}

/// A flood would take as much in advance as there are requests in it.
#[test]
fn while_somebody_asks_for_more_others_ask_for_their_own() {
    let epoch = Instant::now();
    let ledger = Ledger::new(1_000, true, epoch);
    let list = charges(&[charge(quota(1_000, Per::Second, 1_000), "alice", 1)]);
    let asks: Vec<Ask<'_>> = (0..50)
        .map(|_| match ledger.begin(&list, at(epoch, START)) {
            Step::Ask(ask) => ask,
            Step::Settled(verdict) => panic!("{verdict:?}"),
        })
        .collect();
    let wants = |asks: &[Ask<'_>]| -> Vec<u32> {
        asks.iter().flat_map(|ask| ask.wishes().map(|(_, wish)| wish.want)).collect()
    };
    assert_eq!(wants(&asks).iter().filter(|want| **want > 1).count(), 1);
    // Where that one has gone away, another one may.
    drop(asks);
    let Step::Ask(ask) = ledger.begin(&list, at(epoch, START)) else { panic!("nothing is held") };
    assert!(wants(&[ask])[0] > 1);
}

#[test]
fn who_had_nothing_left_has_its_part_while_redis_is_away() {
    let (epoch, quota) = (Instant::now(), quota(400, Per::Second, 100));
    let (ledger, part) = (Ledger::new(10_000, true, epoch), MemoryStore::new(10_000, 2));
    let list = charges(&[charge(quota, "alice", 1)]);
    let mut model = Model::default();
    let mut admitted = [0; 2];
    for now in (START..START + 7_000_000).step_by(1_000) {
        let is_away = now >= START + 2_000_000;
        let verdict = match ledger.begin(&list, at(epoch, now)) {
            Step::Settled(verdict) => verdict,
            Step::Ask(ask) if is_away => ask.without(&part, at(epoch, now)),
            Step::Ask(ask) => {
                let answer = model.answer(&ask, now);
                ask.answered(&answer, at(epoch, now))
            }
        };
        admitted[usize::from(is_away)] += u32::from(matches!(verdict, Verdict::Admitted(_)));
    }
    let [together, alone] = admitted;
    assert!((850..=900).contains(&together), "{together} of 900");
    // Half of it, and what was held for it when Redis went; less what a bucket that is full does not gather while the drained
    // key rests, at most 62.5 ms.
    assert!((1_037..=1_100).contains(&alone), "{alone} of 1050");
}
