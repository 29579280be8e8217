#!/usr/bin/python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""@TITLE@: change it to what it should do. The protocol is in docs/extensions/ of Alpha VBox."""

from alpha_vbox import Extension, panel

ext = Extension()


def overview() -> panel.Node:
    machines = ext.host.machines()
    return panel.group(
        panel.table(["Machine", "State"], [[machine["name"], machine["state"]] for machine in machines]),
        panel.button("refresh", "Refresh"),
        label="Machines",
    )


@ext.command("hello")
def hello(call):
    """The action of the manifest."""
    running = [machine["name"] for machine in ext.host.machines() if machine["state"] == "running"]
    return {"text": f"{len(running)} machines run: {', '.join(running)}"}


@ext.monitor("overview", every=5)
def watch():
    """Called while somebody watches."""
    ext.update_panel("overview", overview())


@ext.panel("overview")
def opened(call):
    return overview()


@ext.panel_action("overview", "refresh")
def refresh(call, value):
    return {"root": overview()}


if __name__ == "__main__":
    ext.run()
