/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-download.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/avb-download-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

#define MAX_URL 4096
#define MAX_NAME 200 /* bytes: file systems take 255 */

typedef struct {
  AvbJobQueue     *queue;
  AvbDownloadJob  *job;
  AvbCatalogEntry *entry; /* (nullable) */
} Call;

void
avb_download_job_free (AvbDownloadJob *self)
{
  g_free (self->url);
  g_free (self->checksum);
  g_free (self->folder);
  g_clear_object (&self->tls_database);
  g_clear_object (&self->operation);
  g_clear_object (&self->cancellable);
  g_free (self);
}

static void
job_free (gpointer data)
{
  avb_download_job_free (data);
}

static void
call_free (gpointer data)
{
  Call *call = data;

  g_object_unref (call->queue);
  g_clear_pointer (&call->job, avb_download_job_free);
  g_clear_object (&call->entry);
  g_free (call);
}

gboolean
avb_download_check_url (const char *url, GError **error)
{
  g_autoptr (GUri) uri = NULL;

  g_return_val_if_fail (url != NULL, FALSE);

  if (strlen (url) <= MAX_URL && strpbrk (url, " \t\r\n") == NULL)
    uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  if (uri != NULL && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0' &&
      (g_str_equal (g_uri_get_scheme (uri), "https") || g_str_equal (g_uri_get_scheme (uri), "http")))
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL,
                                           _("This is not a web address. It should begin with “https://”.")));
  return FALSE;
}

char *
avb_download_dup_name (const char *url)
{
  g_autoptr (GUri) uri = NULL;
  g_autofree char *decoded = NULL;
  g_autofree char *name = NULL;
  const char *path;
  const char *last;

  g_return_val_if_fail (url != NULL, NULL);

  uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  path = uri != NULL ? g_uri_get_path (uri) : "";
  last = strrchr (path, '/');
  decoded = g_uri_unescape_string (last != NULL ? last + 1 : path, NULL);
  name = g_utf8_make_valid (decoded != NULL ? decoded : "", -1);
  for (char *c = name; *c != '\0'; c++)
    if (*c == '/' || *c == '\\' || g_ascii_iscntrl (*c) || (c == name && *c == '.'))
      *c = '_';
  if (strlen (name) > MAX_NAME)
    {
      /* The end tells what kind of file it is. */
      char *end = g_utf8_find_next_char (name + strlen (name) - MAX_NAME - 1, NULL);

      memmove (name, end, strlen (end) + 1);
    }
  if (name[0] == '.')
    name[0] = '_';
  return *name != '\0' ? g_steal_pointer (&name) : g_strdup ("download");
}

static AvbDownloadJob *
job_new (AvbDownloadCache *cache, const char *url, const char *checksum, AvbOperation *operation)
{
  AvbDownloadJob *job = g_new0 (AvbDownloadJob, 1);
  const AvbPublisher *publisher = avb_download_cache_find_publisher (cache, url);

  job->url = g_strdup (url);
  job->checksum = checksum != NULL ? g_ascii_strdown (checksum, -1) : NULL;
  job->folder = avb_download_cache_dup_folder_for (cache, url);
  if (publisher != NULL)
    job->publisher = *publisher;
  job->stall_timeout = avb_download_cache_get_stall_timeout (cache);
  job->tries = avb_download_cache_get_tries (cache);
  g_set_object (&job->tls_database, avb_download_cache_get_tls_database (cache));
  if (operation != NULL)
    {
      job->operation = g_object_ref (operation);
      job->cancellable = g_object_ref (avb_operation_get_cancellable (operation));
    }
  else
    job->cancellable = g_cancellable_new ();
  return job;
}

static gboolean
is_checksum (const char *checksum)
{
  const char *digest = strchr (checksum, ':');
  gsize wanted = g_ascii_strncasecmp (checksum, "sha256:", 7) == 0   ? 64
                 : g_ascii_strncasecmp (checksum, "sha512:", 7) == 0 ? 128
                                                                     : 0;

  return wanted > 0 && strlen (digest + 1) == wanted && strspn (digest + 1, "0123456789abcdefABCDEF") == wanted;
}

/* --- on worker threads --- */

typedef DexFuture *(*SessionFunc) (SoupSession *session, AvbDownloadJob *job);

/* libsoup attaches to the default context of the thread, which must not be the main one. */
static DexFuture *
with_session (AvbDownloadJob *job, SessionFunc func)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  SoupSession *session;
  DexFuture *future;

  g_main_context_push_thread_default (context);
  session = avb_download_session_new (job);
  future = func (session, job);
  soup_session_abort (session);
  g_object_unref (session);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  return future;
}

static DexFuture *
transfer (SoupSession *session, AvbDownloadJob *job)
{
  GError *error = NULL;
  char *path = avb_download_transfer (session, job, &error);

  return path != NULL ? dex_future_new_take_string (path) : dex_future_new_for_error (error);
}

static DexFuture *
transfer_thread (gpointer data)
{
  return with_session (data, transfer);
}

static DexFuture *
ask_size (SoupSession *session, AvbDownloadJob *job)
{
  g_autoptr (SoupMessage) message = NULL;
  GError *error = NULL;
  g_autoptr (GInputStream) stream
      = avb_download_send (session, "HEAD", job->url, NULL, NULL, &message, job->cancellable, &error);

  if (stream == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_for_uint64 (
      MAX (soup_message_headers_get_content_length (soup_message_get_response_headers (message)), 0));
}

static DexFuture *
ask_size_thread (gpointer data)
{
  return with_session (data, ask_size);
}

/* --- on the main thread --- */

static void
total_cb (AvbOperation *operation, GParamSpec *pspec, AvbCatalogEntry *entry)
{
  if (avb_operation_get_total (operation) > 0)
    avb_catalog_entry_set_size (entry, avb_operation_get_total (operation));
}

static DexFuture *
download_fiber (gpointer data)
{
  Call *call = data;
  g_autoptr (AvbOperation) operation = g_object_ref (call->job->operation);
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  gulong handler = 0;

  if (call->entry != NULL)
    handler = g_signal_connect_object (operation, "notify::total", G_CALLBACK (total_cb), call->entry,
                                       G_CONNECT_DEFAULT);
  if (dex_await (avb_job_queue_enter (call->queue, operation), &error))
    path = dex_await_string (
        avb_blocking_run_long (transfer_thread, g_steal_pointer (&call->job), job_free), &error);
  avb_operation_finish (operation, error);
  g_clear_signal_handler (&handler, operation);
  if (path == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_take_string (g_steal_pointer (&path));
}

static DexFuture *
download (AvbDownloadCache *cache,
          const char       *url,
          const char       *checksum,
          AvbCatalogEntry  *entry,
          AvbOperation     *operation)
{
  g_autoptr (GError) error = NULL;
  Call *call;

  if (avb_download_check_url (url, &error) && checksum != NULL && !is_checksum (checksum))
    error = avb_error_new (AVB_ERROR_INVALID, checksum, _("The checksum for this download is malformed."));
  if (error != NULL)
    {
      avb_operation_finish (operation, error);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  call = g_new0 (Call, 1);
  call->queue = g_object_ref (avb_download_cache_get_queue (cache));
  call->job = job_new (cache, url, checksum, operation);
  g_set_object (&call->entry, entry);
  return avb_fiber_spawn (download_fiber, call, call_free);
}

DexFuture *
avb_download (AvbDownloadCache *cache, const char *url, const char *checksum, AvbOperation *operation)
{
  dex_return_error_if_fail (AVB_IS_DOWNLOAD_CACHE (cache));
  dex_return_error_if_fail (url != NULL);
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  return download (cache, url, checksum, NULL, operation);
}

DexFuture *
avb_download_entry (AvbDownloadCache *cache, AvbCatalogEntry *entry, AvbOperation *operation)
{
  const char *url;

  dex_return_error_if_fail (AVB_IS_DOWNLOAD_CACHE (cache));
  dex_return_error_if_fail (AVB_IS_CATALOG_ENTRY (entry));
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  url = avb_catalog_entry_get_url (entry);
  return download (cache, url != NULL ? url : "", avb_catalog_entry_get_checksum (entry), entry, operation);
}

DexFuture *
avb_download_ask_size (AvbDownloadCache *cache, const char *url)
{
  g_autoptr (GError) error = NULL;

  dex_return_error_if_fail (AVB_IS_DOWNLOAD_CACHE (cache));
  dex_return_error_if_fail (url != NULL);

  if (!avb_download_check_url (url, &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return avb_blocking_run_long (ask_size_thread, job_new (cache, url, NULL, NULL), job_free);
}
