#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# check-docs.py AVX AVX-MARKET TUTORIAL-MARKET: docs/extensions: the reference is that of the schemas, links lead somewhere, all
# options are described, and the tutorial does what it says, block by block.

import os
import re
import subprocess
import sys
import tempfile

import tap
from tap import Wrong, expect

AVX, MARKET, WINDOW = map(os.path.abspath, sys.argv[1:4])
FENCE = re.compile(r"^```(\w+) ?(\S*)\n(.*?)^```$|^<!-- test: (\w+) -->$", re.MULTILINE | re.DOTALL)
DOCS = "docs/extensions"


def reference():
    made = tap.run(sys.executable, tap.path("sdk/protocol/make-reference.py"), "--print")
    if made != tap.read(f"{DOCS}/protocol.md"):
        raise Wrong("docs/extensions/protocol.md is old: run sdk/protocol/make-reference.py")


def anchors(text):
    """GitHub's and GitLab's names of headings."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def links():
    for name in tap.files(DOCS, suffixes=[".md"]):
        for target in re.findall(r"\]\(([^)\s]+)\)", tap.read(name)):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = target.partition("#")
            path = os.path.normpath(os.path.join(os.path.dirname(name), file)) if file else name
            if not os.path.exists(tap.path(path)):
                yield f"{name}: {target} is not there"
            elif anchor and anchor not in set(anchors(tap.read(path))):
                yield f"{name}: there is no heading {target}"


def headings_are_unique():
    names = list(anchors(tap.read(f"{DOCS}/protocol.md")))
    yield from (f"protocol.md: two headings are #{name}" for name in sorted({name for name in names if names.count(name) > 1}))


def options():
    """avx.md has each command and option of avx --help, and no other."""
    printed = subprocess.run([AVX, "--help"], text=True, stdout=subprocess.PIPE, check=True).stdout
    page = tap.read(f"{DOCS}/avx.md")
    for pattern in (r"--[a-z]+", r"\bavx [a-z]+\b"):
        there, here = set(re.findall(pattern, printed)), set(re.findall(pattern, page.replace("**", "").replace("avx-market", "")))
        yield from (f"avx.md has no “{word}”" for word in there - here)
        yield from (f"avx --help has no “{word}”" for word in here - there - {"--help", "--version"})


class Tutorial:
    """Does what stands there, in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.output = ""
        self.counts = {}
        self.last = ""
        bin_folder = os.path.join(folder, ".bin")
        os.mkdir(bin_folder)
        for program in (AVX, MARKET):
            os.symlink(program, os.path.join(bin_folder, os.path.basename(program)))
        self.env = {**os.environ, "PATH": bin_folder + ":" + os.environ["PATH"], "AVX_SDK": tap.path("sdk"), "LC_ALL": "C.UTF-8"}

    def do(self, kind, name, text, mark):
        step = mark or kind
        self.counts[step] = self.counts.get(step, 0) + 1
        if mark:
            self.window(mark)
        elif kind == "sh":
            self.output = self.run(text)
            self.last = text
        elif kind == "text":
            for line in text.splitlines():
                if line not in self.output:
                    raise Wrong(f"“{line}” is not what this says:\n{self.last}\n{self.output}")
        else:
            path = os.path.join(self.folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)

    def run(self, script):
        done = subprocess.run(["sh", "-e", "-c", script], cwd=self.folder, env=self.env, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=250, check=False)
        if done.returncode != 0:
            raise Wrong(f"{script}\n{done.returncode}\n{done.stdout}")
        return done.stdout

    def window(self, mark):
        """What is to be done in the window; then what is installed is run."""
        said = self.output.splitlines()
        done = self.run(" ".join([WINDOW, "kept", os.path.join(self.folder, "tree"), "tree/1.root.json", "org.example.headcount"]))
        facts = [line.split(" ", 1) for line in done.splitlines() if " " in line]
        found = dict(facts)
        if found["version"] != {"install": "0.1.0", "update": "0.2.0"}[mark] or found["title"] != "Example Extensions":
            raise Wrong(done)
        if mark == "install" and [value for name, value in facts if name == "fingerprint"] != said:
            raise Wrong(f"other fingerprints than avx-market printed:\n{said}\n{done}")
        printed = self.run(f"avx run {found['dir']} 'command/run {{\"command\":\"save-all\"}}'")
        if '"text":"2 machines saved"' not in printed:
            raise Wrong(printed)


def tutorial():
    with tempfile.TemporaryDirectory() as folder:
        it = Tutorial(folder)
        for match in FENCE.finditer(tap.read(f"{DOCS}/tutorial.md")):
            it.do(*match.groups())
        done = it.counts
    if done.get("install") != 1 or done.get("update") != 1 or done["sh"] < 12 or done["text"] < 8 or done["json"] < 2 or done["python"] < 1:
        raise Wrong(f"the tutorial has lost something: {done}")


tap.main({
    "the reference is that of the schemas": reference,
    "links lead somewhere": lambda: expect(links()),
    "headings of the reference are unique": lambda: expect(headings_are_unique()),
    "each option of avx is described": lambda: expect(options()),
    "the tutorial, from avx new to an update out of a marketplace": tutorial,
})
