/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/extensions/avb-avx.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/extensions/avb-package.h"
#include "tests/avb-test.h"

#define BLOCK 512

char *
avb_avx_manifest (const char *id, const char *version, const char *more)
{
  gboolean code = more != NULL && strstr (more, "\"platforms\"") != NULL;

  return g_strdup_printf ("{\"schema\":1,\"id\":\"%s\",\"version\":\"%s\",\"kind\":\"%s\",\"license\":\"MIT\","
                          "\"publisher\":\"Example\",\"name\":\"Name of %s\",\"summary\":\"For tests\","
                          "\"engines\":{\"protocol\":1}%s%s}",
                          id, version, code ? "code" : "content", id, more != NULL ? "," : "", more != NULL ? more : "");
}

char *
avb_avx_write (const char *folder, const char *name, gconstpointer bytes, gsize length)
{
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);

  g_file_set_contents (path, bytes, (gssize) length, &error);
  g_assert_no_error (error);
  return path;
}

char *
avb_avx_make (const char *folder, const char *name, const char *id, const char *version, const char *more, const char *payload)
{
  g_autofree char *source = avb_test_make_folder ();
  g_autofree char *manifest = avb_avx_manifest (id, version, more);
  g_autofree char *first = avb_avx_write (source, "manifest.json", manifest, strlen (manifest));
  g_autofree char *second = avb_avx_write (source, "payload", payload, strlen (payload));
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, name, NULL);

  g_assert_no_errno (g_chmod (second, 0755));
  avb_package_write (source, path, &error);
  g_assert_no_error (error);
  avb_test_remove_folder (source);
  return path;
}

AvbTar *
avb_tar_new (void)
{
  AvbTar *self = g_new0 (AvbTar, 1);

  self->bytes = g_byte_array_new ();
  self->type = '0';
  self->mode = 0644;
  self->claimed = -1;
  return self;
}

void
avb_tar_free (AvbTar *self)
{
  g_byte_array_unref (self->bytes);
  g_free (self);
}

static void
pad (AvbTar *self)
{
  static const guint8 zeros[BLOCK];
  guint rest = self->bytes->len % BLOCK;

  if (rest > 0)
    g_byte_array_append (self->bytes, zeros, BLOCK - rest);
}

void
avb_tar_add_raw (AvbTar *self, const guint8 name[100], const char *data, gsize length)
{
  char header[BLOCK] = { 0 };
  guint sum = 0;

  memcpy (header, name, 100);
  g_snprintf (header + 100, 8, "%07o", self->mode);
  g_snprintf (header + 108, 8, "%07o", 0);
  g_snprintf (header + 116, 8, "%07o", 0);
  g_snprintf (header + 124, 12, "%011" G_GINT64_MODIFIER "o", self->claimed >= 0 ? (guint64) self->claimed : (guint64) length);
  g_snprintf (header + 136, 12, "%011o", 0);
  memset (header + 148, ' ', 8);
  header[156] = self->type;
  if (self->link != NULL)
    g_strlcpy (header + 157, self->link, 100);
  memcpy (header + 257, "ustar\00000", 8);
  for (guint i = 0; i < BLOCK; i++)
    sum += (guint8) header[i];
  g_snprintf (header + 148, 8, "%06o", sum);
  g_byte_array_append (self->bytes, (const guint8 *) header, BLOCK);
  if (length > 0)
    g_byte_array_append (self->bytes, (const guint8 *) data, (guint) length);
  pad (self);
}

void
avb_tar_add (AvbTar *self, const char *name, const char *data, gssize length)
{
  guint8 field[100] = { 0 };

  g_assert_cmpuint (strlen (name), <=, sizeof field);
  memcpy (field, name, strlen (name));
  avb_tar_add_raw (self, field, data, data == NULL ? 0 : length < 0 ? strlen (data) : (gsize) length);
}

void
avb_tar_add_pax (AvbTar *self, const char *records, gsize length)
{
  char type = self->type;

  self->type = 'x';
  avb_tar_add (self, "PaxHeaders/x", records, (gssize) length);
  self->type = type;
}

void
avb_tar_add_key (AvbTar *self, const char *key, const char *value, gsize length)
{
  g_autoptr (GString) record = g_string_new (NULL);
  gsize total = strlen (key) + length + 3;
  gsize digits = 1;

  while (digits < 7 && total + digits >= 10)
    {
      gsize n = total + digits;
      gsize needed = 0;

      for (; n > 0; n /= 10)
        needed++;
      if (needed == digits)
        break;
      digits = needed;
    }
  g_string_printf (record, "%" G_GSIZE_FORMAT " %s=", total + digits, key);
  g_string_append_len (record, value, (gssize) length);
  g_string_append_c (record, '\n');
  avb_tar_add_pax (self, record->str, record->len);
}

void
avb_tar_add_manifest (AvbTar *self)
{
  g_autofree char *manifest = avb_avx_manifest ("org.example.test", "1.0.0", NULL);
  char type = self->type;

  self->type = '0';
  avb_tar_add (self, "manifest.json", manifest, -1);
  self->type = type;
}

void
avb_tar_end (AvbTar *self)
{
  static const guint8 zeros[2 * BLOCK];

  g_byte_array_append (self->bytes, zeros, sizeof zeros);
}

static la_ssize_t
append_cb (struct archive *archive, void *data, const void *buffer, size_t length)
{
  g_byte_array_append (data, buffer, (guint) length);
  return (la_ssize_t) length;
}

GBytes *
avb_avx_compress (const guint8 *bytes, gsize length, const char *filter)
{
  struct archive *archive = archive_write_new ();
  struct archive_entry *entry = archive_entry_new ();
  GByteArray *out = g_byte_array_new ();

  archive_entry_set_pathname (entry, "data");
  archive_entry_set_filetype (entry, AE_IFREG);
  g_assert_cmpint (archive_write_add_filter_by_name (archive, filter), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_set_format_raw (archive), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_set_bytes_in_last_block (archive, 1), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_open (archive, out, NULL, append_cb, NULL), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_header (archive, entry), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_data (archive, bytes, length), ==, length);
  g_assert_cmpint (archive_write_close (archive), ==, ARCHIVE_OK);
  archive_write_free (archive);
  archive_entry_free (entry);
  return g_byte_array_free_to_bytes (out);
}

char *
avb_tar_save (AvbTar *self, const char *folder, const char *name)
{
  g_autoptr (GBytes) bytes = avb_avx_compress (self->bytes->data, self->bytes->len, "zstd");

  return avb_avx_write (folder, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
list_into (GPtrArray *names, const char *folder, const char *prefix)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK);
      char *line = g_strconcat (prefix, name, is_folder ? "/" : "", NULL);

      g_ptr_array_add (names, line);
      if (is_folder)
        list_into (names, path, line);
    }
}

char *
avb_avx_list (const char *folder)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  list_into (names, folder, "");
  g_ptr_array_sort_values (names, (GCompareFunc) strcmp);
  g_ptr_array_add (names, NULL);
  return g_strjoinv ("\n", (char **) names->pdata);
}
