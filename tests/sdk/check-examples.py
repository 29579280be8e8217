#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# check-examples.py AVX LANGUAGE=PROGRAM…: the examples, each in the real sandbox, talking to the program's own codec by
# `avx run`. All of them do the same, and every message is what the schemas say.

import json
import os
import shutil
import subprocess
import sys
import tempfile

import schemas
import tap
from messages import wrong_messages
from tap import Wrong, expect

AVX = os.path.abspath(sys.argv[1])
PROGRAMS = dict(argument.split("=", 1) for argument in sys.argv[2:])
MACHINE = {"id": "m1", "name": "debian", "state": "running"}


def make_pack(language, folder):
    """What would be packed."""
    shutil.copytree(tap.path("sdk/examples", language), folder, ignore=lambda _, names: [n for n in names if n != "manifest.json"])
    with open(os.path.join(folder, "manifest.json"), encoding="utf-8") as file:
        manifest = json.load(file)
    program = next(iter(manifest["platforms"].values()))
    # For this computer, as they were built here.
    manifest["platforms"] = {"linux-any" if language == "python" else f"linux-{os.uname().machine}": program}
    with open(os.path.join(folder, "manifest.json"), "w", encoding="utf-8") as file:
        json.dump(manifest, file)
    target = os.path.join(folder, program["exec"])
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy(PROGRAMS[language], target)
    os.chmod(target, 0o755)
    if language == "python":
        shutil.copytree(tap.path("sdk/python/alpha_vbox"), os.path.join(folder, "alpha_vbox"))


def run(language, calls, *options, code=0):
    """Runs the example; returns its messages as (from, message), and what avx printed."""
    with tempfile.TemporaryDirectory() as folder:
        pack, trace = os.path.join(folder, "pack"), os.path.join(folder, "trace")
        make_pack(language, pack)
        done = subprocess.run([AVX, "run", pack, *[call if isinstance(call, str) else call[0] + " " + json.dumps(call[1]) for call in calls],
                               "--trace", trace, *options], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=250, check=False)
        if done.returncode != code:
            raise Wrong(f"{done.returncode}\n{done.stdout}")
        with open(trace, encoding="utf-8") as file:
            messages = [(line["from"], line["message"]) for line in map(json.loads, file)]
    expect(wrong_messages(messages))
    return messages, done.stdout


def answers(messages, method, wanted=lambda params: True):
    """The answers to the program's calls of a method, in the order of the calls."""
    ids = [m["id"] for side, m in messages if side == "host" and m.get("method") == method and "id" in m and wanted(m.get("params", {}))]
    return [m for number in ids for side, m in messages if side == "extension" and m.get("id") == number and "method" not in m]


def same(a, b):
    if a != b:
        raise Wrong(f"{a!r} is not {b!r}")


def texts(messages, command):
    return [a["result"]["text"] for a in answers(messages, "command/run", lambda params: params["command"] == command)]


def actions(language):
    messages, printed = run(language, [
        ("command/run", {"command": "count"}), ("command/run", {"command": "count"}), ("command/run", {"command": "save-all"}),
        ("command/run", {"command": "count"}), "ping"])
    same(texts(messages, "count"), [f"3 machines, {running} of them running, counted {n} times" for n, running in ((1, 2), (2, 2), (3, 0))])
    same(texts(messages, "save-all"), ["2 saved"])
    same(answers(messages, "initialize")[0]["result"], {"protocol": 1})
    same(answers(messages, "shutdown")[0]["result"], None)
    if "· This goes to the log." not in printed:
        raise Wrong(printed)


def long_work(language):
    messages, _ = run(language, ['cancel 0.3 command/run {"command":"slow","machine":' + json.dumps(MACHINE) + "}"])
    told = [m["params"] for _, m in messages if m.get("method") == "$/progress"]
    same([told[0]["fraction"], told[0]["text"]], [0, "Step 1 of 100 for debian"])
    same(answers(messages, "command/run")[0]["error"]["code"], -32003)
    if not 1 < len(told) < 100:
        raise Wrong(f"{len(told)} signs of progress")


def panels(language):
    messages, _ = run(language, [
        ("panel/open", {"panel": "running"}), ("monitor/start", {"monitor": "running", "interval_ms": 500}), "wait 1.3",
        ("panel/action", {"panel": "running", "node": "refresh"}), ("panel/action", {"panel": "running", "node": "paused", "value": True}),
        ("monitor/stop", {"monitor": "running"}), ("panel/close", {"panel": "running"})])
    samples = [m["params"]["values"] for _, m in messages if m.get("method") == "monitor/sample"]
    updates = [m["params"]["root"] for _, m in messages if m.get("method") == "panel/update"]
    if not 2 <= len(samples) <= 4 or not 2 <= len(updates) <= 4:
        raise Wrong(f"{len(samples)} samples, {len(updates)} updates")
    same(samples[0], {"running": 2})
    root = answers(messages, "panel/open")[0]["result"]["root"]
    same(root, updates[0])
    same([node["kind"] for node in root["children"]], ["row", "switch", "button"])
    same([root["label"], root["children"][0]["value"], root["children"][1]["value"]], ["Machines", "2", False])
    refreshed, paused = [a["result"] for a in answers(messages, "panel/action")]
    same([refreshed["text"], refreshed["root"]], ["Counted again", root])
    same(paused["root"]["children"][1]["value"], True)


def rights(language):
    save, count = ("command/run", {"command": "save-all"}), ("command/run", {"command": "count"})
    for options in (["--deny", "machines.control"], ["--role", "viewer"]):
        messages, _ = run(language, [save], *options)
        same(texts(messages, "save-all")[0].split(":")[0], "Not allowed")
        same([m["error"]["code"] for side, m in messages if side == "host" and "error" in m], [-32001])
    messages, _ = run(language, [count], "--deny", "machines.read", code=1)
    same(answers(messages, "command/run")[0]["error"]["code"], -32001)


WORLD = {
    "machines": [{"id": "x", "name": "only", "state": "running", "memory_mib": 512, "stats": {"cpus": 3}}],
    "exec": {"output": "guest\n"}, "fetch": {"https://example.org/": {"headers": {"content-type": "text/plain"}, "body": "Hello"}},
    "answer": {"accepted": True, "values": {"sure": False}},
}


def everything(language):
    """Each method that the program offers, by each library."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as world:
        json.dump(WORLD, world)
        world.flush()
        messages, _ = run(language, [("command/run", {"command": "everything"})], "--world", world.name)
    text = texts(messages, "everything")[0].lower()
    for wrong in "'\",":
        text = text.replace(wrong, "")
    same(text, "3 next-start guest 200 hello secret [list/a] true false")
    asked = {m["method"] for side, m in messages if side == "extension" and m.get("method", "").startswith("host/")}
    same({name for name in schemas.methods() if name.startswith("host/")} - asked, {"host/kv.get"})
    same([m["params"]["event"] for _, m in messages if m.get("method") == "monitor/event"], ["tried"])


def refusals(language):
    messages, _ = run(language, [
        ("command/run", {"command": "none"}), ("nothing/here", {}), ("panel/open", {"panel": "none"}), ("monitor/start", {"monitor": "none"}),
        ("panel/action", {"panel": "running", "node": "none"})], code=1)
    codes = [m["error"]["code"] for side, m in messages if side == "extension" and "error" in m]
    same(codes, [-32602, -32601, -32602, -32602, -32602])


checks = {}
for language in PROGRAMS:
    for check in (actions, long_work, panels, rights, everything, refusals):
        checks[f"{language}: {check.__name__.replace('_', ' ')}"] = lambda check=check, language=language: check(language)
tap.main(checks)
