#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# bench.sh BUILD NAME [--json FILE] [OPTIONS…]: measures the installed program beside its peers.
set -euo pipefail

build=$1 name=${2:-}
shift $(($# < 2 ? $# : 2))
target=$build/tests/bench/bench-$name
if [ -z "$name" ] || [ ! -x "$target" ]; then
  echo "Benchmarks: $(cd "$build/tests/bench" && find . -maxdepth 1 -type f -perm -u+x -name 'bench-*' -printf '%f ' | sed 's/bench-//g')" >&2
  exit 2
fi
export GSETTINGS_SCHEMA_DIR=$build/install/share/glib-2.0/schemas
export XDG_DATA_DIRS=$build/install/share:${XDG_DATA_DIRS:-/usr/local/share:/usr/share}
# Nobody reads the windows aloud here: none of them shall pay for it.
size=1600x1000
[ "$name" != console ] || size=3840x2160
ours=$build/install/bin/alpha-vbox
if [ "$name" != create ]; then
  exec tests/tools/with-display --size "$size" --wm env GTK_A11Y=none NO_AT_BRIDGE=1 "$target" --program "$ours" "$@"
fi

# Here windows are worked through the accessibility bus. Disks of gigabytes lie in the build folder: /tmp may be
# memory. What a run left that was killed goes now.
place=$build/bench-create
exec 9> "$place.lock"
flock -n 9 || { echo "This benchmark runs already." >&2; exit 1; }
trap 'rm -rf "$place"' EXIT
rm -rf "$place"
mkdir -p "$place"
tests/tools/with-display --size "$size" --wm env XDG_DATA_HOME="$place" "$target" --program "$ours" \
  --iso "$build/tests/media/alpha-vbox-test.iso" --drag "$build/tests/e2e/drag-source" "$@"
