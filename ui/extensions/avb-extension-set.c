/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-set.h"

#include "backends/avb-blocking.h"

struct _AvbExtensionSet {
  GObject           parent_instance;

  AvbLibrary       *library;
  AvbExtensionHost *host;
  AvbMarketplace   *marketplace;
  AvbRecipeList    *recipes;
  AvbMonitorList   *monitors;
  AvbServedDisks   *served_disks;
  DexFuture        *loading; /* (nullable): what is installed and what marketplaces had */
  gboolean          looked;
};

G_DEFINE_FINAL_TYPE (AvbExtensionSet, avb_extension_set, G_TYPE_OBJECT)

static DexFuture *
load_fiber (gpointer data)
{
  AvbExtensionSet *self = data;
  AvbExtensionStore *store = avb_marketplace_get_store (self->marketplace);
  GError *error = NULL;

  if (!dex_await (avb_extension_store_load (store), &error) ||
      !dex_await (avb_marketplace_load (self->marketplace), &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

/* Both begin with it. (transfer full) */
static DexFuture *
need_loaded (AvbExtensionSet *self)
{
  if (self->loading == NULL)
    self->loading = avb_fiber_spawn (load_fiber, g_object_ref (self), g_object_unref);
  return dex_ref (self->loading);
}

static DexFuture *
start_fiber (gpointer data)
{
  AvbExtensionSet *self = data;
  GError *error = NULL;

  if (!dex_await (need_loaded (self), &error) || !dex_await (avb_extension_host_start (self->host), &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

static DexFuture *
look_fiber (gpointer data)
{
  AvbExtensionSet *self = data;
  GError *error = NULL;

  if (!dex_await (need_loaded (self), &error))
    return dex_future_new_for_error (error);
  if (self->looked)
    return dex_future_new_true ();
  self->looked = TRUE;
  return avb_marketplace_refresh (self->marketplace);
}

static void
avb_extension_set_dispose (GObject *object)
{
  AvbExtensionSet *self = AVB_EXTENSION_SET (object);

  if (self->recipes != NULL)
    avb_catalog_remove_provider (avb_library_get_catalog (self->library), G_LIST_MODEL (self->recipes));
  dex_clear (&self->loading);
  g_clear_object (&self->served_disks);
  g_clear_object (&self->monitors);
  g_clear_object (&self->recipes);
  g_clear_object (&self->marketplace);
  g_clear_object (&self->host);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_extension_set_parent_class)->dispose (object);
}

static void
avb_extension_set_class_init (AvbExtensionSetClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_extension_set_dispose;
}

static void
avb_extension_set_init (AvbExtensionSet *self)
{
}

AvbExtensionSet *
avb_extension_set_new (AvbLibrary *library, const char *root, const AvbMarketplaceSetup *setup)
{
  AvbExtensionSet *self;
  g_autoptr (AvbExtensionStore) store = NULL;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);

  self = g_object_new (AVB_TYPE_EXTENSION_SET, NULL);
  store = avb_extension_store_new (root);
  self->library = g_object_ref (library);
  self->host = avb_extension_host_new (library, store);
  if (setup != NULL && setup->policy != NULL)
    avb_extension_host_set_policy (self->host, setup->policy);
  self->marketplace = avb_marketplace_new (store, setup);
  self->recipes = avb_recipe_list_new (avb_extension_host_get_contributions (self->host));
  self->monitors = avb_monitor_list_new (self->host);
  self->served_disks = avb_served_disks_new (library, self->host);
  avb_catalog_add_provider (avb_library_get_catalog (library), G_LIST_MODEL (self->recipes));
  return self;
}

DexFuture *
avb_extension_set_start (AvbExtensionSet *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_SET (self), NULL);

  return avb_fiber_spawn (start_fiber, g_object_ref (self), g_object_unref);
}

DexFuture *
avb_extension_set_look (AvbExtensionSet *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_SET (self), NULL);

  return avb_fiber_spawn (look_fiber, g_object_ref (self), g_object_unref);
}

DexFuture *
avb_extension_set_stop (AvbExtensionSet *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_SET (self), NULL);

  return avb_extension_host_stop (self->host);
}

AvbLibrary *
avb_extension_set_get_library (AvbExtensionSet *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_SET (self), NULL);

  return self->library;
}

AvbExtensionHost *
avb_extension_set_get_host (AvbExtensionSet *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_SET (self), NULL);

  return self->host;
}

AvbMarketplace *
avb_extension_set_get_marketplace (AvbExtensionSet *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_SET (self), NULL);

  return self->marketplace;
}

AvbRecipeList *
avb_extension_set_get_recipes (AvbExtensionSet *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_SET (self), NULL);

  return self->recipes;
}

AvbMonitorList *
avb_extension_set_get_monitors (AvbExtensionSet *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_SET (self), NULL);

  return self->monitors;
}

AvbServedDisks *
avb_extension_set_get_served_disks (AvbExtensionSet *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_SET (self), NULL);

  return self->served_disks;
}

GListModel *
avb_extension_set_get_contributions (AvbExtensionSet *self, AvbContributionKind kind)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_SET (self), NULL);

  return avb_contributions_get (avb_extension_host_get_contributions (self->host), kind);
}
