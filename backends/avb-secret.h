/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Overwrites @length bytes, whatever a compiler thinks of it; @data is nullable where there are none. */
void avb_secret_wipe (gpointer data, gsize length);
/* (nullable): overwrites before it frees */
void avb_secret_free (char *secret);

G_END_DECLS
