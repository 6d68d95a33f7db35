//! Endpoints that their checks call unhealthy.

use super::*;

/// Endpoints that are checked, and what the check of one of them says from now on.
fn checked(ports: &[u16]) -> (Balance<Fleet>, Fleet) {
    let check = CheckConfig { unhealthy_after: 1, healthy_after: 1, ..CheckConfig::default() };
    balance_of(ports, Some(check))
}

fn says(balance: &Balance<Fleet>, port: u16, healthy: bool) {
    let (_, endpoints) = balance.endpoints.list();
    let endpoint =
        endpoints.iter().find(|endpoint| endpoint.addresses[0].port() == port).expect("it is there");
    let checked = if healthy { Ok(()) } else { Err("as a test says".to_owned()) };
    assert_eq!(endpoint.health.as_ref().expect("it is checked").note(checked, Instant::now()), Some(healthy));
}

async fn calls(balance: &Balance<Fleet>, times: usize) {
    for _ in 0..times {
        let _ = balance.call(call(balance)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_left_out_until_a_check_passes() {
    let (balance, fleet) = checked(&[1, 2, 3]);
    says(&balance, 2, false);
    calls(&balance, 200).await;
    assert_eq!(fleet.seen(2), 0);
    assert!(fleet.seen(1) > 50 && fleet.seen(3) > 50);
    says(&balance, 2, true);
    calls(&balance, 200).await;
    assert!(fleet.seen(2) > 30, "{}", fleet.seen(2));
}

#[tokio::test(start_paused = true)]
async fn where_all_are_unhealthy_all_are_in() {
    let (balance, fleet) = checked(&[1, 2]);
    says(&balance, 1, false);
    says(&balance, 2, false);
    calls(&balance, 100).await;
    assert!(fleet.seen(1) > 20 && fleet.seen(2) > 20);
    let (balance, fleet) = checked(&[1]);
    says(&balance, 1, false);
    calls(&balance, 10).await;
    assert_eq!(fleet.seen(1), 10, "the only one");
}

#[tokio::test(start_paused = true)]
async fn a_second_attempt_goes_to_a_healthy_one_even_if_it_was_tried() {
    let (balance, fleet) = checked(&[1, 2]);
    says(&balance, 2, false);
    let first = call(&balance);
    let second = first.clone();
    let _ = (balance.call(first).await, balance.call(second).await);
    assert_eq!((fleet.seen(1), fleet.seen(2)), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn one_that_calls_get_an_answer_from_is_better_than_one_whose_breaker_is_open() {
    let (balance, fleet) = checked(&[1, 2]);
    fleet.down(&[2]);
    until_out(&balance, &fleet).await;
    says(&balance, 1, false);
    fleet.forget();
    assert!(balance.call(call(&balance)).await.is_ok());
    assert_eq!((fleet.seen(1), fleet.seen(2)), (1, 0), "its check may be wrong");
}

#[tokio::test(start_paused = true)]
async fn an_unhealthy_one_gets_no_probe_that_is_due() {
    let (balance, fleet) = checked(&[1, 2]);
    fleet.down(&[2]);
    until_out(&balance, &fleet).await;
    says(&balance, 2, false);
    tokio::time::advance(ms(6300)).await;
    fleet.forget();
    calls(&balance, 50).await;
    assert_eq!((fleet.seen(1), fleet.seen(2)), (50, 0));
    says(&balance, 2, true);
    calls(&balance, 1).await;
    assert_eq!(fleet.seen(2), 1, "now it does");
}
