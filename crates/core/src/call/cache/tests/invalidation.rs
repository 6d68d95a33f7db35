//! A write ends what is kept: its caller's answers of the service, what it names, and what is on its way; however it ends itself.

use super::*;

/// Two services whose answers are kept together.
struct House {
    orders: Kitchen,
    notifications: Kitchen,
}

/// A read by this user, or one for everybody.
fn read_of(owner: &str) -> Ask {
    if owner == "all" { read("alice").public() } else { read(owner) }
}

impl House {
    /// With an answer of each service for alice, bob and everybody.
    async fn new() -> Self {
        let kept = Arc::default();
        let house =
            Self { orders: Kitchen::of("orders", &kept), notifications: Kitchen::of("notifications", &kept) };
        for kitchen in [&house.orders, &house.notifications] {
            kitchen.says(reply("a").control("max-age=1000"));
        }
        assert_eq!(house.ended().await.len(), 6);
        assert_eq!(house.ended().await, [""; 0], "all are kept");
        house
    }

    /// Whose answers of which service are not kept any more. They are after.
    async fn ended(&self) -> Vec<String> {
        let mut ended = Vec::new();
        for (name, kitchen) in [("orders", &self.orders), ("notifications", &self.notifications)] {
            for owner in ["alice", "bob", "all"] {
                let calls = kitchen.calls();
                kitchen.ask(read_of(owner)).await;
                if kitchen.calls() > calls {
                    ended.push(format!("{name} of {owner}"));
                }
            }
        }
        ended
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_ends_what_its_caller_has_of_the_service_and_what_it_names() {
    let house = House::new().await;
    for (write, ended) in [
        (write("alice"), vec!["orders of alice"]),
        (write("bob"), vec!["orders of bob"]),
        (write("chen"), vec![]),
        (write("alice").invalidates("notifications"), vec!["orders of alice", "notifications of alice"]),
        (write("chen").invalidates("notifications"), vec![]),
        (
            write("alice").invalidates_for_all("notifications"),
            vec!["orders of alice", "notifications of alice", "notifications of bob", "notifications of all"],
        ),
        (
            write("chen").invalidates_for_all("orders"),
            vec!["orders of alice", "orders of bob", "orders of all"],
        ),
        (write("alice").invalidates("baskets"), vec!["orders of alice"]),
    ] {
        let said = write.0.keeping.ends.clone();
        house.orders.ask(write).await;
        assert_eq!(house.ended().await, ended, "{said:?}");
    }
    house.orders.ask(read("alice").path("/elsewhere")).await;
    assert_eq!(house.ended().await, [""; 0], "a read ends nothing");
}

#[tokio::test(start_paused = true)]
async fn tags_of_a_client_end_what_they_name_in_any_service() {
    let house = House::new().await;
    let basket = |user: &str| read(user).path("/basket").tag("basket").tag("prices");
    let kept = async |user: &str| {
        let calls = house.orders.calls();
        house.orders.ask(basket(user)).await;
        house.orders.calls() == calls
    };
    for (write, alices, bobs) in [
        (write("alice").invalidates("basket"), false, true),
        (write("bob").invalidates("prices"), true, false),
        (write("chen").invalidates_for_all("prices"), false, false),
        (write("alice").invalidates("other"), true, true),
    ] {
        kept("alice").await;
        kept("bob").await;
        house.notifications.ask(write).await;
        assert_eq!((kept("alice").await, kept("bob").await), (alices, bobs));
    }
}

/// Whatever roles it has at the moment.
#[tokio::test(start_paused = true)]
async fn what_a_caller_has_with_other_roles_ends_too() {
    let kitchen = Kitchen::new();
    kitchen.says(reply("a").control("max-age=1000"));
    let as_admin = || {
        let mut read = read("alice");
        read.0.owner = caller("alice", &["admin"]);
        read
    };
    for calls in [1, 1] {
        kitchen.ask(as_admin()).await;
        assert_eq!(kitchen.calls(), calls);
    }
    kitchen.ask(write("alice")).await;
    kitchen.ask(as_admin()).await;
    assert_eq!(kitchen.calls(), 3);
}

/// Nobody knows what of it was done.
#[tokio::test(start_paused = true)]
async fn however_the_write_ends() {
    let house = House::new().await;
    let ended = ["orders of alice", "notifications of alice"];
    let write = || write("alice").invalidates("notifications");
    for reason in Reason::ALL.iter().copied() {
        house.orders.next([fails(reason)]);
        assert_eq!(house.orders.ask(write()).await, Got::Failed(reason));
        assert_eq!(house.ended().await, ended, "{reason}");
    }
    house.orders.next([reply("done").after(secs(60))]);
    assert_eq!(house.orders.ask(write()).await, Got::Failed(Reason::Timeout));
    assert_eq!(house.ended().await, ended);

    house.orders.next([reply("done").after(ms(500))]);
    {
        let mut cancelled = std::pin::pin!(house.orders.ask(write()));
        assert!(futures::poll!(&mut cancelled).is_pending());
        assert_eq!(house.ended().await, [""; 0], "it has not ended yet");
    }
    assert_eq!(house.ended().await, ended, "its caller has gone away");
}

#[tokio::test(start_paused = true)]
async fn an_answer_on_its_way_may_be_from_before_so_it_is_not_kept_and_who_asks_after_does_not_get_it() {
    let kitchen = Kitchen::new();
    let slow = |body| reply(body).control("max-age=60").after(ms(500));
    kitchen.next([slow("before"), slow("bob's"), reply("done").after(ms(100))]);
    kitchen.says(reply("after").control("max-age=60"));
    let bob = || read("bob");
    let write = async {
        sleep(ms(50)).await;
        kitchen.ask(write("alice")).await;
        kitchen.get().await
    };
    let answers = tokio::join!(kitchen.get(), kitchen.ask(bob()), write);
    assert_eq!(answers, (got("before"), got("bob's"), got("after")));
    assert_eq!((kitchen.get().await, kitchen.calls()), (got("after"), 4), "the late one has not replaced it");
    assert_eq!(
        (kitchen.ask(bob()).await, kitchen.calls()),
        (got("bob's"), 4),
        "others are not touched by it"
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_asked_for_while_the_write_was_on_its_way_ends_with_it() {
    let kitchen = Kitchen::new();
    kitchen.next([reply("done").after(ms(100))]);
    kitchen.says(reply("during").control("max-age=60"));
    let read = async {
        sleep(ms(50)).await;
        (kitchen.get().await, kitchen.get().await)
    };
    let (_, during) = tokio::join!(kitchen.ask(write("alice")), read);
    assert_eq!((during, kitchen.calls()), ((got("during"), got("during")), 2));
    kitchen.says(reply("after"));
    assert_eq!(kitchen.get().await, got("after"));
}

#[tokio::test(start_paused = true)]
async fn a_stale_answer_is_ended_too_and_a_refresh_on_its_way() {
    let kitchen = Kitchen::new();
    let stale_now = async || {
        kitchen.says(reply("before").control("max-age=1, stale-while-revalidate=10"));
        kitchen.get().await;
        sleep(secs(2)).await;
    };
    stale_now().await;
    kitchen.ask(write("alice")).await;
    kitchen.says(fails(Reason::Unavailable));
    assert_eq!(kitchen.get().await, Got::Failed(Reason::Unavailable), "nothing stands in");

    stale_now().await;
    kitchen.says(reply("refreshed before").control("max-age=60").after(ms(500)));
    assert_eq!(kitchen.get().await, stale("before", Reason::Revalidating, secs(2)));
    sleep(ms(100)).await;
    kitchen.next([reply("done")]);
    kitchen.ask(write("alice")).await;
    kitchen.says(reply("after").control("max-age=60"));
    assert_eq!(kitchen.get().await, got("after"));
    sleep(secs(1)).await;
    assert_eq!(kitchen.get().await, got("after"));

    // A write while the last try is on its way: what is kept is looked up again.
    kitchen.says(reply("before").control("max-age=1"));
    kitchen.ask(write("alice")).await;
    kitchen.get().await;
    sleep(secs(2)).await;
    kitchen.next([fails(Reason::Failed).after(ms(500)), reply("done")]);
    let write = async {
        sleep(ms(100)).await;
        kitchen.ask(write("alice")).await
    };
    assert_eq!(tokio::join!(kitchen.get(), write).0, Got::Failed(Reason::Failed));
}

/// The same request by two methods of a client that name different tags: the numbers of one say nothing about the other's.
#[tokio::test(start_paused = true)]
async fn each_set_of_tags_is_ended_by_its_own_writes() {
    let kitchen = Kitchen::new();
    let (plain, tagged) = (|| read("alice"), || read("alice").tag("basket"));
    kitchen.ask(write("alice").invalidates("basket")).await;
    kitchen.says(reply("before").control("max-age=60"));
    assert_eq!(kitchen.ask(tagged()).await, got("before"));
    kitchen.says(reply("after").control("max-age=60"));
    kitchen.ask(write("alice")).await;
    assert_eq!(kitchen.ask(plain()).await, got("after"), "the write has ended what both have of the service");
}
