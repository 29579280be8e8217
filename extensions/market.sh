#!/bin/sh
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# The marketplace of the program's own extensions: market.sh AVX-MARKET TREE ROOT PACKAGE… Keys are made for this and thrown
# away. It is renewed with each version of the program, so it holds for as long as one is used.
set -eu

market=$1
tree=$2
root=$3
shift 3
rm -rf "$tree" "$root"
"$market" make "$tree" --root "$root" --title "Alpha VBox" --days 3650 --root-days 3650 "$@"
"$market" check "$tree" --root "$root" >/dev/null
