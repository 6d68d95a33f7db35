//! Services are told how much time is left: never more than what is left, never more than a client asked for.

use std::time::Duration;

use bff_testkit::{Mode, TestBff, mocks::Seen};

use super::OVERVIEW;

/// What a service was told, in milliseconds: in one header, which depends on its protocol.
fn told(seen: &Seen) -> u64 {
    let http: Vec<_> = seen.header_values("x-request-timeout-ms").collect();
    let grpc: Vec<_> = seen.header_values("grpc-timeout").collect();
    let millis = match (http.as_slice(), grpc.as_slice(), seen.service) {
        ([millis], [], "users" | "notifications" | "reports") => millis,
        ([], [timeout], "orders" | "invoices") => timeout.strip_suffix('m').expect("milliseconds"),
        _ => panic!("{} was told {http:?} and {grpc:?}", seen.service),
    };
    millis.parse().expect("a whole number")
}

async fn ask(bff: &TestBff, path: &str, asked: Option<u32>) -> Vec<Seen> {
    bff.services.clear();
    let session = bff.as_user("alice");
    let session =
        asked.iter().fold(session, |session, millis| session.header("X-Request-Timeout-Ms", millis));
    assert_eq!(session.get(path).await.status, 200);
    let seen = bff.services.all_seen();
    assert_eq!(seen.len(), 3);
    seen
}

#[tokio::test]
async fn services_of_both_protocols_are_told_at_most_their_share_of_the_deadline() {
    let bff = TestBff::with(bff_web::bff()).set("screen.deadline", "800ms").start().await;
    // 85 % are for calls; a client that asks for more than there is gets no more.
    for (asked, most) in [(None, 680), (Some(60_000), 680), (Some(800), 680), (Some(400), 340)] {
        for seen in ask(&bff, OVERVIEW, asked).await {
            let told = told(&seen);
            assert!((1..=most).contains(&told), "{asked:?}: {} was told {told}", seen.service);
            assert!(told > most / 4, "{asked:?}: {} was told {told}, which is hardly any", seen.service);
        }
    }
}

#[tokio::test]
async fn no_service_is_told_more_than_its_own_timeout() {
    let bff = TestBff::with(bff_web::bff())
        .set("screen.deadline", "5s")
        .set("services.orders.timeout", "700ms")
        .set("services.users.attempt_timeout", "500ms")
        .start()
        .await;
    for seen in ask(&bff, OVERVIEW, None).await {
        let most = match seen.service {
            "orders" => 700,
            "users" => 500,
            _ => 1000,
        };
        assert!((1..=most).contains(&told(&seen)), "{} was told {}", seen.service, told(&seen));
    }
}

#[tokio::test]
async fn a_dependent_call_is_told_what_the_first_one_left() {
    let bff = TestBff::with(bff_web::bff()).set("screen.deadline", "1s").start().await;
    bff.services.set("orders.get", Mode::Slow(Duration::from_millis(200)));
    for seen in ask(&bff, "/api/orders/ord-1001", None).await {
        let most = if seen.service == "orders" { 850 } else { 650 };
        assert!((1..=most).contains(&told(&seen)), "{} was told {}", seen.service, told(&seen));
    }
}
