//! The arithmetic of a plan. That it is noted from what runs is shown through the front door.

use super::*;
use crate::auth::Policy;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn call(operation: &'static str, after: &[usize], longest: u64, attempts: u32) -> PlannedCall {
    PlannedCall { operation, after: after.to_vec(), longest: ms(longest), attempts, each: Each::Once }
}

fn plan(calls: Vec<PlannedCall>) -> ScreenPlan {
    ScreenPlan {
        screen: None,
        method: "GET".to_owned(),
        path: "/orders/{id}",
        deadline: ms(1500),
        for_calls: ms(1275),
        calls,
    }
}

#[test]
fn calls_at_once_take_as_long_as_the_longest_and_calls_in_a_row_their_sum() {
    let at_once = plan(vec![call("a", &[], 100, 2), call("b", &[], 300, 1)]);
    assert_eq!((at_once.worst_case(), at_once.most_attempts()), (ms(300), 3));
    let in_a_row = plan(vec![call("a", &[], 100, 1), call("b", &[0], 300, 1), call("c", &[0, 1], 50, 1)]);
    assert_eq!(in_a_row.worst_case(), ms(450));
    assert_eq!(plan(Vec::new()).worst_case(), Duration::ZERO);
}

#[test]
fn a_screen_whose_calls_may_need_more_than_they_have_is_over() {
    assert!(!plan(vec![call("a", &[], 1275, 1)]).is_over());
    assert!(plan(vec![call("a", &[], 1000, 1), call("b", &[0], 276, 1)]).is_over());
}

#[test]
fn a_plan_reads_as_a_tree() {
    let calls = vec![
        call("orders.get", &[], 600, 2),
        call("invoices.of_order", &[0], 500, 2),
        call("users.get", &[0], 400, 1),
        call("users.get", &[0], 400, 1),
    ];
    let text = plan(calls).to_string();
    let lines: Vec<_> =
        text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        lines,
        [
            "GET /orders/{id} deadline 1500 ms, 1275 ms of it for calls",
            "orders.get 600 ms at most 2 attempts",
            "→ invoices.of_order 500 ms at most 2 attempts",
            "→ users.get × 2 400 ms at most 1 attempt",
            "at worst 1100 ms, at most 6 attempts",
        ]
    );
}

#[test]
fn an_n_plus_one_is_said_and_is_no_reason_to_fail() {
    let each = |operation, each| PlannedCall { each, ..call(operation, &[0], 100, 1) };
    let plan = plan(vec![
        call("orders.recent", &[], 100, 1),
        each("users.get", Each::Alone),
        each("users.get", Each::Once),
        each("users.get", Each::Alone),
        each("users.many", Each::Together(99)),
        each("users.all", Each::Together(100)),
    ]);
    let text = plan.to_string();
    let says_nothing =
        |line: &str| text.lines().any(|known| known.contains(line) && known.ends_with(" attempt"));
    assert!(text.contains("→ users.get × 2 ") && !says_nothing("→ users.get × 2 "), "{text}");
    assert!(says_nothing("→ users.get  "), "what the screen makes once is apart: {text}");
    assert!(says_nothing("→ users.all "), "it can't have more: {text}");
    assert!(text.contains("   N+1: one call for each item; a batch operation would be one call\n"), "{text}");
    assert!(text.contains("   one call for 99 items: .each(99, …) asks for no more at once\n"), "{text}");
    assert!(!plan.is_over());
}

/// A recording of a request, with these calls.
fn recorded<const N: usize>(operations: [&'static str; N]) -> (Arc<Recording>, [Made; N]) {
    let route = RouteInfo::for_test("/test", Policy::public());
    let recording = Planner::new().begin(&route, ms(1500), ms(1275));
    let made = operations.map(|operation| recording.call(operation, ms(100), 1));
    (recording, made)
}

#[test]
fn a_batch_comes_after_all_that_its_keys_come_from_and_after_nothing_later() {
    let (recording, [a, b, awaited, _]) = recorded(["a", "b", "awaited", "other"]);
    awaited.was_awaited();
    let key = |answer: &Made, limit| {
        here().after(Some(answer)).each(limit).make(|| {
            let mut place = here();
            recording.complete(&mut place);
            place
        })
    };
    let batch = key(&b, 20).and(key(&a, 8)).together();
    recording.call("later", ms(100), 1).was_awaited();
    batch.make(|| recording.call("many", ms(100), 1));
    let last = recording.plan().calls.pop().expect("it is noted");
    assert_eq!((last.after, last.each), (vec![0, 1, 2], Each::Together(8)));
    recording.call("last", ms(100), 1);
    let last = recording.plan().calls.pop().expect("it is noted");
    assert_eq!((last.after, last.each), (vec![2, 4], Each::Once), "nothing of it stays");
}

#[test]
fn lists_in_lists_ask_for_as_many_at_once_as_both_limits_allow() {
    let (recording, [of_list]) = recorded(["list"]);
    let inner = here().after(Some(&of_list)).each(8).make(|| here().after(None).each(4));
    inner.together().make(|| recording.call("many", ms(100), 1));
    let last = recording.plan().calls.pop().expect("it is noted");
    assert_eq!(
        (last.after, last.each),
        (vec![0], Each::Together(32)),
        "a list of no service is where it was made"
    );
}
