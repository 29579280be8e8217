# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
"""Checks of what is not C, written as TAP."""

import os
import subprocess
import sys
import traceback

SOURCE = os.environ["AVB_SOURCE_ROOT"]


class Wrong(Exception):
    """What a check found, one line each."""


def expect(found):
    """Fails if the list has anything in it."""
    found = list(found)
    if found:
        raise Wrong("\n".join(found))


def path(*parts):
    return os.path.join(SOURCE, *parts)


def read(name):
    with open(path(name), encoding="utf-8") as file:
        return file.read()


def files(*folders, suffixes=()):
    """The files of these folders, as paths from the top of the checkout."""
    for folder in folders:
        for where, below, names in os.walk(path(folder)):
            below[:] = [name for name in below if name not in (".git", "__pycache__", "_build")]
            for name in names:
                if name.endswith(tuple(suffixes)) if suffixes else True:
                    yield os.path.relpath(os.path.join(where, name), SOURCE)


def run(*command, **options):
    """Runs a command; fails with what it said if it does not end with 0."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, **options)
    if done.returncode != 0:
        raise Wrong(f"{' '.join(command)}: {done.returncode}\n{done.stdout}")
    return done.stdout


def main(checks):
    print(f"1..{len(checks)}", flush=True)
    for number, (name, check) in enumerate(checks.items(), 1):
        try:
            check()
            print(f"ok {number} - {name}", flush=True)
        except Exception as error:  # pylint: disable=broad-except
            text = str(error) if isinstance(error, Wrong) else traceback.format_exc()
            print("\n".join("# " + line for line in text.splitlines()))
            print(f"not ok {number} - {name}", flush=True)
    sys.exit(0)
