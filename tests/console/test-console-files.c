/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Files into the guest, with agents that take them, refuse them, or say nothing. */

#include "config.h"

#include <glib/gstdio.h>
#include <spice/vd_agent.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-console-files.h"

#define WORDS "agent-file-start agent-file-done agent-file-status"

typedef struct {
  RigServer       *server;
  AvbMachine      *machine;
  AvbSpiceSession *session;
  AvbConsoleFiles *files;
  char            *folder;
} Rig;

static gboolean
has_agent (gpointer data)
{
  SpiceMainChannel *main = avb_spice_session_get_main (data);

  return main != NULL && avb_console_session_get_agent_connected (AVB_CONSOLE_SESSION (data))
         && spice_main_channel_agent_test_capability (main, VD_AGENT_CAP_CLIPBOARD_BY_DEMAND);
}

static gboolean
has_main (gpointer data)
{
  return avb_spice_session_get_main (data) != NULL;
}

static void
set_up (Rig *rig, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  rig->folder = g_dir_make_tmp ("avb-XXXXXX", &error);
  g_assert_no_error (error);
  rig->server = rig_server_new ();
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  rig->session = AVB_SPICE_SESSION (avb_console_session_hold (rig->machine));
  rig->files = avb_console_files_for_session (rig->session);
  g_assert_nonnull (avb_console_files_get_problem (rig->files));
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (has_main, rig->session, "the session is there");
  g_assert_nonnull (avb_console_files_get_problem (rig->files));
  rig_server_command (rig->server, "agent on");
  rig_wait (has_agent, rig->session, "the agent is there");
  g_assert_null (avb_console_files_get_problem (rig->files));
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (rig->folder, 0, NULL);

  g_assert_finalize_object (rig->files);
  avb_console_session_release (AVB_CONSOLE_SESSION (rig->session));
  rig_server_free (rig->server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (rig->machine);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *path = g_build_filename (rig->folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (rig->folder);
  g_free (rig->folder);
}

static gboolean
has_ended (gpointer data)
{
  return avb_operation_get_state (data) != AVB_OPERATION_RUNNING;
}

/* (transfer full) */
static GFile *
make_file (Rig *rig, const char *name, gsize size)
{
  g_autofree char *path = g_build_filename (rig->folder, name, NULL);
  g_autofree char *contents = g_malloc (size + 1);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < size; i++)
    contents[i] = (char) (i * 31 >> 3);
  g_file_set_contents (path, contents, (gssize) size, &error);
  g_assert_no_error (error);
  return g_file_new_for_path (path);
}

/* @file: (transfer full) */
static AvbOperation *
send_file (Rig *rig, GFile *file)
{
  g_autoptr (GFile) owned = file;
  GSList one = { .data = owned };
  g_autoptr (GPtrArray) operations = avb_console_files_send (rig->files, &one);

  g_assert_cmpuint (operations->len, ==, 1);
  return g_object_ref (operations->pdata[0]);
}

static void
assert_ends (AvbOperation *operation, AvbOperationState state)
{
  rig_wait (has_ended, operation, avb_operation_get_title (operation));
  if (avb_operation_get_error (operation) != NULL)
    g_test_message ("%s", avb_operation_get_error (operation)->message);
  g_assert_cmpint (avb_operation_get_state (operation), ==, state);
}

static void
test_arrives (Rig *rig, gconstpointer data)
{
  static const gsize sizes[] = { 5, 0, 1000 * 1000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GFile) file = make_file (rig, "\303\244 b;c.txt", sizes[i]);
      g_autofree char *contents = NULL;
      g_autofree char *checksum = NULL;
      g_autofree char *done = NULL;
      g_autofree char *events = NULL;
      g_autoptr (AvbOperation) operation = NULL;
      gsize length;

      g_file_load_contents (file, NULL, &contents, &length, NULL, NULL);
      checksum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) contents, length);
      done = g_strdup_printf (" %" G_GSIZE_FORMAT " %s", length, checksum);
      operation = send_file (rig, g_object_ref (file));
      assert_ends (operation, AVB_OPERATION_DONE);
      g_assert_cmpstr (avb_operation_get_title (operation), ==, "Sending “\303\244 b;c.txt”");
      events = rig_server_events (rig->server, "agent-file-done");
      g_assert_true (g_str_has_suffix (events, done));
      rig_server_forget (rig->server);
    }
}

static void
test_many (Rig *rig, gconstpointer data)
{
  GSList *files = NULL;
  g_autoptr (GPtrArray) operations = NULL;
  g_autofree char *events = NULL;
  g_auto (GStrv) done = NULL;

  for (guint i = 0; i < AVB_CONSOLE_FILES_MAX + 10; i++)
    {
      g_autofree char *name = g_strdup_printf ("file %u", i);

      files = g_slist_prepend (files, make_file (rig, name, 100));
    }
  operations = avb_console_files_send (rig->files, files);
  g_slist_free_full (files, g_object_unref);
  g_assert_cmpuint (operations->len, ==, AVB_CONSOLE_FILES_MAX);
  for (guint i = 0; i < operations->len; i++)
    assert_ends (operations->pdata[i], AVB_OPERATION_DONE);
  events = rig_server_events (rig->server, "agent-file-done");
  done = g_strsplit (events, ";", -1);
  g_assert_cmpuint (g_strv_length (done), ==, AVB_CONSOLE_FILES_MAX);
}

static void
test_refused (Rig *rig, gconstpointer data)
{
  static const struct {
    guint       result;
    const char *rest;
    AvbError    code;
  } answers[] = {
    { VD_AGENT_FILE_XFER_STATUS_NOT_ENOUGH_SPACE, "0 1000", AVB_ERROR_NO_SPACE },
    { VD_AGENT_FILE_XFER_STATUS_NOT_ENOUGH_SPACE, "500000 1000", AVB_ERROR_NO_SPACE },
    { VD_AGENT_FILE_XFER_STATUS_CANCELLED, "0", AVB_ERROR_PERMISSION },
    { VD_AGENT_FILE_XFER_STATUS_CANCELLED, "500000", AVB_ERROR_PERMISSION },
    { VD_AGENT_FILE_XFER_STATUS_ERROR, "0", AVB_ERROR_FAILED },
    { VD_AGENT_FILE_XFER_STATUS_SESSION_LOCKED, "0", AVB_ERROR_BUSY },
    { VD_AGENT_FILE_XFER_STATUS_VDAGENT_NOT_CONNECTED, "0", AVB_ERROR_UNAVAILABLE },
    { VD_AGENT_FILE_XFER_STATUS_DISABLED, "0", AVB_ERROR_NOT_SUPPORTED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (AvbOperation) operation = NULL;

      rig_server_command (rig->server, "agent files %u %s", answers[i].result, answers[i].rest);
      operation = send_file (rig, make_file (rig, "file", 1000 * 1000));
      assert_ends (operation, AVB_OPERATION_FAILED);
      g_assert_error (avb_operation_get_error (operation), AVB_ERROR, (int) answers[i].code);
    }
  /* The next one is not hurt. */
  rig_server_command (rig->server, "agent files accept");
  {
    g_autoptr (AvbOperation) operation = send_file (rig, make_file (rig, "file", 1000));

    assert_ends (operation, AVB_OPERATION_DONE);
  }
}

static void
test_no_files (Rig *rig, gconstpointer data)
{
  g_autofree char *missing = g_build_filename (rig->folder, "missing", NULL);
  g_autoptr (AvbOperation) folder = send_file (rig, g_file_new_for_path (rig->folder));
  g_autoptr (AvbOperation) none = send_file (rig, g_file_new_for_path (missing));
  g_autoptr (AvbOperation) device = send_file (rig, g_file_new_for_path ("/dev/zero"));

  assert_ends (folder, AVB_OPERATION_FAILED);
  g_assert_error (avb_operation_get_error (folder), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  assert_ends (none, AVB_OPERATION_FAILED);
  g_assert_error (avb_operation_get_error (none), AVB_ERROR, AVB_ERROR_FAILED);
  assert_ends (device, AVB_OPERATION_FAILED);
  g_assert_error (avb_operation_get_error (device), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  rig_server_expect (rig->server, WORDS, "");
}

static gboolean
has_started (gpointer data)
{
  g_autofree char *events = rig_server_events (data, "agent-file-start");

  return *events != '\0';
}

/* An agent that never answers can be left, and what it was to have ends with it. */
static void
test_silent (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbOperation) first = NULL;
  g_autoptr (AvbOperation) second = NULL;

  rig_server_command (rig->server, "agent files silent");
  first = send_file (rig, make_file (rig, "first", 1000));
  rig_wait (has_started, rig->server, "the agent is asked");
  avb_operation_cancel (first);
  assert_ends (first, AVB_OPERATION_CANCELLED);
  rig_server_forget (rig->server);
  second = send_file (rig, make_file (rig, "second", 1000));
  rig_wait (has_started, rig->server, "the agent is asked");
  rig_server_command (rig->server, "agent off");
  assert_ends (second, AVB_OPERATION_FAILED);
  g_assert_error (avb_operation_get_error (second), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
}

static gboolean
is_under_way (gpointer data)
{
  return avb_operation_get_done (data) > 0;
}

static void
test_cancelled (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbOperation) operation = send_file (rig, make_file (rig, "large", 100 * 1000 * 1000));
  g_autofree char *events = NULL;

  rig_wait (is_under_way, operation, "the file is on its way");
  avb_operation_cancel (operation);
  assert_ends (operation, AVB_OPERATION_CANCELLED);
  events = rig_server_events (rig->server, "agent-file-done");
  g_assert_cmpstr (events, ==, "");
}

static void
test_lost (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbOperation) operation = send_file (rig, make_file (rig, "large", 100 * 1000 * 1000));

  rig_wait (is_under_way, operation, "the file is on its way");
  rig_server_command (rig->server, "kick");
  assert_ends (operation, AVB_OPERATION_FAILED);
}

#define ADD(path, func) g_test_add (path, Rig, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  ADD ("/Avb/ConsoleFiles/arrives", test_arrives);
  ADD ("/Avb/ConsoleFiles/many", test_many);
  ADD ("/Avb/ConsoleFiles/refused", test_refused);
  ADD ("/Avb/ConsoleFiles/no-files", test_no_files);
  ADD ("/Avb/ConsoleFiles/silent", test_silent);
  ADD ("/Avb/ConsoleFiles/cancelled", test_cancelled);
  ADD ("/Avb/ConsoleFiles/lost", test_lost);
  return g_test_run ();
}
