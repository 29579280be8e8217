/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AvbTarGuard:
 *
 * Looks at a tar on its way to libarchive, which takes far more than packages are made of: only regular files and folders in
 * the format of POSIX (ustar, and pax for names), one extended header each, no name with something behind its end, nothing
 * behind the end of the archive. So there is one reading of it, whoever reads.
 */
typedef struct _AvbTarGuard AvbTarGuard;

/* @max: bytes of the whole tar */
AvbTarGuard *avb_tar_guard_new  (guint64 max);
void         avb_tar_guard_free (AvbTarGuard *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbTarGuard, avb_tar_guard_free)

/* The next bytes, in pieces of any size. %AVB_ERROR_INVALID. */
gboolean avb_tar_guard_feed (AvbTarGuard *self, const guint8 *bytes, gsize length, GError **error);

/* Whether the end of the archive was there. */
gboolean avb_tar_guard_finish (AvbTarGuard *self, GError **error);

G_END_DECLS
