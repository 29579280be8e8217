/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-file-transfer.h"

#include <glib/gi18n.h>

#include "backends/avb-error.h"

#define PATIENCE_SECONDS 60

typedef struct {
  SpiceMainChannel      *main;
  SpiceFileTransferTask *task;
  AvbOperation          *operation;
  GCancellable          *cancellable; /* ours: theirs, or given up */
  gulong                 cancelled_id;
  guint                  patience;
  GError                *error; /* of the whole */
  GError                *task_error;
} Transfer;

/* What an agent answered is told in sentences only, in the language of spice-gtk. */
static const struct {
  const char *begins;
  AvbError    code;
  const char *message;
} agent_errors[] = {
  { "File transfer failed due to lack of free space on remote machine",
    AVB_ERROR_NO_SPACE,
    N_ ("The machine has not enough free space for this file.") },
  { "The spice agent cancelled the file transfer",
    AVB_ERROR_PERMISSION,
    N_ ("The machine refused this file.") },
  { "The file transfer is disabled",
    AVB_ERROR_NOT_SUPPORTED,
    N_ ("The agent in the machine takes no files.") },
  { "File transfer is disabled.",
    AVB_ERROR_NOT_SUPPORTED,
    N_ ("The agent in the machine takes no files.") },
  { "User's session is locked and cannot transfer files, unlock it and try again.",
    AVB_ERROR_BUSY,
    N_ ("The session in the machine is locked. Unlock it and send the file again.") },
  { "Session agent not connected.",
    AVB_ERROR_UNAVAILABLE,
    N_ ("Nobody is logged in to the machine’s desktop, so there is no place for this file.") },
  { "Agent connection closed",
    AVB_ERROR_UNAVAILABLE,
    N_ ("The agent in the machine went away before the whole file was there.") },
  { "The agent is not connected",
    AVB_ERROR_UNAVAILABLE,
    N_ ("The agent in the machine went away before the whole file was there.") },
  { "Invalid filename of transferred file",
    AVB_ERROR_INVALID,
    N_ ("The machine can’t store a file of this name.") },
};

static gboolean
begins_with (const char *message, const char *text)
{
  /* Some go on with sizes. */
  g_autofree char *translated = g_strdup (g_dgettext ("spice-gtk", text));

  return g_str_has_prefix (message, text) || g_str_has_prefix (message, translated);
}

/* (transfer full) */
static GError *
translate (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_error_copy (error);
  for (gsize i = 0; i < G_N_ELEMENTS (agent_errors); i++)
    if (begins_with (error->message, agent_errors[i].begins))
      return avb_error_new (agent_errors[i].code, error->message, "%s", _ (agent_errors[i].message));
  if (error->domain == G_IO_ERROR)
    return avb_error_new (AVB_ERROR_FAILED, error->message, _ ("The file could not be read."));
  return avb_error_new (
      AVB_ERROR_FAILED, error->message, _ ("The machine reported an error and did not keep the file."));
}

static void
transfer_finish (Transfer *transfer, const GError *error)
{
  g_clear_handle_id (&transfer->patience, g_source_remove);
  avb_operation_finish (transfer->operation, error);
}

static void
transfer_free (Transfer *transfer)
{
  g_clear_handle_id (&transfer->patience, g_source_remove);
  g_cancellable_disconnect (avb_operation_get_cancellable (transfer->operation),
                            transfer->cancelled_id);
  if (transfer->task != NULL)
    g_signal_handlers_disconnect_by_data (transfer->task, transfer);
  g_clear_object (&transfer->task);
  g_clear_error (&transfer->error);
  g_clear_error (&transfer->task_error);
  g_object_unref (transfer->cancellable);
  g_object_unref (transfer->operation);
  g_object_unref (transfer->main);
  g_free (transfer);
}

static void
impatient_cb (gpointer data)
{
  Transfer *transfer = data;
  g_autoptr (GError) error = avb_error_new (
      AVB_ERROR_UNAVAILABLE, NULL, _ ("The agent in the machine does not answer."));

  transfer->patience = 0;
  transfer_finish (transfer, error);
  g_cancellable_cancel (transfer->cancellable);
}

static void
transfer_wait (Transfer *transfer)
{
  g_clear_handle_id (&transfer->patience, g_source_remove);
  transfer->patience = g_timeout_add_seconds_once (PATIENCE_SECONDS, impatient_cb, transfer);
}

/* spice-client-glib looks at the cancellable when the agent asks for the next piece, which may be never. */
static gboolean
cancelled_idle_cb (gpointer data)
{
  AvbOperation *operation = data;
  g_autoptr (GError) error = NULL;

  g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (operation), &error);
  avb_operation_finish (operation, error);
  return G_SOURCE_REMOVE;
}

/* Any thread. */
static void
cancelled_cb (GCancellable *cancellable, Transfer *transfer)
{
  g_cancellable_cancel (transfer->cancellable);
  g_idle_add_full (G_PRIORITY_DEFAULT,
                   cancelled_idle_cb,
                   g_object_ref (transfer->operation),
                   g_object_unref);
}

static void
progress_cb (goffset sent, goffset total, gpointer data)
{
  Transfer *transfer = data;

  if (avb_operation_get_state (transfer->operation) != AVB_OPERATION_RUNNING)
    return;
  avb_operation_set_bytes (transfer->operation, (guint64) MAX (sent, 0), (guint64) MAX (total, 0));
  if (total > 0)
    avb_operation_set_fraction (transfer->operation, CLAMP ((double) sent / (double) total, 0, 1));
  transfer_wait (transfer);
}

static void
task_finished_cb (SpiceFileTransferTask *task, GError *error, Transfer *transfer)
{
  if (error != NULL && transfer->task_error == NULL)
    transfer->task_error = translate (error);
}

static void
new_task_cb (SpiceMainChannel *main, SpiceFileTransferTask *task, Transfer *transfer)
{
  transfer->task = g_object_ref (task);
  g_signal_connect (task, "finished", G_CALLBACK (task_finished_cb), transfer);
}

static gboolean
ended_cb (gpointer data)
{
  Transfer *transfer = data;

  transfer_finish (transfer, transfer->task_error != NULL ? transfer->task_error : transfer->error);
  transfer_free (transfer);
  return G_SOURCE_REMOVE;
}

static void
copied_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Transfer *transfer = data;
  g_autoptr (GError) error = NULL;

  if (!spice_main_channel_file_copy_finish (SPICE_MAIN_CHANNEL (source), result, &error))
    transfer->error = translate (error);
  /* This error only counts files. What happened to ours is told by its task, after this. */
  g_idle_add_full (G_PRIORITY_DEFAULT, ended_cb, transfer, NULL);
}

void
avb_file_transfer_start (SpiceMainChannel *main, GFile *file, AvbOperation *operation)
{
  Transfer *transfer;
  GFile    *files[] = { file, NULL };
  gulong    new_task_id;

  g_return_if_fail (SPICE_IS_MAIN_CHANNEL (main));
  g_return_if_fail (G_IS_FILE (file));
  g_return_if_fail (AVB_IS_OPERATION (operation));

  transfer = g_new0 (Transfer, 1);
  transfer->main = g_object_ref (main);
  transfer->operation = g_object_ref (operation);
  transfer->cancellable = g_cancellable_new ();
  transfer->cancelled_id = g_cancellable_connect (
      avb_operation_get_cancellable (operation), G_CALLBACK (cancelled_cb), transfer, NULL);
  if (g_cancellable_is_cancelled (transfer->cancellable))
    {
      transfer_free (transfer);
      return;
    }
  transfer_wait (transfer);
  new_task_id = g_signal_connect (main, "new-file-transfer", G_CALLBACK (new_task_cb), transfer);
  spice_main_channel_file_copy_async (main,
                                      files,
                                      G_FILE_COPY_NONE,
                                      transfer->cancellable,
                                      progress_cb,
                                      transfer,
                                      copied_cb,
                                      transfer);
  g_signal_handler_disconnect (main, new_task_id);
}
