//! The invoices service: what `fixtures/invoices/` says.

use std::sync::Arc;

use bff_services::rpc::invoices_v1::{
    Invoice, ListReply, ListRequest, OfOrderRequest, OfOrdersReply, OfOrdersRequest, OrderResult,
    invoices_server::Invoices, order_result::Result as Known,
};
use tonic::{Request, Response, Status, async_trait};

use super::{BATCH, Fixtures};

pub(super) struct InvoicesMock {
    fixtures: Arc<Fixtures>,
}

impl InvoicesMock {
    pub(super) fn new(fixtures: Arc<Fixtures>) -> Self {
        Self { fixtures }
    }
}

#[async_trait]
impl Invoices for InvoicesMock {
    async fn of_order(&self, request: Request<OfOrderRequest>) -> Result<Response<Invoice>, Status> {
        let OfOrderRequest { order_id } = request.into_inner();
        let invoice = self.fixtures.invoice_of_order(&order_id).cloned();
        invoice
            .map(Response::new)
            .ok_or_else(|| Status::not_found(format!("no invoice of order `{order_id}`")))
    }

    async fn of_orders(&self, request: Request<OfOrdersRequest>) -> Result<Response<OfOrdersReply>, Status> {
        let OfOrdersRequest { order_ids } = request.into_inner();
        if order_ids.len() > BATCH {
            return Err(Status::invalid_argument(format!("{} orders at once", order_ids.len())));
        }
        // The other way round, since the contract promises no order.
        let results = order_ids.into_iter().rev().map(|order_id| {
            let invoice = self.fixtures.invoice_of_order(&order_id).cloned();
            OrderResult { order_id, result: Some(invoice.map_or(Known::NotFound(true), Known::Invoice)) }
        });
        Ok(Response::new(OfOrdersReply { results: results.collect() }))
    }

    async fn list(&self, request: Request<ListRequest>) -> Result<Response<ListReply>, Status> {
        let ListRequest { account } = request.into_inner();
        let invoices = self.fixtures.invoices_of_account(&account);
        let invoices = invoices.ok_or_else(|| Status::not_found(format!("no account `{account}`")))?;
        Ok(Response::new(ListReply { invoices: invoices.to_vec() }))
    }
}
