#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""Idle watcher: tells which machines have run for days without being used, and offers to save them."""

import threading
import time

from alpha_vbox import Busy, Denied, Error, Extension, panel

from idle import DAY, HOUR, Watch
from texts import Texts

LIMITS = {"1h": HOUR, "1d": DAY, "3d": 3 * DAY, "7d": 7 * DAY, "30d": 30 * DAY}
LIMIT_TEXTS = {"1h": "1 hour", "1d": "1 day", "3d": "3 days", "7d": "7 days", "30d": "30 days"}
DEFAULT = "3d"

ext = Extension()
lock = threading.Lock()
state = {"watch": None, "limit": DEFAULT, "offer": True, "idle": [], "open": False}


def say(text, *arguments):
    return Texts(ext.locale)(text, *arguments)


def duration(seconds):
    return Texts(ext.locale).duration(seconds)


def load():
    """What was kept, at the first look."""
    if state["watch"] is None:
        state["watch"] = Watch(ext.host.store.get("watch"))
        limit = ext.host.store.get("limit")
        state["limit"] = limit if limit in LIMITS else DEFAULT
        state["offer"] = ext.host.store.get("offer") is not False


def look():
    """(id, name, seconds) of the machines that run, the longest idle first. Those that cannot be asked are left out."""
    now = time.time()
    watch = state["watch"]
    found = []
    running = {machine["id"]: machine for machine in ext.host.machines() if machine["state"] == "running"}
    watch.forget_others(running)
    for machine in running.values():
        try:
            seconds = watch.look(machine["id"], ext.host.stats(machine["id"]), now)
        except Error as error:
            ext.log.info("%s: %s", machine["name"], error)
            continue
        if seconds is not None:
            found.append((machine["id"], machine["name"], seconds))
    ext.host.store.set("watch", watch.machines)
    return sorted(found, key=lambda item: -item[2])


def over_limit():
    return [item for item in state["idle"] if item[2] >= LIMITS[state["limit"]]]


def save(machine, name):
    ext.host.action(machine, "save")
    ext.event("idle", "saved", say("“{}” was saved.", name), machine=machine)


def offer(machine, name, seconds):
    """Once for each time that it is idle."""
    watch = state["watch"]
    if not watch.was("told", machine):
        watch.mark("told", machine, time.time())
        ext.event("idle", "idle", say("“{}” has been idle for {}.", name, duration(seconds)), machine=machine)
    if watch.was("asked", machine) or not state["offer"] or not ext.granted("machines.control"):
        return
    text = say(
        "It has been idle for {}. Saved, it takes no memory and goes on from there when you start it.", duration(seconds)
    )
    try:
        answer = ext.host.ask(say("Save “{}”?", name), text, accept=say("Save"))
    except Busy:
        # Nobody looks, or another question is asked: next time.
        return
    watch.mark("asked", machine, time.time())
    if answer.accepted:
        save(machine, name)


def root():
    rows = []
    for number, (_, name, seconds) in enumerate(over_limit()[:50]):
        children = [panel.button(f"save-{number}", say("Save"))] if ext.granted("machines.control") else []
        rows.append(panel.row(name, *children, value=duration(seconds)))
    if not rows:
        rows.append(panel.row(say("No machine has been idle that long.")))
    others = [panel.row(name, value=duration(seconds)) for _, name, seconds in state["idle"] if seconds < LIMITS[state["limit"]]]
    groups = [panel.group(*rows, label=say("Idle machines"), id="idle")]
    if others:
        groups.append(panel.group(*others[:50], label=say("Machines that run")))
    groups.append(
        panel.group(
            panel.combo("limit", say("Flag after"), {name: say(text) for name, text in LIMIT_TEXTS.items()}, state["limit"]),
            panel.switch(
                "offer",
                say("Offer to save"),
                state["offer"],
                description=say("Asks once, when a machine has been idle that long."),
                sensitive=ext.granted("machines.control"),
            ),
        )
    )
    return panel.group(*groups)


@ext.monitor("idle", every=60)
def sample():
    with lock:
        load()
        state["idle"] = look()
        flagged = over_limit()
        running = len(state["idle"])
        if state["open"]:
            ext.update_panel("idle", root())
    for machine, name, seconds in flagged:
        offer(machine, name, seconds)
    with lock:
        ext.host.store.set("watch", state["watch"].machines)
    return {"running": running, "idle": len(flagged)}


@ext.panel("idle")
def open_panel(call):
    with lock:
        load()
        state["open"] = True
        state["idle"] = look()
        return root()


@ext.panel_closed("idle")
def close_panel(call):
    state["open"] = False


@ext.method("panel/action")
def act(call):
    node, value = call.params.get("node"), call.params.get("value")
    with lock:
        load()
        if node == "limit" and value in LIMITS:
            state["limit"] = value
            ext.host.store.set("limit", value)
        elif node == "offer" and isinstance(value, bool):
            state["offer"] = value
            ext.host.store.set("offer", value)
        elif isinstance(node, str) and node.startswith("save-"):
            return save_row(node)
        return {"root": root()}


def save_row(node):
    number = node.removeprefix("save-")
    idle = over_limit()
    if not number.isdigit() or int(number) >= len(idle):
        return {"root": root(), "text": say("This machine is not idle any more.")}
    machine, name, _ = idle[int(number)]
    try:
        save(machine, name)
    except Denied:
        return {"text": say("The permission to start and stop machines was not given.")}
    state["idle"] = [item for item in state["idle"] if item[0] != machine]
    return {"root": root(), "text": say("“{}” was saved.", name)}


@ext.command("look-now")
def look_now(call):
    """What the monitor does, at once."""
    with lock:
        load()
        state["idle"] = look()
        count = len(over_limit())
    return {"panel": "idle"} if count else {"text": say("No machine has been idle that long.")}


if __name__ == "__main__":
    ext.run()
