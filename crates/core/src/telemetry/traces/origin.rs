//! Who exports: OpenTelemetry's resource, the same for every span of a process.

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::InstrumentationScope,
    resource::v1::Resource,
    trace::v1::{ResourceSpans, ScopeSpans, Span},
};

use super::attributes::{Said, pair};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The attributes of the resource.
pub const RESOURCE: [&str; 3] = ["service.name", "service.version", "service.instance.id"];

pub(super) struct Origin {
    resource: Resource,
    scope: InstrumentationScope,
}

impl Origin {
    /// Of the BFF of this name. Each start of it is an instance of its own.
    pub(super) fn new(name: &'static str) -> Self {
        let instance = uuid::Uuid::now_v7().hyphenated().to_string();
        let values = [Said::Static(name), Said::Static(VERSION), Said::Text(&instance)];
        let attributes = RESOURCE.into_iter().zip(values).map(|(name, value)| pair(name, value)).collect();
        let resource = Resource { attributes, ..Resource::default() };
        let scope = InstrumentationScope {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: VERSION.to_owned(),
            ..InstrumentationScope::default()
        };
        Self { resource, scope }
    }

    pub(super) fn request(&self, spans: Vec<Span>) -> ExportTraceServiceRequest {
        let scope = ScopeSpans { scope: Some(self.scope.clone()), spans, ..ScopeSpans::default() };
        let resource = Some(self.resource.clone());
        let spans = ResourceSpans { resource, scope_spans: vec![scope], ..ResourceSpans::default() };
        ExportTraceServiceRequest { resource_spans: vec![spans] }
    }
}
