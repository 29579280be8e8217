/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-new-actions.h"

#include <glib/gi18n-lib.h>

#include "app/avb-download.h"
#include "ui/avb-feedback.h"
#include "ui/create/avb-create-dialog.h"
#include "ui/create/avb-new-dialog.h"
#include "ui/extensions/avb-extension-link.h"

/* The connection that new machines go to: the one that is shown, else the first that is up. */
static AvbConnection *
connection_for_new (AvbWindow *self)
{
  GListModel *connections = avb_library_get_connections (avb_window_get_library (self));
  AvbConnection *first = avb_library_model_get_connection (avb_window_get_model (self));

  if (first != NULL)
    return first;
  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, i);

      if (first == NULL || (avb_connection_get_link (connection) == AVB_LINK_UP &&
                            avb_connection_get_link (first) != AVB_LINK_UP))
        first = connection;
    }
  return first;
}

/* The newer one takes the place of one that was not decided on. */
static void
present_new (AvbWindow *self, AdwDialog *dialog)
{
  AdwDialog *visible = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self));

  if (AVB_IS_CREATE_DIALOG (visible) || AVB_IS_NEW_DIALOG (visible))
    adw_dialog_force_close (visible);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static AvbConnection *
require_connection (AvbWindow *self)
{
  AvbConnection *connection = connection_for_new (self);

  if (connection == NULL)
    avb_feedback_message (GTK_WIDGET (self), _("Connect to a hypervisor in Preferences first."));
  return connection;
}

void
avb_new_actions_present (AvbWindow *self, GFile *file)
{
  AvbConnection *connection;

  g_return_if_fail (AVB_IS_WINDOW (self));
  g_return_if_fail (file == NULL || G_IS_FILE (file));

  connection = require_connection (self);
  if (connection != NULL)
    present_new (self, ADW_DIALOG (avb_create_dialog_new (avb_window_get_library (self), connection, file)));
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AvbWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  if (file != NULL)
    avb_new_actions_present (self, file);
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
           !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
    avb_feedback_error (GTK_WIDGET (self), error);
}

static GListModel *
make_filters (void)
{
  static const char *suffixes[] = { "iso", "img",  "raw",  "qcow2", "vmdk",
                                    "vdi", "vhdx", "vhd",  "vpc",   "ova",
                                    "ovf", "xml" };
  GListStore *filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) images = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) all = gtk_file_filter_new ();

  gtk_file_filter_set_name (images, _("Installers and Disk Images"));
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    gtk_file_filter_add_suffix (images, suffixes[i]);
  gtk_file_filter_set_name (all, _("All Files"));
  gtk_file_filter_add_pattern (all, "*");
  g_list_store_append (filters, images);
  g_list_store_append (filters, all);
  return G_LIST_MODEL (filters);
}

static void
new_from_file_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GListModel) filters = make_filters ();

  gtk_file_dialog_set_title (dialog, _("Choose an Installer or a Disk Image"));
  gtk_file_dialog_set_filters (dialog, filters);
  gtk_file_dialog_open (dialog, GTK_WINDOW (widget), NULL, file_chosen_cb, g_object_ref (widget));
}

static void
new_empty_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  avb_new_actions_present (AVB_WINDOW (widget), NULL);
}

static void
new_machine_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbWindow *self = AVB_WINDOW (widget);
  AvbConnection *connection = require_connection (self);
  AvbExtensionSet *extensions = avb_window_get_extensions (self);
  AvbNewDialog *dialog;

  if (connection == NULL)
    return;
  dialog = avb_new_dialog_new (avb_window_get_library (self), connection);
  if (extensions != NULL)
    avb_new_dialog_set_templates (dialog, avb_extension_set_get_contributions (extensions, AVB_CONTRIBUTION_TEMPLATE));
  present_new (self, ADW_DIALOG (dialog));
}

static void
new_from_url (AvbWindow *self, const char *url, AvbCatalogEntry *entry)
{
  AvbConnection *connection = require_connection (self);
  AvbExtensionSet *extensions = avb_window_get_extensions (self);
  AvbCreateDialog *dialog;

  if (connection == NULL)
    return;
  dialog = avb_create_dialog_new_for_download (avb_window_get_library (self), connection, url, entry);
  if (extensions != NULL)
    avb_create_dialog_set_recipes (dialog, avb_extension_set_get_recipes (extensions));
  present_new (self, ADW_DIALOG (dialog));
}

static void
new_from_template_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbWindow *self = AVB_WINDOW (widget);
  AvbConnection *connection = require_connection (self);
  AvbExtensionSet *extensions = avb_window_get_extensions (self);
  const char *extension, *id;
  g_autoptr (AvbContribution) template = NULL;

  g_variant_get (parameter, "(&s&s)", &extension, &id);
  if (connection == NULL || extensions == NULL)
    return;
  template = avb_contributions_find (avb_extension_host_get_contributions (avb_extension_set_get_host (extensions)),
                                     AVB_CONTRIBUTION_TEMPLATE, extension, id);
  if (template != NULL)
    present_new (self, ADW_DIALOG (avb_create_dialog_new_for_template (avb_window_get_library (self), connection,
                                                                       avb_extension_set_get_recipes (extensions), template)));
}

static void
new_from_uri_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const char *uri = g_variant_get_string (parameter, NULL);
  g_autoptr (GFile) file = g_file_new_for_uri (uri);

  if (avb_extension_link_is_package (file))
    avb_window_install_extension (AVB_WINDOW (widget), file);
  else if (avb_download_check_url (uri, NULL))
    new_from_url (AVB_WINDOW (widget), uri, NULL);
  else
    avb_new_actions_present (AVB_WINDOW (widget), file);
}

static void
new_from_catalog_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbWindow *self = AVB_WINDOW (widget);
  AvbCatalogEntry *entry =
      avb_catalog_find (avb_library_get_catalog (avb_window_get_library (self)), g_variant_get_string (parameter, NULL));

  if (entry != NULL)
    new_from_url (self, avb_catalog_entry_get_url (entry), entry);
}

void
avb_new_actions_install (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.new-machine", NULL, new_machine_action);
  gtk_widget_class_install_action (widget_class, "win.new-from-catalog", "s", new_from_catalog_action);
  gtk_widget_class_install_action (widget_class, "win.new-from-template", "(ss)", new_from_template_action);
  gtk_widget_class_install_action (widget_class, "win.new-from-file", NULL, new_from_file_action);
  gtk_widget_class_install_action (widget_class, "win.new-from-uri", "s", new_from_uri_action);
  gtk_widget_class_install_action (widget_class, "win.new-empty", NULL, new_empty_action);
}
