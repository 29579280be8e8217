/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-market-version.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-package.h"
#include "app/extensions/avb-semver.h"
#include "app/marketplace/avb-market-text.h"
#include "app/marketplace/avb-metadata.h"
#include "backends/avb-error.h"

#define MAX_CHANGELOG 8192

struct _AvbMarketVersion {
  GObject parent_instance;

  char                 *version;
  char                 *sha256;
  guint64               size;
  guint64               unpacked;
  gint64                released;
  char                 *changelog;
  GBytes               *bytes; /* of the manifest */
  AvbExtensionManifest *manifest; /* (nullable): not yet asked for, or see `error` */
  GError               *error;
  AvbPackageSignature   signature;
};

G_DEFINE_FINAL_TYPE (AvbMarketVersion, avb_market_version, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_VERSION,
  PROP_SHA256,
  PROP_SIZE,
  PROP_UNPACKED,
  PROP_RELEASED,
  PROP_CHANGELOG,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
avb_market_version_finalize (GObject *object)
{
  AvbMarketVersion *self = AVB_MARKET_VERSION (object);

  g_free (self->version);
  g_free (self->sha256);
  g_free (self->changelog);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_object (&self->manifest);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (avb_market_version_parent_class)->finalize (object);
}

static void
avb_market_version_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  AvbMarketVersion *self = AVB_MARKET_VERSION (object);

  switch (prop_id)
    {
    case PROP_VERSION:
      g_value_set_string (value, self->version);
      break;
    case PROP_SHA256:
      g_value_set_string (value, self->sha256);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, self->size);
      break;
    case PROP_UNPACKED:
      g_value_set_uint64 (value, self->unpacked);
      break;
    case PROP_RELEASED:
      g_value_set_int64 (value, self->released);
      break;
    case PROP_CHANGELOG:
      g_value_set_string (value, self->changelog);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_market_version_class_init (AvbMarketVersionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_market_version_finalize;
  object_class->get_property = avb_market_version_get_property;

  properties[PROP_VERSION] = g_param_spec_string ("version", NULL, NULL, NULL, flags);
  properties[PROP_SHA256] = g_param_spec_string ("sha256", NULL, NULL, NULL, flags);
  properties[PROP_SIZE] = g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_UNPACKED] = g_param_spec_uint64 ("unpacked", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_RELEASED] = g_param_spec_int64 ("released", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_CHANGELOG] = g_param_spec_string ("changelog", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_market_version_init (AvbMarketVersion *self)
{
}

/* Only what must hold for the catalogue to be read at all; the rest is the manifest's own business. */
static gboolean
take_manifest (AvbMarketVersion *self, const char *id, JsonObject *object, GError **error)
{
  JsonObject *manifest = avb_json_get_object (object, "manifest", error);
  const char *manifest_id = manifest != NULL ? avb_json_get_string (manifest, "id", 100, error) : NULL;
  const char *version = manifest_id != NULL ? avb_json_get_string (manifest, "version", AVB_SEMVER_MAX, error) : NULL;
  char *text;

  if (version == NULL)
    return FALSE;
  if (!g_str_equal (manifest_id, id) || !avb_semver_is_valid (version))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, version, _("The catalog has a package of another name.")));
      return FALSE;
    }
  self->version = g_strdup (version);
  text = avb_json_canonical (json_object_get_member (object, "manifest"));
  self->bytes = g_bytes_new_take (text, strlen (text));
  return TRUE;
}

AvbMarketVersion *
avb_market_version_new (const char *id, JsonObject *object, GError **error)
{
  g_autoptr (AvbMarketVersion) self = g_object_new (AVB_TYPE_MARKET_VERSION, NULL);
  const char *sha256 = avb_json_get_string (object, "sha256", 64, error);
  const char *key = sha256 != NULL ? avb_json_get_string (object, "key", 128, error) : NULL;
  const char *signature = key != NULL ? avb_json_get_string (object, "signature", 128, error) : NULL;
  const char *released = NULL;
  gint64 size;
  gint64 unpacked = 0;

  if (signature == NULL || !take_manifest (self, id, object, error) ||
      !avb_json_get_int (object, "size", 1, (gint64) AVB_PACKAGE_MAX_LENGTH, &size, error) ||
      !avb_json_find_int (object, "unpacked", 0, G_MAXINT64, &unpacked, error) ||
      !avb_json_find_string (object, "released", 20, &released, error) ||
      !avb_package_signature_set (&self->signature, key, signature, error))
    return NULL;
  if (!avb_metadata_is_sha256 (sha256) || (released != NULL && !avb_metadata_parse_time (released, &self->released)))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, sha256, _("The catalog describes a package wrongly.")));
      return NULL;
    }
  self->sha256 = g_strdup (sha256);
  self->size = size;
  self->unpacked = unpacked;
  self->changelog
      = avb_market_text_dup_lines (json_object_get_object_member (object, "manifest"), "changelog", MAX_CHANGELOG);
  return g_steal_pointer (&self);
}

const char *
avb_market_version_get_version (AvbMarketVersion *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_VERSION (self), NULL);

  return self->version;
}

const char *
avb_market_version_get_sha256 (AvbMarketVersion *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_VERSION (self), NULL);

  return self->sha256;
}

guint64
avb_market_version_get_size (AvbMarketVersion *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_VERSION (self), 0);

  return self->size;
}

guint64
avb_market_version_get_unpacked (AvbMarketVersion *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_VERSION (self), 0);

  return self->unpacked;
}

gint64
avb_market_version_get_released (AvbMarketVersion *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_VERSION (self), 0);

  return self->released;
}

const char *
avb_market_version_get_changelog (AvbMarketVersion *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_VERSION (self), NULL);

  return self->changelog;
}

AvbExtensionManifest *
avb_market_version_get_manifest (AvbMarketVersion *self, GError **error)
{
  g_return_val_if_fail (AVB_IS_MARKET_VERSION (self), NULL);

  if (self->manifest == NULL && self->error == NULL)
    self->manifest = avb_extension_manifest_new_from_bytes (self->bytes, &self->error);
  if (self->manifest == NULL && error != NULL)
    *error = g_error_copy (self->error);
  return self->manifest;
}

GBytes *
avb_market_version_get_manifest_bytes (AvbMarketVersion *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_VERSION (self), NULL);

  return self->bytes;
}

gboolean
avb_market_version_check_host (AvbMarketVersion *self, GError **error)
{
  AvbExtensionManifest *manifest = avb_market_version_get_manifest (self, error);

  return manifest != NULL && avb_extension_manifest_check_host (manifest, error);
}

const AvbPackageSignature *
avb_market_version_get_signature (AvbMarketVersion *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_VERSION (self), NULL);

  return &self->signature;
}
