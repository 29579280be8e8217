/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-spice-transport.h"

#include <glib/gi18n.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-certificate-request.h"
#include "backends/avb-known-certificates.h"
#include "ui/console/avb-spice-bridge.h"

struct _AvbSpiceTransport {
  GObject parent_instance;

  char         *host;
  guint         port;
  gboolean      tls;
  char         *ca_file; /* nullable */
  GCancellable *cancellable;

  char                *known; /* the fingerprint that the user trusts */
  GTlsCertificate     *untrusted;
  GTlsCertificateFlags untrusted_errors;

  gboolean clean;
  char    *problem;
};

G_DEFINE_FINAL_TYPE (AvbSpiceTransport, avb_spice_transport, G_TYPE_OBJECT)

static void
avb_spice_transport_finalize (GObject *object)
{
  AvbSpiceTransport *self = AVB_SPICE_TRANSPORT (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->untrusted);
  g_free (self->host);
  g_free (self->ca_file);
  g_free (self->known);
  g_free (self->problem);
  G_OBJECT_CLASS (avb_spice_transport_parent_class)->finalize (object);
}

static void
avb_spice_transport_class_init (AvbSpiceTransportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_spice_transport_finalize;
}

static void
avb_spice_transport_init (AvbSpiceTransport *self)
{
}

static void
ended_cb (GObject *owner, const GError *error)
{
  AvbSpiceTransport *self = AVB_SPICE_TRANSPORT (owner);

  if (error == NULL)
    self->clean = TRUE;
  else if (error->domain == AVB_ERROR)
    g_set_str (&self->problem, error->message);
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError            *error = NULL;
  GSocketConnection *connection
      = g_socket_client_connect_finish (G_SOCKET_CLIENT (source), result, &error);

  if (connection != NULL)
    dex_promise_resolve_object (promise, connection);
  else
    dex_promise_reject (promise, error);
}

static void
shaken_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;

  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (source), result, &error))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    dex_promise_reject (promise, error);
}

/* @file is nullable. */
static gboolean
file_vouches (const char *file, GTlsCertificate *certificate, GSocketConnectable *identity)
{
  g_autolist (GTlsCertificate) trusted
      = file != NULL ? g_tls_certificate_list_new_from_file (file, NULL) : NULL;

  for (GList *l = trusted; l != NULL; l = l->next)
    if (g_tls_certificate_verify (certificate, identity, l->data) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
accept_cb (GTlsConnection      *connection,
           GTlsCertificate     *certificate,
           GTlsCertificateFlags errors,
           AvbSpiceTransport   *self)
{
  GSocketConnectable *identity
      = g_tls_client_connection_get_server_identity (G_TLS_CLIENT_CONNECTION (connection));
  g_autofree char *fingerprint = avb_certificate_fingerprint (certificate);
  /* Whom other SPICE viewers are told to trust. */
  g_autofree char *store
      = g_build_filename (g_get_home_dir (), ".spicec", "spice_truststore.pem", NULL);

  if (g_strcmp0 (fingerprint, self->known) == 0
      || file_vouches (self->ca_file, certificate, identity)
      || file_vouches (store, certificate, identity))
    return TRUE;
  g_set_object (&self->untrusted, certificate);
  self->untrusted_errors = errors;
  return FALSE;
}

/* (transfer full) (nullable): @connection in TLS */
static GIOStream *
avb_spice_transport_secure (AvbSpiceTransport  *self,
                            GIOStream          *connection,
                            GSocketConnectable *identity,
                            GError            **error)
{
  g_autoptr (GIOStream) tls = g_tls_client_connection_new (connection, identity, error);
  DexPromise *promise;

  if (tls == NULL)
    return NULL;
  /* libspice-server just hangs up. Nothing can be hidden so: what was drawn is what was shown. */
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  g_signal_connect_object (
      tls, "accept-certificate", G_CALLBACK (accept_cb), self, G_CONNECT_DEFAULT);
  promise = dex_promise_new ();
  g_tls_connection_handshake_async (G_TLS_CONNECTION (tls),
                                    G_PRIORITY_DEFAULT,
                                    self->cancellable,
                                    shaken_cb,
                                    dex_ref (promise));
  if (!dex_await (DEX_FUTURE (promise), error))
    return NULL;
  return g_steal_pointer (&tls);
}

static int
avb_spice_transport_connect (AvbSpiceTransport *self, GError **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnectable) address
      = g_network_address_new (self->host, (guint16) self->port);
  g_autoptr (GIOStream) connection = NULL;
  DexPromise *promise = dex_promise_new ();

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_async (
      client, address, self->cancellable, connected_cb, dex_ref (promise));
  connection = dex_await_object (DEX_FUTURE (promise), error);
  if (connection == NULL)
    return -1;
  g_socket_set_keepalive (g_socket_connection_get_socket (G_SOCKET_CONNECTION (connection)), TRUE);
  g_tcp_connection_set_graceful_disconnect (G_TCP_CONNECTION (connection), FALSE);
  if (self->tls)
    {
      g_autoptr (GIOStream) tls = avb_spice_transport_secure (self, connection, address, error);

      if (tls == NULL)
        return -1;
      g_set_object (&connection, tls);
    }
  return avb_spice_bridge_start (connection, G_OBJECT (self), ended_cb, error);
}

static DexFuture *
open_fiber (gpointer data)
{
  AvbSpiceTransport *self = data;
  g_autoptr (GError) error = NULL;
  int fd;

  if (self->tls && self->known == NULL)
    {
      g_autofree char *known
          = dex_await_string (avb_known_certificates_find (self->host, self->port), NULL);

      g_set_str (&self->known, known);
    }
  fd = avb_spice_transport_connect (self, &error);
  if (fd >= 0)
    return dex_future_new_for_int (fd);
  if (self->untrusted != NULL)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_PERMISSION,
                       error->message,
                       _ ("The certificate of the machine’s display could not be verified.")));
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return dex_future_new_for_error (g_steal_pointer (&error));
  return dex_future_new_for_error (avb_error_new (AVB_ERROR_UNAVAILABLE,
                                                  error->message,
                                                  _ ("The machine’s display at %s can’t be reached."),
                                                  self->host));
}

AvbSpiceTransport *
avb_spice_transport_new (const AvbConsoleEndpoint *endpoint)
{
  AvbSpiceTransport *self;

  g_return_val_if_fail (endpoint != NULL && endpoint->host != NULL, NULL);

  self = g_object_new (AVB_TYPE_SPICE_TRANSPORT, NULL);
  self->host = g_strdup (endpoint->host);
  self->tls = endpoint->tls_port != 0;
  self->port = self->tls ? endpoint->tls_port : endpoint->port;
  self->ca_file = g_strdup (endpoint->ca_file);
  self->cancellable = g_cancellable_new ();
  return self;
}

DexFuture *
avb_spice_transport_open (AvbSpiceTransport *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_TRANSPORT (self), NULL);

  return avb_fiber_spawn (open_fiber, g_object_ref (self), g_object_unref);
}

void
avb_spice_transport_cancel (AvbSpiceTransport *self)
{
  g_return_if_fail (AVB_IS_SPICE_TRANSPORT (self));
  g_cancellable_cancel (self->cancellable);
}

const char *
avb_spice_transport_get_host (AvbSpiceTransport *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_TRANSPORT (self), NULL);
  return self->host;
}

guint
avb_spice_transport_get_port (AvbSpiceTransport *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_TRANSPORT (self), 0);
  return self->port;
}

gboolean
avb_spice_transport_get_clean (AvbSpiceTransport *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_TRANSPORT (self), FALSE);
  return self->clean;
}

const char *
avb_spice_transport_get_problem (AvbSpiceTransport *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_TRANSPORT (self), NULL);
  return self->problem;
}

GTlsCertificate *
avb_spice_transport_get_untrusted (AvbSpiceTransport    *self,
                                   GTlsCertificateFlags *errors,
                                   gboolean             *changed)
{
  g_return_val_if_fail (AVB_IS_SPICE_TRANSPORT (self), NULL);

  *errors = self->untrusted_errors;
  *changed = self->known != NULL;
  return self->untrusted;
}
