/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-snapshots-dialog.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-snapshot.h"
#include "ui/avb-format.h"

struct _AvbSnapshotsDialog {
  AdwDialog            parent_instance;

  AvbLibrary          *library;
  AvbMachine          *machine;
  GPtrArray           *rows;
  gboolean             working;

  AdwToastOverlay     *toasts;
  AdwPreferencesGroup *group;
  AdwEntryRow         *entry;
  AdwPreferencesRow   *busy;
  GtkWidget           *take;
  GtkWidget           *none;
};

G_DEFINE_FINAL_TYPE (AvbSnapshotsDialog, avb_snapshots_dialog, ADW_TYPE_DIALOG)

enum { PROP_0, PROP_MACHINE, N_PROPS };

static GParamSpec *properties[N_PROPS];

static void load (AvbSnapshotsDialog *self);

static char *
format_take (AvbSnapshotsDialog *self, AvbMachineState state)
{
  if (state == AVB_MACHINE_OFF || state == AVB_MACHINE_CRASHED)
    return g_strdup (_("Keeps the disks as they are now, so that you can go back."));
  return g_strdup (_("Keeps the disks and the running programs as they are now, so that you can go back."));
}

static void
changed_cb (AvbSnapshotsDialog *self)
{
  const char *name = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  gtk_widget_set_sensitive (self->take, *name != '\0' && !self->working);
}

static void
set_working (AvbSnapshotsDialog *self, const char *what)
{
  self->working = what != NULL;
  if (what != NULL)
    adw_preferences_row_set_title (self->busy, what);
  gtk_widget_set_visible (GTK_WIDGET (self->busy), what != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->group), what == NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->entry), what == NULL);
  changed_cb (self);
}

static void
show_error (AvbSnapshotsDialog *self, const GError *error)
{
  AdwToast *toast;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, error->message);
  adw_toast_overlay_add_toast (self->toasts, toast);
}

static DexFuture *
done_cb (DexFuture *future, gpointer user_data)
{
  AvbSnapshotsDialog *self = user_data;
  g_autoptr (GError) error = NULL;

  if (self->machine == NULL)
    return dex_ref (future);
  set_working (self, NULL);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  if (dex_future_get_value (future, &error) == NULL)
    show_error (self, error);
  load (self);
  return dex_future_new_true ();
}

typedef DexFuture *(*Verb) (AvbMachine *machine, const char *name, AvbOperation *operation);

static DexFuture *
take_named (AvbMachine *machine, const char *name, AvbOperation *operation)
{
  return avb_machine_take_snapshot (machine, name, NULL, operation);
}

/* @title is a job's; taken. It goes on when the dialog is closed: the job then tells what fails. */
static void
begin (AvbSnapshotsDialog *self, Verb verb, const char *name, char *title)
{
  g_autofree char *owned = title;
  g_autoptr (AvbOperation) operation = avb_operation_new (title);

  avb_library_add_job (self->library, operation);
  set_working (self, title);
  avb_future_finish (dex_future_finally (verb (self->machine, name, operation), done_cb,
                                         g_object_ref (self), g_object_unref),
                     "snapshot");
}

static void
take_cb (AvbSnapshotsDialog *self)
{
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry)));

  if (!gtk_widget_get_sensitive (self->take))
    return;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  /* Translators: %s is a machine's name. */
  begin (self, take_named, g_strstrip (name),
         g_strdup_printf (_("Taking a Snapshot of “%s”"), avb_machine_get_name (self->machine)));
}

/* --- a row --- */

typedef struct {
  AvbSnapshotsDialog *dialog; /* not owned: it owns the row */
  char               *name;
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_free (row->name);
  g_free (row);
}

static void
revert_response_cb (AdwAlertDialog *question, const char *response, AvbSnapshotsDialog *self)
{
  const char *name = g_object_get_data (G_OBJECT (question), "snapshot");

  if (!g_str_equal (response, "go") || self->machine == NULL)
    return;
  /* Translators: %s is the name of a snapshot. */
  begin (self, avb_machine_revert_snapshot, name, g_strdup_printf (_("Going Back to “%s”"), name));
}

static void
delete_response_cb (AdwAlertDialog *question, const char *response, AvbSnapshotsDialog *self)
{
  const char *name = g_object_get_data (G_OBJECT (question), "snapshot");

  if (!g_str_equal (response, "go") || self->machine == NULL)
    return;
  /* Translators: %s is the name of a snapshot. */
  begin (self, avb_machine_delete_snapshot, name,
         g_strdup_printf (_("Deleting the Snapshot “%s”"), name));
}

static void
ask (Row *row, char *heading, const char *body, const char *label, GCallback answered)
{
  AdwDialog *question = adw_alert_dialog_new (heading, body);

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (question), "cancel", _("_Cancel"), "go", label,
                                  NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (question), "go",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (question), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (question), "cancel");
  g_object_set_data_full (G_OBJECT (question), "snapshot", g_strdup (row->name), g_free);
  g_signal_connect_object (question, "response", answered, row->dialog, 0);
  adw_dialog_present (question, GTK_WIDGET (row->dialog));
  g_free (heading);
}

static void
revert_cb (GtkButton *button, Row *row)
{
  ask (row, g_strdup_printf (_("Go Back to “%s”?"), row->name),
       _("Everything that changed on the disks since then is lost. Take a snapshot first to keep it."),
       _("_Go Back"), G_CALLBACK (revert_response_cb));
}

static void
delete_cb (GtkButton *button, Row *row)
{
  ask (row, g_strdup_printf (_("Delete “%s”?"), row->name),
       _("You can no longer go back to it. The machine stays as it is."), _("_Delete"),
       G_CALLBACK (delete_response_cb));
}

static GtkWidget *
create_button (Row *row, const char *icon, const char *name, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, name);
  gtk_widget_add_css_class (button, "flat");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect (button, "clicked", clicked, row);
  return button;
}

static char *
dup_subtitle (const AvbSnapshot *snapshot)
{
  g_autoptr (GDateTime) created = g_date_time_new_from_unix_local (snapshot->created);
  g_autofree char *date = created != NULL ? g_date_time_format (created, "%x %X") : g_strdup ("");
  g_autoptr (GString) text = g_string_new (date);

  if (snapshot->running)
    g_string_append_printf (text, " · %s", _("with running programs"));
  if (snapshot->current)
    g_string_append_printf (text, " · %s", _("the machine goes on from here"));
  return avb_format_lines (text->str, snapshot->description != NULL ? snapshot->description : "", NULL);
}

static GtkWidget *
create_row (AvbSnapshotsDialog *self, const AvbSnapshot *snapshot)
{
  GtkWidget *widget = adw_action_row_new ();
  Row *row = g_new0 (Row, 1);
  g_autofree char *subtitle = dup_subtitle (snapshot);
  g_autofree char *revert = g_strdup_printf (_("Go Back to “%s”"), snapshot->name);
  g_autofree char *delete = g_strdup_printf (_("Delete “%s”"), snapshot->name);

  row->dialog = self;
  row->name = g_strdup (snapshot->name);
  g_object_set_data_full (G_OBJECT (widget), "row", row, row_free);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (widget), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (widget), snapshot->name);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (widget), 2);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (widget), subtitle);
  adw_action_row_add_suffix (ADW_ACTION_ROW (widget),
                             create_button (row, "edit-undo-symbolic", revert,
                                            G_CALLBACK (revert_cb)));
  adw_action_row_add_suffix (ADW_ACTION_ROW (widget),
                             create_button (row, "user-trash-symbolic", delete,
                                            G_CALLBACK (delete_cb)));
  return widget;
}

static DexFuture *
listed_cb (DexFuture *future, gpointer user_data)
{
  AvbSnapshotsDialog *self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  GPtrArray *snapshots = value != NULL ? g_value_get_boxed (value) : NULL;

  if (self->machine == NULL)
    return dex_future_new_true ();
  if (snapshots == NULL)
    {
      show_error (self, error);
      return dex_future_new_true ();
    }
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  /* The latest first: it is the one that is looked for. */
  for (guint i = snapshots->len; i > 0; i--)
    {
      GtkWidget *row = create_row (self, snapshots->pdata[i - 1]);

      g_ptr_array_add (self->rows, row);
      adw_preferences_group_add (self->group, row);
    }
  gtk_widget_set_visible (self->none, snapshots->len == 0);
  return dex_future_new_true ();
}

static void
load (AvbSnapshotsDialog *self)
{
  avb_future_finish (dex_future_finally (avb_machine_list_snapshots (self->machine), listed_cb,
                                         g_object_ref (self), g_object_unref),
                     "list snapshots");
}

static void
avb_snapshots_dialog_dispose (GObject *object)
{
  AvbSnapshotsDialog *self = AVB_SNAPSHOTS_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_SNAPSHOTS_DIALOG);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_object (&self->machine);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_snapshots_dialog_parent_class)->dispose (object);
}

static void
avb_snapshots_dialog_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MACHINE)
    g_value_set_object (value, AVB_SNAPSHOTS_DIALOG (object)->machine);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_snapshots_dialog_class_init (AvbSnapshotsDialogClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_snapshots_dialog_dispose;
  object_class->get_property = avb_snapshots_dialog_get_property;
  properties[PROP_MACHINE] =
      g_param_spec_object ("machine", NULL, NULL, AVB_TYPE_MACHINE,
                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-snapshots-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbSnapshotsDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, AvbSnapshotsDialog, group);
  gtk_widget_class_bind_template_child (widget_class, AvbSnapshotsDialog, entry);
  gtk_widget_class_bind_template_child (widget_class, AvbSnapshotsDialog, busy);
  gtk_widget_class_bind_template_child (widget_class, AvbSnapshotsDialog, take);
  gtk_widget_class_bind_template_child (widget_class, AvbSnapshotsDialog, none);
  gtk_widget_class_bind_template_callback (widget_class, format_take);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, take_cb);
}

static void
avb_snapshots_dialog_init (AvbSnapshotsDialog *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
avb_snapshots_dialog_new (AvbLibrary *library, AvbMachine *machine)
{
  AvbSnapshotsDialog *self;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_SNAPSHOTS_DIALOG, NULL);
  self->library = g_object_ref (library);
  self->machine = g_object_ref (machine);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MACHINE]);
  load (self);
  return ADW_DIALOG (self);
}
