// SPDX-FileCopyrightText: Alpha VBox contributors
// SPDX-License-Identifier: MPL-2.0

//! What the library can do, in one small extension. Those in Python and Go do the same, and so does the test of all three.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use alpha_vbox_extension::{panel, Call, Extension, Host, Node, Notice, PanelResult, Question, Request, Result};
use serde_json::json;

static PAUSED: AtomicBool = AtomicBool::new(false);

fn running(host: &Host) -> Result<(usize, usize)> {
    let machines = host.machines()?;
    Ok((machines.len(), machines.iter().filter(|machine| machine.state == "running").count()))
}

/// Asks the program, keeps a number from one start to the next, says something.
fn count(call: &Call) -> Result<Notice> {
    eprintln!("This goes to the log.");
    let host = call.host();
    let runs = host.get("runs")?.as_u64().unwrap_or(0) + 1;
    host.set("runs", runs)?;
    let (all, running) = running(&host)?;
    Ok(Notice::text(format!("{all} machines, {running} of them running, counted {runs} times")))
}

/// Long work: tells how it gets on, and ends early when it is cancelled.
fn slow(call: &Call) -> Result<Notice> {
    let name = call.machine().unwrap_or_default().name;
    for step in 0..100 {
        call.progress(Some(f64::from(step) / 100.0), &format!("Step {} of 100 for {name}", step + 1))?;
        call.wait(Duration::from_millis(50))?;
    }
    Ok(Notice::text("Done"))
}

/// Does something to machines, if the user lets it.
fn save_all(call: &Call) -> Result<Notice> {
    let host = call.host();
    let mut saved = 0;
    for machine in host.machines()?.iter().filter(|machine| machine.state == "running") {
        match host.action(&machine.id, "save") {
            Err(error) if error.is_denied() => return Ok(Notice::text(format!("Not allowed: {error}"))),
            result => result?,
        }
        saved += 1;
    }
    Ok(Notice::text(format!("{saved} saved")))
}

/// Asks the program for all that it offers.
fn everything(call: &Call) -> Result<Notice> {
    let host = call.host();
    let machine = host.machines()?.remove(0).id;
    let details = host.machine(&machine)?.machine;
    let stats = host.stats(&machine)?;
    let now = host.set_hardware(&machine, None, details.memory_mib.map(|memory| 2 * memory))?;
    let output = host.guest_exec(&machine, &["uname", "-n"], 10)?.output;
    let headers = BTreeMap::from([("Accept".to_string(), "text/plain".to_string())]);
    let page = host.fetch(&Request { url: "https://example.org/".into(), headers, ..Request::default() })?;
    host.set_secret("password", "secret")?;
    let secret = host.secret("password")?.unwrap_or_default();
    host.delete_secret("password")?;
    host.set("list/a", json!([1, {"b": null}]))?;
    let keys = host.keys("list/")?;
    host.delete("list/a")?;
    let controls = vec![panel::switch("sure", "Sure", true)];
    let question = Question { title: "Go on?".into(), text: Some("Nothing is lost.".into()), controls, ..Question::default() };
    let answer = host.ask(&question)?;
    let event = json!({"monitor": "running", "event": "tried", "severity": "warning", "text": "Everything was tried", "machine": machine});
    host.notify("monitor/event", event)?;
    let applied = if now { "now" } else { "next-start" };
    Ok(Notice::text(format!(
        "{} {applied} {} {} {} {secret} {keys:?} {} {}",
        stats.cpus.unwrap_or(0),
        output.trim(),
        page.status,
        page.body.unwrap_or_default(),
        answer.accepted,
        answer.values["sure"]
    )))
}

fn show(host: &Host) -> Result<Node> {
    let pause = panel::switch("paused", "Pause", PAUSED.load(Ordering::Relaxed));
    Ok(panel::group(
        "Machines",
        vec![
            panel::row("Running", &running(host)?.1.to_string()),
            panel::with(pause, "description", "Measures nothing meanwhile"),
            panel::button("refresh", "Refresh", None),
        ],
    ))
}

fn main() {
    let mut ext = Extension::new();
    ext.command("count", count);
    ext.command("slow", slow);
    ext.command("save-all", save_all);
    ext.command("everything", everything);
    // Called while the monitor runs.
    ext.monitor("running", Duration::from_millis(500), |sampling| {
        let mut values = BTreeMap::new();
        if !PAUSED.load(Ordering::Relaxed) {
            let host = sampling.host();
            sampling.update_panel("running", show(&host)?);
            values.insert("running".to_string(), running(&host)?.1 as f64);
        }
        Ok(values)
    });
    ext.panel("running", |call| show(&call.host()));
    ext.panel_action("running", "paused", |call, value| {
        PAUSED.store(value == true, Ordering::Relaxed);
        Ok(PanelResult { root: Some(show(&call.host())?), text: None })
    });
    ext.panel_action("running", "refresh", |call, _| {
        Ok(PanelResult { root: Some(show(&call.host())?), text: Some("Counted again".into()) })
    });
    ext.run();
}
