/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-create-dialog-private.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"
#include "ui/avb-feedback.h"
#include "ui/avb-jobs-button.h"

/* The machine of the sheet is made. */

/* A creation that is under way; it goes on when the sheet is closed. */
typedef struct {
  AvbCreateDialog *self;
  GtkWidget       *window;
  gboolean         start;
} Creation;

static void
creation_free (gpointer data)
{
  Creation *creation = data;

  g_clear_weak_pointer (&creation->window);
  g_object_unref (creation->self);
  g_free (creation);
}

/* Whether the machine is there: it was made, but it did not start. Before, its name was free. */
static gboolean
was_made (AvbCreateDialog *self)
{
  const char *name = avb_machine_spec_get_name (avb_draft_get_spec (self->draft));
  GListModel *machines = avb_connection_get_machines (self->connection);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_strcmp0 (avb_machine_get_name (machine), name) == 0)
        return TRUE;
    }
  return FALSE;
}

static DexFuture *
created_cb (DexFuture *future, gpointer user_data)
{
  Creation *creation = user_data;
  AvbCreateDialog *self = creation->self;
  gboolean open = gtk_widget_get_mapped (GTK_WIDGET (self));
  const GValue *value;

  g_clear_error (&self->error);
  g_clear_object (&self->operation);
  value = dex_future_get_value (future, &self->error);
  if (value != NULL)
    {
      AvbMachine *machine = g_value_get_object (value);

      if (open)
        adw_dialog_force_close (ADW_DIALOG (self));
      if (open && creation->start && creation->window != NULL)
        gtk_widget_activate_action (creation->window, "win.open-machine", "s",
                                    avb_machine_get_uuid (machine));
      return dex_future_new_true ();
    }
  if (open && was_made (self))
    {
      adw_dialog_force_close (ADW_DIALOG (self));
      open = FALSE;
    }
  if (open)
    {
      if (avb_error_is_cancelled (self->error))
        g_clear_error (&self->error);
      avb_create_dialog_show (self, "form");
      avb_create_dialog_update_problem (self);
    }
  else if (creation->window != NULL)
    avb_feedback_error (creation->window, self->error);
  return dex_future_new_true ();
}

void
avb_create_dialog_create (AvbCreateDialog *self, gboolean start)
{
  Creation *creation;
  g_autofree char *title = NULL;

  if (self->draft == NULL || self->operation != NULL || !avb_draft_get_can_create (self->draft))
    return;
  g_clear_error (&self->error);
  /* Translators: %s is a machine's name. */
  title = g_strdup_printf (_("Creating “%s”"),
                           avb_machine_spec_get_name (avb_draft_get_spec (self->draft)));
  self->operation = avb_operation_new (title);
  adw_bin_set_child (self->job_bin, avb_job_row_new (self->library, self->operation));
  avb_create_dialog_show (self, "creating");

  creation = g_new0 (Creation, 1);
  creation->self = g_object_ref (self);
  creation->start = start;
  g_set_weak_pointer (&creation->window, GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))));
  avb_feedback_watch (creation->window,
                      dex_future_finally (avb_draft_create (self->draft, self->operation, start),
                                          created_cb, creation, creation_free));
}
