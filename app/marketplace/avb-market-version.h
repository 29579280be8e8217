/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-manifest.h"
#include "app/marketplace/avb-package-signature.h"

G_BEGIN_DECLS

/**
 * AvbMarketVersion:
 *
 * One package of an extension, as a catalogue has it. Immutable. Made on any thread; the manifest is read when it is first
 * asked for, on the main thread.
 *
 * Properties, read-only: `version` (string), `sha256` (string: of the package), `size` (uint64: bytes of the package),
 * `unpacked` (uint64: bytes on the disk; 0: not said), `released` (int64: seconds since 1970; 0: not said), `changelog` (string,
 * nullable: text of the author's, no markup).
 */
#define AVB_TYPE_MARKET_VERSION (avb_market_version_get_type ())
G_DECLARE_FINAL_TYPE (AvbMarketVersion, avb_market_version, AVB, MARKET_VERSION, GObject)

/* (nullable): @id: of the entry it belongs to; %AVB_ERROR_INVALID */
AvbMarketVersion *avb_market_version_new (const char *id, JsonObject *object, GError **error);

const char *avb_market_version_get_version   (AvbMarketVersion *self);
const char *avb_market_version_get_sha256    (AvbMarketVersion *self);
guint64     avb_market_version_get_size      (AvbMarketVersion *self);
guint64     avb_market_version_get_unpacked  (AvbMarketVersion *self);
gint64      avb_market_version_get_released  (AvbMarketVersion *self);
const char *avb_market_version_get_changelog (AvbMarketVersion *self);

/* (nullable) (transfer none): %NULL with the reason: this program does not understand it, e.g. since it needs a newer one. */
AvbExtensionManifest *avb_market_version_get_manifest (AvbMarketVersion *self, GError **error);
/* (transfer none): canonical JSON: what the package's manifest must be equal to. */
GBytes     *avb_market_version_get_manifest_bytes (AvbMarketVersion *self);
/* Whether it can run here; else a sentence that says why not: %AVB_ERROR_NOT_SUPPORTED, %AVB_ERROR_INVALID. */
gboolean    avb_market_version_check_host    (AvbMarketVersion *self, GError **error);

/* The publisher's; always there, not yet verified. */
const AvbPackageSignature *avb_market_version_get_signature (AvbMarketVersion *self);

G_END_DECLS
