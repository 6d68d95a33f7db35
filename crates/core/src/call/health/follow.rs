//! When the endpoints of a service are checked.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{
    task::{AbortHandle, JoinSet},
    time::{Instant, sleep, timeout},
};

use crate::{
    call::{endpoint::Endpoint, endpoints::Endpoints, service::SharedService, transport::Prober},
    config::CheckConfig,
};

/// The longest time to the first check of an endpoint.
const SOON: Duration = Duration::from_secs(1);

/// Checks each endpoint of a service for as long as it is there, until this is dropped. Ends at once where nobody asked for checks.
pub(crate) async fn follow(service: Arc<SharedService>) {
    let Some(config) = &service.config.health else { return };
    match Prober::new(&service, config) {
        Ok(prober) => {
            let prober = Arc::new(prober);
            let ask = move |endpoint: Arc<Endpoint>| {
                let prober = Arc::clone(&prober);
                async move { prober.ask(&endpoint).await }
            };
            each(service.name, &service.endpoints, config, ask).await;
        }
        // The workers, which need the same, have refused to start by then.
        Err(fault) => tracing::error!("services.{} can't be checked: {fault}", service.name),
    }
}

/// Has a task for each endpoint that is there.
async fn each<A, F>(name: &'static str, endpoints: &Endpoints, config: &CheckConfig, ask: A)
where
    A: Fn(Arc<Endpoint>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    let mut watched: BTreeMap<u64, AbortHandle> = BTreeMap::new();
    loop {
        let (_, present) = endpoints.list();
        watched.retain(|id, task| {
            let stays = present.iter().any(|endpoint| endpoint.id == *id);
            if !stays {
                task.abort();
            }
            stays
        });
        for endpoint in present.iter() {
            watched.entry(endpoint.id).or_insert_with(|| {
                tasks.spawn(watch(name, Arc::clone(endpoint), config.clone(), ask.clone()))
            });
        }
        while tasks.try_join_next().is_some() {}
        endpoints.changed().await;
    }
}

/// Checks one endpoint again and again.
async fn watch<A, F>(name: &'static str, endpoint: Arc<Endpoint>, config: CheckConfig, ask: A)
where
    A: Fn(Arc<Endpoint>) -> F + Send + Sync,
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    let Some(health) = &endpoint.health else { return };
    let address = || endpoint.addresses.first().map(ToString::to_string).unwrap_or_default();
    // Not all endpoints and all instances at one moment; the first time soon.
    sleep(config.every.min(SOON).mul_f64(fastrand::f64())).await;
    loop {
        #[expect(clippy::disallowed_methods, reason = "no request waits for a check")]
        let checked = timeout(config.timeout, ask(Arc::clone(&endpoint))).await;
        let checked =
            checked.unwrap_or_else(|_| Err(format!("no answer within {} ms", config.timeout.as_millis())));
        let fault = checked.as_ref().err().cloned().unwrap_or_default();
        match health.note(checked, Instant::now()) {
            Some(false) => tracing::warn!("services.{name} at {} is unhealthy: {fault}", address()),
            Some(true) => tracing::info!("services.{name} at {} is healthy again", address()),
            None => {}
        }
        sleep(config.every.mul_f64(0.9 + fastrand::f64() / 5.0)).await;
    }
}

#[cfg(test)]
mod tests;
