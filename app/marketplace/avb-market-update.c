/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-market-update.h"

#include "app/extensions/avb-semver.h"

struct _AvbMarketUpdate {
  GObject parent_instance;

  AvbInstalled     *installed;
  AvbMarketEntry   *entry;
  AvbMarketVersion *version;
  gboolean          widens;
};

G_DEFINE_FINAL_TYPE (AvbMarketUpdate, avb_market_update, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_INSTALLED,
  PROP_ENTRY,
  PROP_VERSION,
  PROP_WIDENS,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
avb_market_update_finalize (GObject *object)
{
  AvbMarketUpdate *self = AVB_MARKET_UPDATE (object);

  g_clear_object (&self->installed);
  g_clear_object (&self->entry);
  g_clear_object (&self->version);

  G_OBJECT_CLASS (avb_market_update_parent_class)->finalize (object);
}

static void
avb_market_update_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  AvbMarketUpdate *self = AVB_MARKET_UPDATE (object);

  switch (prop_id)
    {
    case PROP_INSTALLED:
      g_value_set_object (value, self->installed);
      break;
    case PROP_ENTRY:
      g_value_set_object (value, self->entry);
      break;
    case PROP_VERSION:
      g_value_set_object (value, self->version);
      break;
    case PROP_WIDENS:
      g_value_set_boolean (value, self->widens);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_market_update_class_init (AvbMarketUpdateClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_market_update_finalize;
  object_class->get_property = avb_market_update_get_property;

  properties[PROP_INSTALLED] = g_param_spec_object ("installed", NULL, NULL, AVB_TYPE_INSTALLED, flags);
  properties[PROP_ENTRY] = g_param_spec_object ("entry", NULL, NULL, AVB_TYPE_MARKET_ENTRY, flags);
  properties[PROP_VERSION] = g_param_spec_object ("version", NULL, NULL, AVB_TYPE_MARKET_VERSION, flags);
  properties[PROP_WIDENS] = g_param_spec_boolean ("widens", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_market_update_init (AvbMarketUpdate *self)
{
}

AvbMarketUpdate *
avb_market_update_find (AvbInstalled *installed, AvbMarketEntry *entry)
{
  AvbMarketVersion *version = avb_market_entry_get_best (entry);
  AvbExtensionManifest *manifest;
  AvbMarketUpdate *self;

  if (avb_semver_compare (avb_market_version_get_version (version), avb_installed_get_version (installed)) <= 0 ||
      !avb_market_version_check_host (version, NULL))
    return NULL;
  manifest = avb_market_version_get_manifest (version, NULL);
  self = g_object_new (AVB_TYPE_MARKET_UPDATE, NULL);
  self->installed = g_object_ref (installed);
  self->entry = g_object_ref (entry);
  self->version = g_object_ref (version);
  self->widens = avb_extension_manifest_widens (manifest, avb_installed_get_manifest (installed));
  return self;
}

AvbInstalled *
avb_market_update_get_installed (AvbMarketUpdate *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_UPDATE (self), NULL);

  return self->installed;
}

AvbMarketEntry *
avb_market_update_get_entry (AvbMarketUpdate *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_UPDATE (self), NULL);

  return self->entry;
}

AvbMarketVersion *
avb_market_update_get_version (AvbMarketUpdate *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_UPDATE (self), NULL);

  return self->version;
}

gboolean
avb_market_update_get_widens (AvbMarketUpdate *self)
{
  g_return_val_if_fail (AVB_IS_MARKET_UPDATE (self), TRUE);

  return self->widens;
}

/* One whose date nobody knows is not known to be old enough. */
gboolean
avb_market_update_is_due (AvbMarketUpdate *self, gint64 now)
{
  gint64 released;

  g_return_val_if_fail (AVB_IS_MARKET_UPDATE (self), FALSE);

  released = avb_market_version_get_released (self->version);
  return !self->widens && released > 0 && released <= now - AVB_MARKET_UPDATE_DELAY;
}
