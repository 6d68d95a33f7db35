//! The judgement: from what the service says, what the client method declares and what the configuration bounds to
//! [`Terms`]. Pure, with chance as an argument.
//!
//! [`Head::of`] reads what a reply's headers say, [`judge()`] makes [`Terms`] of it, and [`Terms::state`] says what a kept
//! reply of some age is good for. Three have a say: the service, by its headers; the client method, by what it declares
//! ([`Declared`]); the configuration, by [`Bounds`]. The service has the last word on its own reply. Where it says
//! nothing, what is declared counts, and where nobody says anything nothing is kept: no freshness is guessed (4.2.2).
//!
//! | the reply says | fresh for | then, while a fresh one is fetched | then, where the service fails |
//! |---|---|---|---|
//! | nothing, and nothing is declared | unkept | | |
//! | nothing | declared, at most `fresh_at_most` | declared | declared, or `stale_if_error` |
//! | `max-age=N` | N | declared | declared, or `stale_if_error` |
//! | `s-maxage=N`, for the caller | as without it | as without it | as without it |
//! | `s-maxage=N`, for everyone | N | no | no |
//! | `Expires`, without those | until then, counted from `Date` | declared | declared, or `stale_if_error` |
//! | `Expires: 0` or no date | 0 | declared | declared, or `stale_if_error` |
//! | `ETag` or `Last-Modified` only | declared, or 0 | declared | declared, or `stale_if_error` |
//! | `stale-while-revalidate=N` | no matter | N | no matter |
//! | `stale-if-error=N` | no matter | no matter | N, at most `stale_if_error` |
//! | `must-revalidate` | no matter | no | no |
//! | `proxy-revalidate`, for everyone | no matter | no | no |
//! | `no-cache`, or `Pragma: no-cache` without `Cache-Control` | 0 | no | no |
//! | `no-store` | unkept | | |
//! | `private` or `Set-Cookie`, for everyone | unkept | | |
//! | `Vary` on `*` or on what each request has anew | unkept | | |
//! | `Vary` on who asks, for everyone | unkept | | |
//! | 404 or 410 | as above, at most `negative`; unkept where that is 0 | no | no |
//!
//! Where several rows fit, the strictest counts in each column. No time is longer than a day. A reply that no column lets
//! anybody use is kept only if it has a validator to ask with.
//!
//! Stricter than the RFC, which leaves or recommends another reading: an `Age` that is no number, the oldest of several
//! `Age`s, the shortest of a directive that comes twice (5.1, 4.2.1), `no-cache` and `private` with names of headers, and
//! `no-store` beside `must-understand` (5.2.2.3 to 5.2.2.7). Stale replies need no permission from the service, since the
//! configuration is one (4.2.4).

#[cfg(test)]
mod tests;

use std::time::Duration;

use super::{
    control::Directives,
    head::Head,
    terms::{Audience, Bounds, Declared, State, Terms, Verdict},
};

/// The longest that anything is fresh or stale, whatever is said.
const DAY: Duration = Duration::from_hours(24);

/// What may be done with the reply of a success, and with one that a 304 made new. `jitter` is from 0, which shortens
/// nothing, to 1.
pub(crate) fn judge(
    head: Option<&Head>,
    declared: &Declared,
    audience: Audience,
    bounds: &Bounds,
    jitter: f64,
) -> Verdict {
    let said = match admit(head, audience) {
        Ok(said) => said,
        Err(unkept) => return unkept,
    };
    let has_validator = head.is_some_and(Head::has_validator);
    let promised = head.and_then(|head| head.freshness(audience));
    if promised.is_none() && *declared == Declared::default() && !has_validator {
        return Verdict::Unkept { no_store: false };
    }
    let fresh_for = promised.or_else(|| fresh_as_declared(declared, bounds)).unwrap_or_default();
    let (while_revalidate, if_error) = if may_be_stale(&said, audience) {
        let while_revalidate = said.while_revalidate.or(declared.while_revalidate).unwrap_or_default();
        let if_error = said.if_error.or(declared.if_error).unwrap_or(bounds.stale_if_error);
        (while_revalidate.min(DAY), if_error.min(bounds.stale_if_error))
    } else {
        (Duration::ZERO, Duration::ZERO)
    };
    let terms = Terms { while_revalidate, if_error, ..only_fresh(head, &said, fresh_for, bounds, jitter) };
    // What will never be an answer is kept only for what it asks with.
    if terms.state(terms.age) == State::Dead && !has_validator {
        return Verdict::Unkept { no_store: false };
    }
    Verdict::Keep(terms)
}

/// What may be done with the reply "no such thing" (404, 410): it is fresh for [`Bounds::negative`] at most and then gone,
/// and none is kept where neither the service nor the client method says for how long it is fresh.
pub(crate) fn judge_negative(
    head: Option<&Head>,
    declared: &Declared,
    audience: Audience,
    bounds: &Bounds,
    jitter: f64,
) -> Verdict {
    let said = match admit(head, audience) {
        Ok(said) => said,
        Err(unkept) => return unkept,
    };
    let promised = head.and_then(|head| head.freshness(audience));
    let fresh_for = promised.or_else(|| fresh_as_declared(declared, bounds)).unwrap_or_default();
    let terms = only_fresh(head, &said, fresh_for.min(bounds.negative), bounds, jitter);
    match terms.state(terms.age) {
        State::Fresh { .. } => Verdict::Keep(terms),
        _ => Verdict::Unkept { no_store: false },
    }
}

/// Whether others who asked the same before this reply came may have it too, where the client method says that it is
/// everybody's: the service does not say that it is somebody's own (`private`, `Set-Cookie`, a `Vary` that tells callers or
/// requests apart) or `no-store`. `no-cache` forbids later use, and they did not ask later.
pub(crate) fn is_shareable(head: Option<&Head>) -> bool {
    admit(head, Audience::Everyone).is_ok()
}

/// What the service says of a reply that may be kept at all (RFC 9111, 3), or why it may not.
fn admit(head: Option<&Head>, audience: Audience) -> Result<Directives, Verdict> {
    let Some(head) = head else { return Ok(Directives::default()) };
    let said = head.directives();
    if said.no_store || !head.answers(audience) {
        return Err(Verdict::Unkept { no_store: said.no_store });
    }
    Ok(said)
}

fn fresh_as_declared(declared: &Declared, bounds: &Bounds) -> Option<Duration> {
    declared.fresh_for.map(|time| time.min(bounds.fresh_at_most))
}

/// `no-cache` asks before each use, even where the service fails; the others where it is stale (RFC 9111, 4.2.4 and 5.2.2).
fn may_be_stale(said: &Directives, audience: Audience) -> bool {
    let shared = audience == Audience::Everyone && (said.proxy_revalidate || said.s_maxage.is_some());
    !(said.no_cache || said.must_revalidate || shared)
}

/// Terms without any stale use. Only what is left of freshness is jittered: what has been in a cache before is not stale
/// because of it.
fn only_fresh(
    head: Option<&Head>,
    said: &Directives,
    fresh_for: Duration,
    bounds: &Bounds,
    jitter: f64,
) -> Terms {
    let age = head.map_or(Duration::ZERO, Head::age);
    let fresh_for = if said.no_cache { Duration::ZERO } else { fresh_for.min(DAY) };
    // No number is no jitter.
    let jitter = if jitter > 0.0 { jitter.min(1.0) } else { 0.0 };
    let share = f64::from(bounds.jitter_percent.min(100)) / 100.0 * jitter;
    let early = fresh_for.saturating_sub(age).mul_f64(share);
    Terms {
        age,
        fresh_for: fresh_for.saturating_sub(early),
        while_revalidate: Duration::ZERO,
        if_error: Duration::ZERO,
    }
}
