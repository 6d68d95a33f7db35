//! Dashboards for Grafana 10 or later: an overview, screens, services. Panels are listed in rows; where they stand follows.

mod model;
mod overview;
mod panel;
mod screens;
mod services;

pub use self::panel::{Panel, Row, Unit};
use crate::File;

/// One dashboard.
#[derive(Debug)]
pub struct Dashboard {
    /// Never changes: links hold on to it.
    pub uid: &'static str,
    /// As people see it.
    pub title: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// What can be chosen at its head.
    pub variables: Vec<Variable>,
    /// From top to bottom.
    pub rows: Vec<Row>,
}

/// What can be chosen: the values that a label has.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// As expressions name it, such as `job`.
    pub name: &'static str,
    /// The label.
    pub label: &'static str,
    /// The series that has the label, with matchers of the variables before it.
    pub series: &'static str,
}

/// Which BFF.
const JOB: Variable = Variable { name: "job", label: "job", series: "bff_build_info" };
/// Which of its instances.
const INSTANCE: Variable =
    Variable { name: "instance", label: "instance", series: "bff_build_info{job=~\"$job\"}" };

/// All of them.
pub fn all() -> [Dashboard; 3] {
    [overview::dashboard(), screens::dashboard(), services::dashboard()]
}

impl Dashboard {
    /// `grafana/<uid>.json`.
    pub fn file(&self) -> File {
        let json = serde_json::to_string_pretty(&model::json(self)).unwrap_or_default();
        File::new(format!("grafana/{}.json", self.uid), json + "\n")
    }

    /// Every expression, with the title of its panel; those of the variables too.
    pub fn expressions(&self) -> impl Iterator<Item = (&str, String)> {
        let panels = self.rows.iter().flat_map(|row| &row.panels);
        let panels =
            panels.flat_map(|panel| panel.targets.iter().map(|(expr, _)| (panel.title, expr.clone())));
        let variables = self.variables.iter().map(|variable| (variable.name, variable.series.to_owned()));
        panels.chain(variables)
    }
}
