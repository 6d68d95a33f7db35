//! Every route of a BFF, asked by every kind of caller.

use std::fmt;

use bff_core::{bff::Bff, routes::RouteInfo};
use bff_testkit::{Reply, TestBff};

use super::cases::{CASES, Case, Expected};

/// What each route answered to each caller.
pub(super) struct Matrix {
    name: &'static str,
    rows: Vec<Row>,
}

struct Row {
    route: String,
    policy: String,
    cells: Vec<Cell>,
    /// Why it could not be asked.
    fault: Option<String>,
}

struct Cell {
    case: &'static str,
    /// The status, and what is wrong with the answer; `None` where the policy says nothing.
    got: Option<(u16, Result<(), String>)>,
}

impl Matrix {
    /// The routes of `bff`, with what they say of themselves.
    pub(super) async fn of(bff: Bff) -> Self {
        let declared: Vec<_> = bff.all_routes().cloned().collect();
        Self::between(&declared, bff).await
    }

    /// What `declared` says, asked of `bff`.
    pub(super) async fn between(declared: &[RouteInfo], bff: Bff) -> Self {
        let name = bff.name();
        let bff = TestBff::start(bff).await;
        let mut rows = Vec::new();
        for route in declared {
            rows.push(Row::of(&bff, route).await);
        }
        Self { name, rows }
    }

    pub(super) fn routes(&self) -> usize {
        self.rows.len()
    }

    /// Where the answer is not what the policy says: route, caller, what came.
    pub(super) fn faults(&self) -> Vec<String> {
        let faults = self.rows.iter().flat_map(|row| {
            let cells = row.cells.iter().filter_map(|cell| Some(format!("{}: {}", cell.case, cell.fault()?)));
            row.fault.clone().into_iter().chain(cells).map(|fault| format!("{}, {fault}", row.route))
        });
        faults.collect()
    }

    #[track_caller]
    pub(super) fn assert_holds(&self) {
        assert!(!self.rows.is_empty(), "{} has routes", self.name);
        assert!(self.faults().is_empty(), "{self}");
    }
}

impl Row {
    async fn of(bff: &TestBff, route: &RouteInfo) -> Self {
        let (name, policy) = (route.name(), route.policy.to_string());
        if route.example.is_none() {
            let fault = "has no example to ask it by: add .example(\"/path\") after it in routes()";
            return Self { route: name, policy, cells: Vec::new(), fault: Some(fault.to_owned()) };
        }
        let mut cells = Vec::new();
        for case in &CASES {
            cells.push(Cell::of(bff, route, case).await);
        }
        Self { route: name, policy, cells, fault: None }
    }
}

impl Cell {
    async fn of(bff: &TestBff, route: &RouteInfo, case: &Case) -> Self {
        let expected =
            if route.policy.needs_identity() { (case.expected)(&route.policy) } else { Expected::Answered };
        if expected == Expected::NotAsked {
            return Self { case: case.name, got: None };
        }
        bff.services.clear();
        let session = bff.anonymous();
        let session = match (case.credential)(bff, route) {
            Some(credential) => session.header("authorization", format!("Bearer {credential}")),
            None => session,
        };
        let reply = session.example(route).await;
        let judged = judge(&reply, expected, bff.services.all_seen().len());
        Self { case: case.name, got: Some((reply.status.as_u16(), judged)) }
    }

    fn fault(&self) -> Option<String> {
        let (status, judged) = self.got.as_ref()?;
        judged.as_ref().err().map(|fault| format!("{status}, {fault}"))
    }
}

fn judge(reply: &Reply, expected: Expected, calls: usize) -> Result<(), String> {
    match expected {
        Expected::Answered if !reply.status.is_success() => Err("expected a success".to_owned()),
        Expected::Refused(status, _) if reply.status != status => Err(format!("expected {status}")),
        Expected::Refused(_, code) if reply.code() != code => Err(format!("expected {code}")),
        Expected::Refused(401 | 403, _) if !reply.header("www-authenticate").starts_with("Bearer") => {
            Err("expected a challenge".to_owned())
        }
        Expected::Refused(..) if calls > 0 => Err(format!("a service heard of it, {calls} times")),
        Expected::Answered | Expected::Refused(..) | Expected::NotAsked => Ok(()),
    }
}

/// A line a route: the status for each caller, `-` where the policy says nothing, `!` where it is another one than the policy says.
impl fmt::Display for Matrix {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.name)?;
        let heads: Vec<_> = CASES.iter().map(|case| format!("{:>10}", case.name)).collect();
        writeln!(out, "{:<34} {}   who may", "", heads.join(" "))?;
        for Row { route, policy, cells, .. } in &self.rows {
            let cell = |cell: &Cell| match &cell.got {
                None => "-".to_owned(),
                Some((status, Ok(()))) => status.to_string(),
                Some((status, Err(_))) => format!("!{status}"),
            };
            let cells: Vec<_> = cells.iter().map(|each| format!("{:>10}", cell(each))).collect();
            writeln!(out, "{route:<34} {}   {policy}", cells.join(" "))?;
        }
        for fault in self.faults() {
            writeln!(out, "! {fault}")?;
        }
        Ok(())
    }
}
