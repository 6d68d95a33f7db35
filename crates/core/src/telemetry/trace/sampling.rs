//! Whether the spans of a request are kept, decided when it arrives so that services can be told.
//!
//! What turns out to be an error, degraded or slow is kept as well ([`crate::telemetry::traces`]); of that no service knows.

use crate::config::{TraceParent, TracesConfig};

#[derive(Debug, Clone, Copy)]
pub(super) struct Sampling {
    parent: TraceParent,
    ratio: Ratio,
}

impl Sampling {
    pub(super) fn new(config: &TracesConfig) -> Self {
        Self { parent: config.parent, ratio: Ratio::new(config.ratio) }
    }

    /// `begun` is the id of a trace that begins here; `said` is what the caller says, `trusted` whether it is a trusted proxy.
    pub(super) fn decides(&self, begun: Option<u128>, said: Option<bool>, trusted: bool) -> bool {
        let believed = match self.parent {
            TraceParent::Proxies => trusted,
            TraceParent::Anyone => true,
            TraceParent::Nobody => false,
        };
        match (said.filter(|_| believed), begun) {
            (Some(said), _) => said,
            (None, Some(trace_id)) => self.ratio.takes(trace_id),
            // Whoever chooses an id would choose what becomes of it.
            (None, None) => self.ratio.draws(),
        }
    }
}

/// A share of all traces, as a number of 63 bits that those which are in it stay below.
#[derive(Debug, Clone, Copy)]
struct Ratio(u64);

const ALL: u64 = 1 << 63;

impl Ratio {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a float from 0 to 1, of which no more is wanted than a float can tell"
    )]
    fn new(ratio: f64) -> Self {
        Self((ratio.clamp(0.0, 1.0) * ALL as f64) as u64)
    }

    /// By the id's last 63 bits, as OpenTelemetry's `TraceIdRatioBased`: whoever has the same ratio decides the same.
    fn takes(self, trace_id: u128) -> bool {
        let low = u64::try_from(trace_id & u128::from(u64::MAX)).unwrap_or(u64::MAX);
        low >> 1 < self.0
    }

    fn draws(self) -> bool {
        fastrand::u64(..ALL) < self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling(parent: TraceParent, ratio: f64) -> Sampling {
        Sampling::new(&TracesConfig { ratio, parent, ..TracesConfig::default() })
    }

    #[test]
    fn a_ratio_takes_by_the_id_what_every_service_takes() {
        let one_percent = Ratio::new(0.01);
        // The same bound as that of OpenTelemetry's SDKs: 0.01 of 2^63.
        let bound = u128::from(one_percent.0) << 1;
        assert_eq!(one_percent.0, 92_233_720_368_547_760);
        assert!(one_percent.takes(bound - 1) && !one_percent.takes(bound));
        assert!(one_percent.takes((7 << 64) | 1), "the first half is nothing to it");
        assert!(Ratio::new(1.0).takes(u128::MAX) && !Ratio::new(0.0).takes(0));
        let taken = (0..100_000).filter(|_| one_percent.takes(fastrand::u128(..))).count();
        assert!((700..1300).contains(&taken), "{taken} of 100000");
    }

    #[test]
    fn whoever_is_believed_decides_and_nobody_else() {
        use TraceParent::{Anyone, Nobody, Proxies};
        for (parent, trusted, believed) in
            [(Proxies, true, true), (Proxies, false, false), (Anyone, false, true), (Nobody, true, false)]
        {
            let (all, none) = (sampling(parent, 1.0), sampling(parent, 0.0));
            assert_eq!(none.decides(None, Some(true), trusted), believed, "{parent:?} {trusted}");
            assert_eq!(all.decides(None, Some(false), trusted), !believed, "{parent:?} {trusted}");
            assert!(all.decides(None, None, trusted) && !none.decides(Some(1), None, trusted));
        }
    }

    #[test]
    fn an_outsider_can_not_choose_an_id_that_is_always_taken() {
        let sampling = sampling(TraceParent::Proxies, 0.01);
        assert!(sampling.decides(Some(1), None, false), "one that is begun here is taken by its id");
        let taken = (0..10_000).filter(|_| sampling.decides(None, Some(true), false)).count();
        assert!(taken < 1000, "{taken} of 10000");
    }
}
