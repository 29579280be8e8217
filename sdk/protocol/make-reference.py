#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# make-reference.py: writes docs/extensions/protocol.md from the schemas beside this file; with --print it goes to stdout.

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "..", "..", "docs", "extensions", "protocol.md")
HEAD = """<!-- SPDX-FileCopyrightText: Alpha VBox contributors
     SPDX-License-Identifier: MPL-2.0 -->
<!-- Made of sdk/protocol/*.json by sdk/protocol/make-reference.py: change those. -->

# Protocol and manifest, version {protocol}

What a package says of itself ([manifest](#manifest)), what it adds to the program ([contributions](#contributions)), and what
the two say to each other while it runs ([messages](#messages), [methods](#methods), [panels](#panels)). The schemas that this
page is made of are in `sdk/protocol/`, for editors and validators; where they and this page differ, they are right.

Members that are not known are ignored, on both sides: within a version members are only added. A manifest is strict, but for
members that begin with `x-`. Lengths are in bytes of UTF-8.
"""
FROM = {"host": "program → extension", "extension": "extension → program", "both": "both ways"}


def load(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return json.load(file)


def anchor(heading):
    kept = "".join(c for c in heading.lower() if c.isalnum() or c in "-_ ")
    return kept.replace(" ", "-")


def plain(text):
    """Text in a table."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def name_of(reference):
    """A reference as a link."""
    file, _, pointer = reference.partition("#")
    name = pointer.rsplit("/", 1)[-1].replace("~1", "/") if pointer else {"panel.schema.json": "node", "contributes.schema.json": "contributions", "error.schema.json": "errors"}[file]
    if name == "operations":
        return "array of words: see [storage](#storage-contribution)"
    if file == "contributes.schema.json" and pointer or not file and name in load("contributes.schema.json")["$defs"]:
        return f"[{name}](#{anchor(name + ' (contribution)')})"
    return f"[{name}](#{anchor(name)})"


def limits(schema):
    found = []
    for key, word in (("minimum", "from"), ("maximum", "to"), ("maxLength", "up to"), ("maxItems", "up to")):
        if key in schema:
            unit = {"maxLength": " bytes", "maxItems": ""}.get(key, "")
            found.append(f"{word} {schema[key]:,}{unit}")
    return ", ".join(found)


def type_of(schema):
    if schema is True or not {key for key in schema if key != "description"}:
        return "any JSON"
    if "$ref" in schema:
        return name_of(schema["$ref"])
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if schema.get("oneOf") and "en" in schema["oneOf"][-1].get("required", []):
        return f"text, up to {schema['oneOf'][0]['maxLength']:,} bytes, or an object of such texts by language"
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(type_of(choice) for choice in schema[key]))
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = " or ".join(kind)
    bounds = limits(schema)
    if kind == "array":
        text = f"array of {type_of(schema['items'])}" + (f" ({bounds})" if bounds else "")
        return text + (members_inline(schema["items"]) if schema["items"].get("properties") and "$ref" not in schema["items"] else "")
    if kind == "object" and schema.get("properties"):
        return "object" + members_inline(schema)
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {type_of(schema['additionalProperties'])}"
    return kind + (f", {bounds}" if bounds else "")


def members_inline(schema):
    required = schema.get("required", [])
    parts = [f"`{name}`{'' if name in required else '?'}: {type_of(member)}" for name, member in schema["properties"].items() if member is not False]
    return " {" + "; ".join(parts) + "}"


def described(schema, types):
    """What is said here, else what is said of the type."""
    if schema.get("description"):
        return schema["description"]
    if "$ref" in schema:
        return types.get(schema["$ref"].rsplit("/", 1)[-1], {}).get("description", "")
    return ""


def table(schema, types, without=()):
    required = schema.get("required", [])
    rows = [(name, member) for name, member in schema.get("properties", {}).items() if member is not False and name not in without]
    if not rows:
        return ["Nothing.", ""]
    lines = ["| Member | Type | |", "| --- | --- | --- |"]
    for name, member in rows:
        mark = "" if name in required else " (optional)"
        lines.append(f"| `{name}`{mark} | {plain(type_of(member))} | {plain(described(member, types))} |")
    return lines + [""]


def shape(schema, types):
    """A table, or one for each form that it may have."""
    if "oneOf" in schema:
        lines = []
        for choice in schema["oneOf"]:
            lines += [choice.get("description", ""), ""] + table(choice, types)
        return lines
    if isinstance(schema.get("type"), list):
        return [schema["description"], ""]
    return table(schema, types)


def method_section(method, messages, types, times):
    name = method["name"]
    facts = [FROM[method["from"]], "a call" if method["kind"] == "request" else "a notification: no answer"]
    if "permission" in method:
        facts.append(f"needs `{method['permission']}`")
    if "time" in method:
        facts.append("answer within " + times[method["time"]] if method["time"] in ("initialize", "ping", "shutdown", "interactive") else times[method["time"]])
    if method.get("changes"):
        facts.append("changes something: never tried again by itself")
    lines = [f"### {name}", "", f"*{'; '.join(facts)}.*", "", method["summary"], ""]
    params = messages[name + ".params"]
    if params.get("properties"):
        lines += ["Parameters:", ""] + table(params, types)
    if method["kind"] == "request":
        result = messages[name + ".result"]
        empty = not result.get("properties") and "oneOf" not in result
        lines += ["The result is empty.", ""] if empty else ["Result:", ""] + shape(result, types)
    return lines


def errors():
    lines = ["### Errors", "", load("error.schema.json")["description"], "", "| Code | Name | |", "| --- | --- | --- |"]
    for choice in load("error.schema.json")["properties"]["code"]["oneOf"]:
        lines.append(f"| {str(choice.get('const', 'others')).replace('-', '−')} | {choice['title']} | {plain(choice['description'])} |")
    return lines + [""]


def reference():
    index, types = load("methods.json"), load("types.schema.json")["$defs"]
    messages, panel = load("messages.schema.json")["$defs"], load("panel.schema.json")
    contributes, manifest = load("contributes.schema.json"), load("manifest.schema.json")
    lines = [HEAD.format(protocol=index["protocol"]), "## Manifest", "", manifest["description"], ""] + table(manifest, types)
    lines += ["Content has no `platforms`, `runtime`, `activation`, `permissions` or `limits`, and contributes recipes and templates only. Code has",
              "`platforms` and `engines.protocol`.", "", "A permission:", ""] + table(manifest["properties"]["permissions"]["items"], types)
    lines += ["## Contributions", "", contributes["description"], ""] + table(contributes, types)
    for name, definition in contributes["$defs"].items():
        lines += [f"### {name} (contribution)", "", definition["description"], ""] + table(definition, types)
    lines += ["## Messages", "", load("message.schema.json")["description"], "", "Calls are answered in any order. Ids are of whoever calls: both sides may use the same.", ""] + errors()
    lines += ["## Methods", "", "| Method | | |", "| --- | --- | --- |"]
    for method in index["methods"]:
        lines.append(f"| [`{method['name']}`](#{anchor(method['name'])}) | {FROM[method['from']]} | {plain(method['summary'])} |")
    for group in index["groups"]:
        lines += ["", f"**{group['title']}**", ""]
        for method in index["methods"]:
            if method["group"] == group["id"]:
                lines += method_section(method, messages, types, index["times"])
    lines += ["## Panels", "", panel["description"], "", "### node", "", "One of these; `kind` says which.", ""]
    for name, definition in panel["$defs"].items():
        if name != "node":
            lines += [f"#### {name} (node)", "", definition["description"], ""] + table(definition, types, without=("kind", "description", "sensitive"))
    lines += ["All of them may have `description` (a second line), `sensitive` (whether it can be used; true if left out) and, for `panel/action` and to",
              "stay the same from one update to the next, `id`.", "", "## Types", ""]
    for name, definition in types.items():
        lines += [f"### {name}", "", definition.get("description", ""), ""]
        if name == "machineDetails":
            lines += ["All of [machine](#machine), and:", ""]
        if definition.get("properties"):
            lines += table(definition, types)
        else:
            lines += [f"{type_of(definition)[0].upper()}{type_of(definition)[1:]}.", ""]
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + "\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--print"]:
        sys.stdout.write(reference())
    else:
        with open(TARGET, "w", encoding="utf-8") as output:
            output.write(reference())
