/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Definitions, as `virsh dumpxml` writes them and as nobody should, become machines of the user's real libvirt. Run in
 * tests/tools/with-home. */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/avb-draft.h"
#include "backends/avb-error.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

#define MIB (1024 * 1024)

static char *folder;
static AvbLibrary *library;
static AvbConnection *connection;

static void
run_in_folder (const char *command)
{
  g_autoptr (GError) error = NULL;
  const char *arguments[] = { "/bin/sh", "-ec", command, NULL };
  int status;

  g_spawn_sync (folder, (char **) arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
}

/* A disk with a mark at its second MiB. */
static void
make_disk (const char *name)
{
  g_autofree char *content = g_malloc0 (8 * MIB);
  g_autofree char *command = g_strdup_printf ("qemu-img convert -f raw -O qcow2 mark.raw %s; rm mark.raw", name);

  memset (content + MIB, 0xa5, 4096);
  g_free (avb_fixture_write (folder, "mark.raw", content, 8 * MIB));
  run_in_folder (command);
}

static AvbMedium *
inspect (const char *name)
{
  g_autofree char *path = avb_fixture_path (folder, name);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return avb_test_await_object (avb_medium_inspect (file));
}

static AvbDraft *
make_draft (AvbMedium *medium)
{
  AvbDraft *draft = avb_test_await_object (avb_draft_new (library, connection, medium));

  avb_machine_spec_set_accelerated (avb_draft_get_spec (draft), FALSE);
  return draft;
}

static AvbMachine *
create (AvbDraft *draft, gboolean start)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Import");

  g_assert_cmpstr (avb_draft_get_problem_is_fatal (draft) ? avb_draft_get_problem (draft) : NULL, ==, NULL);
  return avb_test_await_object (avb_draft_create (draft, operation, start));
}

static void
switch_off (AvbMachine *machine)
{
  if (avb_machine_get_state (machine) != AVB_MACHINE_RUNNING)
    return;
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
}

static void
delete (AvbMachine *machine, AvbDeleteFlags flags)
{
  switch_off (machine);
  avb_library_delete_later (library, machine, flags);
  avb_test_await (avb_library_delete_now (library, machine));
}

static void
assert_nothing_left (void)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "alpha-vbox", "disks", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  if (dir != NULL)
    g_assert_cmpstr (g_dir_read_name (dir), ==, NULL);
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
  g_unlink (raw);
}

/* What libvirt has of a machine; it lands in the folder, too. */
static char *
dump (const char *machine, const char *name)
{
  g_autofree char *command = g_strdup_printf ("virsh -q -c qemu:///session dumpxml --inactive '%s' > %s", machine, name);
  g_autofree char *path = avb_fixture_path (folder, name);
  char *text = NULL;

  run_in_folder (command);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static char *
dup_between (const char *text, const char *begin, const char *end)
{
  const char *start = strstr (text, begin);

  g_assert_nonnull (start);
  start += strlen (begin);
  g_assert_nonnull (strstr (start, end));
  return g_strndup (start, strstr (start, end) - start);
}

static void
assert_differs (const char *a, const char *b, const char *begin, const char *end)
{
  g_autofree char *one = dup_between (a, begin, end);
  g_autofree char *other = dup_between (b, begin, end);

  g_assert_cmpstr (one, !=, other);
}

/* A definition with this inside of <devices>, and this after them. */
static void
write_definition (const char *name, const char *devices, const char *rest)
{
  g_autofree char *text = g_strdup_printf (
      "<domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>Made Elsewhere</name>"
      "<uuid>11111111-2222-3333-4444-555555555555</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu>"
      "<os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>"
      "<devices>%s</devices>%s</domain>",
      devices, rest);

  g_free (avb_fixture_write (folder, name, text, -1));
}

static AvbMachine *
create_original (void)
{
  g_autoptr (AvbMedium) medium = NULL;
  g_autoptr (AvbDraft) draft = NULL;

  make_disk ("Original.qcow2");
  medium = inspect ("Original.qcow2");
  draft = make_draft (medium);
  avb_machine_spec_set_memory_mib (avb_draft_get_spec (draft), 80);
  avb_machine_spec_set_description (avb_draft_get_spec (draft), "A < B");
  return create (draft, TRUE);
}

/* Both run at once: nothing of the one is needed by the other. */
static DexFuture *
dumped_machine_has_a_twin (gpointer data)
{
  g_autoptr (AvbMachine) original = create_original ();
  g_autofree char *before = dump ("Original", "original.xml");
  g_autoptr (AvbMedium) medium = inspect ("original.xml");
  g_autoptr (AvbDraft) draft = make_draft (medium);
  g_autoptr (AvbMachine) twin = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autofree char *after = NULL;
  g_autoptr (AvbOperation) operation = avb_operation_new ("Import");
  const AvbDiskSpec *disk;

  g_assert_cmpint (avb_medium_get_kind (medium), ==, AVB_MEDIUM_DEFINITION);
  g_assert_cmpstr (avb_medium_get_label (medium), ==, "Original");
  g_assert_cmpstr (avb_machine_spec_get_name (avb_draft_get_spec (draft)), ==, "Original 2");
  g_assert_cmpuint (avb_machine_spec_get_memory_mib (avb_draft_get_spec (draft)), ==, 80);
  /* What is written at this moment cannot be copied. */
  avb_test_await_error (avb_draft_create (draft, operation, FALSE), AVB_ERROR, AVB_ERROR_BUSY);
  switch_off (original);
  twin = create (draft, TRUE);
  avb_test_await (avb_machine_start (original));
  avb_test_until_true (avb_machine_get_state (twin) == AVB_MACHINE_RUNNING);
  avb_test_until_true (avb_machine_get_state (original) == AVB_MACHINE_RUNNING);

  after = dump ("Original 2", "twin.xml");
  assert_differs (before, after, "<uuid>", "</uuid>");
  assert_differs (before, after, "<mac address='", "'");
  spec = avb_test_await_object (avb_machine_read_spec (twin));
  g_assert_cmpstr (avb_machine_spec_get_description (spec), ==, "A < B");
  g_assert_cmpuint (avb_machine_spec_get_interfaces (spec)->len, ==, 1);
  g_assert_cmpuint (avb_machine_spec_get_disks (spec)->len, ==, 1);
  disk = avb_machine_spec_get_disks (spec)->pdata[0];
  g_assert_null (strstr (before, disk->path));
  assert_disk_has_mark (disk->path);

  delete (twin, AVB_DELETE_DISKS);
  delete (original, AVB_DELETE_DISKS);
  assert_nothing_left ();
  return NULL;
}

/* What libvirt has of it in the end, and what would have been done by any of it. */
static DexFuture *
hostile_ones_run_without_it (gpointer data)
{
  static const char *const gone[] = { "evil", "hostdev", "commandline", "network=", "file='/etc", "<filesystem", "11111111" };
  g_autofree char *evil = avb_fixture_path (folder, "evil");
  g_autofree char *done = avb_fixture_path (folder, "evil-was-here");
  g_autofree char *devices = NULL;
  g_autofree char *rest = NULL;
  g_autofree char *script = g_strdup_printf ("#!/bin/sh\ntouch %s\n", done);
  g_autofree char *text = NULL;
  g_autoptr (AvbMedium) medium = NULL;
  g_autoptr (AvbDraft) draft = NULL;
  g_autoptr (AvbMachine) machine = NULL;

  g_free (avb_fixture_write (folder, "evil", script, -1));
  g_assert_cmpint (g_chmod (evil, 0755), ==, 0);
  make_disk ("disk.qcow2");
  devices = g_strdup_printf (
      "<emulator>%1$s</emulator><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='%2$s/disk.qcow2'/>"
      "<backingStore type='file'><format type='raw'/><source file='/etc/passwd'/></backingStore><target dev='vda' bus='virtio'/></disk>"
      "<interface type='network'><source network='not-here'/><model type='virtio'/></interface>"
      "<interface type='ethernet'><script path='%1$s'/><model type='virtio'/></interface>"
      "<serial type='file'><source path='%2$s/evil-was-here'/></serial><serial type='pipe'><source path='%1$s'/></serial>"
      "<channel type='unix'><source mode='connect' path='%2$s/evil-socket'/><target type='virtio' name='org.qemu.guest_agent.0'/></channel>"
      "<graphics type='vnc' port='5999' autoport='no' listen='0.0.0.0'/><video><model type='vga'/></video>"
      "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1d6b'/><product id='0x0002'/></source></hostdev>"
      "<filesystem type='mount'><driver type='virtiofs'/><binary path='%1$s'/><source dir='/'/><target dir='all'/></filesystem>",
      evil, folder);
  rest = g_strdup_printf ("<qemu:commandline><qemu:arg value='-pidfile'/><qemu:arg value='%s'/></qemu:commandline>", done);
  write_definition ("hostile.xml", devices, rest);
  medium = inspect ("hostile.xml");
  draft = make_draft (medium);
  machine = create (draft, TRUE);
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  text = dump ("Made Elsewhere", "after.xml");
  for (guint i = 0; i < G_N_ELEMENTS (gone); i++)
    if (strstr (text, gone[i]) != NULL)
      g_error ("“%s” stayed: %s", gone[i], text);
  g_assert_nonnull (strstr (text, "<interface type='user'>"));
  g_assert_nonnull (strstr (text, "<graphics type='spice'>"));
  g_assert_false (g_file_test (done, G_FILE_TEST_EXISTS));
  delete (machine, AVB_DELETE_DISKS);
  assert_nothing_left ();
  return NULL;
}

#define DISK(name, format)                                                                                              \
  "<disk type='file' device='disk'><driver name='qemu' type='" format "'/><source file='/nowhere/" name "'/>"           \
  "<target dev='vda' bus='virtio'/><serial>SERIAL-7</serial></disk>"

/* Moved from another computer: the disk is beside the definition, and the disc in its drive is nowhere. */
static DexFuture *
disks_beside_it_are_found (gpointer data)
{
  g_autoptr (AvbMedium) medium = NULL;
  g_autoptr (AvbDraft) draft = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autofree char *path = avb_fixture_path (folder, "disk.qcow2");
  g_autofree char *text = NULL;
  const AvbDiskSpec *disk;

  make_disk ("disk.qcow2");
  write_definition ("moved.xml",
                    DISK ("disk.qcow2", "qcow2") "<disk type='file' device='cdrom'><source file='/nowhere/gone.iso'/>"
                    "<target dev='sda' bus='sata'/></disk>", "");
  medium = inspect ("moved.xml");
  draft = make_draft (medium);
  avb_draft_set_copy_disk (draft, FALSE);
  machine = create (draft, TRUE);
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  spec = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_cmpuint (avb_machine_spec_get_disks (spec)->len, ==, 2);
  disk = avb_machine_spec_get_disks (spec)->pdata[0];
  g_assert_cmpstr (disk->path, ==, path);
  g_assert_null (((AvbDiskSpec *) avb_machine_spec_get_disks (spec)->pdata[1])->path);
  text = dump ("Made Elsewhere", "after.xml");
  g_assert_nonnull (strstr (text, "<serial>SERIAL-7</serial>"));
  delete (machine, AVB_DELETE_KEEP_DISKS);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  assert_nothing_left ();
  return NULL;
}

/* A fatal obstacle that says @words; nothing is made. */
static void
has_obstacle (const char *devices, const char *words)
{
  g_autoptr (AvbMedium) medium = NULL;
  g_autoptr (AvbDraft) draft = NULL;
  g_autoptr (AvbOperation) operation = avb_operation_new ("Import");

  write_definition ("lacking.xml", devices, "");
  medium = inspect ("lacking.xml");
  draft = make_draft (medium);
  g_assert_false (avb_draft_get_can_create (draft));
  if (strstr (avb_draft_get_problem (draft), words) == NULL)
    g_error ("not “%s”, but “%s”", words, avb_draft_get_problem (draft));
  avb_test_await_error (avb_draft_create (draft, operation, FALSE), AVB_ERROR, AVB_ERROR_INVALID);
  assert_nothing_left ();
}

static DexFuture *
unknown_processors_are_obstacles (gpointer data)
{
  g_autofree char *path = avb_fixture_write (
      folder, "old.xml", "<domain type='qemu'><name>Old</name><memory>65536</memory><os><type arch='pdp11'>hvm</type></os></domain>", -1);
  g_autoptr (AvbMedium) medium = inspect ("old.xml");
  g_autoptr (AvbDraft) draft = make_draft (medium);

  g_assert_nonnull (path);
  g_assert_cmpstr (avb_draft_get_problem (draft), ==,
                   "“Old” is for computers with an pdp11 processor, which cannot be run here.");
  g_assert_false (avb_draft_get_can_create (draft));
  return NULL;
}

static DexFuture *
disks_that_cannot_be_taken_are_obstacles (gpointer data)
{
  run_in_folder ("qemu-img create -q -f qcow2 -F raw -b /etc/passwd backed.qcow2; head -c 1M /dev/zero > plain.img; "
                 "qemu-img create -q -f vmdk other.vmdk 4M; mkdir -p directory.img; mkfifo -m 600 pipe.img; ln -sf round.img round.img");
  has_obstacle (DISK ("first.qcow2", "qcow2") DISK ("second.qcow2", "qcow2"), "“first.qcow2” does not exist");
  has_obstacle (DISK ("backed.qcow2", "qcow2"), "backing file");
  has_obstacle (DISK ("other.vmdk", "qcow2"), "“other.vmdk” is not the disk");
  has_obstacle (DISK ("directory.img", "raw"), "is a folder");
  has_obstacle (DISK ("pipe.img", "raw"), "not a regular file");
  has_obstacle (DISK ("round.img", "raw"), "leads nowhere");
  has_obstacle ("<disk type='file' device='disk'><source file='/etc/passwd'/><target dev='vda'/></disk>", "neither");
  has_obstacle ("<disk type='block' device='disk'><source dev='/dev/null'/><target dev='vda'/></disk>", "not a regular file");
  has_obstacle ("<disk type='file' device='disk'><source file='../../etc/hostname'/><target dev='vda'/></disk>", "does not exist");
  return NULL;
}

static void
refuse (const char *name, const char *text, gssize length, const char *words)
{
  g_autofree char *path = avb_fixture_write (folder, name, text, length);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbMedium) medium = dex_await_object (avb_medium_inspect (file), &error);

  g_assert_null (medium);
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  if (strstr (error->message, words) == NULL)
    g_error ("%s: not “%s”, but “%s”", name, words, error->message);
}

static DexFuture *
files_that_are_none_are_refused (gpointer data)
{
  g_autoptr (GString) text = g_string_new ("<domain type='kvm'><name>x</name>");

  refuse ("bomb.xml",
          "<!DOCTYPE domain [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>"
          "<!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'><!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;'>]><domain type='kvm'><name>&e;</name></domain>",
          -1, "“bomb.xml” is a damaged definition");
  refuse ("secret.xml", "<!DOCTYPE domain [<!ENTITY s SYSTEM 'file:///etc/passwd'>]><domain><name>&s;</name></domain>", -1,
          "is a damaged definition");
  refuse ("external.xml", "<!DOCTYPE domain SYSTEM 'file:///dev/zero'><domain><name>x</name></domain>", -1, "is a damaged definition");
  refuse ("cut.xml", text->str, -1, "is a damaged definition");
  refuse ("inside.xml", "<html><domain ><name>x</name></domain></html>", -1, "is a damaged definition");
  refuse ("namespace.xml", "<domain xmlns='urn:x'><name>x</name></domain>", -1, "is a damaged definition");
  refuse ("zero.xml", "<domain ><name>a\0b</name></domain>", 32, "is a damaged definition");
  refuse ("snapshot.xml", "<domainsnapshot><name>x</name></domainsnapshot>", -1, "neither");
  refuse ("letter.xml", "<letter>Dear domain,</letter>", -1, "neither");
  while (text->len <= MIB)
    g_string_append (text, "<description>much</description>");
  g_string_append (text, "</domain>");
  refuse ("huge.xml", text->str, text->len, "“huge.xml” is too long");
  g_string_truncate (text, 0);
  for (guint i = 0; i < 50000; i++)
    g_string_append (text, "<domain >");
  refuse ("deep.xml", text->str, text->len, "is a damaged definition");
  return NULL;
}

/* Each would be looked at, one after the other. */
static DexFuture *
floods_of_disks_are_refused (gpointer data)
{
  g_autoptr (GString) devices = g_string_new (NULL);
  g_autoptr (AvbMedium) medium = NULL;

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (devices, "<disk type='file'><source file='/x/%u'/><target dev='vda'/></disk>", i);
  write_definition ("flood.xml", devices->str, "");
  medium = inspect ("flood.xml");
  avb_test_await_error (avb_draft_new (library, connection, medium), AVB_ERROR, AVB_ERROR_INVALID);
  return NULL;
}

static DexFuture *
other_hypervisors_are_refused (gpointer data)
{
  static const char *const texts[] = {
    "<domain type='xen'><name>x</name><memory>65536</memory><os><type>hvm</type></os></domain>",
    "<domain type='lxc'><name>x</name><memory>65536</memory><os><type>exe</type><init>/bin/sh</init></os></domain>",
    "<domain type='kvm'><name>x</name><os><type>hvm</type></os><devices><disk type='network'><source protocol='nbd'/>"
    "<target dev='vda'/></disk></devices></domain>",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autofree char *path = avb_fixture_write (folder, "other.xml", texts[i], -1);
      g_autoptr (AvbMedium) medium = inspect ("other.xml");

      g_assert_nonnull (path);
      avb_test_await_error (avb_draft_new (library, connection, medium), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
    }
  return NULL;
}

/* Cancelled while its disk is copied, and with a disk that goes away in that moment. */
static DexFuture *
half_of_one_is_removed (gpointer data)
{
  g_autoptr (AvbMedium) medium = NULL;
  g_autoptr (AvbDraft) draft = NULL;
  g_autoptr (AvbDraft) other = NULL;
  g_autoptr (AvbOperation) operation = avb_operation_new ("Import");
  g_autoptr (AvbOperation) second = avb_operation_new ("Import");

  make_disk ("one.qcow2");
  make_disk ("two.qcow2");
  write_definition ("half.xml",
                    DISK ("one.qcow2", "qcow2") "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
                    "<source file='/nowhere/two.qcow2'/><target dev='vdb' bus='virtio'/></disk>", "");
  medium = inspect ("half.xml");
  draft = make_draft (medium);
  g_assert_true (avb_draft_get_can_create (draft));
  avb_operation_cancel (operation);
  avb_test_await_error (avb_draft_create (draft, operation, FALSE), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  assert_nothing_left ();

  other = make_draft (medium);
  run_in_folder ("rm two.qcow2");
  g_assert_false (dex_await (avb_draft_create (other, second, FALSE), NULL));
  assert_nothing_left ();
  g_assert_cmpuint (g_list_model_get_n_items (avb_connection_get_machines (connection)), ==, 0);
  return NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GListModel) backends = NULL;
  int status;

  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  backends = avb_builtin_backends ();
  library = avb_library_new (backends);
  connection = avb_library_open (library, "qemu:///session", NULL);
  g_assert_nonnull (connection);
  avb_test_add_fiber ("/Avb/Definition/dumped-machine-has-a-twin", dumped_machine_has_a_twin);
  avb_test_add_fiber ("/Avb/Definition/hostile-ones-run-without-it", hostile_ones_run_without_it);
  avb_test_add_fiber ("/Avb/Definition/disks-beside-it-are-found", disks_beside_it_are_found);
  avb_test_add_fiber ("/Avb/Definition/disks-that-cannot-be-taken-are-obstacles", disks_that_cannot_be_taken_are_obstacles);
  avb_test_add_fiber ("/Avb/Definition/unknown-processors-are-obstacles", unknown_processors_are_obstacles);
  avb_test_add_fiber ("/Avb/Definition/files-that-are-none-are-refused", files_that_are_none_are_refused);
  avb_test_add_fiber ("/Avb/Definition/floods-of-disks-are-refused", floods_of_disks_are_refused);
  avb_test_add_fiber ("/Avb/Definition/other-hypervisors-are-refused", other_hypervisors_are_refused);
  avb_test_add_fiber ("/Avb/Definition/half-of-one-is-removed", half_of_one_is_removed);
  status = g_test_run ();
  g_object_unref (library);
  avb_test_remove_folder (folder);
  g_free (folder);
  return status;
}
