/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A cloud image becomes a machine, and its guest what the user wished: the real cloud-init of a real Debian, which tells
 * over the setup channel that it is done, answers over its serial port, its agent and SSH. Emulated; run in
 * tests/tools/with-home. */

#include "config.h"

#include "app/avb-draft.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/avb-guest-port.h"
#include "app/avb-setup.h"
#include "app/avb-ssh-key.h"
#include "backends/avb-error.h"
#include "backends/avb-guest-info.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-guest-serial.h"
#include "tests/backends/avb-session-test.h"

#define GIB ((guint64) 1 << 30)
/* Emulated, on a computer that does other things too. */
#define BOOT_SECONDS 900
#define PASSWORD "a \"b\" $c `d` 'e' \\"

static char *folder;

typedef struct {
  AvbLibrary    *library;
  AvbConnection *connection;
  GListModel    *setups;
  AvbSetup      *setup;
  AvbMachine    *machine;
  char          *key; /* of SSH, the private one */
  AvbGuestSerial *serial;
} Rig;

static AvbMedium *
make_medium (void)
{
  /* The name is Debian's own. */
  g_autofree char *path = avb_fixture_path (folder, "debian-13-generic-amd64.qcow2");
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    g_assert_no_errno (symlink (g_getenv ("AVB_TEST_CLOUD"), path));
  return avb_test_await_object (avb_medium_inspect (file));
}

static AvbDraft *
make_draft (Rig *rig)
{
  g_autoptr (AvbMedium) medium = make_medium ();
  AvbDraft *draft = avb_test_await_object (avb_draft_new (rig->library, rig->connection, medium));
  AvbMachineSpec *spec = avb_draft_get_spec (draft);

  g_assert_true (avb_medium_get_cloud (medium));
  g_assert_cmpstr (avb_medium_get_os_id (medium), ==, "http://debian.org/debian/13");
  g_assert_cmpint (avb_first_boot_get_mode (avb_draft_get_first_boot (draft)), ==, AVB_FIRST_BOOT_CLOUD);
  g_assert_cmpuint (avb_draft_get_disk_size (draft), >, avb_medium_get_capacity (medium));
  avb_machine_spec_set_cpus (spec, 2);
  avb_machine_spec_set_memory_mib (spec, 1024);
  avb_machine_spec_set_accelerated (spec, FALSE);
  /* A screen takes an emulated processor a part of its time. */
  avb_machine_spec_set_graphics (spec, FALSE);
  avb_draft_set_disk_size (draft, 5 * GIB);
  return draft;
}

/* Under way as soon as the machine runs. */
static void
start (Rig *rig, AvbDraft *draft)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("create");

  g_assert_true (avb_draft_get_can_create (draft));
  rig->machine = avb_test_await_object (avb_draft_create (draft, operation, TRUE));
  avb_test_until_true (avb_machine_get_state (rig->machine) == AVB_MACHINE_RUNNING);
  avb_test_until_true (g_list_model_get_n_items (rig->setups) == 1);
  rig->setup = g_list_model_get_item (rig->setups, 0);
  g_assert_cmpstr (avb_setup_get_kind (rig->setup), ==, "cloud");
  avb_test_until_true (avb_setup_get_state (rig->setup) == AVB_SETUP_WORKING);
  g_assert_cmpuint (avb_session_test_count_files (), ==, 2);
}

/* Longer than a fiber may take. */
static void
wait_for (Rig *rig, AvbSetupState state)
{
  const gint64 end = g_get_monotonic_time () + BOOT_SECONDS * G_USEC_PER_SEC;

  while (avb_setup_get_state (rig->setup) != state)
    {
      if (g_get_monotonic_time () > end || avb_machine_get_state (rig->machine) != AVB_MACHINE_RUNNING)
        {
          g_autofree char *tail = avb_guest_serial_tail (rig->serial);

          g_error ("the guest is not what it should be (“%s”); it wrote: %s", avb_setup_get_message (rig->setup), tail);
        }
      avb_test_pass_time ();
    }
}

static DexFuture *
open_fiber (gpointer data)
{
  Rig *rig = data;

  avb_test_until_true (avb_connection_get_link (rig->connection) == AVB_LINK_UP);
  avb_session_test_wait_capabilities (rig->connection);
  return NULL;
}

static DexFuture *
start_with_wishes_fiber (gpointer data)
{
  Rig *rig = data;
  g_autoptr (AvbDraft) draft = make_draft (rig);
  g_autofree char *public = g_strconcat (rig->key, ".pub", NULL);
  g_autoptr (AvbSshKey) key = avb_test_await_boxed (avb_ssh_key_load (public));
  const char *keys[] = { key->line, NULL };

  g_object_set (avb_draft_get_first_boot (draft), "user", "ada", "full-name", "Ada O'Lovelace", "password", PASSWORD,
                "host-name", "engine", "ssh-keys", keys, NULL);
  start (rig, draft);
  rig->serial = avb_guest_serial_open (rig->machine);
  return NULL;
}

/* The password as it was typed. */
static DexFuture *
log_in_fiber (gpointer data)
{
  Rig *rig = data;
  const char *text;

  avb_guest_serial_log_in (rig->serial, "engine", "ada", PASSWORD);
  text = avb_guest_serial_run (rig->serial, "sudo -n id -un; getent passwd ada | cut -d: -f5");
  g_assert_nonnull (strstr (text, "\nroot\n"));
  g_assert_nonnull (strstr (text, "\nAda O'Lovelace\n"));
  return NULL;
}

static DexFuture *
agent_fiber (gpointer data)
{
  Rig *rig = data;
  g_autoptr (AvbGuestInfo) info = avb_test_await_boxed (avb_machine_read_guest_info (rig->machine));

  g_assert_cmpint (info->agent, ==, AVB_GUEST_AGENT_ANSWERS);
  g_assert_cmpstr (info->host_name, ==, "engine");
  /* QEMU's own network gives the first guest always this one. */
  g_assert_cmpstr (avb_setup_get_address (rig->setup), ==, "10.0.2.15");
  return NULL;
}

/* What OpenSSH's own client, with the key, gets to see. */
static char *
run_ssh (Rig *rig, GNetworkAddress *address, const char *command)
{
  g_autofree char *port = g_strdup_printf ("%u", g_network_address_get_port (address));
  g_autofree char *where = g_strconcat ("ada@", g_network_address_get_hostname (address), NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) ssh = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "ssh", "-F", "none", "-i", rig->key, "-p", port, "-o", "BatchMode=yes", "-o",
      "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", where, command, NULL);
  char *output = NULL;

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (ssh, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  return output;
}

static DexFuture *
ssh_fiber (gpointer data)
{
  Rig *rig = data;
  g_autoptr (GNetworkAddress) address = avb_test_await_object (avb_guest_port_reach (rig->machine, 22));
  g_autoptr (GNetworkAddress) again = avb_test_await_object (avb_guest_port_reach (rig->machine, 22));
  g_autofree char *output = NULL;
  guint64 size;

  g_assert_cmpstr (g_network_address_get_hostname (address), ==, "127.0.0.1");
  g_assert_cmpuint (g_network_address_get_port (address), ==, g_network_address_get_port (again));
  output = run_ssh (rig, address, "id -un; hostname; lsblk -bnro SIZE /dev/vda1");
  g_assert_true (g_str_has_prefix (output, "ada\nengine\n"));
  /* The partition fills the disk. */
  size = g_ascii_strtoull (output + strlen ("ada\nengine\n"), NULL, 10);
  g_assert_cmpuint (size, >, 5 * GIB - 100 * 1024 * 1024);
  return NULL;
}

static AvbMachineSpec *
read_spec (Rig *rig)
{
  return avb_test_await_object (avb_machine_read_spec (rig->machine));
}

/* Once it is off nothing that served the first boot is left. */
static DexFuture *
shut_down_fiber (gpointer data)
{
  Rig *rig = data;
  g_autoptr (AvbMachineSpec) before = read_spec (rig);
  g_autoptr (AvbMachineSpec) after = NULL;

  g_assert_cmpuint (avb_machine_spec_get_disks (before)->len, ==, 2);
  g_assert_cmpstr (avb_machine_get_setting (rig->machine, AVB_SETUP_USER_SETTING), ==, "ada");
  avb_test_await (avb_machine_shut_down (rig->machine));
  avb_test_until_true (avb_machine_get_state (rig->machine) == AVB_MACHINE_OFF);
  avb_test_until_true (avb_setup_get_ended (rig->setup));
  after = read_spec (rig);
  g_assert_cmpuint (avb_machine_spec_get_disks (after)->len, ==, 1);
  g_assert_false (avb_machine_spec_get_extra (after, AVB_EXTRA_SETUP_CHANNEL));
  g_assert_cmpstr (avb_machine_get_setting (rig->machine, AVB_SETUP_SETTING), ==, NULL);
  g_assert_cmpstr (avb_machine_get_setting (rig->machine, AVB_SETUP_STARTED_SETTING), ==, NULL);
  g_assert_cmpstr (avb_machine_get_setting (rig->machine, AVB_SETUP_USER_SETTING), ==, "ada");
  avb_test_until_true (avb_session_test_count_files () == 1);
  return NULL;
}

static DexFuture *
delete_fiber (gpointer data)
{
  Rig *rig = data;

  if (avb_machine_get_state (rig->machine) != AVB_MACHINE_OFF)
    {
      avb_test_await (avb_machine_force_off (rig->machine));
      avb_test_until_true (avb_machine_get_state (rig->machine) == AVB_MACHINE_OFF);
    }
  avb_library_delete_later (rig->library, rig->machine, AVB_DELETE_DISKS);
  avb_test_await (avb_library_delete_now (rig->library, rig->machine));
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  return NULL;
}

static void
rig_open (Rig *rig)
{
  g_autoptr (GListModel) backends = avb_builtin_backends ();
  g_autoptr (GError) error = NULL;

  rig->library = avb_library_new (backends);
  rig->setups = avb_setup_list_new (rig->library);
  rig->connection = avb_library_open (rig->library, NULL, &error);
  g_assert_no_error (error);
  avb_test_run_fiber (open_fiber, rig);
}

static void
rig_close (Rig *rig)
{
  avb_test_run_fiber (delete_fiber, rig);
  avb_guest_serial_close (rig->serial);
  g_clear_object (&rig->setup);
  g_object_unref (rig->setups);
  g_object_unref (rig->machine);
  g_object_unref (rig->library);
  g_free (rig->key);
}

static void
test_becomes_what_was_wished (void)
{
  Rig rig = { 0 };

  if (g_getenv ("AVB_TEST_CLOUD") == NULL)
    {
      g_test_skip ("there is no cloud image: it is made where there is apt");
      return;
    }
  rig_open (&rig);
  rig.key = avb_fixture_path (folder, "key");
  avb_fixture_run ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ada@laptop", "-f", rig.key, NULL);
  avb_test_run_fiber (start_with_wishes_fiber, &rig);
  wait_for (&rig, AVB_SETUP_READY);
  avb_test_run_fiber (log_in_fiber, &rig);
  avb_test_run_fiber (agent_fiber, &rig);
  avb_test_run_fiber (ssh_fiber, &rig);
  avb_test_run_fiber (shut_down_fiber, &rig);
  rig_close (&rig);
}

static DexFuture *
start_with_user_data_fiber (gpointer data)
{
  Rig *rig = data;
  g_autoptr (AvbDraft) draft = make_draft (rig);

  g_object_set (avb_draft_get_first_boot (draft), "user-data", "#cloud-config\nruncmd:\n- [sh, -c, 'exit 3']\n", NULL);
  start (rig, draft);
  rig->serial = avb_guest_serial_open (rig->machine);
  return NULL;
}

/* What cloud-init could not do is told in its own words, and the machine goes on. */
static void
test_says_what_failed (void)
{
  Rig rig = { 0 };

  if (g_getenv ("AVB_TEST_CLOUD") == NULL)
    {
      g_test_skip ("there is no cloud image: it is made where there is apt");
      return;
    }
  rig_open (&rig);
  avb_test_run_fiber (start_with_user_data_fiber, &rig);
  wait_for (&rig, AVB_SETUP_FAILED);
  g_test_message ("%s", avb_setup_get_message (rig.setup));
  g_assert_nonnull (strstr (avb_setup_get_message (rig.setup), "1 failures (runcmd)"));
  g_assert_cmpint (avb_machine_get_state (rig.machine), ==, AVB_MACHINE_RUNNING);
  rig_close (&rig);
}

int
main (int argc, char **argv)
{
  int result;

  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  g_test_add_func ("/Avb/Cloud/becomes-what-was-wished", test_becomes_what_was_wished);
  g_test_add_func ("/Avb/Cloud/says-what-failed", test_says_what_failed);
  result = g_test_run ();
  avb_test_remove_folder (folder);
  g_free (folder);
  return result;
}
