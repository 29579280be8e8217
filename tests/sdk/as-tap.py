#!/usr/bin/env python3
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# as-tap.py PROGRAM [ARGUMENTS…]: runs tests that were written in Go or Rust, and tells what they did as TAP.

import re
import subprocess
import sys

GO = re.compile(r"^--- (PASS|FAIL|SKIP): (\S+)")
RUST = re.compile(r"^test (\S+) \.\.\. (ok|FAILED|ignored)")

done = subprocess.run(sys.argv[1:], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
results = []
for line in done.stdout.splitlines():
    if match := GO.match(line):
        results.append((match[1] == "PASS", match[2]))
    elif match := RUST.match(line):
        results.append((match[2] == "ok", match[1]))
if done.returncode != 0 and all(passed for passed, _ in results) or not results:
    results.append((False, f"ended with {done.returncode}"))
print(f"1..{len(results)}")
for number, (passed, name) in enumerate(results, 1):
    print(f"{'ok' if passed else 'not ok'} {number} - {name}")
if not all(passed for passed, _ in results):
    print("\n".join("# " + line for line in done.stdout.splitlines()))
