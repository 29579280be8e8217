/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/app/avb-web-server.h"

#include <string.h>

#include "tests/avb-test.h"

/* Says what the caller wants and closes: what SoupServer itself would never do. */
static void
answer_raw (AvbWebServer *self, SoupServerMessage *message, guint64 claim, gsize from, gsize n, gboolean close)
{
  g_autoptr (GIOStream) stream = soup_server_message_steal_connection (message);
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  g_autoptr (GString) head = g_string_new (NULL);

  if (from > 0)
    g_string_append_printf (head, "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes %" G_GSIZE_FORMAT "-%"
                            G_GSIZE_FORMAT "/%" G_GSIZE_FORMAT "\r\n",
                            from, g_bytes_get_size (self->data) - 1, g_bytes_get_size (self->data));
  else
    g_string_append (head, "HTTP/1.1 200 OK\r\n");
  if (self->etag != NULL)
    g_string_append_printf (head, "ETag: %s\r\n", self->etag);
  g_string_append_printf (head, "Content-Type: %s\r\nContent-Length: %" G_GUINT64_FORMAT "\r\n\r\n", self->type, claim);
  /* The one that reads may have gone. */
  if (g_output_stream_write_all (output, head->str, head->len, NULL, NULL, NULL))
    g_output_stream_write_all (output, (const char *) g_bytes_get_data (self->data, NULL) + from, n, NULL, NULL, NULL);
  if (close)
    g_io_stream_close (stream, NULL, NULL);
  else
    g_object_set_data_full (G_OBJECT (self->server), "stalled", g_steal_pointer (&stream), g_object_unref);
}

/* The first byte asked for; 0 where the tag is no longer that of the file. */
static gsize
get_start (AvbWebServer *self, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const char *condition = soup_message_headers_get_one (headers, "If-Range");
  const char *range = soup_message_headers_get_one (headers, "Range");

  if (range == NULL || !g_str_has_prefix (range, "bytes=") || g_strcmp0 (condition, self->etag) != 0)
    {
      soup_message_headers_remove (headers, "Range");
      return 0;
    }
  return g_ascii_strtoull (range + strlen ("bytes="), NULL, 10);
}

static void
answer_file (AvbWebServer *self, SoupServerMessage *message)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const char *none_match
      = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "If-None-Match");
  gsize size = g_bytes_get_size (self->data);
  gsize start = get_start (self, message);

  if (self->etag != NULL && g_strcmp0 (none_match, self->etag) == 0)
    {
      soup_server_message_set_status (message, SOUP_STATUS_NOT_MODIFIED, NULL);
      return;
    }
  self->n_bodies++;
  if (start > 0)
    self->n_ranges++;
  /* Others write raw: this blocks the main loop, so it is less than a socket's buffer. */
  if (self->breaks > 0 || self->stall)
    {
      gsize n = MIN ((size - start) / 2, 60000);

      answer_raw (self, message, self->claim > 0 ? self->claim : size - start, start, n, !self->stall);
      if (self->breaks > 0)
        self->breaks--;
      if (self->next_data != NULL)
        {
          g_clear_pointer (&self->data, g_bytes_unref);
          self->data = g_steal_pointer (&self->next_data);
          g_free (self->etag);
          self->etag = g_strdup ("\"next\"");
        }
      return;
    }
  if (self->claim > 0)
    {
      answer_raw (self, message, self->claim, 0, MIN (size, 60000), TRUE);
      return;
    }
  if (self->wrong_range && start > 0)
    {
      g_autofree char *range = g_strdup_printf ("bytes 0-%" G_GSIZE_FORMAT "/%" G_GSIZE_FORMAT, size - 1, size);

      soup_message_headers_remove (soup_server_message_get_request_headers (message), "Range");
      soup_message_headers_append (headers, "Content-Range", range);
      soup_server_message_set_status (message, SOUP_STATUS_PARTIAL_CONTENT, NULL);
    }
  else
    soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  if (self->etag != NULL)
    soup_message_headers_append (headers, "ETag", self->etag);
  soup_message_headers_append (headers, "Content-Type", self->type);
  if (size > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), self->data);
}

static void
request_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  AvbWebServer *self = user_data;
  const char *text = g_hash_table_lookup (self->texts, path);

  self->n_requests++;
  if (text != NULL)
    {
      soup_server_message_set_response (message, "text/plain", SOUP_MEMORY_COPY, text, strlen (text));
      soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
    }
  else if (!g_str_has_prefix (path, "/file"))
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
  else if (self->location != NULL)
    soup_server_message_set_redirect (message, SOUP_STATUS_FOUND, self->location);
  else if (self->status != 0)
    soup_server_message_set_status (message, self->status, NULL);
  else
    answer_file (self, message);
}

AvbWebServer *
avb_web_server_new (GTlsCertificate *certificate)
{
  AvbWebServer *self = g_new0 (AvbWebServer, 1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  avb_test_forgive_soup_server ();
  self->server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (self->server, NULL, request_cb, self, NULL);
  soup_server_listen_local (self->server, 0,
                            SOUP_SERVER_LISTEN_IPV4_ONLY | (certificate != NULL ? SOUP_SERVER_LISTEN_HTTPS : 0), &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->address = g_strdup_printf ("%s://127.0.0.1:%d", certificate != NULL ? "https" : "http",
                                   g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  self->type = g_strdup ("application/octet-stream");
  self->texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  avb_web_server_set_data (self, 1, 3 * 1024 * 1024 + 77);
  return self;
}

void
avb_web_server_free (AvbWebServer *self)
{
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_clear_pointer (&self->data, g_bytes_unref);
  g_clear_pointer (&self->next_data, g_bytes_unref);
  g_hash_table_unref (self->texts);
  g_free (self->etag);
  g_free (self->type);
  g_free (self->location);
  g_free (self->address);
  g_free (self);
}

char *
avb_web_server_dup_url (AvbWebServer *self, const char *path)
{
  return g_strconcat (self->address, path, NULL);
}

void
avb_web_server_set_data (AvbWebServer *self, guint32 seed, gsize length)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (seed);
  guint8 *data = g_malloc (length);

  for (gsize i = 0; i < length; i++)
    data[i] = g_rand_int (random);
  g_clear_pointer (&self->data, g_bytes_unref);
  self->data = g_bytes_new_take (data, length);
  g_free (self->etag);
  self->etag = g_strdup_printf ("\"%u\"", seed);
}

void
avb_web_server_set_text (AvbWebServer *self, const char *path, const char *text)
{
  g_hash_table_replace (self->texts, g_strdup (path), g_strdup (text));
}

char *
avb_web_server_dup_checksum (AvbWebServer *self, GChecksumType type)
{
  g_autofree char *digest = g_compute_checksum_for_bytes (type, self->data);

  return g_strconcat (type == G_CHECKSUM_SHA512 ? "sha512:" : "sha256:", digest, NULL);
}
