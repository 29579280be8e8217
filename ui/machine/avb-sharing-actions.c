/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-sharing-actions.h"

#include "ui/machine/avb-sharing-dialog.h"

struct _AvbSharingActions {
  GObject parent_instance;

  GtkWidget  *owner; /* not owned: it owns us */
  AvbMachine *machine;
};

G_DEFINE_FINAL_TYPE (AvbSharingActions, avb_sharing_actions, G_TYPE_OBJECT)

static AvbSharingDialog *
present (AvbSharingActions *self)
{
  AdwDialog *dialog = avb_sharing_dialog_new (self->machine);

  adw_dialog_present (dialog, self->owner);
  return AVB_SHARING_DIALOG (dialog);
}

static void
open_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  present (data);
}

static void
add_cb (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  g_autoptr (GFile) folder = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  avb_sharing_dialog_add_folder (present (data), folder);
}

static gboolean
drop_cb (AvbSharingActions *self, const GValue *value)
{
  g_autoptr (GSList) files = NULL;
  AvbSharingDialog *dialog;

  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  files = gdk_file_list_get_files (g_value_get_boxed (value));
  if (files == NULL)
    return FALSE;
  dialog = present (self);
  for (GSList *file = files; file != NULL; file = file->next)
    avb_sharing_dialog_add_folder (dialog, file->data);
  return TRUE;
}

static void
avb_sharing_actions_dispose (GObject *object)
{
  AvbSharingActions *self = AVB_SHARING_ACTIONS (object);

  if (self->owner != NULL)
    gtk_widget_insert_action_group (self->owner, "sharing", NULL);
  self->owner = NULL;
  g_clear_object (&self->machine);
  G_OBJECT_CLASS (avb_sharing_actions_parent_class)->dispose (object);
}

static void
avb_sharing_actions_class_init (AvbSharingActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_sharing_actions_dispose;
}

static void
avb_sharing_actions_init (AvbSharingActions *self)
{
}

AvbSharingActions *
avb_sharing_actions_new (GtkWidget *owner, AvbMachine *machine)
{
  static const GActionEntry entries[] = {
    { .name = "open", .activate = open_cb },
    { .name = "add", .activate = add_cb, .parameter_type = "s" },
  };
  AvbSharingActions *self;
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_return_val_if_fail (GTK_IS_WIDGET (owner), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_SHARING_ACTIONS, NULL);
  self->owner = owner;
  self->machine = g_object_ref (machine);
  g_action_map_add_action_entries (G_ACTION_MAP (group), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (owner, "sharing", G_ACTION_GROUP (group));
  g_signal_connect_object (drop, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (owner, GTK_EVENT_CONTROLLER (drop));
  return self;
}
