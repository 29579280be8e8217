#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# run-tests.sh BUILD [NAME…]: runs the tests of a build folder, or those whose suite or name contains a NAME.
# The last line counts single tests, not programs: "N passed, N failed, N skipped".
set -euo pipefail

build=$1
shift
here=$(dirname "$(readlink -f "$0")")
tools=$here/../tests/tools
options=()

if [ "$(basename "$build")" = sanitize ]; then
  # Fibers change stacks under the sanitizer's feet: no fake stacks.
  export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=0:strict_string_checks=1:fast_unwind_on_malloc=0:malloc_context_size=16
  export LSAN_OPTIONS=suppressions=$tools/leaks.supp:print_suppressions=0
  export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  options+=(--timeout-multiplier 4)
fi

if [ $# -gt 0 ]; then
  # "alpha-vbox:suite / name" a line
  mapfile -t known < <(meson test -C "$build" --no-rebuild --list 2>/dev/null | grep ' / ')
  chosen=()
  for line in "${known[@]}"; do
    for name in "$@"; do
      case ${line#*:} in *"$name"*) chosen+=("${line##* / }"); break ;; esac
    done
  done
  [ ${#chosen[@]} -gt 0 ] || { echo "No test's name contains: $*" >&2; exit 2; }
  options+=("${chosen[@]}")
fi

jobs=$(nproc)
log=$build/meson-logs/testlog.json
rm -f "$log"
code=0
meson test -C "$build" --no-rebuild --num-processes "$((jobs > 4 ? 4 : jobs))" "${options[@]}" || code=$?
exec python3 "$here/count-tests.py" "$log" "$code"
