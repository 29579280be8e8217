/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-files.h"

#include <glib/gi18n.h>
#include <spice/vd_agent.h>

#include "backends/avb-error.h"
#include "ui/console/avb-file-transfer.h"

/* Each holds a piece of its file in memory. */
#define MAX_ACTIVE 3

#define SESSION_KEY "avb-console-files"

typedef struct {
  GFile        *file;
  AvbOperation *operation;
} Item;

struct _AvbConsoleFiles {
  GObject parent_instance;

  AvbSpiceSession *session;
  GQueue           waiting; /* Item */
  GPtrArray       *active;  /* AvbOperation */
};

G_DEFINE_FINAL_TYPE (AvbConsoleFiles, avb_console_files, G_TYPE_OBJECT)

enum { FOLDER, N_SIGNALS };
static guint signals[N_SIGNALS];

static void avb_console_files_next (AvbConsoleFiles *self);

static void
item_free (gpointer data)
{
  Item *item = data;

  g_object_unref (item->file);
  g_object_unref (item->operation);
  g_free (item);
}

static void
state_cb (AvbConsoleFiles *self, GParamSpec *pspec, AvbOperation *operation)
{
  if (avb_operation_get_state (operation) == AVB_OPERATION_RUNNING)
    return;
  g_signal_handlers_disconnect_by_data (operation, self);
  g_ptr_array_remove (self->active, operation);
  avb_console_files_next (self);
}

/* (transfer full): why a file can't be sent; %NULL if it can */
static GError *
check (AvbConsoleFiles *self, GFileInfo *info)
{
  const char *problem = avb_console_files_get_problem (self);

  if (problem != NULL)
    return avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, "%s", problem);
  switch (g_file_info_get_file_type (info))
    {
    case G_FILE_TYPE_REGULAR:
      return NULL;
    case G_FILE_TYPE_DIRECTORY:
      return avb_error_new (AVB_ERROR_NOT_SUPPORTED,
                            NULL,
                            _ ("This is a folder. Share it with the machine instead of sending it."));
    case G_FILE_TYPE_UNKNOWN:
    case G_FILE_TYPE_SYMBOLIC_LINK:
    case G_FILE_TYPE_SPECIAL:
    case G_FILE_TYPE_SHORTCUT:
    case G_FILE_TYPE_MOUNTABLE:
    default:
      return avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _ ("This is no regular file."));
    }
}

typedef struct {
  AvbConsoleFiles *files;
  Item            *item;
} Look;

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Look *look = data;
  Item *item = look->item;
  g_autoptr (AvbConsoleFiles) self = look->files;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, &error);

  if (info != NULL && g_file_info_get_file_type (info) == G_FILE_TYPE_DIRECTORY
      && g_signal_has_handler_pending (self, signals[FOLDER], 0, FALSE))
    {
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "a folder is shared instead");
      g_signal_emit (self, signals[FOLDER], 0, source);
    }
  else if (info != NULL)
    error = check (self, info);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_autoptr (GError) native = g_steal_pointer (&error);

      error = avb_error_new (AVB_ERROR_FAILED, native->message, _ ("The file could not be read."));
    }
  if (error != NULL)
    avb_operation_finish (item->operation, error);
  else
    {
      avb_operation_set_status (item->operation, _ ("Sending"));
      avb_file_transfer_start (
          avb_spice_session_get_main (self->session), item->file, item->operation);
    }
  item_free (item);
  g_free (look);
}

static void
avb_console_files_next (AvbConsoleFiles *self)
{
  while (self->active->len < MAX_ACTIVE && !g_queue_is_empty (&self->waiting))
    {
      Look *look = g_new0 (Look, 1);

      look->files = g_object_ref (self);
      look->item = g_queue_pop_head (&self->waiting);
      g_ptr_array_add (self->active, g_object_ref (look->item->operation));
      g_signal_connect_object (look->item->operation,
                               "notify::state",
                               G_CALLBACK (state_cb),
                               self,
                               G_CONNECT_SWAPPED);
      g_file_query_info_async (look->item->file,
                               G_FILE_ATTRIBUTE_STANDARD_TYPE,
                               G_FILE_QUERY_INFO_NONE,
                               G_PRIORITY_DEFAULT,
                               avb_operation_get_cancellable (look->item->operation),
                               looked_cb,
                               look);
    }
}

static void
avb_console_files_dispose (GObject *object)
{
  AvbConsoleFiles *self = AVB_CONSOLE_FILES (object);
  g_autoptr (GError) error
      = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "nobody shows the machine any more");

  while (!g_queue_is_empty (&self->waiting))
    {
      Item *item = g_queue_pop_head (&self->waiting);

      avb_operation_finish (item->operation, error);
      item_free (item);
    }
  if (self->session != NULL)
    g_object_set_data (G_OBJECT (self->session), SESSION_KEY, NULL);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (avb_console_files_parent_class)->dispose (object);
}

static void
avb_console_files_finalize (GObject *object)
{
  g_ptr_array_unref (AVB_CONSOLE_FILES (object)->active);
  G_OBJECT_CLASS (avb_console_files_parent_class)->finalize (object);
}

static void
avb_console_files_class_init (AvbConsoleFilesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_console_files_dispose;
  G_OBJECT_CLASS (klass)->finalize = avb_console_files_finalize;
  signals[FOLDER] = g_signal_new ("folder",
                                  G_TYPE_FROM_CLASS (klass),
                                  G_SIGNAL_RUN_LAST,
                                  0,
                                  NULL,
                                  NULL,
                                  NULL,
                                  G_TYPE_NONE,
                                  1,
                                  G_TYPE_FILE);
}

static void
avb_console_files_init (AvbConsoleFiles *self)
{
  self->active = g_ptr_array_new_with_free_func (g_object_unref);
}

AvbConsoleFiles *
avb_console_files_for_session (AvbSpiceSession *session)
{
  AvbConsoleFiles *self;

  g_return_val_if_fail (AVB_IS_SPICE_SESSION (session), NULL);

  self = g_object_get_data (G_OBJECT (session), SESSION_KEY);
  if (self != NULL)
    return g_object_ref (self);
  self = g_object_new (AVB_TYPE_CONSOLE_FILES, NULL);
  self->session = g_object_ref (session);
  g_object_set_data (G_OBJECT (session), SESSION_KEY, self);
  return self;
}

const char *
avb_console_files_get_problem (AvbConsoleFiles *self)
{
  SpiceMainChannel *main;

  g_return_val_if_fail (AVB_IS_CONSOLE_FILES (self), NULL);

  main = avb_spice_session_get_main (self->session);
  if (main == NULL)
    return _ ("Files can’t be sent while the machine’s display is not connected.");
  if (!avb_console_session_get_agent_connected (AVB_CONSOLE_SESSION (self->session)))
    return _ ("Files can be sent only while the SPICE agent (spice-vdagent) runs in the machine.");
  if (spice_main_channel_agent_test_capability (main, VD_AGENT_CAP_FILE_XFER_DISABLED))
    return _ ("The agent in the machine takes no files.");
  return NULL;
}

GPtrArray *
avb_console_files_send (AvbConsoleFiles *self, GSList *files)
{
  GPtrArray *operations = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_val_if_fail (AVB_IS_CONSOLE_FILES (self), operations);

  for (GSList *l = files; l != NULL && operations->len < AVB_CONSOLE_FILES_MAX; l = l->next)
    {
      Item            *item = g_new0 (Item, 1);
      g_autofree char *name = g_file_get_basename (l->data);
      g_autofree char *shown = g_filename_display_name (name != NULL ? name : "");
      /* Translators: %s is the name of a file */
      g_autofree char *title = g_strdup_printf (_ ("Sending “%s”"), shown);

      item->file = g_object_ref (l->data);
      item->operation = avb_operation_new (title);
      avb_operation_set_status (item->operation, _ ("Waiting"));
      g_ptr_array_add (operations, g_object_ref (item->operation));
      g_queue_push_tail (&self->waiting, item);
    }
  avb_console_files_next (self);
  return operations;
}
