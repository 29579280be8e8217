/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether json-glib may see this text; json-glib takes more than JSON, and more than is good. @n_members: names that are
 * written in it, in all objects. */
gboolean avb_json_guard (const char *text,
                         gsize       length,
                         gsize       max_values,
                         gsize      *n_members,
                         GError    **error);

G_END_DECLS
