//! Figures as a person reads them: the median of the rounds with their spread, and ratios taken within each round.

use serde::Serialize;

use crate::gateway::{EARLIER, Gateway};
use crate::measure::{Figures, Plan};

/// A value over the rounds.
#[derive(Serialize, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    min: f64,
    max: f64,
}

impl Spread {
    fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.collect();
        values.sort_unstable_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let median = f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]);
        Some(Self { median, min, max })
    }

    fn text(self, decimals: usize) -> String {
        let Self { median, min, max } = self;
        format!("{median:.decimals$} ({min:.decimals$}..{max:.decimals$})")
    }
}

/// Processor time per request of one gateway beside that of another, within the same round.
#[derive(Serialize)]
pub(crate) struct Ratio {
    over: char,
    under: char,
    /// At most this, where it is promised.
    goal: Option<f64>,
    saturation: Spread,
    fixed_rate: Spread,
}

/// What is beside what, and at most how many times that, where it is promised.
type Promise = (char, char, Option<f64>);

/// What is promised, and what helps to judge it.
const RATIOS: [Promise; 14] = [
    ('c', 'a', Some(1.60)),
    ('c', 'b', Some(0.35)),
    ('e', 'c', Some(0.60)),
    ('f', 'c', Some(1.03)),
    ('c', 'n', Some(1.04)),
    ('l', 'n', Some(1.08)),
    ('w', 'o', Some(1.08)),
    ('m', 'o', None),
    ('j', 'o', None),
    ('t', 'o', None),
    ('g', 'f', None),
    ('b', 'a', None),
    ('d', 'a', None),
    ('c', EARLIER, None),
];

impl Ratio {
    pub(crate) fn all(figures: &[Figures]) -> Vec<Self> {
        RATIOS.iter().filter_map(|&(over, under, goal)| Self::of(figures, over, under, goal)).collect()
    }

    fn of(figures: &[Figures], over: char, under: char, goal: Option<f64>) -> Option<Self> {
        let pairs: Vec<_> = figures
            .iter()
            .filter(|figure| figure.gateway == over)
            .filter_map(|above| {
                let same_round = |below: &&Figures| below.gateway == under && below.round == above.round;
                Some((above, figures.iter().find(same_round)?))
            })
            .collect();
        let saturation = pairs.iter().map(|(o, u)| o.saturation.processor_us / u.saturation.processor_us);
        let fixed_rate = pairs.iter().map(|(o, u)| o.fixed_rate.processor_us / u.fixed_rate.processor_us);
        let (saturation, fixed_rate) = (Spread::of(saturation)?, Spread::of(fixed_rate)?);
        Some(Self { over, under, goal, saturation, fixed_rate })
    }

    /// Whether the promise is kept at saturation; ratios without a goal keep theirs.
    pub(crate) fn is_met(&self) -> bool {
        self.goal.is_none_or(|goal| self.saturation.median <= goal)
    }

    /// Whether every promise was measured and is kept.
    pub(crate) fn goals_are_met(ratios: &[Self]) -> bool {
        let promised = RATIOS.iter().filter(|(_, _, goal)| goal.is_some()).count();
        ratios.iter().filter(|ratio| ratio.goal.is_some() && ratio.is_met()).count() == promised
    }

    fn line(&self) -> String {
        let (name, at_rate) = (format!("{}/{}", self.over, self.under), self.fixed_rate.text(2));
        let goal = match self.goal {
            Some(goal) if self.is_met() => format!("goal at most {goal:.2}: met"),
            Some(goal) => format!("goal at most {goal:.2}: MISSED"),
            None => "for information".to_owned(),
        };
        format!("  {name:<10}{:<26}{at_rate:<26}{goal}", self.saturation.text(2))
    }
}

type Column = (&'static str, usize, fn(&Figures) -> f64);

const SATURATION: [Column; 4] = [
    ("us/request", 1, |f| f.saturation.processor_us),
    ("replies/s", 0, |f| f.saturation.replies_per_second),
    ("p50 us", 0, |f| f.saturation.p50_us),
    ("p99 us", 0, |f| f.saturation.p99_us),
];
const FIXED_RATE: [Column; 4] = [
    ("us/request", 1, |f| f.fixed_rate.processor_us),
    ("p50 us", 0, |f| f.fixed_rate.p50_us),
    ("p99 us", 0, |f| f.fixed_rate.p99_us),
    ("calls/reply", 2, |f| f.calls_per_reply),
];
const MEMORY: [Column; 3] = [
    ("idle", 1, |f| f.resident_mib.idle),
    ("1,000 connections", 1, |f| f.resident_mib.with_1000),
    ("5,000 connections", 1, |f| f.resident_mib.with_5000),
];

/// The whole report.
pub(crate) fn text(plan: &Plan, gateways: &[&Gateway], figures: &[Figures], ratios: &[Ratio]) -> String {
    let mut lines = vec![format!("\nMedian (min..max) of {} rounds of {} s each", plan.rounds, plan.seconds)];
    let blocks: [(String, &[Column]); 3] = [
        (format!("At saturation, {} connections, closed loop", plan.connections), &SATURATION),
        (format!("At {} requests/s, open loop", plan.rate), &FIXED_RATE),
        ("Resident memory, MiB, with idle keep-alive connections".to_owned(), &MEMORY),
    ];
    for (title, columns) in blocks {
        lines.push(format!("\n{title}"));
        let header = columns.iter().map(|(title, _, _)| format!("{title:<26}")).collect::<Vec<_>>();
        lines.push(format!("  {:<10}{}", "", header.concat()));
        for gateway in gateways {
            let of_gateway = || figures.iter().filter(|figure| figure.gateway == gateway.key);
            let cells = columns.iter().map(|(_, decimals, value)| {
                let text = Spread::of(of_gateway().map(value)).map(|spread| spread.text(*decimals));
                format!("{:<26}", text.unwrap_or_default())
            });
            lines.push(format!("  {} {:<8}{}", gateway.key, gateway.name, cells.collect::<String>()));
        }
    }
    if !ratios.is_empty() {
        lines.push("\nRatios of processor time per request, within each round".to_owned());
        lines.push(format!("  {:<10}{:<26}at {} requests/s", "", "at saturation", plan.rate));
        lines.extend(ratios.iter().map(Ratio::line));
    }
    lines.push(String::new());
    lines.extend(gateways.iter().map(|gateway| format!("  {} is {}", gateway.key, gateway.about)));
    lines.push(LEGEND.to_owned());
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

const LEGEND: &str = "
us/request is user and system time of the gateway's process alone, per reply. The load and the services share the
machine with it. Each connection has a caller and a token of its own, so no call is made for two; its token stays the
same, so a gateway that remembers verified tokens gains, as it would in use. calls/reply is counted by the services, and
a run that makes others than its legend says is none. Latency counts from the instant at which a request should have
left. The floor has our allocator so that the comparison does not favour us; the naive gateway keeps the system's,
as it was written.";
