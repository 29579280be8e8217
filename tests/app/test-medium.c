/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-medium.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/avb-error.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"

static char *folder;

static AvbMedium *
inspect (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return avb_test_await_object (avb_medium_inspect (file));
}

/* Must be refused, with a sentence that names the file and contains @words. */
static void
refuse (const char *path, AvbError code, const char *words)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  g_assert_false (dex_await (avb_medium_inspect (file), &error));
  g_assert_error (error, AVB_ERROR, (int) code);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", error->message, words);
  g_assert_null (strchr (error->message, '\n'));
}

static DexFuture *
iso_is_read (gpointer data)
{
  g_autofree char *path = avb_fixture_make_iso (folder, "plain.iso", "MY_DISC_1", TRUE);
  g_autoptr (AvbMedium) medium = inspect (path);

  g_assert_cmpint (avb_medium_get_kind (medium), ==, AVB_MEDIUM_ISO);
  g_assert_cmpstr (avb_medium_get_format (medium), ==, "raw");
  g_assert_cmpstr (avb_medium_get_path (medium), ==, path);
  g_assert_cmpstr (avb_medium_get_label (medium), ==, "MY DISC 1");
  g_assert_null (avb_medium_get_os_id (medium));
  g_assert_null (avb_medium_get_architecture (medium));
  g_assert_true (avb_medium_get_bootable (medium));
  g_assert_true (avb_medium_get_boots_bios (medium));
  g_assert_true (avb_medium_get_boots_uefi (medium));
  g_assert_cmpuint (avb_medium_get_size (medium), >, 64 * 1024);
  return NULL;
}

static DexFuture *
data_disc_does_not_boot (gpointer data)
{
  g_autofree char *path = avb_fixture_make_iso (folder, "data.iso", "PHOTOS", FALSE);
  g_autoptr (AvbMedium) medium = inspect (path);

  g_assert_cmpint (avb_medium_get_kind (medium), ==, AVB_MEDIUM_ISO);
  g_assert_false (avb_medium_get_bootable (medium));
  return NULL;
}

static DexFuture *
knows_an_installer (gpointer data)
{
  g_autofree char *path = avb_fixture_make_iso (folder, "d.iso", "Debian 12.5.0 amd64 n", TRUE);
  g_autoptr (AvbMedium) medium = inspect (path);

  g_assert_cmpstr (avb_medium_get_os_id (medium), ==, "http://debian.org/debian/12");
  g_assert_cmpstr (avb_medium_get_os_name (medium), ==, "Debian 12");
  g_assert_cmpstr (avb_medium_get_label (medium), ==, "Debian 12");
  g_assert_cmpstr (avb_medium_get_architecture (medium), ==, "x86_64");
  g_assert_false (avb_medium_get_live (medium));
  return NULL;
}

static DexFuture *
test_guest_is_nobody_else (gpointer data)
{
  const char *path = g_getenv ("AVB_TEST_ISO");
  g_autoptr (AvbMedium) medium = NULL;

  if (path == NULL)
    {
      g_test_skip ("no test guest was built");
      return NULL;
    }
  medium = inspect (path);
  g_assert_cmpstr (avb_medium_get_label (medium), ==, "Alpha VBox Test");
  g_assert_null (avb_medium_get_os_id (medium));
  g_assert_true (avb_medium_get_boots_bios (medium));
  g_assert_true (avb_medium_get_boots_uefi (medium));
  return NULL;
}

static DexFuture *
disk_formats_are_told_apart (gpointer data)
{
  static const char *const formats[] = { "qcow2", "vmdk", "vdi", "vhdx", "vpc" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *path = avb_fixture_make_disk (folder, formats[i], formats[i], NULL);
      g_autoptr (AvbMedium) medium = inspect (path);

      g_assert_cmpint (avb_medium_get_kind (medium), ==, AVB_MEDIUM_DISK);
      g_assert_cmpstr (avb_medium_get_format (medium), ==, formats[i]);
      /* VPC counts in cylinders and rounds up. */
      g_assert_cmpuint (avb_medium_get_capacity (medium), >=, 64 << 20);
      g_assert_cmpuint (avb_medium_get_capacity (medium), <, 65 << 20);
      g_assert_false (avb_medium_get_bootable (medium));
    }
  return NULL;
}

static DexFuture *
raw_disks_are_recognised (gpointer data)
{
  g_autofree guint8 *bytes = g_malloc0 (1 << 20);
  g_autofree char *empty = avb_fixture_write (folder, "empty.img", bytes, 1 << 20);
  g_autofree char *unnamed = avb_fixture_write (folder, "empty.dat", bytes, 1 << 20);
  g_autofree char *disk = NULL;
  g_autoptr (AvbMedium) medium = inspect (empty);

  g_assert_cmpstr (avb_medium_get_format (medium), ==, "raw");
  g_assert_cmpuint (avb_medium_get_capacity (medium), ==, 1 << 20);
  g_assert_false (avb_medium_get_bootable (medium));
  refuse (unnamed, AVB_ERROR_INVALID, "neither");

  bytes[0] = 0xeb;
  bytes[510] = 0x55;
  bytes[511] = 0xaa;
  disk = avb_fixture_write (folder, "disk.dat", bytes, 1 << 20);
  g_clear_object (&medium);
  medium = inspect (disk);
  g_assert_cmpint (avb_medium_get_kind (medium), ==, AVB_MEDIUM_DISK);
  g_assert_true (avb_medium_get_boots_bios (medium));
  g_assert_false (avb_medium_get_boots_uefi (medium));
  return NULL;
}

static DexFuture *
boot_of_a_qcow2_is_found (gpointer data)
{
  g_autofree guint8 *bytes = g_malloc0 (1 << 20);
  g_autofree char *raw = NULL;
  g_autofree char *path = avb_fixture_path (folder, "boots.qcow2");
  g_autoptr (AvbMedium) medium = NULL;

  bytes[0] = 0xeb;
  bytes[446 + 4] = 0xef;
  bytes[510] = 0x55;
  bytes[511] = 0xaa;
  raw = avb_fixture_write (folder, "boots.raw", bytes, 1 << 20);
  avb_fixture_run ("qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-c", raw, path, NULL);
  medium = inspect (path);
  g_assert_true (avb_medium_get_boots_bios (medium));
  g_assert_true (avb_medium_get_boots_uefi (medium));
  return NULL;
}

static DexFuture *
knows_a_cloud_image (gpointer data)
{
  g_autofree char *path =
      avb_fixture_make_disk (folder, "debian-12-genericcloud-amd64-20250101-1.qcow2", "qcow2", NULL);
  g_autofree char *younger = avb_fixture_make_disk (folder, "debian-13-generic-arm64.qcow2", "qcow2", NULL);
  g_autofree char *installed = avb_fixture_make_disk (folder, "debian-12-nocloud-amd64.qcow2", "qcow2", NULL);
  g_autofree char *other = avb_fixture_make_disk (folder, "debian-12-genericcloudy.qcow2", "qcow2", NULL);
  g_autoptr (AvbMedium) medium = inspect (path);
  g_autoptr (AvbMedium) guessed = inspect (younger);
  g_autoptr (AvbMedium) plain = inspect (installed);
  g_autoptr (AvbMedium) unknown = inspect (other);

  g_assert_cmpstr (avb_medium_get_os_id (medium), ==, "http://debian.org/debian/12");
  g_assert_cmpstr (avb_medium_get_architecture (medium), ==, "x86_64");
  g_assert_cmpstr (avb_medium_get_label (medium), ==, "Debian 12");
  g_assert_true (avb_medium_get_cloud (medium));
  /* The database knows the system, but not its images. */
  g_assert_cmpstr (avb_medium_get_os_id (guessed), ==, "http://debian.org/debian/13");
  g_assert_cmpstr (avb_medium_get_architecture (guessed), ==, "aarch64");
  g_assert_true (avb_medium_get_cloud (guessed));
  /* Without cloud-init in it. */
  g_assert_cmpstr (avb_medium_get_os_id (plain), ==, "http://debian.org/debian/12");
  g_assert_false (avb_medium_get_cloud (plain));
  g_assert_false (avb_medium_get_cloud (unknown));
  g_assert_null (avb_medium_get_os_id (unknown));
  return NULL;
}

static DexFuture *
what_is_no_image_is_refused (gpointer data)
{
  static const guint8 gzip[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0 };
  g_autofree char *text = avb_fixture_write (folder, "letter.iso", "Dear reader,", -1);
  g_autofree char *empty = avb_fixture_write (folder, "empty.iso", "", 0);
  g_autofree char *packed = avb_fixture_write (folder, "disk.img.gz", gzip, sizeof gzip);
  g_autofree char *missing = avb_fixture_path (folder, "missing.iso");

  refuse (text, AVB_ERROR_INVALID, "“letter.iso” is neither");
  refuse (empty, AVB_ERROR_INVALID, "“empty.iso” is empty");
  refuse (packed, AVB_ERROR_INVALID, "compressed");
  refuse (missing, AVB_ERROR_NOT_FOUND, "does not exist");
  refuse (folder, AVB_ERROR_INVALID, "is a folder");
  refuse ("/dev/null", AVB_ERROR_INVALID, "not a regular file");
  return NULL;
}

static DexFuture *
unreadable_is_refused (gpointer data)
{
  g_autofree char *path = avb_fixture_write (folder, "secret.iso", "secret", -1);

  if (geteuid () == 0)
    {
      g_test_skip ("root may read everything");
      return NULL;
    }
  g_assert_cmpint (g_chmod (path, 0), ==, 0);
  refuse (path, AVB_ERROR_PERMISSION, "not allowed to read “secret.iso”");
  return NULL;
}

static DexFuture *
fifo_does_not_block (gpointer data)
{
  g_autofree char *path = avb_fixture_path (folder, "pipe.iso");

  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  refuse (path, AVB_ERROR_INVALID, "not a regular file");
  return NULL;
}

static DexFuture *
links_are_followed (gpointer data)
{
  g_autofree char *path = avb_fixture_make_iso (folder, "target.iso", "LINKED", TRUE);
  g_autofree char *good = avb_fixture_path (folder, "good.iso");
  g_autofree char *round = avb_fixture_path (folder, "round.iso");
  g_autoptr (AvbMedium) medium = NULL;

  g_assert_cmpint (symlink (path, good), ==, 0);
  g_assert_cmpint (symlink (round, round), ==, 0);
  medium = inspect (good);
  g_assert_cmpstr (avb_medium_get_label (medium), ==, "LINKED");
  refuse (round, AVB_ERROR_INVALID, "leads nowhere");
  return NULL;
}

static DexFuture *
truncated_iso_is_refused (gpointer data)
{
  g_autofree char *path = avb_fixture_make_iso (folder, "cut.iso", "CUT", TRUE);
  struct stat info;

  /* Larger than the run-out that may be missing. */
  avb_fixture_run ("truncate", "-s", "+1M", path, NULL);
  g_assert_cmpint (stat (path, &info), ==, 0);
  {
    /* The descriptor's two copies of the size: little and big endian. */
    g_autofree char *contents = NULL;
    gsize length;
    guint32 blocks = info.st_size / 2048;

    g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
    memcpy (contents + 0x8000 + 80, &(guint32) { GUINT32_TO_LE (blocks) }, 4);
    memcpy (contents + 0x8000 + 84, &(guint32) { GUINT32_TO_BE (blocks) }, 4);
    g_assert_true (g_file_set_contents (path, contents, length, NULL));
  }
  {
    g_autoptr (AvbMedium) whole = inspect (path);

    g_assert_nonnull (whole);
  }
  g_assert_cmpint (truncate (path, info.st_size - 512 * 1024), ==, 0);
  refuse (path, AVB_ERROR_INVALID, "“cut.iso” is incomplete");
  g_assert_cmpint (truncate (path, 0x8000 + 100), ==, 0);
  refuse (path, AVB_ERROR_INVALID, "incomplete");
  return NULL;
}

static DexFuture *
images_that_refer_elsewhere_are_refused (gpointer data)
{
  g_autofree char *backed = avb_fixture_path (folder, "backed.qcow2");
  g_autofree char *data_file = avb_fixture_path (folder, "outside");
  g_autofree char *options = g_strdup_printf ("data_file=%s", data_file);
  g_autofree char *split = NULL;
  g_autofree char *external = NULL;
  g_autofree char *secret = NULL;

  avb_fixture_run ("qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", "/etc/passwd", backed, "1M",
                   NULL);
  refuse (backed, AVB_ERROR_INVALID, "backing file");

  external = avb_fixture_make_disk (folder, "external.qcow2", "qcow2", options);
  refuse (external, AVB_ERROR_INVALID, "in another file");

  split = avb_fixture_make_disk (folder, "split.vmdk", "vmdk", "subformat=monolithicFlat");
  refuse (split, AVB_ERROR_INVALID, "in other files");

  secret = avb_fixture_path (folder, "secret.qcow2");
  avb_fixture_run ("qemu-img", "create", "-q", "-f", "qcow2", "--object", "secret,id=s,data=abc", "-o",
                   "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10", secret, "1M", NULL);
  refuse (secret, AVB_ERROR_INVALID, "encrypted");
  return NULL;
}

/* A VMDK whose embedded descriptor names a file of the host: only the sandbox and what qemu-img
 * says of it stand between. */
static DexFuture *
vmdk_cannot_reach_out (gpointer data)
{
  g_autofree char *path = avb_fixture_make_disk (folder, "sparse.vmdk", "vmdk", NULL);
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  /* Capacity 0 makes QEMU read the descriptor at sector 1 for extents. */
  memset (contents + 16, 0, 8);
  memset (contents + 512, 0, 1024);
  strcpy (contents + 512, "# Disk DescriptorFile\nversion=1\nCID=11111111\nparentCID=ffffffff\n"
                          "createType=\"monolithicFlat\"\nRW 1 FLAT \"/etc/passwd\" 0\n");
  g_assert_true (g_file_set_contents (path, contents, length, NULL));
  refuse (path, AVB_ERROR_INVALID, "“sparse.vmdk”");
  return NULL;
}

static DexFuture *
damaged_images_are_refused (gpointer data)
{
  g_autofree char *path = avb_fixture_make_disk (folder, "huge.qcow2", "qcow2", NULL);
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  contents[24] = 0x7f; /* the size, big endian: eight exbibytes */
  g_assert_true (g_file_set_contents (path, contents, length, NULL));
  refuse (path, AVB_ERROR_INVALID, "“huge.qcow2”");

  g_assert_true (g_file_set_contents (path, contents, 100, NULL));
  refuse (path, AVB_ERROR_INVALID, "“huge.qcow2”");
  g_assert_true (g_file_set_contents (path, contents, 30, NULL));
  refuse (path, AVB_ERROR_INVALID, "incomplete");
  return NULL;
}

static DexFuture *
names_are_harmless (gpointer data)
{
  g_autofree char *letter = avb_fixture_write (folder, "a\n<b>b\t.iso", "no image", -1);
  g_autofree char *raw = avb_fixture_write (folder, "\xff.iso", "no image", -1);
  g_autofree char *disk = avb_fixture_make_disk (folder, "two\nlines <i>&amp;.qcow2", "qcow2", NULL);
  g_autoptr (AvbMedium) medium = NULL;

  refuse (letter, AVB_ERROR_INVALID, "“a <b>b .iso” is neither");
  refuse (raw, AVB_ERROR_INVALID, "“\xef\xbf\xbd.iso” or of its folder");
  medium = inspect (disk);
  g_assert_cmpstr (avb_medium_get_label (medium), ==, "two lines <i>&amp;");
  g_assert_cmpstr (avb_medium_get_path (medium), ==, disk);
  return NULL;
}

static DexFuture *
other_places_are_refused (gpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_uri ("https://example.invalid/x.iso");

  avb_test_await_error (avb_medium_inspect (file), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  return NULL;
}

/* Puts a program of this name before all others. */
static char *
make_program (const char *name, const char *script)
{
  g_autofree char *programs = avb_fixture_path (folder, "bin");
  g_autofree char *path = NULL;

  g_assert_cmpint (g_mkdir_with_parents (programs, 0700), ==, 0);
  path = avb_fixture_write (programs, name, script, -1);
  g_assert_cmpint (g_chmod (path, 0700), ==, 0);
  return g_steal_pointer (&path);
}

static DexFuture *
qemu_img_is_kept_in_bounds (gpointer data)
{
  g_autofree char *before = g_strdup (g_getenv ("PATH"));
  g_autofree char *programs = avb_fixture_path (folder, "bin");
  g_autofree char *path = g_strdup_printf ("%s:%s", programs, before);
  g_autofree char *disk = avb_fixture_make_disk (folder, "bounds.qcow2", "qcow2", NULL);
  g_autofree char *endless = make_program ("qemu-img", "#!/bin/sh\nexec cat /dev/zero\n");
  g_autofree char *hungry = NULL;

  g_setenv ("PATH", path, TRUE);
  refuse (disk, AVB_ERROR_INVALID, "“bounds.qcow2” is damaged");
  /* A program that computes for ever and is deaf to its time limit's first signal. */
  hungry = make_program ("qemu-img", "#!/bin/sh\ntrap '' XCPU\nwhile :; do :; done\n");
  refuse (disk, AVB_ERROR_INVALID, "“bounds.qcow2”");

  g_setenv ("PATH", "/nowhere", TRUE);
  refuse (disk, AVB_ERROR_NOT_SUPPORTED, "qemu-img is not installed");
  g_setenv ("PATH", before, TRUE);
  g_unlink (endless);
  return NULL;
}

/* Last: afterwards this program knows that there are none. */
static DexFuture *
without_namespaces_the_limits_remain (gpointer data)
{
  g_autofree char *before = g_strdup (g_getenv ("PATH"));
  g_autofree char *programs = avb_fixture_path (folder, "bin");
  g_autofree char *path = g_strdup_printf ("%s:%s", programs, before);
  g_autofree char *disk = avb_fixture_make_disk (folder, "plain.qcow2", "qcow2", NULL);
  g_autofree char *sandbox =
      make_program ("bwrap", "#!/bin/sh\necho 'bwrap: No permissions to create a new namespace' >&2\nexit 1\n");
  g_autoptr (AvbMedium) medium = NULL;

  g_setenv ("PATH", path, TRUE);
  medium = inspect (disk);
  g_assert_cmpuint (avb_medium_get_capacity (medium), ==, 64 << 20);
  g_setenv ("PATH", before, TRUE);
  g_unlink (sandbox);
  return NULL;
}

int
main (int argc, char **argv)
{
  int code;

  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  avb_test_add_fiber ("/Avb/Medium/iso-is-read", iso_is_read);
  avb_test_add_fiber ("/Avb/Medium/data-disc-does-not-boot", data_disc_does_not_boot);
  avb_test_add_fiber ("/Avb/Medium/knows-an-installer", knows_an_installer);
  avb_test_add_fiber ("/Avb/Medium/test-guest-is-nobody-else", test_guest_is_nobody_else);
  avb_test_add_fiber ("/Avb/Medium/disk-formats-are-told-apart", disk_formats_are_told_apart);
  avb_test_add_fiber ("/Avb/Medium/raw-disks-are-recognised", raw_disks_are_recognised);
  avb_test_add_fiber ("/Avb/Medium/boot-of-a-qcow2-is-found", boot_of_a_qcow2_is_found);
  avb_test_add_fiber ("/Avb/Medium/knows-a-cloud-image", knows_a_cloud_image);
  avb_test_add_fiber ("/Avb/Medium/what-is-no-image-is-refused", what_is_no_image_is_refused);
  avb_test_add_fiber ("/Avb/Medium/unreadable-is-refused", unreadable_is_refused);
  avb_test_add_fiber ("/Avb/Medium/fifo-does-not-block", fifo_does_not_block);
  avb_test_add_fiber ("/Avb/Medium/links-are-followed", links_are_followed);
  avb_test_add_fiber ("/Avb/Medium/truncated-iso-is-refused", truncated_iso_is_refused);
  avb_test_add_fiber ("/Avb/Medium/images-that-refer-elsewhere-are-refused",
                      images_that_refer_elsewhere_are_refused);
  avb_test_add_fiber ("/Avb/Medium/vmdk-cannot-reach-out", vmdk_cannot_reach_out);
  avb_test_add_fiber ("/Avb/Medium/damaged-images-are-refused", damaged_images_are_refused);
  avb_test_add_fiber ("/Avb/Medium/names-are-harmless", names_are_harmless);
  avb_test_add_fiber ("/Avb/Medium/other-places-are-refused", other_places_are_refused);
  avb_test_add_fiber ("/Avb/Medium/qemu-img-is-kept-in-bounds", qemu_img_is_kept_in_bounds);
  avb_test_add_fiber ("/Avb/Medium/without-namespaces-the-limits-remain", without_namespaces_the_limits_remain);
  code = g_test_run ();
  avb_test_remove_folder (folder);
  g_free (folder);
  return code;
}
