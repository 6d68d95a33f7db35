//! The mocks through their ports, as a BFF meets them.
#![expect(clippy::disallowed_methods, reason = "these tests are clients of the mocks")]

mod answers;
mod fixtures;
mod modes;
mod records;
mod said;

use std::time::Duration;

use bff_services::rpc::orders_v1::{ListRecentReply, ListRecentRequest};
use tonic::{Request, Response, Status, client::Grpc, codegen::http::uri::PathAndQuery, transport::Endpoint};
use tonic_prost::ProstCodec;

use super::MockServices;

/// Long enough for a loaded machine, short enough for a test that waits for nothing to happen.
const A_MOMENT: Duration = Duration::from_millis(300);

/// A GET on a service: status, content type and body.
async fn get(
    services: &MockServices,
    service: &str,
    target: &str,
) -> reqwest::Result<(u16, String, Vec<u8>)> {
    // Installed by whichever test comes first; the others find it there.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let client = reqwest::Client::builder().no_gzip().no_proxy().timeout(A_MOMENT * 20).build()?;
    let reply =
        client.get(format!("{}{target}", services.url(service))).header("x-test", "yes").send().await?;
    let content_type = reply.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
    Ok((reply.status().as_u16(), content_type.unwrap_or_default(), reply.bytes().await?.into()))
}

/// A GET whose answer must be 200 and JSON.
async fn get_json(services: &MockServices, service: &str, target: &str) -> serde_json::Value {
    let (status, content_type, body) = get(services, service, target).await.unwrap();
    assert_eq!((status, content_type.as_str()), (200, "application/json"), "{target}");
    serde_json::from_slice(&body).unwrap()
}

/// A gRPC call without any policy.
async fn rpc<Q, R>(services: &MockServices, path: &'static str, request: Q) -> Result<Response<R>, Status>
where
    Q: prost::Message + Send + Sync + 'static,
    R: prost::Message + Default + Send + Sync + 'static,
{
    let service = if path.starts_with("/orders") { "orders" } else { "invoices" };
    let endpoint = Endpoint::from_shared(services.url(service)).unwrap();
    let mut client = Grpc::new(endpoint.connect().await.unwrap())
        .accept_compressed(tonic::codec::CompressionEncoding::Gzip);
    client.ready().await.unwrap();
    let mut request = Request::new(request);
    request.metadata_mut().insert("x-test", "yes".parse().unwrap());
    client.unary(request, PathAndQuery::from_static(path), ProstCodec::default()).await
}

/// The ids of a user's latest orders.
async fn recent(services: &MockServices, user: &str, limit: u32) -> Result<Vec<String>, Status> {
    let request = ListRecentRequest { user: user.to_owned(), limit };
    let reply = rpc::<_, ListRecentReply>(services, "/orders.v1.Orders/ListRecent", request).await?;
    Ok(reply.into_inner().orders.into_iter().map(|order| order.id).collect())
}
