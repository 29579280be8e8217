/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-private.h"

/* What the host tells: two subscriptions for all machines, however many there are. An event only names a machine; the truth
 * is read. Deletions are believed. */

#define MAX_QUICK_FAILURES 3
#define QUICK_S 10

typedef struct {
  GWeakRef        connection;
  AvbWsmanClient *client;
  const char     *query;
  char           *context;
} Listener;

static const char *const queries[] = {
  "SELECT * FROM __InstanceOperationEvent WITHIN 2 WHERE TargetInstance ISA 'Msvm_ComputerSystem'",
  "SELECT * FROM __InstanceModificationEvent WITHIN 2 WHERE TargetInstance ISA 'Msvm_VirtualSystemSettingData'",
};

static void
listener_free (gpointer data)
{
  Listener *self = data;

  g_weak_ref_clear (&self->connection);
  g_object_unref (self->client);
  g_free (self->context);
  g_free (self);
}

/* (transfer full) (nullable): %NULL once the link is another one */
static AvbHypervConnection *
get_connection (Listener *self)
{
  g_autoptr (AvbHypervConnection) connection = g_weak_ref_get (&self->connection);

  return connection != NULL && avb_hyperv_connection_is_current (connection, self->client)
             ? g_steal_pointer (&connection)
             : NULL;
}

static void
take_event (AvbHypervConnection *connection, AvbWmiObject *event)
{
  AvbWmiObject *target = avb_wmi_object_get_object_at (event, "TargetInstance", 0);
  const char *id;

  if (target == NULL)
    return;
  id = avb_wmi_object_get_string (target, "VirtualSystemIdentifier");
  if (id == NULL)
    id = avb_wmi_object_get_string (target, "Name");
  if (id == NULL || !g_uuid_string_is_valid (id))
    return;
  if (g_strcmp0 (avb_wmi_object_get_class (event), "__InstanceDeletionEvent") == 0)
    avb_hyperv_connection_remove (connection, id);
  else
    avb_hyperv_connection_refresh (connection, id);
}

/* Nobody knows what was missed: everything is read once. */
static gboolean
subscribe_again (Listener *self, GError **error)
{
  g_autoptr (AvbHypervConnection) connection = NULL;

  g_free (self->context);
  self->context = dex_await_string (avb_wsman_client_subscribe (self->client, self->query), error);
  if (self->context == NULL)
    return FALSE;
  connection = get_connection (self);
  return connection == NULL || avb_hyperv_connection_read_list (connection, self->client, error);
}

/* The connection is held only while there is something for it, so that it can go. */
static DexFuture *
listen_fiber (gpointer data)
{
  Listener *self = data;
  guint     failures = 0;

  for (;;)
    {
      gint64 begin = g_get_monotonic_time ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) events
          = dex_await_boxed (avb_wsman_client_pull_events (self->client, self->context), &error);
      g_autoptr (AvbHypervConnection) connection = get_connection (self);

      if (connection == NULL)
        return dex_future_new_true ();
      if (events != NULL)
        {
          failures = 0;
          for (guint i = 0; i < events->len; i++)
            take_event (connection, events->pdata[i]);
          continue;
        }
      failures = g_get_monotonic_time () - begin < QUICK_S * G_USEC_PER_SEC ? failures + 1 : 1;
      g_clear_object (&connection);
      if (!g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE) && failures <= MAX_QUICK_FAILURES)
        {
          g_clear_error (&error);
          if (subscribe_again (self, &error))
            continue;
        }
      connection = get_connection (self);
      if (connection != NULL)
        avb_hyperv_connection_lose (connection, error->message, TRUE);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
}

static void
listen (AvbHypervConnection *connection, AvbWsmanClient *client, const char *query, char *context)
{
  Listener *self = g_new0 (Listener, 1);

  g_weak_ref_init (&self->connection, connection);
  self->client = g_object_ref (client);
  self->query = query;
  self->context = context;
  avb_future_finish (avb_fiber_spawn (listen_fiber, self, listener_free), "Listening to a host");
}

gboolean
avb_hyperv_connection_subscribe (AvbHypervConnection *self, AvbWsmanClient *client, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr (GError) local_error = NULL;
      char *context = dex_await_string (avb_wsman_client_subscribe (client, queries[i]), &local_error);

      if (context != NULL)
        listen (self, client, queries[i], context);
      /* Without the second, changed names and notes are learned of when the first says that the machine changed. */
      else if (i > 0 && !g_error_matches (local_error, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
        continue;
      else if (g_error_matches (local_error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED))
        return FALSE;
      else
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }
  return TRUE;
}
