/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What happens to running machines when the program ends. */

#include "config.h"

#include "app/avb-library.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

#define USED_KEY "avb-library-used"

typedef struct {
  AvbLibrary   *library;
  AvbOperation *operation; /* (nullable): of all */
  guint         index;
  guint         count;
} SaveAll;

static void
save_all_free (gpointer data)
{
  SaveAll *all = data;

  g_object_unref (all->library);
  g_clear_object (&all->operation);
  g_free (all);
}

void
avb_library_mark_used (AvbLibrary *self, AvbMachine *machine)
{
  g_return_if_fail (AVB_IS_LIBRARY (self));
  g_return_if_fail (AVB_IS_MACHINE (machine));

  g_object_set_data (G_OBJECT (machine), USED_KEY, self);
}

static gboolean
should_save (AvbLibrary *self, AvbMachine *machine)
{
  g_autoptr (AvbConnection) connection = NULL;
  AvbMachineState state = avb_machine_get_state (machine);

  if ((state != AVB_MACHINE_RUNNING && state != AVB_MACHINE_PAUSED) || !avb_machine_can_save (machine))
    return FALSE;
  connection = avb_machine_dup_connection (machine);
  if (connection == NULL || !avb_connection_get_is_local (connection))
    return FALSE;
  return g_str_has_suffix (avb_connection_get_uri (connection), "/session") ||
         g_object_get_data (G_OBJECT (machine), USED_KEY) == self;
}

static GPtrArray *
list_running (AvbLibrary *self)
{
  GListModel *connections = avb_library_get_connections (self);
  GPtrArray *running = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_connections = g_list_model_get_n_items (connections);

  for (guint i = 0; i < n_connections; i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, i);
      GListModel *machines = avb_connection_get_machines (connection);
      guint length = g_list_model_get_n_items (machines);

      for (guint j = 0; j < length; j++)
        {
          g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, j);

          if (should_save (self, machine))
            g_ptr_array_add (running, g_steal_pointer (&machine));
        }
    }
  return running;
}

guint
avb_library_count_running (AvbLibrary *self)
{
  g_autoptr (GPtrArray) running = NULL;

  g_return_val_if_fail (AVB_IS_LIBRARY (self), 0);

  running = list_running (self);
  return running->len;
}

static void
one_progress_cb (AvbOperation *one, GParamSpec *pspec, SaveAll *all)
{
  double fraction = MAX (avb_operation_get_fraction (one), 0);

  avb_operation_set_fraction (all->operation, (all->index + fraction) / all->count);
}

/* In a fiber. */
static gboolean
save_one (SaveAll *all, AvbMachine *machine, GError **error)
{
  g_autofree char *title = g_strdup_printf (_("Saving “%s”"), avb_machine_get_name (machine));
  g_autoptr (AvbOperation) one = avb_operation_new (title);
  gulong handler = 0;
  gboolean ok;

  if (all->operation != NULL)
    {
      avb_operation_set_status (all->operation, title);
      avb_operation_set_fraction (all->operation, (double) all->index / all->count);
      handler = g_signal_connect (one, "notify::fraction", G_CALLBACK (one_progress_cb), all);
    }
  ok = dex_await (avb_machine_save (machine, one), error);
  g_clear_signal_handler (&handler, one);
  return ok;
}

static gboolean
is_cancelled (const SaveAll *all)
{
  return all->operation != NULL &&
         g_cancellable_is_cancelled (avb_operation_get_cancellable (all->operation));
}

static DexFuture *
save_running_fiber (gpointer data)
{
  SaveAll *all = data;
  g_autoptr (GPtrArray) running = list_running (all->library);
  GError *first_error = NULL;

  all->count = running->len;
  for (all->index = 0; all->index < all->count; all->index++)
    {
      AvbMachine *machine = g_ptr_array_index (running, all->index);
      g_autoptr (GError) error = NULL;

      if (is_cancelled (all))
        {
          g_clear_error (&first_error);
          first_error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
          break;
        }
      /* It may have stopped while the ones before it were saved. */
      if (!should_save (all->library, machine))
        continue;
      if (!save_one (all, machine, &error) && first_error == NULL)
        first_error = g_steal_pointer (&error);
    }
  if (all->operation != NULL)
    avb_operation_finish (all->operation, first_error);
  return first_error == NULL ? dex_future_new_true () : dex_future_new_for_error (first_error);
}

DexFuture *
avb_library_save_running (AvbLibrary *self, AvbOperation *operation)
{
  SaveAll *all;
  DexFuture *future;

  dex_return_error_if_fail (AVB_IS_LIBRARY (self));
  dex_return_error_if_fail (operation == NULL || AVB_IS_OPERATION (operation));

  all = g_new0 (SaveAll, 1);
  all->library = g_object_ref (self);
  all->operation = operation != NULL ? g_object_ref (operation) : NULL;
  future = avb_fiber_spawn (save_running_fiber, all, save_all_free);
  avb_future_finish (dex_ref (future), "save the running machines");
  return future;
}
