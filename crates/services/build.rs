//! Compiles `proto/` without protoc: messages, servers for the mocks, and one typed constant for each method.
//!
//! There are no generated clients: calls are sent through the policies of `bff_core::call`, and all that those
//! need of a method is its path, its two types and whether it only reads or may be sent twice. The constant says all four, and
//! `idempotency_level` in the .proto decides the last one.

use std::{error::Error, fmt::Write as _};

use prost::Message as _;
use prost_build::{Config, Method, Service, ServiceGenerator};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let contracts = protox::compile(["orders.proto", "invoices.proto"], ["proto"])?;
    let servers =
        tonic_prost_build::configure().build_client(false).build_transport(false).service_generator();
    let descriptors = contracts.encode_to_vec();
    Config::new().service_generator(Box::new(MethodConstants { servers })).compile_fds(contracts)?;
    // The canonical JSON of each message, in which a fallback is stated.
    pbjson_build::Builder::new().register_descriptors(&descriptors)?.build(&[".orders", ".invoices"])?;
    Ok(())
}

/// Writes the constants in front of what tonic writes.
struct MethodConstants {
    servers: Box<dyn ServiceGenerator>,
}

impl ServiceGenerator for MethodConstants {
    fn generate(&mut self, service: Service, code: &mut String) {
        for method in &service.methods {
            write_constant(&service, method, code);
        }
        self.servers.generate(service, code);
    }
}

fn write_constant(service: &Service, method: &Method, code: &mut String) {
    let Service { package, proto_name, .. } = service;
    assert!(
        !method.client_streaming && !method.server_streaming,
        "{package}.{proto_name}/{}: a screen calls unary methods only",
        method.proto_name
    );
    method.comments.append_with_indent(0, code);
    let name = method.name.to_uppercase();
    let (request, reply, kind) = (&method.input_type, &method.output_type, kind(method));
    writeln!(
        code,
        "pub const {name}: ::bff_core::call::Rpc<{request}, {reply}, ::bff_core::call::{kind}> =\n    \
         ::bff_core::call::Rpc::new(\"/{package}.{proto_name}/{}\");\n",
        method.proto_name
    )
    .expect("a String takes everything");
}

/// Silence means a write: a method is sent twice only where its contract says that this is harmless.
fn kind(method: &Method) -> &'static str {
    match method.options.idempotency_level().as_str_name() {
        "NO_SIDE_EFFECTS" => "ReadOnly",
        "IDEMPOTENT" => "Idempotent",
        _ => "Unsafe",
    }
}
