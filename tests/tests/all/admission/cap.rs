//! `admission.max_in_flight`: what a worker holds at most, whatever it waits for.

use bff_tests::until;

use super::*;

#[tokio::test]
async fn the_cap_keeps_its_last_places_for_what_matters_more() {
    let bff = patient().set("admission.max_in_flight", 10).start().await;
    let asked = async |hung: usize| {
        let mut statuses = Vec::new();
        for path in [PAYS, PAGE, BADGE] {
            statuses.push(status(&bff, path).await);
        }
        (hung, statuses)
    };
    let mut waiting = hung(&bff, 5).await;
    assert_eq!(asked(5).await, (5, vec![200, 200, 200]));
    waiting.extend(hung(&bff, 1).await);
    assert_eq!(asked(6).await, (6, vec![200, 200, 503]));
    waiting.extend(hung(&bff, 3).await);
    assert_eq!(asked(9).await, (9, vec![200, 503, 503]));
    assert_refusal(&bff.anonymous().get(PAGE).await);
    let line = bff.log_lines(1).await.pop().expect("a line a request");
    assert_eq!(line["reason"], "as many in flight as the worker may have");

    // Clients that go away give their places back.
    drop(waiting);
    until("nobody waits", || worker(&bff).in_flight == 0).await;
    assert_eq!(asked(0).await, (0, vec![200, 200, 200]));
}

/// Control: as many wait, and nobody is refused.
#[tokio::test]
async fn without_admission_there_is_no_cap() {
    let bff = patient().set("admission.max_in_flight", 10).set("admission.enabled", false).start().await;
    bff.services.set("users", bff_testkit::Mode::Hang);
    let mut waiting = Vec::new();
    for _ in 0..20 {
        let mut wire = Wire::to(bff.address()).await;
        wire.send(head("GET", OVERVIEW, &[bearer(&bff.token("alice").sign())])).await;
        waiting.push(wire);
        assert_eq!(status(&bff, BADGE).await, 200);
    }
}

#[tokio::test]
async fn a_panic_and_an_error_give_their_places_back() {
    async fn panics() -> &'static str {
        panic!("it breaks")
    }
    let routes = Routes::new().get("/panics", panics, public());
    let bff = TestBff::with(bff_web::bff().routes(routes)).set("admission.max_in_flight", 1).start().await;
    for _ in 0..3 {
        assert_eq!(status(&bff, "/panics").await, 500);
        assert_eq!(status(&bff, OVERVIEW).await, 401);
        assert_eq!(status(&bff, "/nowhere").await, 404);
    }
    assert_eq!(worker(&bff).in_flight, 0);
}
