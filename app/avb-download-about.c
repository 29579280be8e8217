/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What the cache remembers of a file: a small key file beside it. */

#include "config.h"

#include "app/avb-download-private.h"

#include <string.h>

#define FILE_GROUP "File"
#define PART_GROUP "Part"

void
avb_download_mark_clear (AvbDownloadMark *self)
{
  g_clear_pointer (&self->etag, g_free);
  g_clear_pointer (&self->modified, g_free);
  self->total = 0;
}

/* A weak tag does not promise the same bytes. */
void
avb_download_mark_take (AvbDownloadMark *self, SoupMessageHeaders *headers, guint64 total)
{
  const char *etag = soup_message_headers_get_one (headers, "ETag");

  avb_download_mark_clear (self);
  if (etag != NULL && etag[0] == '"')
    self->etag = g_strdup (etag);
  self->modified = g_strdup (soup_message_headers_get_one (headers, "Last-Modified"));
  self->total = total;
}

void
avb_download_about_clear (AvbDownloadAbout *self)
{
  g_clear_pointer (&self->url, g_free);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->checksum, g_free);
  avb_download_mark_clear (&self->file);
  avb_download_mark_clear (&self->part);
  self->complete = FALSE;
}

static void
read_mark (GKeyFile *file, const char *group, AvbDownloadMark *mark)
{
  mark->etag = g_key_file_get_string (file, group, "ETag", NULL);
  mark->modified = g_key_file_get_string (file, group, "Modified", NULL);
  mark->total = g_key_file_get_uint64 (file, group, "Total", NULL);
}

void
avb_download_about_read (AvbDownloadAbout *self, const char *folder)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = g_build_filename (folder, AVB_DOWNLOAD_ABOUT, NULL);

  avb_download_about_clear (self);
  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return;
  self->url = g_key_file_get_string (file, FILE_GROUP, "URL", NULL);
  self->name = g_key_file_get_string (file, FILE_GROUP, "Name", NULL);
  self->checksum = g_key_file_get_string (file, FILE_GROUP, "Checksum", NULL);
  self->complete = g_key_file_get_boolean (file, FILE_GROUP, "Complete", NULL);
  /* Others may have written here. */
  if (self->name == NULL || *self->name == '\0' || *self->name == '.' || strchr (self->name, '/') != NULL)
    {
      g_clear_pointer (&self->name, g_free);
      self->complete = FALSE;
    }
  read_mark (file, FILE_GROUP, &self->file);
  read_mark (file, PART_GROUP, &self->part);
}

static void
write_string (GKeyFile *file, const char *group, const char *key, const char *value)
{
  if (value != NULL)
    g_key_file_set_string (file, group, key, value);
}

static void
write_mark (GKeyFile *file, const char *group, const AvbDownloadMark *mark)
{
  write_string (file, group, "ETag", mark->etag);
  write_string (file, group, "Modified", mark->modified);
  g_key_file_set_uint64 (file, group, "Total", mark->total);
}

gboolean
avb_download_about_write (const AvbDownloadAbout *self, const char *folder, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *path = g_build_filename (folder, AVB_DOWNLOAD_ABOUT, NULL);

  write_string (file, FILE_GROUP, "URL", self->url);
  write_string (file, FILE_GROUP, "Name", self->name);
  write_string (file, FILE_GROUP, "Checksum", self->checksum);
  g_key_file_set_boolean (file, FILE_GROUP, "Complete", self->complete);
  write_mark (file, FILE_GROUP, &self->file);
  write_mark (file, PART_GROUP, &self->part);
  return g_key_file_save_to_file (file, path, error);
}
