//! Whether an endpoint is healthy, by its latest checks: pure.

use crate::config::CheckConfig;

/// It turns after so many checks in a row that say the opposite.
#[derive(Debug)]
pub(super) struct Verdict {
    healthy: bool,
    against: u32,
    unhealthy_after: u32,
    healthy_after: u32,
}

impl Verdict {
    /// Healthy until its checks say otherwise: a BFF that starts must not wait for them.
    pub(super) fn new(config: &CheckConfig) -> Self {
        let CheckConfig { unhealthy_after, healthy_after, .. } = *config;
        Self { healthy: true, against: 0, unhealthy_after, healthy_after }
    }

    /// One more check. Says what it is now, if that is news.
    pub(super) fn note(&mut self, passed: bool) -> Option<bool> {
        if passed == self.healthy {
            self.against = 0;
            return None;
        }
        self.against += 1;
        let enough = if self.healthy { self.unhealthy_after } else { self.healthy_after };
        if self.against < enough {
            return None;
        }
        (self.healthy, self.against) = (passed, 0);
        Some(passed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn verdict(unhealthy_after: u32, healthy_after: u32) -> Verdict {
        Verdict::new(&CheckConfig { unhealthy_after, healthy_after, ..CheckConfig::default() })
    }

    #[test]
    fn three_in_a_row_against_it_and_two_for_it() {
        let mut verdict = verdict(3, 2);
        let mut said = |checks: &[bool]| checks.iter().map(|check| verdict.note(*check)).collect::<Vec<_>>();
        assert_eq!(said(&[true, false, false, true, false, false]), [None; 6], "never three in a row");
        assert_eq!(said(&[false]), [Some(false)]);
        assert_eq!(said(&[false, true, false, true]), [None; 4], "never two in a row");
        assert_eq!(said(&[true, true]), [Some(true), None]);
    }

    proptest! {
        /// Against a look at the whole history: it is what the last run that was long enough says.
        #[test]
        fn the_last_run_that_is_long_enough_decides(
            checks in prop::collection::vec(any::<bool>(), 0..60), down in 1_u32..5, up in 1_u32..5,
        ) {
            let mut verdict = verdict(down, up);
            let mut healthy = true;
            for end in 1..=checks.len() {
                let turned = verdict.note(checks[end - 1]);
                let run = checks[..end].iter().rev().take_while(|check| **check == checks[end - 1]).count();
                let needed = if checks[end - 1] { up } else { down };
                let enough = run >= needed as usize;
                let expected = if enough { checks[end - 1] } else { healthy };
                prop_assert_eq!(turned, (expected != healthy).then_some(expected));
                healthy = expected;
            }
        }
    }
}
