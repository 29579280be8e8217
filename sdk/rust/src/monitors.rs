// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

//! What goes on by itself while the program wants it: monitors, and panels that change.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::extension::{Sampling, Shared};
use crate::peer::{lock, Cancel};
use crate::{Node, Result};

/// The program shows no more than four updates a second.
const INTERVAL: Duration = Duration::from_millis(250);

pub type Sampler = Box<dyn Fn(&Sampling) -> Result<BTreeMap<String, f64>> + Send + Sync>;

/// Those that run.
#[derive(Default)]
pub struct Monitors(Mutex<HashMap<String, Arc<Cancel>>>);

impl Monitors {
    /// `None`: it runs already.
    pub fn start(&self, id: &str) -> Option<Arc<Cancel>> {
        let mut running = lock(&self.0);
        if running.contains_key(id) {
            return None;
        }
        let cancel = Arc::new(Cancel::default());
        running.insert(id.into(), cancel.clone());
        Some(cancel)
    }

    pub fn stop(&self, id: &str) {
        if let Some(cancel) = lock(&self.0).remove(id) {
            cancel.cancel();
        }
    }

    pub fn stop_all(&self) {
        for (_, cancel) in lock(&self.0).drain() {
            cancel.cancel();
        }
    }
}

#[derive(Default)]
struct Panel {
    last: Option<Instant>,
    waiting: Option<Node>,
}

/// What was shown when, and what is to be.
#[derive(Default)]
pub struct Panels(Mutex<HashMap<String, Panel>>);

impl Panels {
    pub fn update(shared: &Arc<Shared>, id: &str, root: Node) {
        let mut panels = lock(&shared.panels.0);
        let panel = panels.entry(id.into()).or_default();
        let due = panel.last.map_or(Duration::ZERO, |last| INTERVAL.saturating_sub(last.elapsed()));
        if panel.waiting.is_some() {
            panel.waiting = Some(root);
        } else if due.is_zero() {
            panel.last = Some(Instant::now());
            drop(panels);
            let _ = shared.peer.notify("panel/update", json!({"panel": id, "root": root}));
        } else {
            panel.waiting = Some(root);
            let (shared, id) = (shared.clone(), id.to_string());
            thread::spawn(move || {
                thread::sleep(due);
                Panels::send(&shared, &id);
            });
        }
    }

    fn send(shared: &Shared, id: &str) {
        let root = {
            let mut panels = lock(&shared.panels.0);
            let panel = panels.entry(id.into()).or_default();
            panel.last = Some(Instant::now());
            panel.waiting.take()
        };
        if let Some(root) = root {
            let _ = shared.peer.notify("panel/update", json!({"panel": id, "root": root}));
        }
    }
}
