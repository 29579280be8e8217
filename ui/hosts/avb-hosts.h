/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/* Which hosts are opened at every start: this computer's own, and those that the user added. Kept in the settings. */

/* Opens @uri and remembers it. Returns: (transfer none) (nullable): the connection, as avb_library_open() */
AvbConnection *avb_hosts_add        (AvbLibrary *library, const char *uri, GError **error);
/* Whether it comes by itself at the next start. */
gboolean       avb_hosts_is_kept    (AvbLibrary *library, AvbConnection *connection);
/* The host leaves the window, and the settings; its machines go on. Returns: (transfer floating): a toast that offers Undo */
AdwToast      *avb_hosts_remove     (AvbLibrary *library, AvbConnection *connection);

G_END_DECLS
