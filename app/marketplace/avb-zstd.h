/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* One zstd stream in memory, by libarchive. Any thread; both block. */

/* Never makes more than @max_length bytes of it: %AVB_ERROR_INVALID; also where it is no zstd, or breaks off. */
GBytes *avb_zstd_decompress (GBytes *bytes, gsize max_length, GError **error);
/* The same for the same input. */
GBytes *avb_zstd_compress   (GBytes *bytes, GError **error);

G_END_DECLS
