/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* tutorial-market FOLDER TREE ROOT ID: what the tutorial does in the window: adds the marketplace in TREE where it is not there
 * yet, installs or updates ID from it with all permissions, and prints its version, where it is, and the fingerprints that the
 * window showed. FOLDER: what is kept. */

#include "config.h"

#include <stdio.h>

#include "app/marketplace/avb-marketplace.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"

typedef struct {
  char **arguments;
  char  *policy;
} Tutorial;

static GBytes *
read_root (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text;
  gsize length;

  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (text, length);
}

/* The source for @uri, added if need be. Runs in the fiber. */
static void
add_source (AvbMarketplace *market, const char *uri, GBytes *root)
{
  GListModel *sources = avb_marketplace_get_sources (market);
  g_auto (GStrv) fingerprints = NULL;
  g_autofree char *title = NULL;
  g_autoptr (GError) error = NULL;

  avb_marketplace_describe_root (root, &fingerprints, &title, &error);
  g_assert_no_error (error);
  printf ("title %s\n", title);
  for (guint i = 0; fingerprints[i] != NULL; i++)
    printf ("fingerprint %s\n", fingerprints[i]);
  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (sources, i);

      if (g_strcmp0 (avb_market_source_get_uri (source), uri) == 0)
        return;
    }
  avb_test_await (avb_marketplace_add_source (market, uri, root));
}

static DexFuture *
tutorial_fiber (gpointer data)
{
  Tutorial *self = data;
  const char *id = self->arguments[4];
  g_autofree char *root_folder = g_build_filename (self->arguments[1], "extensions", NULL);
  g_autofree char *kept = g_build_filename (self->arguments[1], "marketplace", NULL);
  g_autofree char *cache = g_build_filename (self->arguments[1], "cache", NULL);
  g_autofree char *uri = g_filename_to_uri (self->arguments[2], NULL, NULL);
  g_autoptr (GBytes) root = read_root (self->arguments[3]);
  g_autoptr (AvbExtensionPolicy) policy = avb_extension_policy_new (self->policy);
  g_autoptr (AvbExtensionStore) store = avb_extension_store_new (root_folder);
  g_autoptr (AvbOperation) operation = avb_operation_new (id);
  AvbMarketplaceSetup setup = { .policy = policy, .folder = kept, .cache = cache };
  g_autoptr (AvbMarketplace) market = NULL;
  AvbMarketEntry *entry;
  g_autoptr (AvbInstalled) installed = NULL;

  avb_test_await (avb_extension_store_load (store));
  market = avb_marketplace_new (store, &setup);
  avb_test_await (avb_marketplace_load (market));
  add_source (market, uri, root);
  avb_test_await (avb_marketplace_refresh (market));
  entry = avb_marketplace_find (market, id);
  g_assert_nonnull (entry);
  installed = avb_extension_store_find (store, id);
  if (installed == NULL)
    {
      AvbMarketVersion *version = avb_market_entry_get_best (entry);
      g_autoptr (GError) error = NULL;
      AvbExtensionManifest *manifest = avb_market_version_get_manifest (version, &error);

      g_assert_no_error (error);
      g_assert_true (avb_marketplace_check_install (market, entry, version, &error));
      avb_test_await (avb_marketplace_install (market, entry, version, avb_extension_manifest_get_permissions (manifest), operation));
    }
  else
    {
      AvbMarketUpdate *update = avb_marketplace_find_update (market, id);

      g_assert_nonnull (update);
      g_assert_false (avb_market_update_get_widens (update));
      avb_test_await (avb_marketplace_update (market, update, NULL, operation));
    }
  g_clear_object (&installed);
  installed = avb_extension_store_find (store, id);
  g_assert_nonnull (installed);
  printf ("version %s\ndir %s\n", avb_installed_get_version (installed), avb_installed_get_dir (installed));
  return NULL;
}

int
main (int argc, char **argv)
{
  Tutorial self = { .arguments = argv };

  avb_test_init (&argc, &argv);
  if (argc != 5)
    return 2;
  self.policy = g_build_filename (argv[1], "no-policy.conf", NULL);
  avb_test_run_fiber (tutorial_fiber, &self);
  g_free (self.policy);
  return 0;
}
