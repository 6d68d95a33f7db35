//! `[rate_limits]`: how much each caller may ask for.

use std::{collections::BTreeMap, fmt, time::Duration};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};

/// `[rate_limits]`: how much each caller may ask for. A request that some quota has nothing left for is answered with 429, before
/// any service is called, and charged to none.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "four things that an operator turns on or off")]
pub struct RateLimitsConfig {
    /// Default true.
    pub enabled: bool,
    /// For each caller that no plan is for. Default `["100/s burst 200"]`.
    pub caller: Vec<QuotaConfig>,
    /// For each address from which requests come without a caller: those of public routes and those whose credential is refused.
    /// Of IPv6, each /64. Default `["50/s burst 200"]`.
    pub address: Vec<QuotaConfig>,
    /// For each caller whose API key or certificate names the plan, instead of `caller`.
    pub plans: BTreeMap<String, Vec<QuotaConfig>>,
    /// What a route costs, and quotas of its own, by method and path such as `GET /api/orders/{id}`.
    pub routes: BTreeMap<String, RouteLimitsConfig>,
    /// Count together with the other instances, through `redis.url`. Default false: each counts for itself.
    pub shared: bool,
    /// How many instances there are: while Redis is away, each gives out its part. Default 1.
    pub instances: u32,
    /// Take units for callers who ask often in advance, so that most requests need not ask Redis. Default true.
    pub leases: bool,
    /// Callers and addresses that are remembered at once, over all quotas. Default 1,000,000.
    pub max_keys: usize,
    /// Say in each answer how much is left, with `RateLimit` and `RateLimit-Policy`. A 429 says so in any case. Default true.
    pub headers: bool,
}

impl Default for RateLimitsConfig {
    fn default() -> Self {
        let per_second = |count, burst| vec![QuotaConfig { count, per: Per::Second, burst }];
        Self {
            enabled: true,
            caller: per_second(100, 200),
            address: per_second(50, 200),
            plans: BTreeMap::new(),
            routes: BTreeMap::new(),
            shared: false,
            instances: 1,
            leases: true,
            max_keys: 1_000_000,
            headers: true,
        }
    }
}

impl RateLimitsConfig {
    /// The plans that a key or a certificate may name; any where nobody is limited.
    pub(crate) fn known_plans(&self) -> Option<Vec<String>> {
        self.enabled.then(|| self.plans.keys().cloned().collect())
    }
}

/// `[rate_limits.routes."GET /path"]`: what one route costs, and quotas of its own beside those of who asks.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RouteLimitsConfig {
    /// Units that a request takes of each quota. 0 is free. Default 1.
    pub cost: u32,
    /// Quotas of this route alone. Default none.
    pub quotas: Vec<QuotaConfig>,
    /// Whether each caller has these for itself, or everyone together. Default `caller`.
    pub per: Share,
    /// What to do while nobody can say what the instances have given out: count this instance's part alone, or answer 503.
    /// Default `count`.
    pub without_redis: WithoutRedis,
}

impl Default for RouteLimitsConfig {
    fn default() -> Self {
        Self { cost: 1, quotas: Vec::new(), per: Share::Caller, without_redis: WithoutRedis::Count }
    }
}

/// Who shares a route's quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Share {
    /// Each caller has it for itself.
    Caller,
    /// All callers together.
    Everyone,
}

/// What a route does while Redis is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WithoutRedis {
    /// Each instance gives out its part.
    Count,
    /// Nobody gets anything: 503.
    Refuse,
}

/// So many in a time, and so many at once: `100/s burst 200`, `10000/d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaConfig {
    /// Units in a period.
    pub count: u32,
    /// The period.
    pub per: Per,
    /// Units at once, after a time of rest. The count, where nothing is said.
    pub burst: u32,
}

/// The period of a quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Per {
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`: 24 hours, not those of a calendar.
    Day,
}

impl Per {
    const ALL: [(char, &str, Self); 4] = [
        ('s', "second", Self::Second),
        ('m', "minute", Self::Minute),
        ('h', "hour", Self::Hour),
        ('d', "day", Self::Day),
    ];

    /// Its length.
    pub fn length(self) -> Duration {
        match self {
            Self::Second => Duration::from_secs(1),
            Self::Minute => Duration::from_mins(1),
            Self::Hour => Duration::from_hours(1),
            Self::Day => Duration::from_hours(24),
        }
    }

    /// `second`.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, _, per)| *per == self).map_or("", |(_, word, _)| word)
    }
}

impl QuotaConfig {
    /// What comes back: `100/s`.
    pub fn rate(&self) -> String {
        let letter = self.per.word().chars().next().unwrap_or('s');
        format!("{}/{letter}", self.count)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let (count, per) = words.next()?.split_once('/')?;
        let (_, _, per) = Per::ALL.into_iter().find(|(letter, _, _)| per.chars().eq([*letter]))?;
        let count = number(count)?;
        let burst = match (words.next(), words.next()) {
            (None, None) => count,
            (Some("burst"), Some(burst)) => number(burst)?,
            _ => return None,
        };
        words.next().is_none().then_some(Self { count, per, burst })
    }
}

/// Digits only: Rust would also take a plus sign.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?.filter(|number| *number > 0)
}

impl fmt::Display for QuotaConfig {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} burst {}", self.rate(), self.burst)
    }
}

impl<'de> Deserialize<'de> for QuotaConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = QuotaConfig;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a quota such as \"100/s burst 200\", per s, m, h or d")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<QuotaConfig, E> {
                QuotaConfig::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(Text)
    }
}
