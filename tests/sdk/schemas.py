# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
"""The schemas of the protocol, for tests."""

import functools
import json

import tap
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

BASE = "https://alphavbox.org/schemas/extension/1/"
FOLDER = "sdk/protocol"


@functools.cache
def documents():
    return {name.rsplit("/", 1)[1]: json.loads(tap.read(name)) for name in tap.files(FOLDER, suffixes=[".schema.json"])}


@functools.cache
def methods():
    return {method["name"]: method for method in json.loads(tap.read(f"{FOLDER}/methods.json"))["methods"]}


@functools.cache
def validator(reference):
    """For "manifest.schema.json" or "messages.schema.json#/$defs/…"."""
    registry = Registry().with_resources((BASE + name, Resource.from_contents(text)) for name, text in documents().items())
    return Draft202012Validator({"$ref": BASE + reference}, registry=registry)


def problems(reference, value):
    return [f"{error.json_path}: {error.message[:300]}" for error in validator(reference).iter_errors(value)]


def params_problems(method, params):
    return problems(methods()[method]["params"], params)


def result_problems(method, result):
    return problems(methods()[method]["result"], result)
