/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/contributions/avb-recipe-list.h"
#include "app/contributions/avb-template-draft.h"
#include "app/extensions/avb-extension-private.h"
#include "app/extensions/avb-extension-store.h"
#include "app/extensions/avb-package.h"
#include "backends/avb-error.h"
#include "tests/app/avb-fake-connection.h"
#include "tests/app/avb-fixtures.h"
#include "tests/app/avb-web-server.h"
#include "tests/avb-test.h"

/* From a pack that is installed, through the catalogue and a server on loopback, to a draft of a machine. */

typedef struct {
  char              *folder;
  AvbWebServer      *server;
  AvbExtensionStore *store;
  AvbExtension      *extension;
  GListStore        *extensions;
  AvbContributions  *contributions;
  AvbRecipeList     *recipes;
  AvbLibrary        *library;
  AvbFakeConnection *connection;
} Place;

static char *
make_manifest (Place *place, const char *iso)
{
  g_autofree char *served = avb_web_server_dup_url (place->server, "/file/disc.iso");
  g_autofree char *checksum = avb_web_server_dup_checksum (place->server, G_CHECKSUM_SHA256);
  g_autofree char *local = g_filename_to_uri (iso, NULL, NULL);
  const char *sha256 = checksum + strlen ("sha256:");
  char *text = g_strdup_printf (
      "{'schema':1,'id':'org.example.pack','version':'1.0.0','kind':'content','name':'Pack','summary':'A pack','license':'MIT',"
      "'publisher':'example','engines':{},'contributes':{'recipes':["
      "{'id':'disc','title':'Debian by loopback','os':'http://debian.org/debian/12','arch':'x86_64','variant':'installer',"
      "'url':'%s','sha256':'%s'},"
      "{'id':'here','title':'Debian of this computer','arch':'x86_64','variant':'live','url':'%s','sha256':'%s','size':123},"
      "{'id':'wrong','title':'Another file','arch':'x86_64','variant':'cloud','url':'%s',"
      "'sha256':'0000000000000000000000000000000000000000000000000000000000000000'}],"
      "'templates':[{'id':'box','title':'Small Box','recipe':'disc','spec':{'cpus':1,'memory_mib':1024,'disk_gib':3}}]}}",
      served, sha256, local, sha256, local);

  return g_strdelimit (text, "'", '"');
}

static void
install_pack (Place *place, const char *iso)
{
  g_autofree char *source = g_build_filename (place->folder, "source", NULL);
  g_autofree char *package = g_build_filename (place->folder, "pack.avx", NULL);
  g_autofree char *root = g_build_filename (place->folder, "extensions", NULL);
  g_autofree char *data = g_build_filename (place->folder, "data", NULL);
  g_autofree char *run = g_build_filename (place->folder, "run", NULL);
  g_autofree char *manifest = make_manifest (place, iso);
  g_autofree char *file = NULL;
  g_autoptr (AvbOperation) operation = avb_operation_new ("Installing");
  g_autoptr (AvbInstalled) installed = NULL;
  g_autoptr (GError) error = NULL;
  AvbInstallInfo info = { .source = AVB_INSTALL_SOURCE_FILE };
  static const AvbExtensionFuncs funcs = { NULL, NULL };

  g_assert_no_errno (g_mkdir (source, 0700));
  file = avb_fixture_write (source, "manifest.json", manifest, -1);
  avb_package_write (source, package, &error);
  g_assert_no_error (error);
  place->store = avb_extension_store_new (root);
  avb_test_await (avb_extension_store_load (place->store));
  avb_test_await (avb_extension_store_install (place->store, package, &info, operation));
  installed = avb_extension_store_find (place->store, "org.example.pack");
  place->extension = avb_extension_new (installed, data, run, &funcs, NULL);
  place->extensions = g_list_store_new (AVB_TYPE_EXTENSION);
  place->contributions = avb_contributions_new (G_LIST_MODEL (place->extensions));
  place->recipes = avb_recipe_list_new (place->contributions);
}

static Place *
place_new (void)
{
  g_autoptr (GListModel) backends = avb_fake_backends ();
  Place *place = g_new0 (Place, 1);
  g_autofree char *iso = NULL;
  char *bytes;
  gsize length;

  place->folder = avb_test_make_folder ();
  iso = avb_fixture_make_iso (place->folder, "disc.iso", "Debian 12.5.0 amd64 n", TRUE);
  place->server = avb_web_server_new (NULL);
  g_assert_true (g_file_get_contents (iso, &bytes, &length, NULL));
  g_bytes_unref (place->server->data);
  place->server->data = g_bytes_new_take (bytes, length);
  install_pack (place, iso);
  place->library = avb_library_new (backends);
  place->connection = AVB_FAKE_CONNECTION (avb_library_open (place->library, NULL, NULL));
  return place;
}

static void
place_free (Place *place)
{
  g_object_unref (place->library);
  g_object_unref (place->recipes);
  g_object_unref (place->contributions);
  g_object_unref (place->extensions);
  g_object_unref (place->extension);
  g_object_unref (place->store);
  avb_web_server_free (place->server);
  avb_test_remove_folder (place->folder);
  g_free (place->folder);
  g_free (place);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Place, place_free)

static DexFuture *
download (Place *place, AvbCatalogEntry *entry)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Downloading");

  return avb_recipe_list_download (place->recipes, avb_library_get_downloads (place->library), entry, operation);
}

static DexFuture *
catalogue_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  AvbCatalog *catalog = avb_library_get_catalog (place->library);
  g_autoptr (AvbCatalogEntry) wrong = NULL;
  g_autoptr (AvbCatalogEntry) here = NULL;
  g_autofree char *got = NULL;
  g_autofree char *local = NULL;
  AvbCatalogEntry *entry;
  guint before;

  before = g_list_model_get_n_items (G_LIST_MODEL (catalog));
  avb_catalog_add_provider (catalog, G_LIST_MODEL (place->recipes));
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (catalog)), ==, before);
  g_list_store_append (place->extensions, place->extension);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (catalog)), ==, before + 3);

  entry = avb_catalog_find (catalog, "org.example.pack/disc");
  g_assert_nonnull (entry);
  g_assert_cmpstr (avb_catalog_entry_get_name (entry), ==, "Debian by loopback");
  g_assert_cmpstr (avb_catalog_entry_get_distro (entry), ==, "debian");
  g_assert_cmpstr (avb_catalog_entry_get_version (entry), ==, "12");
  g_assert_cmpint (avb_catalog_entry_get_variant (entry), ==, AVB_CATALOG_INSTALLER);
  got = avb_test_await_string (download (place, entry));
  g_assert_true (g_file_test (got, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpuint (place->server->n_bodies, ==, 1);

  here = avb_recipe_list_find (place->recipes, NULL, "here");
  g_assert_cmpuint (avb_catalog_entry_get_size (here), ==, 123);
  local = avb_test_await_string (download (place, here));
  g_assert_true (g_str_has_suffix (local, "/disc.iso"));
  wrong = avb_recipe_list_find (place->recipes, "org.example.other", "wrong");
  avb_test_await_error (download (place, wrong), AVB_ERROR, AVB_ERROR_INVALID);

  g_list_store_remove_all (place->extensions);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (catalog)), ==, before);
  avb_catalog_remove_provider (catalog, G_LIST_MODEL (place->recipes));
  return NULL;
}

static DexFuture *
template_fiber (gpointer data)
{
  g_autoptr (Place) place = place_new ();
  g_autoptr (AvbOperation) operation = avb_operation_new ("Opening");
  g_autoptr (AvbContribution) template = NULL;
  g_autoptr (AvbCatalogEntry) entry = NULL;
  g_autoptr (AvbDraft) draft = NULL;
  AvbMachineSpec *spec;

  g_list_store_append (place->extensions, place->extension);
  template = avb_contributions_find (place->contributions, AVB_CONTRIBUTION_TEMPLATE, "org.example.pack", "box");
  entry = avb_template_draft_find_entry (place->recipes, template);
  g_assert_cmpstr (avb_catalog_entry_get_id (entry), ==, "org.example.pack/disc");
  draft = avb_test_await_object (avb_template_draft_new (place->library, AVB_CONNECTION (place->connection), place->recipes,
                                                         template, TRUE, operation));
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  spec = avb_draft_get_spec (draft);
  g_assert_cmpstr (avb_machine_spec_get_name (spec), ==, "Small Box");
  g_assert_cmpuint (avb_machine_spec_get_memory_mib (spec), ==, 1024);
  g_assert_cmpstr (avb_machine_spec_get_os_id (spec), ==, "http://debian.org/debian/12");
  g_assert_cmpuint (avb_draft_get_disk_size (draft), ==, G_GUINT64_CONSTANT (3) << 30);
  g_assert_nonnull (avb_draft_get_medium (draft));
  g_assert_true (avb_draft_get_can_create (draft));
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Recipes/catalogue", catalogue_fiber);
  avb_test_add_fiber ("/Avb/Recipes/template", template_fiber);
  return g_test_run ();
}
