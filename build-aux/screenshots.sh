#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# screenshots.sh BUILD [--out DIR]: every screen of the installed program in five styles; see tests/ui/screenshots.
set -euo pipefail

build=$1
shift
out=$AVB_BUILD/screenshots
while [ $# -gt 0 ]; do
  case $1 in
    --out) out=${2:?--out needs a folder}; shift 2 ;;
    *) echo "screenshots: what is $1?" >&2; exit 2 ;;
  esac
done
iso=$build/tests/media/alpha-vbox-test.iso
[ -e "$iso" ] || iso=
exec tests/ui/screenshots "$out" "$build/install" "$iso"
