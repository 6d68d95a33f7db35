//! Whose an answer is: a caller's alone, by who it is, who vouches for it, what its roles are and for which account it acts;
//! everybody's only where the client method says so.

use futures::future::join_all;

use super::*;

/// As whom the service is asked: an answer of another is a leak.
fn as_(owner: Owner) -> Ask {
    let mut ask = read("nobody");
    ask.0.owner = owner;
    ask
}

#[tokio::test(start_paused = true)]
async fn each_caller_has_answers_of_its_own() {
    let kitchen = Kitchen::new();
    let owners = [
        caller("alice", &[]),
        caller("bob", &[]),
        caller("alice", &["customer"]),
        caller("alice", &["customer", "admin"]),
        caller("alice", &["admin", "customer"]),
        caller("alicecustomer", &[]),
        caller("a", &["licecustomer"]),
        caller_in("alice", &[], Some("acme")),
        caller_in("alice", &[], Some("nordic")),
        caller_in("alice", &["acme"], None),
        caller_in("alice", &["acme"], Some("acme")),
        caller_in("alice", &["customer"], Some("acme")),
        caller_in("aliceacme", &[], None),
        Owner::everyone(),
    ];
    let expected = |number: usize| got(&format!("for {number}"));
    for (number, owner) in owners.iter().enumerate() {
        kitchen.says(reply(&format!("for {number}")).control("max-age=60"));
        assert_eq!(kitchen.ask(as_(owner.clone())).await, expected(number));
    }
    for _ in 0..3 {
        for (number, owner) in owners.iter().enumerate() {
            assert_eq!(kitchen.ask(as_(owner.clone())).await, expected(number));
        }
    }
    assert_eq!(kitchen.calls(), owners.len());
}

/// As it comes to a caller that changes its roles: what was answered to them as another one is not theirs any more.
#[tokio::test(start_paused = true)]
async fn a_caller_that_has_lost_a_role_does_not_see_what_it_saw_with_it() {
    let kitchen = Kitchen::new();
    kitchen.says(reply("all salaries").control("max-age=60"));
    assert_eq!(kitchen.ask(as_(caller("alice", &["payroll"]))).await, got("all salaries"));
    kitchen.says(fails(Reason::Forbidden));
    assert_eq!(kitchen.ask(as_(caller("alice", &[]))).await, Got::Failed(Reason::Forbidden));
    kitchen.says(fails(Reason::Unavailable));
    assert_eq!(kitchen.ask(as_(caller("alice", &[]))).await, Got::Failed(Reason::Unavailable));
}

#[tokio::test(start_paused = true)]
async fn what_is_on_its_way_or_stale_is_its_callers_alone_too() {
    let kitchen = Kitchen::new();
    let says = |body: &str| reply(body).control("max-age=1, stale-while-revalidate=5").after(ms(100));
    kitchen.next([says("of alice"), says("of bob")]); // in the order in which they ask
    let both = tokio::join!(kitchen.ask(read("alice")), kitchen.ask(read("bob")));
    assert_eq!(both, (got("of alice"), got("of bob")));
    sleep(secs(3)).await;
    kitchen.says(fails(Reason::Unavailable));
    assert_eq!(kitchen.ask(read("chen")).await, Got::Failed(Reason::Unavailable));
    let of_bob = stale("of bob", Reason::Revalidating, ms(3_100));
    assert_eq!(kitchen.ask(read("bob")).await, of_bob, "control: they are there");
}

#[tokio::test(start_paused = true)]
async fn what_is_everybodys_is_one_call_and_one_answer() {
    let kitchen = Kitchen::new();
    kitchen.says(reply("news").control("max-age=60").after(ms(100)));
    let all = join_all((0..100).map(|user| kitchen.ask(read(&format!("user-{user}")).public()))).await;
    assert!(all.iter().all(|one| *one == got("news")));
    for user in 100..200 {
        assert_eq!(kitchen.ask(read(&format!("user-{user}")).public()).await, got("news"));
    }
    assert_eq!(kitchen.calls(), 1);
    let all = join_all((0..100).map(|user| kitchen.ask(read(&format!("user-{user}"))))).await;
    assert!(all.iter().all(|one| *one == got("news")));
    assert_eq!(kitchen.calls(), 101, "control: what is not public is a call for each");
}
