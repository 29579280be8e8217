/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What the program would say of a tree, and what it would say of each file once somebody installs it. */

#include "config.h"

#include "sdk/avx-market/market-work.h"

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-package.h"
#include "app/marketplace/avb-market-catalog.h"
#include "app/marketplace/avb-revocation.h"
#include "app/marketplace/avb-trust.h"
#include "backends/avb-error.h"

typedef struct {
  const char *tree;
  guint       n_packages;
  guint       n_wrong;
} Check;

static void complain (Check *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
complain (Check *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  g_printerr ("%s\n", text);
  self->n_wrong++;
}

static void
check_picture (Check *self, const char *id, const char *sha256)
{
  g_autofree char *path = g_build_filename (self->tree, "media", sha256, NULL);
  g_autoptr (GBytes) bytes = market_read (path, NULL);
  g_autofree char *digest = bytes != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes) : NULL;

  if (g_strcmp0 (digest, sha256) != 0)
    complain (self, "%s: the picture %s is not there, or another one", id, sha256);
}

static void
check_version (Check *self, const char *id, AvbMarketVersion *version)
{
  g_autofree char *name = g_strconcat (avb_market_version_get_sha256 (version), ".avx", NULL);
  g_autofree char *path = g_build_filename (self->tree, "pkgs", name, NULL);
  AvbPackageExpect expect = { avb_market_version_get_sha256 (version), 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbPackage) package = NULL;
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autofree char *text = NULL;
  const char *number = avb_market_version_get_version (version);

  self->n_packages++;
  if (avb_market_version_get_manifest (version, &error) == NULL ||
      (package = avb_package_read (path, NULL, &expect, NULL, &error)) == NULL)
    {
      complain (self, "%s %s: %s", id, number, error->message);
      return;
    }
  json_node_init_object (node, avb_extension_manifest_get_json (avb_package_get_manifest (package)));
  text = avb_json_canonical (node);
  if (avb_package_get_length (package) != avb_market_version_get_size (version))
    complain (self, "%s %s: the catalogue has another length", id, number);
  if (g_strcmp0 (text, g_bytes_get_data (avb_market_version_get_manifest_bytes (version), NULL)) != 0)
    complain (self, "%s %s: the catalogue has another manifest", id, number);
  if (!avb_package_signature_verify (avb_market_version_get_signature (version), avb_market_version_get_sha256 (version)))
    complain (self, "%s %s: the publisher's signature is wrong", id, number);
}

static void
check_entry (Check *self, AvbMarketEntry *entry)
{
  const char *id = avb_market_entry_get_id (entry);
  GListModel *versions = avb_market_entry_get_versions (entry);
  GPtrArray *pictures = avb_market_entry_get_screenshots (entry);

  for (guint i = 0; i < g_list_model_get_n_items (versions); i++)
    {
      g_autoptr (AvbMarketVersion) version = g_list_model_get_item (versions, i);

      check_version (self, id, version);
    }
  if (avb_market_entry_get_icon (entry) != NULL)
    check_picture (self, id, avb_market_entry_get_icon (entry));
  for (guint i = 0; i < pictures->len; i++)
    check_picture (self, id, ((AvbMarketPicture *) g_ptr_array_index (pictures, i))->sha256);
}

/* What the program leaves out silently is an error here. */
static void
check_counts (Check *self, GBytes *payload, GPtrArray *entries)
{
  AvbMetadataHead head;
  g_autoptr (JsonNode) node = avb_metadata_parse (payload, AVB_METADATA_CATALOG, &head, NULL);
  JsonArray *array = avb_json_get_array (json_node_get_object (node), "entries", G_MAXUINT, NULL);
  guint named = 0;

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = avb_json_get_element_object (array, i, NULL);
      JsonArray *versions = object != NULL ? avb_json_get_array (object, "versions", G_MAXUINT, NULL) : NULL;

      named += versions != NULL ? json_array_get_length (versions) : 0;
    }
  if (json_array_get_length (array) != entries->len || named != self->n_packages)
    complain (self, "The catalogue names %u extensions with %u versions; %u with %u can be read", json_array_get_length (array),
              named, entries->len, self->n_packages);
}

static AvbTrust *
follow (const char *tree, GBytes *root, gint64 now, GError **error)
{
  AvbTrust *trust = avb_trust_new (root, now, 0, error);
  AvbTrustWant want;

  while (trust != NULL && avb_trust_next (trust, &want))
    {
      g_autofree char *path = g_build_filename (tree, want.name, NULL);
      g_autoptr (GBytes) bytes = market_read (path, NULL);

      avb_trust_feed (trust, bytes);
    }
  return trust;
}

static gboolean
check_all (Check *self, AvbTrust *trust, GError **error)
{
  GBytes *payload = avb_trust_get_payload (trust, AVB_METADATA_CATALOG);
  g_autoptr (GPtrArray) entries = avb_market_catalog_parse (payload, "check", error);
  g_autoptr (GPtrArray) revocations
      = entries != NULL ? avb_revocations_parse (avb_trust_get_payload (trust, AVB_METADATA_REVOCATIONS), error) : NULL;
  g_autofree char *expires = avb_metadata_format_time (avb_trust_get_expires (trust));

  if (revocations == NULL)
    return FALSE;
  if (avb_trust_get_root (trust)->root->threshold < 2)
    complain (self, "One key alone can change the root: let two have to sign");
  for (guint i = 0; i < entries->len; i++)
    check_entry (self, g_ptr_array_index (entries, i));
  check_counts (self, payload, entries);
  g_print ("%u extensions, %u packages, %u revocations; root %u, catalogue %u, timestamp %u; expires %s\n", entries->len,
           self->n_packages, revocations->len, avb_trust_get_version (trust, AVB_METADATA_ROOT),
           avb_trust_get_version (trust, AVB_METADATA_CATALOG), avb_trust_get_version (trust, AVB_METADATA_TIMESTAMP), expires);
  return self->n_wrong == 0 || market_fail (error, "%u errors", self->n_wrong);
}

gboolean
market_check (const char *tree, const char *root, gint64 now, GError **error)
{
  g_autoptr (GBytes) bytes = market_read (root, error);
  g_autoptr (AvbTrust) trust = bytes != NULL ? follow (tree, bytes, now, error) : NULL;
  const GError *refused = trust != NULL ? avb_trust_get_error (trust) : NULL;
  Check self = { tree, 0, 0 };

  if (trust == NULL)
    return FALSE;
  if (refused != NULL)
    return market_fail (error, "%s (%s)", refused->message, avb_error_get_details (refused));
  return check_all (&self, trust, error);
}
