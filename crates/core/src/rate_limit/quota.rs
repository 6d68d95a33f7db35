//! A quota: how much of what, and under which name clients know it.

use std::sync::Arc;

use super::gcra::Gcra;
use crate::config::QuotaConfig;

/// One quota of the configuration.
#[derive(Debug)]
pub(crate) struct Quota {
    /// Tells it from the others of its BFF. The same in every instance with the same configuration.
    pub(crate) number: u16,
    /// What clients and operators call it, such as `caller` or `gold-day`: visible ASCII without quotes.
    pub(crate) name: Arc<str>,
    /// What comes back, as the configuration says it: `100/s`.
    pub(crate) rate: Box<str>,
    /// Units that may be used at once.
    pub(crate) burst: u32,
    pub(crate) gcra: Gcra,
}

impl Quota {
    pub(crate) fn new(number: u16, name: &str, config: QuotaConfig) -> Self {
        let gcra = Gcra::new(config.count, config.per.length(), config.burst);
        Self { number, name: name.into(), rate: config.rate().into(), burst: config.burst, gcra }
    }
}

/// The names of a list of quotas: that of the list where it has one, with the unit of time behind it where it has more.
pub(crate) fn names<'a>(
    list: &str,
    quotas: &'a [QuotaConfig],
) -> impl Iterator<Item = (String, QuotaConfig)> + use<'a> {
    let (list, is_one) = (list.to_owned(), quotas.len() == 1);
    quotas.iter().map(move |quota| {
        let name = if is_one { list.clone() } else { format!("{list}-{}", quota.per.word()) };
        (name, *quota)
    })
}
