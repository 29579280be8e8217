// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

//! Panels: trees of at most 200 nodes, rows of tables included.

use serde_json::{json, Map, Value};

/// One part of a panel.
pub type Node = Value;

fn node(kind: &str, label: &str, members: Value) -> Node {
    let mut map = Map::new();
    map.insert("kind".into(), kind.into());
    if !label.is_empty() {
        map.insert("label".into(), label.into());
    }
    if let Value::Object(members) = members {
        map.extend(members.into_iter().filter(|(_, value)| !value.is_null()));
    }
    Value::Object(map)
}

/// Sets `description`, `sensitive`, `id` or what else a node may have.
pub fn with(mut node: Node, member: &str, value: impl Into<Value>) -> Node {
    node[member] = value.into();
    node
}

/// Rows that belong together.
pub fn group(label: &str, children: Vec<Node>) -> Node {
    node("group", label, json!({"children": children}))
}

/// A line with a text at its end.
pub fn row(label: &str, value: &str) -> Node {
    node("row", label, json!({"value": value}))
}

/// Yes or no; its action has a boolean.
pub fn switch(id: &str, label: &str, value: bool) -> Node {
    node("switch", label, json!({"id": id, "value": value}))
}

/// A text; its action has a string.
pub fn entry(id: &str, label: &str, value: &str) -> Node {
    node("entry", label, json!({"id": id, "value": value}))
}

/// One of several, by id and label; its action has the id of one.
pub fn combo(id: &str, label: &str, options: &[(&str, &str)], value: Option<&str>) -> Node {
    let options: Vec<Value> = options.iter().map(|(id, label)| json!({"id": id, "label": label})).collect();
    node("combo", label, json!({"id": id, "options": options, "value": value}))
}

/// A bar from 0 to 1; `None`: nobody knows how long.
pub fn progress(label: &str, fraction: Option<f64>, text: Option<&str>) -> Node {
    node("progress", label, json!({"value": fraction, "text": text}))
}

/// Cells are strings or numbers.
pub fn table(columns: &[&str], rows: Vec<Vec<Value>>) -> Node {
    let columns: Vec<Value> = columns.iter().map(|label| json!({"label": label})).collect();
    node("table", "", json!({"columns": columns, "rows": rows}))
}

/// A small line of values, oldest first.
pub fn sparkline(label: &str, values: &[f64], text: Option<&str>) -> Node {
    node("sparkline", label, json!({"values": values, "text": text}))
}

/// Something to do; styles: "suggested", "destructive".
pub fn button(id: &str, label: &str, style: Option<&str>) -> Node {
    node("button", label, json!({"id": id, "style": style}))
}
