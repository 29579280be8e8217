/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * AvbCatalogVariant:
 * @AVB_CATALOG_INSTALLER: a disc that installs the system.
 * @AVB_CATALOG_LIVE: a disc that runs the system without installing it (it may install it too).
 * @AVB_CATALOG_CLOUD: a disk with the system installed, that cloud-init makes one's own.
 */
typedef enum {
  AVB_CATALOG_INSTALLER,
  AVB_CATALOG_LIVE,
  AVB_CATALOG_CLOUD,
} AvbCatalogVariant;

#define AVB_TYPE_CATALOG_VARIANT (avb_catalog_variant_get_type ())
GType avb_catalog_variant_get_type (void);

/**
 * AvbCatalogEntry:
 *
 * One file with an operating system that can be downloaded. Made by a catalogue with
 * g_object_new(); only `size` and `favorite` change later. Main thread only.
 *
 * Construct-only properties (a %NULL one is not known): `id` (string: stable, for favourites), `name`
 * (string: of the system, "Debian 13"), `detail` (string: what sets this file apart, "Netinst"),
 * `version`, `codename`, `vendor`, `family` ("linux", "bsd", "winnt"), `distro` (string: "debian"),
 * `architecture` (string: "x86_64"), `variant` (#AvbCatalogVariant), `url` (string: https or http),
 * `os-id` (string: libosinfo's), `release-date` and `eol-date` (#GDate), `prerelease` (boolean),
 * `checksum` (string: "sha256:…" or "sha512:…", in hexadecimal), `logo` (#GIcon: never %NULL once
 * made; may name icons that the theme lacks).
 *
 * Properties that change: `size` (uint64, bytes; 0: not known), `favorite` (boolean; to set it:
 * avb_catalog_set_favorite()).
 */
#define AVB_TYPE_CATALOG_ENTRY (avb_catalog_entry_get_type ())
G_DECLARE_FINAL_TYPE (AvbCatalogEntry, avb_catalog_entry, AVB, CATALOG_ENTRY, GObject)

const char        *avb_catalog_entry_get_id           (AvbCatalogEntry *self);
const char        *avb_catalog_entry_get_name         (AvbCatalogEntry *self);
const char        *avb_catalog_entry_get_detail       (AvbCatalogEntry *self);
const char        *avb_catalog_entry_get_version      (AvbCatalogEntry *self);
const char        *avb_catalog_entry_get_vendor       (AvbCatalogEntry *self);
const char        *avb_catalog_entry_get_distro       (AvbCatalogEntry *self);
const char        *avb_catalog_entry_get_architecture (AvbCatalogEntry *self);
AvbCatalogVariant  avb_catalog_entry_get_variant      (AvbCatalogEntry *self);
const char        *avb_catalog_entry_get_url          (AvbCatalogEntry *self);
const char        *avb_catalog_entry_get_os_id        (AvbCatalogEntry *self);
const char        *avb_catalog_entry_get_checksum     (AvbCatalogEntry *self);
/* (nullable) (transfer none) */
const GDate       *avb_catalog_entry_get_release_date (AvbCatalogEntry *self);
const GDate       *avb_catalog_entry_get_eol_date     (AvbCatalogEntry *self);
gboolean           avb_catalog_entry_get_prerelease   (AvbCatalogEntry *self);
GIcon             *avb_catalog_entry_get_logo         (AvbCatalogEntry *self);
guint64            avb_catalog_entry_get_size         (AvbCatalogEntry *self);
void               avb_catalog_entry_set_size         (AvbCatalogEntry *self, guint64 size);
gboolean           avb_catalog_entry_get_favorite     (AvbCatalogEntry *self);
void               avb_catalog_entry_set_favorite     (AvbCatalogEntry *self, gboolean favorite);

/* Whether its maker no longer looks after it at @today. */
gboolean avb_catalog_entry_is_retired (AvbCatalogEntry *self, const GDate *today);

/**
 * avb_catalog_entry_matches:
 * @query: what somebody typed; each word must be found, in any order, without regard to case and
 *   accents; "" matches all
 */
gboolean avb_catalog_entry_matches (AvbCatalogEntry *self, const char *query);

/**
 * avb_catalog_entry_compare:
 *
 * The order to show entries in: favourites first, released before prereleases, then by the name of
 * what makes it, newest version first, then variant and architecture. For qsort-like functions.
 */
int avb_catalog_entry_compare (gconstpointer a, gconstpointer b);

G_END_DECLS
