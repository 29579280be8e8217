/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A folder over the display's connection: none before somebody shares one, and then that one. */

#include "config.h"

#include <glib/gstdio.h>

#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-console-folder.h"

/* SPICE_CHANNEL_WEBDAV */
#define CONNECTED "connected 11"

static gboolean
is_available (gpointer data)
{
  return avb_console_folder_get_available (data);
}

static gboolean
has_main (gpointer data)
{
  return avb_spice_session_get_main (data) != NULL;
}

typedef struct {
  RigServer  *server;
  const char *event;
} Event;

static gboolean
has_happened (gpointer data)
{
  Event           *event = data;
  g_autofree char *events = rig_server_events (event->server, "connected disconnected folder");

  return strstr (events, event->event) != NULL;
}

static void
wait_for_event (RigServer *server, const char *text)
{
  Event event = { server, text };

  rig_wait (has_happened, &event, text);
  rig_server_forget (server);
}

static void
test_folder (void)
{
  RigServer       *server = rig_server_new ();
  AvbMachine      *machine = rig_machine_new (rig_server_get_socket (server));
  AvbSpiceSession *session;
  AvbConsoleFolder *folder;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_dir_make_tmp ("avb-XXXXXX", &error);
  g_autofree char *file = g_build_filename (path, "file.txt", NULL);
  g_autofree char *written = g_build_filename (path, "written.txt", NULL);
  g_autofree char *events = NULL;

  g_assert_no_error (error);
  g_file_set_contents (file, "contents", -1, &error);
  g_assert_no_error (error);
  session = AVB_SPICE_SESSION (avb_console_session_hold (machine));
  folder = avb_console_folder_for_session (session);
  g_assert_null (avb_console_folder_get_path (folder));
  rig_server_command (server, "folder on");
  rig_machine_set_running (machine, TRUE);
  rig_wait (has_main, session, "the session is there");
  rig_wait (is_available, folder, "the machine has the channel");

  /* Offered, and not taken: there is nothing to share. */
  rig_server_command (server, "leds 0");
  events = rig_server_events (server, "connected");
  g_assert_null (strstr (events, CONNECTED));

  avb_console_folder_share (folder, path, TRUE);
  g_assert_cmpstr (avb_console_folder_get_path (folder), ==, path);
  g_assert_true (avb_console_folder_get_read_only (folder));
  wait_for_event (server, CONNECTED);
  rig_server_command (server, "folder get /file.txt");
  wait_for_event (server, "folder 200");
  /* No way out of it, and none to write. */
  rig_server_command (server, "folder get /../../../../etc/passwd");
  wait_for_event (server, "folder 40");
  rig_server_command (server, "folder put /written.txt");
  wait_for_event (server, "folder 40");
  g_assert_false (g_file_test (written, G_FILE_TEST_EXISTS));

  avb_console_folder_share (folder, NULL, TRUE);
  wait_for_event (server, "disconnected 11");
  g_assert_null (avb_console_folder_get_path (folder));

  g_assert_finalize_object (folder);
  avb_console_session_release (AVB_CONSOLE_SESSION (session));
  rig_server_free (server);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_finalize_object (machine);
  g_remove (file);
  g_rmdir (path);
}

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  g_test_add_func ("/Avb/ConsoleFolder/shares-one-folder", test_folder);
  return g_test_run ();
}
