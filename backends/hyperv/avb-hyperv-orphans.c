/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-notes.h"
#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>

/* Machines that were created halfway. Whoever created them was told that it failed, and has removed the disks: they may not
 * stay. Without a link they are taken away when it is back. Until it is whole, a machine has a mark in its notes, by which
 * it is found where the answer that names it was lost. */

#define MAX_NAMESAKES 1000

static gboolean
destroy (const AvbHypervCall *call, const char *id, GError **error)
{
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("DestroySystem");
  g_autoptr (AvbWmiPath) path = avb_hyperv_system_path (id);
  g_autoptr (AvbWmiObject) result = NULL;
  g_autoptr (GError) local_error = NULL;

  avb_wmi_object_set_path (parameters, "AffectedSystem", path);
  result = avb_hyperv_call_service (call, AVB_HYPERV_VSMS, "DestroySystem", parameters, &local_error);
  if (result != NULL || g_error_matches (local_error, AVB_ERROR, AVB_ERROR_NOT_FOUND))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
is_marked (AvbWmiObject *settings, const char *mark)
{
  g_autofree char *text = avb_hyperv_settings_dup_notes (settings);
  g_autoptr (AvbHypervNotes) notes = avb_hyperv_notes_parse (text);

  return g_strcmp0 (avb_hyperv_notes_get (notes, AVB_HYPERV_NOTES_MAKING), mark) == 0;
}

static gboolean
destroy_marked (const AvbHypervCall *call, const char *mark, const char *name, GError **error)
{
  g_autofree char *quoted = avb_hyperv_quote (name);
  g_autofree char *wql
      = g_strdup_printf ("SELECT * FROM Msvm_VirtualSystemSettingData WHERE ElementName = %s", quoted);
  g_autoptr (GPtrArray) found = dex_await_boxed (avb_wsman_client_query (call->client, wql, MAX_NAMESAKES), error);

  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      const char *id = avb_wmi_object_get_string (found->pdata[i], "VirtualSystemIdentifier");

      if (id != NULL && g_uuid_string_is_valid (id) && is_marked (found->pdata[i], mark)
          && !destroy (call, id, error))
        return FALSE;
    }
  return found != NULL;
}

static gboolean
discard (const AvbHypervCall *call, const char *orphan, const char *name, GError **error)
{
  return name != NULL ? destroy_marked (call, orphan, name, error) : destroy (call, orphan, error);
}

void
avb_hyperv_connection_discard (AvbHypervConnection *self,
                               const AvbHypervCall *call,
                               const char          *orphan,
                               const char          *name)
{
  if (avb_hyperv_connection_is_current (self, call->client) && discard (call, orphan, name, NULL))
    return;
  g_hash_table_insert (self->orphans, g_strdup (orphan), g_strdup (name));
  /* The link may be back already. */
  if (self->client != call->client)
    avb_hyperv_connection_discard_orphans (self);
}

static DexFuture *
discard_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  GError        *error = NULL;

  if (!discard (&verb->call, verb->text, verb->more, &error))
    return dex_future_new_for_error (error);
  g_hash_table_remove (verb->connection->orphans, verb->text);
  return dex_future_new_true ();
}

void
avb_hyperv_connection_discard_orphans (AvbHypervConnection *self)
{
  GHashTableIter iter;
  gpointer       orphan, name;

  g_hash_table_iter_init (&iter, self->orphans);
  while (g_hash_table_iter_next (&iter, &orphan, &name))
    {
      AvbHypervVerb *verb = avb_hyperv_verb_new (AVB_CONNECTION (self), NULL, _ ("The machine could not be deleted."));

      if (verb == NULL)
        return;
      verb->text = g_strdup (orphan);
      verb->more = g_strdup (name);
      avb_future_finish (avb_hyperv_verb_run (verb, discard_fiber, FALSE),
                         "Removing a machine that was created halfway");
    }
}
