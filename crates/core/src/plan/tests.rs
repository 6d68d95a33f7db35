//! The arithmetic of a plan. That it is noted from what runs is shown through the front door.

use super::*;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn call(operation: &'static str, after: &[usize], longest: u64, attempts: u32) -> PlannedCall {
    PlannedCall { operation, after: after.to_vec(), longest: ms(longest), attempts }
}

fn plan(calls: Vec<PlannedCall>) -> ScreenPlan {
    ScreenPlan {
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
