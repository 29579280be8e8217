#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# check-activation.py PROGRAM SERVICE DESKTOP: the desktop starts the program through D-Bus, as it does from a launcher.
# In tests/tools/with-display.

import os
import subprocess
import sys
import time

import tap
from tap import Wrong, run

PROGRAM, SERVICE, DESKTOP = sys.argv[1:4]
ID = "org.alphavbox.AlphaVBox"
PATH = "/org/alphavbox/AlphaVBox"


def call(destination, path, method, *arguments):
    return run("gdbus", "call", "--session", "--timeout", "120", "--dest", destination, "--object-path", path,
               "--method", method, *arguments)


def bus(method, *arguments):
    return call("org.freedesktop.DBus", "/org/freedesktop/DBus", f"org.freedesktop.DBus.{method}", *arguments)


def wait_for(what, condition):
    end = time.monotonic() + 120
    while not condition():
        if time.monotonic() > end:
            raise Wrong(f"waited in vain for {what}")
        time.sleep(0.1)


def running():
    return "true" in bus("NameHasOwner", ID)


def install():
    """As installed, but for the place of the program."""
    folder = os.path.join(os.environ["XDG_DATA_HOME"], "dbus-1", "services")
    os.makedirs(folder)
    with open(SERVICE, encoding="utf-8") as file:
        lines = file.read().splitlines()
    with open(os.path.join(folder, os.path.basename(SERVICE)), "w", encoding="utf-8") as file:
        for line in lines:
            if line.startswith("Exec="):
                line = "Exec=" + " ".join([os.path.abspath(PROGRAM), *line.split()[1:]])
            file.write(line + "\n")
    # Programs that the bus starts have the bus's environment.
    run("dbus-update-activation-environment", "--all")
    bus("ReloadConfig")


def activates():
    install()
    if running():
        raise Wrong("it runs already")
    call(ID, PATH, "org.freedesktop.Application.Activate", "{}")
    wait_for("a window", lambda: subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", "Alpha VBox"], stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, check=False).returncode == 0)


def has_actions():
    said = call(ID, PATH, "org.gtk.Actions.List")
    with open(DESKTOP, encoding="utf-8") as file:
        names = [line[len("Actions="):] for line in file.read().splitlines() if line.startswith("Actions=")]
    for name in names[0].split(";"):
        if name and f"'{name}'" not in said:
            raise Wrong(f"no action {name}: {said}")


def quits():
    call(ID, PATH, "org.freedesktop.Application.ActivateAction", "quit", "[]", "{}")
    wait_for("the end", lambda: not running())


tap.main({
    "the bus starts it": activates,
    "the launcher's actions": has_actions,
    "and it quits": quits,
})
