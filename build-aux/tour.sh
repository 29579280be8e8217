#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# tour.sh BUILD [--out DIR]: the installed program does its main job on a virtual display.
set -euo pipefail

build=$1
shift
out=$AVB_BUILD/tour
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=${2:?--out needs a folder}; shift 2 ;;
    *) echo "tour: what is $1?" >&2; exit 2 ;;
  esac
done
mkdir -p "$out"
export GSETTINGS_SCHEMA_DIR=$build/install/share/glib-2.0/schemas
export XDG_DATA_DIRS=$build/install/share:${XDG_DATA_DIRS:-/usr/local/share:/usr/share}
# For its extensions; what the program itself carries is installed with it.
if [ -x "$build/sdk/avx/avx" ] && [ -x "$build/sdk/avx-market/avx-market" ]; then
  export AVB_MAKE_MARKETPLACE=$PWD/tests/ui/make-marketplace
  export AVB_AVX=$build/sdk/avx/avx AVB_AVX_MARKET=$build/sdk/avx-market/avx-market
fi
exec tests/tools/with-display --wm "$build/tests/e2e/tour" --program "$build/install/bin/alpha-vbox" \
  --iso "$build/tests/media/alpha-vbox-test.iso" --drag "$build/tests/e2e/drag-source" --out "$out"
