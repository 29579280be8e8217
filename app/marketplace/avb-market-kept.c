/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-market-kept.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define STATE "state.conf"
#define ANCHOR "anchor.json"
#define LOCK ".lock"
#define GROUP "marketplace"

static const char *const names[AVB_METADATA_N_KINDS] = { "root.json", "timestamp.json", "catalog.json.zst",
                                                         "revocations.json" };

static gboolean
set_error (GError **error, const GError *native)
{
  gboolean full = g_error_matches (native, G_FILE_ERROR, G_FILE_ERROR_NOSPC);

  g_propagate_error (error, avb_error_new (full ? AVB_ERROR_NO_SPACE : AVB_ERROR_FAILED, native->message,
                                           _("What is known of the marketplace could not be kept.")));
  return FALSE;
}

static GBytes *
read_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  char *text;
  gsize length;

  return g_file_get_contents (path, &text, &length, NULL) ? g_bytes_new_take (text, length) : NULL;
}

/* To a temporary name, synced and renamed. */
static gboolean
write_file (const char *folder, const char *name, const void *data, gsize length, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) native = NULL;

  if (g_file_set_contents_full (path, data, length, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &native))
    return TRUE;
  return set_error (error, native);
}

static void
read_state (AvbMarketKept *self)
{
  g_autofree char *path = g_build_filename (self->folder, STATE, NULL);
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return;
  self->clock_floor = g_key_file_get_int64 (file, GROUP, "clock-floor", NULL);
  self->checked = g_key_file_get_int64 (file, GROUP, "checked", NULL);
  self->etag = g_key_file_get_string (file, GROUP, "etag", NULL);
}

/* Temporary files of a program that was killed while it wrote. */
static void
sweep (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    for (guint i = 0; i < G_N_ELEMENTS (names); i++)
      {
        g_autofree char *prefix = g_strconcat (names[i], ".", NULL);
        g_autofree char *path = g_build_filename (folder, name, NULL);

        if (g_str_has_prefix (name, prefix))
          g_unlink (path);
      }
}

AvbMarketKept *
avb_market_kept_open (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, LOCK, NULL);
  AvbMarketKept *self;
  int fd;

  if (g_mkdir_with_parents (folder, 0700) != 0 ||
      (fd = g_open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
    {
      g_autoptr (GError) native
          = g_error_new_literal (G_FILE_ERROR, g_file_error_from_errno (errno), g_strerror (errno));

      set_error (error, native);
      return NULL;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      close (fd);
      g_propagate_error (error, avb_error_new (AVB_ERROR_BUSY, NULL,
                                               _("Another program looks at this marketplace just now.")));
      return NULL;
    }
  self = g_new0 (AvbMarketKept, 1);
  self->folder = g_strdup (folder);
  self->lock = fd;
  read_state (self);
  sweep (folder);
  return self;
}

void
avb_market_kept_free (AvbMarketKept *self)
{
  close (self->lock);
  g_free (self->folder);
  g_free (self->etag);
  g_free (self);
}

GBytes *
avb_market_kept_read (AvbMarketKept *self, AvbMetadataKind kind)
{
  return read_file (self->folder, names[kind]);
}

gboolean
avb_market_kept_write (AvbMarketKept *self, AvbMetadataKind kind, GBytes *bytes, GError **error)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);

  return write_file (self->folder, names[kind], data, length, error);
}

gboolean
avb_market_kept_write_state (AvbMarketKept *self, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *text = NULL;
  gsize length;

  g_key_file_set_int64 (file, GROUP, "clock-floor", self->clock_floor);
  g_key_file_set_int64 (file, GROUP, "checked", self->checked);
  if (self->etag != NULL)
    g_key_file_set_string (file, GROUP, "etag", self->etag);
  text = g_key_file_to_data (file, &length, NULL);
  return write_file (self->folder, STATE, text, length, error);
}

gboolean
avb_market_kept_set_anchor (AvbMarketKept *self, GBytes *anchor, GError **error)
{
  g_autoptr (GBytes) old = avb_market_kept_read_anchor (self->folder);
  g_autofree char *root = g_build_filename (self->folder, names[AVB_METADATA_ROOT], NULL);
  gsize length;
  const void *data = g_bytes_get_data (anchor, &length);

  if (old != NULL && g_bytes_equal (old, anchor))
    return TRUE;
  /* In this order: a root of the former anchor must not be taken for one of the new. */
  if (g_unlink (root) != 0 && errno != ENOENT)
    {
      g_autoptr (GError) native
          = g_error_new_literal (G_FILE_ERROR, g_file_error_from_errno (errno), g_strerror (errno));

      return set_error (error, native);
    }
  return write_file (self->folder, ANCHOR, data, length, error);
}

GBytes *
avb_market_kept_read_anchor (const char *folder)
{
  return read_file (folder, ANCHOR);
}
