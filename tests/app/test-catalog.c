/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-catalog.h"

#include <glib/gstdio.h>

#include "app/avb-download.h"
#include "tests/app/avb-web-server.h"
#include "tests/avb-test.h"

/* What is added to the database of the host: OSINFO_USER_DIR. */
static const struct {
  const char *name;
  const char *os;
} overlay[] = {
    { "exemplum-7.xml",
      "  <os id='http://example.org/exemplum/7'>"
      "    <short-id>exemplum7</short-id>"
      "    <name>Exemplum 7 \xc3\x89lan</name>"
      "    <version>7</version>"
      "    <vendor>Example &lt;b&gt;Makers&lt;/b&gt;</vendor>"
      "    <family>linux</family>"
      "    <distro>exemplum</distro>"
      "    <codename>Septem</codename>"
      "    <release-date>2024-03-01</release-date>"
      "    <eol-date>2026-03-01</eol-date>"
      "    <logo>/usr/share/exemplum.svg</logo>"
      "    <variant id='net'><name>Exemplum 7 \xc3\x89lan (Tiny)</name></variant>"
      "    <variant id='desk'><name>Exemplum Desktop</name></variant>"
      "    <media arch='x86_64'><variant id='net'/><url>SERVER/file/exemplum-7.iso</url>"
      "      <iso><volume-id>EXEMPLUM</volume-id><volume-size>123456</volume-size></iso></media>"
      "    <media arch='aarch64'><url>https://example.org/exemplum-7-netinst.iso</url></media>"
      "    <media arch='x86_64' live='true'><variant id='desk'/><url>https://example.org/live.iso</url></media>"
      "    <media arch='x86_64'><url>file:///etc/passwd</url></media>"
      "    <media arch='x86_64'><iso><volume-id>NO ADDRESS</volume-id></iso></media>"
      "    <image arch='x86_64' format='qcow2' cloud-init='true'><url>SERVER/file/exemplum-7.qcow2</url></image>"
      "    <image arch='x86_64' format='vmdk' cloud-init='true'><url>https://example.org/exemplum-7.vmdk</url></image>"
      "    <image arch='x86_64' format='qcow2'><url>https://example.org/exemplum-7-plain.qcow2</url></image>"
      "  </os>" },
    { "exemplum-10.xml",
      "  <os id='http://example.org/exemplum/10'>"
      "    <name>Exemplum 10</name><version>10</version><distro>exemplum</distro>"
      "    <media arch='x86_64'><url>https://example.org/10.iso</url></media>"
      "  </os>" },
    { "exemplum-11.xml",
      "  <os id='http://example.org/exemplum/11'>"
      "    <name>Exemplum 11</name><version>11</version><distro>exemplum</distro>"
      "    <release-status>prerelease</release-status>"
      "    <media arch='x86_64'><url>https://example.org/11.iso</url></media>"
      "  </os>" },
};

static AvbWebServer *server;

static void
write_overlay (const char *folder)
{
  g_autofree char *os = g_build_filename (folder, "os", "example.org", NULL);

  g_assert_no_errno (g_mkdir_with_parents (os, 0755));
  for (guint i = 0; i < G_N_ELEMENTS (overlay); i++)
    {
      g_autofree char *path = g_build_filename (os, overlay[i].name, NULL);
      g_auto (GStrv) parts = g_strsplit (overlay[i].os, "SERVER", -1);
      g_autofree char *inner = g_strjoinv (server->address, parts);
      g_autofree char *text = g_strdup_printf ("<libosinfo version='0.0.1'>%s</libosinfo>", inner);

      g_assert_true (g_file_set_contents (path, text, -1, NULL));
    }
  g_setenv ("OSINFO_USER_DIR", folder, TRUE);
}

/* (transfer none) (nullable) */
static AvbCatalogEntry *
find (AvbCatalog *catalog, const char *os_id, AvbCatalogVariant variant, const char *architecture)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr (AvbCatalogEntry) entry = g_list_model_get_item (G_LIST_MODEL (catalog), i);

      if (g_str_equal (avb_catalog_entry_get_os_id (entry), os_id) &&
          avb_catalog_entry_get_variant (entry) == variant &&
          g_strcmp0 (avb_catalog_entry_get_architecture (entry), architecture) == 0)
        return entry;
    }
  return NULL;
}

static guint
count (AvbCatalog *catalog, const char *os_id)
{
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (catalog)); i++)
    {
      g_autoptr (AvbCatalogEntry) entry = g_list_model_get_item (G_LIST_MODEL (catalog), i);

      if (g_strcmp0 (avb_catalog_entry_get_os_id (entry), os_id) == 0)
        n++;
    }
  return n;
}

static AvbCatalog *
load (void)
{
  AvbCatalog *catalog = avb_catalog_new ();

  avb_test_await (avb_catalog_load (catalog));
  return catalog;
}

static DexFuture *
reads_fiber (gpointer data)
{
  g_autoptr (AvbCatalog) catalog = load ();
  AvbCatalogEntry *installer = find (catalog, "http://example.org/exemplum/7", AVB_CATALOG_INSTALLER, "x86_64");
  AvbCatalogEntry *net = find (catalog, "http://example.org/exemplum/7", AVB_CATALOG_INSTALLER, "aarch64");
  AvbCatalogEntry *live = find (catalog, "http://example.org/exemplum/7", AVB_CATALOG_LIVE, "x86_64");
  AvbCatalogEntry *cloud = find (catalog, "http://example.org/exemplum/7", AVB_CATALOG_CLOUD, "x86_64");
  g_autoptr (GDate) day = g_date_new_dmy (28, 2, 2026);

  g_assert_cmpuint (count (catalog, "http://example.org/exemplum/7"), ==, 4);
  g_assert_cmpstr (avb_catalog_entry_get_name (installer), ==, "Exemplum 7 Élan");
  g_assert_cmpstr (avb_catalog_entry_get_detail (installer), ==, "Tiny");
  g_assert_cmpstr (avb_catalog_entry_get_version (installer), ==, "7");
  g_assert_cmpstr (avb_catalog_entry_get_vendor (installer), ==, "Example <b>Makers</b>");
  g_assert_cmpstr (avb_catalog_entry_get_distro (installer), ==, "exemplum");
  g_assert_cmpuint (avb_catalog_entry_get_size (installer), ==, 123456);
  g_assert_cmpuint (g_date_get_year (avb_catalog_entry_get_release_date (installer)), ==, 2024);
  g_assert_cmpstr (avb_catalog_entry_get_detail (net), ==, "Network Installer");
  g_assert_cmpstr (avb_catalog_entry_get_detail (live), ==, "Exemplum Desktop");
  g_assert_true (g_str_has_suffix (avb_catalog_entry_get_url (cloud), "exemplum-7.qcow2"));
  g_assert_true (G_IS_ICON (avb_catalog_entry_get_logo (cloud)));
  g_assert_false (avb_catalog_entry_is_retired (cloud, day));
  g_date_set_dmy (day, 2, 3, 2026);
  g_assert_true (avb_catalog_entry_is_retired (cloud, day));
  return NULL;
}

/* The host's own database: hundreds, each with what a tile needs. */
static DexFuture *
host_fiber (gpointer data)
{
  g_autoptr (AvbCatalog) catalog = load ();
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (catalog));

  g_assert_cmpuint (n, >, 300);
  g_assert_nonnull (find (catalog, "http://debian.org/debian/12", AVB_CATALOG_INSTALLER, "x86_64"));
  g_assert_nonnull (find (catalog, "http://debian.org/debian/12", AVB_CATALOG_CLOUD, "x86_64"));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AvbCatalogEntry) entry = g_list_model_get_item (G_LIST_MODEL (catalog), i);

      g_assert_nonnull (avb_catalog_entry_get_name (entry));
      g_assert_true (avb_download_check_url (avb_catalog_entry_get_url (entry), NULL));
      if (!g_hash_table_add (ids, g_strdup (avb_catalog_entry_get_id (entry))))
        g_error ("%s is there twice", avb_catalog_entry_get_id (entry));
      if (i % 100 == 0)
        g_assert_true (avb_catalog_find (catalog, avb_catalog_entry_get_id (entry)) == entry);
    }
  return NULL;
}

static DexFuture *
search_fiber (gpointer data)
{
  static const char *const good[] = { "", "exem", "ELAN exemplum", "7 septem", "makers", "linux x86_64", "installer", "tiny" };
  static const char *const bad[] = { "exemplum 8", "debian", "xemplum", "live" };
  g_autoptr (AvbCatalog) catalog = load ();
  AvbCatalogEntry *entry = find (catalog, "http://example.org/exemplum/7", AVB_CATALOG_INSTALLER, "x86_64");

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    if (!avb_catalog_entry_matches (entry, good[i]))
      g_error ("“%s” should find it", good[i]);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    if (avb_catalog_entry_matches (entry, bad[i]))
      g_error ("“%s” should not find it", bad[i]);
  return NULL;
}

static DexFuture *
order_fiber (gpointer data)
{
  g_autoptr (AvbCatalog) catalog = load ();
  AvbCatalogEntry *seven = find (catalog, "http://example.org/exemplum/7", AVB_CATALOG_INSTALLER, "x86_64");
  AvbCatalogEntry *ten = find (catalog, "http://example.org/exemplum/10", AVB_CATALOG_INSTALLER, "x86_64");
  AvbCatalogEntry *eleven = find (catalog, "http://example.org/exemplum/11", AVB_CATALOG_INSTALLER, "x86_64");

  g_assert_cmpint (avb_catalog_entry_compare (ten, seven), <, 0);
  g_assert_cmpint (avb_catalog_entry_compare (eleven, seven), >, 0);
  avb_catalog_set_favorite (catalog, eleven, TRUE);
  g_assert_cmpint (avb_catalog_entry_compare (eleven, ten), <, 0);
  g_assert_cmpint (avb_catalog_entry_compare (ten, ten), ==, 0);
  return NULL;
}

static DexFuture *
favorites_fiber (gpointer data)
{
  AvbCatalog *catalog = avb_catalog_new ();
  const char *wished[] = { "http://example.org/exemplum/10|installer|x86_64|", "of-another-catalogue", NULL };
  g_auto (GStrv) favorites = NULL;
  AvbCatalogEntry *ten;

  /* Set before they are there. */
  g_object_set (catalog, "favorites", wished, NULL);
  avb_test_await (avb_catalog_load (catalog));
  ten = find (catalog, "http://example.org/exemplum/10", AVB_CATALOG_INSTALLER, "x86_64");
  g_assert_true (avb_catalog_entry_get_favorite (ten));
  avb_catalog_set_favorite (catalog, ten, FALSE);
  g_assert_false (avb_catalog_entry_get_favorite (ten));
  g_object_get (catalog, "favorites", &favorites, NULL);
  g_assert_cmpuint (g_strv_length (favorites), ==, 1);
  g_assert_cmpstr (favorites[0], ==, "of-another-catalogue");
  g_assert_finalize_object (catalog);
  return NULL;
}

typedef struct {
  guint position;
  guint removed;
  guint added;
  guint n;
} Change;

static void
changed_cb (GListModel *model, guint position, guint removed, guint added, Change *change)
{
  *change = (Change) { position, removed, added, change->n + 1 };
}

static DexFuture *
providers_fiber (gpointer data)
{
  AvbCatalog *catalog = load ();
  GListModel *model = G_LIST_MODEL (catalog);
  g_autoptr (GListStore) provider = g_list_store_new (AVB_TYPE_CATALOG_ENTRY);
  g_autoptr (AvbCatalogEntry) entry = g_object_new (AVB_TYPE_CATALOG_ENTRY, "id", "extra", "name", "Extra", NULL);
  guint n = g_list_model_get_n_items (model);
  Change change = { 0 };

  avb_catalog_set_favorite (catalog, entry, TRUE);
  avb_catalog_add_provider (catalog, G_LIST_MODEL (provider));
  g_signal_connect (catalog, "items-changed", G_CALLBACK (changed_cb), &change);
  g_list_store_append (provider, entry);
  g_assert_cmpuint (change.n, ==, 1);
  g_assert_cmpuint (change.position, ==, n);
  g_assert_cmpuint (change.added, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, n + 1);
  g_assert_true (avb_catalog_find (catalog, "extra") == entry);
  g_assert_true (avb_catalog_entry_get_favorite (entry));
  g_assert_null (g_list_model_get_item (model, n + 1));

  avb_catalog_remove_provider (catalog, G_LIST_MODEL (provider));
  g_assert_cmpuint (change.n, ==, 2);
  g_assert_cmpuint (change.removed, ==, 1);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, n);
  g_list_store_remove_all (provider);
  g_assert_cmpuint (change.n, ==, 2);
  g_assert_finalize_object (catalog);
  return NULL;
}

static DexFuture *
download_fiber (gpointer data)
{
  g_autoptr (AvbCatalog) catalog = load ();
  AvbCatalogEntry *entry = find (catalog, "http://example.org/exemplum/7", AVB_CATALOG_CLOUD, "x86_64");
  g_autofree char *folder = avb_test_make_folder ();
  g_autoptr (AvbDownloadCache) cache = avb_download_cache_new (folder);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Download");
  g_autofree char *path = avb_test_await_string (avb_download_entry (cache, entry, operation));
  g_autofree char *name = g_path_get_basename (path);

  g_assert_cmpstr (name, ==, "exemplum-7.qcow2");
  avb_test_until_true (avb_catalog_entry_get_size (entry) == g_bytes_get_size (server->data));
  avb_test_remove_folder (folder);
  return NULL;
}

static DexFuture *
gone_fiber (gpointer data)
{
  AvbCatalog *catalog = avb_catalog_new ();
  DexFuture *future = avb_catalog_load (catalog);

  g_assert_finalize_object (catalog);
  avb_test_await (future);
  return NULL;
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = NULL;
  int result;

  avb_test_init (&argc, &argv);
  server = avb_web_server_new (NULL);
  folder = avb_test_make_folder ();
  write_overlay (folder);

  avb_test_add_fiber ("/Avb/Catalog/reads-libosinfo", reads_fiber);
  avb_test_add_fiber ("/Avb/Catalog/database-of-the-host", host_fiber);
  avb_test_add_fiber ("/Avb/Catalog/search", search_fiber);
  avb_test_add_fiber ("/Avb/Catalog/order", order_fiber);
  avb_test_add_fiber ("/Avb/Catalog/favorites", favorites_fiber);
  avb_test_add_fiber ("/Avb/Catalog/providers", providers_fiber);
  avb_test_add_fiber ("/Avb/Catalog/entry-is-downloaded", download_fiber);
  avb_test_add_fiber ("/Avb/Catalog/gone-while-it-loads", gone_fiber);

  result = g_test_run ();
  avb_test_remove_folder (folder);
  avb_web_server_free (server);
  return result;
}
