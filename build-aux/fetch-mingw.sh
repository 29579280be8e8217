#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# fetch-mingw.sh FOLDER: unpacks the cross compiler for Windows from Debian's or Ubuntu's packages into FOLDER/mingw, if it is
# not there. Nothing is installed.
set -euo pipefail

folder=$1
tools=$folder/mingw
[ ! -e "$tools/complete" ] || exit 0
if ! command -v apt-get > /dev/null; then
  echo "The compiler for Windows (mingw-w64) is fetched with apt, which is not here." >&2
  exit 1
fi
echo "Fetching mingw-w64 into $tools (once; 55 MB)…" >&2
rm -rf "$tools"
mkdir -p "$tools"
cd "$tools"
apt-get download -q binutils-mingw-w64-x86-64 gcc-mingw-w64-base gcc-mingw-w64-x86-64-win32 \
  gcc-mingw-w64-x86-64-win32-runtime mingw-w64-common mingw-w64-x86-64-dev >&2 ||
  { echo "The packages could not be fetched; apt-get update, then try again." >&2; exit 1; }
for file in *.deb; do dpkg -x "$file" .; done
rm -- *.deb
touch complete
