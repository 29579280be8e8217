/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-downloads-page.h"

#include <glib/gi18n-lib.h>

#include "app/avb-text.h"
#include "ui/avb-feedback.h"
#include "ui/avb-format.h"

struct _AvbDownloadsPage {
  AdwPreferencesPage parent_instance;

  AvbLibrary     *library;
  GSettings      *settings;
  GPtrArray      *rows; /* of the files */
  DexFuture      *list;

  AdwSpinRow     *downloads;
  AdwSpinRow     *jobs;
  AdwExpanderRow *files;
  GtkWidget      *empty;
};

G_DEFINE_FINAL_TYPE (AvbDownloadsPage, avb_downloads_page, ADW_TYPE_PREFERENCES_PAGE)

enum { PROP_0, PROP_LIBRARY, N_PROPS };

static GParamSpec *properties[N_PROPS];

static void
add_row (AvbDownloadsPage *self, const AvbCachedFile *file, gint64 now)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *name = file->complete ? g_path_get_basename (file->path)
                                         : g_strdup (_("A download that broke off"));
  g_autofree char *title = g_utf8_make_valid (name, -1);
  g_autofree char *size = avb_format_size (file->size);
  g_autofree char *since = avb_format_since (file->time, now);
  g_autofree char *subtitle = *since != '\0' ? g_strdup_printf ("%s · %s", size, since) : g_strdup (size);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  if (file->url != NULL)
    gtk_widget_set_tooltip_text (row, file->url);
  adw_expander_row_add_row (self->files, row);
  g_ptr_array_add (self->rows, row);
}

static void
show_files (AvbDownloadsPage *self, GPtrArray *files)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  guint64 total = 0;
  g_autofree char *size = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->rows->len; i++)
    adw_expander_row_remove (self->files, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < files->len; i++)
    {
      const AvbCachedFile *file = files->pdata[i];

      total += file->size;
      add_row (self, file, now);
    }
  size = avb_format_size (total);
  /* Translators: %u is how many files, %s how much space they take up. */
  text = files->len == 0 ? g_strdup (_("Nothing"))
                         : g_strdup_printf (ngettext ("%u file, %s", "%u files, %s", files->len), files->len, size);
  adw_expander_row_set_subtitle (self->files, text);
  adw_expander_row_set_enable_expansion (self->files, files->len > 0);
  gtk_widget_set_sensitive (self->empty, files->len > 0);
}

static DexFuture *
listed_cb (DexFuture *future, gpointer user_data)
{
  const GValue *value = dex_future_get_value (future, NULL);

  if (value != NULL)
    show_files (user_data, g_value_get_boxed (value));
  return dex_future_new_true ();
}

static void
list_files (AvbDownloadsPage *self)
{
  dex_clear (&self->list);
  if (self->library != NULL)
    self->list = dex_future_finally (avb_download_cache_list (avb_library_get_downloads (self->library)), listed_cb,
                                     self, NULL);
}

static DexFuture *
emptied_cb (DexFuture *future, gpointer user_data)
{
  AvbDownloadsPage *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value != NULL)
    {
      g_autofree char *size = avb_format_size (g_value_get_uint64 (value));
      g_autofree char *message = g_strdup_printf (_("%s freed."), size);

      avb_feedback_message (GTK_WIDGET (self), message);
    }
  else
    avb_feedback_error (GTK_WIDGET (self), error);
  list_files (self);
  return dex_future_new_true ();
}

static void
empty_response_cb (AdwAlertDialog *dialog, const char *response, AvbDownloadsPage *self)
{
  if (g_str_equal (response, "empty") && self->library != NULL)
    avb_feedback_watch (GTK_WIDGET (self), dex_future_finally (avb_library_empty_downloads (self->library), emptied_cb,
                                                               g_object_ref (self), g_object_unref));
}

static void
empty_cb (AvbDownloadsPage *self)
{
  AdwDialog *dialog = adw_alert_dialog_new (
      _("Remove Downloaded Files?"),
      _("They would have to be downloaded again. Files that a machine has in one of its drives stay."));

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "empty", _("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "empty", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (empty_response_cb), self, G_CONNECT_DEFAULT);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
avb_downloads_page_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (avb_downloads_page_parent_class)->map (widget);
  list_files (AVB_DOWNLOADS_PAGE (widget));
}

static void
avb_downloads_page_dispose (GObject *object)
{
  AvbDownloadsPage *self = AVB_DOWNLOADS_PAGE (object);

  dex_clear (&self->list);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_DOWNLOADS_PAGE);
  g_clear_object (&self->settings);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_downloads_page_parent_class)->dispose (object);
}

static void
avb_downloads_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LIBRARY)
    g_value_set_object (value, AVB_DOWNLOADS_PAGE (object)->library);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_downloads_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LIBRARY)
    avb_downloads_page_set_library (AVB_DOWNLOADS_PAGE (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_downloads_page_class_init (AvbDownloadsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_downloads_page_dispose;
  object_class->get_property = avb_downloads_page_get_property;
  object_class->set_property = avb_downloads_page_set_property;
  widget_class->map = avb_downloads_page_map;
  properties[PROP_LIBRARY]
      = g_param_spec_object ("library", NULL, NULL, AVB_TYPE_LIBRARY,
                             G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/alphavbox/AlphaVBox/ui/avb-downloads-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbDownloadsPage, downloads);
  gtk_widget_class_bind_template_child (widget_class, AvbDownloadsPage, jobs);
  gtk_widget_class_bind_template_child (widget_class, AvbDownloadsPage, files);
  gtk_widget_class_bind_template_child (widget_class, AvbDownloadsPage, empty);
  gtk_widget_class_bind_template_callback (widget_class, empty_cb);
}

static void
avb_downloads_page_init (AvbDownloadsPage *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  self->settings = g_settings_new (AVB_APPLICATION_ID);
  g_settings_bind (self->settings, "parallel-downloads", self->downloads, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (self->settings, "parallel-jobs", self->jobs, "value", G_SETTINGS_BIND_DEFAULT);
}

void
avb_downloads_page_set_library (AvbDownloadsPage *self, AvbLibrary *library)
{
  g_return_if_fail (AVB_IS_DOWNLOADS_PAGE (self));
  g_return_if_fail (library == NULL || AVB_IS_LIBRARY (library));

  if (!g_set_object (&self->library, library))
    return;
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    list_files (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIBRARY]);
}
