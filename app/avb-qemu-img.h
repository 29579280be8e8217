/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* More than any host stores: who claims it wants to make somebody compute with it. */
#define AVB_QEMU_IMG_MAX_CAPACITY (G_GUINT64_CONSTANT (1) << 50)

/**
 * avb_qemu_img_info:
 * @path: a file of this computer
 * @format: QEMU's name of the format that the file's head shows; never guessed by qemu-img
 * @name: what to call the file in messages
 *
 * Runs `qemu-img info` on a file that may be hostile: by bubblewrap in namespaces of its own that
 * hold nothing but the system's programs and this file, read-only, and in any case with limits on
 * time, memory and output. Main thread.
 *
 * Returns: (transfer full): resolves to a uint64, the capacity in bytes, or rejects with
 *   %AVB_ERROR_INVALID (damaged, or refused: a backing file, …) or %AVB_ERROR_NOT_SUPPORTED (there is no
 *   qemu-img here)
 */
DexFuture *avb_qemu_img_info (const char *path,
                              const char *format,
                              const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* The same for @length bytes (not 0) from @offset on: an image in an archive. */
DexFuture *avb_qemu_img_info_part (const char *path,
                                   guint64     offset,
                                   guint64     length,
                                   const char *format,
                                   const char *name) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_qemu_img_read_head:
 *
 * As avb_qemu_img_info(), but reads the beginning of the disk as a guest sees it.
 *
 * Returns: (transfer full): resolves to a #GBytes (boxed) of up to 64 KiB
 */
DexFuture *avb_qemu_img_read_head (const char *path,
                                   const char *format,
                                   const char *name) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_qemu_img_parse_info:
 * @json: (array length=length): what `qemu-img info --output=json` printed, not trusted
 * @capacity: (out): bytes
 *
 * Refuses what could make a machine read other files, and capacities that cannot be. Thread: any.
 *
 * Returns: %FALSE with %AVB_ERROR_INVALID
 */
gboolean avb_qemu_img_parse_info (const char *json,
                                  gsize       length,
                                  const char *format,
                                  const char *name,
                                  guint64    *capacity,
                                  GError    **error);

G_END_DECLS
