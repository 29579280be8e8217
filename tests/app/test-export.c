/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Machines of the user's real libvirt as files that others can read. Nothing is started. */

#include "config.h"

#include "app/avb-export.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gstdio.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "app/avb-ovf-writer.h"
#include "backends/avb-error.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

#define DISK_SIZE (24 << 20)

static char *folder;

static guint
count_files (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* A disk with something in it that is not found in any other, so that it must be copied to be equal. */
static char *
make_disk (AvbConnection *connection, const char *name)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Creating");
  g_autofree char *raw_name = g_strconcat (name, ".source", NULL);
  g_autofree char *content = g_malloc0 (DISK_SIZE);
  g_autofree char *raw = NULL;
  AvbVolumeSpec volume = { .name = name, .format = "qcow2", .source_format = "raw" };

  for (gsize i = 0; i < DISK_SIZE / 4; i++)
    content[i] = (char) ((i * 2654435761u) >> 13);
  g_strlcpy (content, name, 64);
  raw = avb_fixture_write (folder, raw_name, content, DISK_SIZE);
  volume.source = raw;
  return avb_test_await_string (avb_connection_create_volume (connection, &volume, operation));
}

static AvbMachine *
make_machine (AvbConnection *connection, const char *name, guint n_disks)
{
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec (name, NULL);

  avb_machine_spec_set_os_id (spec, "http://debian.org/debian/13");
  avb_machine_spec_set_description (spec, "<A> machine & its \"description\"");
  for (guint i = 0; i < n_disks; i++)
    {
      g_autofree char *disk_name = g_strdup_printf ("export-%u", i);
      g_autofree char *disk = make_disk (connection, disk_name);

      avb_machine_spec_add_disk (spec, avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, disk, "qcow2"));
    }
  avb_machine_spec_add_disk (spec, avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, NULL, "raw"));
  return avb_test_await_object (avb_connection_create_machine (connection, spec));
}

static void
delete (AvbMachine *machine)
{
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
}

static char *
dup_disk (AvbMachine *machine, guint index)
{
  g_autoptr (AvbMachineSpec) spec = avb_test_await_object (avb_machine_read_spec (machine));
  const AvbDiskSpec *disk = g_ptr_array_index (avb_machine_spec_get_disks (spec), index);

  return g_strdup (disk->path);
}

static char *
export (AvbMachine *machine, AvbExportFormat format, const char *where)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Exporting");
  char *path = avb_test_await_string (avb_export_machine (machine, format, where, TRUE, NULL, operation));

  avb_test_until_true (avb_operation_get_state (operation) == AVB_OPERATION_DONE);
  g_assert_null (avb_machine_get_operation (machine));
  return path;
}

/* Unpacks into @where, and checks the manifest's sums on the way. Returns the description. (transfer full) */
static char *
unpack (const char *path, const char *where)
{
  struct archive *archive = archive_read_new ();
  struct archive_entry *entry;
  g_autoptr (GHashTable) sums = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GPtrArray) order = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *manifest = NULL;
  char *description = NULL;
  g_auto (GStrv) lines = NULL;

  archive_read_support_format_tar (archive);
  g_assert_cmpint (archive_read_open_filename (archive, path, 65536), ==, ARCHIVE_OK);
  while (archive_read_next_header (archive, &entry) == ARCHIVE_OK)
    {
      const char *name = archive_entry_pathname (entry);
      gsize size = archive_entry_size (entry);
      g_autofree char *bytes = g_malloc (size + 1);
      g_autofree char *file = NULL;

      g_assert_null (strchr (name, '/'));
      g_assert_cmpint (archive_read_data (archive, bytes, size), ==, size);
      bytes[size] = '\0';
      g_ptr_array_add (order, g_strdup (name));
      g_hash_table_insert (sums, g_strdup (name), g_compute_checksum_for_data (G_CHECKSUM_SHA256, (guchar *) bytes, size));
      file = avb_fixture_write (where, name, bytes, size);
      if (g_str_has_suffix (name, ".mf"))
        manifest = g_steal_pointer (&bytes);
      else if (g_str_has_suffix (name, ".ovf"))
        description = g_steal_pointer (&bytes);
    }
  archive_read_free (archive);
  g_assert_true (g_str_has_suffix (g_ptr_array_index (order, 0), ".ovf"));
  g_assert_true (g_str_has_suffix (g_ptr_array_index (order, order->len - 1), ".mf"));
  lines = g_strsplit (manifest, "\n", 0);
  g_assert_cmpuint (g_strv_length (lines) - 1, ==, order->len - 1);
  for (guint i = 0; i < order->len - 1; i++)
    {
      const char *name = g_ptr_array_index (order, i);
      g_autofree char *expected = g_strdup_printf ("SHA256(%s)= %s", name, (char *) g_hash_table_lookup (sums, name));

      g_assert_cmpstr (lines[i], ==, expected);
    }
  return description;
}

/* (transfer full) */
static char *
look_up (const char *description, const char *path)
{
  xmlDoc *document = xmlReadMemory (description, strlen (description), NULL, NULL, XML_PARSE_NONET);
  xmlXPathContext *context = xmlXPathNewContext (document);
  xmlXPathObject *object;
  xmlChar *text;
  char *result;

  g_assert_nonnull (document);
  xmlXPathRegisterNs (context, BAD_CAST "o", BAD_CAST "http://schemas.dmtf.org/ovf/envelope/1");
  xmlXPathRegisterNs (context, BAD_CAST "r", BAD_CAST
                      "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData");
  xmlXPathRegisterNs (context, BAD_CAST "v", BAD_CAST "http://www.vmware.com/schema/ovf");
  object = xmlXPathEvalExpression (BAD_CAST path, context);
  text = xmlXPathCastToString (object);
  result = g_strdup ((char *) text);
  xmlFree (text);
  xmlXPathFreeObject (object);
  xmlXPathFreeContext (context);
  xmlFreeDoc (document);
  return result;
}

static void
assert_says (const char *description, const char *path, const char *expected)
{
  g_autofree char *text = look_up (description, path);

  g_assert_cmpstr (text, ==, expected);
}

static void
compare_disks (const char *a, const char *a_format, const char *b, const char *b_format)
{
  avb_fixture_run ("qemu-img", "compare", "-f", a_format, "-F", b_format, a, b, NULL);
}

static DexFuture *
ova_holds_all (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachine) machine = make_machine (connection, "export me", 2);
  g_autofree char *where = avb_test_make_folder ();
  g_autofree char *unpacked = avb_test_make_folder ();
  g_autofree char *path = export (machine, AVB_EXPORT_OVA, where);
  g_autofree char *expected = g_build_filename (where, "export-me.ova", NULL);
  g_autofree char *description = NULL;
  g_autofree char *again = NULL;

  g_assert_cmpstr (path, ==, expected);
  /* And the file of sums, and nothing else. */
  g_assert_cmpuint (count_files (where), ==, 2);
  avb_fixture_run ("sh", "-c", "cd \"$1\" && sha256sum --quiet -c export-me.ova.sha256", "sh", where, NULL);
  description = unpack (path, unpacked);
  assert_says (description, "string(//o:VirtualSystem/o:Name)", "export me");
  assert_says (description, "string(//o:Annotation)", "<A> machine & its \"description\"");
  assert_says (description, "string(//o:OperatingSystemSection/@o:id)", "96");
  assert_says (description, "count(//o:Disk)", "2");
  assert_says (description, "string(//o:Disk[1]/@o:capacity)", "25165824");
  assert_says (description, "count(//o:Item[r:ResourceType='17'])", "2");
  assert_says (description, "count(//o:Item[r:ResourceType='20'])", "1");
  assert_says (description, "count(//o:Item[r:ResourceType='15'])", "1");
  assert_says (description, "string(//o:Item[r:ResourceType='4']/r:VirtualQuantity)", "64");
  assert_says (description, "string(//o:Item[r:ResourceType='10']/r:Connection)", "NAT");
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *disk = dup_disk (machine, i);
      g_autofree char *name = g_strdup_printf ("export-me-disk%u.vmdk", i + 1);
      g_autofree char *member = g_build_filename (unpacked, name, NULL);

      compare_disks (disk, "qcow2", member, "vmdk");
    }
  /* A second one lies beside the first. */
  again = export (machine, AVB_EXPORT_OVA, where);
  g_assert_cmpstr (again, !=, path);
  g_assert_cmpuint (count_files (where), ==, 4);
  delete (machine);
  avb_test_remove_folder (where);
  avb_test_remove_folder (unpacked);
  return NULL;
}

static const struct {
  AvbExportFormat  format;
  const char      *suffix;
  const char      *unpack; /* (nullable) */
  const char      *image;  /* QEMU's name */
} formats[] = {
  { AVB_EXPORT_QCOW2, ".qcow2", NULL, "qcow2" },
  { AVB_EXPORT_QCOW2_COMPRESSED, ".qcow2", NULL, "qcow2" },
  { AVB_EXPORT_RAW, ".raw", NULL, "raw" },
  { AVB_EXPORT_RAW_ZSTD, ".raw.zst", "zstd -dcq", "raw" },
  { AVB_EXPORT_RAW_GZIP, ".raw.gz", "gzip -dc", "raw" },
};

static DexFuture *
disks_are_the_same (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachine) machine = make_machine (connection, "-\xf0\x9f\x90\xa7 \xd8\xb9", 1);
  g_autofree char *disk = dup_disk (machine, 0);

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *where = avb_test_make_folder ();
      g_autofree char *path = export (machine, formats[i].format, where);
      g_autofree char *image = g_build_filename (where, "image", NULL);
      g_autofree char *command
          = formats[i].unpack != NULL ? g_strconcat (formats[i].unpack, " \"$1\" > \"$2\"", NULL) : g_strdup ("ln \"$1\" \"$2\"");
      g_autofree char *check = g_strconcat ("cd \"$1\" && sha256sum --quiet -c ./*.sha256", NULL);

      g_assert_true (g_str_has_suffix (path, formats[i].suffix));
      g_assert_cmpuint (count_files (where), ==, 2);
      avb_fixture_run ("sh", "-c", check, "sh", where, NULL);
      avb_fixture_run ("sh", "-c", command, "sh", path, image, NULL);
      if (g_str_equal (formats[i].image, "qcow2"))
        avb_fixture_run ("qemu-img", "check", "-q", "-f", "qcow2", image, NULL);
      compare_disks (disk, "qcow2", image, formats[i].image);
      avb_test_remove_folder (where);
    }
  delete (machine);
  return NULL;
}

static void
cancel_at (AvbOperation *operation, GParamSpec *pspec, const double *fraction)
{
  if (avb_operation_get_fraction (operation) >= *fraction)
    avb_operation_cancel (operation);
}

static DexFuture *
cancel_leaves_nothing (gpointer data)
{
  static const double fractions[] = { -1, 0, 0.3, 0.86 };
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachine) machine = make_machine (connection, "cancelled", 2);

  for (guint i = 0; i < G_N_ELEMENTS (fractions); i++)
    {
      g_autoptr (AvbOperation) operation = avb_operation_new ("Exporting");
      g_autofree char *where = avb_test_make_folder ();
      g_autoptr (GError) error = NULL;
      g_autofree char *path = NULL;

      g_signal_connect (operation, "notify::fraction", G_CALLBACK (cancel_at), (gpointer) &fractions[i]);
      if (fractions[i] < 0)
        avb_operation_cancel (operation);
      path = dex_await_string (avb_export_machine (machine, AVB_EXPORT_OVA, where, TRUE, NULL, operation), &error);
      /* A fraction may be passed over by a quick end: then all is there. */
      if (path == NULL)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_true (path == NULL || fractions[i] > 0);
      g_assert_cmpuint (count_files (where), ==, path == NULL ? 0 : 2);
      g_assert_null (avb_machine_get_operation (machine));
      avb_test_remove_folder (where);
    }
  delete (machine);
  return NULL;
}

static DexFuture *
full_disk_leaves_nothing (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachine) machine = make_machine (connection, "full", 1);
  g_autofree char *where = avb_test_make_folder ();
  g_autofree char *path = export (machine, AVB_EXPORT_OVA, where);
  GStatBuf info;
  rlim_t limits[2];
  struct rlimit old;

  /* Files that may not grow are like a disk that is full. The disk itself, and the archive that is a little larger. */
  g_assert_no_errno (g_stat (path, &info));
  limits[0] = info.st_size / 2;
  limits[1] = info.st_size - 1024;
  avb_test_remove_folder (where);
  g_assert_no_errno (g_mkdir (where, 0700));
  getrlimit (RLIMIT_FSIZE, &old);
  signal (SIGXFSZ, SIG_IGN);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      const struct rlimit small = { limits[i], old.rlim_max };
      g_autoptr (AvbOperation) operation = avb_operation_new ("Exporting");
      const int expected = i == 0 ? AVB_ERROR_NO_SPACE : AVB_ERROR_NOT_SUPPORTED;
      g_autoptr (GError) error = NULL;

      setrlimit (RLIMIT_FSIZE, &small);
      g_assert_null (dex_await_string (avb_export_machine (machine, AVB_EXPORT_OVA, where, TRUE, NULL, operation), &error));
      setrlimit (RLIMIT_FSIZE, &old);
      g_assert_error (error, AVB_ERROR, expected);
      g_assert_cmpuint (count_files (where), ==, 0);
    }
  delete (machine);
  avb_test_remove_folder (where);
  return NULL;
}

static DexFuture *
refuses (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachine) machine = make_machine (connection, "diskless", 0);
  g_autofree char *where = avb_test_make_folder ();
  g_autofree char *missing = g_build_filename (where, "missing", NULL);
  g_autoptr (AvbOperation) first = avb_operation_new ("Exporting");
  g_autoptr (AvbOperation) second = avb_operation_new ("Exporting");

  avb_test_await_error (avb_export_machine (machine, AVB_EXPORT_RAW, where, TRUE, NULL, first), AVB_ERROR,
                        AVB_ERROR_INVALID);
  avb_test_await_error (avb_export_machine (machine, AVB_EXPORT_OVA, missing, TRUE, NULL, second), AVB_ERROR,
                        AVB_ERROR_NOT_FOUND);
  avb_test_until_true (avb_operation_get_state (second) == AVB_OPERATION_FAILED);
  g_assert_cmpuint (count_files (where), ==, 0);
  delete (machine);
  avb_test_remove_folder (where);
  return NULL;
}

/* A program that was killed at work; the lock of one that works on; and a link that somebody turned elsewhere. */
static DexFuture *
killed_is_cleaned_up (gpointer data)
{
  g_autofree char *links = g_build_filename (g_get_user_cache_dir (), "alpha-vbox", "exports", NULL);
  g_autofree char *where = avb_test_make_folder ();
  g_autofree char *left = g_build_filename (where, ".alpha-vbox-export-abcdef", NULL);
  g_autofree char *others = g_build_filename (where, "documents", NULL);
  g_autofree char *link = g_build_filename (links, "1", NULL);
  g_autofree char *evil = g_build_filename (links, "2", NULL);
  g_autofree char *file = NULL;
  g_autofree char *kept = NULL;

  g_assert_no_errno (g_mkdir_with_parents (links, 0700));
  g_assert_no_errno (g_mkdir (left, 0700));
  g_assert_no_errno (g_mkdir (others, 0700));
  file = avb_fixture_write (left, "disk.raw", "half", 4);
  kept = avb_fixture_write (others, "letter", "whole", 5);
  avb_fixture_run ("ln", "-s", left, link, NULL);
  avb_fixture_run ("ln", "-s", others, evil, NULL);
  avb_test_await (avb_export_clean_up ());
  g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_files (links), ==, 0);
  avb_test_remove_folder (where);
  return NULL;
}

/* One that was killed between two files, and one that had not come so far. */
static DexFuture *
killed_is_brought_to_its_end (gpointer data)
{
  static const char *const lists[] = { "a.raw\nb.raw\n../up\n.hidden\n\n", "a.raw\nb.r" };
  g_autofree char *links = g_build_filename (g_get_user_cache_dir (), "alpha-vbox", "exports", NULL);

  g_assert_no_errno (g_mkdir_with_parents (links, 0700));
  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autofree char *where = avb_test_make_folder ();
      g_autofree char *left = g_build_filename (where, ".alpha-vbox-export-abcdef", NULL);
      g_autofree char *link = g_build_filename (links, "1", NULL);
      g_autofree char *first = NULL, *second = NULL, *text = NULL;

      g_assert_no_errno (g_mkdir (left, 0700));
      first = avb_fixture_write (where, "a.raw", "first", 5);
      second = g_build_filename (where, "b.raw", NULL);
      g_free (avb_fixture_write (left, "b.raw", "second", 6));
      g_free (avb_fixture_write (left, "whole", lists[i], -1));
      avb_fixture_run ("ln", "-s", left, link, NULL);
      avb_test_await (avb_export_clean_up ());
      g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
      g_assert_true (g_file_test (first, G_FILE_TEST_EXISTS));
      g_assert_true (g_file_get_contents (second, &text, NULL, NULL) == (i == 0));
      g_assert_cmpuint (count_files (where), ==, i == 0 ? 2 : 1);
      g_assert_cmpuint (count_files (links), ==, 0);
      avb_test_remove_folder (where);
    }
  return NULL;
}

static void
describes_buses (void)
{
  g_autoptr (AvbMachineSpec) spec = avb_machine_spec_new ();
  g_autoptr (GPtrArray) disks = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_ovf_disk_free);
  g_autofree char *description = NULL;

  avb_machine_spec_set_name (spec, "<&\"'>");
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI_SECURE);
  avb_machine_spec_set_os_id (spec, "http://example.org/\"><evil/>");
  for (guint i = 0; i < 3; i++)
    g_ptr_array_add (disks, avb_ovf_disk_new ("ide", 1, 512, AVB_DISK_BUS_IDE));
  for (guint i = 0; i < 16; i++)
    g_ptr_array_add (disks, avb_ovf_disk_new ("scsi", 1, 512, AVB_DISK_BUS_SCSI));
  description = avb_ovf_write (spec, disks);
  assert_says (description, "string(//o:VirtualSystem/@o:id)", "<&\"'>");
  assert_says (description, "count(//evil)", "0");
  assert_says (description, "count(//o:NetworkSection)", "0");
  assert_says (description, "count(//o:Item[r:ResourceType='5'])", "2");
  assert_says (description, "count(//o:Item[r:ResourceType='6'])", "2");
  /* The place of the controller itself stays free. */
  assert_says (description, "count(//o:Item[r:ResourceType='17' and r:AddressOnParent='7'])", "0");
  assert_says (description, "count(//o:Item[r:ResourceType='17'])", "19");
  assert_says (description, "count(//r:InstanceID[. = preceding::r:InstanceID])", "0");
  assert_says (description, "string(//v:Config[@v:key='firmware']/@v:value)", "efi");
}

int
main (int argc, char **argv)
{
  int result;

  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  g_test_add_func ("/Avb/Export/describes-buses", describes_buses);
  avb_test_add_fiber ("/Avb/Export/ova-holds-all", ova_holds_all);
  avb_test_add_fiber ("/Avb/Export/disks-are-the-same", disks_are_the_same);
  avb_test_add_fiber ("/Avb/Export/cancel-leaves-nothing", cancel_leaves_nothing);
  avb_test_add_fiber ("/Avb/Export/full-disk-leaves-nothing", full_disk_leaves_nothing);
  avb_test_add_fiber ("/Avb/Export/refuses", refuses);
  avb_test_add_fiber ("/Avb/Export/killed-is-cleaned-up", killed_is_cleaned_up);
  avb_test_add_fiber ("/Avb/Export/killed-is-brought-to-its-end", killed_is_brought_to_its_end);
  result = g_test_run ();
  avb_test_remove_folder (folder);
  g_free (folder);
  return result;
}
