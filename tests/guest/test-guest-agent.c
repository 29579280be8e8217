/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What a real Debian guest tells of itself through qemu-guest-agent, and what is done to it. */

#include "config.h"

#include "test-guest.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>

#include "backends/avb-error.h"
#include "backends/avb-guest-command.h"
#include "backends/avb-guest-info.h"
#include "tests/avb-test.h"

static AvbGuestInfo *
read_info (void)
{
  g_autoptr (DexFuture) future = guest_rig_await (avb_machine_read_guest_info (guest->machine));

  return g_value_dup_boxed (dex_future_get_value (future, NULL));
}

static void
test_tells (void)
{
  g_autoptr (AvbGuestInfo) info = NULL;
  g_autofree char *kernel = guest_rig_run (guest, "uname -r");
  g_autofree char *mac = guest_rig_run (guest, "cat /sys/class/net/e*/address");
  const AvbGuestInterface *interface;
  const AvbGuestUser      *user;

  /* By the event: nobody has asked yet. */
  avb_test_until_true (avb_machine_get_agent_connected (guest->machine));
  info = read_info ();
  g_assert_cmpint (info->agent, ==, AVB_GUEST_AGENT_ANSWERS);
  g_assert_null (info->reason);
  g_assert_cmpstr (info->host_name, ==, "alpha-guest");
  g_assert_true (g_str_has_prefix (info->os_name, "Debian GNU/Linux 13"));
  g_assert_cmpstr (info->kernel, ==, kernel);
  g_assert_cmpstr (info->time_zone, ==, "CET, UTC+01:00");
  g_assert_cmpuint (info->interfaces->len, ==, 1);
  interface = info->interfaces->pdata[0];
  g_assert_cmpstr (interface->mac, ==, mac);
  g_assert_true (g_str_has_prefix (interface->name, "e"));
  g_assert_true (g_strv_contains ((const char *const *) interface->addresses, "10.0.2.15"));
  g_assert_cmpuint (info->users->len, ==, 1);
  user = info->users->pdata[0];
  g_assert_cmpstr (user->name, ==, "guest");
  g_assert_cmpint (user->since, >, g_get_real_time () / G_USEC_PER_SEC - 24 * 3600);
  g_assert_false (info->more_users);
}

/* Writes to the disk: /run/written is there once that was possible. */
static void
begin_to_write (void)
{
  g_free (guest_rig_run (guest, "rm -f /run/written; (echo x > /data/file && echo > /run/written) &"));
}

static void
test_freezes (void)
{
  g_autoptr (DexFuture) frozen = NULL;
  g_autoptr (DexFuture) save = NULL;
  g_autoptr (GError) error = NULL;
  const gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  guest_rig_expect (guest, "grep -c ' /data ' /proc/mounts", "1");
  frozen = guest_rig_await (avb_machine_freeze (guest->machine, 300));
  g_assert_cmpint (g_value_get_int (dex_future_get_value (frozen, NULL)), >=, 1);
  g_assert_cmpint (avb_machine_get_frozen_until (guest->machine), >=, now + 300);
  begin_to_write ();
  guest_rig_expect (guest, "sleep 1; ls /run/written 2> /dev/null | wc -l", "0");

  g_assert_false (avb_machine_can_save (guest->machine));
  save = avb_machine_save (guest->machine, NULL);
  g_assert_false (avb_test_spin (dex_ref (save), &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_BUSY);

  dex_unref (guest_rig_await (avb_machine_thaw (guest->machine)));
  avb_test_until_true (avb_machine_get_frozen_until (guest->machine) == 0);
  guest_rig_expect (guest, "ls /run/written 2> /dev/null | wc -l", "1");
  g_assert_true (avb_machine_can_save (guest->machine));
}

/* Nobody thaws it but the limit. */
static void
test_limit (void)
{
  dex_unref (guest_rig_await (avb_machine_freeze (guest->machine, 1)));
  begin_to_write ();
  avb_test_until_true (avb_machine_get_frozen_until (guest->machine) == 0);
  guest_rig_expect (guest, "ls /run/written 2> /dev/null | wc -l", "1");
}

static char *
read_line (GSubprocess *process)
{
  g_autoptr (GDataInputStream) lines
      = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));

  g_buffered_input_stream_set_buffer_size (G_BUFFERED_INPUT_STREAM (lines), 1);
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (lines), FALSE);
  return g_data_input_stream_read_line (lines, NULL, NULL, NULL);
}

/* Killed, a program leaves a pipe that ends. Here it is another one that holds the pipe. */
static void
test_program_dies (void)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocessLauncher) guard_launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GSubprocess) program = NULL;
  g_autoptr (GSubprocess) guard = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *frozen = NULL, *thawed = NULL;
  int              fds[2];

  g_unix_open_pipe (fds, FD_CLOEXEC, &error);
  g_assert_no_error (error);
  g_subprocess_launcher_take_fd (launcher, fds[1], 3);
  program = g_subprocess_launcher_spawn (launcher, &error, "sleep", "1000", NULL);
  g_assert_no_error (error);
  g_subprocess_launcher_close (launcher);
  g_subprocess_launcher_take_stdin_fd (guard_launcher, fds[0]);
  guard = g_subprocess_launcher_spawn (guard_launcher,
                                       &error,
                                       g_getenv ("ALPHA_VBOX_FREEZE_GUARD"),
                                       "qemu:///session",
                                       avb_machine_get_uuid (guest->machine),
                                       "600",
                                       NULL);
  g_assert_no_error (error);
  frozen = read_line (guard);
  g_assert_nonnull (frozen);
  g_assert_true (g_str_has_prefix (frozen, "frozen "));
  begin_to_write ();
  guest_rig_expect (guest, "sleep 1; ls /run/written 2> /dev/null | wc -l", "0");

  g_subprocess_force_exit (program);
  thawed = read_line (guard);
  g_assert_cmpstr (thawed, ==, "thawed");
  g_subprocess_wait (guard, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (guard), ==, 0);
  guest_rig_expect (guest, "ls /run/written 2> /dev/null | wc -l", "1");
}

/* An agent that stopped answering: what was asked comes back without it, and says so. */
static void
test_silent (void)
{
  g_autoptr (AvbGuestInfo) info = NULL;

  g_free (guest_rig_run (guest, "pkill -STOP -x qemu-ga"));
  info = read_info ();
  g_assert_cmpint (info->agent, ==, AVB_GUEST_AGENT_SILENT);
  g_assert_nonnull (info->reason);
  g_assert_null (info->host_name);
  g_free (guest_rig_run (guest, "pkill -CONT -x qemu-ga"));
  g_clear_pointer (&info, avb_guest_info_free);
  info = read_info ();
  g_assert_cmpint (info->agent, ==, AVB_GUEST_AGENT_ANSWERS);
}

static void
test_goes (void)
{
  g_autoptr (AvbGuestInfo) info = NULL;

  g_free (guest_rig_run (guest, "pkill -x qemu-ga"));
  avb_test_until_true (!avb_machine_get_agent_connected (guest->machine));
  info = read_info ();
  g_assert_cmpint (info->agent, ==, AVB_GUEST_AGENT_ABSENT);
  g_assert_nonnull (info->reason);
  g_free (guest_rig_run (guest, "TZ=CET-1 setsid qemu-ga > /dev/null 2>&1 < /dev/null &"));
  avb_test_until_true (avb_machine_get_agent_connected (guest->machine));
}

static AvbGuestCommand *
run_command (const char *script, const char *input)
{
  const char *const words[] = { "/bin/sh", "-c", script, NULL };
  g_autoptr (GBytes) bytes = input != NULL ? g_bytes_new (input, strlen (input)) : NULL;
  g_autoptr (DexFuture) future = guest_rig_await (avb_machine_run_command (guest->machine, words, bytes, 60, NULL));

  return g_value_dup_boxed (dex_future_get_value (future, NULL));
}

static gboolean
is_text (GBytes *bytes, const char *text)
{
  return g_bytes_get_size (bytes) == strlen (text) && memcmp (g_bytes_get_data (bytes, NULL), text, strlen (text)) == 0;
}

static void
test_command (void)
{
  static const char *const missing[] = { "/no/such/program", NULL };
  g_autoptr (AvbGuestCommand) plain = run_command ("cat; echo wrong >&2; exit 3", "told");
  g_autoptr (AvbGuestCommand) killed = run_command ("kill -9 $$", NULL);
  g_autoptr (AvbGuestCommand) large = run_command ("head -c 3000000 /dev/zero", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (plain->exit_code, ==, 3);
  g_assert_true (is_text (plain->output, "told"));
  g_assert_true (is_text (plain->error, "wrong\n"));
  g_assert_false (plain->truncated);
  g_assert_cmpint (killed->exit_code, ==, -1);
  g_assert_cmpint (large->exit_code, ==, 0);
  g_assert_true (large->truncated);
  g_assert_cmpuint (g_bytes_get_size (large->output), ==, AVB_GUEST_COMMAND_MAX_OUTPUT);
  g_assert_false (avb_test_spin (avb_machine_run_command (guest->machine, missing, NULL, 5, NULL), &error));
  g_assert_true (error->domain == AVB_ERROR);
}

static gboolean
cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

/* Given up, it does not go on in the guest. */
static void
test_command_ends (void)
{
  static const char *const sleeps[] = { "sleep", "4711", NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (avb_test_spin (avb_machine_run_command (guest->machine, sleeps, NULL, 1, NULL), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  guest_rig_expect (guest, "sleep 1; pgrep -fc 'sleep 471[1]'", "0");
  g_timeout_add (500, cancel_cb, cancellable);
  g_assert_false (avb_test_spin (avb_machine_run_command (guest->machine, sleeps, NULL, 100, cancellable), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  guest_rig_expect (guest, "sleep 1; pgrep -fc 'sleep 471[1]'", "0");
}

/* More than there are workers of any kind; none of them is held by a command that goes on. */
#define N_COMMANDS 40

static void
test_commands_hold_nothing_up (void)
{
  static const char *const sleeps[] = { "sleep", "4712", NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (AvbGuestInfo) info = NULL;
  DexFuture *commands[N_COMMANDS];

  for (int i = 0; i < N_COMMANDS; i++)
    commands[i] = avb_machine_run_command (guest->machine, sleeps, NULL, AVB_GUEST_COMMAND_MAX_SECONDS, cancellable);
  guest_rig_expect (guest, "sleep 1; pgrep -fc 'sleep 471[2]'", G_STRINGIFY (N_COMMANDS));
  dex_unref (guest_rig_await (avb_machine_read_spec (guest->machine)));
  info = read_info ();
  g_assert_cmpint (info->agent, ==, AVB_GUEST_AGENT_ANSWERS);
  for (int i = 0; i < N_COMMANDS; i++)
    g_assert_true (dex_future_is_pending (commands[i]));

  g_cancellable_cancel (cancellable);
  for (int i = 0; i < N_COMMANDS; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (avb_test_spin (commands[i], &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }
  guest_rig_expect (guest, "sleep 1; pgrep -fc 'sleep 471[2]'", "0");
}

void
test_guest_add_agent (void)
{
  g_test_add_func ("/Avb/Guest/Agent/tells", test_tells);
  g_test_add_func ("/Avb/Guest/Agent/runs-a-command", test_command);
  g_test_add_func ("/Avb/Guest/Agent/command-is-given-up", test_command_ends);
  g_test_add_func ("/Avb/Guest/Agent/commands-hold-nothing-up", test_commands_hold_nothing_up);
  g_test_add_func ("/Avb/Guest/Agent/freezes-and-thaws", test_freezes);
  g_test_add_func ("/Avb/Guest/Agent/thaws-at-the-limit", test_limit);
  g_test_add_func ("/Avb/Guest/Agent/thaws-when-the-program-dies", test_program_dies);
  g_test_add_func ("/Avb/Guest/Agent/silent", test_silent);
  g_test_add_func ("/Avb/Guest/Agent/goes-and-comes", test_goes);
}
