/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What everybody asks of a manifest. */

#include "config.h"

#include "app/extensions/avb-extension-manifest-private.h"

static const char *const none[] = { NULL };

static const char *const *
words (char **array)
{
  return array != NULL ? (const char *const *) array : none;
}

const char *
avb_extension_manifest_get_id (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return self->id;
}

const char *
avb_extension_manifest_get_version (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return self->version;
}

AvbExtensionKind
avb_extension_manifest_get_kind (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), AVB_EXTENSION_CONTENT);

  return self->kind;
}

const char *
avb_extension_manifest_get_name (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return self->name;
}

const char *
avb_extension_manifest_get_summary (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return self->summary;
}

const char *
avb_extension_manifest_get_license (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return self->license;
}

const char *
avb_extension_manifest_get_publisher (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return self->publisher;
}

const char *
avb_extension_manifest_get_description (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return self->description;
}

const char *
avb_extension_manifest_get_changelog (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return self->changelog;
}

const char *
avb_extension_manifest_get_homepage (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return self->homepage;
}

const char *
avb_extension_manifest_get_engine_host (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return self->engine_host;
}

const char *
avb_extension_manifest_get_icon (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return self->icon;
}

const char *const *
avb_extension_manifest_get_screenshots (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), none);

  return words (self->screenshots);
}

const char *const *
avb_extension_manifest_get_categories (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), none);

  return words (self->categories);
}

const char *const *
avb_extension_manifest_get_platforms (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), none);

  return words (self->platforms);
}

const char *const *
avb_extension_manifest_get_activation (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), none);

  return words (self->activation);
}

JsonObject *
avb_extension_manifest_get_contributes (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return self->contributes;
}

GListModel *
avb_extension_manifest_get_permissions (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return G_LIST_MODEL (self->permissions);
}

guint
avb_extension_manifest_get_memory_mb (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), 0);

  return (guint) self->memory_mb;
}

guint
avb_extension_manifest_get_timeout_s (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), 0);

  return (guint) self->timeout_s;
}

JsonObject *
avb_extension_manifest_get_json (AvbExtensionManifest *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_MANIFEST (self), NULL);

  return json_node_get_object (self->root);
}

void
avb_extension_manifest_get_protocol (AvbExtensionManifest *self, guint *min, guint *max)
{
  g_return_if_fail (AVB_IS_EXTENSION_MANIFEST (self));

  *min = self->protocol_min;
  *max = self->protocol_max;
}
