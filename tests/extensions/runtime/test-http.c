/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What is fetched for extensions, of a real server. Names below example.test lead to this computer, as a hostile DNS would
 * have it. */

#include "config.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>
#include <time.h>

#include "app/extensions/avb-extension-http.h"
#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"
#include "tests/app/avb-web-server.h"
#include "tests/avb-test.h"

/* --- names --- */

#define TEST_TYPE_RESOLVER (test_resolver_get_type ())
G_DECLARE_FINAL_TYPE (TestResolver, test_resolver, TEST, RESOLVER, GResolver)

struct _TestResolver {
  GResolver parent_instance;
};

G_DEFINE_FINAL_TYPE (TestResolver, test_resolver, G_TYPE_RESOLVER)

static GList *
lookup (GResolver *resolver, const char *name, GResolverNameLookupFlags flags, GCancellable *cancellable, GError **error)
{
  if (g_str_has_suffix (name, ".example.test") && flags != G_RESOLVER_NAME_LOOKUP_FLAGS_IPV6_ONLY)
    return g_list_append (NULL, g_inet_address_new_from_string ("127.0.0.1"));
  g_set_error_literal (error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such name");
  return NULL;
}

static GList *
lookup_any (GResolver *resolver, const char *name, GCancellable *cancellable, GError **error)
{
  return lookup (resolver, name, G_RESOLVER_NAME_LOOKUP_FLAGS_DEFAULT, cancellable, error);
}

static void
lookup_async (GResolver *resolver, const char *name, GResolverNameLookupFlags flags, GCancellable *cancellable,
              GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, data);
  GError *error = NULL;
  GList *addresses = lookup (resolver, name, flags, cancellable, &error);

  if (addresses == NULL)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, addresses, (GDestroyNotify) g_resolver_free_addresses);
}

static GList *
lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
test_resolver_class_init (TestResolverClass *klass)
{
  GResolverClass *resolver_class = G_RESOLVER_CLASS (klass);

  resolver_class->lookup_by_name = lookup_any;
  resolver_class->lookup_by_name_with_flags = lookup;
  resolver_class->lookup_by_name_with_flags_async = lookup_async;
  resolver_class->lookup_by_name_with_flags_finish = lookup_finish;
}

static void
test_resolver_init (TestResolver *self)
{
}

/* --- the server --- */

typedef struct {
  char         *folder;
  AvbWebServer *server;
  GTlsDatabase *database;
  char         *port;
  char        **granted;
} Place;

/* One certificate, for itself. */
static char *
make_pem (char **certificate_only)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t     certificate;
  gnutls_datum_t        key_pem = { 0 }, pem = { 0 };
  const char *name = "*.example.test";
  guint8 serial = 1;
  char *both;

  gnutls_x509_privkey_init (&key);
  gnutls_x509_crt_init (&certificate);
  gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  gnutls_x509_crt_set_version (certificate, 3);
  gnutls_x509_crt_set_serial (certificate, &serial, sizeof serial);
  gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, strlen (name));
  gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, name, strlen (name), GNUTLS_FSAN_SET);
  gnutls_x509_crt_set_basic_constraints (certificate, 1, -1);
  gnutls_x509_crt_set_activation_time (certificate, time (NULL) - 86400);
  gnutls_x509_crt_set_expiration_time (certificate, time (NULL) + 86400);
  gnutls_x509_crt_set_key (certificate, key);
  g_assert_cmpint (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0), ==, 0);
  gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &key_pem);
  gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &pem);
  *certificate_only = g_strndup ((const char *) pem.data, pem.size);
  both = g_strdup_printf ("%s%.*s", *certificate_only, (int) key_pem.size, key_pem.data);
  gnutls_free (key_pem.data);
  gnutls_free (pem.data);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  return both;
}

static Place *
place_new (gboolean allow_private)
{
  Place *self = g_new0 (Place, 1);
  g_autofree char *only = NULL;
  g_autofree char *pem = make_pem (&only);
  g_autofree char *path = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;

  self->folder = avb_test_make_folder ();
  path = g_build_filename (self->folder, "ca.pem", NULL);
  g_assert_true (g_file_set_contents (path, only, -1, NULL));
  certificate = g_tls_certificate_new_from_pem (pem, -1, &error);
  g_assert_no_error (error);
  self->database = g_tls_file_database_new (path, &error);
  g_assert_no_error (error);
  self->server = avb_web_server_new (certificate);
  self->port = g_strdup (strrchr (self->server->address, ':') + 1);
  self->granted = g_new0 (char *, 3);
  self->granted[0] = g_strdup_printf ("a.example.test:%s", self->port);
  self->granted[1] = g_strdup_printf ("c.example.test:%s", self->port);
  avb_web_server_set_text (self->server, "/hello", "Hello");
  avb_extension_http_set_for_test (self->database, allow_private);
  return self;
}

static void
place_free (Place *self)
{
  avb_extension_http_set_for_test (NULL, FALSE);
  avb_web_server_free (self->server);
  g_object_unref (self->database);
  avb_test_remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->port);
  g_strfreev (self->granted);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Place, place_free)

static DexFuture *
fetch (Place *place, const char *host, const char *path, gint64 max)
{
  g_autoptr (JsonObject) params = json_object_new ();
  g_autofree char *url = g_strdup_printf ("https://%s:%s%s", host, place->port, path);

  json_object_set_string_member (params, "url", url);
  if (max > 0)
    json_object_set_int_member (params, "max_bytes", max);
  return avb_extension_http_fetch (params, (const char *const *) place->granted);
}

static DexFuture *
test_well (gpointer data)
{
  g_autoptr (Place) place = place_new (TRUE);
  g_autoptr (JsonNode) hello = avb_test_await_boxed (fetch (place, "a.example.test", "/hello", 0));
  g_autoptr (JsonNode) missing = avb_test_await_boxed (fetch (place, "a.example.test", "/nothing", 0));
  g_autoptr (JsonNode) binary = NULL;
  g_autofree guint8 *bytes = NULL;
  JsonObject *object = json_node_get_object (hello);
  gsize length;

  g_assert_cmpint (json_object_get_int_member (object, "status"), ==, 200);
  g_assert_cmpstr (json_object_get_string_member (object, "body"), ==, "Hello");
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (object, "headers"), "content-type"), ==, "text/plain");
  g_assert_cmpint (json_object_get_int_member (json_node_get_object (missing), "status"), ==, 404);
  avb_web_server_set_data (place->server, 5, 1000);
  binary = avb_test_await_boxed (fetch (place, "a.example.test", "/file", 0));
  g_assert_false (json_object_has_member (json_node_get_object (binary), "body"));
  bytes = g_base64_decode (json_object_get_string_member (json_node_get_object (binary), "body_base64"), &length);
  g_assert_cmpmem (bytes, length, g_bytes_get_data (place->server->data, NULL), 1000);
  return NULL;
}

/* The name is granted, and leads here: the connection is made, and nothing is said on it. */
static DexFuture *
test_private (gpointer data)
{
  g_autoptr (Place) place = place_new (FALSE);

  avb_test_await_error (fetch (place, "a.example.test", "/hello", 0), AVB_ERROR, AVB_ERROR_PERMISSION);
  g_assert_cmpuint (place->server->n_requests, ==, 0);
  return NULL;
}

static DexFuture *
test_redirects (gpointer data)
{
  g_autoptr (Place) place = place_new (TRUE);
  g_autoptr (JsonNode) answer = NULL;

  place->server->location = g_strdup_printf ("https://c.example.test:%s/hello", place->port);
  answer = avb_test_await_boxed (fetch (place, "a.example.test", "/file", 0));
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (answer), "body"), ==, "Hello");
  /* To a host that was not granted, without encryption, to a file, in circles. */
  g_free (place->server->location);
  place->server->location = g_strdup_printf ("https://b.example.test:%s/hello", place->port);
  avb_test_await_error (fetch (place, "a.example.test", "/file", 0), AVB_ERROR, AVB_ERROR_PERMISSION);
  g_free (place->server->location);
  place->server->location = g_strdup_printf ("http://a.example.test:%s/hello", place->port);
  avb_test_await_error (fetch (place, "a.example.test", "/file", 0), AVB_ERROR, AVB_ERROR_INVALID);
  g_free (place->server->location);
  place->server->location = g_strdup ("file:///etc/passwd");
  avb_test_await_error (fetch (place, "a.example.test", "/file", 0), AVB_ERROR, AVB_ERROR_INVALID);
  g_free (place->server->location);
  place->server->location = g_strdup ("/file");
  avb_test_await_error (fetch (place, "a.example.test", "/file", 0), AVB_ERROR, AVB_ERROR_INVALID);
  return NULL;
}

static DexFuture *
test_limits (gpointer data)
{
  g_autoptr (Place) place = place_new (TRUE);

  /* 3 MiB. */
  avb_test_await_error (fetch (place, "a.example.test", "/file", 0), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (fetch (place, "a.example.test", "/hello", 4), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (fetch (place, "b.example.test", "/hello", 0), AVB_ERROR, AVB_ERROR_PERMISSION);
  /* Whom nobody vouches for. */
  avb_extension_http_set_for_test (NULL, TRUE);
  avb_test_await_error (fetch (place, "a.example.test", "/hello", 0), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  return NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GResolver) resolver = NULL;

  avb_test_init (&argc, &argv);
  resolver = g_object_new (TEST_TYPE_RESOLVER, NULL);
  g_resolver_set_default (resolver);
  avb_test_add_fiber ("/Avb/Extensions/Http/well", test_well);
  avb_test_add_fiber ("/Avb/Extensions/Http/private", test_private);
  avb_test_add_fiber ("/Avb/Extensions/Http/redirects", test_redirects);
  avb_test_add_fiber ("/Avb/Extensions/Http/limits", test_limits);
  return g_test_run ();
}
