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
make_draft (AvbLibrary *library, AvbConnection *connection, AvbMedium *medium, Mirror *mirror,
            const char *serial)
{
  AvbDraft *draft = avb_test_await_object (avb_draft_new (library, connection, medium));
  AvbMachineSpec *spec = avb_draft_get_spec (draft);
  AvbFirstBoot *wishes = avb_draft_get_first_boot (draft);
  g_autofree char *arguments =
      g_strdup_printf ("mirror/country=manual mirror/http/hostname=10.0.2.2:%u mirror/http/directory=/ "
                       "debian-installer/allow_unauthenticated=true clock-setup/ntp=false console=ttyS0",
                       mirror_get_port (mirror));

  avb_machine_spec_set_cpus (spec, 2);
  avb_machine_spec_set_memory_mib (spec, 1024);
  avb_machine_spec_set_accelerated (spec, FALSE);
  /* Without a screen, which takes an emulated processor most of its time. */
  avb_machine_spec_set_graphics (spec, FALSE);
  avb_machine_spec_set_serial (spec, serial);
  avb_machine_spec_set_kernel_arguments (spec, arguments);
  avb_draft_set_disk_size (draft, (guint64) 4 << 30);
  g_object_set (wishes, "user", "ada", "full-name", "Ada O'Lovelace", "password", "a \"b\" $c `d` \\", "host-name",
                "engine", "language", "en_US", "keyboard", "de", "time-zone", "Europe/Berlin", "desktop", FALSE,
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
wait_for_partitions (const char *disk, AvbMachine *machine, const char *serial)
{
  const gint64 end = g_get_monotonic_time () + INSTALLER_SECONDS * G_USEC_PER_SEC;

  while (!is_divided (disk))
    {
      const gint64 next = g_get_monotonic_time () + 3 * G_USEC_PER_SEC;

      if (g_get_monotonic_time () > end || avb_machine_get_state (machine) != AVB_MACHINE_RUNNING)
        {
          g_autofree char *log = NULL;
          gsize length = 0;

          g_file_get_contents (serial, &log, &length, NULL);
          g_error ("the installer did not divide the disk; it wrote: %s",
                   log != NULL ? log + (length > 3000 ? length - 3000 : 0) : "nothing");
        }
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

typedef struct {
  const char    *installer;
  char          *serial;
  Mirror        *mirror;
  AvbLibrary    *library;
  AvbConnection *connection;
  GListModel    *setups;
  AvbSetup      *setup;
  AvbMachine    *machine;
  char          *disk;
} Rig;

static DexFuture *
start_fiber (gpointer data)
{
  Rig *rig = data;
  g_autoptr (AvbMedium) medium = make_medium (rig->installer);
  g_autoptr (AvbDraft) draft = make_draft (rig->library, rig->connection, medium, rig->mirror, rig->serial);
  g_autoptr (AvbOperation) operation = avb_operation_new ("installing");
  g_autoptr (AvbMachineSpec) spec = NULL;

  g_assert_cmpstr (avb_medium_get_os_id (medium), ==, "http://debian.org/debian/13");
  g_assert_true (avb_draft_get_can_create (draft));
  rig->machine = avb_test_await_object (avb_draft_create (draft, operation, TRUE));
  avb_test_until_true (avb_machine_get_state (rig->machine) == AVB_MACHINE_RUNNING);
  spec = avb_test_await_object (avb_machine_read_spec (rig->machine));
  g_assert_nonnull (avb_machine_spec_get_kernel (spec));
  g_assert_nonnull (avb_machine_spec_get_initrd (spec));
  rig->disk = g_strdup (find_disk (spec)->path);
  avb_test_until_true (g_list_model_get_n_items (rig->setups) == 1);
  rig->setup = g_list_model_get_item (rig->setups, 0);
  avb_test_until_true (avb_setup_get_state (rig->setup) == AVB_SETUP_WORKING);
  return NULL;
}

/* Whatever ends the installation: nothing of it stays in the machine, and only the user's disk and disc do. */
static DexFuture *
end_fiber (gpointer data)
{
  Rig *rig = data;
  g_autoptr (AvbMachineSpec) after = NULL;

  avb_test_await (avb_machine_force_off (rig->machine));
  avb_test_until_true (avb_setup_get_state (rig->setup) == AVB_SETUP_READY);
  after = avb_test_await_object (avb_machine_read_spec (rig->machine));
  g_assert_cmpstr (avb_machine_spec_get_kernel (after), ==, NULL);
  g_assert_cmpstr (avb_machine_spec_get_initrd (after), ==, NULL);
  g_assert_cmpstr (avb_machine_spec_get_kernel_arguments (after), ==, NULL);
  g_assert_false (avb_machine_spec_get_extra (after, AVB_EXTRA_SETUP_CHANNEL));
  g_assert_cmpstr (avb_machine_get_setting (rig->machine, AVB_SETUP_SETTING), ==, NULL);
  avb_test_until_true (avb_session_test_count_files () == 1);

  avb_library_delete_later (rig->library, rig->machine, AVB_DELETE_DISKS);
  avb_test_await (avb_library_delete_now (rig->library, rig->machine));
  g_assert_cmpuint (avb_session_test_count_files (), ==, 0);
  return NULL;
}

/* In parts: the installer takes longer than a fiber may. */
static void
test_divides_the_disk (void)
{
  Rig rig = { .installer = g_getenv ("AVB_TEST_INSTALLER") };
  g_autoptr (GListModel) backends = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *files = NULL;

  if (rig.installer == NULL)
    {
      g_test_skip ("there is no installer: it is fetched where there is apt");
      return;
    }
  files = g_build_filename (rig.installer, "mirror", NULL);
  rig.serial = avb_fixture_path (folder, "serial.log");
  rig.mirror = mirror_new (files);
  backends = avb_builtin_backends ();
  rig.library = avb_library_new (backends);
  rig.setups = avb_setup_list_new (rig.library);
  rig.connection = avb_library_open (rig.library, NULL, &error);
  g_assert_no_error (error);
  avb_test_run_fiber (start_fiber, &rig);
  wait_for_partitions (rig.disk, rig.machine, rig.serial);
  g_assert_cmpuint (mirror_count (rig.mirror), >, 20);
  avb_test_run_fiber (end_fiber, &rig);
  g_object_unref (rig.setup);
  g_object_unref (rig.setups);
  g_object_unref (rig.machine);
  g_object_unref (rig.library);
  mirror_free (rig.mirror);
  g_free (rig.serial);
  g_free (rig.disk);
}

int
main (int argc, char **argv)
{
  int result;

  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  g_test_add_func ("/Avb/Install/divides-the-disk", test_divides_the_disk);
  result = g_test_run ();
  avb_test_remove_folder (folder);
  g_free (folder);
  return result;
}
