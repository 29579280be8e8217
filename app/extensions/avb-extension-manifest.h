/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>

#include "app/extensions/avb-permission.h"

G_BEGIN_DECLS

#define AVB_EXTENSION_MANIFEST_NAME "manifest.json"
#define AVB_EXTENSION_MANIFEST_MAX (256 * 1024)
#define AVB_EXTENSION_ID_MAX 100

/* Majors of the protocol that this program speaks. */
#define AVB_EXTENSION_PROTOCOL_MIN 1
#define AVB_EXTENSION_PROTOCOL_MAX 1

typedef enum {
  AVB_EXTENSION_CONTENT,
  AVB_EXTENSION_CODE,
} AvbExtensionKind;

#define AVB_TYPE_EXTENSION_KIND (avb_extension_kind_get_type ())
GType avb_extension_kind_get_type (void);

/**
 * AvbExtensionManifest:
 *
 * What a package says of itself. Immutable; all texts are the author's: shown as text, never as markup. Those that the
 * author translated are in the user's language. Thread: any.
 *
 * Members of the file, `?` where it can be left out: `schema` (1), `id`, `version`, `kind`, `name`, `summary`,
 * `description`?, `license`, `publisher`, `homepage`?, `icon`?, `categories`?, `screenshots`?, `changelog`?, `engines`
 * {`host`?, `protocol`?}, `platforms`? {"linux-x86_64" or "linux-any": {`exec`}}, `runtime`? {"python": ">=3.11"},
 * `activation`?, `contributes`?, `permissions`?, `limits`? {`memory_mb`, `timeout_s`}. Others are refused, unless they begin
 * with "x-". Content has no platforms, runtime, activation, permissions or limits, and contributes only what is data.
 *
 * Properties, read-only: `id`, `version`, `kind` (#AvbExtensionKind), `name`, `summary`, `description` (nullable),
 * `license`, `publisher`, `homepage` (nullable), `permissions` (#GListModel).
 */
#define AVB_TYPE_EXTENSION_MANIFEST (avb_extension_manifest_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionManifest, avb_extension_manifest, AVB, EXTENSION_MANIFEST, GObject)

/**
 * avb_extension_manifest_new_from_bytes:
 * @bytes: a manifest.json, not trusted
 *
 * Returns: (transfer full) (nullable): %AVB_ERROR_INVALID
 */
AvbExtensionManifest *avb_extension_manifest_new_from_bytes (GBytes *bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_extension_manifest_check_host:
 *
 * Whether it can be used with this version of the program on this computer. A look at the file system, no more.
 *
 * Returns: %AVB_ERROR_NOT_SUPPORTED with a sentence that says why not
 */
gboolean avb_extension_manifest_check_host (AvbExtensionManifest *self, GError **error);

/* Whether an update from @older to @newer may do more than before, or comes from somebody else: it must be asked for. */
gboolean avb_extension_manifest_widens (AvbExtensionManifest *newer, AvbExtensionManifest *older);

const char       *avb_extension_manifest_get_id          (AvbExtensionManifest *self);
const char       *avb_extension_manifest_get_version     (AvbExtensionManifest *self);
AvbExtensionKind  avb_extension_manifest_get_kind        (AvbExtensionManifest *self);
const char       *avb_extension_manifest_get_name        (AvbExtensionManifest *self);
const char       *avb_extension_manifest_get_summary     (AvbExtensionManifest *self);
const char       *avb_extension_manifest_get_license     (AvbExtensionManifest *self);
const char       *avb_extension_manifest_get_publisher   (AvbExtensionManifest *self);
/* (nullable) */
const char       *avb_extension_manifest_get_description (AvbExtensionManifest *self);
const char       *avb_extension_manifest_get_changelog   (AvbExtensionManifest *self);
const char       *avb_extension_manifest_get_homepage    (AvbExtensionManifest *self);
/* (nullable): the range of versions of this program */
const char       *avb_extension_manifest_get_engine_host (AvbExtensionManifest *self);
/* Majors of the protocol, 0 and 0 for content */
void              avb_extension_manifest_get_protocol    (AvbExtensionManifest *self, guint *min, guint *max);
/* (nullable): a name in the package */
const char       *avb_extension_manifest_get_icon        (AvbExtensionManifest *self);
/* Names in the package; categories are words */
const char *const *avb_extension_manifest_get_screenshots (AvbExtensionManifest *self);
const char *const *avb_extension_manifest_get_categories  (AvbExtensionManifest *self);
/* "linux-x86_64", … ; empty for content */
const char *const *avb_extension_manifest_get_platforms   (AvbExtensionManifest *self);
/* The program for this platform, a name in the package; (nullable) */
const char       *avb_extension_manifest_get_exec        (AvbExtensionManifest *self);
/* "startup", "action:ID", … */
const char *const *avb_extension_manifest_get_activation  (AvbExtensionManifest *self);
/* Checked by avb_contributes_check(); perhaps empty */
JsonObject       *avb_extension_manifest_get_contributes (AvbExtensionManifest *self);
/* (transfer none): of #AvbPermission */
GListModel       *avb_extension_manifest_get_permissions (AvbExtensionManifest *self);
/* 0: what the program takes for enough */
guint             avb_extension_manifest_get_memory_mb   (AvbExtensionManifest *self);
guint             avb_extension_manifest_get_timeout_s   (AvbExtensionManifest *self);
/* The whole file, for who packs and publishes */
JsonObject       *avb_extension_manifest_get_json        (AvbExtensionManifest *self);

/* Of extensions everywhere: "org.example.thing". */
gboolean avb_extension_id_is_valid (const char *id);

/* "linux-x86_64": what this program was built for. */
const char *avb_extension_platform (void);

G_END_DECLS
