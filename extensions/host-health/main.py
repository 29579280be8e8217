#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""Host health: how this computer copes with its machines."""

import collections
import threading

from alpha_vbox import Extension

import panel
from health import Reading
from texts import Texts

HISTORY = 120

ext = Extension()
history = collections.deque(maxlen=HISTORY)
looked_at = threading.Event()
told = set()


def texts():
    return Texts(ext.locale)


def warn(reading):
    """Once for each time that it gets bad."""
    now = {event: (severity, what, number) for event, severity, what, number in reading.warnings()}
    say = texts()
    for event in now.keys() - told:
        severity, what, number = now[event]
        text = "Little memory is left: {}." if what == "memory" else "The disk of your machines is nearly full: {} are free."
        ext.event("health", event, say(text, say.size(number)), severity)
    told.clear()
    told.update(now)


@ext.monitor("health", every=5)
def sample():
    reading = Reading(ext.data_dir)
    if reading.load:
        history.append(reading.load[0])
    warn(reading)
    if looked_at.is_set():
        ext.update_panel("health", panel.build(reading, history, texts()))
    return reading.values()


@ext.panel("health")
def open_panel(call):
    looked_at.set()
    return panel.build(Reading(ext.data_dir), history, texts())


@ext.panel_closed("health")
def close_panel(call):
    looked_at.clear()


if __name__ == "__main__":
    ext.run()
