/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-manifest.h"

G_BEGIN_DECLS


struct _AvbExtensionManifest {
  GObject parent_instance;

  JsonNode        *root;
  const char      *id; /* in @root, as others that are not freed */
  const char      *version;
  AvbExtensionKind kind;
  char            *name;
  char            *summary;
  char            *description;
  char            *changelog;
  const char      *license;
  const char      *publisher;
  const char      *homepage;
  const char      *icon;
  const char      *engine_host;
  guint            protocol_min;
  guint            protocol_max;
  char           **screenshots;
  char           **categories;
  char           **platforms;
  GHashTable      *execs; /* platform → name in @root */
  const char      *python; /* range */
  char           **activation;
  JsonObject      *contributes;
  GListStore      *permissions;
  gint64           memory_mb;
  gint64           timeout_s;
};

/* Fills @self, which is new, from @root. */
gboolean avb_extension_manifest_read (AvbExtensionManifest *self, JsonNode *root, GError **error);

G_END_DECLS
