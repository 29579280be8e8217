/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Passwords in a real keyring: gnome-keyring on a bus of its own. */

#include "config.h"

#include <signal.h>

#include "backends/avb-error.h"
#include "backends/avb-keyring.h"
#include "tests/avb-test.h"

#define NAME "org.freedesktop.secrets"

static const SecretSchema schema = {
  "org.alphavbox.Test",
  SECRET_SCHEMA_NONE,
  { { "machine", SECRET_SCHEMA_ATTRIBUTE_STRING }, { "user", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

static GHashTable *
attributes (const char *machine)
{
  return secret_attributes_build (&schema, "machine", machine, "user", "ada", NULL);
}

/* --- the keyring's daemon --- */

static gboolean
is_owned (void)
{
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  g_autoptr (GVariant) answer = NULL;
  gboolean owned;

  answer = g_dbus_connection_call_sync (bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                        "NameHasOwner", g_variant_new ("(s)", NAME), G_VARIANT_TYPE ("(b)"),
                                        G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL);
  g_assert_nonnull (answer);
  g_variant_get (answer, "(b)", &owned);
  return owned;
}

/* @password: (nullable): what opens the keyring; %NULL: nobody opens it */
static GSubprocess *
start_daemon (const char *password)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                 G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  GSubprocess *daemon;

  g_subprocess_launcher_unsetenv (launcher, "G_DEBUG");
  g_subprocess_launcher_unsetenv (launcher, "LD_PRELOAD");
  daemon = g_subprocess_launcher_spawn (launcher, &error, "gnome-keyring-daemon", "--foreground", "--components=secrets",
                                        password != NULL ? "--unlock" : NULL, NULL);
  g_assert_no_error (error);
  if (password != NULL)
    {
      GOutputStream *in = g_subprocess_get_stdin_pipe (daemon);

      g_assert_true (g_output_stream_write_all (in, password, strlen (password), NULL, NULL, &error));
      g_assert_true (g_output_stream_close (in, NULL, &error));
    }
  avb_test_until_true (is_owned ());
  return daemon;
}

static void
stop_daemon (GSubprocess *daemon, int number)
{
  g_subprocess_send_signal (daemon, number);
  g_assert_true (g_subprocess_wait (daemon, NULL, NULL));
  avb_test_until_true (!is_owned ());
  g_object_unref (daemon);
}

/* --- what is kept --- */

static DexFuture *
test_kept (gpointer data)
{
  GSubprocess *daemon = start_daemon ("correct horse");
  g_autofree char *nothing = avb_test_await_string (avb_keyring_find (&schema, attributes ("alpha")));
  g_autofree char *first = NULL;
  g_autofree char *other = NULL;
  g_autofree char *second = NULL;
  g_autofree char *later = NULL;
  g_autofree char *gone = NULL;

  g_assert_null (nothing);
  avb_test_await (avb_keyring_forget (&schema, attributes ("alpha")));
  avb_test_await (avb_keyring_keep (&schema, attributes ("alpha"), "Machine “alpha”", "pässword"));
  avb_test_await (avb_keyring_keep (&schema, attributes ("beta"), "Machine “beta”", "another"));
  first = avb_test_await_string (avb_keyring_find (&schema, attributes ("alpha")));
  other = avb_test_await_string (avb_keyring_find (&schema, attributes ("beta")));
  g_assert_cmpstr (first, ==, "pässword");
  g_assert_cmpstr (other, ==, "another");
  avb_test_await (avb_keyring_keep (&schema, attributes ("alpha"), "Machine “alpha”", ""));
  second = avb_test_await_string (avb_keyring_find (&schema, attributes ("alpha")));
  g_assert_cmpstr (second, ==, "");
  avb_test_await (avb_keyring_forget (&schema, attributes ("alpha")));

  /* The next login. */
  stop_daemon (daemon, SIGTERM);
  daemon = start_daemon ("correct horse");
  later = avb_test_await_string (avb_keyring_find (&schema, attributes ("beta")));
  gone = avb_test_await_string (avb_keyring_find (&schema, attributes ("alpha")));
  g_assert_cmpstr (later, ==, "another");
  g_assert_null (gone);
  stop_daemon (daemon, SIGTERM);
  return NULL;
}

/* Nobody opens it: who asks is told, and does not wait for ever. */
static DexFuture *
test_locked (gpointer data)
{
  GSubprocess *daemon = start_daemon ("correct horse");
  g_autofree char *password = NULL;

  avb_test_await (avb_keyring_keep (&schema, attributes ("gamma"), "Machine “gamma”", "secret"));
  stop_daemon (daemon, SIGTERM);
  daemon = start_daemon (NULL);
  password = dex_await_string (avb_keyring_find (&schema, attributes ("gamma")), NULL);
  g_assert_null (password);
  avb_test_await_error (avb_keyring_keep (&schema, attributes ("gamma"), "Machine “gamma”", "more"), AVB_ERROR,
                        AVB_ERROR_UNAVAILABLE);
  stop_daemon (daemon, SIGTERM);
  return NULL;
}

/* It dies while it is asked: that ends, and what was kept is not given by anybody else. */
static DexFuture *
test_killed (gpointer data)
{
  g_autoptr (GSubprocess) daemon = start_daemon ("correct horse");
  g_autoptr (DexFuture) find = NULL;
  g_autofree char *password = NULL;

  avb_test_await (avb_keyring_keep (&schema, attributes ("delta"), "Machine “delta”", "secret"));
  g_subprocess_send_signal (daemon, SIGSTOP);
  find = avb_keyring_find (&schema, attributes ("delta"));
  dex_await (dex_timeout_new_msec (200), NULL);
  g_assert_true (dex_future_is_pending (find));
  g_subprocess_send_signal (daemon, SIGKILL);
  /* The bus may start another one, which nobody opens. */
  password = dex_await_string (dex_ref (find), NULL);
  g_assert_null (password);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Keyring/kept", test_kept);
  avb_test_add_fiber ("/Avb/Keyring/locked", test_locked);
  avb_test_add_fiber ("/Avb/Keyring/killed", test_killed);
  return g_test_run ();
}
