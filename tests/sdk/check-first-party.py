#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# check-first-party.py AVX PACKAGE…: the program's own extensions keep to what everybody's must: avx finds nothing wrong, packs the
# same bytes again, and every message of theirs, while all that they contribute is opened, is what the schemas say.

import json
import os
import subprocess
import sys
import tempfile

import schemas
import tap
from messages import wrong_messages
from tap import Wrong, expect

AVX = os.path.abspath(sys.argv[1])


def avx(*arguments, codes=(0,)):
    done = subprocess.run([AVX, *arguments], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=250, check=False)
    if done.returncode not in codes:
        raise Wrong(f"avx {' '.join(arguments)}: {done.returncode}\n{done.stdout}")
    return done.stdout


def calls(manifest):
    """Opens what it contributes; what that leads to in a made-up program may be an error, but one of the protocol."""
    contributes = manifest.get("contributes", {})
    machine = {"id": "m1", "name": "debian", "state": "running"}
    for monitor in contributes.get("monitors", []):
        yield "monitor/start", {"monitor": monitor["id"], "interval_ms": 250}
        if monitor.get("panel"):
            yield "panel/open", {"panel": monitor["id"]}
            yield "panel/close", {"panel": monitor["id"]}
    for item in [*contributes.get("actions", []), *contributes.get("consoleTools", [])]:
        yield "command/run", {"command": item["id"], "machine": machine}
    for target in contributes.get("storage", []):
        yield "storage/probe", {"target": target["id"], "options": {}}
        yield "storage/list", {"target": target["id"], "options": {}}
    for network in contributes.get("networks", []):
        yield "network/create", {"network": network["id"], "title": "Try"}
        yield "network/attach", {"network": network["id"], "machine": machine}
        if "list" in network.get("operations", []):
            yield "network/list", {"network": network["id"]}
    for check in contributes.get("labChecks", []):
        yield "lab/check", {"check": check["id"], "machines": [machine]}


def keeps_to_it(package):
    with tempfile.TemporaryDirectory() as folder:
        pack, again, trace = (os.path.join(folder, name) for name in ("pack", "again.avx", "trace"))
        avx("unpack", package, pack)
        avx("check", pack)
        avx("pack", pack, "-o", again)
        with open(package, "rb") as one, open(again, "rb") as other:
            if one.read() != other.read():
                raise Wrong("avx pack makes other bytes of the same files")
        with open(os.path.join(pack, "manifest.json"), encoding="utf-8") as file:
            manifest = json.load(file)
        expect(schemas.problems("manifest.schema.json", manifest))
        if manifest["kind"] == "content":
            return
        wanted = [f"{method} {json.dumps(params)}" for method, params in calls(manifest)]
        printed = avx("run", pack, *wanted, "wait 0.6", "--trace", trace, codes=(0, 1))
        with open(trace, encoding="utf-8") as file:
            messages = [(line["from"], line["message"]) for line in map(json.loads, file)]
    expect(wrong_messages(messages))
    answered = [message for side, message in messages if side == "extension" and "method" not in message]
    if not any("result" in message and message["result"] is None for message in answered) or len(answered) < len(wanted):
        raise Wrong(f"it did not come to an orderly end:\n{printed}")
    for message in answered:
        if message.get("error", {}).get("code") in (-32601, -32603):
            raise Wrong(f"{message['error']}\n{printed}")


tap.main({os.path.basename(package): (lambda package=package: keeps_to_it(package)) for package in sys.argv[2:]})
