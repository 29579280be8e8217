/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Displays that ask who comes, and that several viewers want. */

#include "config.h"

#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-console-secrets.h"
#include "backends/avb-password-request.h"
#include "ui/console/avb-spice-session.h"

typedef struct {
  RigServer  *server;
  AvbMachine *machine;
  AvbConsole *console;
  GtkWindow  *window;
} Rig;

static void
set_up (Rig *rig, gconstpointer data)
{
  rig->server = rig_server_new ();
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  rig->console = AVB_CONSOLE (avb_console_new ());
  rig_server_command (rig->server, "noise 0 0 640 480 1");
  avb_console_set_machine (rig->console, rig->machine);
  rig->window = rig_window_new (GTK_WIDGET (rig->console), 640, 480);
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  gtk_window_destroy (rig->window);
  rig_server_free (rig->server);
  g_assert_finalize_object (rig->machine);
}

static AvbPasswordRequest *
wait_request (AvbConsole *console)
{
  rig_wait_status (console, AVB_CONSOLE_ASKING);
  return AVB_PASSWORD_REQUEST (
      avb_console_session_get_request (avb_console_get_session (console)));
}

static void
expect_shown (Rig *rig)
{
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  g_assert_null (avb_console_session_get_request (avb_console_get_session (rig->console)));
  rig_wait_texture (rig->console, rig->server, 640, 480);
}

/* What the keyring has. */

static DexFuture *
find_fiber (gpointer data)
{
  return avb_console_secrets_find ("rig-uuid", NULL);
}

static char *
kept_password (void)
{
  g_autoptr (DexFuture) future = dex_scheduler_spawn (NULL, 0, find_fiber, NULL, NULL);
  g_autoptr (GError) error = NULL;
  const GValue *value;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  value = dex_future_get_value (future, &error);
  g_assert_no_error (error);
  return g_value_dup_string (value);
}

static gboolean
is_kept (gpointer password)
{
  g_autofree char *kept = kept_password ();

  return g_strcmp0 (kept, password) == 0;
}

static void
test_password (Rig *rig, gconstpointer data)
{
  AvbPasswordRequest *request;

  rig_server_command (rig->server, "password open-sesame");
  rig_machine_set_running (rig->machine, TRUE);
  request = wait_request (rig->console);
  g_assert_cmpuint (avb_password_request_get_attempt (request), ==, 1);
  g_assert_false (avb_password_request_get_wrong (request));
  g_assert_cmpstr (avb_request_get_machine_name (AVB_REQUEST (request)), ==, "rig");

  avb_password_request_give (request, "wrong", FALSE);
  g_assert_null (avb_console_session_get_request (avb_console_get_session (rig->console)));
  request = wait_request (rig->console);
  g_assert_cmpuint (avb_password_request_get_attempt (request), ==, 2);
  g_assert_true (avb_password_request_get_wrong (request));

  avb_password_request_give (request, "open-sesame", FALSE);
  expect_shown (rig);

  /* It is known for as long as the console is there. */
  rig_machine_set_running (rig->machine, FALSE);
  rig_machine_set_running (rig->machine, TRUE);
  expect_shown (rig);
}

/* Nobody answers: neither the machine's end nor ours waits for it. */
static void
test_no_answer (Rig *rig, gconstpointer data)
{
  AvbPasswordRequest *request;

  rig_server_command (rig->server, "password open-sesame");
  rig_machine_set_running (rig->machine, TRUE);
  request = g_object_ref (wait_request (rig->console));
  rig_machine_set_running (rig->machine, FALSE);
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_IDLE);
  g_assert_null (avb_console_session_get_request (avb_console_get_session (rig->console)));
  avb_password_request_give (request, "open-sesame", FALSE);
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_IDLE);
  g_object_unref (request);

  rig_machine_set_running (rig->machine, TRUE);
  request = wait_request (rig->console);
  avb_request_cancel (AVB_REQUEST (request));
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_FAILED);
  g_assert_nonnull (avb_console_get_message (rig->console));

  avb_console_reconnect (rig->console);
  wait_request (rig->console);
}

static void
test_definition (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbConsoleEndpoint) endpoint = avb_console_endpoint_new (AVB_CONSOLE_SPICE_FD);

  endpoint->password = g_strdup ("open-sesame");
  rig_machine_set_endpoint (rig->machine, endpoint);
  rig_server_command (rig->server, "password open-sesame");
  rig_machine_set_running (rig->machine, TRUE);
  expect_shown (rig);
  rig_machine_set_running (rig->machine, FALSE);

  /* A definition that does not know of a later change. */
  rig_server_command (rig->server, "password other");
  rig_machine_set_running (rig->machine, TRUE);
  avb_password_request_give (wait_request (rig->console), "other", FALSE);
  expect_shown (rig);
}

static void
test_remembers (Rig *rig, gconstpointer data)
{
  AvbPasswordRequest *request;

  rig_server_command (rig->server, "password open-sesame");
  rig_machine_set_running (rig->machine, TRUE);
  request = wait_request (rig->console);
  g_assert_true (avb_password_request_get_can_remember (request));
  avb_password_request_give (request, "wrong", TRUE);
  /* One that is wrong is not kept. */
  request = wait_request (rig->console);
  g_assert_true (is_kept (NULL));
  avb_password_request_give (request, "open-sesame", TRUE);
  expect_shown (rig);
  rig_wait (is_kept, (char *) "open-sesame", "the password is in the keyring");

  /* Another console of the same machine. */
  avb_console_set_machine (rig->console, NULL);
  avb_console_set_machine (rig->console, rig->machine);
  expect_shown (rig);

  /* Once it is wrong it is forgotten. */
  avb_console_set_machine (rig->console, NULL);
  rig_server_command (rig->server, "password changed");
  avb_console_set_machine (rig->console, rig->machine);
  request = wait_request (rig->console);
  g_assert_true (avb_password_request_get_wrong (request));
  rig_wait (is_kept, NULL, "the wrong password is forgotten");
  avb_password_request_give (request, "changed", FALSE);
  expect_shown (rig);
  g_assert_true (is_kept (NULL));
}

static void
test_no_keyring (Rig *rig, gconstpointer data)
{
  AvbPasswordRequest *request;

  rig_server_command (rig->server, "password open-sesame");
  rig_machine_set_running (rig->machine, TRUE);
  request = wait_request (rig->console);
  g_assert_false (avb_password_request_get_can_remember (request));
  avb_password_request_give (request, "open-sesame", TRUE);
  expect_shown (rig);
}

static void
test_taken_over (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbMachine) other = rig_machine_new (rig_server_get_socket (rig->server));
  AvbConsole *console = g_object_ref_sink (AVB_CONSOLE (avb_console_new ()));
  guint       opened;

  avb_console_set_machine (console, other);
  rig_machine_set_running (rig->machine, TRUE);
  expect_shown (rig);

  for (int i = 0; i < 3; i++)
    {
      /* The other one takes it; nobody fights. */
      if (i == 0)
        rig_machine_set_running (other, TRUE);
      else
        avb_console_reconnect (console);
      rig_wait_status (rig->console, AVB_CONSOLE_TAKEN);
      g_assert_cmpstr (avb_console_get_message (rig->console),
                       ==,
                       "Another viewer took over this display.");
      opened = rig_machine_get_n_opened (rig->machine);
      rig_wait_status (console, AVB_CONSOLE_CONNECTED);
      rig_server_command (rig->server, "noise 10 10 300 200 %d", i);
      rig_wait_texture (console, rig->server, 640, 480);
      g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_TAKEN);
      g_assert_cmpuint (rig_machine_get_n_opened (rig->machine), ==, opened);

      /* And back. */
      avb_console_reconnect (rig->console);
      expect_shown (rig);
      rig_wait_status (console, AVB_CONSOLE_TAKEN);
    }

  /* It is nobody's any more once the machine is off. */
  rig_machine_set_running (other, FALSE);
  g_assert_cmpint (avb_console_get_status (console), ==, AVB_CONSOLE_IDLE);
  avb_console_set_machine (console, NULL);
  g_assert_finalize_object (console);
}

#define ADD(path, func) g_test_add (path, Rig, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gboolean keyring = g_getenv ("AVB_TEST_KEYRING") != NULL;

  if (keyring)
    {
      g_autofree char *file = g_build_filename (g_get_home_dir (), "keyring", NULL);

      /* libsecret's own, in a file. */
      g_setenv ("SECRET_BACKEND", "file", TRUE);
      g_setenv ("SECRET_FILE_TEST_PATH", file, TRUE);
      g_setenv ("SECRET_FILE_TEST_PASSWORD", "test", TRUE);
    }
  else
    g_setenv ("SECRET_SERVICE_BUS_NAME", "org.alphavbox.NoKeyring", TRUE);
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  if (!keyring)
    {
      ADD ("/Avb/ConsoleRemote/no-keyring", test_no_keyring);
      return g_test_run ();
    }
  ADD ("/Avb/ConsoleRemote/password", test_password);
  ADD ("/Avb/ConsoleRemote/no-answer", test_no_answer);
  ADD ("/Avb/ConsoleRemote/password-of-the-definition", test_definition);
  ADD ("/Avb/ConsoleRemote/remembers", test_remembers);
  ADD ("/Avb/ConsoleRemote/taken-over", test_taken_over);
  return g_test_run ();
}
