/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-capture-actions.h"

#include <glib/gi18n-lib.h>

#include "ui/avb-feedback.h"
#include "ui/console/avb-console-recorder.h"
#include "ui/machine/avb-screenshot-saver.h"

struct _AvbCaptureActions {
  GObject             parent_instance;

  GtkWidget          *owner; /* not owned: it owns us */
  GtkWidget          *button;
  AvbLibrary         *library;
  AvbMachine         *machine;
  GSimpleActionGroup *group;
  GSimpleAction      *copy;
  GSimpleAction      *record;
  AvbConsole         *console; /* not owned: the page has it */
  AvbConsoleSession  *session; /* the console's */
  AvbConsoleRecorder *recorder;
  gboolean            asking;
};

G_DEFINE_FINAL_TYPE (AvbCaptureActions, avb_capture_actions, G_TYPE_OBJECT)

static void
update (AvbCaptureActions *self)
{
  gboolean recording = self->recorder != NULL && avb_console_recorder_get_recording (self->recorder);
  gboolean shown = self->console != NULL && avb_console_get_status (self->console) == AVB_CONSOLE_CONNECTED;
  AvbMachineState state = avb_machine_get_state (self->machine);

  g_simple_action_set_state (self->record, g_variant_new_boolean (recording));
  g_simple_action_set_enabled (self->record, recording || shown);
  g_simple_action_set_enabled (self->copy, state == AVB_MACHINE_RUNNING || state == AVB_MACHINE_PAUSED ||
                                               state == AVB_MACHINE_STOPPING);
  if (self->button != NULL)
    gtk_widget_set_visible (self->button, recording);
}

static void
take_recorder (AvbCaptureActions *self, AvbConsoleRecorder *recorder)
{
  if (self->recorder != NULL)
    g_signal_handlers_disconnect_by_data (self->recorder, self);
  g_set_object (&self->recorder, recorder);
  if (recorder != NULL)
    g_signal_connect_swapped (recorder, "notify::recording", G_CALLBACK (update), self);
  update (self);
}

static void
copy_cb (GSimpleAction *action, GVariant *parameter, AvbCaptureActions *self)
{
  g_autoptr (GdkTexture) texture = self->console != NULL ? avb_console_dup_texture (self->console) : NULL;

  avb_screenshot_copy_picture (self->owner, self->machine, texture);
}

static void
operation_cb (AvbOperation *operation, GParamSpec *pspec, GtkWidget *window)
{
  const GError *error = avb_operation_get_error (operation);

  if (avb_operation_get_state (operation) == AVB_OPERATION_DONE)
    avb_feedback_message (window, _("Recording saved"));
  else if (avb_operation_get_state (operation) == AVB_OPERATION_FAILED && error != NULL)
    avb_feedback_error (window, error);
}

static void
start (AvbCaptureActions *self, const char *path)
{
  g_autofree char *title = g_strdup_printf (_("Recording “%s”"), avb_machine_get_name (self->machine));
  g_autoptr (AvbOperation) operation = avb_operation_new (title);
  g_autoptr (AvbConsoleRecorder) recorder = NULL;

  g_signal_connect_object (operation, "notify::state", G_CALLBACK (operation_cb),
                           gtk_widget_get_root (self->owner), 0);
  avb_library_add_job (self->library, operation);
  recorder = avb_console_recorder_start (self->session, path, operation);
  take_recorder (self, recorder);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AvbCaptureActions) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, &error);

  self->asking = FALSE;
  if (self->owner == NULL)
    return;
  if (file == NULL)
    {
      if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
          !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
        avb_feedback_error (self->owner, error);
      return;
    }
  if (g_file_peek_path (file) == NULL)
    {
      avb_feedback_message (self->owner, _("A recording can only be written to a folder of this computer."));
      return;
    }
  /* Both may have changed while somebody chose. */
  if (self->session != NULL && avb_console_recorder_of_session (self->session) == NULL)
    start (self, g_file_peek_path (file));
}

static void
ask (AvbCaptureActions *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *when = g_date_time_format (now, "%Y-%m-%d %H-%M-%S");
  g_autofree char *name = g_strdup_printf ("%s %s.webm", avb_machine_get_name (self->machine), when);
  const char *videos = g_get_user_special_dir (G_USER_DIRECTORY_VIDEOS);
  g_autoptr (GFile) folder = videos != NULL ? g_file_new_for_path (videos) : NULL;

  self->asking = TRUE;
  gtk_file_dialog_set_title (dialog, _("Record Screen"));
  gtk_file_dialog_set_accept_label (dialog, _("_Record"));
  gtk_file_dialog_set_initial_name (dialog, g_strdelimit (name, "/\\", '-'));
  if (folder != NULL)
    gtk_file_dialog_set_initial_folder (dialog, folder);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (self->owner)), NULL, chosen_cb,
                        g_object_ref (self));
}

static void
record_cb (GSimpleAction *action, GVariant *value, AvbCaptureActions *self)
{
  if (self->recorder != NULL && avb_console_recorder_get_recording (self->recorder))
    avb_console_recorder_stop (self->recorder);
  else if (self->session != NULL && !self->asking)
    ask (self);
}

static void
avb_capture_actions_dispose (GObject *object)
{
  AvbCaptureActions *self = AVB_CAPTURE_ACTIONS (object);

  if (self->owner != NULL)
    {
      gtk_widget_insert_action_group (self->owner, "capture", NULL);
      self->button = NULL;
      avb_capture_actions_set_console (self, NULL);
      g_signal_handlers_disconnect_by_data (self->machine, self);
    }
  self->owner = NULL;
  g_clear_object (&self->group);
  g_clear_object (&self->copy);
  g_clear_object (&self->record);
  g_clear_object (&self->machine);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_capture_actions_parent_class)->dispose (object);
}

static void
avb_capture_actions_class_init (AvbCaptureActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_capture_actions_dispose;
}

static void
avb_capture_actions_init (AvbCaptureActions *self)
{
  self->group = g_simple_action_group_new ();
  self->copy = g_simple_action_new ("copy", NULL);
  self->record = g_simple_action_new_stateful ("record", NULL, g_variant_new_boolean (FALSE));
  g_signal_connect (self->copy, "activate", G_CALLBACK (copy_cb), self);
  g_signal_connect (self->record, "change-state", G_CALLBACK (record_cb), self);
  g_action_map_add_action (G_ACTION_MAP (self->group), G_ACTION (self->copy));
  g_action_map_add_action (G_ACTION_MAP (self->group), G_ACTION (self->record));
}

AvbCaptureActions *
avb_capture_actions_new (GtkWidget *owner, AvbLibrary *library, AvbMachine *machine, GtkWidget *button)
{
  AvbCaptureActions *self;

  g_return_val_if_fail (GTK_IS_WIDGET (owner), NULL);
  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);
  g_return_val_if_fail (GTK_IS_WIDGET (button), NULL);

  self = g_object_new (AVB_TYPE_CAPTURE_ACTIONS, NULL);
  self->owner = owner;
  self->button = button;
  self->library = g_object_ref (library);
  self->machine = g_object_ref (machine);
  g_signal_connect_swapped (machine, "notify::state", G_CALLBACK (update), self);
  gtk_widget_insert_action_group (owner, "capture", G_ACTION_GROUP (self->group));
  update (self);
  return self;
}

void
avb_capture_actions_set_console (AvbCaptureActions *self, AvbConsole *console)
{
  AvbConsoleSession *session;

  g_return_if_fail (AVB_IS_CAPTURE_ACTIONS (self));
  g_return_if_fail (console == NULL || AVB_IS_CONSOLE (console));

  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  self->console = console;
  session = console != NULL ? avb_console_get_session (console) : NULL;
  g_set_object (&self->session, session);
  if (self->session != NULL)
    g_signal_connect_swapped (self->session, "notify::status", G_CALLBACK (update), self);
  /* One that goes on since the page was left. */
  take_recorder (self, self->session != NULL ? avb_console_recorder_of_session (self->session) : NULL);
}
