/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define AVB_EXTENSION_LINK_SCHEME "alpha-vbox"

/* The extension that a link "alpha-vbox://extension/ID" leads to. Links come from web pages: they show a page, and are
 * nothing else. (transfer full) (nullable) */
char    *avb_extension_link_dup_id     (GFile *link);

/* Whether the name of a file is that of a package of an extension. */
gboolean avb_extension_link_is_package (GFile *file);

G_END_DECLS
