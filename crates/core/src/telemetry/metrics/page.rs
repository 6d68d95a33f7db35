//! [`Page`]: what one scrape says. Samples are added to it by the names of the catalogue and by no others, and it is written as
//! OpenMetrics text or in Prometheus' older format.
//!
//! <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    fmt,
};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, MetricEncoder, text},
    metrics::{MetricType, exemplar::Exemplar},
    registry::{self, Registry},
};

use super::{
    catalogue::{self, Kind, Metric, Unit},
    histogram::{Histogram, Observed},
};

/// What one scrape says.
#[derive(Debug, Default)]
pub(crate) struct Page(HashMap<&'static str, Family>);

/// The samples of one metric, by the values of its labels in the order of the catalogue.
type Family = BTreeMap<Vec<Cow<'static, str>>, Sample>;

/// A value of a label.
pub(crate) type Value = Cow<'static, str>;

#[derive(Debug)]
enum Sample {
    Whole(u64),
    Real(f64),
    Histogram(Observed),
}

impl Page {
    /// Adds a count or a state of things. Where the labels are the same, the samples of all workers are one.
    pub(crate) fn add(&mut self, metric: &Metric, labels: &[(&'static str, Value)], more: u64) {
        match self.sample(metric, labels, Sample::Whole(0)) {
            Sample::Whole(sum) => *sum += more,
            _ => debug_assert!(false, "{} has whole samples and others", metric.name),
        }
    }

    /// Adds a measure.
    pub(crate) fn add_real(&mut self, metric: &Metric, labels: &[(&'static str, Value)], more: f64) {
        match self.sample(metric, labels, Sample::Real(0.0)) {
            Sample::Real(sum) => *sum += more,
            _ => debug_assert!(false, "{} has real samples and others", metric.name),
        }
    }

    /// Adds what a histogram has observed, if that is anything.
    pub(crate) fn add_histogram(
        &mut self,
        metric: &Metric,
        labels: &[(&'static str, Value)],
        histogram: &Histogram,
    ) {
        let observed = histogram.observed();
        if observed.count() == 0 {
            return;
        }
        match self.sample(metric, labels, Sample::Histogram(Observed::default())) {
            Sample::Histogram(sum) => sum.add(&observed),
            _ => debug_assert!(false, "{} is a histogram", metric.name),
        }
    }

    fn sample(&mut self, metric: &Metric, labels: &[(&'static str, Value)], new: Sample) -> &mut Sample {
        debug_assert!(
            labels.iter().all(|(name, _)| metric.labels.contains(name)),
            "{} has the labels {:?} and not {labels:?}",
            metric.name,
            metric.labels,
        );
        let value = |name| {
            labels
                .iter()
                .find(|(known, _)| known == name)
                .map_or(Cow::Borrowed(""), |(_, value)| value.clone())
        };
        let values = metric.labels.iter().map(value).collect();
        self.0.entry(metric.name).or_default().entry(values).or_insert(new)
    }

    /// As OpenMetrics text.
    pub(crate) fn into_text(self) -> String {
        let (mut written, mut registry) = (String::new(), Registry::default());
        registry.register_collector(Box::new(self));
        // Writing to memory does not fail.
        let _ = text::encode(&mut written, &registry);
        written
    }

    /// In the older format (`text/plain; version=0.0.4`), which has no units and calls a counter by the name of its samples.
    pub(crate) fn into_plain_text(self) -> String {
        let counters: HashMap<_, _> = catalogue::ALL
            .iter()
            .filter(|metric| metric.kind == Kind::Counter)
            .map(|metric| {
                let samples = metric.prometheus_name();
                (samples.trim_end_matches("_total").to_owned(), samples)
            })
            .collect();
        let text = self.into_text();
        let mut plain = String::with_capacity(text.len());
        for line in text.lines() {
            let mut words = line.splitn(4, ' ');
            let (hash, kind, name, rest) = (words.next(), words.next(), words.next(), words.next());
            match (hash, kind, name, rest) {
                (Some("#"), Some("UNIT" | "EOF"), ..) => continue,
                (Some("#"), Some(kind), Some(name), Some(rest)) if counters.contains_key(name) => {
                    plain.extend(["# ", kind, " ", &counters[name], " ", rest]);
                }
                _ => plain.push_str(line),
            }
            plain.push('\n');
        }
        plain
    }
}

impl Collector for Page {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for metric in catalogue::ALL {
            let Some(family) = self.0.get(metric.name) else { continue };
            let name = metric.name.replace('.', "_");
            let unit = metric.unit.of_registry();
            let kind = match metric.kind {
                Kind::Counter => MetricType::Counter,
                Kind::Gauge => MetricType::Gauge,
                Kind::Histogram(_) => MetricType::Histogram,
            };
            let mut of_family = encoder.encode_descriptor(&name, metric.help, unit.as_ref(), kind)?;
            for (values, sample) in family {
                let labels: Vec<_> = metric
                    .labels
                    .iter()
                    .zip(values)
                    // An empty value is the same as none.
                    .filter(|(_, value)| !value.is_empty())
                    .map(|(name, value)| (name.replace('.', "_"), value.as_ref()))
                    .collect();
                // One without labels has no braces.
                if labels.is_empty() {
                    sample.encode(metric, &mut of_family)?;
                } else {
                    sample.encode(metric, &mut of_family.encode_family(&labels)?)?;
                }
            }
        }
        Ok(())
    }
}

impl Sample {
    fn encode(&self, metric: &Metric, encoder: &mut MetricEncoder<'_>) -> fmt::Result {
        type NoExemplar<'a, N> = Option<&'a Exemplar<Vec<(String, String)>, N>>;
        let is_counter = metric.kind == Kind::Counter;
        match self {
            Self::Whole(count) if is_counter => encoder.encode_counter(count, NoExemplar::<u64>::None),
            Self::Real(sum) if is_counter => encoder.encode_counter(sum, NoExemplar::<f64>::None),
            Self::Whole(count) => encoder.encode_gauge(count),
            Self::Real(value) => encoder.encode_gauge(value),
            Self::Histogram(observed) => {
                let (sum, buckets) = observed.in_unit_of(metric);
                encoder.encode_histogram::<Vec<(String, String)>>(sum, observed.count(), &buckets, None)
            }
        }
    }
}

impl Unit {
    fn of_registry(self) -> Option<registry::Unit> {
        match self {
            Self::None => None,
            Self::Seconds => Some(registry::Unit::Seconds),
            Self::Milliseconds => Some(registry::Unit::Other("milliseconds".to_owned())),
            Self::Bytes => Some(registry::Unit::Bytes),
        }
    }
}

#[cfg(test)]
mod tests;
