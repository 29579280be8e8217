/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-clone-dialog.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-machine-clone.h"
#include "ui/avb-feedback.h"

struct _AvbCloneDialog {
  AdwDialog    parent_instance;

  AvbLibrary  *library;
  AvbMachine  *machine;

  AdwEntryRow *entry;
  GtkLabel    *problem;
  GtkLabel    *hint;
  GtkWidget   *kinds;
  GtkWidget   *linked;
  GtkWidget   *clone;
};

G_DEFINE_FINAL_TYPE (AvbCloneDialog, avb_clone_dialog, ADW_TYPE_DIALOG)

static gboolean
name_is_taken (AvbCloneDialog *self, const char *name)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (self->machine);
  GListModel *machines = connection != NULL ? avb_connection_get_machines (connection) : NULL;
  guint n = machines != NULL ? g_list_model_get_n_items (machines) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_strcmp0 (avb_machine_get_name (machine), name) == 0)
        return TRUE;
    }
  return FALSE;
}

/* (transfer full): of a template, what it is called; else that it is a copy */
static char *
propose_name (AvbCloneDialog *self)
{
  const char *name = avb_machine_get_name (self->machine);
  gboolean is_template = avb_machine_get_is_template (self->machine);

  for (guint i = is_template ? 2 : 1;; i++)
    {
      g_autofree char *proposal =
          is_template ? g_strdup_printf ("%s %u", name, i)
          /* Translators: %s is a machine's name. */
          : i == 1 ? g_strdup_printf (_("%s copy"), name)
          /* Translators: %s is a machine's name, %u a number. */
                   : g_strdup_printf (_("%s copy %u"), name, i);

      if (!name_is_taken (self, proposal))
        return g_steal_pointer (&proposal);
    }
}

/* (transfer full) (nullable): why not */
static char *
dup_problem (AvbCloneDialog *self, const char *name)
{
  g_autoptr (AvbMachineSpec) spec = avb_machine_spec_new ();
  g_autoptr (GError) error = NULL;

  if (name_is_taken (self, name))
    return g_strdup (_("There is already a machine of this name."));
  avb_machine_spec_set_name (spec, name);
  return avb_machine_spec_validate (spec, &error) ? NULL : g_strdup (error->message);
}

static void
changed_cb (AvbCloneDialog *self)
{
  const char *name = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autofree char *problem = *name != '\0' ? dup_problem (self, name) : NULL;

  gtk_label_set_label (self->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
  if (problem != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
  gtk_widget_set_sensitive (self->clone, *name != '\0' && problem == NULL);
}

static void
clone_cb (AvbCloneDialog *self)
{
  AvbCloneSpec spec = { .name = gtk_editable_get_text (GTK_EDITABLE (self->entry)),
                        .linked = avb_machine_get_is_template (self->machine) &&
                                  gtk_check_button_get_active (GTK_CHECK_BUTTON (self->linked)) };
  /* Translators: %s is a machine's name. */
  g_autofree char *title = g_strdup_printf (_("Cloning “%s”"), avb_machine_get_name (self->machine));
  g_autoptr (AvbOperation) operation = avb_operation_new (title);
  GtkWidget *window = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));

  if (!gtk_widget_get_sensitive (self->clone))
    return;
  avb_library_add_job (self->library, operation);
  avb_feedback_watch (window, avb_machine_clone (self->machine, &spec, operation));
  adw_dialog_close (ADW_DIALOG (self));
}

/* What no hypervisor can change: the guest's idea of who it is. */
static const char *
get_hint (AvbCloneDialog *self)
{
  const char *os_id = avb_machine_get_os_id (self->machine);

  if (os_id != NULL && strstr (os_id, "microsoft.com/") != NULL)
    return _("The clone has its own addresses, but Windows in it still has the original’s name and identity. "
             "Run “sysprep /generalize” in the original before you clone it to make each clone a new one.");
  return _("The clone has its own addresses, but the system in it still has the original’s host name, machine ID and "
           "SSH keys. Where cloud-init is installed, run “cloud-init clean --machine-id” in the original "
           "before you clone it to make each clone a new one.");
}

static void
avb_clone_dialog_dispose (GObject *object)
{
  AvbCloneDialog *self = AVB_CLONE_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_CLONE_DIALOG);
  g_clear_object (&self->machine);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_clone_dialog_parent_class)->dispose (object);
}

static void
avb_clone_dialog_class_init (AvbCloneDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_clone_dialog_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-clone-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbCloneDialog, entry);
  gtk_widget_class_bind_template_child (widget_class, AvbCloneDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, AvbCloneDialog, hint);
  gtk_widget_class_bind_template_child (widget_class, AvbCloneDialog, kinds);
  gtk_widget_class_bind_template_child (widget_class, AvbCloneDialog, linked);
  gtk_widget_class_bind_template_child (widget_class, AvbCloneDialog, clone);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, clone_cb);
}

static void
avb_clone_dialog_init (AvbCloneDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
avb_clone_dialog_new (AvbLibrary *library, AvbMachine *machine)
{
  AvbCloneDialog *self;
  g_autofree char *name = NULL;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_CLONE_DIALOG, NULL);
  self->library = g_object_ref (library);
  self->machine = g_object_ref (machine);
  if (avb_machine_get_is_template (machine))
    {
      adw_dialog_set_title (ADW_DIALOG (self), _("New from Template"));
      gtk_button_set_label (GTK_BUTTON (self->clone), _("_Create"));
    }
  gtk_widget_set_visible (self->kinds, avb_machine_get_is_template (machine));
  gtk_label_set_label (self->hint, get_hint (self));
  name = propose_name (self);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), name);
  return ADW_DIALOG (self);
}
