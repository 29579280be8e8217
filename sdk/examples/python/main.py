#!/usr/bin/python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
"""What the library can do, in one small extension. Those in Go and Rust do the same, and so does the test of all three."""

from alpha_vbox import Denied, Extension, panel

ext = Extension()
paused = False


def running() -> int:
    return sum(machine["state"] == "running" for machine in ext.host.machines())


@ext.command("count")
def count(call):
    """Asks the program, keeps a number from one start to the next, says something."""
    print("This goes to the log.")
    runs = ext.host.store.get("runs", 0) + 1
    ext.host.store.set("runs", runs)
    return {"text": f"{len(ext.host.machines())} machines, {running()} of them running, counted {runs} times"}


@ext.command("slow")
def slow(call):
    """Long work: tells how it gets on, and ends early when it is cancelled."""
    for step in range(100):
        call.progress(step / 100, f"Step {step + 1} of 100 for {call.machine['name']}")
        call.wait(0.05)
    return {"text": "Done"}


@ext.command("save-all")
def save_all(call):
    """Does something to machines, if the user lets it."""
    saved = 0
    for machine in ext.host.machines():
        if machine["state"] != "running":
            continue
        try:
            ext.host.action(machine["id"], "save")
        except Denied as error:
            return {"text": f"Not allowed: {error.message}"}
        saved += 1
    return {"text": f"{saved} saved"}


@ext.command("everything")
def everything(call):
    """Asks the program for all that it offers."""
    host = ext.host
    machine = host.machines()[0]["id"]
    details, stats = host.machine(machine), host.stats(machine)
    applied = host.set_hardware(machine, memory_mib=2 * details["memory_mib"])
    name = host.guest_exec(machine, ["uname", "-n"], input="", timeout_s=10).output.strip()
    page = host.fetch("https://example.org/", headers={"Accept": "text/plain"}, max_bytes=65536)
    host.secrets.set("password", "secret")
    secret = host.secrets.get("password")
    host.secrets.delete("password")
    host.store.set("list/a", [1, {"b": None}])
    keys = host.store.keys("list/")
    host.store.delete("list/a")
    answer = host.ask("Go on?", "Nothing is lost.", [panel.switch("sure", "Sure", True)], accept="Go On")
    ext.event("running", "tried", "Everything was tried", severity="warning", machine=machine, action="count")
    return {"text": f"{stats['cpus']} {applied} {name} {page.status} {page.text} {secret} {keys} {answer.accepted} {answer.values['sure']}"}


def show() -> panel.Node:
    return panel.group(
        panel.row("Running", value=str(running())),
        panel.switch("paused", "Pause", value=paused, description="Measures nothing meanwhile"),
        panel.button("refresh", "Refresh"),
        label="Machines",
    )


@ext.monitor("running", every=0.5)
def sample():
    """Called while the monitor runs."""
    if paused:
        return None
    ext.update_panel("running", show())
    return {"running": running()}


@ext.panel("running")
def opened(call):
    return show()


@ext.panel_action("running", "paused")
def switched(call, value):
    global paused
    paused = value
    return {"root": show()}


@ext.panel_action("running", "refresh")
def refresh(call, value):
    return {"root": show(), "text": "Counted again"}


if __name__ == "__main__":
    ext.run()
