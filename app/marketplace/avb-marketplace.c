/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-marketplace-private.h"

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

G_DEFINE_FINAL_TYPE (AvbMarketplace, avb_marketplace, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_SOURCES,
  PROP_ENTRIES,
  PROP_UPDATES,
  PROP_N_UPDATES,
  PROP_AUTOMATIC,
  PROP_BUSY,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

gint64
avb_marketplace_get_now (AvbMarketplace *self)
{
  return self->now != 0 ? self->now : g_get_real_time () / G_USEC_PER_SEC;
}

/* --- lists --- */

static gboolean
is_same (AvbMarketUpdate *a, AvbMarketUpdate *b)
{
  return avb_market_update_get_installed (a) == avb_market_update_get_installed (b) &&
         avb_market_update_get_version (a) == avb_market_update_get_version (b) &&
         avb_market_update_get_widens (a) == avb_market_update_get_widens (b);
}

static gboolean
is_listed (AvbMarketplace *self, GPtrArray *updates)
{
  GListModel *model = G_LIST_MODEL (self->updates);

  if (g_list_model_get_n_items (model) != updates->len)
    return FALSE;
  for (guint i = 0; i < updates->len; i++)
    {
      g_autoptr (AvbMarketUpdate) old = g_list_model_get_item (model, i);

      if (!is_same (old, g_ptr_array_index (updates, i)))
        return FALSE;
    }
  return TRUE;
}

/* One that would only be put in quarantine is none. */
static gboolean
is_wanted (AvbMarketSource *source, AvbMarketUpdate *update)
{
  AvbMarketVersion *version = avb_market_update_get_version (update);

  return avb_market_source_find_revocation (source, avb_market_entry_get_id (avb_market_update_get_entry (update)),
                                            avb_market_version_get_version (version),
                                            avb_market_version_get_sha256 (version)) == NULL;
}

void
avb_marketplace_find_updates (AvbMarketplace *self)
{
  GListModel *store = G_LIST_MODEL (self->store);
  g_autoptr (GPtrArray) updates = g_ptr_array_new_with_free_func (g_object_unref);
  guint before = g_list_model_get_n_items (G_LIST_MODEL (self->updates));

  for (guint i = 0; i < g_list_model_get_n_items (store); i++)
    {
      g_autoptr (AvbInstalled) installed = g_list_model_get_item (store, i);
      const char *id = avb_installed_get_id (installed);
      AvbMarketSource *source = avb_marketplace_find_source (self, avb_installed_get_source (installed));
      AvbMarketEntry *entry = source != NULL ? avb_market_source_find (source, id) : NULL;
      g_autoptr (AvbMarketUpdate) update = entry != NULL ? avb_market_update_find (installed, entry) : NULL;

      if (update != NULL && is_wanted (source, update))
        g_ptr_array_add (updates, g_steal_pointer (&update));
    }
  if (is_listed (self, updates))
    return;
  g_list_store_splice (self->updates, 0, before, updates->pdata, updates->len);
  if (before != updates->len)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_UPDATES]);
}

static gboolean
find_updates_cb (gpointer data)
{
  AvbMarketplace *self = data;

  self->idle = 0;
  avb_marketplace_find_updates (self);
  return G_SOURCE_REMOVE;
}

static void
queue_updates (AvbMarketplace *self)
{
  if (self->idle == 0)
    self->idle = g_idle_add (find_updates_cb, self);
}

/* The place of a source's entries is after those of the sources before it. */
static void
entries_changed_cb (AvbMarketplace *self, guint position, guint removed, guint added, GListModel *model)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  guint offset = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->sources)); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      if (avb_market_source_get_entries (source) == model)
        break;
      offset += g_list_model_get_n_items (avb_market_source_get_entries (source));
    }
  for (guint i = 0; i < added; i++)
    g_ptr_array_add (items, g_list_model_get_item (model, position + i));
  g_list_store_splice (self->entries, offset + position, removed, items->pdata, items->len);
  queue_updates (self);
}

static void
stop_watching (AvbMarketplace *self)
{
  for (guint i = 0; i < self->watched->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (self->watched, i), self);
  g_ptr_array_set_size (self->watched, 0);
}

static void
store_changed_cb (AvbMarketplace *self)
{
  GListModel *store = G_LIST_MODEL (self->store);

  stop_watching (self);
  for (guint i = 0; i < g_list_model_get_n_items (store); i++)
    {
      AvbInstalled *installed = g_list_model_get_item (store, i);

      g_signal_connect_swapped (installed, "notify::version", G_CALLBACK (queue_updates), self);
      g_ptr_array_add (self->watched, installed);
    }
  queue_updates (self);
}

AvbMarketSource *
avb_marketplace_append (AvbMarketplace *self, const char *id, const char *uri, const char *title, AvbMarketOrigin origin,
                        GBytes *root)
{
  g_autoptr (AvbMarketSource) source = avb_market_source_new (id, uri, origin, root, self->folder, self->cache);
  g_autoptr (GError) error = NULL;

  avb_market_source_set_tls_database (source, self->tls_database);
  avb_market_source_set_now (source, self->now);
  avb_market_source_set_title (source, title);
  if (origin != AVB_MARKET_ORIGIN_POLICY &&
      !avb_extension_policy_check_source (self->policy, avb_market_source_get_id (source), origin == AVB_MARKET_ORIGIN_USER,
                                          &error))
    avb_market_source_block (source, error->message);
  g_signal_connect_object (avb_market_source_get_entries (source), "items-changed", G_CALLBACK (entries_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_list_store_append (self->sources, source);
  return source;
}

/* --- object --- */

static void
avb_marketplace_dispose (GObject *object)
{
  AvbMarketplace *self = AVB_MARKETPLACE (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->idle, g_source_remove);
  stop_watching (self);
  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);

  G_OBJECT_CLASS (avb_marketplace_parent_class)->dispose (object);
}

static void
avb_marketplace_finalize (GObject *object)
{
  AvbMarketplace *self = AVB_MARKETPLACE (object);

  g_clear_object (&self->store);
  g_clear_object (&self->policy);
  g_free (self->folder);
  g_free (self->cache);
  g_free (self->builtin_uri);
  g_clear_pointer (&self->builtin_root, g_bytes_unref);
  g_clear_object (&self->tls_database);
  g_object_unref (self->sources);
  g_object_unref (self->entries);
  g_object_unref (self->updates);
  g_ptr_array_unref (self->watched);
  dex_clear (&self->refreshing);

  G_OBJECT_CLASS (avb_marketplace_parent_class)->finalize (object);
}

static void
avb_marketplace_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  AvbMarketplace *self = AVB_MARKETPLACE (object);

  switch (prop_id)
    {
    case PROP_SOURCES:
      g_value_set_object (value, self->sources);
      break;
    case PROP_ENTRIES:
      g_value_set_object (value, self->entries);
      break;
    case PROP_UPDATES:
      g_value_set_object (value, self->updates);
      break;
    case PROP_N_UPDATES:
      g_value_set_uint (value, g_list_model_get_n_items (G_LIST_MODEL (self->updates)));
      break;
    case PROP_AUTOMATIC:
      g_value_set_boolean (value, avb_marketplace_get_automatic (self));
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, self->refreshing != NULL);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_marketplace_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  AvbMarketplace *self = AVB_MARKETPLACE (object);

  switch (prop_id)
    {
    case PROP_AUTOMATIC:
      avb_marketplace_set_automatic (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_marketplace_class_init (AvbMarketplaceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags common = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags flags = G_PARAM_READABLE | common;

  object_class->dispose = avb_marketplace_dispose;
  object_class->finalize = avb_marketplace_finalize;
  object_class->get_property = avb_marketplace_get_property;
  object_class->set_property = avb_marketplace_set_property;

  properties[PROP_SOURCES] = g_param_spec_object ("sources", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_ENTRIES] = g_param_spec_object ("entries", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_UPDATES] = g_param_spec_object ("updates", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_N_UPDATES] = g_param_spec_uint ("n-updates", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_AUTOMATIC] = g_param_spec_boolean ("automatic", NULL, NULL, FALSE, G_PARAM_READWRITE | common);
  properties[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_marketplace_init (AvbMarketplace *self)
{
  self->sources = g_list_store_new (AVB_TYPE_MARKET_SOURCE);
  self->entries = g_list_store_new (AVB_TYPE_MARKET_ENTRY);
  self->updates = g_list_store_new (AVB_TYPE_MARKET_UPDATE);
  self->watched = g_ptr_array_new_with_free_func (g_object_unref);
}

static char *
dup_builtin_uri (void)
{
  const char *path = g_getenv ("ALPHA_VBOX_MARKETPLACE");

  return g_filename_to_uri (path != NULL && g_path_is_absolute (path) ? path : AVB_PKGDATADIR "/marketplace", NULL, NULL);
}

AvbMarketplace *
avb_marketplace_new (AvbExtensionStore *store, const AvbMarketplaceSetup *setup)
{
  static const AvbMarketplaceSetup none;
  AvbMarketplace *self;

  g_return_val_if_fail (AVB_IS_EXTENSION_STORE (store), NULL);

  if (setup == NULL)
    setup = &none;
  self = g_object_new (AVB_TYPE_MARKETPLACE, NULL);
  self->store = g_object_ref (store);
  self->policy = g_object_ref (setup->policy != NULL ? setup->policy : avb_extension_policy_get_default ());
  self->folder = g_strdup (setup->folder);
  self->cache = g_strdup (setup->cache);
  self->builtin_uri = setup->builtin_uri != NULL ? g_strdup (setup->builtin_uri) : dup_builtin_uri ();
  self->builtin_root = setup->builtin_root != NULL
                           ? g_bytes_ref (setup->builtin_root)
                           : g_resources_lookup_data (AVB_MARKETPLACE_ROOT_RESOURCE, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_set_object (&self->tls_database, setup->tls_database);
  self->now = setup->now;
  if (self->builtin_root != NULL && self->builtin_uri != NULL)
    avb_marketplace_append (self, AVB_EXTENSION_SOURCE_BUILTIN, self->builtin_uri, NULL, AVB_MARKET_ORIGIN_BUILTIN,
                            self->builtin_root);
  g_signal_connect_swapped (store, "items-changed", G_CALLBACK (store_changed_cb), self);
  store_changed_cb (self);
  return self;
}

AvbExtensionStore *
avb_marketplace_get_store (AvbMarketplace *self)
{
  g_return_val_if_fail (AVB_IS_MARKETPLACE (self), NULL);

  return self->store;
}

AvbExtensionPolicy *
avb_marketplace_get_policy (AvbMarketplace *self)
{
  g_return_val_if_fail (AVB_IS_MARKETPLACE (self), NULL);

  return self->policy;
}

GListModel *
avb_marketplace_get_sources (AvbMarketplace *self)
{
  g_return_val_if_fail (AVB_IS_MARKETPLACE (self), NULL);

  return G_LIST_MODEL (self->sources);
}

GListModel *
avb_marketplace_get_entries (AvbMarketplace *self)
{
  g_return_val_if_fail (AVB_IS_MARKETPLACE (self), NULL);

  return G_LIST_MODEL (self->entries);
}

GListModel *
avb_marketplace_get_updates (AvbMarketplace *self)
{
  g_return_val_if_fail (AVB_IS_MARKETPLACE (self), NULL);

  return G_LIST_MODEL (self->updates);
}

AvbMarketSource *
avb_marketplace_find_source (AvbMarketplace *self, const char *id)
{
  g_return_val_if_fail (AVB_IS_MARKETPLACE (self), NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->sources)); i++)
    {
      /* Borrowed: the list keeps it. */
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      if (g_strcmp0 (avb_market_source_get_id (source), id) == 0)
        return source;
    }
  return NULL;
}

AvbMarketEntry *
avb_marketplace_find (AvbMarketplace *self, const char *id)
{
  g_autoptr (AvbInstalled) installed = NULL;
  AvbMarketSource *own;
  AvbMarketEntry *entry;

  g_return_val_if_fail (AVB_IS_MARKETPLACE (self), NULL);

  installed = avb_extension_store_find (self->store, id);
  own = installed != NULL ? avb_marketplace_find_source (self, avb_installed_get_source (installed)) : NULL;
  entry = own != NULL ? avb_market_source_find (own, id) : NULL;
  for (guint i = 0; entry == NULL && i < g_list_model_get_n_items (G_LIST_MODEL (self->sources)); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      entry = avb_market_source_find (source, id);
    }
  return entry;
}

AvbMarketUpdate *
avb_marketplace_find_update (AvbMarketplace *self, const char *id)
{
  g_return_val_if_fail (AVB_IS_MARKETPLACE (self), NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->updates)); i++)
    {
      g_autoptr (AvbMarketUpdate) update = g_list_model_get_item (G_LIST_MODEL (self->updates), i);

      if (g_strcmp0 (avb_market_entry_get_id (avb_market_update_get_entry (update)), id) == 0)
        return update;
    }
  return NULL;
}

gboolean
avb_marketplace_get_automatic (AvbMarketplace *self)
{
  gboolean decided;

  g_return_val_if_fail (AVB_IS_MARKETPLACE (self), FALSE);

  return avb_extension_policy_get_automatic (self->policy, &decided) ? decided : self->automatic;
}

void
avb_marketplace_set_automatic (AvbMarketplace *self, gboolean automatic)
{
  g_return_if_fail (AVB_IS_MARKETPLACE (self));

  if (self->automatic == !!automatic)
    return;
  self->automatic = !!automatic;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AUTOMATIC]);
}

gboolean
avb_marketplace_can_set_automatic (AvbMarketplace *self)
{
  gboolean decided;

  g_return_val_if_fail (AVB_IS_MARKETPLACE (self), FALSE);

  return !avb_extension_policy_get_automatic (self->policy, &decided);
}

/* --- asking --- */

static void
await_all (GPtrArray *futures)
{
  for (guint i = 0; i < futures->len; i++)
    dex_await (g_ptr_array_index (futures, i), NULL);
}

static gboolean
timer_cb (gpointer data)
{
  AvbMarketplace *self = data;

  self->timer = 0;
  avb_future_finish (avb_marketplace_refresh (self), "ask the marketplaces");
  return G_SOURCE_REMOVE;
}

static void
set_timer (AvbMarketplace *self, guint seconds)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add_seconds (seconds, timer_cb, self);
}

static DexFuture *
refresh_fiber (gpointer data)
{
  AvbMarketplace *self = data;
  g_autoptr (GPtrArray) futures = g_ptr_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->sources)); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      if (avb_market_source_get_state (source) != AVB_MARKET_SOURCE_BLOCKED)
        g_ptr_array_add (futures, avb_market_source_refresh (source));
    }
  await_all (futures);
  avb_marketplace_find_updates (self);
  dex_await (avb_marketplace_apply_revocations (self), NULL);
  if (avb_marketplace_get_automatic (self))
    dex_await (avb_marketplace_run_automatic (self), NULL);
  avb_marketplace_find_updates (self);
  dex_clear (&self->refreshing);
  set_timer (self, AVB_MARKETPLACE_INTERVAL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
  return dex_future_new_true ();
}

DexFuture *
avb_marketplace_refresh (AvbMarketplace *self)
{
  dex_return_error_if_fail (AVB_IS_MARKETPLACE (self));

  if (self->refreshing == NULL)
    {
      self->refreshing = avb_fiber_spawn (refresh_fiber, g_object_ref (self), g_object_unref);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_BUSY]);
    }
  return dex_ref (self->refreshing);
}

/* The tree that came with the program costs nothing to ask; it is what makes the pane work at the first start. */
static gboolean
is_due (AvbMarketplace *self)
{
  gint64 now = avb_marketplace_get_now (self);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->sources)); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);
      gint64 checked = avb_market_source_get_checked (source);

      if (avb_market_source_get_origin (source) != AVB_MARKET_ORIGIN_BUILTIN &&
          (checked > now || checked <= now - AVB_MARKETPLACE_INTERVAL))
        return TRUE;
    }
  return FALSE;
}

static void
refresh_local (AvbMarketplace *self)
{
  AvbMarketSource *source = avb_marketplace_find_source (self, AVB_EXTENSION_SOURCE_BUILTIN);

  if (source != NULL && avb_market_source_get_state (source) != AVB_MARKET_SOURCE_BLOCKED)
    dex_await (avb_market_source_refresh (source), NULL);
}

static DexFuture *
load_fiber (gpointer data)
{
  AvbMarketplace *self = data;
  g_autoptr (GPtrArray) futures = g_ptr_array_new ();

  avb_marketplace_read_sources (self);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->sources)); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      g_ptr_array_add (futures, avb_market_source_load (source));
    }
  await_all (futures);
  refresh_local (self);
  avb_marketplace_find_updates (self);
  dex_await (avb_marketplace_apply_revocations (self), NULL);
  if (is_due (self))
    avb_future_finish (avb_marketplace_refresh (self), "ask the marketplaces");
  else
    set_timer (self, AVB_MARKETPLACE_INTERVAL);
  return dex_future_new_true ();
}

DexFuture *
avb_marketplace_load (AvbMarketplace *self)
{
  dex_return_error_if_fail (AVB_IS_MARKETPLACE (self));

  return avb_fiber_spawn (load_fiber, g_object_ref (self), g_object_unref);
}
