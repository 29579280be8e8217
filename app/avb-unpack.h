/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "backends/avb-operation.h"

G_BEGIN_DECLS

/* More than any disk image that is worth unpacking has. */
#define AVB_UNPACK_MAX_LENGTH (G_GUINT64_CONSTANT (16) << 40)

/**
 * avb_unpack_find:
 * @head: (array length=length): the first bytes of a file, six are enough
 *
 * Returns: (nullable): "gz", "xz" or "zst" if the file is compressed so
 */
const char *avb_unpack_find (const guint8 *head, gsize length);

/**
 * avb_unpack_head:
 * @path: a file compressed by gzip, xz or Zstandard, not trusted
 *
 * Returns: (transfer full): resolves to the first bytes of what is in it (#GBytes, boxed), at most 64 KiB; rejects
 *   with %AVB_ERROR_INVALID if it is damaged
 */
DexFuture *avb_unpack_head (const char *path, const char *name) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_unpack_file:
 * @offset: where in the file the compressed part begins, in bytes
 * @length: its bytes
 * @limit: more bytes than these are refused: a small file may claim to be a large one
 * @operation: gets progress in bytes of the compressed file; its cancel stops this. Not finished by it.
 *
 * Unpacks to a file below the cache of the user, where runs of zeros take no space. What was left there by a
 * program that was killed is removed by the next call, and by avb_unpack_clean_up().
 *
 * Returns: (transfer full): resolves to a string, the path of a file that the caller removes; nothing is left
 *   when it rejects: %AVB_ERROR_INVALID, %AVB_ERROR_NO_SPACE, %G_IO_ERROR_CANCELLED
 */
DexFuture *avb_unpack_file (const char   *path,
                            guint64       offset,
                            guint64       length,
                            guint64       limit,
                            const char   *name,
                            AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;

/* Removes what avb_unpack_file() made. Resolves to %TRUE. */
DexFuture *avb_unpack_remove (const char *path) G_GNUC_WARN_UNUSED_RESULT;

/* Worker thread: removes what programs that were killed left unpacked. */
void avb_unpack_clean_up (void);

G_END_DECLS
