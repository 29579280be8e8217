#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# format.sh: reads a diff without context and prints the patch that formats the lines it adds.
# The checkout may be read-only here: dev.sh applies the patch.
set -euo pipefail
exec clang-format-diff -p1 -style=file
