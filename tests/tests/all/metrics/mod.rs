//! `/metrics` of the admin listener: what is counted, under which names, and that nobody outside can make it grow.

mod calls;
mod catalogue;
mod formats;
mod process;
mod requests;
mod sections;
mod series;

use std::collections::BTreeMap;

use bff_testkit::{Reply, TestBff};
use bff_tests::Wire;

use super::OVERVIEW;

/// What one scrape says, by the names of samples.
struct Scraped(BTreeMap<String, Vec<Sample>>);

#[derive(Debug)]
struct Sample {
    labels: BTreeMap<String, String>,
    value: f64,
}

async fn page(bff: &TestBff, lines: &[&str]) -> Reply {
    let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
    Wire::to(bff.running().admin_address()).await.get("/metrics", &lines).await
}

async fn scrape(bff: &TestBff) -> Scraped {
    let reply = page(bff, &[]).await;
    assert_eq!(reply.status, 200);
    Scraped::read(&String::from_utf8(reply.body).expect("text"))
}

impl Scraped {
    fn read(text: &str) -> Self {
        let mut samples = BTreeMap::<_, Vec<_>>::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (series, value) = line.rsplit_once(' ').expect("a sample has a value");
            let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
            let labels =
                labels.strip_suffix('}').expect("labels end").split("\",").filter(|label| !label.is_empty());
            let label = |label: &str| {
                let (name, value) = label.split_once("=\"").expect("a label has a value");
                (name.to_owned(), value.trim_end_matches('"').to_owned())
            };
            let sample =
                Sample { labels: labels.map(label).collect(), value: value.parse().expect("a number") };
            samples.entry(name.to_owned()).or_default().push(sample);
        }
        Self(samples)
    }

    /// The samples of this name whose labels have these values.
    fn of<'a>(&'a self, name: &str, labels: &'a [(&str, &str)]) -> impl Iterator<Item = &'a Sample> {
        let is_it = |sample: &&Sample| {
            labels.iter().all(|(name, value)| sample.labels.get(*name).map_or("", String::as_str) == *value)
        };
        self.0.get(name).into_iter().flatten().filter(is_it)
    }

    /// Their sum; 0 if there are none.
    fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        self.of(name, labels).map(|sample| sample.value).sum()
    }

    /// The sum as a whole number.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of a test")]
    fn count(&self, name: &str, labels: &[(&str, &str)]) -> u64 {
        self.sum(name, labels) as u64
    }

    /// How many series there are.
    fn series(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }
}

/// The labels of the overview.
const SCREEN: [(&str, &str); 2] = [("http_request_method", "GET"), ("http_route", OVERVIEW)];

/// These and those.
fn with<'a>(labels: &[(&'a str, &'a str)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [labels, more].concat()
}
