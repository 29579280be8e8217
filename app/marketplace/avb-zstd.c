/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-zstd.h"

#include <archive.h>
#include <archive_entry.h>
#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"

#define BLOCK (64 * 1024)
#define LEVEL "19"

typedef struct archive Reader;
typedef struct archive Writer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reader, archive_read_free)

static void
set_invalid (GError **error, const char *details)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, details, _("This file is not compressed as it must be.")));
}

static GBytes *
read_all (Reader *reader, gsize max_length, GError **error)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autofree guint8 *block = g_malloc (BLOCK);
  la_ssize_t n;

  while ((n = archive_read_data (reader, block, BLOCK)) > 0)
    {
      if ((gsize) n > max_length - data->len)
        {
          set_invalid (error, "it would be too large");
          return NULL;
        }
      g_byte_array_append (data, block, n);
    }
  if (n == 0)
    return g_byte_array_free_to_bytes (g_steal_pointer (&data));
  set_invalid (error, archive_error_string (reader));
  return NULL;
}

GBytes *
avb_zstd_decompress (GBytes *bytes, gsize max_length, GError **error)
{
  static const guint8 magic[] = { 0x28, 0xb5, 0x2f, 0xfd };
  g_autoptr (Reader) reader = archive_read_new ();
  struct archive_entry *entry;
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  /* Anything is a raw archive to libarchive. */
  if (length < sizeof magic || memcmp (data, magic, sizeof magic) != 0)
    {
      set_invalid (error, "no zstd");
      return NULL;
    }
  archive_read_support_filter_zstd (reader);
  archive_read_support_format_raw (reader);
  if (archive_read_open_memory (reader, data, length) != ARCHIVE_OK ||
      archive_read_next_header (reader, &entry) != ARCHIVE_OK)
    {
      set_invalid (error, archive_error_string (reader));
      return NULL;
    }
  return read_all (reader, max_length, error);
}

static la_ssize_t
append_cb (struct archive *writer, void *data, const void *block, size_t length)
{
  g_byte_array_append (data, block, length);
  return length;
}

GBytes *
avb_zstd_compress (GBytes *bytes, GError **error)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  struct archive *writer = archive_write_new ();
  struct archive_entry *entry = archive_entry_new ();
  gsize length = g_bytes_get_size (bytes);
  gboolean done;

  archive_entry_set_pathname (entry, "data");
  archive_entry_set_filetype (entry, AE_IFREG);
  done = archive_write_set_format_raw (writer) == ARCHIVE_OK &&
         archive_write_add_filter_zstd (writer) == ARCHIVE_OK &&
         archive_write_set_filter_option (writer, "zstd", "compression-level", LEVEL) == ARCHIVE_OK &&
         archive_write_set_bytes_in_last_block (writer, 1) == ARCHIVE_OK &&
         archive_write_open2 (writer, data, NULL, append_cb, NULL, NULL) == ARCHIVE_OK &&
         archive_write_header (writer, entry) == ARCHIVE_OK &&
         archive_write_data (writer, g_bytes_get_data (bytes, NULL), length) == (la_ssize_t) length &&
         archive_write_close (writer) == ARCHIVE_OK;
  if (!done)
    g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, archive_error_string (writer),
                                             _("The file could not be compressed.")));
  archive_entry_free (entry);
  archive_write_free (writer);
  return done ? g_byte_array_free_to_bytes (g_steal_pointer (&data)) : NULL;
}
