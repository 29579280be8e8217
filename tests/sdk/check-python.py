#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# The library for Python: what it takes from a line that is broken, what it does with calls, and whether its types are those
# of the schemas. That it works with the program itself is shown by test-sdk-examples.

import io
import json
import os
import subprocess
import sys
import threading
import typing

import schemas
import tap
from tap import Wrong, expect

sys.path.insert(0, tap.path("sdk/python"))
# pylint: disable=wrong-import-position
import alpha_vbox
from alpha_vbox import _peer, panel, types

INITIALIZE = {
    "protocol": {"min": 1, "max": 1}, "host": {"name": "test", "version": "0"}, "extension": {"id": "a.b.c", "version": "1.0.0"},
    "locale": "de-DE", "granted": [{"id": "network.fetch", "args": ["example.org"]}], "limits": {}, "role": "operator",
    "paths": {"app": "/app", "data": "/data", "runtime": "/run/x"},
}
EXTENSION = '''
import sys, time
from alpha_vbox import Busy, Extension, panel
ext = Extension()

@ext.command("print")
def talk(call):
    print("between two messages")
    sys.stdout.flush()
    return {"text": ext.locale + ext.data_dir + str(ext.granted("network.fetch", "example.org")) + str(ext.granted("secrets"))}

@ext.command("busy")
def busy(call):
    raise Busy("later")

@ext.command("broken")
def broken(call):
    return {"text": 1 / 0}

@ext.command("nan")
def nan(call):
    return {"text": float("nan")}

@ext.command("wait")
def wait(call):
    call.progress(2, "begun")
    call.wait(600)

@ext.command("ask")
def ask(call):
    return {"text": str(bool(ext.host.ask("Sure?")))}

@ext.command("flood")
def flood(call):
    for number in range(200):
        ext.update_panel("p", panel.row(str(number)))
    time.sleep(0.5)

@ext.on_shutdown
def bye():
    print("bye")

ext.run()
'''


class Host:
    """Plays the program for EXTENSION."""

    def __init__(self):
        env = {**os.environ, "PYTHONPATH": tap.path("sdk/python")}
        self.process = subprocess.Popen([sys.executable, "-c", EXTENSION], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.number = 0
        self.seen = []

    def send(self, **message):
        self.process.stdin.write(_peer.encode({"jsonrpc": "2.0", **message}))
        self.process.stdin.flush()

    def begin(self, method, **params):
        self.number += 1
        self.send(id=self.number, method=method, params=params)
        return self.number

    def read(self):
        message = _peer.read(self.process.stdout)
        if message is None:
            raise Wrong("it ended: " + self.process.stderr.read().decode())
        found = schemas.problems("message.schema.json", message)
        if "method" in message:
            found += schemas.params_problems(message["method"], message["params"])
        expect(found)
        self.seen.append(message)
        return message

    def until(self, wanted):
        while True:
            message = self.read()
            if wanted(message):
                return message

    def call(self, method, **params):
        number = self.begin(method, **params)
        return self.until(lambda message: message.get("id") == number and "method" not in message)

    def end(self):
        self.call("shutdown")
        self.send(method="exit")
        _, errors = self.process.communicate(timeout=60)
        if self.process.returncode != 0:
            raise Wrong(f"{self.process.returncode}: {errors.decode()}")
        return errors.decode()


def started():
    host = Host()
    answer = host.call("initialize", **INITIALIZE)
    same(answer["result"], {"protocol": 1})
    host.send(method="initialized", params={})
    return host


def same(a, b):
    if a != b:
        raise Wrong(f"{a!r} is not {b!r}")


def framing():
    good = _peer.encode({"jsonrpc": "2.0", "method": "ä", "params": {}})
    same(_peer.read(io.BytesIO(good))["method"], "ä")
    same(_peer.read(io.BytesIO(b"")), None)
    same(_peer.read(io.BytesIO(b"content-type: x\r\ncontent-length: 2\r\n\r\n{}")), {})
    broken = [b"Content-Length: 5\r\n\r\n{}", b"Content-Length: -1\r\n\r\n", b"Content-Length: 99999999\r\n\r\n", b"x" * 10000, b"\r\n",
              b"Content-Length: 2\n\n{}", b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", b"Content-Length: 3\r\n\r\nNaN",
              b"Content-Length: 2\r\n\r\n[]", b"Content-Length: 2\r\n\r\n\xff\xff"]
    for data in broken:
        try:
            _peer.read(io.BytesIO(data))
        except _peer.Broken:
            continue
        raise Wrong(f"{data[:40]!r} was taken")
    deep = b"[" * 200000
    try:
        _peer.read(io.BytesIO(b"Content-Length: %d\r\n\r\n" % len(deep) + deep))
        raise Wrong("depth was taken")
    except _peer.Broken:
        pass
    same(_peer.encode({"a": "\ud800"})[-9:], b'{"a":"?"}')
    try:
        _peer.encode({"a": "x" * (4 << 20)})
        raise Wrong("a message of more than 4 MiB is sent")
    except ValueError:
        pass


def calls():
    host = started()
    same(host.call("ping")["result"], {})
    same(host.call("command/run", command="print")["result"], {"text": "de-DE/dataTrueFalse"})
    same(host.call("command/run", command="busy")["error"], {"code": -32002, "message": "later"})
    same(host.call("command/run", command="broken")["error"]["code"], -32603)
    same(host.call("command/run", command="nan")["error"]["code"], -32603)
    same(host.call("command/run", command="none")["error"]["code"], -32602)
    same(host.call("nothing/here")["error"]["code"], -32601)
    errors = host.end()
    for text in ("between two messages", "ZeroDivisionError", "bye"):
        if text not in errors:
            raise Wrong(f"the log has no “{text}”: {errors}")


def cancel():
    host = started()
    number = host.begin("command/run", command="wait")
    progress = host.until(lambda message: message.get("method") == "$/progress")
    same(progress["params"], {"token": number, "fraction": 1.0, "text": "begun"})
    host.send(method="$/cancelRequest", params={"id": number})
    same(host.until(lambda message: message.get("id") == number)["error"]["code"], -32003)
    # A call that waits for the program cancels what it waits for.
    number = host.begin("command/run", command="ask")
    asked = host.until(lambda message: message.get("method") == "host/ui.ask")
    host.send(method="$/cancelRequest", params={"id": number})
    inner = host.until(lambda message: message.get("method") == "$/cancelRequest")
    same(inner["params"], {"id": asked["id"]})
    host.send(id=asked["id"], error={"code": -32003, "message": "cancelled"})
    same(host.until(lambda message: message.get("id") == number and "method" not in message)["error"]["code"], -32003)
    host.end()


def answers():
    host = started()
    number = host.begin("command/run", command="ask")
    asked = host.until(lambda message: message.get("method") == "host/ui.ask")
    host.send(id=999, result={})  # nobody asked for this
    host.send(id=asked["id"], result={"accepted": True})
    same(host.until(lambda message: message.get("id") == number and "method" not in message)["result"], {"text": "True"})
    number = host.begin("command/run", command="ask")
    asked = host.until(lambda message: message.get("method") == "host/ui.ask")
    host.send(id=asked["id"], error={"code": -32001, "message": "no"})
    same(host.until(lambda message: message.get("id") == number and "method" not in message)["error"], {"code": -32001, "message": "no"})
    host.end()


def panels_are_merged():
    host = started()
    host.call("command/run", command="flood")
    updates = [m["params"]["root"]["label"] for m in host.seen if m.get("method") == "panel/update"]
    same(updates, ["0", "199"])
    host.end()


def ends_with_its_program():
    host = started()
    host.begin("command/run", command="wait")
    host.process.stdin.close()
    same(host.process.wait(timeout=60), 0)
    host = started()
    host.process.stdin.write(b"nonsense\r\n\r\n")
    host.process.stdin.flush()
    same(host.process.wait(timeout=60), 1)


def in_one_process():
    """run() with other streams: for tests of authors."""
    ours, theirs = os.pipe(), os.pipe()
    extension = alpha_vbox.Extension()
    extension.command("a")(lambda call: {"text": call.values["x"]})
    extension.monitor("m", every=0.01)(lambda: {"n": 1})
    reader, writer = os.fdopen(ours[0], "rb"), os.fdopen(theirs[1], "wb", buffering=0)
    thread = threading.Thread(target=extension.run, args=(reader, writer))
    thread.start()
    out, back = os.fdopen(ours[1], "wb", buffering=0), os.fdopen(theirs[0], "rb")
    out.write(_peer.encode({"id": 1, "method": "command/run", "params": {"command": "a", "values": {"x": "y"}}}))
    same(_peer.read(back), {"jsonrpc": "2.0", "id": 1, "result": {"text": "y"}})
    out.write(_peer.encode({"id": 2, "method": "monitor/start", "params": {"monitor": "m"}}))
    samples = []
    while len(samples) < 3:
        message = _peer.read(back)
        if message.get("method") == "monitor/sample":
            expect(schemas.params_problems("monitor/sample", message["params"]))
            samples.append(message)
    out.close()
    thread.join(60)
    if thread.is_alive():
        raise Wrong("it goes on without a program")


def panel_nodes():
    root = panel.group(
        panel.row("a", panel.button("b", "B", style="destructive"), value="1", description="d"),
        panel.switch("s", "S", True, sensitive=False), panel.entry("e", "E", "text", secret=True),
        panel.combo("c", "C", {"x": "X", "y": "Y"}, value="y"), panel.progress("P", 0.5, "half"), panel.progress(),
        panel.table(["A", ("B", "end")], [["x", 1], ["y", 2.5]], label="T"), panel.sparkline([1, 2.5], min=0, text="2"),
        panel.group(label="empty", id="g"), label="G")
    expect(schemas.problems("panel.schema.json", root))
    kinds = {node["properties"]["kind"]["const"]: node for name, node in schemas.documents()["panel.schema.json"]["$defs"].items() if name != "node"}
    missing = [kind for kind in kinds if not hasattr(panel, kind)]
    expect(f"panel.{kind} is missing" for kind in missing)
    try:
        panel.row("a", colour="red")
        raise Wrong("unknown members are taken")
    except TypeError:
        pass


def types_are_those_of_the_schemas():
    definitions = schemas.documents()["types.schema.json"]["$defs"]
    pairs = {types.MachineRef: "machineRef", types.Machine: "machine", types.MachineSpec: "machineSpec", types.Interface: "interface",
             types.MachineStats: "machineStats", types.Volume: "volume", types.Snapshot: "snapshot"}
    shapes = {kind: definitions[name] for kind, name in pairs.items()}
    shapes[types.Extras] = definitions["machineSpec"]["properties"]["extras"]
    shapes[types.Disk] = definitions["machineDetails"]["properties"]["disks"]["items"]
    shapes[types.MachineDetails] = {
        "properties": {**definitions["machine"]["properties"], **definitions["machineDetails"]["properties"]},
        "required": definitions["machine"]["required"],
    }
    for kind, shape in shapes.items():
        if set(typing.get_type_hints(kind)) != set(shape["properties"]):
            yield f"{kind.__name__} has {sorted(typing.get_type_hints(kind))}"
        if kind.__required_keys__ != frozenset(shape.get("required", [])):
            yield f"{kind.__name__} requires {sorted(kind.__required_keys__)}"
    for literal, words in ((types.MachineState, definitions["machineState"]["enum"]),
                           (types.MachineAction, schemas.documents()["messages.schema.json"]["$defs"]["host/machine.action.params"]["properties"]["action"]["enum"])):
        if list(typing.get_args(literal)) != words:
            yield f"{typing.get_args(literal)} is not {words}"


def only_the_standard_library():
    for name in tap.files("sdk/python", suffixes=[".py"]):
        for line in tap.read(name).splitlines():
            words = line.split()
            if len(words) > 1 and words[0] in ("import", "from") and not words[1].startswith("."):
                if words[1].split(".")[0] not in sys.stdlib_module_names:
                    if words[1] != "alpha_vbox":
                        yield f"{name}: {line}"


tap.main({
    "framing": framing,
    "calls and their errors": calls,
    "cancel, also of what a call waits for": cancel,
    "answers of the program": answers,
    "updates of panels are merged": panels_are_merged,
    "it ends with its program": ends_with_its_program,
    "other streams than its own; monitors": in_one_process,
    "nodes of panels": panel_nodes,
    "types are those of the schemas": lambda: expect(types_are_those_of_the_schemas()),
    "nothing beside the standard library": lambda: expect(only_the_standard_library()),
})
