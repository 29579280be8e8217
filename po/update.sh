#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# po/update.sh: takes new strings from the sources into every po file of LINGUAS.
#
# gettext runs where ./dev builds. There the checkout is read-only, so the files come back by a pipe.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

merge() {
  ./dev shell bash -c '
    po/template.sh /tmp/template.pot
    # Kept, or every run would differ from the last one.
    date=$(grep -m 1 "^\"POT-Creation-Date" "po/$1.po")
    msgmerge --quiet --no-fuzzy-matching --add-location=file "po/$1.po" /tmp/template.pot |
      msgattrib --no-obsolete --add-location=file |
      while IFS= read -r line; do
        case $line in "\"POT-Creation-Date"*) line=$date ;; esac
        printf "%s\n" "$line"
      done' merge "$1"
}

new=$(mktemp -d po/new.XXXXXX)
trap 'rm -rf "$new"' EXIT
while read -r language; do
  case $language in '' | '#'*) continue ;; esac
  merge "$language" > "$new/$language.po"
  grep -q '^msgid ""' "$new/$language.po" || { echo "No strings came back for $language." >&2; exit 1; }
done < po/LINGUAS
for file in "$new"/*.po; do cat "$file" > "po/${file##*/}"; done
