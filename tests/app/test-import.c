/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Appliances and compressed disk images become machines of the user's real libvirt. Run in tests/tools/with-home. */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/avb-draft.h"
#include "app/avb-unpack.h"
#include "backends/avb-error.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

#define MIB (1024 * 1024)

static char *folder;

static void
run_in_folder (const char *command)
{
  const char *arguments[] = { "/bin/sh", "-ec", command, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (folder, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
}

/* A disk with a mark at its second MiB. */
static void
make_raw (const char *name, guint mib)
{
  g_autofree char *content = g_malloc0 (mib * MIB);

  memset (content + MIB, 0xa5, 4096);
  g_free (avb_fixture_write (folder, name, content, mib * MIB));
}

/* The hand-written description of VirtualBox's kind, with its disk and its manifest. */
static void
make_virtualbox_package (void)
{
  g_autofree char *source = g_build_filename (g_getenv ("AVB_OVF"), "virtualbox.ovf", NULL);
  g_autofree char *text = NULL;
  gsize length;

  make_raw ("web.raw", 64);
  g_assert_true (g_file_get_contents (source, &text, &length, NULL));
  g_free (avb_fixture_write (folder, "web.ovf", text, length));
  run_in_folder ("rm -f *.ova *.mf *.vmdk; qemu-img convert -O vmdk -o subformat=streamOptimized web.raw web-disk001.vmdk");
  run_in_folder ("for f in web.ovf web-disk001.vmdk; do echo \"SHA256 ($f) = $(sha256sum $f | cut -d' ' -f1)\"; done > web.mf");
}

static AvbMedium *
inspect (const char *name)
{
  g_autofree char *path = avb_fixture_path (folder, name);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return avb_test_await_object (avb_medium_inspect (file));
}

static void
refuse (const char *name, const char *words)
{
  g_autofree char *path = avb_fixture_path (folder, name);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbMedium) medium = dex_await_object (avb_medium_inspect (file), &error);

  g_assert_null (medium);
  g_assert_true (error->domain == AVB_ERROR);
  if (strstr (error->message, words) == NULL)
    g_error ("%s: not “%s”, but “%s”", name, words, error->message);
}

static guint
count_files (const char *first, const char *second)
{
  g_autofree char *path = g_build_filename (first, "alpha-vbox", second, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
assert_nothing_left (guint disks)
{
  g_assert_cmpuint (count_files (g_get_user_data_dir (), "disks"), ==, disks);
  g_assert_cmpuint (count_files (g_get_user_cache_dir (), "unpacked"), ==, 0);
}

static AvbLibrary *
make_library (AvbConnection **connection)
{
  g_autoptr (GListModel) backends = avb_builtin_backends ();
  AvbLibrary *library = avb_library_new (backends);

  *connection = avb_library_open (library, "qemu:///session", NULL);
  g_assert_nonnull (*connection);
  return library;
}

static AvbDraft *
make_draft (AvbLibrary *library, AvbConnection *connection, AvbMedium *medium)
{
  AvbDraft *draft = avb_test_await_object (avb_draft_new (library, connection, medium));

  avb_machine_spec_set_accelerated (avb_draft_get_spec (draft), FALSE);
  return draft;
}

static AvbMachine *
create (AvbDraft *draft, gboolean start)
{
  g_autofree char *title = avb_draft_dup_job_title (draft);
  g_autoptr (AvbOperation) operation = avb_operation_new (title);

  return avb_test_await_object (avb_draft_create (draft, operation, start));
}

static void
delete (AvbLibrary *library, AvbMachine *machine)
{
  if (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING)
    {
      avb_test_await (avb_machine_force_off (machine));
      avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
    }
  avb_library_delete_later (library, machine, AVB_DELETE_DISKS);
  avb_test_await (avb_library_delete_now (library, machine));
}

static void
assert_disk_has_mark (const char *path)
{
  g_autofree char *raw = avb_fixture_path (folder, "back.raw");
  g_autofree char *text = NULL;
  gsize length;

  avb_fixture_run ("qemu-img", "convert", "-U", "-f", "qcow2", "-O", "raw", path, raw, NULL);
  g_assert_true (g_file_get_contents (raw, &text, &length, NULL));
  g_assert_cmpuint (length, >=, 2 * MIB);
  g_assert_cmphex ((guint8) text[MIB], ==, 0xa5);
  g_assert_cmphex ((guint8) text[MIB + 4096], ==, 0);
  g_unlink (raw);
}

static void
check_virtualbox_machine (AvbMachine *machine)
{
  g_autoptr (AvbMachineSpec) spec = avb_test_await_object (avb_machine_read_spec (machine));
  GPtrArray *disks = avb_machine_spec_get_disks (spec);
  GPtrArray *interfaces = avb_machine_spec_get_interfaces (spec);
  const AvbDiskSpec *disk;

  g_assert_cmpstr (avb_machine_spec_get_name (spec), ==, "Web Server");
  g_assert_cmpstr (avb_machine_spec_get_os_id (spec), ==, "http://debian.org/debian/12");
  g_assert_cmpuint (avb_machine_spec_get_memory_mib (spec), ==, 1024);
  g_assert_cmpint (avb_machine_spec_get_firmware (spec), ==, AVB_FIRMWARE_UEFI);
  g_assert_cmpuint (interfaces->len, ==, 2);
  g_assert_cmpstr (((AvbInterfaceSpec *) interfaces->pdata[0])->model, ==, "e1000");
  g_assert_cmpstr (((AvbInterfaceSpec *) interfaces->pdata[1])->model, ==, "virtio");
  g_assert_cmpuint (disks->len, ==, 2);
  g_assert_cmpint (((AvbDiskSpec *) disks->pdata[0])->device, ==, AVB_DISK_DEVICE_CDROM);
  disk = disks->pdata[1];
  g_assert_cmpint (disk->bus, ==, AVB_DISK_BUS_SATA);
  g_assert_cmpuint (disk->boot_order, ==, 1);
  assert_disk_has_mark (disk->path);
}

static void
import_and_delete (const char *name, gboolean start)
{
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = make_library (&connection);
  g_autoptr (AvbMedium) medium = inspect (name);
  g_autoptr (AvbDraft) draft = make_draft (library, connection, medium);
  g_autoptr (AvbMachine) machine = NULL;

  g_assert_cmpint (avb_medium_get_kind (medium), ==, AVB_MEDIUM_APPLIANCE);
  g_assert_cmpstr (avb_medium_get_os_name (medium), ==, "Debian 12");
  g_assert_true (avb_draft_get_can_create (draft));
  machine = create (draft, start);
  check_virtualbox_machine (machine);
  delete (library, machine);
  assert_nothing_left (0);
}

static DexFuture *
archives_run (gpointer data)
{
  make_virtualbox_package ();
  run_in_folder ("tar --format=ustar -cf web.ova web.ovf web.mf web-disk001.vmdk");
  import_and_delete ("web.ova", TRUE);
  return NULL;
}

static DexFuture *
folders_are_read (gpointer data)
{
  make_virtualbox_package ();
  import_and_delete ("web.ovf", FALSE);
  return NULL;
}

/* A disk whose checksum is wrong is known once it was read: nothing of it stays. */
static DexFuture *
wrong_disks_leave_nothing (gpointer data)
{
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = make_library (&connection);
  g_autoptr (AvbMedium) medium = NULL;
  g_autoptr (AvbDraft) draft = NULL;
  g_autoptr (AvbOperation) operation = avb_operation_new ("Import");

  make_virtualbox_package ();
  run_in_folder ("sed -i '/vmdk/s/= ./= 0/; /vmdk/s/= .\\(.\\)/= f\\1/; s/= f/= 00f/' web.mf; "
                 "sed -i '/ovf/d' web.mf; tar --format=ustar -cf web.ova web.ovf web.mf web-disk001.vmdk");
  medium = inspect ("web.ova");
  draft = make_draft (library, connection, medium);
  avb_test_await_error (avb_draft_create (draft, operation, FALSE), AVB_ERROR, AVB_ERROR_INVALID);
  assert_nothing_left (0);
  return NULL;
}

static DexFuture *
bad_archives_are_refused (gpointer data)
{
  make_virtualbox_package ();
  run_in_folder ("tar --format=ustar -cf lacks.ova web.ovf web.mf");
  refuse ("lacks.ova", "lacks the disk");
  run_in_folder ("sed 's/Web Server/Web server/' web.ovf > other.ovf; mkdir -p x; cp other.ovf x/web.ovf; cp web.mf web-disk001.vmdk x; "
                 "tar --format=ustar -C x -cf digest.ova web.ovf web.mf web-disk001.vmdk");
  refuse ("digest.ova", "checksum is wrong");
  run_in_folder ("rm -rf x; mkdir x; cp web.ovf x; ln -s /etc/passwd x/web-disk001.vmdk; "
                 "tar --format=ustar -C x -cf link.ova web.ovf web-disk001.vmdk; rm -r x");
  refuse ("link.ova", "links or devices");
  run_in_folder ("tar --format=ustar -P --transform='s,web-disk001,../web-disk001,' -cf up.ova web.ovf web-disk001.vmdk");
  refuse ("up.ova", "outside of the appliance");
  run_in_folder ("tar --format=ustar --hard-dereference -cf twice.ova web.ovf web-disk001.vmdk web.ovf");
  refuse ("twice.ova", "same name");
  run_in_folder ("tar --format=ustar -cf none.ova web-disk001.vmdk");
  refuse ("none.ova", "no OVF description");
  run_in_folder ("tar --format=ustar -cf whole.ova web.ovf web-disk001.vmdk; head -c 9000 whole.ova > cut.ova");
  refuse ("cut.ova", "damaged");
  run_in_folder ("rm web-disk001.vmdk; ln -s /etc/passwd web-disk001.vmdk");
  refuse ("web.ovf", "lacks the disk");
  return NULL;
}

/* Each compression, and an image that is its own format inside. */
static DexFuture *
compressed_images_are_unpacked (gpointer data)
{
  static const char *const names[] = { "disk.qcow2.gz", "disk.qcow2.xz", "disk.qcow2.zst", "disk.raw.gz" };
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = make_library (&connection);

  make_raw ("disk.raw", 8);
  run_in_folder ("qemu-img convert -O qcow2 disk.raw disk.qcow2; gzip -kf disk.qcow2; xz -kf disk.qcow2; "
                 "zstd -qkf disk.qcow2; gzip -kf disk.raw");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (AvbMedium) medium = inspect (names[i]);
      g_autoptr (AvbDraft) draft = make_draft (library, connection, medium);
      g_autoptr (AvbMachine) machine = NULL;
      g_autoptr (AvbMachineSpec) spec = NULL;

      g_assert_cmpint (avb_medium_get_kind (medium), ==, AVB_MEDIUM_DISK);
      g_assert_true (g_str_has_suffix (names[i], avb_medium_get_compression (medium)));
      g_assert_cmpstr (avb_medium_get_format (medium), ==, strstr (names[i], "raw") != NULL ? "raw" : "qcow2");
      machine = create (draft, FALSE);
      spec = avb_test_await_object (avb_machine_read_spec (machine));
      assert_disk_has_mark (((AvbDiskSpec *) avb_machine_spec_get_disks (spec)->pdata[0])->path);
      delete (library, machine);
      assert_nothing_left (0);
    }
  return NULL;
}

static void
fail_to_create (AvbLibrary *library, AvbConnection *connection, const char *name)
{
  g_autoptr (AvbMedium) medium = inspect (name);
  g_autoptr (AvbDraft) draft = make_draft (library, connection, medium);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Import");

  avb_test_await_error (avb_draft_create (draft, operation, FALSE), AVB_ERROR, AVB_ERROR_INVALID);
  assert_nothing_left (0);
}

static DexFuture *
bad_packed_images_leave_nothing (gpointer data)
{
  AvbConnection *connection;
  g_autoptr (AvbLibrary) library = make_library (&connection);
  g_autofree char *bomb = avb_fixture_path (folder, "bomb");
  g_autoptr (AvbOperation) operation = avb_operation_new ("Unpack");

  make_raw ("disk.raw", 8);
  /* Cut off, and with a backing file. */
  run_in_folder ("dd if=/dev/urandom of=noise.img bs=1M count=2 status=none; printf '\\125\\252' | dd of=noise.img bs=1 seek=510 "
                 "conv=notrunc status=none; gzip -kf noise.img; head -c 1000000 noise.img.gz > cut.img.gz");
  fail_to_create (library, connection, "cut.img.gz");
  run_in_folder ("qemu-img create -q -f qcow2 -b /etc/passwd -F raw evil.qcow2; xz -kf evil.qcow2");
  refuse ("evil.qcow2.xz", "backing file");

  /* A small file that holds a gibibyte. */
  run_in_folder ("head -c 1G /dev/zero | gzip -1 > bomb");
  avb_test_await_error (avb_unpack_file (bomb, 0, 4 * MIB + 700 * 1024, 16 * MIB, "bomb", operation), AVB_ERROR,
                        AVB_ERROR_INVALID);
  assert_nothing_left (0);
  return NULL;
}

int
main (int argc, char **argv)
{
  int status;

  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  avb_test_add_fiber ("/Avb/Import/archives-run", archives_run);
  avb_test_add_fiber ("/Avb/Import/folders-are-read", folders_are_read);
  avb_test_add_fiber ("/Avb/Import/wrong-disks-leave-nothing", wrong_disks_leave_nothing);
  avb_test_add_fiber ("/Avb/Import/bad-archives-are-refused", bad_archives_are_refused);
  avb_test_add_fiber ("/Avb/Import/compressed-images-are-unpacked", compressed_images_are_unpacked);
  avb_test_add_fiber ("/Avb/Import/bad-packed-images-leave-nothing", bad_packed_images_leave_nothing);
  status = g_test_run ();
  avb_test_remove_folder (folder);
  g_free (folder);
  return status;
}
