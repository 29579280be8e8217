/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What is installed, as one program sees it and as two do. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/extensions/avb-extension-store.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/extensions/avb-avx.h"

#define ID "org.example.a"
#define CODE "\"platforms\":{\"linux-any\":{\"exec\":\"payload\"}}"
#define SOURCE "https://market.example.org/"
#define KEY "publisher key"

static const char *program;

typedef struct {
  char              *folder;
  char              *root;
  char              *data;
  AvbExtensionStore *store;
} Place;

static Place *
place_new (void)
{
  Place *place = g_new0 (Place, 1);

  place->folder = avb_test_make_folder ();
  place->root = g_build_filename (place->folder, "extensions", NULL);
  place->data = g_build_filename (place->folder, "extension-data", NULL);
  place->store = avb_extension_store_new (place->root);
  avb_test_await (avb_extension_store_load (place->store));
  return place;
}

static void
place_free (Place *place)
{
  /* Readings under way hold it. */
  avb_test_until_true (G_OBJECT (place->store)->ref_count == 1);
  g_assert_finalize_object (place->store);
  avb_test_remove_folder (place->folder);
  g_free (place->folder);
  g_free (place->root);
  g_free (place->data);
  g_free (place);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Place, place_free)

static char *
make (Place *place, const char *id, const char *version, const char *more)
{
  g_autofree char *name = g_strdup_printf ("%s-%s.avx", id, version);
  g_autofree char *payload = g_strdup_printf ("%s %s", id, version);

  return avb_avx_make (place->folder, name, id, version, more, payload);
}

static const AvbInstallInfo market = { .source = SOURCE, .publisher_key = KEY };

static AvbInstalled *
install_info (Place *place, const char *version, const char *more, const AvbInstallInfo *info)
{
  g_autofree char *path = make (place, ID, version, more);

  return avb_test_await_object (avb_extension_store_install (place->store, path, info, NULL));
}

static AvbInstalled *
install (Place *place, const char *version)
{
  return install_info (place, version, NULL, &market);
}

static void
refused_info (Place *place, const char *version, const char *more, const AvbInstallInfo *info, int code)
{
  g_autofree char *path = make (place, ID, version, more);
  g_autofree char *before = avb_avx_list (place->root);
  g_autofree char *after = NULL;

  avb_test_await_error (avb_extension_store_install (place->store, path, info, NULL), AVB_ERROR, code);
  after = avb_avx_list (place->root);
  if (strstr (before, ".lock") != NULL)
    g_assert_cmpstr (after, ==, before);
}

static void
assert_runs (AvbInstalled *installed, const char *version, const char *previous)
{
  g_autofree char *path = g_build_filename (avb_installed_get_dir (installed), "payload", NULL);
  g_autofree char *expected = g_strdup_printf ("%s %s", avb_installed_get_id (installed), version);
  g_autofree char *text = NULL;

  g_assert_cmpstr (avb_installed_get_version (installed), ==, version);
  g_assert_cmpstr (avb_installed_get_previous_version (installed), ==, previous);
  g_assert_cmpstr (avb_extension_manifest_get_version (avb_installed_get_manifest (installed)), ==, version);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

/* Each store that is opened now sees the same. */
static void
assert_seen (Place *place, const char *version, const char *previous)
{
  g_autoptr (AvbExtensionStore) other = avb_extension_store_new (place->root);
  g_autoptr (AvbInstalled) installed = NULL;

  avb_test_await (avb_extension_store_load (other));
  installed = avb_extension_store_find (other, ID);
  g_assert_nonnull (installed);
  assert_runs (installed, version, previous);
  /* It may read once more; nobody does in a folder that is removed. */
  avb_test_until_true (G_OBJECT (other)->ref_count == 1);
}

static void
changed_cb (GListModel *model, guint position, guint removed, guint added, gpointer data)
{
  g_string_append_printf (data, "%u-%u+%u ", position, removed, added);
}

static void
notify_cb (GObject *object, GParamSpec *pspec, gpointer data)
{
  g_string_append_printf (data, "%s ", pspec->name);
}

static DexFuture *
life (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (GString) changes = g_string_new (NULL);
  g_autoptr (GString) notes = g_string_new (NULL);
  g_autoptr (AvbInstalled) first = NULL;
  g_autoptr (AvbInstalled) second = NULL;
  g_autoptr (AvbInstalled) third = NULL;
  g_autofree char *listing = NULL;

  g_signal_connect (place->store, "items-changed", G_CALLBACK (changed_cb), changes);
  first = install (place, "1.0.0");
  g_assert_cmpstr (changes->str, ==, "0-0+1 ");
  assert_runs (first, "1.0.0", NULL);
  g_assert_cmpstr (avb_installed_get_source (first), ==, SOURCE);
  g_assert_cmpstr (avb_installed_get_publisher_key (first), ==, KEY);
  g_assert_true (avb_installed_get_active (first));
  avb_test_await_error (avb_extension_store_roll_back (place->store, ID), AVB_ERROR, AVB_ERROR_NOT_FOUND);

  g_signal_connect (first, "notify", G_CALLBACK (notify_cb), notes);
  second = install (place, "1.1.0");
  g_assert_true (second == first);
  assert_runs (first, "1.1.0", "1.0.0");
  g_assert_nonnull (strstr (notes->str, "version "));
  g_assert_nonnull (strstr (notes->str, "manifest "));
  g_assert_nonnull (strstr (notes->str, "dir "));
  g_assert_cmpstr (changes->str, ==, "0-0+1 ");
  assert_seen (place, "1.1.0", "1.0.0");

  avb_test_await (avb_extension_store_roll_back (place->store, ID));
  assert_runs (first, "1.0.0", "1.1.0");
  assert_seen (place, "1.0.0", "1.1.0");
  avb_test_await (avb_extension_store_roll_back (place->store, ID));
  assert_runs (first, "1.1.0", "1.0.0");

  third = install (place, "2.0.0");
  assert_runs (first, "2.0.0", "1.1.0");
  listing = avb_avx_list (place->root);
  g_assert_null (strstr (listing, ID "/1.0.0"));
  g_assert_nonnull (strstr (listing, ID "/1.1.0/payload"));
  g_assert_nonnull (strstr (listing, ID "/2.0.0/payload"));
  avb_test_await (avb_extension_store_remove (place->store, ID, FALSE));
  g_assert_cmpstr (changes->str, ==, "0-0+1 0-1+0 ");
  g_assert_null (avb_extension_store_find (place->store, ID));
  avb_test_await_error (avb_extension_store_remove (place->store, ID, FALSE), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  avb_test_await_error (avb_extension_store_set_enabled (place->store, ID, FALSE), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  g_signal_handlers_disconnect_by_data (first, notes);
  g_signal_handlers_disconnect_by_data (place->store, changes);
  return NULL;
}

static DexFuture *
sorted (gpointer data)
{
  static const char *const ids[] = { "org.example.m", "org.example.b", "org.example.z", "org.example.a1" };
  g_autoptr (Place) place = place_new ();
  const char *last = "";

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autofree char *path = make (place, ids[i], "1.0.0", NULL);
      g_autoptr (AvbInstalled) installed = avb_test_await_object (avb_extension_store_install (place->store, path, &market, NULL));
    }
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (place->store)), ==, G_N_ELEMENTS (ids));
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (AvbInstalled) installed = g_list_model_get_item (G_LIST_MODEL (place->store), i);

      g_assert_cmpstr (last, <, avb_installed_get_id (installed));
      last = avb_installed_get_id (installed);
    }
  return NULL;
}

/* --- whose it is --- */

static DexFuture *
stays_with_its_source (gpointer data)
{
  const AvbInstallInfo other_source = { .source = "https://other.example.org/", .publisher_key = KEY };
  const AvbInstallInfo other_key = { .source = SOURCE, .publisher_key = "other key" };
  const AvbInstallInfo no_key = { .source = SOURCE };
  const AvbInstallInfo file = { .source = AVB_INSTALL_SOURCE_FILE };
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbInstalled) installed = install (place, "1.0.0");
  g_autofree char *data_dir = avb_extension_store_dup_data_dir (place->store, ID);

  refused_info (place, "1.1.0", NULL, &other_source, AVB_ERROR_PERMISSION);
  refused_info (place, "1.1.0", NULL, &other_key, AVB_ERROR_PERMISSION);
  refused_info (place, "1.1.0", NULL, &no_key, AVB_ERROR_PERMISSION);
  refused_info (place, "1.1.0", NULL, &file, AVB_ERROR_PERMISSION);
  assert_runs (installed, "1.0.0", NULL);

  /* As long as its data is there, nobody else gets at it. */
  g_assert_no_errno (g_mkdir_with_parents (data_dir, 0700));
  avb_test_await (avb_extension_store_remove (place->store, ID, FALSE));
  g_assert_true (g_file_test (data_dir, G_FILE_TEST_IS_DIR));
  avb_test_await (avb_extension_store_load (place->store));
  refused_info (place, "1.1.0", NULL, &other_source, AVB_ERROR_PERMISSION);
  refused_info (place, "1.1.0", NULL, &other_key, AVB_ERROR_PERMISSION);
  g_object_unref (install (place, "0.9.0"));
  avb_test_await (avb_extension_store_remove (place->store, ID, FALSE));

  avb_test_await (avb_extension_store_remove (place->store, ID, TRUE));
  g_assert_false (g_file_test (data_dir, G_FILE_TEST_EXISTS));
  g_object_unref (install_info (place, "1.1.0", NULL, &other_source));
  return NULL;
}

static DexFuture *
removed_without_data (gpointer data)
{
  const AvbInstallInfo other_source = { .source = "https://other.example.org/" };
  g_autoptr (Place) place = place_new ();
  g_autofree char *left = NULL;

  g_object_unref (install (place, "1.0.0"));
  /* It kept nothing, so there is nothing to be guarded. */
  avb_test_await (avb_extension_store_remove (place->store, ID, FALSE));
  left = avb_avx_list (place->root);
  g_assert_null (strstr (left, ID));
  g_object_unref (install_info (place, "1.0.0", NULL, &other_source));
  return NULL;
}

/* What a hostile extension keeps does not keep it from being removed, nor harm others. */
static DexFuture *
removes_data_of_a_stranger (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *dir = avb_extension_store_dup_data_dir (place->store, ID);
  g_autofree char *shut = g_build_filename (dir, "shut", "inner", NULL);
  g_autofree char *outer = g_build_filename (dir, "shut", NULL);
  g_autofree char *link = g_build_filename (dir, "link", NULL);
  g_autofree char *precious = avb_avx_write (place->folder, "precious", "x", 1);

  g_object_unref (install (place, "1.0.0"));
  g_assert_no_errno (g_mkdir_with_parents (shut, 0700));
  g_assert_no_errno (g_chmod (outer, 0));
  g_assert_no_errno (symlink (place->folder, link));
  avb_test_await (avb_extension_store_remove (place->store, ID, TRUE));
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (precious, G_FILE_TEST_EXISTS));
  return NULL;
}

/* --- versions --- */

static DexFuture *
versions (gpointer data)
{
  const AvbInstallInfo older = { .source = SOURCE, .publisher_key = KEY, .allow_older = TRUE };
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbInstalled) installed = install (place, "1.2.0");
  g_autofree char *sha256 = g_strdup (avb_installed_get_sha256 (installed));

  refused_info (place, "1.1.9", NULL, &market, AVB_ERROR_EXISTS);
  refused_info (place, "1.2.0-rc.1", NULL, &market, AVB_ERROR_EXISTS);
  /* The same again is no change, another content under this number is none that may be. */
  g_object_unref (install (place, "1.2.0"));
  g_assert_cmpstr (avb_installed_get_sha256 (installed), ==, sha256);
  assert_runs (installed, "1.2.0", NULL);
  refused_info (place, "1.2.0", "\"x-new\":1", &market, AVB_ERROR_EXISTS);
  g_object_unref (install_info (place, "1.1.0", NULL, &older));
  assert_runs (installed, "1.1.0", "1.2.0");
  return NULL;
}

/* Who works on an extension installs the same version many times. */
static DexFuture *
same_version_from_files (gpointer data)
{
  const AvbInstallInfo file = { .source = AVB_INSTALL_SOURCE_FILE };
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbInstalled) installed = install_info (place, "1.0.0", NULL, &file);

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *more = g_strdup_printf ("\"x-try\":%u", i);
      g_autofree char *before = g_strdup (avb_installed_get_dir (installed));

      g_object_unref (install_info (place, "1.0.0", more, &file));
      g_assert_cmpstr (avb_installed_get_dir (installed), !=, before);
      g_assert_cmpint (json_object_get_int_member (avb_extension_manifest_get_json (avb_installed_get_manifest (installed)), "x-try"),
                       ==, i);
      assert_runs (installed, "1.0.0", "1.0.0");
    }
  avb_test_await (avb_extension_store_roll_back (place->store, ID));
  g_assert_cmpint (json_object_get_int_member (avb_extension_manifest_get_json (avb_installed_get_manifest (installed)), "x-try"),
                   ==, 3);
  return NULL;
}

static DexFuture *
not_the_expected (gpointer data)
{
  g_autofree char *wrong = g_strnfill (64, 'a');
  const AvbInstallInfo other_id = { .source = SOURCE, .id = "org.example.other" };
  const AvbInstallInfo other_version = { .source = SOURCE, .version = "1.0.1" };
  const AvbInstallInfo other_bytes = { .source = SOURCE, .sha256 = wrong };
  const AvbInstallInfo smaller = { .source = SOURCE, .max_unpacked = 10 };
  g_autoptr (Place) place = place_new ();

  refused_info (place, "1.0.0", NULL, &other_id, AVB_ERROR_INVALID);
  refused_info (place, "1.0.0", NULL, &other_version, AVB_ERROR_INVALID);
  refused_info (place, "1.0.0", NULL, &other_bytes, AVB_ERROR_INVALID);
  refused_info (place, "1.0.0", NULL, &smaller, AVB_ERROR_INVALID);
  refused_info (place, "1.0.0", "\"platforms\":{\"plan-mips\":{\"exec\":\"payload\"}}", &market, AVB_ERROR_NOT_SUPPORTED);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (place->store)), ==, 0);
  return NULL;
}

/* --- permissions --- */

static GListModel *
grant (const char *first, const char *host)
{
  GListStore *granted = g_list_store_new (AVB_TYPE_PERMISSION);
  const char *args[] = { host, NULL };

  if (first != NULL)
    {
      g_autoptr (AvbPermission) permission = avb_permission_new (first, NULL, NULL, TRUE, NULL);

      g_list_store_append (granted, permission);
    }
  if (host != NULL)
    {
      g_autoptr (AvbPermission) permission = avb_permission_new ("network.fetch", args, NULL, TRUE, NULL);

      g_list_store_append (granted, permission);
    }
  return G_LIST_MODEL (granted);
}

#define ASKS(permissions) CODE ",\"permissions\":[" permissions "]"
#define SECRETS "{\"id\":\"secrets\",\"optional\":true}"
#define READ "{\"id\":\"machines.read\"}"
#define FETCH(hosts) "{\"id\":\"network.fetch\",\"args\":[" hosts "],\"optional\":true}"

static DexFuture *
permissions (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (GListModel) none = grant (NULL, NULL);
  g_autoptr (GListModel) read = grant ("machines.read", "a.org");
  g_autoptr (GListModel) much = grant ("guest.exec", "evil.org");
  g_autoptr (GListModel) secrets = grant ("secrets", NULL);
  AvbInstallInfo info = { .source = SOURCE, .publisher_key = KEY, .granted = none };
  const AvbInstallInfo carry = { .source = SOURCE, .publisher_key = KEY };
  g_autoptr (AvbInstalled) installed = NULL;

  /* What is required must be given, by somebody. */
  refused_info (place, "1.0.0", ASKS (READ "," FETCH ("\"a.org\"")), &info, AVB_ERROR_PERMISSION);
  refused_info (place, "1.0.0", ASKS (READ "," FETCH ("\"a.org\"")), &carry, AVB_ERROR_PERMISSION);
  info.granted = read;
  installed = install_info (place, "1.0.0", ASKS (READ "," FETCH ("\"a.org\"")), &info);
  g_assert_true (avb_installed_allows (installed, "machines.read", NULL));
  g_assert_true (avb_installed_allows (installed, "network.fetch", "a.org"));
  g_assert_false (avb_installed_allows (installed, "secrets", NULL));

  /* What was not asked for cannot be given. */
  info.granted = much;
  g_object_unref (install_info (place, "1.0.1", ASKS (SECRETS), &info));
  g_assert_cmpuint (g_list_model_get_n_items (avb_installed_get_granted (installed)), ==, 0);

  /* Carried over: the same id with the same hosts. */
  info.granted = read;
  g_object_unref (install_info (place, "1.1.0", ASKS (READ "," FETCH ("\"a.org\"")), &info));
  g_object_unref (install_info (place, "1.2.0", ASKS (READ "," FETCH ("\"a.org\"") "," SECRETS), &carry));
  g_assert_true (avb_installed_allows (installed, "machines.read", NULL));
  g_assert_true (avb_installed_allows (installed, "network.fetch", "a.org"));
  g_assert_false (avb_installed_allows (installed, "secrets", NULL));
  g_object_unref (install_info (place, "1.3.0", ASKS (READ "," FETCH ("\"a.org\",\"b.org\"")), &carry));
  g_assert_true (avb_installed_allows (installed, "machines.read", NULL));
  g_assert_false (avb_installed_allows (installed, "network.fetch", "a.org"));
  g_assert_false (avb_installed_allows (installed, "network.fetch", "b.org"));
  refused_info (place, "1.4.0", ASKS (READ ",{\"id\":\"secrets\"}"), &carry, AVB_ERROR_PERMISSION);

  /* Going back brings back what was given to that version. */
  avb_test_await (avb_extension_store_roll_back (place->store, ID));
  g_assert_true (avb_installed_allows (installed, "network.fetch", "a.org"));

  avb_test_await (avb_extension_store_set_granted (place->store, ID, secrets));
  g_assert_true (avb_installed_allows (installed, "secrets", NULL));
  g_assert_false (avb_installed_allows (installed, "machines.read", NULL));
  /* Taken back: also when going back. */
  avb_test_await (avb_extension_store_roll_back (place->store, ID));
  g_assert_false (avb_installed_allows (installed, "machines.read", NULL));
  /* Whoever is off may nothing. */
  avb_test_await (avb_extension_store_roll_back (place->store, ID));
  avb_test_await (avb_extension_store_set_enabled (place->store, ID, FALSE));
  g_assert_false (avb_installed_allows (installed, "secrets", NULL));
  return NULL;
}

static DexFuture *
enabled_is_kept (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbInstalled) installed = install (place, "1.0.0");
  g_autoptr (GString) notes = g_string_new (NULL);

  g_signal_connect (installed, "notify", G_CALLBACK (notify_cb), notes);
  avb_test_await (avb_extension_store_set_enabled (place->store, ID, FALSE));
  g_assert_cmpuint (strlen (notes->str), ==, strlen ("enabled active "));
  g_assert_nonnull (strstr (notes->str, "enabled "));
  g_assert_nonnull (strstr (notes->str, "active "));
  g_object_unref (install (place, "1.1.0"));
  g_assert_false (avb_installed_get_enabled (installed));
  avb_test_await (avb_extension_store_roll_back (place->store, ID));
  g_assert_false (avb_installed_get_enabled (installed));
  avb_test_await (avb_extension_store_set_enabled (place->store, ID, TRUE));
  g_assert_true (avb_installed_get_active (installed));
  g_signal_handlers_disconnect_by_data (installed, notes);
  return NULL;
}

/* --- revoked --- */

static DexFuture *
revoked_version (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbInstalled) installed = install (place, "1.0.0");
  g_autofree char *dir = avb_extension_store_dup_data_dir (place->store, ID);
  g_autofree char *kept = NULL;

  g_assert_no_errno (g_mkdir_with_parents (dir, 0700));
  kept = avb_avx_write (dir, "kept", "x", 1);
  g_object_unref (install (place, "1.1.0"));
  avb_test_await_error (avb_extension_store_quarantine (place->store, ID, "3.0.0", "Why"), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  avb_test_await (avb_extension_store_quarantine (place->store, ID, "1.0.0", "It steals"));
  g_assert_true (avb_installed_get_active (installed));
  avb_test_await_error (avb_extension_store_roll_back (place->store, ID), AVB_ERROR, AVB_ERROR_PERMISSION);
  avb_test_await (avb_extension_store_quarantine (place->store, ID, "1.1.0", "This too"));
  g_assert_false (avb_installed_get_active (installed));
  g_assert_true (avb_installed_get_enabled (installed));
  g_assert_cmpstr (avb_installed_get_revoked_reason (installed), ==, "This too");
  /* Nothing of it goes. */
  assert_runs (installed, "1.1.0", "1.0.0");
  g_assert_true (g_file_test (kept, G_FILE_TEST_EXISTS));
  refused_info (place, "1.1.0", NULL, &market, AVB_ERROR_PERMISSION);
  /* One that is better. */
  g_object_unref (install (place, "1.2.0"));
  g_assert_true (avb_installed_get_active (installed));
  g_assert_null (avb_installed_get_revoked_reason (installed));
  avb_test_await_error (avb_extension_store_roll_back (place->store, ID), AVB_ERROR, AVB_ERROR_PERMISSION);
  avb_test_await (avb_extension_store_quarantine (place->store, ID, "1.1.0", NULL));
  avb_test_await (avb_extension_store_roll_back (place->store, ID));
  g_assert_true (avb_installed_get_active (installed));
  return NULL;
}

static DexFuture *
revoked_whole (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbInstalled) installed = install (place, "1.0.0");

  avb_test_await (avb_extension_store_quarantine (place->store, ID, NULL, "Stolen key"));
  g_assert_cmpstr (avb_installed_get_revoked_reason (installed), ==, "Stolen key");
  refused_info (place, "1.1.0", NULL, &market, AVB_ERROR_PERMISSION);
  assert_seen (place, "1.0.0", NULL);
  avb_test_await (avb_extension_store_remove (place->store, ID, FALSE));
  refused_info (place, "1.1.0", NULL, &market, AVB_ERROR_PERMISSION);
  avb_test_await (avb_extension_store_quarantine (place->store, ID, NULL, NULL));
  g_object_unref (install (place, "1.1.0"));
  return NULL;
}

/* --- others --- */

static gboolean
sees (AvbExtensionStore *store, const char *version)
{
  g_autoptr (AvbInstalled) installed = avb_extension_store_find (store, ID);

  return version == NULL ? installed == NULL
                         : installed != NULL && g_str_equal (avb_installed_get_version (installed), version);
}

static DexFuture *
hears_of_others (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  AvbExtensionStore *other = avb_extension_store_new (place->root);
  g_autoptr (AvbInstalled) seen = NULL;

  avb_test_await (avb_extension_store_load (other));
  g_object_unref (install (place, "1.0.0"));
  avb_test_until_true (sees (other, "1.0.0"));
  seen = avb_extension_store_find (other, ID);
  g_object_unref (install (place, "1.1.0"));
  avb_test_until_true (sees (other, "1.1.0"));
  avb_test_await (avb_extension_store_set_enabled (place->store, ID, FALSE));
  avb_test_until_true (!avb_installed_get_enabled (seen));
  avb_test_await (avb_extension_store_quarantine (place->store, ID, NULL, "Why"));
  avb_test_until_true (avb_installed_get_revoked_reason (seen) != NULL);
  avb_test_await (avb_extension_store_roll_back (other, ID));
  avb_test_until_true (sees (place->store, "1.0.0"));
  avb_test_await (avb_extension_store_remove (place->store, ID, TRUE));
  avb_test_until_true (sees (other, NULL));
  avb_test_until_true (G_OBJECT (other)->ref_count == 1);
  g_assert_finalize_object (other);
  return NULL;
}

/* Many changes at once, of one program and of two: each is made, one after the other. */
static DexFuture *
at_once (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbExtensionStore) other = avb_extension_store_new (place->root);
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (dex_unref);

  avb_test_await (avb_extension_store_load (other));
  for (guint i = 0; i < 12; i++)
    {
      g_autofree char *id = g_strdup_printf ("org.example.n%u", i % 6);
      g_autofree char *version = g_strdup_printf ("1.%u.0", i);
      g_autofree char *path = make (place, id, version, NULL);
      const AvbInstallInfo any = { .source = SOURCE, .publisher_key = KEY, .allow_older = TRUE };

      g_ptr_array_add (futures, avb_extension_store_install (i % 2 ? other : place->store, path, &any, NULL));
    }
  avb_test_await (dex_future_allv ((DexFuture **) futures->pdata, futures->len));
  /* They hold the stores. */
  g_ptr_array_set_size (futures, 0);
  avb_test_until_true (g_list_model_get_n_items (G_LIST_MODEL (place->store)) == 6);
  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (AvbInstalled) installed = g_list_model_get_item (G_LIST_MODEL (place->store), i);

      avb_test_until_true (avb_installed_get_previous_version (installed) != NULL);
      assert_runs (installed, avb_installed_get_version (installed), avb_installed_get_previous_version (installed));
    }
  avb_test_until_true (G_OBJECT (other)->ref_count == 1);
  return NULL;
}

/* Who waits for another program can stop to. */
static DexFuture *
cancelled_while_waiting (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *lock = g_build_filename (place->root, ".lock", NULL);
  g_autofd int fd = open (lock, O_RDWR | O_CLOEXEC);
  g_autofree char *path = make (place, ID, "1.0.0", NULL);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Installing");
  DexFuture *future;

  g_assert_no_errno (flock (fd, LOCK_EX));
  future = avb_extension_store_install (place->store, path, &market, operation);
  for (guint i = 0; i < 10; i++)
    avb_test_pass_time ();
  g_assert_true (dex_future_is_pending (future));
  /* To look at what is there needs no lock. */
  avb_test_await (avb_extension_store_load (place->store));
  avb_operation_cancel (operation);
  avb_test_await_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return NULL;
}

/* --- leftovers --- */

static void
plant (const char *parent, const char *folder, const char *file)
{
  g_autofree char *dir = g_build_filename (parent, folder, NULL);

  g_assert_no_errno (g_mkdir_with_parents (dir, 0700));
  g_free (avb_avx_write (dir, file, "left", 4));
}

static DexFuture *
sweeps (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *data_dir = avb_extension_store_dup_data_dir (place->store, ID);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *kept = NULL;

  g_object_unref (install (place, "1.0.0"));
  g_object_unref (install (place, "1.1.0"));
  g_assert_no_errno (g_mkdir_with_parents (data_dir, 0700));
  kept = avb_avx_write (data_dir, "kept", "x", 1);
  before = avb_avx_list (place->folder);
  plant (place->root, ".new-abcdef/sub", "file");
  plant (place->root, ".old-abcdef", "file");
  plant (place->root, ID "/2.0.0", "manifest.json");
  plant (place->root, ID "/1.0.0~2", "manifest.json");
  plant (place->root, ID, "state.json.ABC123");
  plant (place->root, ID, "current.ABC123");
  plant (place->root, "org.example.half/1.0.0", "manifest.json");
  plant (place->data, ".old-abcdef", "file");
  avb_test_await (avb_extension_store_load (place->store));
  after = avb_avx_list (place->folder);
  g_assert_cmpstr (after, ==, before);
  assert_seen (place, "1.1.0", "1.0.0");
  return NULL;
}

/* Another program is at it: what looks left over may be its work. */
static DexFuture *
sweeps_later (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *lock = g_build_filename (place->root, ".lock", NULL);
  g_autofree char *left = g_build_filename (place->root, ".new-abcdef", NULL);
  g_autofd int fd = open (lock, O_RDWR | O_CLOEXEC);

  plant (place->root, ".new-abcdef", "file");
  g_assert_no_errno (flock (fd, LOCK_EX));
  avb_test_await (avb_extension_store_load (place->store));
  g_assert_true (g_file_test (left, G_FILE_TEST_EXISTS));
  g_assert_no_errno (flock (fd, LOCK_UN));
  avb_test_await (avb_extension_store_load (place->store));
  g_assert_false (g_file_test (left, G_FILE_TEST_EXISTS));
  return NULL;
}

/* Files that somebody wrote. */
static DexFuture *
hostile_state (gpointer data)
{
  static const char *const states[] = {
    "", "{}", "[]", "x", "{\"schema\":2,\"versions\":{}}",
    "{\"schema\":1,\"source\":\"s\",\"versions\":{\"../../evil\":{\"version\":\"1.0.0\",\"sha256\":\"\"}}}",
    "{\"schema\":1,\"source\":\"s\",\"versions\":{\"..\":{\"version\":\"1.0.0\",\"sha256\":\"\"}}}",
    "{\"schema\":1,\"source\":\"s\",\"versions\":{\"1.0.0\":{\"version\":\"1.0\",\"sha256\":\"\"}}}",
    "{\"schema\":1,\"source\":1,\"versions\":{\"1.0.0\":{\"version\":\"1.0.0\",\"sha256\":\"\"}}}",
    "{\"schema\":1,\"source\":\"s\",\"versions\":{\"1.0.0\":{\"version\":\"1.0.0\",\"sha256\":\"\",\"granted\":[1]}}}",
    "{\"schema\":1,\"source\":\"s\",\"enabled\":\"yes\",\"versions\":{\"1.0.0\":{\"version\":\"1.0.0\",\"sha256\":\"\"}}}",
  };
  static const char *const currents[] = { "..\n", "../..\n", "", "2.0.0\n", "/etc\n", "1.0.0/../1.0.0\n" };
  g_autoptr (Place) place = place_new ();
  g_autofree char *dir = g_build_filename (place->root, ID, NULL);
  g_autofree char *state = g_build_filename (dir, "state.json", NULL);
  g_autofree char *good = NULL;
  gsize length;

  g_object_unref (install (place, "1.0.0"));
  g_assert_true (g_file_get_contents (state, &good, &length, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      g_free (avb_avx_write (dir, "state.json", states[i], strlen (states[i])));
      avb_test_await (avb_extension_store_load (place->store));
      g_assert_true (sees (place->store, NULL));
    }
  g_free (avb_avx_write (dir, "state.json", good, length));
  for (guint i = 0; i < G_N_ELEMENTS (currents); i++)
    {
      g_free (avb_avx_write (dir, "current", currents[i], strlen (currents[i])));
      avb_test_await (avb_extension_store_load (place->store));
      g_assert_true (sees (place->store, NULL));
    }
  /* What could not be read was not thrown away. */
  g_free (avb_avx_write (dir, "current", "1.0.0\n", 6));
  avb_test_await (avb_extension_store_load (place->store));
  assert_seen (place, "1.0.0", NULL);
  /* And what cannot be read can be removed. */
  g_free (avb_avx_write (dir, "state.json", "x", 1));
  avb_test_await (avb_extension_store_remove (place->store, ID, TRUE));
  g_assert_false (g_file_test (dir, G_FILE_TEST_EXISTS));
  return NULL;
}

/* What was known is lost: a new beginning, unless that would give away what the extension kept. */
static DexFuture *
damaged_state (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *dir = g_build_filename (place->root, ID, NULL);
  g_autofree char *data_dir = avb_extension_store_dup_data_dir (place->store, ID);
  g_autofree char *path = make (place, ID, "1.1.0", NULL);

  g_object_unref (install (place, "1.0.0"));
  g_free (avb_avx_write (dir, "state.json", "x", 1));
  g_assert_no_errno (g_mkdir_with_parents (data_dir, 0700));
  avb_test_await_error (avb_extension_store_install (place->store, path, &market, NULL), AVB_ERROR, AVB_ERROR_FAILED);
  g_assert_no_errno (g_rmdir (data_dir));
  g_object_unref (avb_test_await_object (avb_extension_store_install (place->store, path, &market, NULL)));
  assert_seen (place, "1.1.0", NULL);
  return NULL;
}

/* A manifest that came to stand where another was does not get its permissions. */
static DexFuture *
changed_on_disk (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (GListModel) read = grant ("machines.read", NULL);
  const AvbInstallInfo info = { .source = SOURCE, .granted = read };
  g_autoptr (AvbInstalled) installed = install_info (place, "1.0.0", ASKS (READ), &info);
  g_autofree char *other = avb_avx_manifest ("org.example.other", "1.0.0", ASKS (READ));
  g_autofree char *dir = g_strdup (avb_installed_get_dir (installed));

  g_free (avb_avx_write (dir, "manifest.json", other, strlen (other)));
  avb_test_await (avb_extension_store_load (place->store));
  g_assert_true (sees (place->store, NULL));
  return NULL;
}

static DexFuture *
cannot_write (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *path = make (place, ID, "1.0.0", NULL);

  if (getuid () == 0)
    {
      g_test_skip ("root may write everywhere");
      return NULL;
    }
  g_assert_no_errno (g_chmod (place->root, 0500));
  avb_test_await_error (avb_extension_store_install (place->store, path, &market, NULL), AVB_ERROR, AVB_ERROR_PERMISSION);
  g_assert_no_errno (g_chmod (place->root, 0700));
  return NULL;
}

/* In a small file system of its own: `test --full FOLDER PACKAGES`. */
static DexFuture *
full_fiber (gpointer data)
{
  char **folders = data;
  g_autofree char *root = g_build_filename (folders[0], "extensions", NULL);
  g_autofree char *first = g_build_filename (folders[1], ID "-1.0.0.avx", NULL);
  g_autofree char *second = g_build_filename (folders[1], ID "-1.1.0.avx", NULL);
  g_autofree char *filler = g_build_filename (folders[0], "filler", NULL);
  g_autofree char *zeros = g_malloc0 (4096);
  g_autofree char *before = NULL;
  g_autoptr (AvbExtensionStore) store = avb_extension_store_new (root);
  g_autoptr (AvbInstalled) installed = NULL;
  guint n_full = 0;

  avb_test_await (avb_extension_store_load (store));
  installed = avb_test_await_object (avb_extension_store_install (store, first, &market, NULL));
  before = avb_avx_list (root);
  {
    g_autofd int fd = open (filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    while (write (fd, zeros, 4096) == 4096)
      ;
    g_assert_cmpint (errno, ==, ENOSPC);
  }
  /* One more block each time, until there is enough. */
  for (;; n_full++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *after = NULL;
      GStatBuf info;

      if (dex_await (avb_extension_store_install (store, second, &market, NULL), &error))
        break;
      g_assert_error (error, AVB_ERROR, AVB_ERROR_NO_SPACE);
      assert_runs (installed, "1.0.0", NULL);
      after = avb_avx_list (root);
      g_assert_cmpstr (after, ==, before);
      g_assert_no_errno (g_stat (filler, &info));
      g_assert_no_errno (truncate (filler, info.st_size - 4096));
    }
  g_assert_cmpuint (n_full, >=, 3);
  assert_runs (installed, "1.1.0", "1.0.0");
  avb_test_until_true (G_OBJECT (store)->ref_count == 1);
  return NULL;
}

static DexFuture *
disk_is_full (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autofree char *small = g_build_filename (place->folder, "small", NULL);
  g_autofree char *line = NULL;
  const char *arguments[] = { "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", NULL, NULL };
  g_autoptr (GError) error = NULL;
  int status;

  g_free (make (place, ID, "1.0.0", NULL));
  g_free (make (place, ID, "1.1.0", NULL));
  g_assert_no_errno (g_mkdir (small, 0700));
  line = g_strdup_printf ("mount -t tmpfs -o size=256k none '%s' && exec '%s' --full '%s' '%s'", small, program, small,
                          place->folder);
  arguments[6] = line;
  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
  return NULL;
}

static DexFuture *
of_the_user (gpointer data)
{
  g_autoptr (AvbExtensionStore) store = avb_extension_store_new (NULL);
  g_autofree char *expected = g_build_filename (g_get_user_data_dir (), "alpha-vbox", "extensions", NULL);
  g_autofree char *data_dir = avb_extension_store_dup_data_dir (store, ID);
  g_autofree char *expected_data = g_build_filename (g_get_user_data_dir (), "alpha-vbox", "extension-data", ID, NULL);

  g_assert_cmpstr (avb_extension_store_get_root (store), ==, expected);
  g_assert_cmpstr (data_dir, ==, expected_data);
  avb_test_await (avb_extension_store_load (store));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (store)), ==, 0);
  avb_test_until_true (G_OBJECT (store)->ref_count == 1);
  return NULL;
}

int
main (int argc, char **argv)
{
  program = argv[0];
  if (argc == 4 && g_str_equal (argv[1], "--full"))
    {
      char *folders[] = { argv[2], argv[3] };

      argc = 1;
      avb_test_init (&argc, &argv);
      avb_test_run_fiber (full_fiber, folders);
      return 0;
    }
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Store/life", life);
  avb_test_add_fiber ("/Avb/Store/sorted", sorted);
  avb_test_add_fiber ("/Avb/Store/stays-with-its-source", stays_with_its_source);
  avb_test_add_fiber ("/Avb/Store/removed-without-data", removed_without_data);
  avb_test_add_fiber ("/Avb/Store/removes-data-of-a-stranger", removes_data_of_a_stranger);
  avb_test_add_fiber ("/Avb/Store/versions", versions);
  avb_test_add_fiber ("/Avb/Store/same-version-from-files", same_version_from_files);
  avb_test_add_fiber ("/Avb/Store/not-the-expected", not_the_expected);
  avb_test_add_fiber ("/Avb/Store/permissions", permissions);
  avb_test_add_fiber ("/Avb/Store/enabled-is-kept", enabled_is_kept);
  avb_test_add_fiber ("/Avb/Store/revoked-version", revoked_version);
  avb_test_add_fiber ("/Avb/Store/revoked-whole", revoked_whole);
  avb_test_add_fiber ("/Avb/Store/hears-of-others", hears_of_others);
  avb_test_add_fiber ("/Avb/Store/at-once", at_once);
  avb_test_add_fiber ("/Avb/Store/cancelled-while-waiting", cancelled_while_waiting);
  avb_test_add_fiber ("/Avb/Store/sweeps", sweeps);
  avb_test_add_fiber ("/Avb/Store/sweeps-later", sweeps_later);
  avb_test_add_fiber ("/Avb/Store/hostile-state", hostile_state);
  avb_test_add_fiber ("/Avb/Store/damaged-state", damaged_state);
  avb_test_add_fiber ("/Avb/Store/changed-on-disk", changed_on_disk);
  avb_test_add_fiber ("/Avb/Store/cannot-write", cannot_write);
  avb_test_add_fiber ("/Avb/Store/disk-is-full", disk_is_full);
  avb_test_add_fiber ("/Avb/Store/of-the-user", of_the_user);
  return g_test_run ();
}
