// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

//! @TITLE@: change it to what it should do. The protocol is in docs/extensions/ of Alpha VBox.

use std::collections::BTreeMap;
use std::time::Duration;

use alpha_vbox_extension::{panel, Call, Extension, Host, Node, Notice, PanelResult, Result};

fn overview(host: &Host) -> Result<Node> {
    let machines = host.machines()?;
    let rows = machines.into_iter().map(|machine| vec![machine.name.into(), machine.state.into()]).collect();
    Ok(panel::group(
        "Machines",
        vec![panel::table(&["Machine", "State"], rows), panel::button("refresh", "Refresh", None)],
    ))
}

/// The action of the manifest.
fn hello(call: &Call) -> Result<Notice> {
    let machines = call.host().machines()?;
    let running: Vec<_> = machines.iter().filter(|machine| machine.state == "running").map(|machine| machine.name.as_str()).collect();
    Ok(Notice::text(format!("{} machines run: {}", running.len(), running.join(", "))))
}

fn main() {
    let mut ext = Extension::new();
    ext.command("hello", hello);
    // Called while somebody watches.
    ext.monitor("overview", Duration::from_secs(5), |sampling| {
        sampling.update_panel("overview", overview(&sampling.host())?);
        Ok(BTreeMap::new())
    });
    ext.panel("overview", |call| overview(&call.host()));
    ext.panel_action("overview", "refresh", |call, _| {
        Ok(PanelResult { root: Some(overview(&call.host())?), text: None })
    });
    ext.run();
}
