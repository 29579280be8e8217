/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-known-certificates.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-folders.h"

#define KEY "sha256"

/* The file is read and written as a whole. */
static GMutex lock;

typedef struct {
  char *file;
  char *group;
  char *fingerprint;
} Work;

static Work *
work_new (const char *host, guint port, const char *fingerprint)
{
  Work            *work = g_new0 (Work, 1);
  g_autofree char *escaped = g_uri_escape_string (host, ":", FALSE);

  work->file = avb_folder_build (AVB_FOLDER_DATA, "known-certificates");
  /* An address of IPv6 has colons, but no space. */
  work->group = g_strdup_printf ("%s %u", escaped, port);
  work->fingerprint = g_strdup (fingerprint);
  return work;
}

static void
work_free (gpointer data)
{
  Work *work = data;

  g_free (work->file);
  g_free (work->group);
  g_free (work->fingerprint);
  g_free (work);
}

static DexFuture *
find_thread (gpointer data)
{
  Work *work = data;
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);

  /* What can't be read is not trusted: the user is asked. */
  g_key_file_load_from_file (keys, work->file, G_KEY_FILE_NONE, NULL);
  return dex_future_new_take_string (g_key_file_get_string (keys, work->group, KEY, NULL));
}

static DexFuture *
keep_thread (gpointer data)
{
  Work *work = data;
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_path_get_dirname (work->file);
  g_autofree char *text = NULL;
  gsize            length;

  g_key_file_load_from_file (keys, work->file, G_KEY_FILE_KEEP_COMMENTS, NULL);
  g_key_file_set_string (keys, work->group, KEY, work->fingerprint);
  text = g_key_file_to_data (keys, &length, NULL);
  g_mkdir_with_parents (directory, 0700);
  if (!g_file_set_contents_full (work->file,
                                 text,
                                 (gssize) length,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                 0600,
                                 &error))
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_FAILED, error->message, _ ("The certificate could not be kept.")));
  return dex_future_new_true ();
}

DexFuture *
avb_known_certificates_find (const char *host, guint port)
{
  return avb_blocking_run (find_thread, work_new (host, port, NULL), work_free);
}

DexFuture *
avb_known_certificates_keep (const char *host, guint port, const char *fingerprint)
{
  return avb_blocking_run (keep_thread, work_new (host, port, fingerprint), work_free);
}
