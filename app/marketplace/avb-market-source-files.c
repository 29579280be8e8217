/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Packages and pictures of a marketplace. */

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <utime.h>

#include "app/extensions/avb-tree.h"
#include "app/marketplace/avb-market-fetch.h"
#include "app/marketplace/avb-market-source-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

#define MAX_MEDIA (4 * 1024 * 1024)
/* Of all pictures of a marketplace that are kept. */
#define MAX_CACHE (64 * 1024 * 1024)

typedef struct {
  char         *uri;
  char         *folder;
  char         *cache;
  char         *sha256;
  guint64       size;
  GTlsDatabase *tls_database; /* (nullable) */
  guint         stall_seconds;
  AvbOperation *operation; /* (nullable) */
} Job;

static void
job_free (gpointer data)
{
  Job *self = data;

  g_free (self->uri);
  g_free (self->folder);
  g_free (self->cache);
  g_free (self->sha256);
  g_clear_object (&self->tls_database);
  g_clear_object (&self->operation);
  g_free (self);
}

static Job *
job_new (AvbMarketSource *self, const char *sha256)
{
  Job *job = g_new0 (Job, 1);

  job->uri = g_strdup (avb_market_source_get_uri (self));
  job->folder = g_strdup (avb_market_source_get_folder (self));
  job->cache = g_strdup (avb_market_source_get_cache (self));
  job->sha256 = g_strdup (sha256);
  g_set_object (&job->tls_database, avb_market_source_get_tls_database (self));
  job->stall_seconds = avb_market_source_get_stall_seconds (self);
  return job;
}

static AvbMarketFetch *
open_fetch (Job *job)
{
  GCancellable *cancellable = job->operation != NULL ? avb_operation_get_cancellable (job->operation) : NULL;
  AvbMarketFetch *fetch = avb_market_fetch_new (job->uri, job->tls_database, cancellable);

  if (job->stall_seconds > 0)
    avb_market_fetch_set_stall_seconds (fetch, job->stall_seconds);
  return fetch;
}

/* (transfer full) (nullable) */
static char *
make_folder (Job *job, const char *name, GError **error)
{
  g_autofree char *folder = g_build_filename (job->cache, name, NULL);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    return g_steal_pointer (&folder);
  g_propagate_error (error, avb_error_new (errno == ENOSPC ? AVB_ERROR_NO_SPACE : AVB_ERROR_FAILED, g_strerror (errno),
                                           _("The folder for downloads could not be made.")));
  return NULL;
}

static DexFuture *
package_thread (gpointer data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbMarketFetch) fetch = open_fetch (job);
  g_autofree char *folder = make_folder (job, "pkgs", &error);
  g_autofree char *file = g_strconcat (job->sha256, ".avx", NULL);
  g_autofree char *name = g_build_path ("/", "pkgs", file, NULL);
  g_autofree char *path = NULL;

  if (folder == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  avb_market_fetch_sweep (folder);
  path = g_build_filename (folder, file, NULL);
  if (!avb_market_fetch_file (fetch, name, path, job->size, job->sha256, job->operation, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_string (g_steal_pointer (&path));
}

DexFuture *
avb_market_source_fetch_package (AvbMarketSource *self, AvbMarketVersion *version, AvbOperation *operation)
{
  Job *job;

  dex_return_error_if_fail (AVB_IS_MARKET_SOURCE (self));
  dex_return_error_if_fail (AVB_IS_MARKET_VERSION (version));
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  job = job_new (self, avb_market_version_get_sha256 (version));
  job->size = avb_market_version_get_size (version);
  g_set_object (&job->operation, operation);
  return avb_blocking_run_long (package_thread, job, job_free);
}

/* --- pictures --- */

static gboolean
is_picture (GBytes *bytes, const char *sha256)
{
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  return g_str_equal (digest, sha256);
}

/* (nullable) (transfer full): from the cache, where anything may have happened to it */
static GBytes *
read_cached (const char *path, const char *sha256)
{
  g_autoptr (GBytes) bytes = NULL;
  GStatBuf info;
  char *text;
  gsize length;

  if (g_stat (path, &info) != 0 || info.st_size > MAX_MEDIA || !g_file_get_contents (path, &text, &length, NULL))
    return NULL;
  bytes = g_bytes_new_take (text, length);
  /* What is looked at stays longest. */
  g_utime (path, NULL);
  return is_picture (bytes, sha256) ? g_steal_pointer (&bytes) : NULL;
}

static DexFuture *
media_thread (gpointer data)
{
  Job *job = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = make_folder (job, "media", &error);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, job->sha256, NULL) : NULL;
  g_autofree char *name = g_build_path ("/", "media", job->sha256, NULL);
  g_autoptr (AvbMarketFetch) fetch = open_fetch (job);
  g_autoptr (GBytes) bytes = path != NULL ? read_cached (path, job->sha256) : NULL;

  if (bytes == NULL && error == NULL)
    {
      bytes = avb_market_fetch_bytes (fetch, name, MAX_MEDIA, NULL, &error);
      if (bytes != NULL && !is_picture (bytes, job->sha256))
        {
          g_clear_pointer (&bytes, g_bytes_unref);
          error = avb_error_new (AVB_ERROR_INVALID, job->sha256, _("This picture is not the one that the catalog names."));
        }
      /* Where there is no space for it, it is shown all the same. */
      if (bytes != NULL)
        g_file_set_contents (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL);
    }
  if (bytes == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_steal_pointer (&bytes));
}

DexFuture *
avb_market_source_fetch_media (AvbMarketSource *self, const char *sha256)
{
  dex_return_error_if_fail (AVB_IS_MARKET_SOURCE (self));
  dex_return_error_if_fail (avb_metadata_is_sha256 (sha256));

  return avb_blocking_run_long (media_thread, job_new (self, sha256), job_free);
}

static DexFuture *
sweep_thread (gpointer data)
{
  Job *job = data;
  g_autofree char *folder = g_build_filename (job->cache, "media", NULL);

  avb_market_fetch_bound (folder, MAX_CACHE);
  return dex_future_new_true ();
}

DexFuture *
avb_market_source_sweep (AvbMarketSource *self)
{
  dex_return_error_if_fail (AVB_IS_MARKET_SOURCE (self));

  return avb_blocking_run (sweep_thread, job_new (self, ""), job_free);
}

/* --- the end --- */

static DexFuture *
forget_thread (gpointer data)
{
  Job *job = data;

  avb_tree_remove (job->folder, NULL);
  avb_tree_remove (job->cache, NULL);
  return dex_future_new_true ();
}

DexFuture *
avb_market_source_forget (AvbMarketSource *self)
{
  dex_return_error_if_fail (AVB_IS_MARKET_SOURCE (self));

  return avb_blocking_run (forget_thread, job_new (self, ""), job_free);
}
