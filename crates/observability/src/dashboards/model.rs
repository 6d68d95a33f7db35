//! The JSON that Grafana imports: <https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/>.

use serde_json::{Value, json};

use super::{
    Dashboard, Panel, Row, Variable,
    panel::{Shape, Unit},
};

/// Of Grafana 10; later ones convert it.
const SCHEMA: u32 = 38;

const WIDTH: u32 = 24;

/// The dashboard.
pub fn json(dashboard: &Dashboard) -> Value {
    let source = json!({
        "name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus",
        "current": {}, "hide": 0, "options": [], "refresh": 1, "regex": "", "multi": false, "includeAll": false,
    });
    let variables = dashboard.variables.iter().map(variable);
    json!({
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.description,
        "tags": ["bff"],
        "schemaVersion": SCHEMA,
        "version": 1,
        "editable": false,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": { "from": "now-3h", "to": "now" },
        "timezone": "",
        "links": [{
            "title": "BFF", "type": "dashboards", "tags": ["bff"], "asDropdown": false,
            "includeVars": true, "keepTime": true, "targetBlank": false,
        }],
        "annotations": { "list": [] },
        "templating": { "list": std::iter::once(source).chain(variables).collect::<Vec<_>>() },
        "panels": panels(&dashboard.rows),
    })
}

fn source() -> Value {
    json!({ "type": "prometheus", "uid": "${datasource}" })
}

fn variable(variable: &Variable) -> Value {
    let query = format!("label_values({}, {})", variable.series, variable.label);
    json!({
        "name": variable.name, "label": variable.name, "type": "query", "datasource": source(),
        "definition": query, "query": { "query": query, "refId": "StandardVariableQuery" },
        "multi": true, "includeAll": true, "allValue": ".*", "current": { "text": "All", "value": "$__all" },
        "refresh": 2, "sort": 1, "regex": "", "hide": 0, "options": [],
    })
}

/// Every panel with its place: from left to right, a new line where the next one has no room.
fn panels(rows: &[Row]) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    let mut y = 0;
    for row in rows {
        out.push(json!({
            "id": out.len() + 1, "type": "row", "title": row.title, "collapsed": false, "panels": [],
            "gridPos": { "x": 0, "y": y, "w": WIDTH, "h": 1 },
        }));
        y += 1;
        let (mut x, mut height) = (0, 0);
        for panel in &row.panels {
            let (w, h) = panel.shape.size();
            if x + w > WIDTH {
                (x, y, height) = (0, y + height, 0);
            }
            let place = json!({ "x": x, "y": y, "w": w, "h": h });
            out.push(self::panel(panel, out.len() + 1, &place));
            (x, height) = (x + w, height.max(h));
        }
        y += height;
    }
    out
}

fn panel(panel: &Panel, id: usize, place: &Value) -> Value {
    let targets = panel.targets.iter().zip(b'A'..).map(|((expr, legend), letter)| {
        let instant = panel.shape == Shape::Table;
        json!({
            "refId": char::from(letter).to_string(), "datasource": source(), "editorMode": "code",
            "expr": expr, "legendFormat": legend, "instant": instant, "range": !instant,
            "format": match panel.shape { Shape::Table => "table", Shape::Heatmap => "heatmap", _ => "time_series" },
        })
    });
    json!({
        "id": id, "type": kind(panel.shape), "title": panel.title, "description": panel.description,
        "gridPos": place, "datasource": source(), "targets": targets.collect::<Vec<_>>(),
        "fieldConfig": { "defaults": field(panel), "overrides": [] },
        "options": options(panel.shape, panel.unit),
    })
}

fn kind(shape: Shape) -> &'static str {
    match shape {
        Shape::Lines | Shape::Stack => "timeseries",
        Shape::Number => "stat",
        Shape::Table => "table",
        Shape::Heatmap => "heatmap",
    }
}

fn field(panel: &Panel) -> Value {
    let mut steps = vec![json!({ "color": "green", "value": null })];
    if let Some((noticed, bad)) = panel.thresholds {
        // Where less is worse, the colours come the other way.
        let [low, middle, high] =
            if noticed < bad { ["green", "orange", "red"] } else { ["red", "orange", "green"] };
        steps = vec![
            json!({ "color": low, "value": null }),
            json!({ "color": middle, "value": noticed.min(bad) }),
            json!({ "color": high, "value": noticed.max(bad) }),
        ];
    }
    let mut field = json!({
        "unit": panel.unit.id(),
        "min": 0,
        "color": { "mode": if panel.shape == Shape::Number { "thresholds" } else { "palette-classic" } },
        "thresholds": { "mode": "absolute", "steps": steps },
    });
    if let Some(max) = panel.max {
        field["max"] = json!(max);
    }
    if matches!(panel.shape, Shape::Lines | Shape::Stack) {
        let stacked = panel.shape == Shape::Stack;
        field["custom"] = json!({
            "drawStyle": "line", "lineWidth": 1, "fillOpacity": if stacked { 40 } else { 0 },
            "showPoints": "never", "spanNulls": false,
            "stacking": { "mode": if stacked { "normal" } else { "none" }, "group": "A" },
            "thresholdsStyle": { "mode": if panel.thresholds.is_some() { "dashed" } else { "off" } },
        });
    }
    field
}

fn options(shape: Shape, unit: Unit) -> Value {
    match shape {
        Shape::Lines | Shape::Stack => json!({
            "legend": { "displayMode": "list", "placement": "bottom", "showLegend": true },
            "tooltip": { "mode": "multi", "sort": "desc" },
        }),
        Shape::Number => json!({
            "colorMode": "value", "graphMode": "area", "justifyMode": "auto", "textMode": "auto",
            "reduceOptions": { "calcs": ["lastNotNull"], "fields": "", "values": false },
        }),
        Shape::Table => json!({ "showHeader": true }),
        Shape::Heatmap => json!({
            "calculate": false, "cellGap": 1, "color": { "mode": "scheme", "scheme": "Oranges", "steps": 64 },
            "yAxis": { "unit": unit.id() }, "tooltip": { "show": true }, "legend": { "show": true },
        }),
    }
}
