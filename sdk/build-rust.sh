#!/bin/sh
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# build-rust.sh SDK PROGRAM WORK OUTPUT NAME [TESTS]: builds the program NAME in the folder PROGRAM, which uses the library in
# SDK as ../../rust, with the crates that the distribution has. TESTS gets the library's tests. The sources are copied, as
# cargo writes beside them and the checkout may be read-only; with their times, so that what did not change is not built anew.
set -eu
mkdir -p "$3"
sdk=$1 program=$2 work=$(readlink -f "$3") output=$4 name=$5 tests=${6:-}
crates=${AVB_RUST_CRATES:-/usr/share/cargo/registry}
mkdir -p "$work/rust" "$work/examples/program"
cp -a --no-preserve=ownership "$sdk/." "$work/rust/"
cp -a --no-preserve=ownership "$program/." "$work/examples/program/"
chmod -R u+w "$work/rust" "$work/examples"
export CARGO_HOME="$work/home" CARGO_TARGET_DIR="$work/target" CARGO_NET_OFFLINE=true
# Paths of this build have no place in the program.
RUSTFLAGS="--remap-path-prefix=$work=. ${RUSTFLAGS:-}"
export RUSTFLAGS
cargo() {
  command cargo "$@" --release --offline --quiet --config 'source.crates-io.replace-with="distribution"' \
    --config "source.distribution.directory=\"$crates\""
}
(cd "$work/examples/program" && cargo build)
cp "$work/target/release/$name" "$output"
if [ -n "$tests" ]; then
  built=$(cd "$work/rust" && cargo test --no-run --lib --message-format=json | sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -n 1)
  cp "$built" "$tests"
fi
