// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{json, Value};

use crate::peer::{Cancel, Peer};
use crate::{Machine, MachineDetails, MachineStats, Node, Result};

/// The program. Everything may be an error, above all that it is denied: what was granted may change at any time.
#[derive(Clone)]
pub struct Host {
    pub(crate) peer: Arc<Peer>,
    pub(crate) cancel: Option<Arc<Cancel>>,
}

/// Of `guest_exec`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Output {
    pub exit_code: i64,
    pub output: String,
    pub error: String,
    #[serde(default)]
    pub truncated: bool,
}

/// What `fetch` fetches, by https.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Request {
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<u64>,
}

/// Of `fetch`: `body` where it is UTF-8, else `body_base64`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Response {
    pub status: u16,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub body: Option<String>,
    pub body_base64: Option<String>,
}

/// What `ask` asks the user; controls: switch, entry, combo.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Question {
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    pub controls: Vec<Node>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept: Option<String>,
    pub destructive: bool,
}

/// Of the user.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Answer {
    pub accepted: bool,
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
}

impl Host {
    fn call(&self, method: &str, params: Value) -> Result<Value> {
        self.peer.call(method, params, self.cancel.as_deref())
    }

    fn member<T: DeserializeOwned>(&self, method: &str, params: Value, member: &str) -> Result<T> {
        Ok(serde_json::from_value(self.call(method, params)?[member].take())?)
    }

    /// Needs machines.read, as the next two.
    pub fn machines(&self) -> Result<Vec<Machine>> {
        self.member("host/machine.list", json!({}), "machines")
    }

    pub fn machine(&self, machine: &str) -> Result<MachineDetails> {
        self.member("host/machine.get", json!({"machine": machine}), "machine")
    }

    pub fn stats(&self, machine: &str) -> Result<MachineStats> {
        self.member("host/machine.stats", json!({"machine": machine}), "stats")
    }

    /// "start", "shut-down", "reboot", "reset", "force-off", "pause", "resume", "save", "discard-saved". Needs
    /// machines.control.
    pub fn action(&self, machine: &str, action: &str) -> Result<()> {
        self.call("host/machine.action", json!({"machine": machine, "action": action})).map(drop)
    }

    /// Whether it is in force now; else after the next start. Needs machines.hardware.
    pub fn set_hardware(&self, machine: &str, cpus: Option<u32>, memory_mib: Option<u64>) -> Result<bool> {
        let mut hardware = json!({});
        if let Some(cpus) = cpus {
            hardware["cpus"] = cpus.into();
        }
        if let Some(memory) = memory_mib {
            hardware["memory_mib"] = memory.into();
        }
        let params = json!({"machine": machine, "action": "set-hardware", "hardware": hardware});
        Ok(self.call("host/machine.action", params)?["applied"] == "now")
    }

    /// Runs a program in a running machine; no shell. Needs guest.exec.
    pub fn guest_exec(&self, machine: &str, command: &[&str], timeout_s: u32) -> Result<Output> {
        let params = json!({"machine": machine, "command": command, "timeout_s": timeout_s});
        Ok(serde_json::from_value(self.call("host/guest.exec", params)?)?)
    }

    /// Needs network.fetch with the host of the address.
    pub fn fetch(&self, request: &Request) -> Result<Response> {
        Ok(serde_json::from_value(self.call("host/http.fetch", serde_json::to_value(request)?)?)?)
    }

    /// A kept value; `Null` where there is none.
    pub fn get(&self, key: &str) -> Result<Value> {
        self.member("host/kv.get", json!({"key": key}), "value")
    }

    /// Keeps a value from one start to the next: any JSON, 64 KiB.
    pub fn set(&self, key: &str, value: impl Into<Value>) -> Result<()> {
        self.call("host/kv.set", json!({"key": key, "value": value.into()})).map(drop)
    }

    pub fn delete(&self, key: &str) -> Result<()> {
        self.call("host/kv.delete", json!({"key": key})).map(drop)
    }

    /// The keys of kept values that begin with `prefix`.
    pub fn keys(&self, prefix: &str) -> Result<Vec<String>> {
        self.member("host/kv.list", json!({"prefix": prefix}), "keys")
    }

    /// A password in the user's keyring. Needs secrets, as the next two.
    pub fn secret(&self, key: &str) -> Result<Option<String>> {
        self.member("host/secret.get", json!({"key": key}), "value")
    }

    pub fn set_secret(&self, key: &str, value: &str) -> Result<()> {
        self.call("host/secret.set", json!({"key": key, "value": value})).map(drop)
    }

    pub fn delete_secret(&self, key: &str) -> Result<()> {
        self.call("host/secret.delete", json!({"key": key})).map(drop)
    }

    /// Waits for as long as the user takes; busy where nobody looks.
    pub fn ask(&self, question: &Question) -> Result<Answer> {
        Ok(serde_json::from_value(self.call("host/ui.ask", serde_json::to_value(question)?)?)?)
    }

    /// Sends a notification.
    pub fn notify(&self, method: &str, params: Value) -> Result<()> {
        self.peer.notify(method, params)
    }
}
