/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A Debian archive on loopback: the files of a folder over HTTP, on a free port, which guests with user networking
 * reach at 10.0.2.2. */
typedef struct _Mirror Mirror;

Mirror *mirror_new      (const char *folder);
void    mirror_free     (Mirror *self);
guint   mirror_get_port (Mirror *self);
/* How many files were given. */
guint   mirror_count    (Mirror *self);

G_END_DECLS
