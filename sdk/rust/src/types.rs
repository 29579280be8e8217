// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

//! What messages hold. States of machines: "off", "saved", "running", "paused", "stopping", "crashed", "unknown".

use serde::{Deserialize, Serialize};

use crate::Node;

/// A machine that something is about.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MachineRef {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub state: String,
}

/// A machine as the program sees it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Machine {
    pub id: String,
    pub name: String,
    pub state: String,
    pub state_since: Option<f64>,
    pub host: Option<String>,
    pub os: Option<String>,
    pub cpus: Option<u32>,
    pub memory_mib: Option<u64>,
    #[serde(default)]
    pub template: bool,
}

/// A machine with what its definition says.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct MachineDetails {
    #[serde(flatten)]
    pub machine: Machine,
    #[serde(default)]
    pub description: String,
    pub spec: Option<MachineSpec>,
    #[serde(default)]
    pub disks: Vec<Disk>,
    #[serde(default)]
    pub addresses: Vec<String>,
}

/// A disk of a machine; where it lies is not told.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Disk {
    pub device: String,
    pub bus: Option<String>,
    pub format: Option<String>,
    #[serde(default)]
    pub read_only: bool,
}

/// A machine in words that no hypervisor owns; what is left out is chosen by the program.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MachineSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub os: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub architecture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpus: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_mib: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disk_gib: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tpm: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graphics: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interfaces: Option<Vec<Interface>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extras: Option<Extras>,
}

/// An interface; kinds: "user", "network", "bridge".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Interface {
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// Devices that make a machine convenient.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Extras {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest_agent: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_agent: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usb_redirection: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sound: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder_channel: Option<bool>,
}

/// Counters of a running machine since its start.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct MachineStats {
    pub id: String,
    pub state: String,
    pub time: f64,
    pub cpu_seconds: Option<f64>,
    pub cpus: Option<u32>,
    pub memory_mib: Option<u64>,
    pub memory_used_mib: Option<u64>,
    pub disk_read_bytes: Option<u64>,
    pub disk_written_bytes: Option<u64>,
    pub net_received_bytes: Option<u64>,
    pub net_sent_bytes: Option<u64>,
}

/// A disk that a storage target has; formats: "raw", "qcow2".
#[derive(Clone, Debug, Default, Serialize)]
pub struct Volume {
    pub id: String,
    pub title: String,
    pub size: u64,
    pub format: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<u64>,
    pub read_only: bool,
    pub snapshots: Vec<Snapshot>,
}

/// A state of a volume.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Snapshot {
    pub id: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<f64>,
}

/// What storage/attach answers; kinds: "nbd-unix", "file".
#[derive(Clone, Debug, Default, Serialize)]
pub struct Attachment {
    pub kind: String,
    pub path: String,
    pub format: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export: Option<String>,
    pub read_only: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// What an action or a console tool answers.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Notice {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub panel: Option<String>,
}

impl Notice {
    /// A short notice.
    pub fn text(text: impl Into<String>) -> Self {
        Notice { text: Some(text.into()), ..Notice::default() }
    }
}

/// What the use of a control answers.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PanelResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<Node>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Something that the user should know; severities: "info", "warning", "critical".
#[derive(Clone, Debug, Default, Serialize)]
pub struct Event {
    pub monitor: String,
    pub event: String,
    pub severity: String,
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub machine: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}
