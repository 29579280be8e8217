#!/bin/sh
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

# Builds pack/bin/@NAME@. With the crates of a distribution (Debian: librust-serde-dev, librust-serde-json-dev) where they are
# installed, and then without a network.
set -eu
cd "$(dirname "$0")"
crates=${AVB_RUST_CRATES:-/usr/share/cargo/registry}
set -- build --release
if [ -d "$crates" ]; then
  set -- "$@" --offline --config 'source.crates-io.replace-with="distribution"' \
    --config "source.distribution.directory=\"$crates\""
fi
cargo "$@"
mkdir -p pack/bin
cp "${CARGO_TARGET_DIR:-target}/release/@NAME@" pack/bin/
