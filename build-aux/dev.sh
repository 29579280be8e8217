#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# Finds the place to build in (this system, or a build root) and hands the command to inside.sh there.
set -euo pipefail
. build-aux/platform.sh
platform_begin "$@"

help() {
  cat <<'END_OF_HELP'
./dev run [ARGS…]              build, then start Alpha VBox (without a display: the tour)
./dev test [--slow] [--sanitize] [NAME…]  build, then run all tests, or those whose suite or name contains NAME;
                               --slow: the Debian installer goes on to its end, which takes half an hour, and
                               fuzz targets run for 60 s each, not 10
./dev tour [--out DIR]         the main job unattended on a virtual display, a screenshot a step
./dev screenshots [--out DIR]  every screen in light, dark, narrow, large text and right-to-left
./dev bench NAME [--json FILE] measure beside the peers: start, console, create; extensions
./dev fuzz NAME [SECONDS]      run a libFuzzer target: domain-xml, ovf, qemu-img, wsman, extension-manifest, package, …
./dev portable                 compile for Windows what can be; says how far that goes
./dev build                    configure and build only
./dev shell [COMMAND…]         a shell in the place where all this happens
./dev format [--check]         format the lines that differ from the last commit
./dev help                     this

Where GTK 4.18 and libadwaita 1.7 are there or can be installed, this system is used. Elsewhere (older Debian and
Ubuntu) everything happens in a Debian 13 build root, which is made once: the checkout is read-only at /src there,
the build folder is /build, the user is "user".

Environment: ALPHA_VBOX_CACHE (default ~/.cache/alpha-vbox): build root, builds, home of the build root.
END_OF_HELP
}

command=${1:-help}
case $command in
  help | -h | --help) help; exit 0 ;;
  run | test | tour | screenshots | bench | fuzz | build | shell | format | portable) ;;
  *) help >&2; exit 2 ;;
esac
shift

source=$PWD
cache=${ALPHA_VBOX_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/alpha-vbox}
mkdir -p "$cache"
cache=$(readlink -f "$cache")
build=$cache/build/$(printf '%s' "$source" | sha256sum | cut -c1-16)
mkdir -p "$build"

place=$(platform_place "$cache")

# --out DIR and --json FILE are named as seen by the caller; the build root shows their folder as /run/out.
arguments=()
case $command in
  tour | screenshots | bench)
    while [ $# -gt 0 ]; do
      case $1 in
        --out)
          cd "$AVB_WHERE" && mkdir -p "${2:?--out needs a folder}"
          AVB_OUT=$(readlink -f "$2") inner=
          ;;
        --json)
          cd "$AVB_WHERE" && mkdir -p "$(dirname "${2:?--json needs a file}")"
          AVB_OUT=$(readlink -f "$(dirname "$2")") inner=/$(basename "$2")
          ;;
        *) arguments+=("$1"); shift; continue ;;
      esac
      export AVB_OUT
      cd "$source"
      if [ "$place" = here ]; then arguments+=("$1" "$AVB_OUT$inner"); else arguments+=("$1" "/run/out$inner"); fi
      shift 2
    done
    set -- "${arguments[@]}"
    ;;
esac

enter() {
  if [ "$place" = here ]; then
    AVB_PLACE=here AVB_SOURCE=$source AVB_BUILD=$build build-aux/inside.sh "$@"
  else
    build-aux/enter-root.sh "$root" "$source" "$build" "$cache/home" "$@"
  fi
}

if [ "$place" = here ]; then platform_install; else root=$(build-aux/make-root.sh "$cache"); fi

# The Debians that some tests run in are made from packages, so outside, where apt is set up; without apt those tests are
# skipped. The build root shows their folder under another name.
images=$cache/home/test-guest
as_seen() {
  if [ "$place" = here ]; then printf '%s' "$1"; else printf '/home/user/test-guest/%s' "$(basename "$1")"; fi
}

# needs TEST…: whether one of these tests, by suite and name, is to be run.
needs() {
  local name test
  [ "$command" = test ] || return 1
  set -- "$@" -- "${wanted[@]}"
  local tests=()
  while [ "$1" != -- ]; do tests+=("$1"); shift; done
  shift
  [ "${1:-}" != --sanitize ] || shift
  [ $# -gt 0 ] || return 0
  for name in "$@"; do
    for test in "${tests[@]}"; do
      case $test in *"$name"*) return 0 ;; esac
    done
  done
  return 1
}

slow=
if [ "$command" = test ] && [ "${1:-}" = --slow ]; then
  slow=yes
  shift
fi
wanted=("$@")
if command -v apt-get > /dev/null; then
  if [ -z "${ALPHA_VBOX_GUEST:-}" ] && { [ "$command" = tour ] || needs 'guest / guest' 'e2e / tour'; }; then
    ALPHA_VBOX_GUEST=$(build-aux/make-guest.sh "$cache" "$images" guest)
    ALPHA_VBOX_GUEST=$(as_seen "$ALPHA_VBOX_GUEST")
  fi
  if [ -z "${ALPHA_VBOX_CLOUD:-}" ] && { [ "$command" = tour ] || needs 'cloud / cloud' 'e2e / tour'; }; then
    ALPHA_VBOX_CLOUD=$(build-aux/make-guest.sh "$cache" "$images" cloud)
    ALPHA_VBOX_CLOUD=$(as_seen "$ALPHA_VBOX_CLOUD")
  fi
  # The Debian installer that tests/install tells what to do.
  if [ -z "${ALPHA_VBOX_INSTALLER:-}" ] && needs 'install / installer'; then
    ALPHA_VBOX_INSTALLER=$(build-aux/make-installer.sh "$cache" "$images")
    [ -z "$slow" ] || ALPHA_VBOX_INSTALLER=$(build-aux/make-archive.sh "$cache" "$images" "$ALPHA_VBOX_INSTALLER")
    ALPHA_VBOX_INSTALLER=$(as_seen "$ALPHA_VBOX_INSTALLER")
  fi
  export ALPHA_VBOX_GUEST ALPHA_VBOX_CLOUD ALPHA_VBOX_INSTALLER
  if [ "$place" != here ] && [ "$(id -u)" = 0 ] && [ -e "$images" ]; then chown 1000:1000 "$cache/home" "$images"; fi
fi

if [ "$command" = portable ]; then
  mkdir -p "$cache/home"
  build-aux/fetch-mingw.sh "$cache/home"
  if [ "$place" = here ]; then set -- "$cache/home/mingw"; else set -- /home/user/mingw; fi
fi

if [ "$command" = format ]; then
  # git stays outside: the checkout is read-only within, and its .git may be a link to elsewhere.
  patch=$(git diff -U0 --no-color --relative HEAD -- '*.c' '*.h' | enter format)
  [ -n "$patch" ] || exit 0
  printf '%s\n' "$patch"
  [ "${1:-}" = --check ] && exit 1
  printf '%s\n' "$patch" | git apply --unidiff-zero -p0 -
  exit
fi
if [ "$place" = here ]; then
  AVB_PLACE=here AVB_SOURCE=$source AVB_BUILD=$build exec build-aux/inside.sh "$command" "$@"
fi
exec build-aux/enter-root.sh "$root" "$source" "$build" "$cache/home" "$command" "$@"
