/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* "Install for me" with the real Debian installer: it reads what the program told it, fetches its parts from a mirror on
 * loopback, and divides the disk without a question. Emulated; run in tests/tools/with-home. */

#include "config.h"

#include "app/avb-draft.h"

#include <string.h>

#include "app/avb-setup.h"
#include "backends/avb-error.h"
#include "mirror.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

/* Emulated, on a computer that does other things too. */
#define INSTALLER_SECONDS 1500

static char *folder;

static AvbMedium *
make_medium (const char *installer)
{
  g_autofree char *path = avb_fixture_path (folder, "debian.iso");
  g_autofree char *kernel = g_build_filename (installer, "linux", NULL);
  g_autofree char *initrd = g_build_filename (installer, "initrd.gz", NULL);
  g_autofree char *from_kernel = g_strconcat ("install.amd/vmlinuz=", kernel, NULL);
  g_autofree char *from_initrd = g_strconcat ("install.amd/initrd.gz=", initrd, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  /* As Debian calls its discs, and where it puts them: see libosinfo's database. */
  avb_fixture_run ("xorriso", "-as", "mkisofs", "-quiet", "-r", "-V", "Debian trixie-DI-rc1 amd64 n", "-o", path,
                   "-graft-points", from_kernel, from_initrd, NULL);
  return avb_test_await_object (avb_medium_inspect (file));
}

static AvbDraft *
make_draft (AvbLibrary *library, AvbConnection *connection, AvbMedium *medium, Mirror *mirror)
{
  AvbDraft *draft = avb_test_await_object (avb_draft_new (library, connection, medium));
  AvbMachineSpec *spec = avb_draft_get_spec (draft);
  AvbFirstBoot *wishes = avb_draft_get_first_boot (draft);
  g_autofree char *arguments =
      g_strdup_printf ("mirror/country=manual mirror/http/hostname=10.0.2.2:%u mirror/http/directory=/ "
                       "debian-installer/allow_unauthenticated=true",
                       mirror_get_port (mirror));

  avb_machine_spec_set_cpus (spec, 2);
  avb_machine_spec_set_memory_mib (spec, 1024);
  avb_machine_spec_set_accelerated (spec, FALSE);
  avb_machine_spec_set_extra (spec, AVB_EXTRA_SOUND, FALSE);
  avb_machine_spec_set_kernel_arguments (spec, arguments);
  avb_draft_set_disk_size (draft, (guint64) 4 << 30);
  g_object_set (wishes, "user", "ada", "full-name", "Ada O'Lovelace", "password", "a \"b\" $c `d` \\", "host-name",
                "engine", "language", "de_DE", "keyboard", "de", "time-zone", "Europe/Berlin", "desktop", FALSE,
                "snapshot", FALSE, NULL);
  avb_first_boot_set_mode (wishes, AVB_FIRST_BOOT_INSTALL);
  return draft;
}

/* What the guest wrote to its disk until now. */
static gboolean
is_divided (const char *disk)
{
  g_autofree char *head = avb_fixture_path (folder, "head.raw");
  g_autofree char *input = g_strconcat ("if=", disk, NULL);
  g_autofree char *output = g_strconcat ("of=", head, NULL);
  g_autofree char *bytes = NULL;
  gsize length = 0;
  const char *const arguments[] = { "qemu-img", "dd", "-U", "-f", "qcow2", "-O", "raw", "bs=512", "count=1", input, output,
                                    NULL };

  if (!g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL) ||
      !g_file_get_contents (head, &bytes, &length, NULL) || length < 512)
    return FALSE;
  /* The mark of a table, and the type of its first partition. */
  return (guint8) bytes[510] == 0x55 && (guint8) bytes[511] == 0xaa && bytes[0x1be + 4] != 0;
}

static void
wait_for_partitions (const char *disk, AvbMachine *machine, AvbSetup *setup)
{
  const gint64 end = g_get_monotonic_time () + INSTALLER_SECONDS * G_USEC_PER_SEC;

  while (!is_divided (disk))
    {
      const gint64 next = g_get_monotonic_time () + 3 * G_USEC_PER_SEC;

      if (g_get_monotonic_time () > end || avb_machine_get_state (machine) != AVB_MACHINE_RUNNING)
        g_error ("the installer did not divide the disk; it said last: %s", avb_setup_get_message (setup));
      while (g_get_monotonic_time () < next)
        avb_test_pass_time ();
    }
}

static const AvbDiskSpec *
find_disk (AvbMachineSpec *spec)
{
  GPtrArray *disks = avb_machine_spec_get_disks (spec);

  for (guint i = 0; i < disks->len; i++)
    if (((AvbDiskSpec *) disks->pdata[i])->device == AVB_DISK_DEVICE_DISK)
      return disks->pdata[i];
  return NULL;
}

static guint
count_files (void)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "alpha-vbox", "disks", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static DexFuture *
divides_the_disk (gpointer data)
{
  const char *installer = g_getenv ("AVB_TEST_INSTALLER");
  g_autofree char *files = NULL;
  g_autoptr (GListModel) backends = NULL;
  g_autoptr (AvbLibrary) library = NULL;
  g_autoptr (GListModel) setups = NULL;
  g_autoptr (AvbSetup) setup = NULL;
  g_autoptr (AvbMedium) medium = NULL;
  g_autoptr (AvbDraft) draft = NULL;
  g_autoptr (AvbOperation) operation = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (AvbMachineSpec) after = NULL;
  g_autoptr (GError) error = NULL;
  AvbConnection *connection;
  Mirror *mirror;

  if (installer == NULL)
    {
      g_test_skip ("the Debian installer could not be fetched");
      return NULL;
    }
  files = g_build_filename (installer, "mirror", NULL);
  mirror = mirror_new (files);
  backends = avb_builtin_backends ();
  library = avb_library_new (backends);
  setups = avb_setup_list_new (library);
  connection = avb_library_open (library, NULL, &error);
  g_assert_no_error (error);
  medium = make_medium (installer);
  g_assert_cmpstr (avb_medium_get_os_id (medium), ==, "http://debian.org/debian/13");
  draft = make_draft (library, connection, medium, mirror);
  g_assert_true (avb_draft_get_can_create (draft));
  operation = avb_operation_new ("installing");
  machine = avb_test_await_object (avb_draft_create (draft, operation, TRUE));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  spec = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_nonnull (avb_machine_spec_get_kernel (spec));
  g_assert_nonnull (avb_machine_spec_get_initrd (spec));
  avb_test_until_true (g_list_model_get_n_items (setups) == 1);
  setup = g_list_model_get_item (setups, 0);
  avb_test_until_true (avb_setup_get_state (setup) == AVB_SETUP_WORKING);

  wait_for_partitions (find_disk (spec)->path, machine, setup);
  g_assert_cmpuint (mirror_count (mirror), >, 20);

  /* Whatever ends the installation: nothing of it stays in the machine, and only the user's disk and disc do. */
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_setup_get_state (setup) == AVB_SETUP_READY);
  after = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_cmpstr (avb_machine_spec_get_kernel (after), ==, NULL);
  g_assert_cmpstr (avb_machine_spec_get_initrd (after), ==, NULL);
  g_assert_cmpstr (avb_machine_spec_get_kernel_arguments (after), ==, NULL);
  g_assert_false (avb_machine_spec_get_extra (after, AVB_EXTRA_SETUP_CHANNEL));
  g_assert_cmpstr (avb_machine_get_setting (machine, AVB_SETUP_SETTING), ==, NULL);
  avb_test_until_true (count_files () == 1);

  avb_library_delete_later (library, machine, AVB_DELETE_DISKS);
  avb_test_await (avb_library_delete_now (library, machine));
  g_assert_cmpuint (count_files (), ==, 0);
  mirror_free (mirror);
  return NULL;
}

int
main (int argc, char **argv)
{
  int result;

  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  avb_test_add_fiber ("/Avb/Install/divides-the-disk", divides_the_disk);
  result = g_test_run ();
  avb_test_remove_folder (folder);
  g_free (folder);
  return result;
}
