//! GET /partner/v1/summary: the figures of the caller's account, and what is still unpaid.

use bff_core::prelude::*;
use bff_services::{Invoice, Invoices, Reports, reports::Summary};
use serde::Serialize;

/// Figures from reports, open invoices from invoices.
#[derive(Screen)]
#[screen(rename_all = "snake_case")]
pub struct SummaryScreen {
    report: Required<Summary>,
    unpaid: Optional<Unpaid>,
}

/// Invoices that are not paid yet.
#[derive(Serialize)]
pub struct Unpaid {
    count: usize,
    invoices: Vec<String>,
}

pub async fn summary(reports: Reports, invoices: Invoices) -> SummaryScreen {
    SummaryScreen { report: reports.summary().required(), unpaid: invoices.list().map(unpaid).optional() }
}

fn unpaid(invoices: Vec<Invoice>) -> Unpaid {
    let invoices: Vec<_> =
        invoices.into_iter().filter(|invoice| !invoice.paid).map(|invoice| invoice.number).collect();
    Unpaid { count: invoices.len(), invoices }
}
