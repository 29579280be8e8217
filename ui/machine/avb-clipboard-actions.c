/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-clipboard-actions.h"

#include <glib/gi18n-lib.h>

#include "ui/avb-feedback.h"
#include "ui/console/avb-console-clipboard.h"
#include "ui/console/avb-console-files.h"
#include "ui/console/avb-console-folder.h"
#include "ui/console/avb-console-settings.h"
#include "ui/machine/avb-files-drop.h"
#include "ui/machine/avb-typing-dialog.h"

struct _AvbClipboardActions {
  GObject parent_instance;

  GtkWidget *owner; /* not owned: it owns us */
  AvbLibrary *library;
  AvbConsoleSettings *settings;
  GSimpleActionGroup *group;
  AvbFilesDrop *drop; /* not owned: its area owns it */
  GdkClipboard *clipboard;

  AvbConsoleSession *session; /* the console’s */
  AvbConsoleClipboard *sharing; /* these where the display has them */
  AvbConsoleFiles *files;
  AvbConsoleFolder *folder;
  gboolean told; /* why files were refused */
};

G_DEFINE_FINAL_TYPE (AvbClipboardActions, avb_clipboard_actions, G_TYPE_OBJECT)

static void
set_enabled (AvbClipboardActions *self, const char *name, gboolean enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->group), name);

  g_simple_action_set_enabled (G_SIMPLE_ACTION (action), enabled);
}

static void
update_enabled (AvbClipboardActions *self)
{
  gboolean has_inputs =
      self->session != NULL && avb_console_session_get_sink (self->session) != NULL;
  GdkContentFormats *formats = gdk_clipboard_get_formats (self->clipboard);

  set_enabled (self, "type", has_inputs);
  set_enabled (self, "send-files", self->session != NULL);
  set_enabled (self, "share-folder", self->folder != NULL &&
                                         avb_console_folder_get_available (self->folder));
  set_enabled (self, "stop-folder", self->folder != NULL &&
                                        avb_console_folder_get_path (self->folder) != NULL);
  set_enabled (self, "send-copied",
               self->session != NULL && (gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST) ||
                                       gdk_content_formats_contain_mime_type (formats, "text/uri-list")));
}

/* What this kind of display does not have says so. Returns: whether it has it not */
static gboolean
tell_missing (AvbClipboardActions *self, AvbConsoleOffer offer)
{
  const char *reason =
      self->session != NULL ? avb_console_session_get_missing (self->session, offer) : NULL;

  if (reason != NULL)
    avb_feedback_message (self->owner, reason);
  return reason != NULL;
}

static void
no_share_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  tell_missing (user_data, AVB_CONSOLE_OFFERS_CLIPBOARD);
}

/* The switch of the clipboard; where there is none, why. */
static void
update_share (AvbClipboardActions *self)
{
  g_autoptr (GAction) share = NULL;

  if (self->session != NULL &&
      avb_console_session_get_missing (self->session, AVB_CONSOLE_OFFERS_CLIPBOARD) != NULL)
    {
      share = G_ACTION (g_simple_action_new ("share", NULL));
      g_signal_connect_object (share, "activate", G_CALLBACK (no_share_action), self, 0);
    }
  else
    share = G_ACTION (g_property_action_new ("share", self->settings, "clipboard"));
  g_action_map_add_action (G_ACTION_MAP (self->group), share);
}

static void
refused_state_cb (AvbClipboardActions *self, GParamSpec *pspec, AvbOperation *operation)
{
  const GError *error = avb_operation_get_error (operation);

  if (avb_operation_get_state (operation) != AVB_OPERATION_FAILED || self->owner == NULL ||
      self->told)
    return;
  self->told = TRUE;
  avb_feedback_message (self->owner, error->message);
}

/* What can't be sent at all gets no row among the jobs: the reason is said once. Folders are shared. */
static void
refuse_files (AvbClipboardActions *self, GSList *files)
{
  g_autoptr (GPtrArray) operations = avb_console_files_send (self->files, files);

  self->told = FALSE;
  for (guint i = 0; i < operations->len; i++)
    g_signal_connect_object (operations->pdata[i], "notify::state", G_CALLBACK (refused_state_cb),
                             self, G_CONNECT_SWAPPED);
}

static void
send_files (AvbClipboardActions *self, GSList *files)
{
  const char *problem = self->files != NULL ? avb_console_files_get_problem (self->files) : NULL;
  g_autoptr (GPtrArray) operations = NULL;

  if (files == NULL || tell_missing (self, AVB_CONSOLE_OFFERS_FILES) || self->files == NULL)
    return;
  if (problem != NULL)
    {
      refuse_files (self, files);
      return;
    }
  operations = avb_console_files_send (self->files, files);
  for (guint i = 0; i < operations->len; i++)
    avb_library_add_job (self->library, operations->pdata[i]);
  if (g_slist_length (files) > operations->len)
    {
      g_autofree char *message = g_strdup_printf (
          ngettext ("Only the first %u file is sent. Put many files into an archive, or share their "
                    "folder.",
                    "Only the first %u files are sent. Put many files into an archive, or share "
                    "their folder.",
                    operations->len),
          operations->len);

      avb_feedback_message (self->owner, message);
    }
}

/* A folder can't be sent: the page offers to share it. */
static void
folder_cb (AvbClipboardActions *self, GFile *folder)
{
  g_autofree char *uri = g_file_get_uri (folder);

  gtk_widget_activate_action (self->owner, "sharing.add", "s", uri);
}

static void
dropped_cb (AvbClipboardActions *self, GdkFileList *list)
{
  g_autoptr (GSList) files = gdk_file_list_get_files (list);

  send_files (self, files);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AvbClipboardActions) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GListModel) chosen =
      gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source), result, &error);
  GSList *files = NULL;

  if (chosen == NULL || self->owner == NULL)
    return;
  for (guint i = g_list_model_get_n_items (chosen); i > 0; i--)
    files = g_slist_prepend (files, g_list_model_get_item (chosen, i - 1));
  send_files (self, files);
  g_slist_free_full (files, g_object_unref);
}

static void
send_files_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbClipboardActions *self = user_data;
  const char *problem;
  g_autoptr (GtkFileDialog) dialog = NULL;

  if (tell_missing (self, AVB_CONSOLE_OFFERS_FILES) || self->files == NULL)
    return;
  problem = avb_console_files_get_problem (self->files);
  if (problem != NULL)
    {
      avb_feedback_message (self->owner, problem);
      return;
    }
  dialog = gtk_file_dialog_new ();
  gtk_file_dialog_set_title (dialog, _("Send Files to the Machine"));
  gtk_file_dialog_set_accept_label (dialog, _("_Send"));
  gtk_file_dialog_open_multiple (dialog, GTK_WINDOW (gtk_widget_get_root (self->owner)), NULL,
                                 chosen_cb, g_object_ref (self));
}

static void
copied_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AvbClipboardActions) self = user_data;
  g_autoptr (GError) error = NULL;
  const GValue *value =
      gdk_clipboard_read_value_finish (GDK_CLIPBOARD (source), result, &error);

  if (self->owner == NULL)
    return;
  if (value == NULL)
    avb_feedback_message (self->owner, _("The copied files could not be read."));
  else
    dropped_cb (self, g_value_get_boxed (value));
}

static void
send_copied_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbClipboardActions *self = user_data;

  if (tell_missing (self, AVB_CONSOLE_OFFERS_FILES))
    return;
  gdk_clipboard_read_value_async (self->clipboard, GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT, NULL,
                                  copied_read_cb, g_object_ref (self));
}

static void
folder_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AvbClipboardActions) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) folder =
      gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, &error);
  const char *path = folder != NULL ? g_file_peek_path (folder) : NULL;
  g_autofree char *name = path != NULL ? g_filename_display_basename (path) : NULL;
  g_autofree char *message = NULL;

  if (folder == NULL || self->folder == NULL)
    return;
  if (path == NULL)
    {
      avb_feedback_message (self->owner, _("Only a folder of this computer can be shared."));
      return;
    }
  avb_console_folder_share (self->folder, path, TRUE);
  /* Translators: %s is the name of a folder */
  message = g_strdup_printf (
      _("The machine can read “%s” for as long as its display is shown here."), name);
  avb_feedback_message (self->owner, message);
}

static void
share_folder_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbClipboardActions *self = user_data;
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _("Share a Folder While the Display Is Shown"));
  gtk_file_dialog_set_accept_label (dialog, _("_Share"));
  gtk_file_dialog_select_folder (dialog, GTK_WINDOW (gtk_widget_get_root (self->owner)), NULL,
                                 folder_chosen_cb, g_object_ref (self));
}

static void
stop_folder_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbClipboardActions *self = user_data;

  avb_console_folder_share (self->folder, NULL, TRUE);
}

static void
type_action (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  AvbClipboardActions *self = user_data;

  adw_dialog_present (avb_typing_dialog_new (self->library, self->session), self->owner);
}

static void
refused_cb (AvbClipboardActions *self, const char *message)
{
  avb_feedback_message (self->owner, message);
}

static void
avb_clipboard_actions_dispose (GObject *object)
{
  AvbClipboardActions *self = AVB_CLIPBOARD_ACTIONS (object);

  /* It may run twice. */
  if (self->owner != NULL)
    {
      avb_clipboard_actions_set_console (self, NULL);
      gtk_widget_insert_action_group (self->owner, "clipboard", NULL);
      g_signal_handlers_disconnect_by_data (self->clipboard, self);
    }
  self->owner = NULL;
  self->drop = NULL;
  g_clear_object (&self->group);
  g_clear_object (&self->settings);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_clipboard_actions_parent_class)->dispose (object);
}

static void
avb_clipboard_actions_class_init (AvbClipboardActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_clipboard_actions_dispose;
}

static void
avb_clipboard_actions_init (AvbClipboardActions *self)
{
}

AvbClipboardActions *
avb_clipboard_actions_new (GtkWidget *owner, AvbLibrary *library, AvbMachine *machine,
                           GtkOverlay *area)
{
  static const GActionEntry entries[] = {
    { .name = "type", .activate = type_action },
    { .name = "send-files", .activate = send_files_action },
    { .name = "send-copied", .activate = send_copied_action },
    { .name = "share-folder", .activate = share_folder_action },
    { .name = "stop-folder", .activate = stop_folder_action },
  };
  AvbClipboardActions *self;

  g_return_val_if_fail (GTK_IS_WIDGET (owner), NULL);
  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_CLIPBOARD_ACTIONS, NULL);
  self->owner = owner;
  self->library = g_object_ref (library);
  self->settings = avb_console_settings_for_machine (machine);
  self->clipboard = gtk_widget_get_clipboard (owner);
  self->group = g_simple_action_group_new ();
  update_share (self);
  g_action_map_add_action_entries (G_ACTION_MAP (self->group), entries, G_N_ELEMENTS (entries),
                                   self);
  gtk_widget_insert_action_group (owner, "clipboard", G_ACTION_GROUP (self->group));
  self->drop = avb_files_drop_new (area);
  g_signal_connect_object (self->drop, "dropped", G_CALLBACK (dropped_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->clipboard, "changed", G_CALLBACK (update_enabled), self);
  update_enabled (self);
  return self;
}

/* @session: (nullable) */
static void
take_session (AvbClipboardActions *self, AvbConsoleSession *session)
{
  AvbSpiceSession *spice = AVB_IS_SPICE_SESSION (session) ? AVB_SPICE_SESSION (session) : NULL;

  g_set_object (&self->session, session);
  if (session != NULL)
    g_signal_connect_swapped (session, "notify::sink", G_CALLBACK (update_enabled), self);
  if (spice == NULL)
    return;
  self->sharing = avb_console_clipboard_for_session (spice);
  self->files = avb_console_files_for_session (spice);
  self->folder = avb_console_folder_for_session (spice);
  g_signal_connect_swapped (self->folder, "notify", G_CALLBACK (update_enabled), self);
  g_signal_connect_swapped (self->sharing, "refused", G_CALLBACK (refused_cb), self);
  g_signal_connect_swapped (self->files, "folder", G_CALLBACK (folder_cb), self);
}

void
avb_clipboard_actions_set_console (AvbClipboardActions *self, AvbConsole *console)
{
  AvbConsoleSession *session = console != NULL ? avb_console_get_session (console) : NULL;

  g_return_if_fail (AVB_IS_CLIPBOARD_ACTIONS (self));

  if (self->session == session)
    return;
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  if (self->files != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->sharing, self);
      g_signal_handlers_disconnect_by_data (self->files, self);
      g_signal_handlers_disconnect_by_data (self->folder, self);
    }
  g_clear_object (&self->sharing);
  g_clear_object (&self->files);
  g_clear_object (&self->folder);
  take_session (self, session);
  avb_files_drop_set_files (self->drop, self->files);
  avb_files_drop_set_missing (self->drop, session != NULL ? avb_console_session_get_missing (
                                                                session, AVB_CONSOLE_OFFERS_FILES)
                                                          : NULL);
  update_share (self);
  update_enabled (self);
}
