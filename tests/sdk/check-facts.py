#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# check-facts.py PROTOCOL-FACTS: what schemas, libraries and pages say of limits, permissions and methods is what the program does.

import json
import os
import re
import subprocess
import sys

import schemas
import tap
from tap import expect

WORDS = [*schemas.methods(), *schemas.documents()["types.schema.json"]["$defs"]["permissionId"]["enum"]]
FACTS = json.loads(subprocess.run([os.path.abspath(sys.argv[1]), *WORDS], text=True, stdout=subprocess.PIPE, check=True).stdout)


def changes():
    said = {name for name, method in schemas.methods().items() if method.get("changes") and method["from"] == "host"}
    done = {name for name in FACTS["changes"] if schemas.methods()[name]["from"] == "host"}
    yield from (f"{name} changes something in one of the two only" for name in said ^ done)


def permissions():
    words = schemas.documents()["types.schema.json"]["$defs"]["permissionId"]["enum"]
    yield from (f"{name} is a permission in one of the two only" for name in set(words) ^ set(FACTS["permissions"]))
    page = tap.read("docs/extensions/security.md")
    yield from (f"security.md does not have {name}" for name in words if f"| `{name}` |" not in page)


def libraries():
    """Constants of the three libraries."""
    expected = {
        "sdk/python/alpha_vbox/_peer.py": {r"MAX_HEADER = (\d+)": "header", r"MAX_IN_FLIGHT = (\d+)": "in_flight"},
        "sdk/go/peer.go": {r"MaxHeader\s+= (\d+)": "header", r"MaxInFlight\s+= (\d+)": "in_flight"},
        "sdk/rust/src/peer.rs": {r"MAX_HEADER: usize = (\d+)": "header", r"MAX_IN_FLIGHT: usize = (\d+)": "in_flight"},
        "sdk/go/extension.go": {r"const Protocol = (\d+)": "protocol"},
        "sdk/rust/src/lib.rs": {r"PROTOCOL: i64 = (\d+)": "protocol"},
        "sdk/python/alpha_vbox/_extension.py": {r"^PROTOCOL = (\d+)": "protocol"},
        "sdk/protocol/methods.json": {r'"protocol": (\d+)': "protocol"},
    }
    for name, patterns in expected.items():
        for pattern, fact in patterns.items():
            found = re.findall(pattern, tap.read(name), re.MULTILINE)
            if found != [str(FACTS[fact])]:
                yield f"{name}: {pattern} is {found}, not {FACTS[fact]}"


def pages():
    """Numbers of the page about security."""
    text = tap.read("docs/extensions/security.md")
    seconds = {name: FACTS[name] // 1000 for name in ("initialize", "call", "progress", "ping_interval", "ping_answer", "cancel_grace", "term_grace", "stall")}
    lines = [
        f"| a message | {FACTS['header']} bytes of header, {FACTS['body'] >> 20} MiB, {FACTS['depth']} levels, {FACTS['values']:,} values |",
        f"| what it sends unasked | {FACTS['messages_per_second']} messages a second |",
        f"| calls | {FACTS['in_flight']} in each direction at once |",
        f"| `initialize` | {seconds['initialize']} s |", f"| an answer that somebody waits for | {seconds['call']} s ",
        f"after {seconds['cancel_grace']} s TERM, after {seconds['term_grace']} s KILL", f"every {seconds['progress']} s |",
        f"| `ping` | every {seconds['ping_interval']} s, {seconds['ping_answer']} s to answer |", f"| reading what it is sent | {seconds['stall']} s |",
        f"| memory | {FACTS['memory_mb']} MiB ", f"| processes and threads | {FACTS['processes']} |",
        f"more than {FACTS['package'] >> 20} MiB packed, {FACTS['unpacked'] >> 30} GiB unpacked or {FACTS['entries']:,} entries",
        f"{1000 // FACTS['panel_interval']} updates a second", f"`/data` | its own, kept; {FACTS['disk'] >> 30} GiB",
    ]
    yield from (f"security.md does not say “{line}”" for line in lines if line not in text)


def installed():
    """What is in a folder is named in its meson.build, or it would not be there once installed."""
    for folder, suffixes in (("sdk/protocol", (".json",)), ("sdk/python", (".py", ".typed")), ("sdk/go", (".go", ".mod")), ("sdk/rust", (".rs", "Cargo.toml"))):
        listed = tap.read(f"{folder}/meson.build")
        for name in tap.files(folder, suffixes=suffixes):
            if f"'{os.path.relpath(name, folder)}'" not in listed and not name.endswith("make-reference.py"):
                yield f"{folder}/meson.build does not name {name}"


tap.main({
    "what changes something": lambda: expect(changes()),
    "permissions": lambda: expect(permissions()),
    "constants of the libraries": lambda: expect(libraries()),
    "all files are installed": lambda: expect(installed()),
    "numbers of the page about security": lambda: expect(pages()),
})
