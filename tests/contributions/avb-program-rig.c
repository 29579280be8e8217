/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/contributions/avb-program-rig.h"

#include "backends/avb-builtin-backends.h"
#include "tests/avb-test.h"

static char *
dup_id (const char *name)
{
  return g_strconcat ("org.alphavbox.", name, NULL);
}

void
avb_program_rig_prepare (AvbProgramRig *self)
{
  g_autofree char *root = g_build_filename (self->folder, "extensions", NULL);
  g_autofree char *kept = g_build_filename (self->folder, "kept", NULL);
  g_autofree char *cache = g_build_filename (self->folder, "cache", NULL);
  /* The tree and its root are the program's own. */
  AvbMarketplaceSetup setup = { .folder = kept, .cache = cache };
  g_autoptr (AvbExtensionStore) store = avb_extension_store_new (root);

  self->host = avb_extension_host_new (self->library, store);
  self->marketplace = avb_marketplace_new (store, &setup);
}

void
avb_program_rig_start (AvbProgramRig *self)
{
  avb_test_await (avb_extension_store_load (avb_marketplace_get_store (self->marketplace)));
  avb_test_await (avb_marketplace_load (self->marketplace));
  avb_test_await (avb_extension_host_start (self->host));
  g_assert_cmpstr (avb_extension_host_get_sandbox_reason (self->host), ==, NULL);
}

AvbProgramRig *
avb_program_rig_new (const char *uri)
{
  AvbProgramRig *self = g_new0 (AvbProgramRig, 1);
  g_autoptr (GListModel) backends = avb_builtin_backends ();
  g_autoptr (GError) error = NULL;

  self->folder = avb_test_make_folder ();
  self->library = avb_library_new (backends);
  self->connection = avb_library_open (self->library, uri, &error);
  g_assert_no_error (error);
  avb_test_until_true (avb_connection_get_link (self->connection) == AVB_LINK_UP);
  avb_program_rig_prepare (self);
  avb_program_rig_start (self);
  avb_test_await (avb_marketplace_refresh (self->marketplace));
  return self;
}

void
avb_program_rig_end (AvbProgramRig *self)
{
  avb_test_await (avb_extension_host_stop (self->host));
  g_clear_object (&self->marketplace);
  avb_test_until_true (G_OBJECT (self->host)->ref_count == 1);
  g_assert_finalize_object (g_steal_pointer (&self->host));
}

void
avb_program_rig_free (AvbProgramRig *self)
{
  if (self->host != NULL)
    avb_program_rig_end (self);
  avb_test_await (avb_connection_close (self->connection));
  g_object_unref (self->library);
  avb_test_remove_folder (self->folder);
  g_free (self->folder);
  g_free (self);
}

AvbExtension *
avb_program_rig_install (AvbProgramRig *self, const char *name)
{
  g_autofree char *id = dup_id (name);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Installing");
  AvbMarketEntry *entry = avb_marketplace_find (self->marketplace, id);
  g_autoptr (GError) error = NULL;
  AvbMarketVersion *version;
  AvbExtensionManifest *manifest;
  g_autofree char *installed = NULL;

  g_assert_nonnull (entry);
  version = avb_market_entry_get_best (entry);
  manifest = avb_market_version_get_manifest (version, &error);
  g_assert_no_error (error);
  installed = avb_test_await_string (avb_marketplace_install (
      self->marketplace, entry, version, avb_extension_manifest_get_permissions (manifest), operation));
  g_assert_cmpstr (installed, ==, id);
  return avb_extension_host_find (self->host, id);
}

AvbContribution *
avb_program_rig_contribution (AvbProgramRig *self, AvbContributionKind kind, const char *name, const char *id)
{
  AvbContributions *all = avb_extension_host_get_contributions (self->host);
  g_autofree char *extension = dup_id (name);
  AvbContribution *found = NULL;

  avb_test_until_true ((found = avb_contributions_find (all, kind, extension, id)) != NULL);
  return found;
}

void
avb_program_rig_set_enabled (AvbProgramRig *self, const char *name, gboolean enabled)
{
  g_autofree char *id = dup_id (name);

  avb_test_await (avb_extension_store_set_enabled (avb_marketplace_get_store (self->marketplace), id, enabled));
}
