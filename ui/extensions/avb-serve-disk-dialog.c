/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-serve-disk-dialog.h"

#include <glib/gi18n-lib.h>

#include "app/avb-text.h"
#include "app/extensions/avb-contribution-calls.h"
#include "app/extensions/avb-contribution-options.h"
#include "backends/avb-blocking.h"
#include "backends/avb-capabilities.h"
#include "backends/avb-text-line.h"
#include "ui/avb-feedback.h"
#include "ui/extensions/avb-panel-view.h"

#define MAX_TITLE_CHARS 80

struct _AvbServeDiskDialog {
  AdwDialog        parent_instance;

  AvbExtensionSet *set;
  AvbContribution *target;
  AvbMachine      *machine;
  GPtrArray       *volumes; /* their IDs, in the order of the rows */
  GListModel      *options; /* of AvbPanelNode */
  gboolean         can_create;
  DexFuture       *work;

  GtkWidget       *add;
  GtkLabel        *about;
  AdwComboRow     *volume;
  AdwEntryRow     *name;
  AdwSpinRow      *size;
  AdwBin          *options_bin;
  AdwSwitchRow    *read_only;
  AdwSwitchRow    *boot;
  GtkWidget       *busy;
  GtkLabel        *problem;
};

G_DEFINE_FINAL_TYPE (AvbServeDiskDialog, avb_serve_disk_dialog, ADW_TYPE_DIALOG)

static void
show_problem (AvbServeDiskDialog *self, const char *message)
{
  gtk_label_set_label (self->problem, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), message != NULL);
}

static gboolean
is_new (AvbServeDiskDialog *self)
{
  return self->can_create && adw_combo_row_get_selected (self->volume) == self->volumes->len;
}

/* The row after the volumes makes a new one. */
static void
volume_changed_cb (AvbServeDiskDialog *self)
{
  gboolean fresh = is_new (self);

  gtk_widget_set_visible (GTK_WIDGET (self->name), fresh);
  gtk_widget_set_visible (GTK_WIDGET (self->size), fresh);
}

/* --- what the extension offers --- */

static void
add_volume (AvbServeDiskDialog *self, GtkStringList *titles, JsonObject *volume)
{
  const char *id = json_object_get_string_member_with_default (volume, "id", "");
  gint64 bytes = json_object_get_int_member_with_default (volume, "size", 0);
  g_autofree char *title =
      avb_text_make_line (json_object_get_string_member_with_default (volume, "title", id), MAX_TITLE_CHARS);
  g_autofree char *size = avb_format_size ((guint64) MAX (bytes, 0));
  g_autofree char *text = g_strdup_printf ("%s · %s", title, size);

  gtk_string_list_append (titles, text);
  g_ptr_array_add (self->volumes, g_strdup (id));
}

static void
show_volumes (AvbServeDiskDialog *self, JsonNode *answer)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  JsonArray *volumes = answer != NULL ? json_object_get_array_member (json_node_get_object (answer), "volumes") : NULL;

  for (guint i = 0; volumes != NULL && i < json_array_get_length (volumes); i++)
    add_volume (self, titles, json_array_get_object_element (volumes, i));
  if (self->can_create)
    gtk_string_list_append (titles, _("New Disk"));
  adw_combo_row_set_model (self->volume, G_LIST_MODEL (titles));
  gtk_widget_set_visible (GTK_WIDGET (self->volume), self->volumes->len > 0 || self->can_create);
  gtk_widget_set_sensitive (self->add, self->volumes->len > 0 || self->can_create || !avb_contribution_has_operation (self->target, "list"));
  if (self->volumes->len == 0 && !self->can_create && avb_contribution_has_operation (self->target, "list"))
    show_problem (self, _("The extension has no disk."));
  volume_changed_cb (self);
}

static DexFuture *
listed_cb (DexFuture *future, gpointer user_data)
{
  AvbServeDiskDialog *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  gtk_widget_set_visible (self->busy, FALSE);
  if (value != NULL)
    show_volumes (self, g_value_get_boxed (value));
  else
    show_problem (self, error->message);
  return dex_future_new_true ();
}

static void
list (AvbServeDiskDialog *self)
{
  JsonObject *params;
  JsonObject *options;

  if (!avb_contribution_has_operation (self->target, "list"))
    {
      gtk_widget_set_visible (self->busy, FALSE);
      show_volumes (self, NULL);
      return;
    }
  params = json_object_new ();
  options = avb_contribution_options_dup_values (self->options);
  if (options != NULL)
    json_object_set_object_member (params, "options", options);
  self->work = dex_future_finally (avb_contribution_call (self->target, "storage/list", params, NULL), listed_cb, self,
                                   NULL);
}

/* --- adding it --- */

typedef struct {
  AvbServeDiskDialog *self;
  GtkWidget          *window;
  JsonObject         *options; /* (nullable) */
  char               *volume;  /* (nullable) */
  char               *title;   /* of a new one */
  guint64             size;
  gboolean            read_only;
  gboolean            boot;
} Adding;

static void
adding_free (gpointer data)
{
  Adding *adding = data;

  g_object_unref (adding->self);
  g_object_unref (adding->window);
  g_clear_pointer (&adding->options, json_object_unref);
  g_free (adding->volume);
  g_free (adding->title);
  g_free (adding);
}

/* In a fiber: (transfer full) (nullable): its ID */
static char *
create_volume (Adding *adding, GError **error)
{
  g_autoptr (AvbOperation) operation = avb_operation_new (_("Making a disk"));
  g_autoptr (JsonNode) answer = NULL;
  JsonObject *params = json_object_new ();

  json_object_set_string_member (params, "title", adding->title);
  json_object_set_int_member (params, "size", (gint64) adding->size);
  if (adding->options != NULL)
    json_object_set_object_member (params, "options", json_object_ref (adding->options));
  answer = dex_await_boxed (avb_contribution_call (adding->self->target, "storage/create", params, operation), error);
  avb_operation_finish (operation, error != NULL ? *error : NULL);
  if (answer == NULL)
    return NULL;
  return g_strdup (json_object_get_string_member (
      json_object_get_object_member (json_node_get_object (answer), "volume"), "id"));
}

static DexFuture *
add_fiber (gpointer data)
{
  Adding *adding = data;
  AvbServeDiskDialog *self = adding->self;
  AvbServedDisks *disks = avb_extension_set_get_served_disks (self->set);
  g_autoptr (GError) error = NULL;
  int applied = 0;

  if (adding->title != NULL)
    adding->volume = create_volume (adding, &error);
  if (error == NULL)
    applied = dex_await_int (avb_served_disks_add (disks, self->machine, self->target, adding->volume, adding->options,
                                                   adding->read_only, adding->boot), &error);
  gtk_widget_set_visible (self->busy, FALSE);
  gtk_widget_set_sensitive (self->add, TRUE);
  if (error != NULL)
    {
      show_problem (self, error->message);
      return dex_future_new_true ();
    }
  adw_dialog_force_close (ADW_DIALOG (self));
  avb_feedback_message (adding->window, applied == AVB_APPLIED_AT_NEXT_START
                                            ? _("The disk was added. The machine sees it from the next start on.")
                                            : _("The disk was added."));
  return dex_future_new_true ();
}

static void
add_cb (AvbServeDiskDialog *self)
{
  guint selected = adw_combo_row_get_selected (self->volume);
  Adding *adding = g_new0 (Adding, 1);

  adding->self = g_object_ref (self);
  adding->window = g_object_ref (GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self))));
  adding->options = avb_contribution_options_dup_values (self->options);
  adding->read_only = adw_switch_row_get_active (self->read_only);
  adding->boot = adw_switch_row_get_active (self->boot);
  if (is_new (self))
    {
      g_autofree char *title = avb_text_make_line (gtk_editable_get_text (GTK_EDITABLE (self->name)), MAX_TITLE_CHARS);

      adding->title = *title != '\0' ? g_steal_pointer (&title) : g_strdup (_("Disk"));
      adding->size = (guint64) adw_spin_row_get_value (self->size) << 30;
    }
  else if (selected < self->volumes->len)
    adding->volume = g_strdup (self->volumes->pdata[selected]);
  show_problem (self, NULL);
  gtk_widget_set_visible (self->busy, TRUE);
  gtk_widget_set_sensitive (self->add, FALSE);
  dex_clear (&self->work);
  self->work = avb_fiber_spawn (add_fiber, adding, adding_free);
}

static void
avb_serve_disk_dialog_dispose (GObject *object)
{
  AvbServeDiskDialog *self = AVB_SERVE_DISK_DIALOG (object);

  dex_clear (&self->work);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_SERVE_DISK_DIALOG);
  g_clear_pointer (&self->volumes, g_ptr_array_unref);
  g_clear_object (&self->options);
  g_clear_object (&self->machine);
  g_clear_object (&self->target);
  g_clear_object (&self->set);
  G_OBJECT_CLASS (avb_serve_disk_dialog_parent_class)->dispose (object);
}

static void
avb_serve_disk_dialog_class_init (AvbServeDiskDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_serve_disk_dialog_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/extensions/avb-serve-disk-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbServeDiskDialog, add);
  gtk_widget_class_bind_template_child (widget_class, AvbServeDiskDialog, about);
  gtk_widget_class_bind_template_child (widget_class, AvbServeDiskDialog, volume);
  gtk_widget_class_bind_template_child (widget_class, AvbServeDiskDialog, name);
  gtk_widget_class_bind_template_child (widget_class, AvbServeDiskDialog, size);
  gtk_widget_class_bind_template_child (widget_class, AvbServeDiskDialog, options_bin);
  gtk_widget_class_bind_template_child (widget_class, AvbServeDiskDialog, read_only);
  gtk_widget_class_bind_template_child (widget_class, AvbServeDiskDialog, boot);
  gtk_widget_class_bind_template_child (widget_class, AvbServeDiskDialog, busy);
  gtk_widget_class_bind_template_child (widget_class, AvbServeDiskDialog, problem);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
  gtk_widget_class_bind_template_callback (widget_class, volume_changed_cb);
}

static void
avb_serve_disk_dialog_init (AvbServeDiskDialog *self)
{
  self->volumes = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
avb_serve_disk_dialog_new (AvbExtensionSet *set, AvbContribution *target, AvbMachine *machine)
{
  AvbServeDiskDialog *self;
  const char *description;

  g_return_val_if_fail (AVB_IS_EXTENSION_SET (set), NULL);
  g_return_val_if_fail (AVB_IS_CONTRIBUTION (target), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_SERVE_DISK_DIALOG, "title", avb_contribution_get_title (target), NULL);
  self->set = g_object_ref (set);
  self->target = g_object_ref (target);
  self->machine = g_object_ref (machine);
  self->can_create = avb_contribution_has_operation (self->target, "create");
  description = avb_contribution_get_description (target);
  gtk_label_set_label (self->about, description != NULL ? description : "");
  gtk_widget_set_visible (GTK_WIDGET (self->about), description != NULL);
  self->options = avb_contribution_options_new (target);
  if (g_list_model_get_n_items (self->options) > 0)
    adw_bin_set_child (self->options_bin, avb_panel_view_new_for_controls (self->options));
  volume_changed_cb (self);
  list (self);
  return ADW_DIALOG (self);
}
