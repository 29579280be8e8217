#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# check-host.py AVX HOST-TRACE: what the program itself sends, above all its answers to `host/…`, is what the schemas say.

import json
import os
import subprocess
import sys
import tempfile

import tap
from messages import wrong_messages
from tap import Wrong, expect

AVX, HOST = map(os.path.abspath, sys.argv[1:3])
PROGRAM = '''#!/usr/bin/python3
from alpha_vbox import Error, Extension, panel

ext = Extension()


@ext.command("try")
def attempt(call):
    host = ext.host
    machines = sorted(host.machines(), key=lambda machine: machine["name"])
    one = machines[0]["id"]
    said = {"names": [machine["name"] for machine in machines], "states": [machine["state"] for machine in machines]}
    for name, ask in {
        "get": lambda: host.machine(one)["name"],
        "stats": lambda: host.stats(one)["state"],
        "action": lambda: host.action(one, "pause"),
        "hardware": lambda: host.set_hardware(one, cpus=2),
        "exec": lambda: host.guest_exec(one, ["true"]).exit_code,
        "fetch": lambda: host.fetch("https://elsewhere.example/").status,
        "none": lambda: host.machine("none"),
        "set": lambda: host.store.set("a/b", {"c": [1, None]}),
        "kept": lambda: host.store.get("a/b"),
        "keys": lambda: host.store.keys(),
        "delete": lambda: host.store.delete("a/b"),
        "gone": lambda: host.store.get("a/b"),
        "ask": lambda: host.ask("Sure?", controls=[panel.switch("s", "S")]).accepted,
        "secret": lambda: host.secrets.get("none"),
    }.items():
        try:
            said[name] = ask()
        except Error as error:
            said[name] = error.code
    ext.log.info("%s", said)
    return {"text": __import__("json").dumps(said)}


ext.run()
'''
PERMISSIONS = ["machines.read", "machines.control", "machines.hardware", "guest.exec"]


def avx(*arguments, cwd):
    subprocess.run([AVX, *arguments], cwd=cwd, env={**os.environ, "AVX_SDK": tap.path("sdk")}, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def answers():
    with tempfile.TemporaryDirectory() as folder:
        avx("new", "python", "p", "--id", "net.alphavbox-test.host", cwd=folder)
        path = os.path.join(folder, "p", "pack", "manifest.json")
        with open(path, encoding="utf-8") as file:
            manifest = json.load(file)
        manifest["permissions"] = [{"id": name, "reason": "Test"} for name in PERMISSIONS]
        manifest["permissions"].append({"id": "network.fetch", "args": ["example.org"], "reason": "Test"})
        manifest["contributes"] = {"actions": [{"id": "try", "title": "Try", "where": "app"}]}
        with open(path, "w", encoding="utf-8") as file:
            json.dump(manifest, file)
        with open(os.path.join(folder, "p", "pack", "main.py"), "w", encoding="utf-8") as file:
            file.write(PROGRAM)
        avx("pack", "p", "-o", "p.avx", cwd=folder)
        done = subprocess.run([HOST, "p.avx", "trace", "command/run", '{"command":"try"}'], cwd=folder, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=280, check=False)
        if done.returncode != 0:
            raise Wrong(done.stdout)
        with open(os.path.join(folder, "trace"), encoding="utf-8") as file:
            messages = [(line["from"], line["message"]) for line in map(json.loads, file)]
    expect(wrong_messages(messages))
    said = json.loads(json.loads(done.stdout.splitlines()[-1])["text"])
    wanted = {"names": ["one", "two"], "states": ["running", "off"], "get": "one", "fetch": -32001, "none": -32603, "set": None,
              "kept": {"c": [1, None]}, "keys": ["a/b"], "delete": None, "gone": None, "ask": -32002, "secret": -32001}
    expect(f"{name}: {said[name]}, not {value}" for name, value in wanted.items() if said[name] != value)


tap.main({"what the program sends is what the schemas say": answers})
