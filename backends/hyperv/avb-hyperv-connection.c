/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-secret.h"

#define PORT_TLS 5986
#define PORT_PLAIN 5985

G_DEFINE_FINAL_TYPE (AvbHypervConnection, avb_hyperv_connection, AVB_TYPE_CONNECTION)

gboolean
avb_hyperv_handles_uri (const char *uri)
{
  return g_ascii_strncasecmp (uri, "hyperv://", 9) == 0;
}

static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return g_ascii_strcasecmp (host, "localhost") == 0
         || (address != NULL && g_inet_address_get_is_loopback (address));
}

/* Whether "transport" says that there is no TLS; FALSE with an error for anything else that cannot be meant. */
static gboolean
parse_query (const char *query, gboolean *tls)
{
  g_autoptr (GHashTable) words = NULL;
  const char *transport;

  *tls = TRUE;
  if (query == NULL || *query == '\0')
    return TRUE;
  words = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_NONE, NULL);
  transport = words != NULL ? g_hash_table_lookup (words, "transport") : NULL;
  if (transport == NULL || g_hash_table_size (words) != 1)
    return FALSE;
  *tls = g_str_equal (transport, "https");
  return *tls || g_str_equal (transport, "http");
}

static gboolean
parse_uri (AvbHypervConnection *self)
{
  g_autoptr (GUri) uri = g_uri_parse (avb_connection_get_uri (AVB_CONNECTION (self)), G_URI_FLAGS_HAS_PASSWORD, NULL);
  const char *path = uri != NULL ? g_uri_get_path (uri) : NULL;
  int         port;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0'
      || (path != NULL && *path != '\0' && !g_str_equal (path, "/")) || g_uri_get_password (uri) != NULL
      || !parse_query (g_uri_get_query (uri), &self->tls))
    return FALSE;
  port = g_uri_get_port (uri);
  self->host = g_strdup (g_uri_get_host (uri));
  self->user = g_strdup (g_uri_get_user (uri));
  self->port = port > 0 ? (guint) port : self->tls ? PORT_TLS : PORT_PLAIN;
  return TRUE;
}

/* --- Vfuncs --- */

static void
avb_hyperv_connection_retry (AvbConnection *connection)
{
  AvbHypervConnection *self = AVB_HYPERV_CONNECTION (connection);

  g_clear_handle_id (&self->retry_source, g_source_remove);
  self->attempt = 0;
  if (self->client != NULL && avb_connection_get_link (connection) == AVB_LINK_UP)
    avb_hyperv_connection_doubt (self);
  else
    avb_hyperv_connection_open (self);
}

static void
drop_link (AvbHypervConnection *self)
{
  AvbRequest *request = avb_connection_get_request (AVB_CONNECTION (self));

  g_clear_handle_id (&self->retry_source, g_source_remove);
  g_clear_handle_id (&self->poll_source, g_source_remove);
  if (self->client != NULL)
    avb_wsman_client_close (self->client);
  if (self->cim != NULL)
    avb_wsman_client_close (self->cim);
  g_clear_object (&self->client);
  g_clear_object (&self->cim);
  if (request != NULL)
    avb_request_cancel (request);
}

static DexFuture *
avb_hyperv_connection_close (AvbConnection *connection)
{
  drop_link (AVB_HYPERV_CONNECTION (connection));
  return dex_future_new_true ();
}

static DexFuture *
avb_hyperv_connection_export_volume (AvbConnection *connection, const AvbExportSpec *spec, AvbOperation *operation)
{
  return dex_future_new_for_error (avb_error_new (
      AVB_ERROR_NOT_SUPPORTED, NULL, _ ("Machines of Hyper-V cannot be exported: their disks are at the host.")));
}

static void
avb_hyperv_connection_constructed (GObject *object)
{
  AvbHypervConnection *self = AVB_HYPERV_CONNECTION (object);
  AvbConnection       *connection = AVB_CONNECTION (self);

  G_OBJECT_CLASS (avb_hyperv_connection_parent_class)->constructed (object);

  if (!parse_uri (self))
    {
      avb_connection_set_link (connection, AVB_LINK_LOST,
                               _ ("This is not the address of a host: write “hyperv://user@host”."));
      return;
    }
#ifdef G_OS_WIN32
  avb_connection_set_is_local (connection, is_loopback (self->host));
  if (is_loopback (self->host))
    avb_connection_set_name (connection, _ ("This computer"));
  else
#endif
    avb_connection_set_name (connection, self->host);
  if (!self->tls && !is_loopback (self->host))
    g_message ("hyperv: %s is connected to without TLS, as its address says", self->host);
  avb_hyperv_connection_open (self);
}

static void
avb_hyperv_connection_dispose (GObject *object)
{
  drop_link (AVB_HYPERV_CONNECTION (object));

  G_OBJECT_CLASS (avb_hyperv_connection_parent_class)->dispose (object);
}

static void
avb_hyperv_connection_finalize (GObject *object)
{
  AvbHypervConnection *self = AVB_HYPERV_CONNECTION (object);

  g_free (self->host);
  g_free (self->user);
  g_clear_pointer (&self->password, avb_secret_free);
  g_free (self->fingerprint);
  g_clear_object (&self->certificate);
  g_hash_table_unref (self->machines);
  g_hash_table_unref (self->pending);
  g_hash_table_unref (self->hidden);
  g_hash_table_unref (self->orphans);
  g_free (self->disk_folder);
  g_ptr_array_unref (self->switches);

  G_OBJECT_CLASS (avb_hyperv_connection_parent_class)->finalize (object);
}

static void
avb_hyperv_connection_class_init (AvbHypervConnectionClass *klass)
{
  GObjectClass       *object_class = G_OBJECT_CLASS (klass);
  AvbConnectionClass *connection_class = AVB_CONNECTION_CLASS (klass);

  object_class->constructed = avb_hyperv_connection_constructed;
  object_class->dispose = avb_hyperv_connection_dispose;
  object_class->finalize = avb_hyperv_connection_finalize;

  connection_class->create_machine = avb_hyperv_connection_create_machine;
  connection_class->create_volume = avb_hyperv_connection_create_volume;
  connection_class->delete_volume = avb_hyperv_connection_delete_volume;
  connection_class->export_volume = avb_hyperv_connection_export_volume;
  connection_class->read_free = avb_hyperv_connection_read_free;
  connection_class->retry = avb_hyperv_connection_retry;
  connection_class->close = avb_hyperv_connection_close;
}

static void
avb_hyperv_connection_init (AvbHypervConnection *self)
{
  self->machines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->pending = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->hidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->orphans = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->switches = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_hyperv_switch_free);
}

AvbConnection *
avb_hyperv_connection_new (const char *uri)
{
  g_return_val_if_fail (uri != NULL, NULL);

  return g_object_new (AVB_TYPE_HYPERV_CONNECTION, "uri", uri, NULL);
}

void
avb_hyperv_connection_set_job_silence (AvbHypervConnection *self, guint milliseconds)
{
  g_return_if_fail (AVB_IS_HYPERV_CONNECTION (self));

  self->silence_ms = milliseconds;
}
