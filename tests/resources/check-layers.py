#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# The rules about sources that the compiler does not enforce.

import os
import re

import tap
from tap import expect

CODE = (".c", ".h")
FOLDERS = ("app", "backends", "ui", "tests", "po", "resources", "flatpak", "build-aux", "docs", "sdk", ".ci", ".github")
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)

# What a folder may not include, by the beginning of the header's name.
FORBIDDEN = {
    "backends": ["gtk/", "gdk/", "gsk/", "adwaita", "spice-client", "app/", "ui/"],
    "app": ["gtk/", "gdk/", "gsk/", "adwaita", "spice-client", "libvirt", "backends/hvf/", "backends/hyperv/",
            "backends/kvm/", "backends/libvirt/", "ui/"],
    "ui": ["libvirt", "backends/hvf/", "backends/hyperv/", "backends/kvm/", "backends/libvirt/"],
    "ui/console": ["app/"],
}
LIBVIRT_MAY = ("backends/hvf/", "backends/kvm/", "backends/libvirt/")
CONCRETE = (*LIBVIRT_MAY, "backends/hyperv/")


def includes(name):
    return INCLUDE.findall(tap.read(name))


def wrong_includes():
    for folder, forbidden in FORBIDDEN.items():
        for name in tap.files(folder, suffixes=CODE):
            for header in includes(name):
                if name.startswith(LIBVIRT_MAY) and header.startswith(("libvirt", *LIBVIRT_MAY)):
                    continue
                if header == "backends/avb-builtin-backends.h" or name == "backends/avb-builtin-backends.c":
                    continue
                if name.startswith("backends/hyperv/") and header.startswith("libvirt/"):
                    yield f"{name} includes {header}"
                if header.startswith(tuple(forbidden)):
                    yield f"{name} includes {header}"


def concrete_backends():
    """Only avb-builtin-backends.c names them."""
    for name in tap.files("backends", "app", "ui", suffixes=CODE):
        if name.startswith(CONCRETE) or name == "backends/avb-builtin-backends.c":
            continue
        for header in includes(name):
            if header.startswith(CONCRETE) or header.startswith(("hvf/", "hyperv/", "kvm/", "libvirt/avb")):
                yield f"{name} includes {header}"


def first_include():
    for name in tap.files("app", "backends", "ui", suffixes=[".c"]):
        found = includes(name)
        if not found or found[0] != "config.h":
            yield f"{name}: config.h is not the first include"


def pragma_once():
    for name in tap.files("app", "backends", "ui", suffixes=[".h"]):
        if "#pragma once" not in tap.read(name):
            yield f"{name}: no #pragma once"


def text_files():
    top = [name for name in os.listdir(tap.SOURCE) if os.path.isfile(tap.path(name)) and name != ".git"]
    for name in [*top, *tap.files(*FOLDERS)]:
        with open(tap.path(name), "rb") as file:
            data = file.read()
        if b"\0" not in data:
            yield name, data.decode("utf-8", errors="replace")


def licences():
    """Two lines in every file that can have a comment."""
    no_comments = (".json", ".svg.in", ".golden", ".txt.gz")
    for name, text in text_files():
        base = os.path.basename(name)
        if base in ("COPYING", "LICENSE", ".gitignore") or name.endswith(no_comments):
            continue
        # Input of tests is data; it may have to be exactly what it is.
        if name.startswith("tests/") and not name.endswith((".c", ".h", ".py", ".sh", ".build")):
            if not text.startswith("#!"):
                continue
        head = text[:600]
        for line in ("SPDX-FileCopyrightText:", "SPDX-License-Identifier:"):
            if line not in head:
                yield f"{name}: no {line}"


def registries():
    """Sources come from where they are released, never from a package registry or a mirror."""
    # In parts, or this file would be found itself.
    hosts = ["pypi" + ".org", "python" + "hosted.org", "npm" + "js.", "crates" + ".io", "docker" + ".io",
             "ghcr" + ".io", "quay" + ".io", "proxy." + "golang.org", "maven" + ".org", "ruby" + "gems.org",
             "deb." + "debian.org", "archive." + "ubuntu.com"]
    for name, text in text_files():
        yield from (f"{name} names {host}" for host in hosts if host in text)


def unfinished():
    marks = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]) + r")\b")
    for name, text in text_files():
        if name.startswith("po/"):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if marks.search(line):
                yield f"{name}:{number}: {line.strip()}"


def disowned():
    """A chain of futures ends where its error is shown or logged."""
    for name in tap.files("app", "backends", "ui", suffixes=[".c"]):
        for number, line in enumerate(tap.read(name).splitlines(), 1):
            if re.search(r"\bdex_future_disown \(dex_future_new|\bdex_future_disown \(avb_", line):
                yield f"{name}:{number}: {line.strip()}"


def fibers():
    """Only avb_fiber_spawn() begins one: see there."""
    for name in tap.files("app", "backends", "ui", suffixes=[".c"]):
        if name != "backends/avb-blocking.c" and "dex_scheduler_spawn" in tap.read(name):
            yield f"{name} calls dex_scheduler_spawn"


def anchors(text):
    """GitHub's and GitLab's names of headings."""
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def links():
    """What the documents point to in the checkout is there."""
    for name in [name for name in os.listdir(tap.SOURCE) if name.endswith(".md")]:
        for target in re.findall(r"\]\(([^)\s]+)\)", tap.read(name)):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            file = file or name
            # Taken of the finished program, and then all of them.
            if file.startswith("docs/pictures/") and not os.path.isdir(tap.path("docs/pictures")):
                continue
            if not os.path.exists(tap.path(file)):
                yield f"{name}: {file} does not exist"
            elif anchor and anchor not in anchors(tap.read(file)):
                yield f"{name}: {file} has no heading {anchor}"


tap.main({
    "layers": lambda: expect(wrong_includes()),
    "concrete backends": lambda: expect(concrete_backends()),
    "config.h first": lambda: expect(first_include()),
    "pragma once": lambda: expect(pragma_once()),
    "licences": lambda: expect(licences()),
    "no registry": lambda: expect(registries()),
    "nothing unfinished": lambda: expect(unfinished()),
    "no bare disown": lambda: expect(disowned()),
    "fibers": lambda: expect(fibers()),
    "links in documents": lambda: expect(links()),
})
