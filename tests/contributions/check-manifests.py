#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

"""Each manifest of the program's own extensions against the schema, and what no schema says."""

import json
import pathlib
import sys

import jsonschema
import referencing

protocol, extensions = map(pathlib.Path, sys.argv[1:3])

KINDS = {"recipes", "templates", "actions", "monitors", "storage", "networks", "consoleTools", "labChecks"}


def load(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


schemas = [load(path) for path in sorted(protocol.glob("*.schema.json"))]
registry = referencing.Registry().with_resources(
    (schema["$id"], referencing.Resource.from_contents(schema)) for schema in schemas
)
manifest_schema = next(schema for schema in schemas if schema["$id"].endswith("/manifest.schema.json"))
validator = jsonschema.Draft202012Validator(manifest_schema, registry=registry)

problems = []
used = set()
recipes, wanted = set(), set()
manifests = sorted(extensions.glob("*/manifest.json"))
for path in manifests:
    manifest = load(path)
    name = path.parent.name
    for error in validator.iter_errors(manifest):
        problems.append(f"{name}: {error.json_path}: {error.message}")
    if manifest["id"] != f"org.alphavbox.{name}":
        problems.append(f"{name}: its id is {manifest['id']}")
    if manifest["version"] not in (path.parent / "CHANGELOG.md").read_text(encoding="utf-8"):
        problems.append(f"{name}: its changelog does not name version {manifest['version']}")
    for text in ("name", "summary", "description", "changelog"):
        if not {"en", "de"} <= set(manifest[text]):
            problems.append(f"{name}: {text} lacks a language")
    for kind, items in manifest["contributes"].items():
        used.add(kind)
        if kind == "recipes":
            recipes |= {item["id"] for item in items}
            for item in items:
                if not item["url"].startswith("https://"):
                    problems.append(f"{name}: {item['id']} is not fetched by https")
                if any(word in item["url"] for word in ("latest", "/current/")):
                    problems.append(f"{name}: {item['id']}: what is at its address changes")
        if kind == "templates":
            wanted |= {item["recipe"] for item in items if "recipe" in item}

problems += [f"no extension uses {kind}" for kind in sorted(KINDS - used)]
problems += [f"no recipe is called {name}" for name in sorted(wanted - recipes)]
for problem in problems:
    print(problem)
print(f"{len(manifests)} manifests, {len(recipes)} recipes")
sys.exit(1 if problems or len(manifests) < 8 else 0)
