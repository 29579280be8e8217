/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/extensions/avb-extension-manifest.h"
#include "backends/avb-operation.h"

G_BEGIN_DECLS

/* A package is refused beyond these, whatever it says of itself: bytes as it is, bytes unpacked, files and folders. */
#define AVB_PACKAGE_MAX_LENGTH (G_GUINT64_CONSTANT (256) << 20)
#define AVB_PACKAGE_MAX_UNPACKED (G_GUINT64_CONSTANT (1) << 30)
#define AVB_PACKAGE_MAX_ENTRIES 10000

/**
 * AvbPackage:
 *
 * What was found in a file of extensions (.avx): a tar of regular files and folders, compressed by Zstandard, whose first
 * file is the manifest. Immutable. Thread: any.
 *
 * Properties, read-only: `manifest` (#AvbExtensionManifest), `length` and `unpacked` (uint64, bytes), `n-entries` (uint),
 * `sha256` (string, of the whole file, lower-case hex).
 */
#define AVB_TYPE_PACKAGE (avb_package_get_type ())
G_DECLARE_FINAL_TYPE (AvbPackage, avb_package, AVB, PACKAGE, GObject)

AvbExtensionManifest *avb_package_get_manifest  (AvbPackage *self);
const char           *avb_package_get_sha256    (AvbPackage *self);
guint64               avb_package_get_length    (AvbPackage *self);
guint64               avb_package_get_unpacked  (AvbPackage *self);
guint                 avb_package_get_n_entries (AvbPackage *self);

/**
 * AvbPackageExpect:
 * @sha256: (nullable): lower-case hex; another file is refused
 * @max_unpacked: bytes that it may unpack to; 0: %AVB_PACKAGE_MAX_UNPACKED
 *
 * What is known of a package before it is read.
 */
typedef struct {
  const char *sha256;
  guint64     max_unpacked;
} AvbPackageExpect;

/**
 * avb_package_inspect:
 * @path: not trusted
 *
 * Reads the whole package and refuses what avb_package_unpack() would refuse, without writing anything.
 *
 * Returns: (transfer full): resolves to an #AvbPackage; %AVB_ERROR_INVALID, %AVB_ERROR_NOT_FOUND
 */
DexFuture *avb_package_inspect (const char *path) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_package_unpack:
 * @into_dir: a folder that is not there yet; its parent is
 * @expect: (nullable): copied
 * @operation: (nullable): gets progress; its cancel stops this. Not finished by it.
 *
 * Unpacks beside @into_dir, syncs, and renames: @into_dir is whole or not there.
 *
 * Returns: (transfer full): resolves to an #AvbPackage; %AVB_ERROR_INVALID, %AVB_ERROR_NO_SPACE, %AVB_ERROR_EXISTS,
 *   %G_IO_ERROR_CANCELLED: then nothing is left
 */
DexFuture *avb_package_unpack (const char             *path,
                               const char             *into_dir,
                               const AvbPackageExpect *expect,
                               AvbOperation           *operation) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_package_read:
 * @into_dir: (nullable): an empty folder to unpack to; NULL: nothing is written. What was written when it fails stays.
 *
 * The work of both. Blocks: for worker threads and programs without a window.
 *
 * Returns: (transfer full) (nullable)
 */
AvbPackage *avb_package_read (const char             *path,
                              const char             *into_dir,
                              const AvbPackageExpect *expect,
                              AvbOperation           *operation,
                              GError                **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_package_write:
 * @dir: has a manifest.json
 * @out: is replaced once the package is whole
 *
 * Packs a folder: the manifest first, then names in the order of their bytes; no times, no owners, modes 0644 or 0755. The
 * same files make the same bytes. What avb_package_inspect() would refuse is refused, and so are links and devices; files
 * whose names begin with a dot are left out. Blocks.
 *
 * Returns: %AVB_ERROR_INVALID, %AVB_ERROR_NO_SPACE, …
 */
gboolean avb_package_write (const char *dir, const char *out, GError **error);

G_END_DECLS
