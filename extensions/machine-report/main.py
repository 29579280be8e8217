#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""Machine report: what a machine is and uses, in words; a meter beside its console; a check for labs."""

import collections
import threading
import time

from alpha_vbox import Error, Extension, InvalidParams, panel

import report

ext = Extension()
meter = {"machine": None, "stop": None}


def say(text, *arguments):
    return report.Texts(ext.locale)(text, *arguments)


def machine_of(call):
    machine = (call.machine or {}).get("id")
    if machine is None:
        raise InvalidParams("No machine was named.")
    return machine


@ext.command("report")
def write_report(call):
    machine = machine_of(call)
    details = ext.host.machine(machine)
    try:
        stats = ext.host.stats(machine) if details["state"] in ("running", "paused") else None
    except Error as error:
        ext.log.info("no statistics: %s", error)
        stats = None
    text = report.write(details, stats, time.strftime("%Y-%m-%d %H:%M"), report.Texts(ext.locale))
    return {"text": say("The report of “{}” is ready.", report.line(details["name"])), "report": text}


def root(values, rate):
    text = say("Measuring …") if rate is None else f"{rate * 100:.0f} %"
    return panel.group(
        panel.row(say("Processor"), value=text, description=say("of one processor"), id="rate"),
        panel.sparkline(list(values) or [0], id="line", min=0),
    )


def measure(machine, stop):
    """While somebody looks."""
    values = collections.deque(maxlen=60)
    last = None
    while not stop.is_set():
        try:
            stats = ext.host.stats(machine)
        except Error as error:
            ext.update_panel("meter", panel.group(panel.row(str(error))))
            return
        now, cpu = stats["time"], stats.get("cpu_seconds")
        if cpu is None:
            ext.update_panel("meter", panel.group(panel.row(say("The machine does not run."))))
        elif last is not None and now > last[0]:
            values.append(max(0.0, (cpu - last[1]) / (now - last[0])))
            ext.update_panel("meter", root(values, values[-1]))
        last = None if cpu is None else (now, cpu)
        stop.wait(1)


@ext.command("meter")
def start_meter(call):
    meter["machine"] = machine_of(call)
    return {"panel": "meter"}


@ext.panel("meter")
def open_meter(call):
    machine = (call.machine or {}).get("id") or meter["machine"]
    if machine is None:
        raise InvalidParams("No machine was named.")
    close_meter(call)
    meter["stop"] = threading.Event()
    threading.Thread(target=measure, args=(machine, meter["stop"]), daemon=True).start()
    return root([], None)


@ext.panel_closed("meter")
def close_meter(call):
    if meter["stop"] is not None:
        meter["stop"].set()


@ext.lab_check("runs")
def check_runs(call):
    machines = call.params.get("machines") or []
    if not machines:
        return {"result": "unknown"}
    for machine in machines:
        details = ext.host.machine(machine["id"])
        if details["state"] != "running":
            return {"result": "failed", "text": say("{} does not run.", report.line(details["name"]))}
        if not details.get("addresses"):
            return {"result": "unknown", "text": say("It runs, but nothing is known of its guest.")}
    return {"result": "passed", "text": say("The machine runs and its agent answers.")}


if __name__ == "__main__":
    ext.run()
