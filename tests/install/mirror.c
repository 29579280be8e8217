/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "mirror.h"

#include <libsoup/soup.h>
#include <string.h>

struct _Mirror {
  SoupServer *server;
  char       *folder;
  guint       port;
  guint       count;
};

static void
serve_cb (SoupServer        *server,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           data)
{
  Mirror *self = data;
  g_autofree char *file = g_build_filename (self->folder, path, NULL);
  char *bytes;
  gsize length;

  if (strstr (path, "..") != NULL || !g_file_test (file, G_FILE_TEST_IS_REGULAR) ||
      !g_file_get_contents (file, &bytes, &length, NULL))
    {
      g_test_message ("the mirror does not have %s", path);
      soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
      return;
    }
  self->count++;
  g_test_message ("the mirror gives %s", path);
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_server_message_set_response (message, "application/octet-stream", SOUP_MEMORY_TAKE, bytes, length);
}

Mirror *
mirror_new (const char *folder)
{
  Mirror *self = g_new0 (Mirror, 1);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  self->folder = g_strdup (folder);
  self->server = soup_server_new (NULL, NULL);
  soup_server_add_handler (self->server, NULL, serve_cb, self, NULL);
  soup_server_listen_local (self->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (self->server);
  self->port = (guint) g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return self;
}

void
mirror_free (Mirror *self)
{
  soup_server_disconnect (self->server);
  g_object_unref (self->server);
  g_free (self->folder);
  g_free (self);
}

guint
mirror_get_port (Mirror *self)
{
  return self->port;
}

guint
mirror_count (Mirror *self)
{
  return self->count;
}
