/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* From trees on the disk to what is installed, with the real store. */

#include "config.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/marketplace/avb-marketplace.h"
#include "app/marketplace/avb-package-signature.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/marketplace/market-rig.h"

#define PACK "org.example.pack"
#define TOOL "org.example.tool"
#define PLATFORM "\"platforms\":{\"linux-any\":{\"exec\":\"payload\"}}"
#define READS "\"permissions\":[{\"id\":\"machines.read\",\"reason\":\"To look\"}]"
#define CONTROLS "\"permissions\":[{\"id\":\"machines.read\"},{\"id\":\"machines.control\"}]"

typedef struct {
  char               *folder;
  MarketRig          *rig;
  MarketRig          *other; /* of another marketplace */
  char               *uri;
  char               *other_uri;
  AvbExtensionStore  *store;
  AvbExtensionPolicy *policy;
  AvbMarketplace     *market;
  gint64              now;
} Place;

static char *
in (Place *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

static void
write_trees (Place *self)
{
  g_autofree char *tree = in (self, "tree");
  g_autofree char *other_tree = in (self, "other-tree");

  g_free (self->uri);
  g_free (self->other_uri);
  self->uri = market_rig_write (self->rig, tree);
  self->other_uri = market_rig_write (self->other, other_tree);
}

static void
publish (Place *self)
{
  market_rig_publish (self->rig);
  write_trees (self);
}

/* As after a start of the program. */
static void
start (Place *self)
{
  g_autofree char *root = in (self, "store");
  g_autofree char *data = in (self, "data");
  g_autofree char *cache = in (self, "cache");
  AvbMarketplaceSetup setup = { .policy = self->policy,
                                .builtin_uri = self->uri,
                                .builtin_root = self->rig->first_root,
                                .folder = data,
                                .cache = cache,
                                .now = self->now };

  g_clear_object (&self->market);
  g_clear_object (&self->store);
  self->store = avb_extension_store_new (root);
  avb_test_await (avb_extension_store_load (self->store));
  self->market = avb_marketplace_new (self->store, &setup);
  avb_test_await (avb_marketplace_load (self->market));
}

static void
set_policy (Place *self, const char *text)
{
  g_autofree char *path = in (self, "policy.conf");

  if (text != NULL)
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
  g_clear_object (&self->policy);
  self->policy = avb_extension_policy_new (path);
}

static Place *
place_new (void)
{
  Place *self = g_new0 (Place, 1);
  g_autofree char *pack = NULL;
  g_autofree char *tool = NULL;

  self->folder = avb_test_make_folder ();
  self->rig = market_rig_new ();
  self->other = market_rig_new ();
  self->now = MARKET_NOW;
  pack = market_rig_add (self->rig, PACK, "1.0.0", NULL, NULL);
  tool = market_rig_add (self->rig, TOOL, "1.0.0", PLATFORM "," READS, NULL);
  set_policy (self, NULL);
  publish (self);
  start (self);
  return self;
}

static void
place_free (Place *self)
{
  g_clear_object (&self->market);
  g_clear_object (&self->store);
  g_clear_object (&self->policy);
  market_rig_free (self->rig);
  market_rig_free (self->other);
  avb_test_remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->uri);
  g_free (self->other_uri);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Place, place_free)

static DexFuture *
install (Place *self, const char *id, GListModel *granted)
{
  AvbMarketEntry *entry = avb_marketplace_find (self->market, id);
  g_autoptr (AvbOperation) operation = avb_operation_new (id);

  g_assert_nonnull (entry);
  return avb_marketplace_install (self->market, entry, avb_market_entry_get_best (entry), granted, operation);
}

static void
assert_version (Place *self, const char *id, const char *version)
{
  g_autoptr (AvbInstalled) installed = avb_extension_store_find (self->store, id);
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;

  if (version == NULL)
    {
      g_assert_null (installed);
      return;
    }
  g_assert_nonnull (installed);
  g_assert_cmpstr (avb_installed_get_version (installed), ==, version);
  path = g_build_filename (avb_installed_get_dir (installed), "payload", NULL);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, version);
}

static guint
count_updates (Place *self)
{
  return g_list_model_get_n_items (avb_marketplace_get_updates (self->market));
}

/* --- installing --- */

static DexFuture *
install_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  g_autofree char *id = NULL;
  g_autofree char *pkgs = in (self, "cache/builtin/pkgs");
  g_autoptr (AvbInstalled) tool = NULL;
  g_autoptr (GDir) dir = NULL;

  g_assert_cmpuint (g_list_model_get_n_items (avb_marketplace_get_entries (self->market)), ==, 2);
  id = avb_test_await_string (install (self, PACK, NULL));
  g_assert_cmpstr (id, ==, PACK);
  assert_version (self, PACK, "1.0.0");
  avb_test_await (install (self, TOOL, NULL));
  tool = avb_extension_store_find (self->store, TOOL);
  /* What is required was granted, and where it came from is noted. */
  g_assert_true (avb_installed_allows (tool, "machines.read", NULL));
  g_assert_cmpstr (avb_installed_get_source (tool), ==, "builtin");
  /* Nothing stays in the cache. */
  dir = g_dir_open (pkgs, 0, NULL);
  g_assert_nonnull (dir);
  g_assert_null (g_dir_read_name (dir));
  g_assert_cmpuint (count_updates (self), ==, 0);
  /* It is the same after a start. */
  start (self);
  assert_version (self, TOOL, "1.0.0");
  return NULL;
}

/* A package that is another one than the catalogue says, in each way. */
static DexFuture *
wrong_package_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  JsonObject *version = market_rig_find (self->rig, PACK, 0);
  g_autofree char *sha256 = g_strdup (json_object_get_string_member (version, "sha256"));
  g_autofree char *name = g_strdup_printf ("pkgs/%s.avx", sha256);
  g_autoptr (GBytes) good = g_bytes_ref (market_rig_get (self->rig, name));
  g_autoptr (GBytes) bad = g_bytes_new_static ("nothing", 7);
  g_autoptr (AvbSigningKey) stranger = avb_signing_key_generate ();
  g_autofree char *signature = g_strdup (json_object_get_string_member (version, "signature"));
  AvbPackageSignature foreign;
  g_autofree char *foreign_text = NULL;

  market_rig_set (self->rig, name, bad);
  write_trees (self);
  avb_test_await_error (install (self, PACK, NULL), AVB_ERROR, AVB_ERROR_INVALID);
  assert_version (self, PACK, NULL);
  market_rig_set (self->rig, name, good);
  /* Signed by somebody who is not the publisher */
  avb_package_signature_make (&foreign, stranger, sha256);
  foreign_text = avb_package_signature_dup_signature (&foreign);
  json_object_set_string_member (version, "signature", foreign_text);
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  avb_test_await_error (install (self, PACK, NULL), AVB_ERROR, AVB_ERROR_INVALID);
  assert_version (self, PACK, NULL);
  json_object_set_string_member (version, "signature", signature);
  /* A manifest that asks for less than that of the package */
  json_object_set_string_member (json_object_get_object_member (version, "manifest"), "summary", "Harmless");
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  avb_test_await_error (install (self, PACK, NULL), AVB_ERROR, AVB_ERROR_INVALID);
  assert_version (self, PACK, NULL);
  json_object_set_string_member (json_object_get_object_member (version, "manifest"), "summary", "A test");
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  avb_test_await (install (self, PACK, NULL));
  assert_version (self, PACK, "1.0.0");
  return NULL;
}

static DexFuture *
expired_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  AvbMarketSource *source = avb_marketplace_find_source (self->market, "builtin");

  avb_market_source_set_now (source, MARKET_NOW + 8 * DAY);
  avb_test_await_error (install (self, PACK, NULL), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await (avb_marketplace_refresh (self->market));
  g_assert_cmpint (avb_market_source_get_state (source), ==, AVB_MARKET_SOURCE_EXPIRED);
  g_assert_nonnull (avb_marketplace_find (self->market, PACK));
  avb_test_await_error (install (self, PACK, NULL), AVB_ERROR, AVB_ERROR_INVALID);
  assert_version (self, PACK, NULL);
  return NULL;
}

static DexFuture *
unknown_permission_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  JsonObject *manifest = json_object_get_object_member (market_rig_find (self->rig, TOOL, 0), "manifest");
  JsonObject *permission = json_object_new ();
  g_autoptr (GError) error = NULL;
  AvbMarketEntry *entry;

  json_object_set_string_member (permission, "id", "machines.eat");
  json_array_add_object_element (json_object_get_array_member (manifest, "permissions"), permission);
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  /* It is there to be looked at, and says why not. */
  entry = avb_marketplace_find (self->market, TOOL);
  g_assert_false (avb_marketplace_check_install (self->market, entry, avb_market_entry_get_best (entry), &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  return NULL;
}

/* --- updates --- */

static void
add (Place *self, const char *id, const char *version, const char *more, AvbSigningKey *key)
{
  g_autofree char *sha256 = market_rig_add (self->rig, id, version, more, key);
}

static DexFuture *
update (Place *self, const char *id)
{
  g_autoptr (AvbOperation) operation = avb_operation_new (id);

  return avb_marketplace_update (self->market, avb_marketplace_find_update (self->market, id), NULL, operation);
}

static DexFuture *
updates_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  g_autoptr (AvbOperation) all = avb_operation_new ("All");
  g_autoptr (GError) error = NULL;
  AvbMarketUpdate *found;
  g_autoptr (AvbInstalled) tool = NULL;

  avb_test_await (install (self, PACK, NULL));
  avb_test_await (install (self, TOOL, NULL));
  add (self, PACK, "1.1.0", NULL, NULL);
  add (self, TOOL, "2.0.0", PLATFORM "," CONTROLS, NULL);
  add (self, PACK, "0.9.0", NULL, NULL);
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  g_assert_cmpuint (count_updates (self), ==, 2);
  found = avb_marketplace_find_update (self->market, PACK);
  g_assert_cmpstr (avb_market_version_get_version (avb_market_update_get_version (found)), ==, "1.1.0");
  g_assert_false (avb_market_update_get_widens (found));
  g_assert_true (avb_market_update_get_widens (avb_marketplace_find_update (self->market, TOOL)));
  /* One that asks for more is not installed without being asked for. */
  avb_test_await_error (update (self, TOOL), AVB_ERROR, AVB_ERROR_PERMISSION);
  assert_version (self, TOOL, "1.0.0");
  g_assert_cmpuint (dex_await_uint (avb_marketplace_update_all (self->market, all), &error), ==, 1);
  g_assert_no_error (error);
  assert_version (self, PACK, "1.1.0");
  assert_version (self, TOOL, "1.0.0");
  g_assert_cmpuint (count_updates (self), ==, 1);
  /* Looked at and granted, it is. */
  found = avb_marketplace_find_update (self->market, TOOL);
  avb_test_await (install (self, TOOL,
                           avb_extension_manifest_get_permissions (
                               avb_market_version_get_manifest (avb_market_update_get_version (found), NULL))));
  assert_version (self, TOOL, "2.0.0");
  tool = avb_extension_store_find (self->store, TOOL);
  g_assert_true (avb_installed_allows (tool, "machines.control", NULL));
  g_assert_cmpuint (count_updates (self), ==, 0);
  /* Rolled back, the update is there again. */
  avb_test_await (avb_extension_store_roll_back (self->store, TOOL));
  avb_test_until_true (count_updates (self) == 1);
  return NULL;
}

/* Whatever goes wrong, the old one stays. */
static DexFuture *
failed_update_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  g_autofree char *sha256 = NULL;
  g_autofree char *path = NULL;

  avb_test_await (install (self, PACK, NULL));
  sha256 = market_rig_add (self->rig, PACK, "1.1.0", NULL, NULL);
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  path = g_strdup_printf ("%s/tree/pkgs/%s.avx", self->folder, sha256);
  g_assert_no_errno (g_unlink (path));
  avb_test_await_error (update (self, PACK), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  assert_version (self, PACK, "1.0.0");
  g_assert_cmpuint (count_updates (self), ==, 1);
  write_trees (self);
  avb_test_await (update (self, PACK));
  assert_version (self, PACK, "1.1.0");
  return NULL;
}

static DexFuture *
automatic_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  AvbMarketSource *source = avb_marketplace_find_source (self->market, "builtin");

  avb_test_await (install (self, PACK, NULL));
  avb_test_await (install (self, TOOL, NULL));
  self->rig->now = MARKET_NOW - 71 * 3600;
  add (self, PACK, "1.1.0", NULL, NULL);
  self->rig->now = MARKET_NOW - 100 * 3600;
  add (self, TOOL, "1.1.0", PLATFORM "," CONTROLS, NULL);
  self->rig->now = MARKET_NOW;
  publish (self);
  /* Off: nothing happens by itself. */
  avb_test_await (avb_marketplace_refresh (self->market));
  assert_version (self, PACK, "1.0.0");
  avb_marketplace_set_automatic (self->market, TRUE);
  /* On: not before three days, and never what widens. */
  avb_test_await (avb_marketplace_refresh (self->market));
  assert_version (self, PACK, "1.0.0");
  json_object_set_string_member (market_rig_find (self->rig, PACK, 1), "released", "2020-01-01T00:00:00Z");
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  assert_version (self, PACK, "1.1.0");
  assert_version (self, TOOL, "1.0.0");
  g_assert_cmpint (avb_market_source_get_state (source), ==, AVB_MARKET_SOURCE_READY);
  return NULL;
}

/* --- revocations --- */

static const char *
get_reason (Place *self, const char *id)
{
  g_autoptr (AvbInstalled) installed = avb_extension_store_find (self->store, id);

  return avb_installed_get_revoked_reason (installed);
}

static DexFuture *
revoked_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  g_autofree char *kept = NULL;

  avb_test_await (install (self, PACK, NULL));
  kept = avb_extension_store_dup_data_dir (self->store, PACK);
  g_assert_no_errno (g_mkdir_with_parents (kept, 0700));
  market_rig_revoke (self->rig, PACK, "<1.1", "It reads what it should not");
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  g_assert_cmpstr (get_reason (self, PACK), ==, "It reads what it should not");
  /* Files and data are still there; it cannot be installed again. */
  assert_version (self, PACK, "1.0.0");
  g_assert_true (g_file_test (kept, G_FILE_TEST_IS_DIR));
  avb_test_await_error (install (self, PACK, NULL), AVB_ERROR, AVB_ERROR_PERMISSION);
  /* Also at a start without the tree */
  {
    g_autofree char *tree = in (self, "tree");

    avb_test_remove_folder (tree);
  }
  start (self);
  g_assert_cmpstr (get_reason (self, PACK), ==, "It reads what it should not");
  /* The version that is mended runs. */
  add (self, PACK, "1.1.0", NULL, NULL);
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  avb_test_await (update (self, PACK));
  assert_version (self, PACK, "1.1.0");
  g_assert_null (get_reason (self, PACK));
  avb_test_await_error (avb_extension_store_roll_back (self->store, PACK), AVB_ERROR, AVB_ERROR_PERMISSION);
  return NULL;
}

/* What was withdrawn by mistake runs again. */
static DexFuture *
reinstated_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();

  avb_test_await (install (self, PACK, NULL));
  market_rig_revoke (self->rig, PACK, NULL, "");
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  g_assert_nonnull (get_reason (self, PACK));
  json_array_remove_element (self->rig->revocations, 0);
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  g_assert_null (get_reason (self, PACK));
  return NULL;
}

/* --- several marketplaces --- */

static AvbMarketSource *
add_other (Place *self)
{
  g_autoptr (AvbMarketSource) source
      = avb_test_await_object (avb_marketplace_add_source (self->market, self->other_uri, self->other->first_root));

  return source;
}

static DexFuture *
sources_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  g_autofree char *sha256 = market_rig_add (self->other, "org.example.other", "1.0.0", NULL, NULL);
  g_autoptr (GBytes) nonsense = g_bytes_new_static ("{}", 2);
  AvbMarketSource *source;
  g_auto (GStrv) fingerprints = NULL;
  g_autofree char *title = NULL;

  market_rig_publish (self->other);
  write_trees (self);
  g_assert_true (avb_marketplace_describe_root (self->other->first_root, &fingerprints, &title, NULL));
  g_assert_cmpuint (g_strv_length (fingerprints), ==, 3);
  g_assert_cmpstr (title, ==, "Test");
  avb_test_await_error (avb_marketplace_add_source (self->market, self->other_uri, nonsense), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (avb_marketplace_add_source (self->market, "http://example.org/", self->other->first_root), AVB_ERROR,
                        AVB_ERROR_INVALID);
  source = add_other (self);
  g_assert_cmpint (avb_market_source_get_state (source), ==, AVB_MARKET_SOURCE_READY);
  avb_test_await_error (avb_marketplace_add_source (self->market, self->other_uri, self->other->first_root), AVB_ERROR,
                        AVB_ERROR_EXISTS);
  g_assert_cmpuint (g_list_model_get_n_items (avb_marketplace_get_entries (self->market)), ==, 3);
  avb_test_await (install (self, "org.example.other", NULL));
  /* It is remembered, and shown before it is asked. */
  start (self);
  g_assert_cmpuint (g_list_model_get_n_items (avb_marketplace_get_entries (self->market)), ==, 3);
  source = avb_marketplace_find_source (self->market, self->other_uri);
  g_assert_nonnull (source);
  avb_test_await_error (
      avb_marketplace_remove_source (self->market, avb_marketplace_find_source (self->market, "builtin")), AVB_ERROR,
      AVB_ERROR_PERMISSION);
  avb_test_await (avb_marketplace_remove_source (self->market, source));
  g_assert_cmpuint (g_list_model_get_n_items (avb_marketplace_get_entries (self->market)), ==, 2);
  assert_version (self, "org.example.other", "1.0.0");
  start (self);
  g_assert_cmpuint (g_list_model_get_n_items (avb_marketplace_get_sources (self->market)), ==, 1);
  return NULL;
}

/* Another root than the one that was confirmed */
static DexFuture *
foreign_root_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  g_autoptr (MarketRig) stranger = market_rig_new ();
  g_autoptr (AvbMarketSource) source
      = avb_test_await_object (avb_marketplace_add_source (self->market, self->other_uri, stranger->first_root));

  g_assert_cmpint (avb_market_source_get_state (source), ==, AVB_MARKET_SOURCE_UNTRUSTED);
  g_assert_cmpuint (g_list_model_get_n_items (avb_market_source_get_entries (source)), ==, 0);
  return NULL;
}

/* A marketplace cannot take over what another one's is, nor take it back. */
static DexFuture *
pinned_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  g_autofree char *sha256 = market_rig_add (self->other, PACK, "9.0.0", NULL, NULL);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Pack");
  AvbMarketSource *source;
  AvbMarketEntry *entry;

  market_rig_revoke (self->other, PACK, NULL, "Ours is better");
  market_rig_revoke (self->other, TOOL, NULL, "Ours is better");
  market_rig_publish (self->other);
  write_trees (self);
  avb_test_await (install (self, PACK, NULL));
  source = add_other (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  g_assert_cmpuint (count_updates (self), ==, 0);
  g_assert_null (get_reason (self, PACK));
  entry = avb_market_source_find (source, PACK);
  g_assert_true (avb_marketplace_find (self->market, PACK) != entry);
  avb_test_await_error (
      avb_marketplace_install (self->market, entry, avb_market_entry_get_best (entry), NULL, operation), AVB_ERROR,
      AVB_ERROR_PERMISSION);
  assert_version (self, PACK, "1.0.0");
  return NULL;
}

/* The publisher's key is that of the first installation. */
static DexFuture *
publisher_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  g_autofree char *first = market_rig_add (self->other, "org.example.other", "1.0.0", NULL, NULL);
  g_autoptr (AvbSigningKey) thief = avb_signing_key_generate ();
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;
  AvbMarketSource *source;
  AvbMarketEntry *entry;
  g_autoptr (AvbOperation) operation = avb_operation_new ("Other");

  market_rig_publish (self->other);
  write_trees (self);
  source = add_other (self);
  avb_test_await (install (self, "org.example.other", NULL));
  second = market_rig_add (self->other, "org.example.other", "1.1.0", NULL, thief);
  market_rig_publish (self->other);
  write_trees (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  avb_marketplace_set_automatic (self->market, TRUE);
  avb_test_await (avb_marketplace_refresh (self->market));
  avb_test_await_error (update (self, "org.example.other"), AVB_ERROR, AVB_ERROR_PERMISSION);
  assert_version (self, "org.example.other", "1.0.0");
  third = market_rig_add (self->other, "org.example.other", "1.2.0", NULL, NULL);
  market_rig_publish (self->other);
  write_trees (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  entry = avb_market_source_find (source, "org.example.other");
  avb_test_await (avb_marketplace_install (self->market, entry, avb_market_entry_get_best (entry), NULL, operation));
  assert_version (self, "org.example.other", "1.2.0");
  return NULL;
}

/* The next version of the program brings a tree that was made with other keys. */
static DexFuture *
next_program_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();

  avb_test_await (install (self, PACK, NULL));
  market_rig_free (self->rig);
  self->rig = market_rig_new ();
  add (self, PACK, "1.1.0", NULL, NULL);
  {
    g_autofree char *tree = in (self, "tree");

    avb_test_remove_folder (tree);
  }
  publish (self);
  start (self);
  g_assert_cmpuint (count_updates (self), ==, 1);
  avb_test_await (update (self, PACK));
  assert_version (self, PACK, "1.1.0");
  return NULL;
}

/* --- policy --- */

static gboolean
may (Place *self, const char *id, GError **error)
{
  AvbMarketEntry *entry = avb_marketplace_find (self->market, id);

  /* What a source has that must not be is not even shown. */
  if (entry == NULL)
    return avb_market_source_check_install (avb_marketplace_find_source (self->market, "builtin"), error);
  return avb_marketplace_check_install (self->market, entry, avb_market_entry_get_best (entry), error);
}

static void
assert_policy (Place *self, const char *text, gboolean pack, gboolean tool)
{
  g_autoptr (GError) error = NULL;

  set_policy (self, text);
  start (self);
  g_assert_cmpint (may (self, PACK, NULL), ==, pack);
  g_assert_cmpint (may (self, TOOL, &error), ==, tool);
  if (!tool)
    g_assert_error (error, AVB_ERROR, AVB_ERROR_PERMISSION);
  if (!tool && strstr (text, "School") != NULL)
    g_assert_nonnull (strstr (error->message, "School"));
}

static DexFuture *
policy_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();

  assert_policy (self, "", TRUE, TRUE);
  assert_policy (self, "[policy]\norganization=School\n[extensions]\nblocked=org.example.tool\n", TRUE, FALSE);
  assert_policy (self, "[extensions]\nallowed=org.example.p*\n", TRUE, FALSE);
  assert_policy (self, "[extensions]\nallowed=org.example.*\nblocked=*.tool\n", TRUE, FALSE);
  assert_policy (self, "[policy]\norganization=School\n[extensions]\ncode=false\n", TRUE, FALSE);
  /* It fails closed. */
  assert_policy (self, "[extensions]\ncode=perhaps\n", FALSE, FALSE);
  assert_policy (self, "no key file at all", FALSE, FALSE);
  assert_policy (self, "[sources]\nallowed=https://example.org\n", FALSE, FALSE);
  g_assert_cmpint (avb_market_source_get_state (avb_marketplace_find_source (self->market, "builtin")), ==,
                   AVB_MARKET_SOURCE_BLOCKED);
  assert_policy (self, "[sources]\nallowed=builtin\nuser=false\n", TRUE, TRUE);
  avb_test_await_error (avb_marketplace_add_source (self->market, self->other_uri, self->other->first_root), AVB_ERROR,
                        AVB_ERROR_PERMISSION);
  return NULL;
}

static DexFuture *
policy_root_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  g_autofree char *sha256 = market_rig_add (self->other, "org.example.other", "1.0.0", NULL, NULL);
  g_autofree char *root = in (self, "school.root.json");
  g_autofree char *text = NULL;
  gboolean automatic;

  market_rig_publish (self->other);
  write_trees (self);
  g_assert_true (g_file_set_contents (root, g_bytes_get_data (self->other->first_root, NULL),
                                      g_bytes_get_size (self->other->first_root), NULL));
  text = g_strdup_printf ("[extensions]\nautomatic-updates=true\n[sources]\nallowed=builtin\nuser=false\n[source school]\ntitle=School\nuri=%s\nroot=%s\n",
                          self->other_uri, root);
  set_policy (self, text);
  g_assert_false (avb_extension_policy_check_user_sources (self->policy, NULL));
  start (self);
  /* It is called what the policy says, and need not be allowed once more. */
  g_assert_cmpstr (avb_market_source_get_title (avb_marketplace_find_source (self->market, self->other_uri)), ==, "School");
  avb_test_await (avb_marketplace_refresh (self->market));
  g_assert_nonnull (avb_marketplace_find (self->market, "org.example.other"));
  g_assert_cmpint (avb_market_source_get_origin (avb_marketplace_find_source (self->market, self->other_uri)), ==,
                   AVB_MARKET_ORIGIN_POLICY);
  g_assert_true (avb_marketplace_get_automatic (self->market));
  g_assert_false (avb_marketplace_can_set_automatic (self->market));
  g_assert_true (avb_extension_policy_get_automatic (self->policy, &automatic));
  return NULL;
}

/* network.unrestricted is off unless the policy says otherwise. */
static DexFuture *
unrestricted_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();

  add (self, "org.example.net", "1.0.0", PLATFORM ",\"permissions\":[{\"id\":\"network.unrestricted\",\"reason\":\"x\"}]", NULL);
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  g_assert_false (may (self, "org.example.net", NULL));
  avb_test_await_error (install (self, "org.example.net", NULL), AVB_ERROR, AVB_ERROR_PERMISSION);
  set_policy (self, "[extensions]\nnetwork-unrestricted=true\n");
  start (self);
  avb_test_await (install (self, "org.example.net", NULL));
  return NULL;
}

/* --- files --- */

static AvbLocalPackage *
inspect (Place *self, const char *path)
{
  return avb_test_await_boxed (avb_marketplace_inspect_file (self->market, path));
}

static DexFuture *
install_file (Place *self, const AvbLocalPackage *local)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("File");

  return avb_marketplace_install_file (self->market, local, NULL, operation);
}

static DexFuture *
file_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  g_autofree char *path = market_rig_make_package (self->folder, "org.example.local", "1.0.0", NULL);
  g_autofree char *beside = g_strconcat (path, ".sig", NULL);
  g_autofree char *nothing = in (self, "policy");
  g_autoptr (AvbLocalPackage) unsigned_one = inspect (self, path);
  g_autoptr (AvbLocalPackage) signed_one = NULL;
  g_autoptr (AvbLocalPackage) wrong = NULL;
  AvbPackageSignature signature;
  g_autofree char *text = NULL;

  g_assert_no_error (unsigned_one->error);
  g_assert_null (unsigned_one->publisher_key);
  avb_test_await (install_file (self, unsigned_one));
  assert_version (self, "org.example.local", "1.0.0");
  /* A signature that is there has to be right; and it is another publisher then. */
  g_assert_true (g_file_set_contents (beside, "{}", -1, NULL));
  wrong = inspect (self, path);
  g_assert_error (wrong->error, AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (install_file (self, wrong), AVB_ERROR, AVB_ERROR_INVALID);
  avb_package_signature_make (&signature, self->rig->publisher, avb_package_get_sha256 (unsigned_one->package));
  text = avb_package_signature_dup_text (&signature);
  g_assert_true (g_file_set_contents (beside, text, -1, NULL));
  signed_one = inspect (self, path);
  g_assert_nonnull (signed_one->publisher_key);
  g_assert_error (signed_one->error, AVB_ERROR, AVB_ERROR_PERMISSION);
  avb_test_await (avb_extension_store_remove (self->store, "org.example.local", TRUE));
  g_clear_pointer (&signed_one, avb_local_package_free);
  signed_one = inspect (self, path);
  g_assert_no_error (signed_one->error);
  avb_test_await (install_file (self, signed_one));
  /* Changed between the look and the installation */
  g_assert_true (g_file_set_contents (path, "other", -1, NULL));
  avb_test_await_error (install_file (self, signed_one), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (avb_marketplace_inspect_file (self->market, path), AVB_ERROR, AVB_ERROR_INVALID);
  avb_test_await_error (avb_marketplace_inspect_file (self->market, nothing), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  return NULL;
}

static DexFuture *
file_refused_fiber (gpointer data)
{
  g_autoptr (Place) self = place_new ();
  g_autofree char *path = market_rig_make_package (self->folder, PACK, "3.0.0", NULL);
  g_autoptr (AvbLocalPackage) taken = NULL;
  g_autoptr (AvbLocalPackage) revoked = NULL;
  g_autoptr (AvbLocalPackage) forbidden = NULL;

  avb_test_await (install (self, PACK, NULL));
  taken = inspect (self, path);
  g_assert_error (taken->error, AVB_ERROR, AVB_ERROR_PERMISSION);
  avb_test_await (avb_extension_store_remove (self->store, PACK, TRUE));
  market_rig_revoke (self->rig, PACK, "3.0.0", "Bad");
  publish (self);
  avb_test_await (avb_marketplace_refresh (self->market));
  revoked = inspect (self, path);
  g_assert_error (revoked->error, AVB_ERROR, AVB_ERROR_PERMISSION);
  set_policy (self, "[extensions]\nlocal-files=false\n");
  start (self);
  forbidden = inspect (self, path);
  g_assert_error (forbidden->error, AVB_ERROR, AVB_ERROR_PERMISSION);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Marketplace/install", install_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/wrong-package", wrong_package_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/expired", expired_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/unknown-permission", unknown_permission_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/updates", updates_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/failed-update", failed_update_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/automatic", automatic_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/revoked", revoked_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/reinstated", reinstated_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/sources", sources_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/foreign-root", foreign_root_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/pinned", pinned_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/publisher", publisher_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/next-program", next_program_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/policy", policy_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/policy-root", policy_root_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/unrestricted", unrestricted_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/file", file_fiber);
  avb_test_add_fiber ("/Avb/Marketplace/file-refused", file_refused_fiber);
  return g_test_run ();
}
