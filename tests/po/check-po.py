#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# Translations: nothing is left out, and no translation can break the program.

import os
import re
import sys
import tempfile

sys.path.insert(0, os.path.join(os.environ["AVB_SOURCE_ROOT"], "tests", "resources"))
import tap  # noqa: E402
from tap import expect, path, read, run  # noqa: E402

COMPLETE = ("ar", "de")
CALL = re.compile(r"\b(?:_|N_|C_|NC_|ngettext|g_dngettext|gettext) ?\(")


def lines(name):
    return [line for line in read(name).splitlines() if line and not line.startswith("#")]


def without_comments(text):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)


def sources():
    listed = lines("po/POTFILES.in")
    for name in tap.files("app", "backends", "ui", suffixes=[".c", ".h", ".blp"]):
        if CALL.search(without_comments(read(name))) and name not in listed:
            yield f"{name} has strings, but is not in po/POTFILES.in"
    for name in tap.files("resources", suffixes=[".desktop.in", ".metainfo.xml.in"]):
        if name not in listed:
            yield f"{name} is not in po/POTFILES.in"
    for name in listed:
        if not os.path.exists(path(name)):
            yield f"{name} is in po/POTFILES.in, but does not exist"
    if listed != sorted(listed):
        yield "po/POTFILES.in is not sorted"
    languages = lines("po/LINGUAS")
    yield from (f"po/{name}.po does not exist" for name in languages
                if not os.path.exists(path("po", f"{name}.po")))
    yield from (f"{name} is not in po/LINGUAS" for name in COMPLETE if name not in languages)


def sound():
    for language in lines("po/LINGUAS"):
        run("msgfmt", "--check", "--output-file=/dev/null", path("po", f"{language}.po"))


def complete(language):
    with tempfile.TemporaryDirectory() as folder:
        template = os.path.join(folder, "template.pot")
        run(path("po/template.sh"), template)
        # Fails on what is missing, untranslated or fuzzy.
        run("msgcmp", path("po", f"{language}.po"), template)


def entries(name):
    """(msgid, msgid_plural or None, [msgstr…], flags) of a po file that msgfmt has accepted."""
    text = run("msgcat", "--no-wrap", path("po", name))
    for block in text.split("\n\n"):
        fields, current, flags = {}, None, ""
        for line in block.splitlines():
            if line.startswith("#,"):
                flags += line[2:]
            elif line.startswith("#"):
                continue
            else:
                start = re.match(r'(msg\w+(?:\[\d\])?) (".*)', line)
                if start:
                    current, line = start.groups()
                    fields[current] = ""
                if current:
                    fields[current] += line[1:-1]
        if fields.get("msgid"):
            yield (fields["msgid"], fields.get("msgid_plural"),
                   [text for key, text in fields.items() if key.startswith("msgstr")], flags)


def placeholders(text):
    """printf's and Python's, by what they take and not by their order."""
    plain = re.sub(r"%(\d+)\$", "%", text.replace("%%", ""))
    return sorted(re.findall(r"%[-+ #0'I]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j|t)?[a-zA-Z]|\{\w+\}", plain))


def same_placeholders():
    for language in lines("po/LINGUAS"):
        for source, plural, translations, flags in entries(f"{language}.po"):
            # Of plurals msgfmt knows which forms may leave the number out.
            if plural is not None or "no-c-format" in flags:
                continue
            for text in translations:
                if text and placeholders(text) != placeholders(source):
                    yield f"{language}: “{source}” became “{text}”"


def same_ends():
    """What the end of a string means: more to come, a label, a line."""
    for language in lines("po/LINGUAS"):
        for source, plural, translations, _ in entries(f"{language}.po"):
            for text in filter(None, translations):
                for mark in ("…", ":", "\\n", ";"):
                    # A plural's first form is its own sentence; all share the mark.
                    if source.endswith(mark) != text.endswith(mark):
                        yield f"{language}: “{source}” became “{text}”: {mark}"


def levels(body):
    """The labels of each level of a menu in Blueprint: its own, and those of its submenus."""
    own, start = [], 0
    for found in re.finditer(r'label: C?_\((?:"[^"]*", )?"([^"]*)"\)|\bsubmenu\b[^{]*\{', body):
        if found.start() < start:
            continue
        if found.group(1) is not None:
            own.append(found.group(1))
            continue
        depth, start = 1, found.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(body[start], 0)
            start += 1
        label, *inner = levels(body[found.end():start - 1])
        own.append(label[0])
        yield from (level for level in [label[1:], *inner] if level)
    yield own


def own_letters():
    """In a menu each entry has a letter of its own: with two, it only walks from one to the other."""
    for language in [None, *lines("po/LINGUAS")]:
        known = {source: texts[0] for source, _, texts, _ in entries(f"{language}.po")} if language else {}
        for name in tap.files("ui", suffixes=[".blp"]):
            for body in re.findall(r"^menu \w+ \{(.*?)^\}", read(name), re.MULTILINE | re.DOTALL):
                for level in levels(body):
                    letters = {}
                    for text in [known.get(label, label) for label in level]:
                        letter = text.partition("_")[2][:1].lower()
                        if letter and letter in letters:
                            yield f"{language or 'en'}: {name}: “{text}” and “{letters[letter]}”"
                        letters.setdefault(letter, text)


tap.main({
    "every source is listed": lambda: expect(sources()),
    "msgfmt accepts all": sound,
    "same placeholders": lambda: expect(same_placeholders()),
    "each entry of a menu has a letter of its own": lambda: expect(own_letters()),
    "same ends": lambda: expect(same_ends()),
    **{f"{language} is complete": (lambda which: lambda: complete(which))(language) for language in COMPLETE},
})
