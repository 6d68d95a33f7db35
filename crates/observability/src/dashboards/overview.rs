//! `bff-overview`: is anything wrong, and with what. For whoever was just called.

use super::{
    Dashboard, INSTANCE, JOB, Panel, Row,
    Unit::{Bytes, Events, Rate, Seconds, Share, Things},
};

/// The dashboard.
pub fn dashboard() -> Dashboard {
    Dashboard {
        uid: "bff-overview",
        title: "BFF overview",
        description: "Is anything wrong, and with what",
        variables: vec![JOB, INSTANCE],
        rows: vec![now(), clients(), load(), credentials(), process(), telling()],
    }
}

fn now() -> Row {
    let requests = "sum(rate(http_server_request_duration_seconds_count{job=~\"$job\"}[$__rate_interval]))";
    let failed = "sum(rate(http_server_request_duration_seconds_count{job=~\"$job\",http_response_status_code=~\"5..\"}[$__rate_interval]))";
    let degraded =
        "sum(rate(bff_screen_replies_total{job=~\"$job\",bff_result=\"degraded\"}[$__rate_interval]))";
    let replies =
        "sum(rate(bff_screen_replies_total{job=~\"$job\",bff_result=~\"whole|degraded\"}[$__rate_interval]))";
    Row {
        title: "Now",
        panels: vec![
            Panel::number("Requests", Rate, "Requests a second, of all chosen BFFs.").of(requests, ""),
            Panel::number("Errors", Share, "Share of requests that are answered with a 5xx.")
                .of(format!("({failed} or vector(0)) / {requests}"), "")
                .noticed(0.001, 0.01),
            Panel::number("Degraded", Share, "Share of screens that lack a section or show a stand-in.")
                .of(format!("({degraded} or vector(0)) / {replies}"), "")
                .noticed(0.01, 0.1),
            Panel::number("99th percentile", Seconds, "One request of a hundred takes longer.")
                .of("histogram_quantile(0.99, sum by (le) (rate(http_server_request_duration_seconds_bucket{job=~\"$job\"}[$__rate_interval])))", "")
                .noticed(0.75, 1.5),
            Panel::number("Not ready", Things, "Instances that say no at /ready.")
                .of("count(bff_ready{job=~\"$job\"} == 0) or vector(0)", "")
                .noticed(1.0, 2.0),
            Panel::number("Alerts", Things, "Alerts that fire.")
                .of("count(ALERTS{job=~\"$job\",alertstate=\"firing\"}) or vector(0)", "")
                .noticed(1.0, 2.0),
        ],
    }
}

fn clients() -> Row {
    let each = ["{{job}} 50 %", "{{job}} 95 %", "{{job}} 99 %"];
    Row {
        title: "What clients get",
        panels: vec![
            Panel::stack("Replies", Rate, "By status.").of(
                "sum by (job, http_response_status_code) (rate(http_server_request_duration_seconds_count{job=~\"$job\",instance=~\"$instance\"}[$__rate_interval]))",
                "{{job}} {{http_response_status_code}}",
            ),
            Panel::lines("Time", Seconds, "From a request's head to its reply.").percentiles(
                "http_server_request_duration_seconds_bucket{job=~\"$job\",instance=~\"$instance\"}",
                "job",
                each,
            ),
            Panel::lines("Errors and degraded", Share, "Of five minutes, as the alerts see it.")
                .of("sum by (job) (bff:errors:rate_5m{job=~\"$job\"}) / sum by (job) (bff:requests:rate_5m{job=~\"$job\"})", "{{job}} errors")
                .of("sum by (job) (bff:degraded:rate_5m{job=~\"$job\"}) / sum by (job) (bff:replies:rate_5m{job=~\"$job\"})", "{{job}} degraded"),
            Panel::lines("Waiting and gone", Things, "Requests that wait for their reply; clients a second that went away before it.")
                .of("sum by (job) (http_server_active_requests{job=~\"$job\",instance=~\"$instance\"})", "{{job}} wait")
                .of("sum by (job) (rate(bff_server_cancelled_total{job=~\"$job\",instance=~\"$instance\"}[$__rate_interval]))", "{{job}} gone a second"),
            Panel::lines("Size of replies", Bytes, "Of a body.").percentiles(
                "http_server_response_body_size_bytes_bucket{job=~\"$job\",instance=~\"$instance\"}",
                "job",
                each,
            ),
            Panel::lines("Size of requests", Bytes, "Of a body, as far as it was read.").percentiles(
                "http_server_request_body_size_bytes_bucket{job=~\"$job\",instance=~\"$instance\"}",
                "job",
                each,
            ),
        ],
    }
}

fn load() -> Row {
    Row {
        title: "Load",
        panels: vec![
            Panel::stack("Refused by admission", Events, "Requests a second that are refused, and why.").of(
                "sum by (job, bff_reason) (rate(bff_admission_decisions_total{job=~\"$job\",instance=~\"$instance\",bff_decision=\"refused\"}[$__rate_interval]))",
                "{{job}} {{bff_reason}}",
            ),
            Panel::lines("Lag of workers", Seconds, "What is ready waits so long for its turn.")
                .of("max by (job, instance) (bff_worker_lag_seconds{job=~\"$job\",instance=~\"$instance\"})", "{{instance}}")
                .noticed(0.01, 0.05),
            Panel::lines("Busy workers", Share, "Share of its time that a worker works.")
                .of("sum by (instance, bff_worker) (rate(bff_worker_busy_seconds_total{job=~\"$job\",instance=~\"$instance\"}[$__rate_interval]))", "{{instance}} {{bff_worker}}")
                .noticed(0.7, 0.9)
                .up_to(1.0),
            Panel::lines("Limit of admission", Things, "Requests in flight that are allowed on a worker. Nothing while nothing is too much.")
                .of("bff_admission_limit{job=~\"$job\",instance=~\"$instance\"}", "{{instance}} {{bff_worker}}"),
            Panel::stack("Rate limits", Events, "Decisions a second that were not simply yes.").of(
                "sum by (job, bff_decision) (rate(bff_rate_limit_decisions_total{job=~\"$job\",instance=~\"$instance\",bff_decision!=\"admitted\"}[$__rate_interval]))",
                "{{job}} {{bff_decision}}",
            ),
            Panel::lines("Connections", Things, "Of clients: open, and accepted a second.")
                .of("sum by (job) (bff_server_connections{job=~\"$job\",instance=~\"$instance\"})", "{{job}} open")
                .of("sum by (job) (rate(bff_server_accepted_total{job=~\"$job\",instance=~\"$instance\"}[$__rate_interval]))", "{{job}} a second"),
        ],
    }
}

fn credentials() -> Row {
    Row {
        title: "Credentials",
        panels: vec![
            Panel::lines("Age of keys", Seconds, "How long ago an issuer's keys were read. Every five minutes by default.")
                .of("max by (job, bff_issuer) (bff_jwks_age_seconds{job=~\"$job\",instance=~\"$instance\"})", "{{job}} {{bff_issuer}}")
                .noticed(900.0, 3600.0),
            Panel::stack("Tokens", Events, "Look-ups of verified tokens a second.").of(
                "sum by (job, bff_result) (rate(bff_token_cache_lookups_total{job=~\"$job\",instance=~\"$instance\"}[$__rate_interval]))",
                "{{job}} {{bff_result}}",
            ),
            Panel::lines("Ready and phase", Things, "Ready: 1 yes. Phase: 0 serving, 1 not ready, 2 draining.")
                .of("bff_ready{job=~\"$job\",instance=~\"$instance\"}", "{{instance}} ready")
                .of("bff_phase{job=~\"$job\",instance=~\"$instance\"}", "{{instance}} phase"),
        ],
    }
}

fn process() -> Row {
    Row {
        title: "Process",
        panels: vec![
            Panel::lines("Processor time", Share, "1 is a core.")
                .of("rate(process_cpu_time_seconds_total{job=~\"$job\",instance=~\"$instance\"}[$__rate_interval])", "{{instance}}"),
            Panel::lines("Memory", Bytes, "Resident.")
                .of("process_memory_usage_bytes{job=~\"$job\",instance=~\"$instance\"}", "{{instance}}"),
            Panel::lines("Files and tasks", Things, "Open file descriptors; tasks of workers.")
                .of("process_open_file_descriptor_count{job=~\"$job\",instance=~\"$instance\"}", "{{instance}} files")
                .of("sum by (instance) (bff_worker_tasks{job=~\"$job\",instance=~\"$instance\"})", "{{instance}} tasks"),
            Panel::lines("Up for", Seconds, "Since the process started. A saw is a process that does not stay.")
                .of("time() - process_start_time_seconds{job=~\"$job\",instance=~\"$instance\"}", "{{instance}}"),
            Panel::table("Builds", "What runs where, and with which configuration.")
                .of("bff_build_info{job=~\"$job\",instance=~\"$instance\"}", ""),
        ],
    }
}

fn telling() -> Row {
    Row {
        title: "What is told of requests",
        panels: vec![
            Panel::stack("Spans", Events, "Exported, dropped since the buffer was full, failed since the collector took none.").of(
                "sum by (job, bff_result) (rate(bff_traces_spans_total{job=~\"$job\",instance=~\"$instance\"}[$__rate_interval]))",
                "{{job}} {{bff_result}}",
            ),
            Panel::stack("Lines of the log", Events, "Written, left out by sampling, lost since nobody read them.").of(
                "sum by (job, bff_result) (rate(bff_log_lines_total{job=~\"$job\",instance=~\"$instance\"}[$__rate_interval]))",
                "{{job}} {{bff_result}}",
            ),
        ],
    }
}
