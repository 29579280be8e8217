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
export CCACHE_DIR=${CCACHE_DIR:-$HOME/.cache/ccache}

# build NAME [MESON OPTIONS…]: makes the build folder NAME if needed and builds; only programs whose name begins
# with $only if that is set.
only=
build() {
  local dir=$AVB_BUILD/$1 name=$1 log
  shift
  # Two at once in one folder would break each other's files.
  exec 8> "$dir.lock"
  flock 8
  # A folder that was configured half, or with other options, is made anew.
  if [ ! -e "$dir/build.ninja" ] || [ "$(cat "$dir.options" 2>/dev/null)" != "$*" ]; then
    rm -rf "$dir"
    meson setup "$dir" "$AVB_SOURCE" --prefix "$dir/install" "$@" > "$dir.log" 2>&1 ||
      { grep -A20 ERROR: "$dir.log" >&2 || tail -n 40 "$dir.log" >&2; rm -rf "$dir"; exit 1; }
    printf '%s\n' "$*" > "$dir.options"
  fi
  local targets=()
  # The list of targets is only as new as build.ninja is.
  [ -z "$only" ] || ninja -C "$dir" build.ninja > /dev/null || true
  [ -z "$only" ] ||
    mapfile -t targets < <(ninja -C "$dir" -t targets all | sed -n "s|^\\(.*/${only}[^/:]*\\): c_LINKER.*|\\1|p")
  if ! log=$(ninja -C "$dir" "${targets[@]}" 2>&1); then
    # What failed, without the commands that did not.
    printf '%s\n' "$log" | sed -n '/^FAILED:\|ERROR:/,$p' | grep -v -e '^\[[0-9]' -e '^ccache ' >&2 ||
      printf '%s\n' "$log" | tail -n 40 >&2
    echo "The build failed ($name)." >&2
    exit 1
  fi
  exec 8>&-
}

# Installs into the build folder what changed since it was installed last.
install() {
  local stamp=$AVB_BUILD/default.installed dir=$AVB_BUILD/default
  if [ -e "$stamp" ] && [ -d "$dir/install" ] && [ "$stamp" -nt "$dir/.ninja_log" ] &&
     [ -z "$(find . -name .git -prune -o -newer "$stamp" -print -quit)" ]; then
    return
  fi
  rm -f "$stamp"
  touch "$stamp.new"
  meson install -C "$dir" --no-rebuild --quiet > "$dir.log" 2>&1 || { tail -n 40 "$dir.log" >&2; exit 1; }
  mv "$stamp.new" "$stamp"
  touch "$stamp"
}

# disc_of TAR MAKER ENDING FILE…: a disc or disk of the files in TAR that make-guest.sh made, which MAKER makes of them and
# of FILEs; prints its path.
disc_of() {
  local tar=$1 maker=$2 ending=$3 key disc
  shift 3
  key=$(find "$@" -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
  disc=${tar%.tar}-$key.$ending
  exec 8> "$disc.lock"
  flock 8
  [ -e "$disc" ] || "$maker" "$tar" "$disc" >&2
  touch "$disc"
  exec 8>&-
  printf '%s' "$disc"
}

# The Debians for tests: $AVB_TEST_GUEST and $AVB_TEST_CLOUD, if their files are there.
test_guests() {
  if [ -e "${ALPHA_VBOX_GUEST:-}" ]; then
    AVB_TEST_GUEST=$(disc_of "$ALPHA_VBOX_GUEST" tests/guest/image/make-iso iso tests/guest/image tests/media/make-boot-iso)
    export AVB_TEST_GUEST
  fi
  if [ -e "${ALPHA_VBOX_CLOUD:-}" ]; then
    AVB_TEST_CLOUD=$(disc_of "$ALPHA_VBOX_CLOUD" tests/cloud/image/make-disk qcow2 tests/cloud/image)
    export AVB_TEST_CLOUD
  fi
}

# Not the whole program: parts of it have no place for the counters of the coverage.
build_fuzz() {
  only=fuzz-
  CC=clang build fuzz -Dfuzz=true -Db_lundef=false "-Db_sanitize=address,undefined" -Dc_args=-fsanitize=fuzzer-no-link
  only=
}

# wants_fuzz BUILD [NAME…]: whether tests that are to be run are fuzz targets.
wants_fuzz() {
  local dir=$1 name tests
  shift
  [ $# -gt 0 ] || return 0
  tests=$(meson test -C "$dir" --no-rebuild --list 2>/dev/null | sed -n 's|^[^:]*:\(fuzz / .*\)|\1|p')
  for name in "$@"; do
    case $tests in *"$name"*) return 0 ;; esac
  done
  return 1
}

case $command in
  build)
    build default
    ;;
  test)
    kind=default
    options=()
    if [ "${1:-}" = --sanitize ]; then
      kind=sanitize options=("-Db_sanitize=address,undefined" -Db_lundef=false)
      shift
    fi
    build $kind "${options[@]}"
    test_guests
    if wants_fuzz "$AVB_BUILD/$kind" "$@"; then
      build_fuzz
      export AVB_FUZZ_BUILD=$AVB_BUILD/fuzz
    fi
    [ ! -e "${ALPHA_VBOX_INSTALLER:-}" ] || export AVB_TEST_INSTALLER=$ALPHA_VBOX_INSTALLER
    case ${ALPHA_VBOX_INSTALLER:-} in */archive-*) export AVB_TEST_WHOLE_INSTALLATION=1 ;; esac
    exec build-aux/run-tests.sh "$AVB_BUILD/$kind" "$@"
    ;;
  run)
    build default
    install
    exec build-aux/session.sh "$AVB_BUILD/default/install" "$@"
    ;;
  tour | screenshots)
    build default
    install
    test_guests
    exec "build-aux/$command.sh" "$AVB_BUILD/default" "$@"
    ;;
  bench)
    build default
    install
    exec tests/bench/bench.sh "$AVB_BUILD/default" "$@"
    ;;
  fuzz)
    build_fuzz
    exec build-aux/fuzz.sh "$AVB_BUILD/fuzz" "$@"
    ;;
  portable)
    exec build-aux/check-portable.sh "$1" "$AVB_BUILD/portable"
    ;;
  format)
    exec build-aux/format.sh "$@"
    ;;
  shell)
    [ $# -gt 0 ] && exec "$@"
    exec bash
    ;;
esac
