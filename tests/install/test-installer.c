/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* "Install for me" with the real Debian installer: it reads what the program told it, fetches its parts from a mirror on
 * loopback, and divides the disk without a question. Where the mirror has the packages of a system, too (./dev test
 * --slow), it goes on to its end, and what was installed is started. Emulated; run in tests/tools/with-home. */

#include "config.h"

#include "app/avb-draft.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "app/avb-setup.h"
#include "backends/avb-error.h"
#include "backends/avb-snapshot.h"
#include "mirror.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-guest-serial.h"
#include "tests/backends/avb-session-test.h"

/* Emulated, on a computer that does other things too. */
#define PARTITIONS_SECONDS 1500
#define INSTALLED_SECONDS 5400
#define BOOT_SECONDS 900

#define PASSWORD "a \"b\" $c `d` \\"

static char *folder;

typedef struct {
  const char     *installer;
  gboolean        whole; /* to the end */
  Mirror         *mirror;
  AvbLibrary     *library;
  AvbConnection  *connection;
  GListModel     *setups;
  AvbSetup       *setup;
  AvbMachine     *machine;
  AvbGuestSerial *serial;
  char           *disk;
} Rig;

static void
add_entry (struct archive *archive, const char *path, guint mode, const char *text)
{
  struct archive_entry *entry = archive_entry_new ();

  archive_entry_set_pathname (entry, path);
  archive_entry_set_mode (entry, mode);
  archive_entry_set_size (entry, (gint64) strlen (text));
  g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_data (archive, text, strlen (text)), ==, strlen (text));
  archive_entry_free (entry);
}

/* The mirror has no signature, which the installer is told to accept, but not the apt of the system that it installs:
 * what the kernel unpacks last says so before there is one. */
static char *
make_initrd (const char *installer)
{
  static const char script[] = "#!/bin/sh\n"
                               "mkdir -p /target/etc/apt/apt.conf.d\n"
                               "echo 'Acquire::AllowInsecureRepositories 1;' > /target/etc/apt/apt.conf.d/01test\n";
  g_autofree char *theirs = g_build_filename (installer, "initrd.gz", NULL);
  g_autofree char *bytes = NULL;
  char *path = avb_fixture_path (folder, "initrd.gz");
  struct archive *archive = archive_write_new ();
  g_autoptr (GError) error = NULL;
  gsize size, used = 0;

  g_file_get_contents (theirs, &bytes, &size, &error);
  g_assert_no_error (error);
  bytes = g_realloc (bytes, size + 65536);
  archive_write_set_format_cpio_newc (archive);
  archive_write_add_filter_gzip (archive);
  g_assert_cmpint (archive_write_open_memory (archive, bytes + size, 65536, &used), ==, ARCHIVE_OK);
  add_entry (archive, "usr", AE_IFDIR | 0755, "");
  add_entry (archive, "usr/lib", AE_IFDIR | 0755, "");
  add_entry (archive, "usr/lib/base-installer.d", AE_IFDIR | 0755, "");
  add_entry (archive, "usr/lib/base-installer.d/01test", AE_IFREG | 0755, script);
  g_assert_cmpint (archive_write_free (archive), ==, ARCHIVE_OK);
  g_file_set_contents (path, bytes, (gssize) (size + used), &error);
  g_assert_no_error (error);
  return path;
}

static AvbMedium *
make_medium (const char *installer)
{
  g_autofree char *path = avb_fixture_path (folder, "debian.iso");
  g_autofree char *kernel = g_build_filename (installer, "linux", NULL);
  g_autofree char *initrd = make_initrd (installer);
  g_autofree char *from_kernel = g_strconcat ("install.amd/vmlinuz=", kernel, NULL);
  g_autofree char *from_initrd = g_strconcat ("install.amd/initrd.gz=", initrd, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  /* As Debian calls its discs, and where it puts them: see libosinfo's database. */
  avb_fixture_run ("xorriso", "-as", "mkisofs", "-quiet", "-r", "-V", "Debian trixie-DI-rc1 amd64 n", "-o", path,
                   "-graft-points", from_kernel, from_initrd, NULL);
  return avb_test_await_object (avb_medium_inspect (file));
}

static AvbDraft *
make_draft (Rig *rig, AvbMedium *medium)
{
  AvbDraft *draft = avb_test_await_object (avb_draft_new (rig->library, rig->connection, medium));
  AvbMachineSpec *spec = avb_draft_get_spec (draft);
  AvbFirstBoot *wishes = avb_draft_get_first_boot (draft);
  g_autofree char *arguments =
      g_strdup_printf ("mirror/country=manual mirror/http/hostname=10.0.2.2:%u mirror/http/directory=/ "
                       "debian-installer/allow_unauthenticated=true clock-setup/ntp=false",
                       mirror_get_port (rig->mirror));

  avb_machine_spec_set_cpus (spec, 2);
  avb_machine_spec_set_memory_mib (spec, 1024);
  avb_machine_spec_set_accelerated (spec, FALSE);
  /* Without a screen, which takes an emulated processor most of its time. */
  avb_machine_spec_set_graphics (spec, FALSE);
  avb_machine_spec_set_kernel_arguments (spec, arguments);
  avb_draft_set_disk_size (draft, (guint64) 8 << 30);
  g_object_set (wishes, "user", "ada", "full-name", "Ada O'Lovelace", "password", PASSWORD, "host-name", "engine",
                "language", "en_US", "keyboard", "de", "time-zone", "Europe/Berlin", "desktop", FALSE,
                "snapshot", rig->whole, NULL);
  avb_first_boot_set_mode (wishes, AVB_FIRST_BOOT_INSTALL);
  return draft;
}

/* What the guest wrote to its disk until now. */
static gboolean
is_divided (Rig *rig)
{
  g_autofree char *head = avb_fixture_path (folder, "head.raw");
  g_autofree char *input = g_strconcat ("if=", rig->disk, NULL);
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

/* Until then the guest must go on, which takes longer than a fiber may. */
static void
wait (Rig *rig, const char *what, gboolean (*reached) (Rig *rig), guint seconds)
{
  const gint64 start = g_get_monotonic_time ();
  const gint64 end = start + (gint64) seconds * G_USEC_PER_SEC;
  g_autofree char *said = NULL;

  while (!reached (rig))
    {
      const gint64 next = g_get_monotonic_time () + 3 * G_USEC_PER_SEC;

      if (g_set_str (&said, avb_setup_get_message (rig->setup)))
        g_test_message ("after %d s the guest says: %s", (int) ((g_get_monotonic_time () - start) / G_USEC_PER_SEC), said);
      if (g_get_monotonic_time () > end || avb_setup_get_state (rig->setup) == AVB_SETUP_FAILED)
        {
          g_autofree char *tail = avb_guest_serial_tail (rig->serial);

          g_error ("the guest did not come as far as %s; it wrote: %s", what, tail);
        }
      while (g_get_monotonic_time () < next)
        avb_test_pass_time ();
    }
  g_test_message ("%s after %d s", what, (int) ((g_get_monotonic_time () - start) / G_USEC_PER_SEC));
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

static DexFuture *
start_fiber (gpointer data)
{
  Rig *rig = data;
  g_autoptr (AvbMedium) medium = make_medium (rig->installer);
  g_autoptr (AvbDraft) draft = make_draft (rig, medium);
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
  rig->serial = avb_guest_serial_open (rig->machine);
  return NULL;
}

static gboolean
is_installed (Rig *rig)
{
  return avb_setup_get_ended (rig->setup) && avb_machine_get_state (rig->machine) == AVB_MACHINE_RUNNING;
}

static gboolean
asks_who (Rig *rig)
{
  return strstr (avb_guest_serial_get (rig->serial), "engine login: ") != NULL;
}

/* Whatever ended the installation: nothing of it stays in the machine. */
static void
check_stripped (Rig *rig)
{
  g_autoptr (AvbMachineSpec) after = avb_test_await_object (avb_machine_read_spec (rig->machine));

  g_assert_cmpint (avb_setup_get_state (rig->setup), ==, AVB_SETUP_READY);
  g_assert_cmpstr (avb_machine_spec_get_kernel (after), ==, NULL);
  g_assert_cmpstr (avb_machine_spec_get_initrd (after), ==, NULL);
  g_assert_cmpstr (avb_machine_spec_get_kernel_arguments (after), ==, NULL);
  g_assert_false (avb_machine_spec_get_extra (after, AVB_EXTRA_SETUP_CHANNEL));
  g_assert_cmpstr (avb_machine_get_setting (rig->machine, AVB_SETUP_SETTING), ==, NULL);
}

static DexFuture *
switch_off_fiber (gpointer data)
{
  Rig *rig = data;

  avb_test_await (avb_machine_force_off (rig->machine));
  avb_test_until_true (avb_setup_get_state (rig->setup) == AVB_SETUP_READY);
  check_stripped (rig);
  /* Only the user's disk. */
  avb_test_until_true (avb_session_test_count_files () == 1);
  return NULL;
}

/* The program has started it from its disk, after a snapshot. */
static DexFuture *
open_installed_fiber (gpointer data)
{
  Rig *rig = data;
  g_autoptr (GPtrArray) snapshots = avb_test_await_boxed (avb_machine_list_snapshots (rig->machine));

  check_stripped (rig);
  g_assert_cmpuint (snapshots->len, ==, 1);
  g_assert_cmpstr (((AvbSnapshot *) snapshots->pdata[0])->name, ==, "Freshly Installed");
  avb_guest_serial_close (rig->serial);
  rig->serial = avb_guest_serial_open (rig->machine);
  return NULL;
}

/* The password is the one that was typed, and its owner may become root with it. */
static DexFuture *
log_in_fiber (gpointer data)
{
  Rig *rig = data;
  const char *text;

  avb_guest_serial_log_in (rig->serial, "engine", "ada", PASSWORD);
  text = avb_guest_serial_run (rig->serial, "getent passwd ada | cut -d: -f5; readlink /etc/localtime; "
                                            "grep XKBLAYOUT /etc/default/keyboard; id -nG; hostname; echo $LANG");
  g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, "\nAda O'Lovelace"));
  g_assert_nonnull (strstr (text, "/Europe/Berlin\n"));
  g_assert_nonnull (strstr (text, "XKBLAYOUT=\"de\"\n"));
  g_assert_nonnull (strstr (text, " sudo "));
  g_assert_nonnull (strstr (text, "\nengine\nen_US.UTF-8\n"));
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
  g_autofree char *files = g_build_filename (rig->installer, "mirror", NULL);
  g_autoptr (GListModel) backends = avb_builtin_backends ();
  g_autoptr (GError) error = NULL;

  rig->mirror = mirror_new (files);
  rig->library = avb_library_new (backends);
  rig->setups = avb_setup_list_new (rig->library);
  rig->connection = avb_library_open (rig->library, NULL, &error);
  g_assert_no_error (error);
}

static void
rig_close (Rig *rig)
{
  avb_guest_serial_close (rig->serial);
  g_object_unref (rig->setup);
  g_object_unref (rig->setups);
  g_object_unref (rig->machine);
  g_object_unref (rig->library);
  mirror_free (rig->mirror);
  g_free (rig->disk);
}

/* In parts: the installer takes longer than a fiber may. */
static void
test_installer (gconstpointer whole)
{
  Rig rig = { .installer = g_getenv ("AVB_TEST_INSTALLER"), .whole = GPOINTER_TO_INT (whole) };

  if (rig.installer == NULL)
    {
      g_test_skip ("there is no installer: it is fetched where there is apt");
      return;
    }
  rig_open (&rig);
  avb_test_run_fiber (start_fiber, &rig);
  wait (&rig, "a divided disk", is_divided, PARTITIONS_SECONDS);
  g_assert_cmpuint (mirror_count (rig.mirror), >, 20);
  if (rig.whole)
    {
      wait (&rig, "an installed system", is_installed, INSTALLED_SECONDS);
      avb_test_run_fiber (open_installed_fiber, &rig);
      wait (&rig, "the system's login", asks_who, BOOT_SECONDS);
      avb_test_run_fiber (log_in_fiber, &rig);
    }
  else
    avb_test_run_fiber (switch_off_fiber, &rig);
  avb_test_run_fiber (delete_fiber, &rig);
  rig_close (&rig);
}

int
main (int argc, char **argv)
{
  int result;

  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  if (g_getenv ("AVB_TEST_WHOLE_INSTALLATION") != NULL)
    g_test_add_data_func ("/Avb/Install/installs-a-system", GINT_TO_POINTER (TRUE), test_installer);
  else
    g_test_add_data_func ("/Avb/Install/divides-the-disk", GINT_TO_POINTER (FALSE), test_installer);
  result = g_test_run ();
  avb_test_remove_folder (folder);
  g_free (folder);
  return result;
}
