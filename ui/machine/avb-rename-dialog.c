/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-rename-dialog.h"

#include <glib/gi18n-lib.h>

struct _AvbRenameDialog {
  AdwDialog    parent_instance;

  AvbMachine  *machine;
  DexFuture   *renaming;

  AdwEntryRow *entry;
  GtkLabel    *problem;
  GtkWidget   *rename;
};

G_DEFINE_FINAL_TYPE (AvbRenameDialog, avb_rename_dialog, ADW_TYPE_DIALOG)

static void
show_problem (AvbRenameDialog *self, const char *message)
{
  gtk_label_set_label (self->problem, message != NULL ? message : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), message != NULL);
  if (message != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->entry), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->entry), "error");
}

static void
changed_cb (AvbRenameDialog *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  show_problem (self, NULL);
  gtk_widget_set_sensitive (self->rename, *text != '\0' && self->renaming == NULL &&
                                              g_strcmp0 (text, avb_machine_get_name (
                                                                   self->machine)) != 0);
}

static DexFuture *
renamed_cb (DexFuture *future, gpointer user_data)
{
  AvbRenameDialog *self = user_data;
  g_autoptr (GError) error = NULL;

  dex_clear (&self->renaming);
  if (dex_future_get_value (future, &error) != NULL)
    {
      adw_dialog_close (ADW_DIALOG (self));
      return dex_future_new_true ();
    }
  changed_cb (self);
  show_problem (self, error->message);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  return dex_future_new_true ();
}

static void
rename_cb (AvbRenameDialog *self)
{
  if (!gtk_widget_get_sensitive (self->rename))
    return;
  gtk_widget_set_sensitive (self->rename, FALSE);
  self->renaming = dex_future_finally (
      avb_machine_rename (self->machine, gtk_editable_get_text (GTK_EDITABLE (self->entry))),
      renamed_cb, g_object_ref (self), g_object_unref);
}

static void
avb_rename_dialog_dispose (GObject *object)
{
  AvbRenameDialog *self = AVB_RENAME_DIALOG (object);

  dex_clear (&self->renaming);
  g_clear_object (&self->machine);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_RENAME_DIALOG);
  G_OBJECT_CLASS (avb_rename_dialog_parent_class)->dispose (object);
}

static void
avb_rename_dialog_class_init (AvbRenameDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_rename_dialog_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-rename-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbRenameDialog, entry);
  gtk_widget_class_bind_template_child (widget_class, AvbRenameDialog, problem);
  gtk_widget_class_bind_template_child (widget_class, AvbRenameDialog, rename);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, rename_cb);
}

static void
avb_rename_dialog_init (AvbRenameDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
avb_rename_dialog_new (AvbMachine *machine)
{
  AvbRenameDialog *self;

  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_RENAME_DIALOG, NULL);
  self->machine = g_object_ref (machine);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), avb_machine_get_name (machine));
  return ADW_DIALOG (self);
}
