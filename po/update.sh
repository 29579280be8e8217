#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# po/update.sh [OLD.po…]: takes new strings from the sources into every po file of LINGUAS.
#
# gettext runs where ./dev builds; there the checkout is read-only, so the files come back by a pipe.
# Further po files are searched for translations (msgmerge --compendium).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

template='grep -v -e "^#" -e "^$" po/POTFILES.in > /tmp/files
xgettext --from-code=UTF-8 --add-comments=Translators --add-location=file --sort-by-file \
  --package-name="Alpha VBox" --copyright-holder="Alpha VBox contributors" \
  --keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2 --keyword=g_dngettext:2,3 \
  --flag=N_:1:pass-c-format --flag=C_:2:pass-c-format --flag=NC_:2:pass-c-format \
  --flag=_:1:pass-c-format --flag=ngettext:1:pass-c-format --flag=ngettext:2:pass-c-format \
  --flag=avb_error_new:3:c-format --flag=g_dngettext:2:pass-c-format --flag=g_strdup_printf:1:c-format \
  --flag=g_string_printf:2:c-format --flag=g_string_append_printf:2:c-format \
  --flag=g_set_error:4:c-format --flag=g_error_new:3:c-format --flag=dex_future_new_reject:3:c-format \
  --files-from=/tmp/files --output=/tmp/template.pot 2> >(grep -v -e "\.blp" -e "will try C" >&2)'

compendia=()
for file in "$@"; do compendia+=(--compendium "$file"); done

while read -r language; do
  case $language in '' | '#'*) continue ;; esac
  new=$(mktemp "po/$language.po.XXXXXX")
  trap 'rm -f "$new"' EXIT
  ./dev shell bash -c "$template
    msgmerge --quiet --no-fuzzy-matching --add-location=file ${compendia[*]} po/$language.po /tmp/template.pot |
      msgattrib --no-obsolete --add-location=file" > "$new"
  [ -s "$new" ] || { echo "no strings for $language" >&2; exit 1; }
  chmod 644 "$new"
  mv "$new" "po/$language.po"
done < po/LINGUAS
