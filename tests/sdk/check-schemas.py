#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# The schemas of the protocol are schemas, hold together, and have every method.

import json
import re

import schemas
import tap
from jsonschema import Draft202012Validator
from tap import expect

# The table of the design: who asks whom for what.
METHODS = {
    "host": """initialize ping shutdown template/list template/render recipe/resolve storage/probe storage/list storage/create
        storage/clone storage/resize storage/snapshot storage/delete storage/attach storage/detach network/list
        network/create network/delete
        network/status network/attach monitor/start monitor/stop command/run panel/open panel/action panel/close lab/check""",
    "extension": """host/machine.list host/machine.get host/machine.stats host/machine.action host/guest.exec host/http.fetch
        host/kv.get host/kv.set host/kv.delete host/kv.list host/secret.get host/secret.set host/secret.delete host/ui.ask""",
}
NOTIFICATIONS = {
    "host": "initialized exit",
    "extension": "monitor/sample monitor/event panel/update $/log",
    "both": "$/cancelRequest $/progress",
}


def are_schemas():
    for name, document in schemas.documents().items():
        Draft202012Validator.check_schema(document)
        if document["$id"] != schemas.BASE + name:
            yield f"{name}: its $id is {document['$id']}"


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for member in value.values():
            yield from references(member)
    elif isinstance(value, list):
        for member in value:
            yield from references(member)


def references_lead_somewhere():
    used = set()
    for name, document in schemas.documents().items():
        for reference in references(document):
            file, _, pointer = reference.partition("#")
            used.add((file or name) + "#" + pointer)
            at = schemas.documents().get(file or name)
            for part in filter(None, pointer.split("/")):
                part = part.replace("~1", "/").replace("~0", "~")
                at = at.get(part) if isinstance(at, dict) else None
            if at is None:
                yield f"{name}: {reference} leads nowhere"
    for name in ("types", "contributes", "panel"):
        for definition in schemas.documents()[name + ".schema.json"]["$defs"]:
            if f"{name}.schema.json#/$defs/{definition}" not in used:
                yield f"{name}.schema.json: nothing is a {definition}"


def patterns_compile():
    def walk(value):
        if isinstance(value, dict):
            if isinstance(value.get("pattern"), str):
                re.compile(value["pattern"])
            for member in value.values():
                walk(member)
        elif isinstance(value, list):
            for member in value:
                walk(member)

    for document in schemas.documents().values():
        walk(document)


def methods_are_complete():
    for kind, table in (("request", METHODS), ("notification", NOTIFICATIONS)):
        for side, names in table.items():
            listed = {m["name"] for m in schemas.methods().values() if m["from"] == side and m["kind"] == kind}
            yield from (f"{side}: {name} is missing" for name in set(names.split()) - listed)
            yield from (f"{side}: {name} is in no table" for name in listed - set(names.split()))


def methods_are_described():
    document = json.loads(tap.read("sdk/protocol/methods.json"))
    groups = {group["id"] for group in document["groups"]}
    permissions = schemas.documents()["types.schema.json"]["$defs"]["permissionId"]["enum"]
    definitions = set(schemas.documents()["messages.schema.json"]["$defs"])
    for method in document["methods"]:
        name = method["name"]
        schemas.params_problems(name, {})
        definitions.discard(name + ".params")
        definitions.discard(name + ".result")
        if method["group"] not in groups or not method["summary"].endswith("."):
            yield f"{name}: no group, or no sentence"
        if method.get("permission", permissions[0]) not in permissions:
            yield f"{name}: no such permission"
        if (method["kind"] == "request") != ("result" in method) or ("time" in method) != ("result" in method):
            yield f"{name}: result and time are of requests"
        if method.get("time", "long") not in document["times"]:
            yield f"{name}: no such time"
    yield from (f"messages.schema.json: {name} is of no method" for name in definitions)


GOOD = [
    ("message.schema.json", {"jsonrpc": "2.0", "id": 1, "method": "ping"}),
    ("message.schema.json", {"jsonrpc": "2.0", "id": "a", "result": None}),
    ("message.schema.json", {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "no"}}),
    ("panel.schema.json", {"kind": "group", "children": [{"kind": "table", "columns": [{"label": "a"}], "rows": [[1], ["b"]]}]}),
    ("types.schema.json#/$defs/packageFile", "icons/ä b.png"),
    ("types.schema.json#/$defs/host", "*.example.org:8443"),
    ("types.schema.json#/$defs/label", {"en": "Text", "pt_BR": "Texto"}),
]
BAD = [
    ("message.schema.json", {"jsonrpc": "2.0", "id": 1, "method": "ping", "result": 1}),
    ("message.schema.json", {"jsonrpc": "2.0", "id": 1.5, "method": "ping"}),
    ("message.schema.json", {"jsonrpc": "2.0", "method": "ping", "params": [1]}),
    ("message.schema.json", [{"jsonrpc": "2.0", "method": "ping"}]),
    ("panel.schema.json", {"kind": "group", "children": [{"kind": "image"}]}),
    ("panel.schema.json", {"kind": "button", "label": "without an id"}),
    ("panel.schema.json", {"kind": "row", "label": "x" * 4097}),
    ("panel.schema.json", {"kind": "progress", "value": 1.1}),
    ("types.schema.json#/$defs/packageFile", "../icon.png"),
    ("types.schema.json#/$defs/packageFile", "a/NUL.txt"),
    ("types.schema.json#/$defs/host", "127.0.0.1"),
    ("types.schema.json#/$defs/host", "printer.local"),
    ("types.schema.json#/$defs/host", "localhost"),
    ("types.schema.json#/$defs/host", "example.org:443"),
    ("types.schema.json#/$defs/label", {"de": "Text"}),
    ("types.schema.json#/$defs/label", "tur\u202ened"),
    ("types.schema.json#/$defs/label", " "),
]


def examples():
    for reference, value in GOOD:
        for problem in schemas.problems(reference, value):
            yield f"{value} is refused: {problem}"
    yield from (f"{value} is taken" for reference, value in BAD if not schemas.problems(reference, value))


def manifests_of_the_tree():
    for folder in ("extensions", "sdk/examples", "sdk/avx/templates"):
        for name in tap.files(folder, suffixes=["/manifest.json", "manifest.json"]):
            if "@" in tap.read(name):
                continue
            yield from (f"{name}: {problem}" for problem in schemas.problems("manifest.schema.json", json.loads(tap.read(name))))


tap.main({
    "the schemas are schemas": lambda: expect(are_schemas()),
    "references lead somewhere, and all types are used": lambda: expect(references_lead_somewhere()),
    "patterns compile": patterns_compile,
    "every method of the design is there, and no other": lambda: expect(methods_are_complete()),
    "methods are described": lambda: expect(methods_are_described()),
    "examples are taken, and refused": lambda: expect(examples()),
    "manifests of this tree": lambda: expect(manifests_of_the_tree()),
})
