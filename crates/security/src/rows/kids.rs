//! Tokens of keys that nobody has, one after the other: their issuer is asked once in 30 s at most, and those who have good ones
//! are served, whether it answers or not.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bff_testkit::{IssuerFault, TestBff, TestBffBuilder, TestIssuer};
use futures::{StreamExt as _, stream};
use jsonwebtoken::Algorithm;

use crate::{plan::Plan, table::Line};

pub(super) const ROW: &str = "kids";

const PATH: &str = "/api/dashboard/overview";

/// How many requests are on their way at a time.
const AT_ONCE: usize = 50;

/// One token in so many is a good one.
const KNOWN: u32 = 11;

/// The default of `auth.jwks_cooldown`.
const COOLDOWN: Duration = Duration::from_secs(30);

/// Tokens of a control.
const CONTROL: u32 = 20;

pub(super) fn run(plan: &Plan, say: &(dyn Fn(&str) + Sync)) -> Result<Vec<Line>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let lines =
        runtime.block_on(async { Ok::<_, anyhow::Error>(vec![up(plan).await?, down(plan).await?]) })?;
    lines.iter().filter(|line| !line.holds).for_each(|line| say(&line.figure));
    Ok(lines)
}

/// The web BFF and an issuer whose keys it has found.
async fn start(change: impl FnOnce(TestBffBuilder) -> TestBffBuilder) -> Result<(TestIssuer, TestBff)> {
    let issuer = TestIssuer::start(Algorithm::ES256).await;
    let bff = change(TestBff::with(bff_web::bff()).trust(&issuer)).without_breakers();
    // Nothing is fetched but for a token, however long it takes.
    let bff = bff.set("log.access", false).set("screen.deadline", "15s").set("auth.jwks_refresh", "12h");
    let bff = bff.start().await;
    let reply = bff.with_token(&issuer.sign(&bff.token("alice"))).get(PATH).await;
    ensure!(reply.status == 200, "a good token got {}", reply.status);
    Ok((issuer, bff))
}

async fn up(plan: &Plan) -> Result<Line> {
    let (issuer, bff) = start(|bff| bff).await?;
    let before = issuer.fetches();
    let flood = Flood::of(&bff, &issuer, plan.seed, plan.kids, AT_ONCE).await;
    let fetches = issuer.fetches() - before;

    let (issuer, bff) = start(|bff| bff.set("auth.jwks_cooldown", "0s")).await?;
    let before = issuer.fetches();
    // One after the other, since those that come at once wait for one fetch.
    let control = Flood::of(&bff, &issuer, plan.seed, CONTROL, 1).await;
    let counted = issuer.fetches() - before;
    Ok(Line {
        row: ROW,
        what: format!("{} tokens of unknown keys, {} good ones between", flood.unknown, flood.known),
        figure: format!("fetches: {fetches} in {}; {}", seconds(flood.took), flood.text()),
        holds: flood.is_kept() && fetches <= 1 + whole(flood.took, COOLDOWN),
        control: format!("without a cooldown {} of them cause {counted} fetches", control.unknown),
        bites: counted == control.unknown && fetches > 0,
    })
}

async fn down(plan: &Plan) -> Result<Line> {
    let (issuer, bff) = start(|bff| bff).await?;
    let asked = || issuer.descriptions() + issuer.fetches();
    let before = asked();
    issuer.set(IssuerFault::Down);
    let flood = Flood::of(&bff, &issuer, plan.seed, plan.kids, AT_ONCE).await;
    let tries = asked() - before;

    // A BFF that has never heard of the issuer's keys can't serve those who have good ones.
    let late = TestBff::with(bff_web::bff()).trust(&issuer).set("log.access", false).start().await;
    let control = Flood::of(&late, &issuer, plan.seed, CONTROL, 1).await;
    Ok(Line {
        row: ROW,
        what: format!("the same while their issuer is down: {} and {}", flood.unknown, flood.known),
        figure: format!("tries: {tries} in {}; {}", seconds(flood.took), flood.text()),
        holds: flood.is_kept() && tries <= 1 + whole(flood.took, COOLDOWN),
        control: format!("a BFF without its keys refuses {} of {}", control.refused, control.known),
        bites: control.refused == control.known && control.known > 0 && tries > 0,
    })
}

/// What came of a flood.
struct Flood {
    unknown: usize,
    known: usize,
    /// Good ones that were not served.
    refused: usize,
    /// Others that were.
    served: usize,
    took: Duration,
}

impl Flood {
    async fn of(bff: &TestBff, issuer: &TestIssuer, seed: u64, unknown: u32, at_once: usize) -> Self {
        let mut flood = Self { unknown: 0, known: 0, refused: 0, served: 0, took: Duration::ZERO };
        let began = Instant::now();
        let tokens = (0..unknown + unknown.div_ceil(KNOWN - 1)).map(|number| {
            // None is in the cache of tokens.
            let token = bff.token("alice").claim("jti", format!("{seed:x}-{number}"));
            let is_known = number % KNOWN == 0;
            let kid = format!("{seed:x}-{number}");
            (is_known, if is_known { issuer.sign(&token) } else { issuer.sign_as(Some(&kid), &token) })
        });
        let replies = stream::iter(tokens)
            .map(async |(is_known, token)| (is_known, bff.with_token(&token).get(PATH).await.status));
        let mut replies = std::pin::pin!(replies.buffer_unordered(at_once));
        while let Some((is_known, status)) = replies.next().await {
            *(if is_known { &mut flood.known } else { &mut flood.unknown }) += 1;
            flood.refused += usize::from(is_known && status != 200);
            flood.served += usize::from(!is_known && status != 401);
        }
        flood.took = began.elapsed();
        flood
    }

    fn is_kept(&self) -> bool {
        self.refused == 0 && self.served == 0 && self.known > 0
    }

    fn text(&self) -> String {
        format!("{} good ones refused, {} others not", self.refused, self.served)
    }
}

fn whole(took: Duration, every: Duration) -> usize {
    usize::try_from(took.as_secs() / every.as_secs()).unwrap_or(usize::MAX)
}

fn seconds(took: Duration) -> String {
    format!("{:.1} s", took.as_secs_f64())
}
