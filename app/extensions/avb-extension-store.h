/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/extensions/avb-installed.h"
#include "backends/avb-operation.h"

G_BEGIN_DECLS

/* Where a package came from that the user picked as a file: nothing is known of who made it. */
#define AVB_INSTALL_SOURCE_FILE "file"

/**
 * AvbInstallInfo:
 * @source: the address of a marketplace, or %AVB_INSTALL_SOURCE_FILE. An extension stays with its source.
 * @publisher_key: (nullable): who signed it; an extension stays with its publisher
 * @granted: (nullable): list of #AvbPermission: what the user allowed, of what the manifest asks for. NULL: what was allowed
 *   before and is asked for unchanged.
 * @id: (nullable): what it must be
 * @version: (nullable): what it must be
 * @sha256: (nullable): what it must be; lower-case hex
 * @max_unpacked: bytes; 0: as many as a package may have
 * @allow_older: whether it may be older than what is installed
 *
 * What is known of a package beside itself.
 */
typedef struct {
  const char *source;
  const char *publisher_key;
  GListModel *granted;
  const char *id;
  const char *version;
  const char *sha256;
  guint64     max_unpacked;
  gboolean    allow_older;
} AvbInstallInfo;

/**
 * AvbExtensionStore:
 *
 * The extensions that are installed for this user: a #GListModel of #AvbInstalled, sorted by id. Several programs may have
 * one on the same folder; each hears of what the others do. A change is made as a whole or not at all, also when the program
 * is killed meanwhile. Main thread.
 *
 * On disk, below the root: `ID/VERSION/` (as it was in the package; never changed), `ID/current` (names the folder that
 * runs), `ID/state.json`; what an extension keeps for itself is beside the root, in `extension-data/ID/`.
 */
#define AVB_TYPE_EXTENSION_STORE (avb_extension_store_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionStore, avb_extension_store, AVB, EXTENSION_STORE, GObject)

/* @root: (nullable): the user's. (transfer full): empty until it is loaded */
AvbExtensionStore *avb_extension_store_new (const char *root);

/* Removes what programs that were killed left, then reads. Resolves to %TRUE. One that cannot be read is left out, and in
 * the log. */
DexFuture *avb_extension_store_load (AvbExtensionStore *self) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full) (nullable) */
AvbInstalled *avb_extension_store_find (AvbExtensionStore *self, const char *id);

/* (transfer full): where extension @id keeps its own data; may not exist yet */
char *avb_extension_store_dup_data_dir (AvbExtensionStore *self, const char *id);

const char *avb_extension_store_get_root (AvbExtensionStore *self);

/**
 * avb_extension_store_install:
 * @package: path of a file, not trusted
 * @info: copied
 * @operation: (nullable): progress and cancel; not finished by it
 *
 * Installs, or updates to, what is in @package. The version before stays for a roll-back; one before that goes. What was
 * decided by the user (enabled or not) stays.
 *
 * Returns: (transfer full): resolves to the #AvbInstalled; %AVB_ERROR_INVALID (the package, or not the expected one),
 *   %AVB_ERROR_NOT_SUPPORTED (not for this computer), %AVB_ERROR_PERMISSION (another source or publisher than before, it
 *   needs a permission that was not granted, or was revoked), %AVB_ERROR_EXISTS (other content under the same version, or a
 *   newer one is there), %AVB_ERROR_NO_SPACE, %AVB_ERROR_BUSY, cancelled. Then nothing changed.
 */
DexFuture *avb_extension_store_install (AvbExtensionStore    *self,
                                        const char           *package,
                                        const AvbInstallInfo *info,
                                        AvbOperation         *operation) G_GNUC_WARN_UNUSED_RESULT;

/* To the previous version, with what was granted to that; the one that is left is the previous one then. Resolves to %TRUE;
 * %AVB_ERROR_NOT_FOUND if there is none, %AVB_ERROR_PERMISSION if that was revoked. */
DexFuture *avb_extension_store_roll_back (AvbExtensionStore *self, const char *id) G_GNUC_WARN_UNUSED_RESULT;

/* Who runs it must have stopped it. Without @with_data what it kept stays, and so does whose it is: another source or
 * publisher cannot take its place and get at that. Resolves to %TRUE. */
DexFuture *avb_extension_store_remove (AvbExtensionStore *self, const char *id, gboolean with_data) G_GNUC_WARN_UNUSED_RESULT;

DexFuture *avb_extension_store_set_enabled (AvbExtensionStore *self, const char *id, gboolean enabled) G_GNUC_WARN_UNUSED_RESULT;

/* @granted: list of #AvbPermission; what the manifest does not ask for is left out. */
DexFuture *avb_extension_store_set_granted (AvbExtensionStore *self, const char *id, GListModel *granted) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_extension_store_quarantine:
 * @version: (nullable): the version that was revoked, current or previous; NULL: each, also those to come
 * @reason: (nullable): for the user; NULL takes it back
 *
 * It must not run (see `active`), stays as it is with its data, and is never deleted by this.
 *
 * Returns: (transfer full): resolves to %TRUE; %AVB_ERROR_NOT_FOUND
 */
DexFuture *avb_extension_store_quarantine (AvbExtensionStore *self,
                                           const char        *id,
                                           const char        *version,
                                           const char        *reason) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
