#!/bin/sh
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# build-go.sh build|test SOURCE OUTPUT: a program, or the tests of a package, without a network and without writing to SOURCE.
set -eu
what=$1 source=$2 output=$(readlink -f "$(dirname "$3")")/$(basename "$3")
# Go's own cache is beside ccache's, and shared by all build folders.
export GOFLAGS="-buildvcs=false -trimpath -mod=readonly" GOPROXY=off GOTOOLCHAIN=local GONOSUMDB='*' CGO_ENABLED=0 GOTELEMETRY=off
cd "$source"
case $what in
  build) exec go build -ldflags '-s -w -buildid=' -o "$output" . ;;
  test) exec go test -c -o "$output" . ;;
esac
exit 2
