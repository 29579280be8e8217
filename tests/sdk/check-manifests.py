#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# check-manifests.py PROGRAM: the schema of manifests and the program that reads them say the same of a table of good and bad
# ones. PROGRAM is manifest-verdicts.

import copy
import json
import os
import subprocess
import sys
import tempfile
from random import Random

import schemas
import tap
from tap import Wrong, expect

CONTENT = {
    "schema": 1, "id": "org.example.pack", "version": "1.2.3", "kind": "content", "name": "Pack", "summary": "What it is for",
    "license": "MIT", "publisher": "Example", "engines": {},
    "contributes": {
        "recipes": [{"id": "r1", "title": "R", "arch": "x86_64", "variant": "cloud", "url": "https://example.org/a.qcow2",
                     "sha256": "0" * 64, "size": 1}],
        "templates": [{"id": "t1", "title": {"en": "T", "de": "V"}, "spec": {"cpus": 2}, "recipe": "r1", "icon": "t.png"}],
    },
}
CODE = {
    **{name: CONTENT[name] for name in ("schema", "id", "version", "name", "summary", "license", "publisher")},
    "kind": "code", "engines": {"host": ">=0.1 <2", "protocol": 1}, "platforms": {"linux-x86_64": {"exec": "bin/a"}},
    "runtime": {"python": ">=3.11"}, "activation": ["startup", "action:a1"], "limits": {"memory_mb": 64, "timeout_s": 20},
    "permissions": [{"id": "machines.read", "reason": "Because"}, {"id": "network.fetch", "args": ["*.example.org:8443"], "optional": True}],
    "contributes": {
        "actions": [{"id": "a1", "title": "A", "where": "machine", "states": ["running"]}],
        "monitors": [{"id": "m1", "title": "M", "panel": True}],
        "storage": [{"id": "s1", "title": "S", "options": [{"kind": "switch", "id": "x", "label": "X"}]}],
        "networks": [{"id": "n1", "title": "N"}], "consoleTools": [{"id": "c1", "title": "C"}], "labChecks": [{"id": "l1", "title": "L"}],
    },
}
GONE = object()


def change(base, path, value):
    """A copy with one member changed; `path`: names and indexes with "/" between."""
    manifest = copy.deepcopy(base)
    at = manifest
    parts = [int(part) if part.isdigit() else part for part in path.split("/")]
    for part in parts[:-1]:
        at = at[part]
    if value is GONE:
        del at[parts[-1]]
    elif isinstance(at, list) and parts[-1] == len(at):
        at.append(value)
    else:
        at[parts[-1]] = value
    return manifest


R, T, P = "contributes/recipes/0/", "contributes/templates/0/", "permissions/1/"
ACTION = {"id": "b", "title": "B", "where": "app"}

GOOD = [
    (CONTENT, "x-note", {"any": 1}), (CONTENT, "$schema", "manifest.schema.json"), (CONTENT, "contributes", GONE), (CONTENT, "contributes", {}),
    (CONTENT, "contributes", {"recipes": {"file": "data/recipes.json"}, "templates": [], "x-own": 1}),
    (CONTENT, "engines", {"host": "*"}), (CONTENT, "engines", {"host": "1"}), (CONTENT, "engines", {"host": ">=1.2.3-rc.1"}),
    (CONTENT, "engines", {"x-other": True}), (CONTENT, "engines", {"protocol": 7}),
    (CONTENT, "id", "org.example.a-b.c1"), (CONTENT, "id", "0.1.2"), (CONTENT, "id", "org.-.-"),
    (CONTENT, "version", "0.0.0"), (CONTENT, "version", "1.0.0-alpha.1+build.007"), (CONTENT, "version", "1.0.0--"),
    (CONTENT, "license", "(MIT OR Apache-2.0) AND BSD-3-Clause"), (CONTENT, "license", "LicenseRef-own"),
    (CONTENT, "name", {"en": "Pack", "pt_BR": "Pacote", "zh-Hant": "包", "ca@valencia": "Paquet", "hsb": "Pakćik"}),
    (CONTENT, "name", "نام\u200cها"), (CONTENT, "name", "x" * 80), (CONTENT, "description", "One\n\nTwo\tThree"), (CONTENT, "changelog", {"en": "New\n"}),
    (CONTENT, "homepage", "https://example.org"), (CONTENT, "homepage", "https://example.org:8443/a?b#c"),
    (CONTENT, "icon", "icons/pack.png"), (CONTENT, "icon", ".icon"), (CONTENT, "icon", "a b/ü.png"), (CONTENT, "icon", "console.png"),
    (CONTENT, "icon", "/".join(["d"] * 16)), (CONTENT, "screenshots", ["a.png", "b.png"]), (CONTENT, "screenshots", []), (CONTENT, "categories", ["a-b", "7"]),
    (CONTENT, R + "url", "http://example.org/x"), (CONTENT, R + "url", "file:///srv/x"), (CONTENT, R + "os", "http://debian.org/debian/13"),
    (CONTENT, R + "size", GONE), (CONTENT, R + "size", 2**44), (CONTENT, R + "other", "known to nobody"), (CONTENT, R + "title", "x" * 120),
    (CONTENT, R + "variant", "live"), (CONTENT, R + "description", "One\nTwo"), (CONTENT, T + "recipe", GONE), (CONTENT, T + "spec", {}),
    (CODE, "x-own", None), (CODE, "contributes", GONE), (CODE, "permissions", []), (CODE, "permissions", GONE), (CODE, "runtime", {}), (CODE, "limits", {}),
    (CODE, "activation", ["storage:s1", "monitor:a.b_c-d"]), (CODE, "engines/protocol", ">=1 <3"), (CODE, "engines/protocol", "1"), (CODE, "engines/host", GONE),
    (CODE, "platforms", {"linux-any": {"exec": "main.py"}, "macos-aarch64": {"exec": "a", "x-b": 1}}),
    (CODE, "limits", {"memory_mb": 4096, "timeout_s": 600}), (CODE, "runtime", {"python": "=3.13"}), (CODE, "contributes/actions/0/states", []),
    (CODE, P + "args", ["example.org", "a-b.example.org:80"]), (CODE, P + "reason", {"en": "Because"}), (CODE, P + "x-other", 1), (CODE, P + "optional", False),
    (CODE, "permissions/2", {"id": "secrets"}), (CODE, "permissions/2", {"id": "network.unrestricted"}), (CODE, "contributes/actions/1", ACTION),
    (CODE, "contributes/storage/0/options", GONE), (CODE, "contributes/recipes", {"file": "r.json"}), (CODE, "contributes/monitors/0/panel", GONE),
]
BAD = [
    (CONTENT, "schema", 2), (CONTENT, "schema", "1"), (CONTENT, "schema", GONE), (CONTENT, "schema", 0),
    (CONTENT, "id", "org.example"), (CONTENT, "id", "Org.example.a"), (CONTENT, "id", "org..a"), (CONTENT, "id", "o-rg.example.a"), (CONTENT, "id", "org.example.a_b"),
    (CONTENT, "id", "org.example." + "a" * 100), (CONTENT, "id", "org.example.a/b"), (CONTENT, "id", 7), (CONTENT, "id", GONE), (CONTENT, "id", ""),
    (CONTENT, "version", "1.2"), (CONTENT, "version", "v1.2.3"), (CONTENT, "version", "1.2.3.4"), (CONTENT, "version", "01.2.3"), (CONTENT, "version", "1.2.3-01"),
    (CONTENT, "version", "1.2.3-"), (CONTENT, "version", "1.2.3+"), (CONTENT, "version", "1.2.3-" + "a" * 60), (CONTENT, "version", GONE), (CONTENT, "version", "1.2.3 "),
    (CONTENT, "kind", "plugin"), (CONTENT, "kind", GONE), (CONTENT, "kind", ["code"]),
    (CONTENT, "name", ""), (CONTENT, "name", "  "), (CONTENT, "name", "x" * 81), (CONTENT, "name", "a\nb"), (CONTENT, "name", "a\u202eb"), (CONTENT, "name", "a\u0007"),
    (CONTENT, "name", {"de": "Paket"}), (CONTENT, "name", {"en": "Pack", "": "x"}), (CONTENT, "name", {"en": "Pack", "EN": "x"}), (CONTENT, "name", {"en": "Pack", "engl": "x"}),
    (CONTENT, "name", {"en": ""}), (CONTENT, "name", {"en": 1}), (CONTENT, "name", ["Pack"]), (CONTENT, "name", None), (CONTENT, "name", GONE), (CONTENT, "name", "a\ue000"),
    (CONTENT, "summary", "x" * 201), (CONTENT, "summary", GONE), (CONTENT, "description", "\u0000"), (CONTENT, "description", "x" * 16385), (CONTENT, "description", ""),
    (CONTENT, "license", ""), (CONTENT, "license", " MIT"), (CONTENT, "license", "MIT<b>"), (CONTENT, "license", GONE), (CONTENT, "license", "x" * 201),
    (CONTENT, "publisher", {"en": "Example"}), (CONTENT, "publisher", ""), (CONTENT, "publisher", GONE), (CONTENT, "publisher", "x" * 81),
    (CONTENT, "homepage", "http://example.org"), (CONTENT, "homepage", "https://"), (CONTENT, "homepage", "https://user@example.org"), (CONTENT, "homepage", "javascript:1"),
    (CONTENT, "icon", "../icon.png"), (CONTENT, "icon", "/icon.png"), (CONTENT, "icon", "a\\b"), (CONTENT, "icon", "a/"), (CONTENT, "icon", "a//b"), (CONTENT, "icon", ""),
    (CONTENT, "icon", "con"), (CONTENT, "icon", "x/LPT1.png"), (CONTENT, "icon", "a."), (CONTENT, "icon", " a"), (CONTENT, "icon", "a\u202e"), (CONTENT, "icon", "C:a"),
    (CONTENT, "icon", "/".join(["d"] * 17)), (CONTENT, "icon", "x" * 241), (CONTENT, "icon", 1),
    (CONTENT, "screenshots", ["../a"]), (CONTENT, "screenshots", ["a.png"] * 11), (CONTENT, "screenshots", "a.png"), (CONTENT, "categories", ["A"]), (CONTENT, "categories", [""]),
    (CONTENT, "categories", ["a"] * 9), (CONTENT, "engines", GONE), (CONTENT, "engines", {"host": ">=one"}), (CONTENT, "engines", {"host": ""}), (CONTENT, "engines", {"other": 1}),
    (CONTENT, "engines", {"protocol": "one"}), (CONTENT, "engines", {"protocol": 0}), (CONTENT, "engines", {"host": "1.2.3.4"}), (CONTENT, "engines", {"host": "^1"}),
    (CONTENT, "unknown", 1), (CONTENT, "dependencies", []), (CONTENT, "scripts", {}),
    (CONTENT, "platforms", {"linux-any": {"exec": "a"}}), (CONTENT, "permissions", []), (CONTENT, "runtime", {}), (CONTENT, "activation", []), (CONTENT, "limits", {}),
    (CONTENT, "contributes", []), (CONTENT, "contributes/actions", [ACTION]), (CONTENT, "contributes/monitors", []), (CONTENT, "contributes/things", []),
    (CONTENT, R + "id", GONE), (CONTENT, R + "id", "a b"), (CONTENT, R + "id", "-a"), (CONTENT, R + "id", "a" * 65), (CONTENT, R + "title", GONE), (CONTENT, R + "title", ""),
    (CONTENT, R + "title", "x" * 121), (CONTENT, R + "arch", GONE), (CONTENT, R + "arch", "x 86"), (CONTENT, R + "variant", "other"), (CONTENT, R + "url", "ftp://example.org/a"),
    (CONTENT, R + "url", "https://user:secret@example.org/a"), (CONTENT, R + "url", "https:///a"), (CONTENT, R + "url", "a.iso"), (CONTENT, R + "url", GONE),
    (CONTENT, R + "sha256", "0" * 63), (CONTENT, R + "sha256", "A" * 64), (CONTENT, R + "sha256", GONE), (CONTENT, R + "size", 0), (CONTENT, R + "size", -1), (CONTENT, R + "size", "1"),
    (CONTENT, R + "size", 2**44 + 1), (CONTENT, R + "size", 1.5), (CONTENT, "contributes/recipes", {"file": "../r.json"}), (CONTENT, "contributes/recipes", {"file": "r.json", "other": 1}),
    (CONTENT, "contributes/recipes", {}), (CONTENT, "contributes/recipes", "r.json"), (CONTENT, "contributes/recipes", [1]),
    (CONTENT, T + "spec", GONE), (CONTENT, T + "spec", []), (CONTENT, T + "recipe", "a b"), (CONTENT, T + "icon", "../a"),
    (CODE, "platforms", GONE), (CODE, "platforms", {}), (CODE, "platforms", {"linux": {"exec": "a"}}), (CODE, "platforms", {"linux-x86_64": {}}), (CODE, "platforms", {"linux-x86_64": {"exec": "../a"}}),
    (CODE, "platforms", {"linux-x86_64": {"exec": "a", "arguments": []}}), (CODE, "platforms", {"Linux-x86_64": {"exec": "a"}}), (CODE, "platforms", {"linux-x86_64": "a"}),
    (CODE, "engines/protocol", GONE), (CODE, "engines/protocol", ""), (CODE, "engines/protocol", {"min": 1, "max": 2}), (CODE, "engines/protocol", 100), (CODE, "engines/protocol", 1.5),
    (CODE, "runtime", {"ruby": "3"}), (CODE, "runtime", {"python": "three"}), (CODE, "activation", ["on startup"]), (CODE, "activation", [":a"]), (CODE, "activation", ["action:"]), (CODE, "activation", ["a"] * 33),
    (CODE, "limits", {"memory_mb": 15}), (CODE, "limits", {"memory_mb": 4097}), (CODE, "limits", {"timeout_s": 0}), (CODE, "limits", {"timeout_s": 601}), (CODE, "limits", {"cpus": 1}), (CODE, "limits", {"memory_mb": "64"}),
    (CODE, "permissions/0/id", "machines.write"), (CODE, "permissions/0/id", GONE), (CODE, "permissions/0/args", ["example.org"]), (CODE, P + "args", GONE), (CODE, P + "args", []),
    (CODE, P + "args", ["127.0.0.1"]), (CODE, P + "args", ["localhost"]), (CODE, P + "args", ["a.localhost"]), (CODE, P + "args", ["printer.local"]), (CODE, P + "args", ["*"]), (CODE, P + "args", ["*.*.org"]),
    (CODE, P + "args", ["example.org:443"]), (CODE, P + "args", ["example.org:0"]), (CODE, P + "args", ["example.org:a"]), (CODE, P + "args", ["https://example.org"]), (CODE, P + "args", ["Example.org"]),
    (CODE, P + "args", ["-a.org"]), (CODE, P + "args", ["a" * 64 + ".org"]), (CODE, P + "args", ["[::1]"]), (CODE, P + "args", ["example.org"] * 33), (CODE, P + "reason", "x" * 401), (CODE, P + "reason", "a\nb"),
    (CODE, P + "optional", "yes"), (CODE, P + "other", 1), (CODE, "permissions", {"id": "secrets"}), (CODE, "permissions/0", "machines.read"),
    (CODE, "contributes/actions/0/where", GONE), (CODE, "contributes/actions/0/where", "menu"), (CODE, "contributes/actions/0/states", ["a"] * 17), (CODE, "contributes/actions/0/states", [1]),
    (CODE, "contributes/monitors/0/panel", 1), (CODE, "contributes/storage/0/options", {}), (CODE, "contributes/storage/0/options", [1]), (CODE, "contributes/networks/0/title", GONE),
    (CODE, "contributes/actions", {"file": "actions.json"}), (CODE, "contributes/consoleTools", 1), (CODE, "contributes/labChecks/0/id", ""),
]
# What a schema cannot say, or not as exactly: here only the program refuses. Each with what it would have to count or compare.
ONLY_THE_PROGRAM = [
    ("texts are counted in bytes", change(CONTENT, "name", "ä" * 41)),
    ("ids of one kind are unique", change(CODE, "contributes/actions/1", {**ACTION, "id": "a1"})),
    ("a permission is asked for once", change(CODE, "permissions/2", {"id": "machines.read"})),
    ("a range is not empty", change(CODE, "engines/protocol", ">2 <2")),
    ("names are in NFC", change(CONTENT, "icon", "u\u0308.png")),
    ("a port has an end", change(CODE, P + "args", ["example.org:65536"])),
    ("a name of a host has an end", change(CODE, P + "args", [".".join(["a" * 60] * 4) + ".abcdefghijkl"])),
]
# As text, since no object can say it.
TEXTS = [
    ("a member twice", '{"schema":1,"schema":1}'), ("NaN", '{"schema":NaN}'), ("a lone surrogate", '{"name":"\\ud800"}'), ("nothing", ""), ("an array", "[]"), ("a comment", "{} // x"),
    ("depth", "[" * 65 + "]" * 65), ("two values", "{}{}"), ("256 KiB", json.dumps({**CONTENT, "x-a": "a" * (256 << 10)})), ("20,000 values", json.dumps({**CONTENT, "x-a": [1] * 20001})),
]


def verdicts(texts):
    """What the program says of each."""
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, text in enumerate(texts):
            names.append(os.path.join(folder, str(number)))
            with open(names[-1], "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run([sys.argv[1], *names], text=True, stdout=subprocess.PIPE, check=True)
    lines = done.stdout.splitlines()
    if len(lines) != len(texts):
        raise Wrong(f"{len(texts)} manifests, {len(lines)} verdicts")
    return lines


def table(cases, good):
    manifests = [change(*case) for case in cases]
    for case, manifest, verdict in zip(cases, manifests, verdicts([json.dumps(manifest) for manifest in manifests])):
        what = f"{case[0]['kind']}: {case[1]} = {'(gone)' if case[2] is GONE else json.dumps(case[2])[:80]}"
        problems = schemas.problems("manifest.schema.json", manifest)
        if (verdict == "taken") != good:
            yield f"{what}: the program: {verdict}"
        if (not problems) != good:
            yield f"{what}: the schema: {problems or 'taken'}"


def bases():
    for manifest, verdict in zip((CONTENT, CODE), verdicts([json.dumps(CONTENT), json.dumps(CODE)])):
        if verdict != "taken" or schemas.problems("manifest.schema.json", manifest):
            yield f"{manifest['kind']}: {verdict}, {schemas.problems('manifest.schema.json', manifest)}"


def only_the_program():
    said = verdicts([json.dumps(manifest) for _, manifest in ONLY_THE_PROGRAM])
    for (name, manifest), verdict in zip(ONLY_THE_PROGRAM, said):
        if verdict == "taken":
            yield f"{name}: taken"
        if schemas.problems("manifest.schema.json", manifest):
            yield f"{name}: the schema can say it after all"


def texts():
    yield from (f"{name}: taken" for (name, _), verdict in zip(TEXTS, verdicts([text for _, text in TEXTS])) if verdict == "taken")


POOL = [None, True, False, 0, 1, -1, 99, 1.5, 2**40, 2**53, "", " ", "a", "a b", "A", "1", "1.2.3", ">=1", "<3 >1", "*", "a.b.c", "a/b", "../a", "/", "con", "x" * 70,
        "x" * 300, "https://example.org/a", "http://example.org", "file:///a", "MIT", "linux-any", "startup", "action:a", "network.fetch", "secrets",
        "machines.read", "example.org", "0" * 64, "content", "code", "machine", "cloud", "x86_64", "\u00e9", "a\nb", "\u202e", [], ["a"], [1], ["example.org"], {}, {"en": "a"}, {"de": "a"},
        {"id": "a", "title": "b"}, [{"id": "a", "title": "b"}], {"file": "a.json"}, {"exec": "a"}, {"min": 1, "max": 2}, [{}], [[]]]
# Whoever uses them reads these; in a manifest the program looks no further than that they are an object, or an array of them.
LATER = ("spec", "options", "operations")
NAMES = ["x-a", "id", "kind", "args", "optional", "reason", "file", "exec", "host", "python", "en", "size", "states", "where", "recipes", "actions", "extra", "icon"]


def places(value, path=()):
    yield path
    if isinstance(value, (dict, list)):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


def mutate(random, manifest):
    """One or two members of it are others, gone, or new."""
    manifest = copy.deepcopy(manifest)
    for _ in range(random.choice((1, 1, 2))):
        path = random.choice([place for place in places(manifest) if place and not set(place) & set(LATER)])
        at = manifest
        for part in path[:-1]:
            at = at[part]
        what = random.random()
        if what < 0.2:
            del at[path[-1]]
        elif what < 0.4 and isinstance(at[path[-1]], dict):
            at[path[-1]][random.choice(NAMES)] = random.choice(POOL)
        elif what < 0.5 and isinstance(at[path[-1]], list) and at[path[-1]]:
            at[path[-1]].append(random.choice([*at[path[-1]], random.choice(POOL)]))
        else:
            at[path[-1]] = random.choice(POOL)
    return manifest


def twice(manifest):
    """Whether something is there twice, which a schema does not see."""
    contributes = manifest.get("contributes")
    lists = [*contributes.values()] if isinstance(contributes, dict) else []
    ids = [[item.get("id") for item in items if isinstance(item, dict)] for items in lists if isinstance(items, list)]
    asked = [(item.get("id"), tuple(sorted(set(map(str, item.get("args", [])))))) for item in manifest.get("permissions", []) if isinstance(item, dict)]
    return any(len(names) != len(set(map(str, names))) for names in [*ids, asked])


def mutations():
    """Where no table was thought of: 4,000 random changes, always the same ones."""
    random = Random(20261128)
    manifests = [mutate(random, random.choice((CONTENT, CODE))) for _ in range(4000)]
    taken = 0
    for manifest, verdict in zip(manifests, verdicts([json.dumps(manifest) for manifest in manifests])):
        problems = schemas.problems("manifest.schema.json", manifest)
        taken += verdict == "taken"
        if (verdict == "taken") != (not problems) and not (not problems and twice(manifest)):
            yield f"the program: {verdict}; the schema: {problems[:2] or 'taken'}: {json.dumps(manifest)}"
    if not 400 < taken < 3600:
        yield f"{taken} of 4,000 were taken: that says little"


tap.main({
    "both take what the table begins with": lambda: expect(bases()),
    f"both take {len(GOOD)} good manifests": lambda: expect(table(GOOD, True)),
    f"both refuse {len(BAD)} bad manifests": lambda: expect(table(BAD, False)),
    "both say the same of 4,000 random ones": lambda: expect(list(mutations())[:12]),
    "what only the program can see": lambda: expect(only_the_program()),
    "what is no manifest at all": lambda: expect(texts()),
})
