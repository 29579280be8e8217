/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AvbChecksum:
 *
 * A #GChecksum that keeps pace with disks: GnuTLS uses the processor's instructions for it, which makes SHA-256 several
 * times as fast as GLib's. SHA-1 and SHA-2 only. Thread: any, one at a time.
 */
typedef struct _AvbChecksum AvbChecksum;

AvbChecksum *avb_checksum_new        (GChecksumType type);
void         avb_checksum_free       (AvbChecksum *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbChecksum, avb_checksum_free)

void         avb_checksum_update     (AvbChecksum *self, const void *data, gsize length);
/* Hexadecimal, lower case. Nothing can be added from here on. */
const char  *avb_checksum_get_string (AvbChecksum *self);

G_END_DECLS
