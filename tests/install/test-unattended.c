/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-unattended-private.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "backends/avb-error.h"
#include "tests/app/avb-fixtures.h"
#include "tests/avb-test.h"

#define PASSWORD "p' \"$(reboot)` & <x> \\ ü"

static char *folder;

/* A disc as it would be called, with a kernel and an initial file system where the database expects them. */
static char *
make_disc (const char *volume_id, const char *kernel, const char *initrd)
{
  g_autofree char *content = avb_fixture_write (folder, "content", "not empty", -1);
  g_autofree char *from_kernel = g_strdup_printf ("%s=%s", kernel, content);
  g_autofree char *from_initrd = g_strdup_printf ("%s=%s", initrd, content);
  char *path = avb_fixture_path (folder, "disc.iso");

  avb_fixture_run ("xorriso", "-as", "mkisofs", "-quiet", "-r", "-V", volume_id, "-o", path, "-graft-points",
                   from_kernel, from_initrd, NULL);
  return path;
}

static char *
make_debian (void)
{
  return make_disc ("Debian 12.5.0 amd64 n", "install.amd/vmlinuz", "install.amd/initrd.gz");
}

static AvbInstallWishes *
make_wishes (void)
{
  AvbInstallWishes *wishes = g_new0 (AvbInstallWishes, 1);

  wishes->user = g_strdup ("ada");
  wishes->full_name = g_strdup ("Ada <b>&amp; O'Lovelace");
  wishes->password = g_strdup (PASSWORD);
  wishes->host_name = g_strdup ("engine");
  wishes->language = g_strdup ("de_AT");
  wishes->keyboard = g_strdup ("de");
  wishes->time_zone = g_strdup ("Europe/Vienna");
  wishes->target_disk = g_strdup ("/dev/vda");
  return wishes;
}

static AvbInstallPlan *
plan_for (const char *path, const AvbInstallWishes *wishes)
{
  g_autoptr (GError) error = NULL;
  AvbInstallPlan *plan = avb_unattended_plan (path, wishes, &error);

  g_assert_no_error (error);
  return plan;
}

static const char *
text_of (AvbInstallPlan *plan, const char *name)
{
  for (guint i = 0; i < plan->files->len; i++)
    {
      const AvbInstallFile *file = g_ptr_array_index (plan->files, i);

      if (g_str_equal (file->name, name))
        return file->text;
    }
  g_error ("there is no %s", name);
}

static void
assert_line (const char *text, const char *line)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  if (!g_strv_contains ((const char *const *) lines, line))
    g_error ("there is no line “%s” in: %s", line, text);
}

static guint
count (const char *text, const char *part)
{
  guint n = 0;

  for (const char *found = strstr (text, part); found != NULL; found = strstr (found + 1, part))
    n++;
  return n;
}

static void
test_debian (void)
{
  g_autofree char *path = make_debian ();
  g_autoptr (AvbInstallWishes) wishes = make_wishes ();
  g_autoptr (AvbInstallPlan) plan = plan_for (path, wishes);
  const char *text = text_of (plan, "preseed.cfg");

  g_assert_cmpint (plan->installer, ==, AVB_INSTALLER_PRESEED);
  g_assert_cmpstr (plan->kernel, ==, "install.amd/vmlinuz");
  g_assert_cmpstr (plan->initrd, ==, "install.amd/initrd.gz");
  g_assert_nonnull (strstr (plan->arguments, "xkb-keymap=de"));
  assert_line (text, "d-i passwd/username string ada");
  assert_line (text, "d-i passwd/user-fullname string Ada <b>&amp; O'Lovelace");
  assert_line (text, "d-i passwd/root-login boolean false");
  assert_line (text, "d-i netcfg/get_hostname string engine");
  assert_line (text, "d-i debian-installer/locale select de_AT");
  assert_line (text, "d-i time/zone select Europe/Vienna");
  assert_line (text, "d-i partman-auto/disk string /dev/vda");
  assert_line (text, "d-i debian-installer/exit/poweroff boolean true");
  /* Each said once, and the password nowhere. */
  g_assert_cmpuint (count (text, "passwd/username"), ==, 1);
  g_assert_cmpuint (count (text, "preseed/late_command"), ==, 1);
  g_assert_cmpuint (count (text, "d-i passwd/user-password-crypted password $6$"), ==, 1);
  g_assert_null (strstr (text, "reboot)"));
  g_assert_null (strstr (text, "user-password-again"));
  g_assert_null (strstr (text, "root-password"));
}

static void
test_fedora (void)
{
  g_autofree char *path = make_disc ("Fedora-S-dvd-x86_64-42", "images/pxeboot/vmlinuz", "images/pxeboot/initrd.img");
  g_autoptr (AvbInstallWishes) wishes = make_wishes ();
  g_autoptr (AvbInstallPlan) plan = plan_for (path, wishes);
  const char *text = text_of (plan, "fedora.ks");

  g_assert_cmpint (plan->installer, ==, AVB_INSTALLER_KICKSTART);
  g_assert_nonnull (strstr (plan->arguments, "inst.ks=file:/fedora.ks"));
  assert_line (text, "poweroff");
  g_assert_null (strstr (text, "\nreboot"));
  g_assert_null (strstr (text, "--stdin"));
  g_assert_null (strstr (text, "reboot)"));
  g_assert_nonnull (strstr (text, "\nrootpw --iscrypted $6$"));
  g_assert_nonnull (strstr (text, "echo 'ada:$6$"));
}

static void
test_windows (void)
{
  static const char template[] =
      "<?xml version='1.0'?><unattend xmlns='urn:schemas-microsoft-com:unattend' "
      "xmlns:wcm='http://schemas.microsoft.com/WMIConfig/2002/State'><a><DriverPaths/>"
      "<CreatePartitions><CreatePartition/></CreatePartitions><ModifyPartitions/><InstallTo><PartitionID>1</PartitionID>"
      "</InstallTo><ProductKey><Key/></ProductKey><Name>NAMEMARK</Name><Value>PASSMARK</Value><OOBE/></a></unattend>";
  g_autoptr (AvbInstallWishes) wishes = make_wishes ();
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  wishes->uefi = TRUE;
  text = avb_install_text_finish (AVB_INSTALLER_WINDOWS, template, wishes, "NAMEMARK", "PASSMARK", &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (text, "<Name>Ada &lt;b&gt;&amp;amp; O'Lovelace</Name>"));
  g_assert_nonnull (strstr (text, "<Value>p' \"$(reboot)` &amp; &lt;x&gt; \\ ü</Value>"));
  g_assert_nonnull (strstr (text, "<Type>EFI</Type>"));
  g_assert_nonnull (strstr (text, "<PartitionID>3</PartitionID>"));
  g_assert_nonnull (strstr (text, "shutdown /s"));
  g_assert_null (strstr (text, "ProductKey"));
  g_assert_null (strstr (text, "DriverPaths"));
}

/* What the database says of real discs of Windows 10, down to the disc of answers. */
static void
test_answers (void)
{
  g_autofree char *disc = avb_fixture_path (folder, "answers.iso");
  g_autoptr (AvbInstallPlan) plan = g_new0 (AvbInstallPlan, 1);
  g_autoptr (GError) error = NULL;
  AvbInstallFile *file = g_new0 (AvbInstallFile, 1);
  struct archive *archive = archive_read_new ();
  struct archive_entry *entry;
  char text[32] = "";
  gboolean found = FALSE;

  file->name = g_strdup ("autounattend.xml");
  file->text = g_strdup ("<unattend/>");
  plan->installer = AVB_INSTALLER_WINDOWS;
  plan->files = g_ptr_array_new ();
  g_ptr_array_add (plan->files, file);
  g_assert_true (avb_install_media_write_disc (plan->files, "INSTALL", disc, NULL, &error));
  g_assert_no_error (error);
  archive_read_support_format_iso9660 (archive);
  g_assert_cmpint (archive_read_open_filename (archive, disc, 4096), ==, ARCHIVE_OK);
  while (archive_read_next_header (archive, &entry) == ARCHIVE_OK)
    if (g_str_equal (archive_entry_pathname (entry), "autounattend.xml"))
      {
        found = TRUE;
        archive_read_data (archive, text, sizeof text - 1);
      }
  archive_read_free (archive);
  g_assert_true (found);
  g_assert_cmpstr (text, ==, "<unattend/>");
  /* Never over what is there. */
  g_assert_false (avb_install_media_write_disc (plan->files, "INSTALL", disc, NULL, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_FAILED);
  g_free (file->name);
  g_free (file->text);
  g_free (file);
}

static void
test_initrd (void)
{
  g_autofree char *path = make_debian ();
  g_autofree char *kernel = avb_fixture_path (folder, "kernel");
  g_autofree char *initrd = avb_fixture_path (folder, "initrd");
  g_autofree char *bytes = NULL;
  g_autoptr (AvbInstallWishes) wishes = make_wishes ();
  g_autoptr (AvbInstallPlan) plan = plan_for (path, wishes);
  g_autoptr (GError) error = NULL;
  gsize length;

  g_assert_true (avb_install_media_extract (path, plan, kernel, initrd, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (kernel, &bytes, &length, NULL));
  g_assert_cmpmem (bytes, length, "not empty", 9);
  g_clear_pointer (&bytes, g_free);
  g_assert_true (g_file_get_contents (initrd, &bytes, &length, NULL));
  g_assert_cmpmem (bytes, 9, "not empty", 9);
  /* An archive of the form that the kernel unpacks, at a multiple of four. */
  g_assert_cmpmem (bytes + 512, 6, "070701", 6);
  g_assert_cmpstr (bytes + 512 + 110, ==, "preseed.cfg");
}

static void
test_lacking_kernel (void)
{
  g_autofree char *path = make_disc ("Debian 12.5.0 amd64 n", "install.amd/other", "install.amd/initrd.gz");
  g_autofree char *kernel = avb_fixture_path (folder, "kernel-2");
  g_autofree char *initrd = avb_fixture_path (folder, "initrd-2");
  g_autoptr (AvbInstallWishes) wishes = make_wishes ();
  g_autoptr (AvbInstallPlan) plan = plan_for (path, wishes);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (avb_install_media_extract (path, plan, kernel, initrd, NULL, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);
  g_cancellable_cancel (cancelled);
  g_assert_false (avb_install_media_extract (path, plan, kernel, initrd, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Damaged anywhere, it is refused or read, and nothing worse. */
static void
test_damaged (void)
{
  g_autofree char *path = make_debian ();
  g_autoptr (AvbInstallWishes) wishes = make_wishes ();
  g_autoptr (AvbInstallPlan) plan = plan_for (path, wishes);
  g_autofree char *bytes = NULL;
  gsize length;
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *copy = g_memdup2 (bytes, length);
      g_autofree char *name = g_strdup_printf ("kernel-%u", i + 10);
      g_autofree char *kernel = avb_fixture_path (folder, name);
      g_autofree char *initrd = g_strconcat (kernel, ".initrd", NULL);
      g_autofree char *damaged = NULL;
      g_autoptr (GError) error = NULL;

      for (guint j = 0; j < 20; j++)
        copy[g_rand_int_range (random, 0x8000, (int) MIN (length, 0x20000))] = (char) g_rand_int (random);
      damaged = avb_fixture_write (folder, "damaged.iso", copy,
                                   i % 4 == 0 ? g_rand_int_range (random, 1, (int) length) : (gssize) length);
      if (!avb_install_media_extract (damaged, plan, kernel, initrd, NULL, &error))
        g_assert_cmpint (error->domain, ==, AVB_ERROR);
    }
}

static AvbFirstBoot *
make_first_boot (void)
{
  AvbFirstBoot *wishes = avb_first_boot_new ();

  g_object_set (wishes, "user", "ada", "full-name", "Ada", "password", PASSWORD, "language", "en_US", "keyboard", "us",
                "time-zone", "Etc/UTC", NULL);
  return wishes;
}

static void
assert_refused (const AvbUnattended *info, const char *property, const char *value)
{
  g_autoptr (AvbFirstBoot) wishes = make_first_boot ();
  g_autofree char *problem = NULL;

  g_object_set (wishes, property, value, NULL);
  problem = avb_unattended_find_problem (info, wishes);
  if (problem == NULL)
    g_error ("the %s “%s” was taken", property, value);
}

static void
test_wishes (void)
{
  const AvbUnattended unix_like = { .keyboard = TRUE, .time_zone = TRUE };
  const AvbUnattended windows = { .installer = AVB_INSTALLER_WINDOWS, .product_key = TRUE,
                                  .product_key_format = (char *) "$$$$$-$$$$$" };
  g_autoptr (AvbFirstBoot) good = make_first_boot ();
  const char *const users[] = { "", "root", "Ada", "1a", "a b", "a;b", "a'b", "ada\n", "ä", "-a",
                                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
  const char *const names[] = { "a:b", "a\nb", "a\\", "a\xff", "a\"b" };
  const char *const hosts[] = { "-a", "a_b", "a b", "a\n", "a.b", "a$(b)" };
  const char *const languages[] = { "", "C", "de", "de_DE; reboot", "de_DE\n" };
  const char *const zones[] = { "", "../etc/passwd", "Europe/Berlin\nd-i x", "a/b/c/d" };

  g_assert_null (avb_unattended_find_problem (&unix_like, good));
  g_assert_null (avb_unattended_find_problem (&windows, good));
  g_object_set (good, "product-key", "ABCDE-12345", NULL);
  g_assert_null (avb_unattended_find_problem (&windows, good));
  for (guint i = 0; i < G_N_ELEMENTS (users); i++)
    assert_refused (&unix_like, "user", users[i]);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    assert_refused (&unix_like, "full-name", names[i]);
  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    assert_refused (&unix_like, "host-name", hosts[i]);
  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    assert_refused (&unix_like, "language", languages[i]);
  for (guint i = 0; i < G_N_ELEMENTS (zones); i++)
    assert_refused (&unix_like, "time-zone", zones[i]);
  assert_refused (&unix_like, "password", "");
  assert_refused (&unix_like, "password", "a\nb");
  assert_refused (&unix_like, "keyboard", "us\nd-i");
  assert_refused (&windows, "host-name", "a-name-that-is-too-long");
  assert_refused (&windows, "product-key", "ABCDE-1234");
  assert_refused (&windows, "product-key", "ABCDE-1234<");
}

static void
test_refused_discs (void)
{
  static const char *const volume_ids[] = { "NOBODY KNOWS THIS", "Fedora-WS-Live-42" };

  for (guint i = 0; i < G_N_ELEMENTS (volume_ids); i++)
    {
      g_autofree char *path = make_disc (volume_ids[i], "a", "b");
      g_autoptr (GError) error = NULL;

      g_assert_null (avb_unattended_read (path, &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
    }
}

static void
test_can (void)
{
  g_autofree char *path = make_debian ();
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbUnattended) info = avb_unattended_read (path, &error);

  g_assert_no_error (error);
  g_assert_cmpint (info->installer, ==, AVB_INSTALLER_PRESEED);
  g_assert_true (info->desktop && info->minimal && info->time_zone && info->keyboard && info->needs_internet);
  g_assert_false (info->product_key || info->drivers);
}

int
main (int argc, char **argv)
{
  int result;

  avb_test_init (&argc, &argv);
  folder = avb_test_make_folder ();
  g_test_add_func ("/Avb/Unattended/can", test_can);
  g_test_add_func ("/Avb/Unattended/refused-discs", test_refused_discs);
  g_test_add_func ("/Avb/Unattended/wishes", test_wishes);
  g_test_add_func ("/Avb/Unattended/debian", test_debian);
  g_test_add_func ("/Avb/Unattended/fedora", test_fedora);
  g_test_add_func ("/Avb/Unattended/windows", test_windows);
  g_test_add_func ("/Avb/Unattended/answers", test_answers);
  g_test_add_func ("/Avb/Unattended/initrd", test_initrd);
  g_test_add_func ("/Avb/Unattended/lacking-kernel", test_lacking_kernel);
  g_test_add_func ("/Avb/Unattended/damaged", test_damaged);
  result = g_test_run ();
  avb_test_remove_folder (folder);
  g_free (folder);
  return result;
}
