# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
"""count-tests.py LOG CODE: counts the single tests in meson's testlog.json and shows what failed."""

import json
import re
import sys

TEST = re.compile(r"^\s*(not )?ok\b[^#]*(# *(skip|todo)\b.*)?", re.IGNORECASE)
LINES = 400


def count(program):
    """Returns the numbers of passed, failed and skipped tests of one program."""
    passed = failed = skipped = 0
    for line in (program.get("stdout") or "").splitlines():
        match = TEST.match(line)
        if not match:
            continue
        if match[3] and match[3].lower() == "skip":
            skipped += 1
        elif match[1] and not match[3]:
            failed += 1
        else:
            passed += 1
    fine = program["result"] in ("OK", "EXPECTEDFAIL", "SKIP")
    if not fine and not failed:
        failed = 1  # crashed, timed out, or its plan was not kept
    elif fine and not passed + failed + skipped:
        if program["result"] == "SKIP":
            skipped = 1
        else:
            passed = 1  # speaks no TAP: its exit code is its one result
    return passed, failed, skipped


def show(program):
    print(f"\n──── {program['name']}: {program['result']}")
    text = (program.get("stdout") or "") + (program.get("stderr") or "")
    lines = text.splitlines()
    if len(lines) > LINES:
        print(f"(the last {LINES} of {len(lines)} lines)")
    print("\n".join(lines[-LINES:]))


def main():
    code = int(sys.argv[2])
    try:
        with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
            programs = [json.loads(line) for line in log if line.strip()]
    except FileNotFoundError:
        programs = []
    total = [0, 0, 0]
    for program in programs:
        numbers = count(program)
        total = [a + b for a, b in zip(total, numbers)]
        if numbers[1]:
            show(program)
    if code and not total[1]:
        total[1] = 1
        print(f"meson test ended with {code}")
    print(f"\n{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    sys.exit(1 if code or total[1] or not sum(total[:2]) else 0)


main()
