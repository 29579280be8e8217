/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-create-dialog-private.h"

#include <glib/gi18n-lib.h>

#include "app/avb-text.h"
#include "backends/avb-error.h"
#include "ui/avb-jobs-button.h"

/* What comes before the sheet: a file is looked at, or what an extension thought of is put together. */

static DexFuture *
inspected_cb (DexFuture *future, gpointer user_data)
{
  AvbCreateDialog *self = user_data;
  AvbMedium *medium = g_value_get_object (dex_future_get_value (future, NULL));

  return avb_draft_new (self->library, self->connection, medium);
}

/* No sheet can be shown of this: `error` says why. */
void
avb_create_dialog_refuse (AvbCreateDialog *self)
{
  g_autofree char *escaped = g_markup_escape_text (self->error->message, -1);

  g_set_str (&self->shown_problem, self->error->message);
  adw_status_page_set_description (self->refused, escaped);
  gtk_widget_set_visible (self->refused_details, avb_error_get_details (self->error) != NULL);
  avb_create_dialog_show (self, "refused");
}

static DexFuture *
prepared_cb (DexFuture *future, gpointer user_data)
{
  AvbCreateDialog *self = user_data;
  const GValue *value;

  g_clear_error (&self->error);
  value = dex_future_get_value (future, &self->error);
  if (value != NULL)
    {
      g_set_object (&self->draft, g_value_get_object (value));
      avb_create_dialog_bind_draft (self);
      avb_create_dialog_show (self, "form");
      avb_create_dialog_update_problem (self);
      gtk_widget_grab_focus (GTK_WIDGET (self->name));
      gtk_editable_select_region (GTK_EDITABLE (self->name), 0, -1);
    }
  else
    avb_create_dialog_refuse (self);
  return dex_future_new_true ();
}

void
avb_create_dialog_prepare (AvbCreateDialog *self)
{
  DexFuture *future;

  avb_create_dialog_show (self, "inspecting");
  if (self->file != NULL)
    {
      g_autofree char *name = avb_text_dup_file_name (self->file);
      g_autofree char *escaped = g_markup_escape_text (name, -1);

      adw_status_page_set_description (self->inspecting, escaped);
      future = dex_future_then (avb_medium_inspect (self->file), inspected_cb,
                                g_object_ref (self), g_object_unref);
    }
  else
    {
      adw_status_page_set_title (self->inspecting, _("Looking at the Host…"));
      adw_status_page_set_title (self->refused, _("No Machine Can Be Made Now"));
      gtk_widget_set_visible (self->refused_choose, FALSE);
      future = avb_draft_new (self->library, self->connection, NULL);
    }
  dex_clear (&self->preparing);
  self->preparing =
      dex_future_finally (future, prepared_cb, g_object_ref (self), g_object_unref);
}

/* --- what an extension thought of --- */

static DexFuture *
template_cb (DexFuture *future, gpointer user_data)
{
  AvbCreateDialog *self = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->downloading);
  if (dex_future_get_value (future, &error) == NULL && avb_error_is_cancelled (error))
    {
      if (gtk_widget_get_mapped (GTK_WIDGET (self)))
        adw_dialog_force_close (ADW_DIALOG (self));
    }
  else if (self->library != NULL)
    dex_unref (prepared_cb (future, self));
  return dex_future_new_true ();
}

void
avb_create_dialog_start_template (AvbCreateDialog *self)
{
  g_autoptr (AvbCatalogEntry) entry = avb_template_draft_find_entry (self->recipes, self->template);
  /* Translators: %s is the name of a template of machines. */
  g_autofree char *title = g_strdup_printf (_("Preparing “%s”"), avb_contribution_get_title (self->template));

  self->downloading = avb_operation_new (title);
  avb_library_add_job (self->library, self->downloading);
  adw_bin_set_child (self->download_bin, avb_job_row_new (self->library, self->downloading));
  adw_status_page_set_title (self->inspecting, _("Looking at the Host…"));
  adw_status_page_set_title (self->refused, _("No Machine Can Be Made Now"));
  gtk_widget_set_visible (self->refused_choose, FALSE);
  avb_create_dialog_show (self, entry != NULL ? "downloading" : "inspecting");
  self->preparing = dex_future_finally (avb_template_draft_new (self->library, self->connection, self->recipes,
                                                                self->template, entry != NULL, self->downloading),
                                        template_cb, g_object_ref (self), g_object_unref);
}
