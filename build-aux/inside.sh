#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# inside.sh COMMAND…: what ./dev does, in a place where every package is there.
# AVB_SOURCE: the checkout, perhaps read-only. AVB_BUILD: where to build.
set -euo pipefail
cd "$AVB_SOURCE"
command=$1
shift

# configure NAME [MESON OPTIONS…]: makes the build folder NAME if needed and builds.
build() {
  local dir=$AVB_BUILD/$1
  shift
  [ -e "$dir/build.ninja" ] || meson setup "$dir" "$AVB_SOURCE" --prefix "$dir/install" "$@" > "$dir.log" 2>&1 ||
    { cat "$dir.log" >&2; rm -rf "$dir"; exit 1; }
  local log
  if ! log=$(ninja -C "$dir" 2>&1); then
    printf '%s\n' "$log" | grep -v '^\[' >&2 || true
    exit 1
  fi
}

case $command in
  build)
    build default
    ;;
  test)
    kind=default
    options=()
    if [ "${1:-}" = --sanitize ]; then
      kind=sanitize options=(-Db_sanitize=address,undefined -Db_lundef=false)
      shift
    fi
    build $kind "${options[@]}"
    exec build-aux/run-tests.sh "$AVB_BUILD/$kind" "$@"
    ;;
  run)
    build default
    meson install -C "$AVB_BUILD/default" --quiet
    exec build-aux/session.sh "$AVB_BUILD/default/install" "$@"
    ;;
  shell)
    [ $# -gt 0 ] && exec "$@"
    exec bash
    ;;
  *)
    echo "not yet: $command" >&2
    exit 2
    ;;
esac
