#!/bin/sh
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0

# Builds pack/bin/@NAME@, which runs on any Linux with this processor.
set -eu
cd "$(dirname "$0")"
mkdir -p pack/bin
CGO_ENABLED=0 GOTOOLCHAIN=local GOPROXY=off go build -trimpath -buildvcs=false -ldflags '-s -w -buildid=' -o pack/bin/@NAME@ .
