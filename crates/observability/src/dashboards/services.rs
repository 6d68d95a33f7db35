//! `bff-services`: what the services do, and what the BFFs do about it.

use super::{
    Dashboard, JOB, Panel, Row,
    Unit::{Bytes, Events, Milliseconds, Rate, Seconds, Things},
    Variable,
};

const SERVICE: Variable =
    Variable { name: "service", label: "bff_service", series: "bff_client_calls_total{job=~\"$job\"}" };

const OPERATIONS: [&str; 3] = ["{{bff_operation}} 50 %", "{{bff_operation}} 95 %", "{{bff_operation}} 99 %"];

/// The dashboard.
pub fn dashboard() -> Dashboard {
    Dashboard {
        uid: "bff-services",
        title: "BFF services",
        description: "What the services do, and what the BFFs do about it",
        variables: vec![JOB, SERVICE],
        rows: vec![calls(), attempts(), policies(), kept()],
    }
}

/// The rate of a counter of services, by these labels.
fn rate(by: &str, series: &str) -> String {
    format!("sum by ({by}) (rate({series}[$__rate_interval]))")
}

fn calls() -> Row {
    Row {
        title: "Calls, with their retries and hedges",
        panels: vec![
            Panel::stack("Calls", Rate, "By what became of them. Cancelled ones are no failures.").of(
                rate("bff_service, bff_outcome", "bff_client_calls_total{job=~\"$job\",bff_service=~\"$service\"}"),
                "{{bff_service}} {{bff_outcome}}",
            ),
            Panel::stack("Failures", Events, "By operation and reason.").of(
                rate("bff_operation, bff_reason", "bff_client_calls_total{job=~\"$job\",bff_service=~\"$service\",bff_outcome=\"failed\"}"),
                "{{bff_operation}} {{bff_reason}}",
            ),
            Panel::lines("Time", Seconds, "Until a call's answer or its failure.").percentiles(
                "bff_client_call_duration_seconds_bucket{job=~\"$job\",bff_service=~\"$service\"}",
                "bff_operation",
                OPERATIONS,
            ),
            Panel::lines("Waiting", Things, "Calls that wait for their answer.").of(
                "sum by (job, bff_service) (bff_client_active_calls{job=~\"$job\",bff_service=~\"$service\"})",
                "{{job}} {{bff_service}}",
            ),
        ],
    }
}

fn attempts() -> Row {
    Row {
        title: "Attempts on the wire",
        panels: vec![
            Panel::lines("HTTP", Seconds, "Time of an attempt.").percentiles(
                "http_client_request_duration_seconds_bucket{job=~\"$job\",bff_service=~\"$service\"}",
                "bff_operation",
                OPERATIONS,
            ),
            Panel::stack("HTTP by status", Rate, "What the services answer, by address.").of(
                rate(
                    "bff_service, server_address, server_port, http_response_status_code, error_type",
                    "http_client_request_duration_seconds_count{job=~\"$job\",bff_service=~\"$service\"}",
                ),
                "{{bff_service}} {{server_address}}:{{server_port}} {{http_response_status_code}} {{error_type}}",
            ),
            Panel::lines("Size of HTTP replies", Bytes, "Decompressed.").percentiles(
                "http_client_response_body_size_bytes_bucket{job=~\"$job\",bff_service=~\"$service\"}",
                "bff_operation",
                OPERATIONS,
            ),
            Panel::lines("gRPC", Milliseconds, "Time of an attempt.").percentiles(
                "rpc_client_duration_milliseconds_bucket{job=~\"$job\",bff_service=~\"$service\"}",
                "bff_operation",
                OPERATIONS,
            ),
            Panel::stack("gRPC by status", Rate, "What the services answer, by address.").of(
                rate(
                    "bff_service, server_address, server_port, rpc_grpc_status_code, error_type",
                    "rpc_client_duration_milliseconds_count{job=~\"$job\",bff_service=~\"$service\"}",
                ),
                "{{bff_service}} {{server_address}}:{{server_port}} {{rpc_grpc_status_code}} {{error_type}}",
            ),
            Panel::lines("Health checks", Things, "1 passes, 0 does not. Only where checks are configured.")
                .of("min by (bff_service, server_address, server_port) (bff_service_healthy{job=~\"$job\",bff_service=~\"$service\"})", "{{bff_service}} {{server_address}}:{{server_port}}")
                .up_to(1.0),
        ],
    }
}

fn policies() -> Row {
    Row {
        title: "What is done about it",
        panels: vec![
            Panel::lines("Breakers", Things, "0 closed, 1 half open, 2 open; the worst of all instances.")
                .of("max by (job, bff_service, server_address, server_port) (bff_breaker_state{job=~\"$job\",bff_service=~\"$service\"})", "{{job}} {{bff_service}} {{server_address}}:{{server_port}}")
                .noticed(1.0, 2.0)
                .up_to(2.0),
            Panel::stack("Turns of breakers", Events, "By the state that they came to.").of(
                rate("bff_service, bff_state", "bff_breaker_transitions_total{job=~\"$job\",bff_service=~\"$service\"}"),
                "{{bff_service}} {{bff_state}}",
            ),
            Panel::lines("Bulkheads", Things, "Calls in flight, and how many may be.")
                .of("sum by (job, bff_service) (bff_bulkhead_active{job=~\"$job\",bff_service=~\"$service\"})", "{{job}} {{bff_service}} in flight")
                .of("sum by (job, bff_service) (bff_bulkhead_limit{job=~\"$job\",bff_service=~\"$service\"})", "{{job}} {{bff_service}} limit"),
            Panel::stack("Retries", Events, "Sent, or not sent since the budget was spent.").of(
                rate("bff_service, bff_result", "bff_client_retries_total{job=~\"$job\",bff_service=~\"$service\"}"),
                "{{bff_service}} {{bff_result}}",
            ),
            Panel::stack("Hedges", Events, "Sent, and those of them that won.").of(
                rate("bff_service, bff_result", "bff_client_hedges_total{job=~\"$job\",bff_service=~\"$service\"}"),
                "{{bff_service}} {{bff_result}}",
            ),
            Panel::lines("Budget", Things, "Retries and hedges that are left.").of(
                "min by (job, bff_service) (bff_client_retry_budget{job=~\"$job\",bff_service=~\"$service\"})",
                "{{job}} {{bff_service}}",
            ),
        ],
    }
}

fn kept() -> Row {
    Row {
        title: "What is not asked again",
        panels: vec![
            Panel::stack("Kept answers", Events, "Used while fresh, or though stale.").of(
                rate(
                    "bff_service, bff_outcome",
                    "bff_cache_answers_total{job=~\"$job\",bff_service=~\"$service\"}",
                ),
                "{{bff_service}} {{bff_outcome}}",
            ),
            Panel::stack("Shared calls", Events, "Calls that waited for the same call of somebody else.").of(
                rate("bff_service", "bff_client_coalesced_total{job=~\"$job\",bff_service=~\"$service\"}"),
                "{{bff_service}}",
            ),
            Panel::lines("Answers in memory", Things, "How many are kept.")
                .of("sum by (job, instance) (bff_cache_entries{job=~\"$job\"})", "{{instance}}"),
            Panel::lines("Bytes in memory", Bytes, "What they take.")
                .of("sum by (job, instance) (bff_cache_size_bytes{job=~\"$job\"})", "{{instance}}"),
        ],
    }
}
