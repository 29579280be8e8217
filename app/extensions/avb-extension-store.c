/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-store.h"

#include <string.h>

#include "app/extensions/avb-extension-store-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-folders.h"

struct _AvbExtensionStore {
  GObject parent_instance;

  char         *root;
  char         *data_root;
  GPtrArray    *items; /* of AvbInstalled, sorted by id */
  guint64       serial;
  GFileMonitor *monitor;
  gboolean      reading;
  gboolean      changed; /* since it began to read */
};

static GType
get_item_type (GListModel *model)
{
  return AVB_TYPE_INSTALLED;
}

static guint
get_n_items (GListModel *model)
{
  return AVB_EXTENSION_STORE (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  GPtrArray *items = AVB_EXTENSION_STORE (model)->items;

  return position < items->len ? g_object_ref (items->pdata[position]) : NULL;
}

static void
list_model_init (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbExtensionStore,
                               avb_extension_store,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
avb_extension_store_dispose (GObject *object)
{
  AvbExtensionStore *self = AVB_EXTENSION_STORE (object);

  if (self->monitor != NULL)
    {
      g_file_monitor_cancel (self->monitor);
      g_signal_handlers_disconnect_by_data (self->monitor, self);
      g_clear_object (&self->monitor);
    }
  G_OBJECT_CLASS (avb_extension_store_parent_class)->dispose (object);
}

static void
avb_extension_store_finalize (GObject *object)
{
  AvbExtensionStore *self = AVB_EXTENSION_STORE (object);

  g_ptr_array_unref (self->items);
  g_free (self->root);
  g_free (self->data_root);
  G_OBJECT_CLASS (avb_extension_store_parent_class)->finalize (object);
}

static void
avb_extension_store_class_init (AvbExtensionStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = avb_extension_store_dispose;
  object_class->finalize = avb_extension_store_finalize;
}

static void
avb_extension_store_init (AvbExtensionStore *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
}

AvbExtensionStore *
avb_extension_store_new (const char *root)
{
  AvbExtensionStore *self = g_object_new (AVB_TYPE_EXTENSION_STORE, NULL);
  g_autofree char *parent = NULL;

  self->root = root != NULL ? g_canonicalize_filename (root, NULL) : avb_folder_build (AVB_FOLDER_DATA, "extensions");
  parent = g_path_get_dirname (self->root);
  self->data_root = g_build_filename (parent, "extension-data", NULL);
  return self;
}

const char *
avb_extension_store_get_root (AvbExtensionStore *self)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_STORE (self), NULL);

  return self->root;
}

char *
avb_extension_store_dup_data_dir (AvbExtensionStore *self, const char *id)
{
  g_return_val_if_fail (AVB_IS_EXTENSION_STORE (self), NULL);
  g_return_val_if_fail (avb_extension_id_is_valid (id), NULL);

  return g_build_filename (self->data_root, id, NULL);
}

/* Where @id is, or would be. */
static guint
find_position (AvbExtensionStore *self, const char *id, gboolean *there)
{
  guint low = 0;
  guint high = self->items->len;

  *there = FALSE;
  while (low < high && !*there)
    {
      guint middle = low + (high - low) / 2;
      int order = strcmp (avb_installed_get_id (self->items->pdata[middle]), id);

      if (order == 0)
        {
          *there = TRUE;
          return middle;
        }
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

AvbInstalled *
avb_extension_store_find (AvbExtensionStore *self, const char *id)
{
  gboolean there;
  guint position;

  g_return_val_if_fail (AVB_IS_EXTENSION_STORE (self), NULL);
  g_return_val_if_fail (id != NULL, NULL);

  position = find_position (self, id, &there);
  return there ? g_object_ref (self->items->pdata[position]) : NULL;
}

/* --- following the disk --- */

static gboolean
snapshot_has (AvbStoreSnapshot *snapshot, const char *id)
{
  for (guint i = 0; i < snapshot->facts->len; i++)
    if (g_str_equal (((AvbInstalledFacts *) snapshot->facts->pdata[i])->id, id))
      return TRUE;
  return FALSE;
}

static void
remove_gone (AvbExtensionStore *self, AvbStoreSnapshot *snapshot)
{
  for (guint i = self->items->len; i > 0; i--)
    if (!snapshot_has (snapshot, avb_installed_get_id (self->items->pdata[i - 1])))
      {
        g_ptr_array_remove_index (self->items, i - 1);
        g_list_model_items_changed (G_LIST_MODEL (self), i - 1, 1, 0);
      }
}

static void
apply (AvbExtensionStore *self, AvbStoreSnapshot *snapshot)
{
  if (snapshot->serial <= self->serial)
    return;
  self->serial = snapshot->serial;
  remove_gone (self, snapshot);
  for (guint i = 0; i < snapshot->facts->len; i++)
    {
      AvbInstalledFacts *facts = g_steal_pointer (&snapshot->facts->pdata[i]);
      gboolean there;
      guint position = find_position (self, facts->id, &there);

      if (there)
        {
          g_autoptr (AvbInstalled) installed = g_object_ref (self->items->pdata[position]);

          avb_installed_set_facts (installed, facts);
          continue;
        }
      g_ptr_array_insert (self->items, (int) position, avb_installed_new (facts));
      g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
    }
}

static DexFuture *
apply_cb (DexFuture *future, gpointer data)
{
  const GValue *value = dex_future_get_value (future, NULL);

  apply (data, g_value_get_boxed (value));
  return dex_future_new_true ();
}

/* Resolves to the AvbInstalled. */
static DexFuture *
apply_installed_cb (DexFuture *future, gpointer data)
{
  AvbStoreSnapshot *snapshot = g_value_get_boxed (dex_future_get_value (future, NULL));
  AvbInstalled *installed;

  apply (data, snapshot);
  installed = avb_extension_store_find (data, snapshot->id);
  /* Somebody else may have removed it by now. */
  if (installed == NULL)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Removed meanwhile");
  return dex_future_new_take_object (installed);
}

static DexFuture *
run_then (AvbExtensionStore *self, AvbStoreWork *work, DexFutureCallback callback)
{
  return dex_future_then (avb_blocking_run_long (avb_store_work_thread, work, avb_store_work_free), callback,
                          g_object_ref (self), g_object_unref);
}

static DexFuture *
run (AvbExtensionStore *self, AvbStoreWork *work)
{
  return run_then (self, work, apply_cb);
}

static AvbStoreWork *
new_work (AvbExtensionStore *self, AvbStoreFunc func, const char *id)
{
  return avb_store_work_new (func, self->root, self->data_root, id);
}

static void read_again (AvbExtensionStore *self);

static DexFuture *
read_again_cb (DexFuture *future, gpointer data)
{
  AvbExtensionStore *self = data;

  self->reading = FALSE;
  if (self->changed && self->monitor != NULL)
    read_again (self);
  return dex_ref (future);
}

static void
read_again (AvbExtensionStore *self)
{
  self->changed = self->reading;
  if (self->reading)
    return;
  self->reading = TRUE;
  avb_future_finish (dex_future_finally (run (self, new_work (self, NULL, NULL)), read_again_cb, g_object_ref (self),
                                         g_object_unref),
                     "reading what another program installed");
}

static void
monitor_changed_cb (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  if (event == G_FILE_MONITOR_EVENT_CREATED || event == G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT ||
      event == G_FILE_MONITOR_EVENT_RENAMED || event == G_FILE_MONITOR_EVENT_MOVED_IN)
    read_again (data);
}

/* After the first work: the folder is there by then. */
static void
watch (AvbExtensionStore *self)
{
  g_autofree char *path = g_build_filename (self->root, AVB_STORE_CHANGED, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (self->monitor != NULL)
    return;
  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor == NULL)
    return;
  g_signal_connect (self->monitor, "changed", G_CALLBACK (monitor_changed_cb), self);
  /* What happened between the reading and the watching. */
  read_again (self);
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer data)
{
  watch (data);
  return dex_ref (future);
}

DexFuture *
avb_extension_store_load (AvbExtensionStore *self)
{
  AvbStoreWork *work;

  dex_return_error_if_fail (AVB_IS_EXTENSION_STORE (self));

  work = new_work (self, NULL, NULL);
  work->sweep = TRUE;
  return dex_future_then (run (self, work), loaded_cb, g_object_ref (self), g_object_unref);
}

/* --- changes --- */

static GListStore *
copy_permissions (GListModel *permissions)
{
  GListStore *copy = g_list_store_new (AVB_TYPE_PERMISSION);

  for (guint i = 0; i < g_list_model_get_n_items (permissions); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (permissions, i);

      g_list_store_append (copy, permission);
    }
  return copy;
}

DexFuture *
avb_extension_store_install (AvbExtensionStore *self, const char *package, const AvbInstallInfo *info, AvbOperation *operation)
{
  AvbStoreWork *work;

  dex_return_error_if_fail (AVB_IS_EXTENSION_STORE (self));
  dex_return_error_if_fail (package != NULL && info != NULL && info->source != NULL);
  dex_return_error_if_fail (operation == NULL || AVB_IS_OPERATION (operation));

  work = new_work (self, avb_store_install, NULL);
  work->package = g_strdup (package);
  work->source = g_strdup (info->source);
  work->publisher_key = g_strdup (info->publisher_key);
  work->expected_id = g_strdup (info->id);
  work->version = g_strdup (info->version);
  work->sha256 = g_strdup (info->sha256);
  work->max_unpacked = info->max_unpacked;
  work->flag = info->allow_older;
  work->granted = info->granted != NULL ? copy_permissions (info->granted) : NULL;
  work->operation = operation != NULL ? g_object_ref (operation) : NULL;
  return run_then (self, work, apply_installed_cb);
}

DexFuture *
avb_extension_store_roll_back (AvbExtensionStore *self, const char *id)
{
  dex_return_error_if_fail (AVB_IS_EXTENSION_STORE (self));
  dex_return_error_if_fail (id != NULL && avb_extension_id_is_valid (id));

  return run (self, new_work (self, avb_store_roll_back, id));
}

DexFuture *
avb_extension_store_remove (AvbExtensionStore *self, const char *id, gboolean with_data)
{
  AvbStoreWork *work;

  dex_return_error_if_fail (AVB_IS_EXTENSION_STORE (self));
  dex_return_error_if_fail (id != NULL && avb_extension_id_is_valid (id));

  work = new_work (self, avb_store_remove, id);
  work->flag = with_data;
  return run (self, work);
}

DexFuture *
avb_extension_store_set_enabled (AvbExtensionStore *self, const char *id, gboolean enabled)
{
  AvbStoreWork *work;

  dex_return_error_if_fail (AVB_IS_EXTENSION_STORE (self));
  dex_return_error_if_fail (id != NULL && avb_extension_id_is_valid (id));

  work = new_work (self, avb_store_set_enabled, id);
  work->flag = enabled;
  return run (self, work);
}

DexFuture *
avb_extension_store_set_granted (AvbExtensionStore *self, const char *id, GListModel *granted)
{
  AvbStoreWork *work;

  dex_return_error_if_fail (AVB_IS_EXTENSION_STORE (self));
  dex_return_error_if_fail (id != NULL && avb_extension_id_is_valid (id));
  dex_return_error_if_fail (G_IS_LIST_MODEL (granted));

  work = new_work (self, avb_store_set_granted, id);
  work->granted = copy_permissions (granted);
  return run (self, work);
}

DexFuture *
avb_extension_store_quarantine (AvbExtensionStore *self, const char *id, const char *version, const char *reason)
{
  AvbStoreWork *work;

  dex_return_error_if_fail (AVB_IS_EXTENSION_STORE (self));
  dex_return_error_if_fail (id != NULL && avb_extension_id_is_valid (id));

  work = new_work (self, avb_store_quarantine, id);
  work->version = g_strdup (version);
  work->reason = g_strdup (reason);
  return run (self, work);
}
