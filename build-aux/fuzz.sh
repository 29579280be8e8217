#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# fuzz.sh BUILD NAME SECONDS: runs a libFuzzer target. Its corpus is kept beside the build; what crashed it too.
set -euo pipefail

build=$1 name=${2:-} seconds=${3:-60}
target=$(find "$build" -type f -name "fuzz-$name" -perm -u+x -print -quit)
if [ -z "$name" ] || [ -z "$target" ]; then
  echo "Targets: $(find "$build" -type f -name 'fuzz-*' -perm -u+x -printf '%f ' | sed 's/fuzz-//g')" >&2
  exit 2
fi
[[ $seconds =~ ^[0-9]+$ ]] || { echo "SECONDS is not a number: $seconds" >&2; exit 2; }

corpus=$build/corpus-$name
mkdir -p "$corpus" "$build/found"
seeds=()
case $name in
  domain-xml) kind='*.xml' ;;
  ovf) kind='*.ovf' ;;
  wsman) kind='*.soap' ;;
  *) kind='*.json' ;;
esac
# Fixtures of the tests are where the search begins, or a folder that is there for this target.
while read -r folder; do seeds+=("$folder"); done < <(find tests -type d -name "corpus-$name" | sort)
if [ ${#seeds[@]} -eq 0 ]; then
  while read -r folder; do seeds+=("$folder"); done < <(find tests -name "$kind" -printf '%h\n' | sort -u)
fi

export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=0
export LSAN_OPTIONS=suppressions=$PWD/tests/tools/leaks.supp:print_suppressions=0
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
export LC_ALL=C.UTF-8
echo "What breaks it is written to $build/found."
exec tests/tools/with-home "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
  -artifact_prefix="$build/found/$name-" -print_final_stats=1 "$corpus" "${seeds[@]}"
