/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-download.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/avb-download-check.h"
#include "backends/avb-error.h"
#include "tests/app/avb-web-server.h"
#include "tests/avb-test.h"

typedef struct {
  AvbWebServer     *server;
  AvbDownloadCache *cache;
  char             *folder;
  char             *url;
} Place;

static Place *
place_new (void)
{
  Place *place = g_new0 (Place, 1);

  place->server = avb_web_server_new (NULL);
  place->folder = avb_test_make_folder ();
  place->cache = avb_download_cache_new (place->folder);
  place->url = avb_web_server_dup_url (place->server, "/file/debian%2013.iso");
  return place;
}

static void
place_free (Place *place)
{
  avb_web_server_free (place->server);
  g_assert_finalize_object (place->cache);
  avb_test_remove_folder (place->folder);
  g_free (place->folder);
  g_free (place->url);
  g_free (place);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Place, place_free)

/* Runs one to its end; (transfer full) (nullable): its path. */
static char *
try (Place *place, const char *url, const char *checksum, GError **error)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Download");
  char *path = dex_await_string (avb_download (place->cache, url, checksum, operation), error);

  avb_test_until_true (avb_operation_get_state (operation) != AVB_OPERATION_RUNNING);
  g_assert_cmpint (avb_operation_get_state (operation), ==, path != NULL ? AVB_OPERATION_DONE : AVB_OPERATION_FAILED);
  return path;
}

static void
check_file (Place *place, const char *path)
{
  g_autofree char *contents = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &contents, &length, NULL));
  g_assert_cmpmem (contents, length, g_bytes_get_data (place->server->data, NULL),
                   g_bytes_get_size (place->server->data));
}

static char *
get (Place *place, const char *checksum)
{
  g_autoptr (GError) error = NULL;
  char *path = try (place, place->url, checksum, &error);

  g_assert_no_error (error);
  check_file (place, path);
  return path;
}

static void
fail (Place *place, const char *url, const char *checksum, AvbError code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = try (place, url, checksum, &error);

  g_test_message ("%s (%s)", error->message, avb_error_get_details (error));
  g_assert_error (error, AVB_ERROR, (int) code);
  g_assert_null (path);
}

static guint
count_left (Place *place)
{
  g_autoptr (GDir) dir = g_dir_open (place->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static GPtrArray *
list (Place *place)
{
  return avb_test_await_boxed (avb_download_cache_list (place->cache));
}

/* --- what goes well --- */

static DexFuture *
whole_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *path = get (place, NULL);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *found = avb_test_await_string (avb_download_cache_find (place->cache, place->url));
  g_autoptr (GPtrArray) files = list (place);
  const AvbCachedFile *file = files->pdata[0];

  g_assert_cmpstr (name, ==, "debian 13.iso");
  g_assert_cmpstr (found, ==, path);
  g_assert_cmpuint (files->len, ==, 1);
  g_assert_cmpstr (file->path, ==, path);
  g_assert_cmpstr (file->url, ==, place->url);
  g_assert_cmpuint (file->size, >=, g_bytes_get_size (place->server->data));
  g_assert_true (file->complete);
  return NULL;
}

static DexFuture *
known_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *checksum = avb_web_server_dup_checksum (place->server, G_CHECKSUM_SHA256);
  g_autofree char *path = get (place, checksum);
  g_autofree char *again = get (place, NULL);
  g_autofree char *offline = NULL;

  g_assert_cmpstr (again, ==, path);
  g_assert_cmpuint (place->server->n_bodies, ==, 1);
  g_assert_cmpuint (place->server->n_requests, ==, 2);
  offline = get (place, checksum);
  g_assert_cmpuint (place->server->n_requests, ==, 2);
  return NULL;
}

static DexFuture *
newer_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *path = get (place, NULL);
  g_autofree char *newer = NULL;

  avb_web_server_set_data (place->server, 2, 70000);
  newer = get (place, NULL);
  g_assert_cmpstr (newer, ==, path);
  return NULL;
}

static DexFuture *
offline_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *path = get (place, NULL);
  g_autofree char *again = NULL;

  g_object_set (place->cache, "tries", 1, NULL);
  place->server->status = SOUP_STATUS_SERVICE_UNAVAILABLE;
  again = get (place, NULL);
  g_assert_cmpstr (again, ==, path);
  return NULL;
}

static DexFuture *
size_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (GError) error = NULL;
  DexFuture *future = avb_download_ask_size (place->cache, place->url);

  g_assert_cmpuint (dex_await_uint64 (future, &error), ==, g_bytes_get_size (place->server->data));
  g_assert_no_error (error);
  place->server->status = SOUP_STATUS_FORBIDDEN;
  avb_test_await_error (avb_download_ask_size (place->cache, place->url), AVB_ERROR, AVB_ERROR_PERMISSION);
  avb_test_await_error (avb_download_ask_size (place->cache, "nonsense"), AVB_ERROR, AVB_ERROR_INVALID);
  return NULL;
}

static DexFuture *
entry_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *checksum = avb_web_server_dup_checksum (place->server, G_CHECKSUM_SHA512);
  g_autoptr (AvbCatalogEntry) entry
      = g_object_new (AVB_TYPE_CATALOG_ENTRY, "url", place->url, "checksum", checksum, NULL);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Download");
  g_autofree char *path = avb_test_await_string (avb_download_entry (place->cache, entry, operation));

  check_file (place, path);
  avb_test_until_true (avb_catalog_entry_get_size (entry) == g_bytes_get_size (place->server->data));
  return NULL;
}

/* --- what breaks off --- */

static DexFuture *
resumes_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *checksum = avb_web_server_dup_checksum (place->server, G_CHECKSUM_SHA512);
  g_autofree char *path = NULL;

  place->server->breaks = 3;
  path = get (place, checksum);
  g_assert_cmpuint (place->server->n_ranges, ==, 3);
  return NULL;
}

static DexFuture *
resumes_later_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *checksum = avb_web_server_dup_checksum (place->server, G_CHECKSUM_SHA256);
  g_autofree char *path = NULL;
  g_autoptr (GPtrArray) files = NULL;

  g_object_set (place->cache, "tries", 1, NULL);
  place->server->breaks = 2; /* a new byte is another try */
  place->server->stall = TRUE;
  g_object_set (place->cache, "stall-timeout", 1, NULL);
  fail (place, place->url, checksum, AVB_ERROR_UNAVAILABLE);
  files = list (place);
  g_assert_cmpuint (files->len, ==, 1);
  g_assert_false (((AvbCachedFile *) files->pdata[0])->complete);
  avb_test_await_error (avb_download_cache_find (place->cache, place->url), AVB_ERROR, AVB_ERROR_NOT_FOUND);

  place->server->breaks = place->server->n_ranges = 0;
  place->server->stall = FALSE;
  g_object_set (place->cache, "stall-timeout", 60, NULL);
  path = get (place, checksum);
  g_assert_cmpuint (place->server->n_ranges, ==, 1);
  return NULL;
}

static DexFuture *
without_tag_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *path = NULL;

  g_clear_pointer (&place->server->etag, g_free);
  place->server->breaks = 1;
  path = get (place, NULL);
  g_assert_cmpuint (place->server->n_ranges, ==, 0);
  g_assert_cmpuint (place->server->n_bodies, ==, 2);
  return NULL;
}

static DexFuture *
changed_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree guint8 *next = g_malloc0 (200000);
  g_autofree char *path = NULL;

  place->server->breaks = 1;
  place->server->next_data = g_bytes_new (next, 200000);
  path = get (place, NULL);
  return NULL;
}

static DexFuture *
wrong_range_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *path = NULL;

  place->server->breaks = 1;
  place->server->wrong_range = TRUE;
  path = get (place, NULL);
  return NULL;
}

static DexFuture *
lying_length_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();

  g_object_set (place->cache, "tries", 2, NULL);
  avb_web_server_set_data (place->server, 3, 50000);
  g_clear_pointer (&place->server->etag, g_free);
  place->server->claim = 60000;
  fail (place, place->url, NULL, AVB_ERROR_UNAVAILABLE);
  g_assert_cmpuint (count_left (place), ==, 0);
  return NULL;
}

static DexFuture *
stall_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();

  g_object_set (place->cache, "tries", 1, "stall-timeout", 1, NULL);
  g_clear_pointer (&place->server->etag, g_free);
  place->server->stall = TRUE;
  fail (place, place->url, NULL, AVB_ERROR_UNAVAILABLE);
  g_assert_cmpuint (count_left (place), ==, 0);
  return NULL;
}

/* --- what is refused --- */

static DexFuture *
web_page_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();

  g_free (place->server->type);
  place->server->type = g_strdup ("text/html; charset=utf-8");
  fail (place, place->url, NULL, AVB_ERROR_INVALID);
  g_free (place->server->type);
  place->server->type = g_strdup ("application/x-iso9660-image");
  g_bytes_unref (place->server->data);
  place->server->data = g_bytes_new_static ("\n <!DOCTYPE HTML><p>Sign in", 27);
  fail (place, place->url, NULL, AVB_ERROR_INVALID);
  g_assert_cmpuint (count_left (place), ==, 0);
  return NULL;
}

static DexFuture *
checksum_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *checksum = avb_web_server_dup_checksum (place->server, G_CHECKSUM_SHA256);
  g_autofree char *upper = g_ascii_strup (checksum, -1);
  g_autofree char *path = NULL;

  checksum[10] = checksum[10] == '0' ? '1' : '0';
  fail (place, place->url, checksum, AVB_ERROR_INVALID);
  g_assert_cmpuint (count_left (place), ==, 0);
  fail (place, place->url, "sha256:12", AVB_ERROR_INVALID);
  fail (place, place->url, "md5:d41d8cd98f00b204e9800998ecf8427e", AVB_ERROR_INVALID);
  path = get (place, upper);
  return NULL;
}

static DexFuture *
status_fiber (gpointer data)
{
  static const struct {
    guint    status;
    AvbError code;
  } cases[] = {
    { SOUP_STATUS_NOT_FOUND, AVB_ERROR_NOT_FOUND },  { SOUP_STATUS_GONE, AVB_ERROR_NOT_FOUND },
    { SOUP_STATUS_UNAUTHORIZED, AVB_ERROR_PERMISSION }, { SOUP_STATUS_FORBIDDEN, AVB_ERROR_PERMISSION },
    { SOUP_STATUS_BAD_GATEWAY, AVB_ERROR_UNAVAILABLE }, { 429, AVB_ERROR_UNAVAILABLE },
    { SOUP_STATUS_BAD_REQUEST, AVB_ERROR_FAILED },
  };
  g_autoptr (Place) place = place_new ();

  g_object_set (place->cache, "tries", 2, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      place->server->status = cases[i].status;
      fail (place, place->url, NULL, cases[i].code);
      g_assert_cmpuint (count_left (place), ==, 0);
    }
  return NULL;
}

static DexFuture *
empty_file_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();

  g_bytes_unref (place->server->data);
  place->server->data = g_bytes_new_static ("", 0);
  fail (place, place->url, NULL, AVB_ERROR_INVALID);
  g_assert_cmpuint (count_left (place), ==, 0);
  return NULL;
}

static void
redirect (Place *place, const char *location)
{
  g_free (place->server->location);
  place->server->location = g_strdup (location);
}

static DexFuture *
redirects_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbWebServer) other = avb_web_server_new (NULL);
  g_autofree char *there = avb_web_server_dup_url (other, "/file");
  g_autofree char *path = NULL;

  redirect (place, "/file/round-and-round");
  fail (place, place->url, NULL, AVB_ERROR_INVALID);
  redirect (place, "file:///etc/passwd");
  fail (place, place->url, NULL, AVB_ERROR_INVALID);
  redirect (place, "//");
  fail (place, place->url, NULL, AVB_ERROR_INVALID);
  g_assert_cmpuint (count_left (place), ==, 0);
  redirect (place, there);
  path = get (place, NULL);
  return NULL;
}

static GTlsCertificate *
create_certificate (const char *folder, GTlsDatabase **database)
{
  g_autofree char *key = g_build_filename (folder, "key.pem", NULL);
  g_autofree char *file = g_build_filename (folder, "certificate.pem", NULL);
  const char *argv[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                         "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                         "-keyout", key, "-out", file, NULL };
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate;
  int status;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                               NULL, NULL, &status, &error));
  g_assert_cmpint (status, ==, 0);
  certificate = g_tls_certificate_new_from_files (file, key, &error);
  g_assert_no_error (error);
  *database = g_tls_file_database_new (file, &error);
  g_assert_no_error (error);
  return certificate;
}

static DexFuture *
https_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *folder = avb_test_make_folder ();
  g_autoptr (GTlsDatabase) database = NULL;
  g_autoptr (GTlsCertificate) certificate = create_certificate (folder, &database);
  AvbWebServer *plain = place->server;
  AvbWebServer *safe = avb_web_server_new (certificate);
  g_autofree char *plain_url = g_steal_pointer (&place->url);
  g_autofree char *path = NULL;

  place->server = safe;
  place->url = avb_web_server_dup_url (safe, "/file/a.iso");
  g_object_set (place->cache, "tries", 1, NULL);
  /* Nobody vouches for this certificate. */
  fail (place, place->url, NULL, AVB_ERROR_INVALID);
  g_object_set (place->cache, "tls-database", database, NULL);
  redirect (place, plain_url);
  fail (place, place->url, NULL, AVB_ERROR_INVALID);
  g_assert_cmpuint (plain->n_requests, ==, 0);
  g_assert_cmpuint (count_left (place), ==, 0);
  redirect (place, NULL);
  path = get (place, NULL);

  avb_web_server_free (plain);
  avb_test_remove_folder (folder);
  return NULL;
}

/* --- published checksums --- */

static DexFuture *
published_fiber (gpointer data)
{
  static const AvbPublisher publisher = { "127.0.0.1:*/file/*", "SHA256SUMS", NULL, NULL };
  g_autoptr (Place) place = place_new ();
  g_autofree char *checksum = avb_web_server_dup_checksum (place->server, G_CHECKSUM_SHA256);
  g_autofree char *good = g_strdup_printf ("%064d  other.iso\n%s  debian 13.iso\n", 0, checksum + 7);
  g_autofree char *bad = g_strdup_printf ("%s  other.iso\n%064d *debian 13.iso\n", checksum + 7, 0);
  g_autofree char *path = NULL;
  g_autofree char *again = NULL;

  avb_download_cache_add_publisher (place->cache, &publisher);
  avb_web_server_set_text (place->server, "/file/SHA256SUMS", bad);
  fail (place, place->url, NULL, AVB_ERROR_INVALID);
  g_assert_cmpuint (count_left (place), ==, 0);
  avb_web_server_set_text (place->server, "/file/SHA256SUMS", good);
  path = get (place, NULL);
  return NULL;
}

static void
gpg (const char *home, const char *first, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  va_list args;
  int status;

  g_ptr_array_add (argv, (gpointer) "gpg");
  g_ptr_array_add (argv, (gpointer) "--homedir");
  g_ptr_array_add (argv, (gpointer) home);
  g_ptr_array_add (argv, (gpointer) "--batch");
  g_ptr_array_add (argv, (gpointer) "--yes");
  va_start (args, first);
  for (const char *argument = first; argument != NULL; argument = va_arg (args, const char *))
    g_ptr_array_add (argv, (gpointer) argument);
  va_end (args);
  g_ptr_array_add (argv, NULL);
  g_assert_true (g_spawn_sync (NULL, (char **) argv->pdata, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                               NULL, NULL, NULL, &status, &error));
  g_assert_cmpint (status, ==, 0);
}

static void
remove_all (const char *folder)
{
  const char *argv[] = { "rm", "-rf", folder, NULL };
  int status;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL));
}

static DexFuture *
signed_fiber (gpointer data)
{
  static AvbPublisher publisher = { "127.0.0.1:*/file/*", "%.sha512", "%.sign", NULL };
  g_autoptr (Place) place = place_new ();
  g_autofree char *home = avb_test_make_folder ();
  g_autofree char *keyring = g_build_filename (home, "keys.gpg", NULL);
  g_autofree char *text = g_build_filename (home, "text", NULL);
  g_autofree char *signature = g_build_filename (home, "text.asc", NULL);
  g_autofree char *checksum = avb_web_server_dup_checksum (place->server, G_CHECKSUM_SHA512);
  g_autofree char *list_text = g_strdup_printf ("# %zu bytes\nSHA512 (debian 13.iso) = %s\n", (gsize) 1, checksum + 7);
  g_autofree char *forged = g_strdup_printf ("%s\n", list_text);
  g_autofree char *armor = NULL;
  g_autofree char *path = NULL;

  g_assert_true (g_file_set_contents (text, list_text, -1, NULL));
  gpg (home, "--passphrase", "", "--quick-gen-key", "Maker <maker@example.org>", "ed25519", "sign", "never", NULL);
  gpg (home, "--output", keyring, "--export", NULL);
  gpg (home, "--armor", "--output", signature, "--detach-sign", text, NULL);
  g_assert_true (g_file_get_contents (signature, &armor, NULL, NULL));
  publisher.keyring = keyring;
  avb_download_cache_add_publisher (place->cache, &publisher);

  /* What is there instead of a signature, then one of another text. */
  avb_web_server_set_text (place->server, "/file/debian 13.iso.sha512", forged);
  fail (place, place->url, NULL, AVB_ERROR_INVALID);
  avb_web_server_set_text (place->server, "/file/debian 13.iso.sign", armor);
  fail (place, place->url, NULL, AVB_ERROR_INVALID);
  g_assert_cmpuint (count_left (place), ==, 0);
  avb_web_server_set_text (place->server, "/file/debian 13.iso.sha512", list_text);
  path = get (place, NULL);

  /* Its agent ends when the folder goes, and takes its sockets with it. */
  remove_all (home);
  return NULL;
}

static void
test_parse_checksums (void)
{
  static const char *const digit = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF";
  static const char *const wanted = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  static const char *const good[] = {
    "%s  a.iso", "%s *a.iso\r", "%s  ./a.iso", "%s", "SHA256 (a.iso) = %s",
    "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# a.iso: 12 bytes\nSHA256 (a.iso) = %s\n-----BEGIN PGP "
    "SIGNATURE-----\n",
  };
  static const char *const bad[] = {
    "", "%s  b.iso", "%s  aa.iso", "%s  a.iso.zsync", "SHA256 (a.iso) %s", "MD5 (b.iso) = %s", "z%s  a.iso", "%.60s  a.iso",
  };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_auto (GStrv) parts = g_strsplit (good[i], "%s", -1);
      g_autofree char *text = g_strjoinv (digit, parts);
      g_autofree char *found = avb_download_parse_checksums (text, "a.iso");

      g_assert_cmpstr (found, ==, wanted);
    }
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_auto (GStrv) parts = g_strsplit (bad[i], "%s", -1);
      g_autofree char *text = g_strjoinv (digit, parts);

      g_assert_null (avb_download_parse_checksums (text, "a.iso"));
    }
}

static void
test_names (void)
{
  static const char *const cases[][2] = {
    { "https://example.org/a/b.iso?x=/c", "b.iso" },
    { "https://example.org/..", "download" },
    { "https://example.org/%2e%2e%2fpasswd", "_._passwd" },
    { "https://example.org/.part", "_part" },
    { "https://example.org/", "download" },
    { "https://example.org", "download" },
    { "https://example.org/%00", "download" },
    { "https://example.org/a%0Ab", "a_b" },
    { "https://example.org/%D8%A3.iso", "أ.iso" },
  };
  g_autofree char *flood = g_strnfill (1000, 'x');
  g_autofree char *url = g_strdup_printf ("https://example.org/%s.iso", flood);
  g_autofree char *name = avb_download_dup_name (url);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *found = avb_download_dup_name (cases[i][0]);

      g_assert_cmpstr (found, ==, cases[i][1]);
    }
  g_assert_cmpuint (strlen (name), ==, 200);
  g_assert_true (g_str_has_suffix (name, "x.iso"));
}

static void
test_addresses (void)
{
  static const char *const good[] = { "https://example.org/a.iso", "http://[::1]:80/", "HTTPS://example.org" };
  static const char *const bad[] = { "", "a.iso", "/etc/passwd", "file:///etc/passwd", "ftp://example.org/", "https://",
                                     "https:///a", "data:text/plain,a", "https://exa mple.org/" };
  g_autofree char *flood = g_strnfill (100000, 'x');
  g_autofree char *url = g_strconcat ("https://example.org/", flood, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (avb_download_check_url (good[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (avb_download_check_url (bad[i], &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
    }
  g_assert_false (avb_download_check_url (url, NULL));
}

/* --- no space, cancel, several --- */

static DexFuture *
no_space_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  struct rlimit limit;
  struct rlimit less;

  place->server->claim = G_MAXINT64;
  fail (place, place->url, NULL, AVB_ERROR_NO_SPACE);
  g_assert_cmpuint (count_left (place), ==, 0);

  /* The disk itself says no. */
  place->server->claim = 0;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &limit));
  less = limit;
  less.rlim_cur = 1024 * 1024;
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &less));
  fail (place, place->url, NULL, AVB_ERROR_NO_SPACE);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));
  g_assert_cmpuint (count_left (place), ==, 0);
  return NULL;
}

static DexFuture *
cancel_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbOperation) operation = avb_operation_new ("Download");
  DexFuture *future;

  place->server->stall = TRUE;
  future = avb_download (place->cache, place->url, NULL, operation);
  avb_test_until_true (place->server->n_bodies == 1);
  avb_operation_cancel (operation);
  avb_test_await_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  avb_test_until_true (avb_operation_get_state (operation) == AVB_OPERATION_CANCELLED);
  g_assert_cmpuint (count_left (place), ==, 0);
  return NULL;
}

static DexFuture *
cancel_keeps_old_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *path = get (place, NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autoptr (AvbOperation) operation = avb_operation_new ("Download");
  g_autoptr (GPtrArray) files = NULL;
  DexFuture *future;
  gsize length;

  g_assert_true (g_file_get_contents (path, &before, &length, NULL));
  avb_web_server_set_data (place->server, 5, 90000);
  place->server->stall = TRUE;
  future = avb_download (place->cache, place->url, NULL, operation);
  avb_test_until_true (place->server->n_bodies == 2);
  avb_operation_cancel (operation);
  avb_test_await_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
  g_assert_cmpint (memcmp (before, after, length), ==, 0);
  files = list (place);
  g_assert_cmpuint (files->len, ==, 1);
  g_assert_true (((AvbCachedFile *) files->pdata[0])->complete);
  return NULL;
}

static DexFuture *
several_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *other_url = avb_web_server_dup_url (place->server, "/file/other.iso");
  g_autoptr (AvbOperation) one = avb_operation_new ("One");
  g_autoptr (AvbOperation) other = avb_operation_new ("Other");
  g_autoptr (AvbOperation) same = avb_operation_new ("The same");
  DexFuture *future;
  DexFuture *waiting;
  g_autofree char *path = NULL;

  g_object_set (place->cache, "limit", 1, NULL);
  place->server->stall = TRUE;
  future = avb_download (place->cache, place->url, NULL, one);
  waiting = avb_download (place->cache, other_url, NULL, other);
  avb_test_until_true (place->server->n_bodies == 1);
  avb_test_until_true (g_strcmp0 (avb_operation_get_status (other), "Waiting for other jobs to end") == 0);
  g_assert_cmpuint (place->server->n_requests, ==, 1);

  /* With room for both, the second begins; nobody takes a file that another one writes. */
  g_object_set (place->cache, "limit", 3, NULL);
  avb_test_until_true (place->server->n_bodies == 2);
  avb_test_await_error (avb_download (place->cache, place->url, NULL, same), AVB_ERROR, AVB_ERROR_BUSY);
  avb_operation_cancel (one);
  avb_test_await_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  avb_operation_cancel (other);
  avb_test_await_error (waiting, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_left (place), ==, 0);
  return NULL;
}

static DexFuture *
empty_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *busy_url = avb_web_server_dup_url (place->server, "/file/busy.iso");
  g_autofree char *kept_url = avb_web_server_dup_url (place->server, "/file/kept.iso");
  g_autofree char *path = get (place, NULL);
  g_autofree char *kept = try (place, kept_url, NULL, NULL);
  g_autofree char *open_url = avb_web_server_dup_url (place->server, "/file/open.iso");
  g_autofree char *opened = try (place, open_url, NULL, NULL);
  int fd = open (opened, O_RDONLY | O_CLOEXEC);
  g_autofree char *stranger = g_build_filename (place->folder, "notes.txt", NULL);
  const char *keep[] = { kept, NULL };
  g_autoptr (AvbOperation) operation = avb_operation_new ("Busy");
  g_autoptr (GError) error = NULL;
  DexFuture *future;
  guint64 freed;

  g_assert_true (g_file_set_contents (stranger, "not a download", -1, NULL));
  place->server->stall = TRUE;
  future = avb_download (place->cache, busy_url, NULL, operation);
  avb_test_until_true (place->server->n_bodies == 4);
  freed = dex_await_uint64 (avb_download_cache_empty (place->cache, keep), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (freed, >=, g_bytes_get_size (place->server->data));
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (opened, G_FILE_TEST_EXISTS));
  g_assert_no_errno (close (fd));
  g_assert_true (g_file_test (stranger, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_left (place), ==, 4);
  avb_operation_cancel (operation);
  avb_test_await_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return NULL;
}

/* What somebody else wrote into the cache, or what was left by a crash, is nothing to trust. */
static DexFuture *
damaged_fiber (gpointer data)
{
  static const char *const abouts[] = {
    "", "\xff\xfe", "[File]\nComplete=true\nName=../../../etc/passwd\n", "[File]\nComplete=true\nName=debian 13.iso\nTotal=5\n",
    "[Part]\nETag=\"1\"\nTotal=12\n", "[File]\nComplete=true\n",
  };
  g_autoptr (Place) place = place_new ();
  g_autofree char *path = get (place, NULL);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *about = g_build_filename (folder, ".about", NULL);
  g_autofree char *part = g_build_filename (folder, ".part", NULL);

  for (guint i = 0; i < G_N_ELEMENTS (abouts); i++)
    {
      g_autofree char *again = NULL;

      g_assert_true (g_file_set_contents (about, abouts[i], -1, NULL));
      g_assert_true (g_file_set_contents (part, "what is this? it is too long", -1, NULL));
      again = get (place, NULL);
      g_assert_cmpstr (again, ==, path);
      g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
    }
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);

  g_test_add_func ("/Avb/Download/addresses", test_addresses);
  g_test_add_func ("/Avb/Download/names-are-harmless", test_names);
  g_test_add_func ("/Avb/Download/lists-of-checksums", test_parse_checksums);
  avb_test_add_fiber ("/Avb/Download/whole", whole_fiber);
  avb_test_add_fiber ("/Avb/Download/what-is-there-is-not-fetched-again", known_fiber);
  avb_test_add_fiber ("/Avb/Download/what-is-newer-is-fetched-again", newer_fiber);
  avb_test_add_fiber ("/Avb/Download/what-is-there-serves-without-a-server", offline_fiber);
  avb_test_add_fiber ("/Avb/Download/size", size_fiber);
  avb_test_add_fiber ("/Avb/Download/entry-of-a-catalogue", entry_fiber);
  avb_test_add_fiber ("/Avb/Download/resumes", resumes_fiber);
  avb_test_add_fiber ("/Avb/Download/resumes-in-a-later-call", resumes_later_fiber);
  avb_test_add_fiber ("/Avb/Download/starts-over-without-a-tag", without_tag_fiber);
  avb_test_add_fiber ("/Avb/Download/file-changes-between-ranges", changed_fiber);
  avb_test_add_fiber ("/Avb/Download/wrong-range", wrong_range_fiber);
  avb_test_add_fiber ("/Avb/Download/lying-length", lying_length_fiber);
  avb_test_add_fiber ("/Avb/Download/stall", stall_fiber);
  avb_test_add_fiber ("/Avb/Download/web-page", web_page_fiber);
  avb_test_add_fiber ("/Avb/Download/checksum", checksum_fiber);
  avb_test_add_fiber ("/Avb/Download/status", status_fiber);
  avb_test_add_fiber ("/Avb/Download/empty-file", empty_file_fiber);
  avb_test_add_fiber ("/Avb/Download/redirects", redirects_fiber);
  avb_test_add_fiber ("/Avb/Download/https-stays-https", https_fiber);
  avb_test_add_fiber ("/Avb/Download/published-checksums", published_fiber);
  avb_test_add_fiber ("/Avb/Download/signed-checksums", signed_fiber);
  avb_test_add_fiber ("/Avb/Download/no-space", no_space_fiber);
  avb_test_add_fiber ("/Avb/Download/cancel-leaves-nothing", cancel_fiber);
  avb_test_add_fiber ("/Avb/Download/cancel-keeps-what-was-there", cancel_keeps_old_fiber);
  avb_test_add_fiber ("/Avb/Download/several-within-a-limit", several_fiber);
  avb_test_add_fiber ("/Avb/Download/emptying-the-cache", empty_fiber);
  avb_test_add_fiber ("/Avb/Download/damaged-cache", damaged_fiber);

  return g_test_run ();
}
