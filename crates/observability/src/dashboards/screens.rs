//! `bff-screens`: which screen keeps its promises, and which of its sections does not come.

use super::{
    Dashboard, JOB, Panel, Row,
    Unit::{Bytes, Events, Rate, Seconds, Share},
    Variable,
};

const ROUTE: Variable = Variable {
    name: "route",
    label: "http_route",
    series: "http_server_request_duration_seconds_count{job=~\"$job\"}",
};

/// The dashboard.
pub fn dashboard() -> Dashboard {
    Dashboard {
        uid: "bff-screens",
        title: "BFF screens",
        description: "Which screen keeps its promises, and which of its sections does not come",
        variables: vec![JOB, ROUTE],
        rows: vec![objectives(), time(), sections()],
    }
}

fn objectives() -> Row {
    const LEGEND: &str = "{{job}} {{http_request_method}} {{http_route}}";
    let of = |name: &str, window: &str| {
        format!("bff:{name}:ratio_{window}{{job=~\"$job\",http_route=~\"$route\"}}")
    };
    Row {
        title: "Objectives, as the alerts see them",
        panels: vec![
            Panel::lines(
                "Errors of an hour",
                Share,
                "Share of requests answered with a 5xx. An alert pages at 14.4 times what may be.",
            )
            .of(of("errors", "1h"), LEGEND)
            .noticed(0.001, 0.0144),
            Panel::lines(
                "Slow of an hour",
                Share,
                "Share of requests that take longer than the route promises.",
            )
            .of(of("slow", "1h"), LEGEND)
            .noticed(0.01, 0.144),
            Panel::lines(
                "Degraded of an hour",
                Share,
                "Share of replies that lack a section or show a stand-in.",
            )
            .of(of("degraded", "1h"), LEGEND)
            .noticed(0.01, 0.144),
            Panel::lines("Errors of five minutes", Share, "The same, sooner.").of(of("errors", "5m"), LEGEND),
            Panel::lines("Slow of five minutes", Share, "The same, sooner.").of(of("slow", "5m"), LEGEND),
            Panel::lines("Degraded of five minutes", Share, "The same, sooner.")
                .of(of("degraded", "5m"), LEGEND),
            Panel::lines("Errors of three days", Share, "What the month is coming to.")
                .of(of("errors", "3d"), LEGEND),
            Panel::lines("Slow of three days", Share, "What the month is coming to.")
                .of(of("slow", "3d"), LEGEND),
            Panel::lines("Degraded of three days", Share, "What the month is coming to.")
                .of(of("degraded", "3d"), LEGEND),
        ],
    }
}

fn time() -> Row {
    Row {
        title: "Requests",
        panels: vec![
            Panel::stack("Replies", Rate, "By status.").of(
                "sum by (http_route, http_response_status_code) (rate(http_server_request_duration_seconds_count{job=~\"$job\",http_route=~\"$route\"}[$__rate_interval]))",
                "{{http_route}} {{http_response_status_code}}",
            ),
            Panel::lines("Time", Seconds, "From a request's head to its reply.").percentiles(
                "http_server_request_duration_seconds_bucket{job=~\"$job\",http_route=~\"$route\"}",
                "http_route",
                ["{{http_route}} 50 %", "{{http_route}} 95 %", "{{http_route}} 99 %"],
            ),
            Panel::lines("Time left", Seconds, "Of the deadline, when the reply was composed: one of a hundred has less.")
                .of("histogram_quantile(0.01, sum by (le, http_route) (rate(bff_screen_deadline_headroom_seconds_bucket{job=~\"$job\",http_route=~\"$route\"}[$__rate_interval])))", "{{http_route}}")
                .noticed(0.25, 0.05),
            Panel::stack("Screens", Rate, "Whole, degraded, failed.").of(
                "sum by (http_route, bff_result) (rate(bff_screen_replies_total{job=~\"$job\",http_route=~\"$route\"}[$__rate_interval]))",
                "{{http_route}} {{bff_result}}",
            ),
            Panel::lines("Size of replies", Bytes, "Of a body.").percentiles(
                "http_server_response_body_size_bytes_bucket{job=~\"$job\",http_route=~\"$route\"}",
                "http_route",
                ["{{http_route}} 50 %", "{{http_route}} 95 %", "{{http_route}} 99 %"],
            ),
            Panel::lines("Clients that went away", Events, "Before their reply. They are no errors.").of(
                "sum by (http_route) (rate(bff_server_cancelled_total{job=~\"$job\",http_route=~\"$route\"}[$__rate_interval]))",
                "{{http_route}}",
            ),
            Panel::heatmap("All of them", Seconds, "Requests a second by how long they took.").of(
                "sum by (le) (rate(http_server_request_duration_seconds_bucket{job=~\"$job\",http_route=~\"$route\"}[$__rate_interval]))",
                "{{le}}",
            ),
        ],
    }
}

fn sections() -> Row {
    Row {
        title: "Sections",
        panels: vec![
            Panel::stack("Answers", Events, "Fresh, cached, stale, fallback, absent, failed, or cancelled: nobody waited any more.").of(
                "sum by (bff_section, bff_outcome) (rate(bff_section_answers_total{job=~\"$job\",http_route=~\"$route\"}[$__rate_interval]))",
                "{{bff_section}} {{bff_outcome}}",
            ),
            Panel::stack("Why not fresh", Events, "The reasons of answers that are neither fresh nor cached.").of(
                "sum by (http_route, bff_section, bff_outcome, bff_reason) (rate(bff_section_answers_total{job=~\"$job\",http_route=~\"$route\",bff_outcome!~\"fresh|cached\"}[$__rate_interval]))",
                "{{http_route}} {{bff_section}} {{bff_outcome}} {{bff_reason}}",
            ),
            Panel::lines("Time", Seconds, "From the start of the fan-out: the slowest section is the screen's time.").percentiles(
                "bff_section_duration_seconds_bucket{job=~\"$job\",http_route=~\"$route\"}",
                "bff_section",
                ["{{bff_section}} 50 %", "{{bff_section}} 95 %", "{{bff_section}} 99 %"],
            ),
        ],
    }
}
