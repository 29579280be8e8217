/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-create-dialog-private.h"

#include <glib/gi18n-lib.h>

#include "app/avb-download.h"
#include "app/avb-text.h"
#include "backends/avb-error.h"
#include "ui/avb-feedback.h"
#include "ui/avb-jobs-button.h"

/* The sheet for something that must be downloaded first. */

typedef struct {
  AvbCreateDialog *self;
  GtkWidget       *window; /* weak */
} Download;

static void
download_free (gpointer data)
{
  Download *download = data;

  g_clear_weak_pointer (&download->window);
  g_object_unref (download->self);
  g_free (download);
}

/* Who let the download go on without the sheet is asked when it is there. */
static void
offer_file (GtkWidget *window, GFile *file)
{
  g_autofree char *name = avb_text_dup_file_name (file);
  g_autofree char *uri = g_file_get_uri (file);
  /* Translators: %s is a file's name. */
  g_autofree char *title = g_strdup_printf (_("“%s” was downloaded."), name);
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_timeout (toast, 0);
  adw_toast_set_button_label (toast, _("_New Machine"));
  adw_toast_set_action_name (toast, "win.new-from-uri");
  adw_toast_set_action_target_value (toast, g_variant_new_string (uri));
  avb_feedback_toast (window, toast);
}

static DexFuture *
downloaded_cb (DexFuture *future, gpointer user_data)
{
  Download *download = user_data;
  AvbCreateDialog *self = download->self;
  gboolean open = gtk_widget_get_mapped (GTK_WIDGET (self));
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  g_clear_object (&self->downloading);
  if (value != NULL)
    {
      g_clear_object (&self->file);
      self->file = g_file_new_for_path (g_value_get_string (value));
      if (open)
        avb_create_dialog_prepare (self);
      else if (download->window != NULL)
        offer_file (download->window, self->file);
    }
  else if (open && avb_error_is_cancelled (error))
    adw_dialog_force_close (ADW_DIALOG (self));
  else if (open)
    {
      g_clear_error (&self->error);
      self->error = g_steal_pointer (&error);
      avb_create_dialog_refuse (self);
    }
  else if (download->window != NULL)
    avb_feedback_error (download->window, error);
  return dex_future_new_true ();
}

/* Extensions with code are asked for the addresses of what they offer. */
static DexFuture *
get_entry (AvbCreateDialog *self, AvbDownloadCache *cache)
{
  return self->recipes != NULL ? avb_recipe_list_download (self->recipes, cache, self->entry, self->downloading)
                               : avb_download_entry (cache, self->entry, self->downloading);
}

void
avb_create_dialog_start_download (AvbCreateDialog *self)
{
  AvbDownloadCache *cache = avb_library_get_downloads (self->library);
  Download *download = g_new0 (Download, 1);
  g_autofree char *name = avb_download_dup_name (self->url);
  /* Translators: %s is a file's name. */
  g_autofree char *title = g_strdup_printf (_("Downloading “%s”"), name);

  self->downloading = avb_operation_new (title);
  avb_library_add_job (self->library, self->downloading);
  adw_bin_set_child (self->download_bin, avb_job_row_new (self->library, self->downloading));
  avb_create_dialog_show (self, "downloading");
  download->self = g_object_ref (self);
  g_set_weak_pointer (&download->window, GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))));
  avb_feedback_watch (download->window,
                      dex_future_finally (self->entry != NULL
                                              ? get_entry (self, cache)
                                              : avb_download (cache, self->url, NULL, self->downloading),
                                          downloaded_cb, download, download_free));
}
