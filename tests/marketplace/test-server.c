/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A real server that misbehaves: nothing of it is taken over, what was known stays, and no part of a file is left. */

#include "config.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include "app/marketplace/avb-market-fetch.h"
#include "app/marketplace/avb-market-source.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"
#include "tests/avb-test.h"
#include "tests/marketplace/market-server.h"

#define ID "org.example.pack"

typedef struct {
  MarketRig       *rig;
  MarketServer    *server;
  char            *folder;
  char            *sha256; /* of the package */
  AvbMarketSource *source;
} Place;

static void
make_source (Place *self)
{
  g_autofree char *data = g_build_filename (self->folder, "data", NULL);
  g_autofree char *cache = g_build_filename (self->folder, "cache", NULL);

  g_clear_object (&self->source);
  self->source = avb_market_source_new (NULL, self->server->address, AVB_MARKET_ORIGIN_USER, self->rig->first_root, data, cache);
  avb_market_source_set_tls_database (self->source, self->server->database);
  avb_market_source_set_now (self->source, MARKET_NOW);
  avb_market_source_set_stall_seconds (self->source, 2);
}

static Place *
place_new (gboolean good)
{
  Place *self = g_new0 (Place, 1);
  g_autofree char *big = NULL;
  JsonObject *version;

  self->rig = market_rig_new ();
  self->sha256 = market_rig_add (self->rig, ID, "1.0.0", NULL, NULL);
  /* A package larger than what a socket holds: what is in it does not matter here. */
  version = market_rig_find (self->rig, ID, 0);
  g_free (self->sha256);
  self->sha256 = market_rig_add_media (self->rig, 300000);
  big = g_strconcat ("media/", self->sha256, NULL);
  {
    g_autofree char *name = g_strdup_printf ("pkgs/%s.avx", self->sha256);

    market_rig_set (self->rig, name, market_rig_get (self->rig, big));
  }
  json_object_set_string_member (version, "sha256", self->sha256);
  json_object_set_int_member (version, "size", 300000);
  market_rig_publish (self->rig);
  self->server = market_server_new (self->rig, good);
  self->folder = avb_test_make_folder ();
  make_source (self);
  return self;
}

static void
place_free (Place *self)
{
  g_clear_object (&self->source);
  market_server_free (self->server);
  market_rig_free (self->rig);
  avb_test_remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->sha256);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Place, place_free)

static void
misbehave (Place *self, const char *victim, MarketServerManner manner)
{
  self->server->victim = victim;
  self->server->manner = manner;
}

static guint
count_entries (Place *self)
{
  return g_list_model_get_n_items (avb_market_source_get_entries (self->source));
}

/* Below the cache there is no file but those that are whole. */
static guint
count_files (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      n += g_file_test (path, G_FILE_TEST_IS_DIR) ? count_files (path) : 1;
    }
  return n;
}

static guint
count_cached (Place *self)
{
  g_autofree char *cache = g_build_filename (self->folder, "cache", NULL);

  return count_files (cache);
}

static DexFuture *
fetch (Place *self)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Package");
  AvbMarketEntry *entry = avb_market_source_find (self->source, ID);

  return avb_market_source_fetch_package (self->source, avb_market_entry_get_best (entry), operation);
}

/* --- metadata --- */

static DexFuture *
good_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new (TRUE);
  guint n;

  avb_test_await (avb_market_source_refresh (self->source));
  g_assert_cmpint (avb_market_source_get_state (self->source), ==, AVB_MARKET_SOURCE_READY);
  g_assert_true (avb_market_source_get_can_install (self->source));
  g_assert_cmpstr (avb_market_source_get_title (self->source), ==, "Test");
  g_assert_cmpuint (count_entries (self), ==, 1);
  g_assert_cmpint (avb_market_source_get_checked (self->source), ==, MARKET_NOW);
  /* The second time only what may be new is asked for, and the timestamp has not changed. */
  n = self->server->n_requests;
  avb_test_await (avb_market_source_refresh (self->source));
  g_assert_cmpuint (self->server->n_requests - n, ==, 2);
  g_assert_cmpuint (self->server->n_unmodified, ==, 1);
  g_assert_cmpint (avb_market_source_get_state (self->source), ==, AVB_MARKET_SOURCE_READY);
  return NULL;
}

/* What was known can be looked at before anybody answers, and when nobody does. */
static DexFuture *
offline_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new (TRUE);

  avb_test_await (avb_market_source_refresh (self->source));
  misbehave (self, "", MARKET_SERVER_STATUS);
  self->server->status = 503;
  make_source (self);
  avb_test_await (avb_market_source_load (self->source));
  g_assert_cmpuint (count_entries (self), ==, 1);
  g_assert_cmpint (avb_market_source_get_checked (self->source), ==, MARKET_NOW);
  avb_market_source_set_now (self->source, MARKET_NOW + 3 * DAY);
  market_rig_publish_root (self->rig, NULL);
  avb_test_await_error (avb_market_source_refresh (self->source), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  g_assert_cmpint (avb_market_source_get_state (self->source), ==, AVB_MARKET_SOURCE_OFFLINE);
  g_assert_nonnull (avb_market_source_get_message (self->source));
  g_assert_cmpint (avb_market_source_get_checked (self->source), ==, MARKET_NOW);
  g_assert_cmpuint (count_entries (self), ==, 1);
  /* Later on nothing can be installed from it any more. */
  avb_market_source_set_now (self->source, MARKET_NOW + 9 * DAY);
  avb_test_await_error (avb_market_source_refresh (self->source), AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_cmpint (avb_market_source_get_state (self->source), ==, AVB_MARKET_SOURCE_EXPIRED);
  g_assert_false (avb_market_source_get_can_install (self->source));
  g_assert_cmpuint (count_entries (self), ==, 1);
  return NULL;
}

/* A program that stays open while its catalogue ends. */
static DexFuture *
open_long_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new (TRUE);
  g_autoptr (GError) error = NULL;

  avb_test_await (avb_market_source_refresh (self->source));
  g_assert_true (avb_market_source_check_install (self->source, NULL));
  avb_market_source_set_now (self->source, MARKET_NOW + 9 * DAY);
  g_assert_false (avb_market_source_check_install (self->source, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  return NULL;
}

typedef struct {
  const char          *victim;
  MarketServerManner   manner;
  guint                status;
  const char          *location;
  int                  code;
  AvbMarketSourceState state;
} Case;

static const Case cases[] = {
  { "timestamp", MARKET_SERVER_LIES, 0, NULL, AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "timestamp", MARKET_SERVER_TRUNCATED, 0, NULL, AVB_ERROR_UNAVAILABLE, AVB_MARKET_SOURCE_OFFLINE },
  { "timestamp", MARKET_SERVER_CHUNKED_CUT, 0, NULL, AVB_ERROR_UNAVAILABLE, AVB_MARKET_SOURCE_OFFLINE },
  { "timestamp", MARKET_SERVER_CLAIMS_LESS, 0, NULL, AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "timestamp", MARKET_SERVER_ENDLESS, 0, NULL, AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "timestamp", MARKET_SERVER_DRIPS, 0, NULL, AVB_ERROR_UNAVAILABLE, AVB_MARKET_SOURCE_OFFLINE },
  { "timestamp", MARKET_SERVER_STATUS, 500, NULL, AVB_ERROR_UNAVAILABLE, AVB_MARKET_SOURCE_OFFLINE },
  { "timestamp", MARKET_SERVER_STATUS, 403, NULL, AVB_ERROR_PERMISSION, AVB_MARKET_SOURCE_OFFLINE },
  { "timestamp", MARKET_SERVER_STATUS, 404, NULL, AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "timestamp", MARKET_SERVER_REDIRECT, 0, "http://127.0.0.1:9/timestamp.json", AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "timestamp", MARKET_SERVER_REDIRECT, 0, "file:///etc/passwd", AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "timestamp", MARKET_SERVER_REDIRECT, 0, "data:,x", AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "timestamp", MARKET_SERVER_REDIRECT, 0, "/timestamp.json", AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "3.catalog", MARKET_SERVER_LIES, 0, NULL, AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "3.catalog", MARKET_SERVER_TRUNCATED, 0, NULL, AVB_ERROR_UNAVAILABLE, AVB_MARKET_SOURCE_OFFLINE },
  { "3.catalog", MARKET_SERVER_ENDLESS, 0, NULL, AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "3.revocations", MARKET_SERVER_LIES, 0, NULL, AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "3.revocations", MARKET_SERVER_STATUS, 404, NULL, AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "2.root", MARKET_SERVER_LIES, 0, NULL, AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "2.root", MARKET_SERVER_ENDLESS, 0, NULL, AVB_ERROR_INVALID, AVB_MARKET_SOURCE_UNTRUSTED },
  { "2.root", MARKET_SERVER_STATUS, 500, NULL, AVB_ERROR_UNAVAILABLE, AVB_MARKET_SOURCE_OFFLINE },
};

static void
try_case (const Case *one)
{
  g_autoptr (Place) self = place_new (TRUE);
  g_autofree char *folder = g_build_filename (self->folder, "data", NULL);

  avb_test_await (avb_market_source_refresh (self->source));
  market_rig_publish_root (self->rig, NULL);
  market_rig_publish (self->rig);
  misbehave (self, one->victim, one->manner);
  self->server->status = one->status;
  self->server->location = g_strdup (one->location);
  g_test_message ("%s %d %u %s", one->victim, one->manner, one->status, one->location);
  avb_test_await_error (avb_market_source_refresh (self->source), AVB_ERROR, one->code);
  g_assert_cmpint (avb_market_source_get_state (self->source), ==, one->state);
  g_assert_nonnull (avb_market_source_get_message (self->source));
  /* What was known can be looked at; what did not come whole is not there. */
  g_assert_cmpuint (count_entries (self), ==, 1);
  g_assert_true (one->state == AVB_MARKET_SOURCE_OFFLINE || !avb_market_source_check_install (self->source, NULL));
  /* It does not get better by being asked for again, e.g. since the server says that nothing changed since. */
  if (one->manner == MARKET_SERVER_LIES)
    avb_test_await_error (avb_market_source_refresh (self->source), AVB_ERROR, one->code);
  /* Well again, it is taken up. */
  self->server->victim = NULL;
  avb_test_await (avb_market_source_refresh (self->source));
  g_assert_cmpint (avb_market_source_get_state (self->source), ==, AVB_MARKET_SOURCE_READY);
  g_assert_cmpuint (avb_market_source_get_version (self->source, AVB_METADATA_CATALOG), ==, 3);
}

static DexFuture *
metadata_fiber (gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    try_case (&cases[i]);
  return NULL;
}

typedef enum { CAUSE_EXPIRED, CAUSE_REPLAYED, CAUSE_CLOCK, CAUSE_SKIPPED, CAUSE_HUGE } Cause;

static void
bring_about (Place *self, Cause cause, GBytes *old)
{
  g_autoptr (GBytes) third = NULL;
  g_autoptr (GBytes) huge = NULL;
  JsonObject *payload;

  switch (cause)
    {
    case CAUSE_EXPIRED:
      avb_market_source_set_now (self->source, MARKET_NOW + 8 * DAY);
      break;
    case CAUSE_REPLAYED:
      market_rig_set (self->rig, "timestamp.json", old);
      break;
    case CAUSE_CLOCK:
      avb_market_source_set_now (self->source, MARKET_NOW - 730 * DAY);
      break;
    case CAUSE_SKIPPED:
      third = market_rig_sign (market_rig_root (self->rig, 3), g_ptr_array_index (self->rig->root_keys, 0),
                               g_ptr_array_index (self->rig->root_keys, 1), NULL);
      market_rig_set (self->rig, "2.root.json", third);
      break;
    case CAUSE_HUGE:
    default:
      payload = market_rig_timestamp (self->rig, 9);
      json_object_set_int_member (payload, "version", G_GINT64_CONSTANT (2147483648));
      huge = market_rig_sign (payload, self->rig->timestamp_key, NULL);
      market_rig_set (self->rig, "timestamp.json", huge);
      break;
    }
}

/* Whatever it is that cannot be trusted: what is known can be looked at, nothing can be installed, and the user is told why. */
static DexFuture *
causes_fiber (gpointer data)
{
  static const struct { Cause cause; const char *word; } rows[] = {
    { CAUSE_EXPIRED, "out of date" }, { CAUSE_REPLAYED, "older than what is known" }, { CAUSE_CLOCK, "clock of this computer" },
    { CAUSE_SKIPPED, "changed its keys" }, { CAUSE_HUGE, "damaged" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Place) self = place_new (TRUE);
      g_autoptr (GBytes) old = g_bytes_ref (market_rig_get (self->rig, "timestamp.json"));
      g_autoptr (GError) error = NULL;

      market_rig_publish (self->rig);
      avb_test_await (avb_market_source_refresh (self->source));
      g_assert_true (avb_market_source_check_install (self->source, NULL));
      bring_about (self, rows[i].cause, old);
      avb_test_await_error (avb_market_source_refresh (self->source), AVB_ERROR, AVB_ERROR_INVALID);
      g_test_message ("%s", avb_market_source_get_message (self->source));
      g_assert_nonnull (strstr (avb_market_source_get_message (self->source), rows[i].word));
      g_assert_cmpuint (count_entries (self), ==, 1);
      g_assert_false (avb_market_source_check_install (self->source, &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
    }
  return NULL;
}

static DexFuture *
tls_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new (FALSE);

  avb_test_await_error (avb_market_source_refresh (self->source), AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_cmpint (avb_market_source_get_state (self->source), ==, AVB_MARKET_SOURCE_UNTRUSTED);
  g_assert_cmpuint (count_entries (self), ==, 0);
  g_assert_cmpuint (self->server->n_requests, ==, 0);
  return NULL;
}

static DexFuture *
redirect_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new (TRUE);

  self->server->location = g_strconcat (self->server->address, "moved/timestamp.json", NULL);
  misbehave (self, "timestamp", MARKET_SERVER_REDIRECT);
  avb_test_await (avb_market_source_refresh (self->source));
  return NULL;
}

/* --- packages --- */

static const Case package_cases[] = {
  { "pkgs", MARKET_SERVER_LIES, 0, NULL, AVB_ERROR_INVALID, 0 },
  { "pkgs", MARKET_SERVER_TRUNCATED, 0, NULL, AVB_ERROR_UNAVAILABLE, 0 },
  { "pkgs", MARKET_SERVER_CHUNKED_CUT, 0, NULL, AVB_ERROR_UNAVAILABLE, 0 },
  { "pkgs", MARKET_SERVER_CLAIMS_LESS, 0, NULL, AVB_ERROR_INVALID, 0 },
  { "pkgs", MARKET_SERVER_ENDLESS, 0, NULL, AVB_ERROR_INVALID, 0 },
  { "pkgs", MARKET_SERVER_DRIPS, 0, NULL, AVB_ERROR_UNAVAILABLE, 0 },
  { "pkgs", MARKET_SERVER_WRONG_RANGE, 0, NULL, AVB_ERROR_UNAVAILABLE, 0 },
  { "pkgs", MARKET_SERVER_STATUS, 404, NULL, AVB_ERROR_NOT_FOUND, 0 },
  { "pkgs", MARKET_SERVER_STATUS, 206, NULL, AVB_ERROR_UNAVAILABLE, 0 },
  { "pkgs", MARKET_SERVER_REDIRECT, 0, "http://127.0.0.1:9/x", AVB_ERROR_INVALID, 0 },
  { "pkgs", MARKET_SERVER_REDIRECT, 0, "file:///etc/passwd", AVB_ERROR_INVALID, 0 },
};

static DexFuture *
packages_fiber (gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (package_cases); i++)
    {
      const Case *one = &package_cases[i];
      g_autoptr (Place) self = place_new (TRUE);

      avb_test_await (avb_market_source_refresh (self->source));
      misbehave (self, one->victim, one->manner);
      self->server->status = one->status;
      self->server->location = g_strdup (one->location);
      g_test_message ("%d %u %s", one->manner, one->status, one->location);
      avb_test_await_error (fetch (self), AVB_ERROR, one->code);
      g_assert_cmpuint (count_cached (self), ==, 0);
    }
  return NULL;
}

static void
assert_whole (Place *self, const char *path)
{
  g_autofree char *text = NULL;
  g_autofree char *digest = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, NULL));
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guint8 *) text, length);
  g_assert_cmpstr (digest, ==, self->sha256);
  g_assert_cmpuint (count_cached (self), ==, 1);
}

/* What breaks off is taken up where it ended, also if the server then sends all of it. */
static DexFuture *
resume_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new (TRUE);
  g_autofree char *path = NULL;

  avb_test_await (avb_market_source_refresh (self->source));
  misbehave (self, "pkgs", MARKET_SERVER_TRUNCATED);
  self->server->breaks = 2;
  path = avb_test_await_string (fetch (self));
  g_assert_cmpuint (self->server->n_ranges, ==, 1);
  assert_whole (self, path);
  return NULL;
}

static DexFuture *
cancel_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new (TRUE);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Package");
  DexFuture *future;

  avb_test_await (avb_market_source_refresh (self->source));
  misbehave (self, "pkgs", MARKET_SERVER_DRIPS);
  avb_market_source_set_stall_seconds (self->source, 200);
  future = avb_market_source_fetch_package (
      self->source, avb_market_entry_get_best (avb_market_source_find (self->source, ID)), operation);
  avb_test_until_true (avb_operation_get_done (operation) > 0);
  avb_operation_cancel (operation);
  avb_test_await_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_cached (self), ==, 0);
  return NULL;
}

/* What was used last stays. */
static void
test_bound (void)
{
  g_autofree char *folder = avb_test_make_folder ();
  const char *names[] = { "oldest", "middle", "newest" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      struct utimbuf times = { .actime = 1000 + i, .modtime = 1000 + i };

      g_assert_true (g_file_set_contents (path, "0123456789", 10, NULL));
      g_assert_no_errno (g_utime (path, &times));
    }
  avb_market_fetch_bound (folder, 30);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
    }
  avb_market_fetch_bound (folder, 29);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_cmpint (g_file_test (path, G_FILE_TEST_EXISTS), ==, i > 0);
    }
  avb_test_remove_folder (folder);
}

static DexFuture *
media_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new (TRUE);
  g_autofree char *small = market_rig_add_media (self->rig, 1000);
  g_autofree char *large = market_rig_add_media (self->rig, 4 * 1024 * 1024 + 1);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) again = NULL;
  guint n;

  misbehave (self, "media", MARKET_SERVER_LIES);
  avb_test_await_error (avb_market_source_fetch_media (self->source, small), AVB_ERROR, AVB_ERROR_INVALID);
  self->server->victim = NULL;
  avb_test_await_error (avb_market_source_fetch_media (self->source, large), AVB_ERROR, AVB_ERROR_INVALID);
  bytes = avb_test_await_boxed (avb_market_source_fetch_media (self->source, small));
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 1000);
  n = self->server->n_requests;
  again = avb_test_await_boxed (avb_market_source_fetch_media (self->source, small));
  g_assert_true (g_bytes_equal (bytes, again));
  g_assert_cmpuint (self->server->n_requests, ==, n);
  return NULL;
}

/* --- disks and deaths --- */

/* In a child that may write less than the file has. */
static int
fetch_in_child (const char *uri, const char *path, const char *sha256, gboolean small_disk)
{
  pid_t pid = fork ();
  int status;

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      struct rlimit limit = { 100000, 100000 };
      g_autoptr (AvbMarketFetch) fetch = avb_market_fetch_new (uri, NULL, NULL);
      g_autoptr (GError) error = NULL;
      g_autofree char *name = g_strdup_printf ("pkgs/%s.avx", sha256);

      signal (SIGXFSZ, SIG_IGN);
      if (small_disk)
        setrlimit (RLIMIT_FSIZE, &limit);
      if (avb_market_fetch_file (fetch, name, path, 300000, sha256, NULL, &error))
        _exit (0);
      _exit (g_error_matches (error, AVB_ERROR, AVB_ERROR_NO_SPACE) ? 28 : 1);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  return WIFEXITED (status) ? WEXITSTATUS (status) : -1;
}

static void
test_disk_full (void)
{
  g_autoptr (MarketRig) rig = market_rig_new ();
  g_autofree char *tree = avb_test_make_folder ();
  g_autofree char *target = avb_test_make_folder ();
  g_autofree char *sha256 = market_rig_add_media (rig, 300000);
  g_autofree char *media = g_strconcat ("media/", sha256, NULL);
  g_autofree char *package = g_strdup_printf ("pkgs/%s.avx", sha256);
  g_autofree char *path = g_build_filename (target, "x.avx", NULL);
  g_autofree char *uri = NULL;

  market_rig_set (rig, package, market_rig_get (rig, media));
  uri = market_rig_write (rig, tree);
  g_assert_cmpint (fetch_in_child (uri, path, sha256, TRUE), ==, 28);
  g_assert_cmpuint (count_files (target), ==, 0);
  g_assert_cmpint (fetch_in_child (uri, path, sha256, FALSE), ==, 0);
  g_assert_cmpuint (count_files (target), ==, 1);
  avb_test_remove_folder (tree);
  avb_test_remove_folder (target);
}

/* A part whose program was killed goes; one that somebody is at does not. */
static void
test_killed (void)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *dead = g_build_filename (folder, "dead.avx.part", NULL);
  g_autofree char *alive = g_build_filename (folder, "alive.avx.part", NULL);
  g_autofree char *whole = g_build_filename (folder, "whole.avx", NULL);
  int ready[2];
  pid_t pid;
  int fd;
  char c;

  g_assert_cmpint (pipe (ready), ==, 0);
  pid = fork ();
  if (pid == 0)
    {
      fd = open (dead, O_RDWR | O_CREAT, 0600);
      flock (fd, LOCK_EX);
      if (write (fd, "half", 4) == 4 && write (ready[1], "x", 1) == 1)
        pause ();
      _exit (1);
    }
  g_assert_cmpint (read (ready[0], &c, 1), ==, 1);
  g_assert_true (g_file_set_contents (alive, "half", -1, NULL));
  g_assert_true (g_file_set_contents (whole, "whole", -1, NULL));
  fd = open (alive, O_RDWR);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  avb_market_fetch_sweep (folder);
  g_assert_cmpuint (count_files (folder), ==, 3);
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
  avb_market_fetch_sweep (folder);
  g_assert_false (g_file_test (dead, G_FILE_TEST_EXISTS));
  g_assert_cmpuint (count_files (folder), ==, 2);
  close (fd);
  close (ready[0]);
  close (ready[1]);
  avb_test_remove_folder (folder);
}

static void
test_addresses (void)
{
  static const char *const good[] = { "https://example.org", "https://example.org/a/b/", "file:///srv/market", "https://[::1]:8443/" };
  static const char *const bad[] = { "",
                                     "http://example.org/",
                                     "ftp://example.org/",
                                     "https://",
                                     "https:///x",
                                     "https://user@example.org/",
                                     "https://user:word@example.org/",
                                     "https://example.org/?x",
                                     "https://example.org/#x",
                                     "file://server/share",
                                     "file:relative",
                                     "/srv/market",
                                     "javascript:1" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    g_assert_true (avb_market_fetch_check_uri (good[i], NULL));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      if (avb_market_fetch_check_uri (bad[i], &error))
        g_error ("This should have been refused: %s", bad[i]);
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
    }
}

/* What is kept may be spoiled in any way: it counts as not there. */
static DexFuture *
spoiled_fiber (gpointer data)
{
  static const char *const names[] = { "root.json", "timestamp.json", "catalog.json.zst", "revocations.json", "state.conf" };
  g_autoptr (Place) self = place_new (TRUE);
  g_autofree char *own = g_build_filename (self->folder, "data", NULL);
  g_autoptr (GDir) dir = NULL;
  g_autofree char *folder = NULL;

  market_rig_publish_root (self->rig, NULL);
  avb_test_await (avb_market_source_refresh (self->source));
  dir = g_dir_open (own, 0, NULL);
  folder = g_build_filename (own, g_dir_read_name (dir), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_assert_true (g_file_set_contents (path, "{\"payload\":", -1, NULL));
      make_source (self);
      avb_test_await (avb_market_source_load (self->source));
      avb_test_await (avb_market_source_refresh (self->source));
      g_assert_cmpint (avb_market_source_get_state (self->source), ==, AVB_MARKET_SOURCE_READY);
      g_assert_cmpuint (count_entries (self), ==, 1);
    }
  return NULL;
}

/* Another program's root: the trust begins anew with the one that is embedded now. */
static DexFuture *
anchor_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new (TRUE);
  g_autoptr (MarketRig) next = market_rig_new ();
  g_autofree char *sha256 = market_rig_add (next, "org.example.other", "1.0.0", NULL, NULL);
  MarketRig *before = self->rig;

  avb_test_await (avb_market_source_refresh (self->source));
  market_rig_publish (next);
  self->rig = next;
  self->server->rig = next;
  make_source (self);
  avb_test_await (avb_market_source_refresh (self->source));
  g_assert_nonnull (avb_market_source_find (self->source, "org.example.other"));
  g_assert_null (avb_market_source_find (self->source, ID));
  self->rig = before;
  g_clear_object (&self->source);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  /* Before there are threads. */
  g_test_add_func ("/Avb/MarketServer/disk-full", test_disk_full);
  g_test_add_func ("/Avb/MarketServer/killed", test_killed);
  g_test_add_func ("/Avb/MarketServer/addresses", test_addresses);
  avb_test_add_fiber ("/Avb/MarketServer/good", good_fiber);
  avb_test_add_fiber ("/Avb/MarketServer/offline", offline_fiber);
  avb_test_add_fiber ("/Avb/MarketServer/open-for-long", open_long_fiber);
  avb_test_add_fiber ("/Avb/MarketServer/metadata", metadata_fiber);
  avb_test_add_fiber ("/Avb/MarketServer/causes", causes_fiber);
  avb_test_add_fiber ("/Avb/MarketServer/tls", tls_fiber);
  avb_test_add_fiber ("/Avb/MarketServer/redirect", redirect_fiber);
  avb_test_add_fiber ("/Avb/MarketServer/packages", packages_fiber);
  avb_test_add_fiber ("/Avb/MarketServer/resume", resume_fiber);
  avb_test_add_fiber ("/Avb/MarketServer/cancel", cancel_fiber);
  avb_test_add_fiber ("/Avb/MarketServer/media", media_fiber);
  avb_test_add_fiber ("/Avb/MarketServer/spoiled", spoiled_fiber);
  avb_test_add_fiber ("/Avb/MarketServer/anchor", anchor_fiber);
  g_test_add_func ("/Avb/MarketServer/bound", test_bound);
  return g_test_run ();
}
