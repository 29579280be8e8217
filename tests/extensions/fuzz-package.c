/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A hostile package is unpacked: it is refused and nothing is left beside, or all of it lies where it should. The first byte
 * says what the rest is: 's', lines of a tar that is made of them; 't', blocks of a tar, whose checksums are mended; else the
 * file itself. */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/extensions/avb-package.h"
#include "app/extensions/avb-tree.h"
#include "backends/avb-error.h"
#include "tests/extensions/avb-avx.h"

#define BLOCK 512
#define MAX_RAW (128 * 1024)

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

/* A frame of Zstandard with the bytes as they are (RFC 8878, 3.1.1): quick, and the fuzzer sees through it. */
static GByteArray *
make_frame (const guint8 *bytes, gsize length)
{
  GByteArray *frame = g_byte_array_new ();
  const guint32 size = GUINT32_TO_LE ((guint32) length);

  g_byte_array_append (frame, (const guint8 *) "\x28\xb5\x2f\xfd\xa0", 5);
  g_byte_array_append (frame, (const guint8 *) &size, 4);
  do
    {
      gsize n = MIN (length, MAX_RAW);
      const guint32 header = GUINT32_TO_LE ((guint32) (n << 3) | (n == length ? 1 : 0));

      g_byte_array_append (frame, (const guint8 *) &header, 3);
      g_byte_array_append (frame, bytes, (guint) n);
      bytes += n;
      length -= n;
    }
  while (length > 0);
  return frame;
}

/* "TYPE MODE NAME=DATA": or an extended header, "x KEY=VALUE". */
static void
add_line (AvbTar *tar, char *line)
{
  char *equals = strchr (line, '=');
  const char *data = equals != NULL ? equals + 1 : "";

  if (equals != NULL)
    *equals = '\0';
  if (g_str_has_prefix (line, "x "))
    {
      avb_tar_add_key (tar, line + 2, data, strlen (data));
      return;
    }
  if (strlen (line) < 6)
    return;
  tar->type = line[0];
  tar->mode = (guint) g_ascii_strtoull (line + 1, NULL, 8) & 07777777;
  avb_tar_add (tar, strlen (line + 6) > 100 ? line + strlen (line) - 100 : line + 6, data, -1);
}

static void
add_script (AvbTar *tar, const guint8 *data, gsize size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_auto (GStrv) lines = g_strsplit (text, "\n", 200);

  for (guint i = 0; lines[i] != NULL; i++)
    add_line (tar, lines[i]);
  avb_tar_end (tar);
}

/* Without this no change of a header would go further. */
static void
mend (GByteArray *tar)
{
  for (guint at = 0; at + BLOCK <= tar->len; at += BLOCK)
    {
      guint8 *header = tar->data + at;
      guint sum = 0;

      if (memcmp (header + 257, "ustar", 5) != 0)
        continue;
      memset (header + 148, ' ', 8);
      for (guint i = 0; i < BLOCK; i++)
        sum += header[i];
      g_snprintf ((char *) header + 148, 8, "%06o", sum);
    }
}

static GByteArray *
make_file (const guint8 *data, gsize size)
{
  g_autoptr (AvbTar) tar = NULL;
  GByteArray *file;

  if (size == 0 || (data[0] != 's' && data[0] != 't'))
    {
      file = g_byte_array_new ();
      g_byte_array_append (file, data, (guint) size);
      return file;
    }
  tar = avb_tar_new ();
  avb_tar_add_manifest (tar);
  if (data[0] == 's')
    add_script (tar, data + 1, size - 1);
  else
    g_byte_array_append (tar->bytes, data + 1, (guint) size - 1);
  mend (tar->bytes);
  return make_frame (tar->bytes->data, tar->bytes->len);
}

static void
check_file (const char *path)
{
  struct stat info;

  g_assert_no_errno (lstat (path, &info));
  g_assert_true (S_ISREG (info.st_mode) || S_ISDIR (info.st_mode));
  g_assert_cmpint (info.st_mode & 07000, ==, 0);
  g_assert_true (S_ISDIR (info.st_mode) || info.st_nlink == 1);
}

static guint
check_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      check_file (path);
      n += 1 + (g_file_test (path, G_FILE_TEST_IS_DIR) ? check_folder (path) : 0);
    }
  return n;
}

static void
unpack (const char *path)
{
  const AvbPackageExpect expect = { NULL, 16 << 20 };
  g_autofree char *place = g_dir_make_tmp ("fuzz-XXXXXX", NULL);
  g_autofree char *into = g_build_filename (place, "a", "b", "into", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbPackage) package = NULL;

  g_assert_no_errno (g_mkdir_with_parents (into, 0700));
  package = avb_package_read (path, into, &expect, NULL, &error);
  if (package != NULL)
    g_assert_cmpuint (check_folder (into), ==, avb_package_get_n_entries (package));
  else
    g_assert_true (error->domain == AVB_ERROR);
  g_assert_true (avb_tree_remove (into, NULL));
  g_assert_cmpuint (check_folder (place), ==, 2);
  g_assert_true (avb_tree_remove (place, NULL));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GByteArray) file = make_file (data, size);
  g_autofd int fd = memfd_create ("fuzz", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);

  g_assert_cmpint (write (fd, file->data, file->len), ==, file->len);
  unpack (path);
  return 0;
}
