#!/bin/sh
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# build.sh GO FOLDER OUTPUT CACHE build|test: without a network, and the same bytes each time.
set -eu

go=$1
folder=$2
output=$3
mkdir -p "$4"
GOCACHE=$(realpath "$4")
output=$(realpath -m "$output")
export GOCACHE GOPROXY=off GOFLAGS=-mod=mod GOTOOLCHAIN=local CGO_ENABLED=0
cd "$folder"
case $5 in
  build) exec "$go" build -trimpath -buildvcs=false -ldflags '-s -w -buildid=' -o "$output" . ;;
  test) exec "$go" test ./... ;;
esac
