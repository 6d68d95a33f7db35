//! A panel: what it shows, of what, in which unit, and from where on it is bad.

/// What stands side by side, below a title.
#[derive(Debug)]
pub struct Row {
    /// Above them.
    pub title: &'static str,
    /// From left to right, as many in a line as fit.
    pub panels: Vec<Panel>,
}

/// One panel.
#[derive(Debug)]
pub struct Panel {
    /// Above it.
    pub title: &'static str,
    /// What it says, for somebody who sees it for the first time at night.
    pub description: &'static str,
    /// How it looks.
    pub shape: Shape,
    /// Of its values.
    pub unit: Unit,
    /// Expressions, and how a line of each is named.
    pub targets: Vec<(String, &'static str)>,
    /// From where on it is to be noticed, and bad.
    pub thresholds: Option<(f64, f64)>,
    /// What its highest value means on a scale that is always the same.
    pub max: Option<f64>,
}

/// How a panel looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Lines over time.
    Lines,
    /// Areas over time, one on top of the other.
    Stack,
    /// A number.
    Number,
    /// A table of labels.
    Table,
    /// Buckets of a histogram over time.
    Heatmap,
}

/// What values are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Things,
    /// Requests a second.
    Rate,
    /// Events a second.
    Events,
    /// A share, 1 being all.
    Share,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Bytes.
    Bytes,
}

impl Unit {
    /// As Grafana calls it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Things => "short",
            Self::Rate => "reqps",
            Self::Events => "cps",
            Self::Share => "percentunit",
            Self::Seconds => "s",
            Self::Milliseconds => "ms",
            Self::Bytes => "bytes",
        }
    }
}

impl Shape {
    /// Width and height on a grid that is 24 wide.
    pub const fn size(self) -> (u32, u32) {
        match self {
            Self::Number => (4, 4),
            Self::Lines | Self::Stack => (8, 8),
            Self::Table | Self::Heatmap => (24, 8),
        }
    }
}

impl Panel {
    fn new(shape: Shape, title: &'static str, unit: Unit, description: &'static str) -> Self {
        Self { title, description, shape, unit, targets: Vec::new(), thresholds: None, max: None }
    }

    /// Lines over time.
    pub fn lines(title: &'static str, unit: Unit, description: &'static str) -> Self {
        Self::new(Shape::Lines, title, unit, description)
    }

    /// Areas on top of each other.
    pub fn stack(title: &'static str, unit: Unit, description: &'static str) -> Self {
        Self::new(Shape::Stack, title, unit, description)
    }

    /// A number.
    pub fn number(title: &'static str, unit: Unit, description: &'static str) -> Self {
        Self::new(Shape::Number, title, unit, description)
    }

    /// A table.
    pub fn table(title: &'static str, description: &'static str) -> Self {
        Self::new(Shape::Table, title, Unit::Things, description)
    }

    /// Buckets.
    pub fn heatmap(title: &'static str, unit: Unit, description: &'static str) -> Self {
        Self::new(Shape::Heatmap, title, unit, description)
    }

    /// One expression more; `legend` names its lines, such as `{{job}}`.
    #[must_use]
    pub fn of(mut self, expr: impl Into<String>, legend: &'static str) -> Self {
        self.targets.push((expr.into(), legend));
        self
    }

    /// The 50th, 95th and 99th percentile of a histogram, by these labels.
    #[must_use]
    pub fn percentiles(self, bucket: &str, by: &str, legends: [&'static str; 3]) -> Self {
        let by = if by.is_empty() { "le".to_owned() } else { format!("le, {by}") };
        let at = |share: &str| {
            format!("histogram_quantile({share}, sum by ({by}) (rate({bucket}[$__rate_interval])))")
        };
        let [median, slow, slowest] = legends;
        self.of(at("0.5"), median).of(at("0.95"), slow).of(at("0.99"), slowest)
    }

    /// From where on it is to be noticed, and from where on it is bad.
    #[must_use]
    pub fn noticed(mut self, from: f64, bad: f64) -> Self {
        self.thresholds = Some((from, bad));
        self
    }

    /// Its scale ends here, whatever is shown.
    #[must_use]
    pub fn up_to(mut self, max: f64) -> Self {
        self.max = Some(max);
        self
    }
}
