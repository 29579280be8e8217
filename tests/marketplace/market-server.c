/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/marketplace/market-server.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <libsoup/soup.h>
#include <string.h>
#include <time.h>

#include "tests/avb-test.h"

typedef struct {
  SoupServer *server;
  char       *folder;
  GPtrArray  *threads;
  int         over; /* atomic */
} Private;

/* --- certificates --- */

typedef struct {
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t     certificate;
} Identity;

static Identity
make_identity (const char *name, const Identity *ca)
{
  static const guint8 loopback[4] = { 127, 0, 0, 1 };
  Identity self;
  guint32 serial = GUINT32_TO_BE (g_random_int () >> 1);
  time_t now = time (NULL);

  gnutls_x509_privkey_init (&self.key);
  gnutls_x509_crt_init (&self.certificate);
  gnutls_x509_privkey_generate (self.key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  gnutls_x509_crt_set_version (self.certificate, 3);
  gnutls_x509_crt_set_serial (self.certificate, &serial, sizeof serial);
  gnutls_x509_crt_set_dn_by_oid (self.certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, strlen (name));
  gnutls_x509_crt_set_activation_time (self.certificate, now - DAY);
  gnutls_x509_crt_set_expiration_time (self.certificate, now + 30 * DAY);
  gnutls_x509_crt_set_key (self.certificate, self.key);
  if (ca == NULL)
    {
      gnutls_x509_crt_set_basic_constraints (self.certificate, 1, -1);
      gnutls_x509_crt_set_key_usage (self.certificate, GNUTLS_KEY_KEY_CERT_SIGN);
    }
  else
    gnutls_x509_crt_set_subject_alt_name (self.certificate, GNUTLS_SAN_IPADDRESS, loopback, sizeof loopback,
                                          GNUTLS_FSAN_SET);
  gnutls_x509_crt_sign2 (self.certificate, ca != NULL ? ca->certificate : self.certificate, ca != NULL ? ca->key : self.key,
                         GNUTLS_DIG_SHA256, 0);
  return self;
}

static void
identity_free (Identity *self)
{
  gnutls_x509_crt_deinit (self->certificate);
  gnutls_x509_privkey_deinit (self->key);
}

static char *
export_pem (const Identity *self, gboolean key)
{
  gnutls_datum_t out = { 0 };
  char *text;

  if (key)
    gnutls_x509_privkey_export2 (self->key, GNUTLS_X509_FMT_PEM, &out);
  else
    gnutls_x509_crt_export2 (self->certificate, GNUTLS_X509_FMT_PEM, &out);
  text = g_strndup ((const char *) out.data, out.size);
  gnutls_free (out.data);
  return text;
}

static GTlsDatabase *
make_database (const char *folder, const Identity *ca)
{
  g_autofree char *path = g_build_filename (folder, "ca.pem", NULL);
  g_autofree char *pem = export_pem (ca, FALSE);
  g_autoptr (GError) error = NULL;
  GTlsDatabase *database;

  g_file_set_contents (path, pem, -1, &error);
  g_assert_no_error (error);
  database = g_tls_file_database_new (path, &error);
  g_assert_no_error (error);
  return database;
}

static GTlsCertificate *
make_certificate (const Identity *ca)
{
  Identity leaf = make_identity ("127.0.0.1", ca);
  g_autofree char *certificate = export_pem (&leaf, FALSE);
  g_autofree char *key = export_pem (&leaf, TRUE);
  g_autofree char *both = g_strconcat (certificate, key, NULL);
  g_autoptr (GError) error = NULL;
  GTlsCertificate *result = g_tls_certificate_new_from_pem (both, -1, &error);

  g_assert_no_error (error);
  identity_free (&leaf);
  return result;
}

/* --- answers that SoupServer itself would never give, each from a thread --- */

typedef struct {
  Private           *priv;
  GIOStream         *stream;
  GBytes            *bytes;
  MarketServerManner manner;
  gsize              start;
} Raw;

static gboolean
put (Raw *self, const void *data, gsize length)
{
  return g_output_stream_write_all (g_io_stream_get_output_stream (self->stream), data, length, NULL, NULL, NULL);
}

static void
put_head (Raw *self, const char *more)
{
  g_autofree char *head = g_strdup_printf ("HTTP/1.1 %s\r\nContent-Type: application/octet-stream\r\n%s\r\n",
                                           self->start > 0 ? "206 Partial Content" : "200 OK", more);

  put (self, head, strlen (head));
}

static void
put_chunks (Raw *self)
{
  g_autofree char *block = g_malloc0 (65536);

  put_head (self, "Transfer-Encoding: chunked\r\n");
  if (self->manner == MARKET_SERVER_CHUNKED_CUT)
    {
      g_autofree char *size = g_strdup_printf ("%zx\r\n", g_bytes_get_size (self->bytes));

      put (self, size, strlen (size));
      put (self, g_bytes_get_data (self->bytes, NULL), g_bytes_get_size (self->bytes) / 2);
      return;
    }
  while (!g_atomic_int_get (&self->priv->over) && put (self, "10000\r\n", 7) && put (self, block, 65536) &&
         put (self, "\r\n", 2))
    ;
}

static void
put_part (Raw *self)
{
  gsize size = g_bytes_get_size (self->bytes);
  gsize rest = size - self->start;
  gsize claim = self->manner == MARKET_SERVER_CLAIMS_LESS ? rest - 1 : rest;
  gsize from = self->manner == MARKET_SERVER_WRONG_RANGE && self->start > 0 ? self->start + 1 : self->start;
  g_autofree char *more = g_strdup_printf ("Content-Length: %zu\r\nContent-Range: bytes %zu-%zu/%zu\r\n", claim, from, size - 1, size);
  g_autofree char *plain = g_strdup_printf ("Content-Length: %zu\r\n", claim);

  put_head (self, self->start > 0 ? more : plain);
  put (self, (const char *) g_bytes_get_data (self->bytes, NULL) + self->start,
       self->manner == MARKET_SERVER_CLAIMS_LESS ? claim : rest / 2);
}

static gpointer
raw_thread (gpointer data)
{
  Raw *self = data;

  if (self->manner == MARKET_SERVER_ENDLESS || self->manner == MARKET_SERVER_CHUNKED_CUT)
    put_chunks (self);
  else
    put_part (self);
  while (self->manner == MARKET_SERVER_DRIPS && !g_atomic_int_get (&self->priv->over))
    g_usleep (10000);
  g_io_stream_close (self->stream, NULL, NULL);
  g_object_unref (self->stream);
  g_bytes_unref (self->bytes);
  g_free (self);
  return NULL;
}

/* The first byte asked for */
static gsize
get_start (SoupServerMessage *message)
{
  const char *range = soup_message_headers_get_one (soup_server_message_get_request_headers (message), "Range");

  return range != NULL && g_str_has_prefix (range, "bytes=") ? g_ascii_strtoull (range + 6, NULL, 10) : 0;
}

static void
answer_raw (MarketServer *self, SoupServerMessage *message, GBytes *bytes, MarketServerManner manner)
{
  Private *priv = self->priv;
  Raw *raw = g_new0 (Raw, 1);

  raw->priv = priv;
  raw->stream = soup_server_message_steal_connection (message);
  raw->bytes = g_bytes_ref (bytes);
  raw->manner = manner;
  raw->start = get_start (message);
  g_ptr_array_add (priv->threads, g_thread_new ("server", raw_thread, raw));
}

static void
answer_well (MarketServer *self, SoupServerMessage *message, GBytes *bytes)
{
  SoupMessageHeaders *asked = soup_server_message_get_request_headers (message);
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  g_autofree char *digest = g_compute_checksum_for_bytes (G_CHECKSUM_MD5, bytes);
  g_autofree char *etag = g_strdup_printf ("\"%s\"", digest);

  soup_message_headers_append (headers, "ETag", etag);
  if (g_strcmp0 (soup_message_headers_get_one (asked, "If-None-Match"), etag) == 0)
    {
      self->n_unmodified++;
      soup_server_message_set_status (message, SOUP_STATUS_NOT_MODIFIED, NULL);
      return;
    }
  if (get_start (message) > 0)
    self->n_ranges++;
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  if (g_bytes_get_size (bytes) > 0)
    soup_message_body_append_bytes (soup_server_message_get_response_body (message), bytes);
}

static void
answer_badly (MarketServer *self, SoupServerMessage *message, GBytes *bytes)
{
  g_autoptr (GBytes) wrong = NULL;
  guint8 *data;

  switch (self->manner)
    {
    case MARKET_SERVER_STATUS:
      soup_server_message_set_status (message, self->status, NULL);
      return;
    case MARKET_SERVER_REDIRECT:
      soup_server_message_set_redirect (message, SOUP_STATUS_FOUND, self->location);
      return;
    case MARKET_SERVER_LIES:
      data = g_memdup2 (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      data[g_bytes_get_size (bytes) / 2] ^= 1;
      wrong = g_bytes_new_take (data, g_bytes_get_size (bytes));
      answer_well (self, message, wrong);
      return;
    case MARKET_SERVER_WELL:
      answer_well (self, message, bytes);
      return;
    case MARKET_SERVER_TRUNCATED:
    case MARKET_SERVER_CHUNKED_CUT:
    case MARKET_SERVER_CLAIMS_LESS:
    case MARKET_SERVER_ENDLESS:
    case MARKET_SERVER_DRIPS:
    case MARKET_SERVER_WRONG_RANGE:
    default:
      answer_raw (self, message, bytes, self->manner);
    }
}

static void
request_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  MarketServer *self = data;
  gboolean moved = g_str_has_prefix (path, "/moved");
  const char *name = moved ? strchr (path + 1, '/') + 1 : path + 1;
  GBytes *bytes = market_rig_get (self->rig, name);

  self->n_requests++;
  if (bytes == NULL)
    soup_server_message_set_status (message, SOUP_STATUS_NOT_FOUND, NULL);
  else if (self->victim == NULL || !g_str_has_prefix (name, self->victim) || moved)
    answer_well (self, message, bytes);
  else
    {
      answer_badly (self, message, bytes);
      if (self->breaks > 0 && --self->breaks == 0)
        self->manner = MARKET_SERVER_WELL;
    }
}

MarketServer *
market_server_new (MarketRig *rig, gboolean good)
{
  MarketServer *self = g_new0 (MarketServer, 1);
  Private *priv = g_new0 (Private, 1);
  Identity ca = make_identity ("Test CA", NULL);
  Identity other = make_identity ("Other CA", NULL);
  g_autoptr (GTlsCertificate) certificate = make_certificate (good ? &ca : &other);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  self->rig = rig;
  self->priv = priv;
  avb_test_forgive_soup_server ();
  priv->folder = avb_test_make_folder ();
  priv->threads = g_ptr_array_new ();
  self->database = make_database (priv->folder, &ca);
  priv->server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (priv->server, NULL, request_cb, self, NULL);
  soup_server_listen_local (priv->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY | SOUP_SERVER_LISTEN_HTTPS, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (priv->server);
  self->address = g_strdup_printf ("https://127.0.0.1:%d/", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  identity_free (&ca);
  identity_free (&other);
  return self;
}

void
market_server_free (MarketServer *self)
{
  Private *priv = self->priv;

  g_atomic_int_set (&priv->over, 1);
  for (guint i = 0; i < priv->threads->len; i++)
    g_thread_join (g_ptr_array_index (priv->threads, i));
  g_ptr_array_unref (priv->threads);
  soup_server_disconnect (priv->server);
  g_object_unref (priv->server);
  avb_test_remove_folder (priv->folder);
  g_free (priv->folder);
  g_free (priv);
  g_object_unref (self->database);
  g_free (self->address);
  g_free (self->location);
  g_free (self);
}
