/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-manifest.h"

G_BEGIN_DECLS

/**
 * AvbInstalled:
 *
 * One extension that is installed. There is one object as long as it is, whatever its version: properties notify. Changed by
 * #AvbExtensionStore. Main thread.
 *
 * Properties, read-only: `id`, `version`, `manifest` (#AvbExtensionManifest), `dir` (string: the folder of this version,
 * which is never changed once it is there), `previous-version` (string, nullable: what avb_extension_store_roll_back() goes
 * to; newer than `version` after a roll-back), `source` (string: where it came from; see #AvbInstallInfo), `publisher-key`
 * (string, nullable), `sha256` (string: of the package), `granted` (#GListModel of #AvbPermission: never more than the
 * manifest asks for), `enabled` (boolean: what the user wants), `revoked-reason` (string, nullable: then it must not run),
 * `active` (boolean: enabled and not revoked).
 */
#define AVB_TYPE_INSTALLED (avb_installed_get_type ())
G_DECLARE_FINAL_TYPE (AvbInstalled, avb_installed, AVB, INSTALLED, GObject)

const char           *avb_installed_get_id               (AvbInstalled *self);
const char           *avb_installed_get_version          (AvbInstalled *self);
const char           *avb_installed_get_previous_version (AvbInstalled *self);
AvbExtensionManifest *avb_installed_get_manifest         (AvbInstalled *self);
const char           *avb_installed_get_dir              (AvbInstalled *self);
const char           *avb_installed_get_source           (AvbInstalled *self);
const char           *avb_installed_get_publisher_key    (AvbInstalled *self);
const char           *avb_installed_get_sha256           (AvbInstalled *self);
GListModel           *avb_installed_get_granted          (AvbInstalled *self);
gboolean              avb_installed_get_enabled          (AvbInstalled *self);
const char           *avb_installed_get_revoked_reason   (AvbInstalled *self);
gboolean              avb_installed_get_active           (AvbInstalled *self);

/* Whether it may now: active, and granted. @arg as for avb_permission_allows(). */
gboolean avb_installed_allows (AvbInstalled *self, const char *permission, const char *arg);

G_END_DECLS
