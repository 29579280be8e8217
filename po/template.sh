#!/usr/bin/env bash
# SPDX-FileCopyrightText: Alpha VBox contributors
# SPDX-License-Identifier: MPL-2.0
#
# po/template.sh OUTPUT: gathers every string for users from the files that POTFILES.in names.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."

options=(
  --from-code=UTF-8 --add-comments=Translators --add-location=file --sort-by-file
  --package-name="Alpha VBox" --copyright-holder="Alpha VBox contributors"
  --keyword=_ --keyword=N_ --keyword=C_:1c,2 --keyword=NC_:1c,2
  --flag=_:1:pass-c-format --flag=N_:1:pass-c-format --flag=C_:2:pass-c-format --flag=NC_:2:pass-c-format
  --flag=ngettext:1:pass-c-format --flag=ngettext:2:pass-c-format
  --flag=avb_error_new:3:c-format --flag=dex_future_new_reject:3:c-format
  --flag=g_error_new:3:c-format --flag=g_set_error:4:c-format --flag=g_strdup_printf:1:c-format
  --flag=g_string_append_printf:2:c-format --flag=g_string_printf:2:c-format
)
# gettext does not know Blueprint by name; read as C it finds _("…") and C_("…", "…").
xgettext "${options[@]}" --files-from=<(grep -v -e '^#' -e '^$' po/POTFILES.in) --output="$1" \
  2> >(grep -v 'blp.*will try C' >&2)
