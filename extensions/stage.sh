#!/bin/sh
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# Packs one extension: stage.sh PACKER OUTPUT [NAME=]FILE… A name ending in "/" is a folder; without one it is the file's own.
# What is executable stays so.
set -eu

packer=$1
output=$2
shift 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for item in "$@"; do
  file=${item#*=}
  case $item in
    *=*) name=${item%%=*} ;;
    *) name= ;;
  esac
  case $name in
    ''|*/) name=$name$(basename "$file") ;;
  esac
  mkdir -p "$folder/$(dirname "$name")"
  cp "$file" "$folder/$name"
done
"$packer" "$folder" "$output"
