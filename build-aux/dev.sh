#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# Finds the place to build in (this system, or a build root) and hands the command to inside.sh there.
set -euo pipefail

help() {
  cat <<'END'
./dev run [ARGS…]              build, then start Alpha VBox (without a display: the tour)
./dev test [--sanitize] [NAME…]  build, then run all tests, or those whose name contains NAME
./dev tour [--out DIR]         the main job unattended on a virtual display, a screenshot a step
./dev bench NAME [--json FILE] measure beside the peers: start
./dev fuzz NAME SECONDS        run a libFuzzer target: domain-xml, qemu-img
./dev build                    configure and build only
./dev shell [COMMAND…]         a shell in the place where all this happens
./dev format [--check]         format the lines that differ from the last commit
./dev help                     this

Environment: ALPHA_VBOX_CACHE (default ~/.cache/alpha-vbox): build root, builds, home of test runs.
END
}

command=${1:-help}
case $command in
  help | -h | --help) help; exit 0 ;;
  run | test | tour | bench | fuzz | build | shell | format) ;;
  *) help >&2; exit 2 ;;
esac

source=$PWD
cache=${ALPHA_VBOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/alpha-vbox}
mkdir -p "$cache"
cache=$(readlink -f "$cache")
build=$cache/build/$(printf '%s' "$source" | sha256sum | cut -c1-16)

. build-aux/platform.sh
if [ "$(platform_place)" = here ]; then
  platform_install
  mkdir -p "$build"
  AVB_SOURCE=$source AVB_BUILD=$build exec build-aux/inside.sh "$@"
fi
root=$(build-aux/make-root.sh "$cache")
exec build-aux/enter-root.sh "$root" "$source" "$build" "$cache/home" "$@"
