/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-preferences.h"

#include <glib/gi18n-lib.h>

#include "ui/avb-downloads-page.h"
#include "backends/avb-text-line.h"
#include "ui/avb-format.h"
#include "ui/hosts/avb-add-host-dialog.h"
#include "ui/hosts/avb-hosts.h"

struct _AvbPreferences {
  AdwPreferencesDialog parent_instance;

  AvbLibrary          *library;
  GSettings           *settings;
  GPtrArray           *rows; /* of the connections, in their order */

  AdwComboRow         *on_close;
  AdwComboRow         *appearance;
  AvbDownloadsPage    *downloads;
  AdwPreferencesGroup *connections;
  AdwEntryRow         *add;
  GtkLabel            *problem;
};

G_DEFINE_FINAL_TYPE (AvbPreferences, avb_preferences, ADW_TYPE_PREFERENCES_DIALOG)

static const char *close_nicks[] = { "save", "leave" };
static const char *appearance_nicks[] = { "default", "light", "dark" };

typedef struct {
  const char **nicks;
  guint        n;
} Choices;

static const Choices close_choices = { close_nicks, G_N_ELEMENTS (close_nicks) };
static const Choices appearance_choices = { appearance_nicks, G_N_ELEMENTS (appearance_nicks) };

static gboolean
nick_to_index (GValue *value, GVariant *variant, gpointer user_data)
{
  const Choices *choices = user_data;

  for (guint i = 0; i < choices->n; i++)
    if (g_str_equal (choices->nicks[i], g_variant_get_string (variant, NULL)))
      g_value_set_uint (value, i);
  return TRUE;
}

static GVariant *
index_to_nick (const GValue *value, const GVariantType *type, gpointer user_data)
{
  const Choices *choices = user_data;
  guint i = g_value_get_uint (value);

  return i < choices->n ? g_variant_new_string (choices->nicks[i]) : NULL;
}

/* --- connections --- */

static void
show_problem (AvbPreferences *self, const char *message)
{
  gtk_label_set_label (self->problem, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), message != NULL);
}

static void
add_cb (AvbPreferences *self)
{
  g_autofree char *uri = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->add)));
  g_autoptr (GError) error = NULL;

  show_problem (self, NULL);
  g_strstrip (uri);
  if (*uri == '\0')
    return;
  if (avb_hosts_add (self->library, uri, &error) == NULL)
    {
      show_problem (self, error->message);
      return;
    }
  gtk_editable_set_text (GTK_EDITABLE (self->add), "");
}

static void
add_host_cb (AvbPreferences *self)
{
  adw_dialog_present (avb_add_host_dialog_new (self->library), GTK_WIDGET (self));
}

static void
remove_cb (GtkWidget *button, AvbPreferences *self)
{
  AvbConnection *connection = g_object_get_data (G_OBJECT (button), "avb-connection");

  adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (self),
                                    avb_hosts_remove (self->library, connection));
}

static void
retry_cb (GtkWidget *button, gpointer user_data)
{
  avb_connection_retry (g_object_get_data (G_OBJECT (button), "avb-connection"));
}

static void
link_cb (AdwActionRow *row, GParamSpec *pspec, AvbConnection *connection)
{
  AvbLink link = avb_connection_get_link (connection);
  const char *error = avb_connection_get_link_error (connection);
  GtkWidget *retry = g_object_get_data (G_OBJECT (row), "avb-retry");
  g_autofree char *uri = NULL;
  g_autofree char *state = NULL;
  g_autofree char *text = NULL;

  uri = avb_text_make_line (avb_connection_get_uri (connection), 300);
  if (error != NULL && link != AVB_LINK_UP)
    state = g_strdup_printf ("%s: %s", avb_format_link (link), error);
  text = avb_format_lines (uri, state != NULL ? state : avb_format_link (link), NULL);
  adw_action_row_set_subtitle (row, text);
  gtk_widget_set_visible (retry, link == AVB_LINK_LOST);
}

static GtkWidget *
icon_button (const char *icon, const char *label, AvbConnection *connection)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  g_object_set_data_full (G_OBJECT (button), "avb-connection", g_object_ref (connection),
                          g_object_unref);
  return button;
}

static GtkWidget *
create_row (AvbPreferences *self, AvbConnection *connection)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *retry = icon_button ("view-refresh-symbolic", _("Try Again"), connection);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  g_object_bind_property_full (connection, "name", row, "title", G_BINDING_SYNC_CREATE,
                               avb_format_name_binding, NULL, NULL, NULL);
  g_signal_connect (retry, "clicked", G_CALLBACK (retry_cb), NULL);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), retry);
  g_object_set_data (G_OBJECT (row), "avb-retry", retry);
  if (avb_hosts_is_kept (self->library, connection))
    {
      GtkWidget *remove = icon_button ("user-trash-symbolic", _("Remove"), connection);

      g_signal_connect_object (remove, "clicked", G_CALLBACK (remove_cb), self, 0);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), remove);
    }
  g_signal_connect_object (connection, "notify::link", G_CALLBACK (link_cb), row,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (connection, "notify::link-error", G_CALLBACK (link_cb), row,
                           G_CONNECT_SWAPPED);
  link_cb (ADW_ACTION_ROW (row), NULL, connection);
  return row;
}

static void
rebuild (AvbPreferences *self)
{
  GListModel *connections = avb_library_get_connections (self->library);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->connections, g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, i);
      GtkWidget *row = create_row (self, connection);

      adw_preferences_group_add (self->connections, row);
      g_ptr_array_add (self->rows, row);
    }
}

/* Whether a row can be removed depends on the setting. */
static void
setting_changed_cb (AvbPreferences *self)
{
  rebuild (self);
}

static void
avb_preferences_dispose (GObject *object)
{
  AvbPreferences *self = AVB_PREFERENCES (object);

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_PREFERENCES);
  g_clear_object (&self->settings);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_preferences_parent_class)->dispose (object);
}

static void
avb_preferences_class_init (AvbPreferencesClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (AVB_TYPE_DOWNLOADS_PAGE);
  G_OBJECT_CLASS (klass)->dispose = avb_preferences_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/avb-preferences.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbPreferences, on_close);
  gtk_widget_class_bind_template_child (widget_class, AvbPreferences, appearance);
  gtk_widget_class_bind_template_child (widget_class, AvbPreferences, downloads);
  gtk_widget_class_bind_template_child (widget_class, AvbPreferences, connections);
  gtk_widget_class_bind_template_child (widget_class, AvbPreferences, add);
  gtk_widget_class_bind_template_child (widget_class, AvbPreferences, problem);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_host_cb);
}

static void
avb_preferences_init (AvbPreferences *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
avb_preferences_new (AvbLibrary *library)
{
  AvbPreferences *self;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);

  self = g_object_new (AVB_TYPE_PREFERENCES, NULL);
  self->library = g_object_ref (library);
  self->settings = g_settings_new (AVB_APPLICATION_ID);
  avb_downloads_page_set_library (self->downloads, library);
  g_settings_bind_with_mapping (self->settings, "on-close", self->on_close, "selected",
                                G_SETTINGS_BIND_DEFAULT, nick_to_index, index_to_nick,
                                (gpointer) &close_choices, NULL);
  g_settings_bind_with_mapping (self->settings, "color-scheme", self->appearance, "selected",
                                G_SETTINGS_BIND_DEFAULT, nick_to_index, index_to_nick,
                                (gpointer) &appearance_choices, NULL);
  g_signal_connect_object (avb_library_get_connections (library), "items-changed",
                           G_CALLBACK (rebuild), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::connections", G_CALLBACK (setting_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->settings, "changed::use-default-connection",
                           G_CALLBACK (setting_changed_cb), self, G_CONNECT_SWAPPED);
  rebuild (self);
  return ADW_DIALOG (self);
}
