//! How a BFF starts and leaves: its configuration, its operators' listener, its drain.

use std::{
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use bff_core::config::Sources;
use bff_testkit::Mode;

use super::{Ask, Expect, ask, report::Outcome};
use crate::{
    house::{Breakers, House, StartError, Which, sources},
    ports::Ports,
};

/// Long enough to be in flight when the drain begins.
const SLOW: Duration = Duration::from_millis(400);

/// All of them.
pub async fn checks() -> Result<Vec<Outcome>, StartError> {
    let mut outcomes = start_up();
    outcomes.extend(operators_and_drain().await?);
    Ok(outcomes)
}

fn start_up() -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for which in Which::ALL {
        let (word, bff) = (which.word(), which.bff());
        let valid = bff.check(&sources(which, &Ports::FREE, None)).map_err(|error| error.to_string());
        outcomes.push(Outcome::of_check(&format!("{word} --check-config"), "valid", valid.map(drop)));
        let bare = refused(which, &bff.builtin_config(), "auth.issuers");
        outcomes.push(Outcome::of_check(&format!("{word} trusts nobody by itself"), "refused", bare));
        let wrong = sources(which, &Ports::FREE, None).with_override("screen.deadline", "soon");
        let wrong = refused(which, &wrong, "screen.deadline");
        outcomes.push(Outcome::of_check(
            &format!("{word} with a wrong value names its key"),
            "refused",
            wrong,
        ));
        outcomes.push(Outcome::of_check(
            &format!("{word} on a taken port names it"),
            "refused",
            taken(which),
        ));
    }
    outcomes
}

/// It must not start from these sources, and must name what is wrong.
fn refused(which: Which, sources: &Sources, named: &str) -> Result<(), String> {
    match which.bff().check(sources) {
        Ok(_) => Err(format!("expected a complaint about {named}, got a valid configuration")),
        Err(error) if error.to_string().contains(named) => Ok(()),
        Err(error) => Err(format!("expected a complaint about {named}, got: {error}")),
    }
}

fn taken(which: Which) -> Result<(), String> {
    let holder = TcpListener::bind("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = holder.local_addr().map_err(|error| error.to_string())?.to_string();
    let sources = sources(which, &Ports::FREE, None).with_override("server.listen", &address);
    match which.bff().start(&sources, None) {
        Ok(_) => Err(format!("it started on {address}, which was taken")),
        Err(error) if error.to_string().contains(&address) => Ok(()),
        Err(error) => Err(format!("expected a complaint about {address}, got: {error}")),
    }
}

async fn operators_and_drain() -> Result<Vec<Outcome>, StartError> {
    let house = House::start(&Ports::FREE, None, Breakers::Off).await?;
    let (addresses, client) = (house.addresses, ask::client());
    let operators = async |which, path, expect: Expect| {
        let answer = Ask::operators(which, path).send(&addresses, &client).await;
        Outcome::of_answer(format!("{} operators: {path}", which.word()), &expect, answer)
    };
    let mut outcomes = Vec::new();
    for which in Which::ALL {
        outcomes.push(operators(which, "/live", Expect::text(200, "live")).await);
        outcomes.push(operators(which, "/ready", Expect::text(200, "ready")).await);
    }
    house.services.set("users", Mode::Slow(SLOW));
    let in_flight = Ask::get(Which::Mobile, "/mobile/home").by("alice").send(&addresses, &client);
    let drain = async {
        tokio::time::sleep(SLOW / 4).await;
        let began = Instant::now();
        house.drain().await;
        began.elapsed()
    };
    let meanwhile = async {
        tokio::time::sleep(SLOW / 2).await;
        operators(Which::Mobile, "/ready", Expect::text(503, "not ready: draining")).await
    };
    let (answer, took, ready) = futures::future::join3(in_flight, drain, meanwhile).await;
    outcomes.push(ready);
    let title = "mobile home, in flight when the drain began".to_owned();
    outcomes.push(Outcome::of_answer(title, &Expect::whole(), answer));
    let prompt =
        if took < SLOW * 2 { Ok(()) } else { Err(format!("the drain took {} ms", took.as_millis())) };
    outcomes.push(Outcome::of_check("all: the drain takes as long as what is in flight", "drained", prompt));
    let open = addresses.iter().filter(|address| TcpStream::connect(address).is_ok());
    let open: Vec<_> = open.map(|address| format!("{address} still listens")).collect();
    let closed = if open.is_empty() { Ok(()) } else { Err(open.join(", ")) };
    outcomes.push(Outcome::of_check("all: nothing listens after the drain", "closed", closed));
    Ok(outcomes)
}
