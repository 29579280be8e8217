/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-library.h"

#include <glib/gi18n-lib.h>

#include "app/avb-machine-list.h"
#include "app/avb-setup.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

#define PARALLEL_JOBS 3

struct _AvbLibrary
{
  GObject parent_instance;

  GListModel     *backends;
  GListStore     *connections;
  GListStore     *jobs;
  AvbMachineList *machines;
  AvbJobQueue    *queue;
  GListModel     *setups; /* (nullable): until somebody asks */
  AvbCatalog     *catalog;
  AvbDownloadCache *downloads;
  GHashTable     *deletions; /* AvbMachine → Deletion */
};

G_DEFINE_FINAL_TYPE (AvbLibrary, avb_library, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_MACHINES,
  PROP_CONNECTIONS,
  PROP_JOBS,
  PROP_CATALOG,
  PROP_DOWNLOADS,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

typedef struct {
  AvbDeleteFlags flags;
  DexFuture     *future; /* once it is under way */
} Deletion;

typedef struct {
  AvbLibrary    *library;
  AvbMachine    *machine;
  AvbDeleteFlags flags;
} DeleteCall;

static void
deletion_free (gpointer data)
{
  Deletion *deletion = data;

  dex_clear (&deletion->future);
  g_free (deletion);
}

static void
delete_call_free (gpointer data)
{
  DeleteCall *call = data;

  g_object_unref (call->library);
  g_object_unref (call->machine);
  g_free (call);
}

static void
job_state_cb (AvbOperation *operation, GParamSpec *pspec, AvbLibrary *self)
{
  AvbOperationState state = avb_operation_get_state (operation);

  if (state == AVB_OPERATION_DONE || state == AVB_OPERATION_CANCELLED)
    avb_library_dismiss_job (self, operation);
}

static void
avb_library_dispose (GObject *object)
{
  AvbLibrary *self = AVB_LIBRARY (object);

  g_clear_object (&self->setups);
  g_hash_table_remove_all (self->deletions);
  g_list_store_remove_all (self->jobs);
  while (g_list_model_get_n_items (G_LIST_MODEL (self->connections)) > 0)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (G_LIST_MODEL (self->connections), 0);

      avb_library_remove (self, connection);
    }
  G_OBJECT_CLASS (avb_library_parent_class)->dispose (object);
}

static void
avb_library_finalize (GObject *object)
{
  AvbLibrary *self = AVB_LIBRARY (object);

  g_clear_object (&self->backends);
  g_object_unref (self->connections);
  g_object_unref (self->jobs);
  g_object_unref (self->machines);
  g_object_unref (self->queue);
  g_object_unref (self->catalog);
  g_object_unref (self->downloads);
  g_hash_table_unref (self->deletions);
  G_OBJECT_CLASS (avb_library_parent_class)->finalize (object);
}

static void
avb_library_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbLibrary *self = AVB_LIBRARY (object);

  switch (id)
    {
    case PROP_MACHINES:
      g_value_set_object (value, self->machines);
      break;
    case PROP_CONNECTIONS:
      g_value_set_object (value, self->connections);
      break;
    case PROP_JOBS:
      g_value_set_object (value, self->jobs);
      break;
    case PROP_CATALOG:
      g_value_set_object (value, self->catalog);
      break;
    case PROP_DOWNLOADS:
      g_value_set_object (value, self->downloads);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_library_class_init (AvbLibraryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = avb_library_dispose;
  object_class->finalize = avb_library_finalize;
  object_class->get_property = avb_library_get_property;

  properties[PROP_MACHINES] = g_param_spec_object ("machines", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_CONNECTIONS] = g_param_spec_object ("connections", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_JOBS] = g_param_spec_object ("jobs", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_CATALOG] = g_param_spec_object ("catalog", NULL, NULL, AVB_TYPE_CATALOG, flags);
  properties[PROP_DOWNLOADS] = g_param_spec_object ("downloads", NULL, NULL, AVB_TYPE_DOWNLOAD_CACHE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_library_init (AvbLibrary *self)
{
  self->connections = g_list_store_new (AVB_TYPE_CONNECTION);
  self->jobs = g_list_store_new (AVB_TYPE_OPERATION);
  self->machines = avb_machine_list_new ();
  self->queue = avb_job_queue_new (PARALLEL_JOBS);
  self->catalog = avb_catalog_new ();
  self->downloads = avb_download_cache_new (NULL);
  self->deletions = g_hash_table_new_full (NULL, NULL, g_object_unref, deletion_free);
}

AvbLibrary *
avb_library_new (GListModel *backends)
{
  AvbLibrary *self;

  g_return_val_if_fail (G_IS_LIST_MODEL (backends), NULL);

  self = g_object_new (AVB_TYPE_LIBRARY, NULL);
  self->backends = g_object_ref (backends);
  return self;
}

GListModel *
avb_library_get_machines (AvbLibrary *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY (self), NULL);

  return G_LIST_MODEL (self->machines);
}

GListModel *
avb_library_get_connections (AvbLibrary *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY (self), NULL);

  return G_LIST_MODEL (self->connections);
}

GListModel *
avb_library_get_jobs (AvbLibrary *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY (self), NULL);

  return G_LIST_MODEL (self->jobs);
}

GListModel *
avb_library_get_setups (AvbLibrary *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY (self), NULL);

  if (self->setups == NULL)
    self->setups = avb_setup_list_new (self);
  return self->setups;
}

AvbJobQueue *
avb_library_get_queue (AvbLibrary *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY (self), NULL);

  return self->queue;
}

AvbCatalog *
avb_library_get_catalog (AvbLibrary *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY (self), NULL);

  return self->catalog;
}

AvbDownloadCache *
avb_library_get_downloads (AvbLibrary *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY (self), NULL);

  return self->downloads;
}

/* (transfer full) (nullable): who takes @uri, or for %NULL the first with a default, which it becomes */
static AvbBackend *
find_backend (AvbLibrary *self, const char **uri)
{
  guint length = g_list_model_get_n_items (self->backends);

  for (guint i = 0; i < length; i++)
    {
      g_autoptr (AvbBackend) backend = g_list_model_get_item (self->backends, i);

      if (*uri == NULL)
        *uri = avb_backend_get_default_uri (backend);
      if (*uri != NULL && avb_backend_handles_uri (backend, *uri))
        return g_steal_pointer (&backend);
    }
  return NULL;
}

gboolean
avb_library_handles (AvbLibrary *self, const char *uri)
{
  g_autoptr (AvbBackend) backend = NULL;

  g_return_val_if_fail (AVB_IS_LIBRARY (self), FALSE);
  g_return_val_if_fail (uri != NULL, FALSE);

  backend = find_backend (self, &uri);
  return backend != NULL;
}

const char *
avb_library_get_default_uri (AvbLibrary *self)
{
  const char *uri = NULL;
  g_autoptr (AvbBackend) backend = NULL;

  g_return_val_if_fail (AVB_IS_LIBRARY (self), NULL);

  backend = find_backend (self, &uri);
  return backend != NULL ? uri : NULL;
}

static AvbConnection *
find_connection (AvbLibrary *self, const char *uri)
{
  guint length = g_list_model_get_n_items (G_LIST_MODEL (self->connections));

  for (guint i = 0; i < length; i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (G_LIST_MODEL (self->connections), i);

      if (g_strcmp0 (avb_connection_get_uri (connection), uri) == 0)
        return connection; /* the list holds it */
    }
  return NULL;
}

static DexFuture *
probed_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  avb_connection_set_problem (user_data, error != NULL ? error->message : NULL);
  return dex_future_new_true ();
}

/* Whether this computer has what its machines need: asked whenever the connection finds something
 * new, for it may have been mended. */
static void
probe_cb (AvbConnection *connection, GParamSpec *pspec, AvbBackend *backend)
{
  if (avb_connection_get_is_local (connection)
      && avb_connection_get_link (connection) != AVB_LINK_CLOSED)
    avb_future_finish (
        dex_future_finally (
            avb_backend_probe (backend), probed_cb, g_object_ref (connection), g_object_unref),
        "probe a hypervisor");
}

AvbConnection *
avb_library_open (AvbLibrary *self, const char *uri, GError **error)
{
  g_autoptr (AvbBackend) backend = NULL;
  g_autoptr (AvbConnection) connection = NULL;
  AvbConnection *known;

  g_return_val_if_fail (AVB_IS_LIBRARY (self), NULL);

  backend = find_backend (self, &uri);
  if (backend == NULL)
    {
      if (uri != NULL)
        g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                                 _("“%s” is not the address of a hypervisor that this "
                                                   "program knows."),
                                                 uri));
      else
        g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                                 _("This program was built without any hypervisor.")));
      return NULL;
    }
  known = find_connection (self, uri);
  if (known != NULL)
    return known;
  connection = avb_backend_connect (backend, uri);
  g_signal_connect_object (
      connection, "notify::link", G_CALLBACK (probe_cb), backend, G_CONNECT_DEFAULT);
  g_signal_connect_object (
      connection, "notify::capabilities", G_CALLBACK (probe_cb), backend, G_CONNECT_DEFAULT);
  probe_cb (connection, NULL, backend);
  g_list_store_append (self->connections, connection);
  avb_machine_list_append (self->machines, avb_connection_get_machines (connection));
  return connection; /* the list holds it */
}

static gboolean
is_of_connection (gpointer machine, gpointer deletion, gpointer connection)
{
  g_autoptr (AvbConnection) of = avb_machine_dup_connection (machine);

  return of == connection;
}

void
avb_library_remove (AvbLibrary *self, AvbConnection *connection)
{
  guint position;

  g_return_if_fail (AVB_IS_LIBRARY (self));
  g_return_if_fail (AVB_IS_CONNECTION (connection));

  if (!g_list_store_find (self->connections, connection, &position))
    return;
  g_object_ref (connection);
  g_hash_table_foreach_remove (self->deletions, is_of_connection, connection);
  g_list_store_remove (self->connections, position);
  avb_machine_list_remove (self->machines, avb_connection_get_machines (connection));
  avb_future_finish (avb_connection_close (connection), "close a connection");
  g_object_unref (connection);
}

AvbMachine *
avb_library_find (AvbLibrary *self, const char *uuid)
{
  g_return_val_if_fail (AVB_IS_LIBRARY (self), NULL);
  g_return_val_if_fail (uuid != NULL, NULL);

  return avb_machine_list_find (self->machines, uuid);
}

void
avb_library_add_job (AvbLibrary *self, AvbOperation *operation)
{
  AvbOperationState state;

  g_return_if_fail (AVB_IS_LIBRARY (self));
  g_return_if_fail (AVB_IS_OPERATION (operation));

  state = avb_operation_get_state (operation);
  if (g_list_store_find (self->jobs, operation, NULL) || state == AVB_OPERATION_DONE ||
      state == AVB_OPERATION_CANCELLED)
    return;
  g_signal_connect_object (operation, "notify::state", G_CALLBACK (job_state_cb), self, G_CONNECT_DEFAULT);
  g_list_store_append (self->jobs, operation);
}

void
avb_library_dismiss_job (AvbLibrary *self, AvbOperation *operation)
{
  guint position;

  g_return_if_fail (AVB_IS_LIBRARY (self));
  g_return_if_fail (AVB_IS_OPERATION (operation));

  g_signal_handlers_disconnect_by_func (operation, job_state_cb, self);
  if (g_list_store_find (self->jobs, operation, &position))
    g_list_store_remove (self->jobs, position);
}

void
avb_library_delete_later (AvbLibrary *self, AvbMachine *machine, AvbDeleteFlags flags)
{
  Deletion *deletion;

  g_return_if_fail (AVB_IS_LIBRARY (self));
  g_return_if_fail (AVB_IS_MACHINE (machine));

  if (g_hash_table_contains (self->deletions, machine))
    return;
  deletion = g_new0 (Deletion, 1);
  deletion->flags = flags;
  g_hash_table_insert (self->deletions, g_object_ref (machine), deletion);
  avb_machine_list_hide (self->machines, machine);
}

void
avb_library_undo_delete (AvbLibrary *self, AvbMachine *machine)
{
  Deletion *deletion;

  g_return_if_fail (AVB_IS_LIBRARY (self));
  g_return_if_fail (AVB_IS_MACHINE (machine));

  deletion = g_hash_table_lookup (self->deletions, machine);
  if (deletion == NULL || deletion->future != NULL)
    return;
  avb_machine_list_show (self->machines, machine);
  g_hash_table_remove (self->deletions, machine);
}

static DexFuture *
delete_fiber (gpointer data)
{
  DeleteCall *call = data;
  AvbLibrary *self = call->library;
  GError *error = NULL;
  gboolean ok = dex_await (avb_machine_delete (call->machine, call->flags), &error);

  /* Gone already is what was wanted. One that was deleted stays hidden until its list drops it. */
  if (!ok && g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_FOUND))
    {
      g_clear_error (&error);
      ok = TRUE;
    }
  if (!ok)
    avb_machine_list_show (self->machines, call->machine);
  g_hash_table_remove (self->deletions, call->machine);
  return ok ? dex_future_new_true () : dex_future_new_for_error (error);
}

DexFuture *
avb_library_delete_now (AvbLibrary *self, AvbMachine *machine)
{
  Deletion *deletion;
  DeleteCall *call;
  DexFuture *future;

  dex_return_error_if_fail (AVB_IS_LIBRARY (self));
  dex_return_error_if_fail (AVB_IS_MACHINE (machine));

  deletion = g_hash_table_lookup (self->deletions, machine);
  if (deletion == NULL)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_FOUND, NULL, _("This deletion was undone or is done already.")));
  if (deletion->future != NULL)
    return dex_ref (deletion->future);

  call = g_new0 (DeleteCall, 1);
  call->library = g_object_ref (self);
  call->machine = g_object_ref (machine);
  call->flags = deletion->flags;
  future = avb_fiber_spawn (delete_fiber, call, delete_call_free);
  deletion->future = dex_ref (future);
  /* It goes on if the caller loses interest. */
  avb_future_finish (dex_ref (future), "delete a machine");
  return future;
}

static DexFuture *
delete_pending_fiber (gpointer data)
{
  AvbLibrary *self = data;
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);
  g_autoptr (GError) first_error = NULL;
  g_autoptr (GPtrArray) machines = g_hash_table_get_keys_as_ptr_array (self->deletions);

  for (guint i = 0; i < machines->len; i++)
    g_ptr_array_add (futures, avb_library_delete_now (self, g_ptr_array_index (machines, i)));
  for (guint i = 0; i < futures->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!dex_await (dex_ref (g_ptr_array_index (futures, i)), &error) && first_error == NULL)
        first_error = g_steal_pointer (&error);
    }
  return first_error == NULL ? dex_future_new_true ()
                             : dex_future_new_for_error (g_steal_pointer (&first_error));
}

DexFuture *
avb_library_delete_pending (AvbLibrary *self)
{
  dex_return_error_if_fail (AVB_IS_LIBRARY (self));

  return avb_fiber_spawn (delete_pending_fiber, g_object_ref (self), g_object_unref);
}
