/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-catalog.h"

#include "app/avb-catalog-osinfo.h"

struct _AvbCatalog {
  GObject parent_instance;

  GPtrArray  *providers; /* of GListModel */
  GListStore *osinfo;    /* the first of them */
  DexFuture  *load;
  gboolean    loading;
  char      **favorites;
};

enum { PROP_0, PROP_LOADING, PROP_FAVORITES, N_PROPS };

static GParamSpec *properties[N_PROPS];

static void apply_favorites (AvbCatalog *self, GListModel *provider, guint position, guint n);

/* --- the list --- */

static GType
avb_catalog_get_item_type (GListModel *model)
{
  return AVB_TYPE_CATALOG_ENTRY;
}

static guint
avb_catalog_get_n_items (GListModel *model)
{
  AvbCatalog *self = AVB_CATALOG (model);
  guint n = 0;

  for (guint i = 0; i < self->providers->len; i++)
    n += g_list_model_get_n_items (g_ptr_array_index (self->providers, i));
  return n;
}

static gpointer
avb_catalog_get_item (GListModel *model, guint position)
{
  AvbCatalog *self = AVB_CATALOG (model);

  for (guint i = 0; i < self->providers->len; i++)
    {
      GListModel *provider = g_ptr_array_index (self->providers, i);
      guint n = g_list_model_get_n_items (provider);

      if (position < n)
        return g_list_model_get_item (provider, position);
      position -= n;
    }
  return NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = avb_catalog_get_item_type;
  iface->get_n_items = avb_catalog_get_n_items;
  iface->get_item = avb_catalog_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbCatalog,
                               avb_catalog,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static guint
get_offset (AvbCatalog *self, GListModel *of)
{
  guint offset = 0;

  for (guint i = 0; i < self->providers->len; i++)
    {
      GListModel *provider = g_ptr_array_index (self->providers, i);

      if (provider == of)
        break;
      offset += g_list_model_get_n_items (provider);
    }
  return offset;
}

static void
provider_changed_cb (AvbCatalog *self, guint position, guint removed, guint added, GListModel *provider)
{
  apply_favorites (self, provider, position, added);
  g_list_model_items_changed (G_LIST_MODEL (self), get_offset (self, provider) + position, removed, added);
}

/* --- favourites --- */

static void
apply_favorites (AvbCatalog *self, GListModel *provider, guint position, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AvbCatalogEntry) entry = g_list_model_get_item (provider, position + i);
      const char *id = avb_catalog_entry_get_id (entry);

      avb_catalog_entry_set_favorite (
          entry, id != NULL && g_strv_contains ((const char *const *) self->favorites, id));
    }
}

static void
set_favorites (AvbCatalog *self, const char *const *favorites)
{
  static const char *const none[] = { NULL };

  if (favorites == NULL)
    favorites = none;
  if (g_strv_equal (favorites, (const char *const *) self->favorites))
    return;
  g_strfreev (self->favorites);
  self->favorites = g_strdupv ((char **) favorites);
  apply_favorites (self, G_LIST_MODEL (self), 0, avb_catalog_get_n_items (G_LIST_MODEL (self)));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FAVORITES]);
}

static void
avb_catalog_dispose (GObject *object)
{
  AvbCatalog *self = AVB_CATALOG (object);

  dex_clear (&self->load);
  for (guint i = 0; i < self->providers->len; i++)
    g_signal_handlers_disconnect_by_func (g_ptr_array_index (self->providers, i), provider_changed_cb, self);
  G_OBJECT_CLASS (avb_catalog_parent_class)->dispose (object);
}

static void
avb_catalog_finalize (GObject *object)
{
  AvbCatalog *self = AVB_CATALOG (object);

  g_ptr_array_unref (self->providers);
  g_object_unref (self->osinfo);
  g_strfreev (self->favorites);
  G_OBJECT_CLASS (avb_catalog_parent_class)->finalize (object);
}

static void
avb_catalog_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbCatalog *self = AVB_CATALOG (object);

  switch (id)
    {
    case PROP_LOADING:
      g_value_set_boolean (value, self->loading);
      break;
    case PROP_FAVORITES:
      g_value_set_boxed (value, self->favorites);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_catalog_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_FAVORITES)
    set_favorites (AVB_CATALOG (object), g_value_get_boxed (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_catalog_class_init (AvbCatalogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = avb_catalog_dispose;
  object_class->finalize = avb_catalog_finalize;
  object_class->get_property = avb_catalog_get_property;
  object_class->set_property = avb_catalog_set_property;
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_FAVORITES]
      = g_param_spec_boxed ("favorites", NULL, NULL, G_TYPE_STRV,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_catalog_init (AvbCatalog *self)
{
  self->providers = g_ptr_array_new_with_free_func (g_object_unref);
  self->osinfo = g_list_store_new (AVB_TYPE_CATALOG_ENTRY);
  self->favorites = g_new0 (char *, 1);
  avb_catalog_add_provider (self, G_LIST_MODEL (self->osinfo));
}

AvbCatalog *
avb_catalog_new (void)
{
  return g_object_new (AVB_TYPE_CATALOG, NULL);
}

static void
set_loading (AvbCatalog *self, gboolean loading)
{
  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr (AvbCatalog) self = g_weak_ref_get (user_data);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL)
    return dex_future_new_true ();
  if (value != NULL)
    {
      GPtrArray *entries = g_value_get_boxed (value);

      g_list_store_splice (self->osinfo, 0, 0, entries->pdata, entries->len);
    }
  set_loading (self, FALSE);
  return dex_future_new_true ();
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

DexFuture *
avb_catalog_load (AvbCatalog *self)
{
  dex_return_error_if_fail (AVB_IS_CATALOG (self));

  if (self->load == NULL)
    {
      GWeakRef *weak = g_new0 (GWeakRef, 1);

      g_weak_ref_init (weak, self);
      set_loading (self, TRUE);
      self->load = dex_future_finally (avb_catalog_osinfo_load (), loaded_cb, weak, weak_ref_free);
    }
  return dex_ref (self->load);
}

void
avb_catalog_add_provider (AvbCatalog *self, GListModel *provider)
{
  guint n;

  g_return_if_fail (AVB_IS_CATALOG (self));
  g_return_if_fail (G_IS_LIST_MODEL (provider));
  g_return_if_fail (g_type_is_a (g_list_model_get_item_type (provider), AVB_TYPE_CATALOG_ENTRY));

  if (g_ptr_array_find (self->providers, provider, NULL))
    return;
  n = g_list_model_get_n_items (provider);
  g_ptr_array_add (self->providers, g_object_ref (provider));
  g_signal_connect_object (provider, "items-changed", G_CALLBACK (provider_changed_cb), self, G_CONNECT_SWAPPED);
  provider_changed_cb (self, 0, 0, n, provider);
}

void
avb_catalog_remove_provider (AvbCatalog *self, GListModel *provider)
{
  guint offset;
  guint n;

  g_return_if_fail (AVB_IS_CATALOG (self));
  g_return_if_fail (G_IS_LIST_MODEL (provider));

  offset = get_offset (self, provider);
  n = g_list_model_get_n_items (provider);
  g_signal_handlers_disconnect_by_func (provider, provider_changed_cb, self);
  if (g_ptr_array_remove (self->providers, provider))
    g_list_model_items_changed (G_LIST_MODEL (self), offset, n, 0);
}

void
avb_catalog_set_favorite (AvbCatalog *self, AvbCatalogEntry *entry, gboolean favorite)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) changed = NULL;
  const char *id;

  g_return_if_fail (AVB_IS_CATALOG (self));
  g_return_if_fail (AVB_IS_CATALOG_ENTRY (entry));

  id = avb_catalog_entry_get_id (entry);
  g_return_if_fail (id != NULL);
  for (guint i = 0; self->favorites[i] != NULL; i++)
    if (!g_str_equal (self->favorites[i], id))
      g_strv_builder_add (builder, self->favorites[i]);
  if (favorite)
    g_strv_builder_add (builder, id);
  changed = g_strv_builder_end (builder);
  set_favorites (self, (const char *const *) changed);
}

AvbCatalogEntry *
avb_catalog_find (AvbCatalog *self, const char *id)
{
  guint n;

  g_return_val_if_fail (AVB_IS_CATALOG (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  n = avb_catalog_get_n_items (G_LIST_MODEL (self));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AvbCatalogEntry) entry = avb_catalog_get_item (G_LIST_MODEL (self), i);

      if (g_strcmp0 (avb_catalog_entry_get_id (entry), id) == 0)
        return entry; /* a provider holds it */
    }
  return NULL;
}
