/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>

/* A verb in its fiber: it begins with one link and ends with it. */

AvbHypervVerb *
avb_hyperv_verb_new (AvbConnection *connection, AvbMachine *machine, const char *what)
{
  g_autoptr (AvbConnection) owned
      = connection != NULL ? g_object_ref (connection) : avb_machine_dup_connection (machine);
  AvbHypervVerb *self;

  if (owned == NULL || AVB_HYPERV_CONNECTION (owned)->client == NULL)
    return NULL;
  self = g_new0 (AvbHypervVerb, 1);
  self->connection = AVB_HYPERV_CONNECTION (g_steal_pointer (&owned));
  self->client = g_object_ref (self->connection->client);
  self->cim = g_object_ref (self->connection->cim);
  if (machine != NULL)
    {
      self->machine = g_object_ref (AVB_HYPERV_MACHINE (machine));
      self->id = self->machine->id;
    }
  self->call.client = self->client;
  self->call.what = what;
  self->call.silence_ms = self->connection->silence_ms;
  return self;
}

void
avb_hyperv_verb_set_operation (AvbHypervVerb *self, AvbOperation *operation)
{
  if (self != NULL && g_set_object (&self->operation, operation))
    self->call.operation = operation;
}

void
avb_hyperv_verb_free (AvbHypervVerb *self)
{
  g_clear_object (&self->machine);
  g_object_unref (self->connection);
  g_object_unref (self->client);
  g_object_unref (self->cim);
  g_clear_object (&self->operation);
  g_free (self->text);
  g_free (self->more);
  g_clear_object (&self->spec);
  if (self->data_free != NULL)
    self->data_free (self->data);
  g_free (self);
}

typedef struct {
  AvbHypervConnection *connection;
  AvbWsmanClient      *client;
  char                *id;   /* (nullable) */
  const char          *what; /* translated */
} Ended;

static void
ended_free (gpointer data)
{
  Ended *ended = data;

  g_object_unref (ended->connection);
  g_object_unref (ended->client);
  g_free (ended->id);
  g_free (ended);
}

/* What the client says is about calls; what was tried is what the user wants to know of. */
static DexFuture *
say_what (const GError *error, const char *what)
{
  const char *details = avb_error_get_details (error);

  return dex_future_new_for_error (
      avb_error_new (AVB_ERROR_FAILED, details != NULL ? details : error->message, "%s", what));
}

static DexFuture *
ended_cb (DexFuture *future, gpointer data)
{
  Ended *ended = data;
  g_autoptr (GError) error = NULL;
  gboolean resolved = dex_future_get_value (future, &error) != NULL;
  gboolean current = avb_hyperv_connection_is_current (ended->connection, ended->client);

  if (ended->id != NULL && current)
    avb_hyperv_connection_refresh (ended->connection, ended->id);
  if (resolved)
    return dex_ref (future);
  if (current && g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
    avb_hyperv_connection_doubt (ended->connection);
  /* A link that was closed under it is no wish of the user's. */
  if (!current && avb_error_is_cancelled (error))
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_UNAVAILABLE, error->message,
                       _ ("The connection to the host was lost: what became of this is not known.")));
  if (g_error_matches (error, AVB_ERROR, AVB_ERROR_FAILED) && g_strcmp0 (error->message, ended->what) != 0)
    return say_what (error, ended->what);
  return dex_ref (future);
}

/* What was cancelled before it began sends nothing. Later it is the job's end that counts: what is half done must be brought to
 * an end, and calls belong to that. */
static DexFuture *
begin_fiber (gpointer data)
{
  AvbHypervVerb *self = data;
  GError        *error = NULL;

  if (self->operation != NULL
      && g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (self->operation), &error))
    return dex_future_new_for_error (error);
  return self->func (self);
}

DexFuture *
avb_hyperv_verb_run (AvbHypervVerb *self, DexFiberFunc func, gboolean refresh)
{
  Ended *ended;

  if (self == NULL)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_UNAVAILABLE, NULL, _ ("There is no connection to the hypervisor at the moment.")));
  self->func = func;
  ended = g_new0 (Ended, 1);
  ended->connection = g_object_ref (self->connection);
  ended->client = g_object_ref (self->client);
  ended->id = refresh ? g_strdup (self->id) : NULL;
  ended->what = self->call.what;
  return dex_future_finally (avb_fiber_spawn (begin_fiber, self, (GDestroyNotify) avb_hyperv_verb_free),
                             ended_cb, ended, ended_free);
}
