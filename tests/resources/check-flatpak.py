#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# The Flatpak manifest, as flatpak-builder understands it.

import json
import os
import re

import tap
from tap import expect

ID = "org.alphavbox.AlphaVBox"
MANIFEST = f"flatpak/{ID}.yaml"


def manifest():
    # stderr apart: flatpak-builder may warn.
    return json.loads(tap.run("sh", "-c", 'flatpak-builder --show-manifest "$1" 2>/dev/null', "sh",
                              tap.path(MANIFEST)))


def sources():
    for module in manifest()["modules"]:
        for source in module["sources"]:
            yield module["name"], source


def accepted():
    said = manifest()
    expect(f"{key} is {said.get(key)}" for key, value in
           {"id": ID, "runtime": "org.gnome.Platform", "command": "alpha-vbox"}.items()
           if said.get(key) != value)


def pinned():
    """Every source is one release that can not change under us."""
    for name, source in sources():
        if source["type"] in ("archive", "file") and "url" in source:
            good = re.fullmatch("[0-9a-f]{64}", source.get("sha256", ""))
        elif source["type"] == "git":
            good = re.fullmatch("[0-9a-f]{40}", source.get("commit", "")) and source.get("tag")
        else:
            continue
        if not good or not source["url"].startswith("https://"):
            yield f"{name}: {source['url']} is not pinned"


def local_files():
    for name, source in sources():
        if "path" in source and not os.path.exists(tap.path("flatpak", source["path"])):
            yield f"{name}: {source['path']} does not exist"


def permissions():
    """What the sandbox may reach is a promise to users; widening it takes a change here too."""
    promised = {"--share=ipc", "--socket=wayland", "--socket=fallback-x11", "--device=dri",
                "--device=kvm", "--socket=pulseaudio", "--share=network"}
    for argument in manifest()["finish-args"]:
        if argument not in promised and not argument.startswith("--env="):
            yield argument


def modules():
    needed = ["libdex", "libvirt", "libvirt-glib", "libosinfo", "osinfo-db", "spice-gtk", "spice",
              "qemu", "libyaml", "libportal", "alpha-vbox"]
    names = [module["name"] for module in manifest()["modules"]]
    yield from (f"no module {name}" for name in needed if name not in names)
    if names[-1] != "alpha-vbox":
        yield "the program is not built last"
    if len(set(names)) != len(names):
        yield "a module is there twice"


tap.main({
    "flatpak-builder accepts it": accepted,
    "sources are pinned": lambda: expect(pinned()),
    "local sources exist": lambda: expect(local_files()),
    "permissions": lambda: expect(permissions()),
    "modules": lambda: expect(modules()),
})
