/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-installed-view.h"

#include <glib/gi18n-lib.h>

#include "ui/avb-label.h"
#include "ui/extensions/avb-extension-format.h"
#include "ui/extensions/avb-extension-status.h"
#include "ui/extensions/avb-media.h"
#include "ui/extensions/avb-permission-rows.h"

struct _AvbInstalledView {
  AdwBin            parent_instance;

  AvbExtensionJobs *jobs;

  GtkStack         *stack;
  GtkListBox       *list;
  GtkWidget        *sandbox_box;
  GtkLabel         *sandbox;
};

G_DEFINE_FINAL_TYPE (AvbInstalledView, avb_installed_view, ADW_TYPE_BIN)

/* A row's own things. */
typedef struct {
  AvbExtensionJobs *jobs; /* borrowed: the view holds it */
  AvbInstalled     *installed;
  GtkWidget        *row;
  GtkLabel         *title;
  GtkLabel         *subtitle;
  GtkWidget        *badge;
  GtkWidget        *enabled;
  gboolean          showing; /* the switch follows, and is not the user's */
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_object_unref (row->installed);
  g_free (row);
}

static void
set_badge (Row *row, const char *text, const char *style)
{
  for (const char *const *other = (const char *const[]){ "error", "warning", "accent", NULL }; *other != NULL; other++)
    gtk_widget_remove_css_class (row->badge, *other);
  if (style != NULL)
    gtk_widget_add_css_class (row->badge, style);
  gtk_label_set_label (GTK_LABEL (row->badge), text != NULL ? text : "");
  gtk_widget_set_visible (row->badge, text != NULL);
}

static void
show_row (Row *row)
{
  AvbExtensionManifest *manifest = avb_installed_get_manifest (row->installed);
  const char *id = avb_installed_get_id (row->installed);
  AvbExtensionStatus status = avb_extension_status_get (row->jobs, id, NULL);
  /* Translators: %1$s is a version, %2$s what an extension is for, in one line. */
  g_autofree char *subtitle = g_strdup_printf (_("%1$s · %2$s"), avb_installed_get_version (row->installed),
                                               avb_extension_manifest_get_summary (manifest));

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row->row), avb_extension_manifest_get_name (manifest));
  gtk_label_set_label (row->title, avb_extension_manifest_get_name (manifest));
  gtk_label_set_label (row->subtitle, subtitle);
  if (avb_extension_jobs_find (row->jobs, id) != NULL)
    set_badge (row, _("Working…"), NULL);
  else if (status != AVB_EXTENSION_STATUS_DISABLED && avb_extension_status_to_text (status) != NULL)
    set_badge (row, avb_extension_status_to_text (status), avb_extension_status_to_style (status));
  else if (avb_marketplace_find_update (avb_extension_jobs_get_marketplace (row->jobs), id) != NULL)
    set_badge (row, C_("extension", "Update"), "accent");
  else
    set_badge (row, NULL, NULL);
  row->showing = TRUE;
  gtk_switch_set_active (GTK_SWITCH (row->enabled), avb_installed_get_enabled (row->installed));
  row->showing = FALSE;
}

static void
switched_cb (GtkSwitch *control, GParamSpec *pspec, Row *row)
{
  gboolean enabled = gtk_switch_get_active (control);

  if (!row->showing && enabled != avb_installed_get_enabled (row->installed))
    avb_extension_jobs_set_enabled (row->jobs, row->row, avb_installed_get_id (row->installed), enabled);
}

static void
changed_cb (GtkWidget *widget, const char *id, AvbExtensionJobs *jobs)
{
  Row *row = g_object_get_data (G_OBJECT (widget), "avb-row");

  if (id == NULL || g_str_equal (id, avb_installed_get_id (row->installed)))
    show_row (row);
}

static GtkLabel *
add_label (GtkWidget *box, const char *style)
{
  GtkWidget *label = avb_label_new_wrapped (style);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_lines (GTK_LABEL (label), 2);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

/* As AdwActionRow is, with the badge below its texts: beside them it would leave them no width in a narrow window. */
static void
fill_row (Row *row, GtkWidget *icon)
{
  GtkWidget *header = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_add_css_class (header, "header");
  gtk_widget_add_css_class (texts, "title");
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_widget_set_valign (texts, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (icon, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_end (icon, 6);
  row->title = add_label (texts, "title");
  row->subtitle = add_label (texts, "subtitle");
  row->badge = avb_badge_new ("", NULL);
  gtk_widget_set_halign (row->badge, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (texts), row->badge);
  row->enabled = gtk_switch_new ();
  gtk_widget_set_valign (row->enabled, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (header), icon);
  gtk_box_append (GTK_BOX (header), texts);
  gtk_box_append (GTK_BOX (header), row->enabled);
  row->row = adw_preferences_row_new ();
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row->row), header);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (row->row), GTK_ACCESSIBLE_RELATION_LABELLED_BY, row->title, NULL,
                                  GTK_ACCESSIBLE_RELATION_DESCRIBED_BY, row->subtitle, row->badge, NULL, -1);
}

static GtkWidget *
create_row_cb (gpointer item, gpointer user_data)
{
  AvbInstalledView *self = user_data;
  AvbInstalled *installed = item;
  AvbExtensionManifest *manifest = avb_installed_get_manifest (installed);
  gboolean is_code = avb_extension_manifest_get_kind (manifest) == AVB_EXTENSION_CODE;
  GtkWidget *icon = avb_media_new (40, avb_extension_fallback_icon (is_code));
  g_autofree char *label = NULL;
  Row *row = g_new0 (Row, 1);

  row->jobs = self->jobs;
  row->installed = g_object_ref (installed);
  fill_row (row, icon);
  label = g_strdup_printf (_("Use “%s”"), avb_extension_manifest_get_name (manifest));
  gtk_accessible_update_property (GTK_ACCESSIBLE (row->enabled), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  avb_media_load (AVB_MEDIA (icon), avb_extension_icon_of_installed (installed));
  g_object_set_data_full (G_OBJECT (row->row), "avb-row", row, row_free);
  g_signal_connect (row->enabled, "notify::active", G_CALLBACK (switched_cb), row);
  g_signal_connect_object (self->jobs, "changed", G_CALLBACK (changed_cb), row->row, G_CONNECT_SWAPPED);
  show_row (row);
  return row->row;
}

static void
row_activated_cb (AvbInstalledView *self, GtkListBoxRow *widget)
{
  Row *row = g_object_get_data (G_OBJECT (widget), "avb-row");

  if (row != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "extensions.open", "s", avb_installed_get_id (row->installed));
}

static void
store_changed_cb (AvbInstalledView *self)
{
  GListModel *store = G_LIST_MODEL (avb_marketplace_get_store (avb_extension_jobs_get_marketplace (self->jobs)));

  gtk_stack_set_visible_child_name (self->stack, g_list_model_get_n_items (store) > 0 ? "list" : "none");
}

static void
avb_installed_view_dispose (GObject *object)
{
  AvbInstalledView *self = AVB_INSTALLED_VIEW (object);

  if (self->jobs != NULL)
    avb_extension_jobs_disconnect (self->jobs, self);
  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  /* Its child has a name, and would be unparented behind its back. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_INSTALLED_VIEW);
  g_clear_object (&self->jobs);
  G_OBJECT_CLASS (avb_installed_view_parent_class)->dispose (object);
}

static void
avb_installed_view_class_init (AvbInstalledViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_installed_view_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/extensions/avb-installed-view.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbInstalledView, stack);
  gtk_widget_class_bind_template_child (widget_class, AvbInstalledView, list);
  gtk_widget_class_bind_template_child (widget_class, AvbInstalledView, sandbox_box);
  gtk_widget_class_bind_template_child (widget_class, AvbInstalledView, sandbox);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
}

static void
avb_installed_view_init (AvbInstalledView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
avb_installed_view_set_jobs (AvbInstalledView *self, AvbExtensionJobs *jobs)
{
  GListModel *store;

  g_return_if_fail (AVB_IS_INSTALLED_VIEW (self));
  g_return_if_fail (self->jobs == NULL);

  self->jobs = g_object_ref (jobs);
  store = G_LIST_MODEL (avb_marketplace_get_store (avb_extension_jobs_get_marketplace (jobs)));
  gtk_list_box_bind_model (self->list, store, create_row_cb, self, NULL);
  g_signal_connect_object (store, "items-changed", G_CALLBACK (store_changed_cb), self, G_CONNECT_SWAPPED);
  store_changed_cb (self);
}
