/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-operation.h"

G_BEGIN_DECLS

/* qemu-img, for disks that machines have or are to have. */

/**
 * avb_libvirt_tool_run:
 * @lock: -1 or a descriptor, whose lock the program shares until it ends
 * @output: (nullable): the file that is written, if that is much: it goes to the disk meanwhile, so that who syncs it
 *   afterwards has little to wait for
 * @total: bytes that 100 % of its progress are; 0: it tells none
 *
 * Runs it to its end, inside a fiber; a cancel kills it.
 */
gboolean avb_libvirt_tool_run (const char *const *arguments,
                               int                lock,
                               const char        *output,
                               AvbOperation      *operation,
                               guint64            total,
                               GError           **error);

/**
 * avb_libvirt_tool_describe_source:
 * @offset: bytes of the file before the image
 * @length: bytes of the image, 0: to the end of the file
 * @with_bases: follow what the image names as its base. What a file from elsewhere names is not what the
 *   user chose, and not followed; only a machine's own disks are read with what they stand on
 *
 * Returns: (transfer full): the image for qemu-img, with its format stated
 */
char *avb_libvirt_tool_describe_source (const char *path,
                                        const char *format,
                                        guint64     offset,
                                        guint64     length,
                                        gboolean    with_bases);

G_END_DECLS
