//! The span of an attempt, of which its service was told as the parent of its own.

use opentelemetry_proto::tonic::trace::v1::Span;
use url::{Host, Url};

use super::{
    super::{
        attributes::{Attributes, Said},
        catalogue::{
            ATTEMPT, ERROR, GRPC_ATTEMPT, HTTP_ATTEMPT, METHOD, OPERATION, OUTCOME, PEER_ADDRESS, PEER_PORT,
            RESENT, RPC_METHOD, RPC_SERVICE, RPC_STATUS, RPC_SYSTEM, SERVER_ADDRESS, SERVER_PORT, SERVICE,
            STATUS,
        },
    },
    Outline, Tree,
};
use crate::{
    call::Endpoint,
    telemetry::story::{AttemptEnd, AttemptRecord, AttemptWire, CallRecord},
};

pub(super) fn span(of: &Tree<'_>, attempt: &AttemptRecord, call: &CallRecord, parent: u64) -> Span {
    let sort = match attempt.wire {
        AttemptWire::Http(_) => &HTTP_ATTEMPT,
        AttemptWire::Grpc(_) => &GRPC_ATTEMPT,
    };
    let mut attributes = Attributes::new(sort.attributes);
    let name = match &attempt.wire {
        AttemptWire::Http(method) => {
            attributes.say(&METHOD, Said::Text(method.as_str()));
            attributes.say_if(&RESENT, Some(attempt.number).filter(|number| *number > 0));
            method.as_str()
        }
        AttemptWire::Grpc(path) => {
            let path = path.trim_start_matches('/');
            let (service, method) = path.split_once('/').unwrap_or((path, ""));
            attributes.say(&RPC_SYSTEM, "grpc");
            attributes.say(&RPC_SERVICE, Said::Text(service));
            attributes.say(&RPC_METHOD, Said::Text(method));
            path
        }
    };
    attributes.say(&SERVICE, call.service);
    attributes.say(&OPERATION, call.operation);
    attributes.say(&ATTEMPT, attempt.number + 1);
    if let Some(endpoint) = &attempt.endpoint {
        whereto(endpoint, &mut attributes);
    }
    end(attempt, &mut attributes);
    let (id, began, ended) = (attempt.span, attempt.began, attempt.ended);
    of.span(Outline { sort, name: name.to_owned(), id, parent, began, ended }, attributes)
}

fn whereto(endpoint: &Endpoint, attributes: &mut Attributes) {
    if let Ok(url) = Url::parse(endpoint.url()) {
        let host = match url.host() {
            // Without the brackets of a URL.
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => String::new(),
        };
        attributes.say(&SERVER_ADDRESS, Said::Text(&host));
        attributes.say_if(&SERVER_PORT, url.port_or_known_default());
    }
    // Of two addresses of one machine nobody knows which one it was.
    if let [address] = endpoint.addresses() {
        attributes.say(&PEER_ADDRESS, Said::Text(&address.ip().to_string()));
        attributes.say(&PEER_PORT, address.port());
    }
}

fn end(attempt: &AttemptRecord, attributes: &mut Attributes) {
    let status = match attempt.wire {
        AttemptWire::Http(_) => &STATUS,
        AttemptWire::Grpc(_) => &RPC_STATUS,
    };
    match attempt.end {
        AttemptEnd::Answered { status: code } => {
            attributes.say(status, code);
            attributes.say(&OUTCOME, "answered");
        }
        AttemptEnd::Failed { reason, status: code } => {
            attributes.say_if(status, code);
            match code {
                // The conventions want the status where one says it.
                Some(code) => attributes.say(&ERROR, Said::Text(&code.to_string())),
                None => attributes.say(&ERROR, reason.as_str()),
            }
            attributes.say(&OUTCOME, "failed");
        }
        // Nobody waited for it any more, which is no failure.
        AttemptEnd::Cancelled => attributes.say(&OUTCOME, "cancelled"),
    }
}
