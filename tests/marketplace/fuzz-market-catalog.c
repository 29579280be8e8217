/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A hostile catalogue, and hostile revocations, as if somebody had signed them: text is clean, and all of it can be used. */

#include "config.h"

#include <string.h>

#include "app/extensions/avb-semver.h"
#include "app/marketplace/avb-market-catalog.h"
#include "app/marketplace/avb-metadata.h"
#include "app/marketplace/avb-revocation.h"
#include "backends/avb-error.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_text (const char *text)
{
  if (text == NULL)
    return;
  g_assert_true (g_utf8_validate (text, -1, NULL));
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    g_assert_true (*p == '\n' || !g_unichar_iscntrl (g_utf8_get_char (p)));
}

static void
check_version (AvbMarketVersion *version)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (avb_semver_is_valid (avb_market_version_get_version (version)));
  g_assert_true (avb_metadata_is_sha256 (avb_market_version_get_sha256 (version)));
  g_assert_cmpuint (avb_market_version_get_size (version), >, 0);
  check_text (avb_market_version_get_changelog (version));
  if (!avb_market_version_check_host (version, &error))
    g_assert_nonnull (error);
}

static void
check_entry (AvbMarketEntry *entry)
{
  GListModel *versions = avb_market_entry_get_versions (entry);
  GPtrArray *pictures = avb_market_entry_get_screenshots (entry);

  check_text (avb_market_entry_get_name (entry));
  check_text (avb_market_entry_get_summary (entry));
  check_text (avb_market_entry_get_description (entry));
  check_text (avb_market_entry_get_publisher (entry));
  check_text (avb_market_entry_get_license (entry));
  g_assert_null (strchr (avb_market_entry_get_name (entry), '\n'));
  if (avb_market_entry_get_homepage (entry) != NULL)
    g_assert_true (g_ascii_strncasecmp (avb_market_entry_get_homepage (entry), "https:", 6) == 0);
  if (avb_market_entry_get_icon (entry) != NULL)
    g_assert_true (avb_metadata_is_sha256 (avb_market_entry_get_icon (entry)));
  for (guint i = 0; i < pictures->len; i++)
    g_assert_true (avb_metadata_is_sha256 (((AvbMarketPicture *) g_ptr_array_index (pictures, i))->sha256));
  g_assert_cmpuint (g_list_model_get_n_items (versions), >, 0);
  for (guint i = 0; i < g_list_model_get_n_items (versions); i++)
    {
      g_autoptr (AvbMarketVersion) version = g_list_model_get_item (versions, i);

      check_version (version);
    }
  g_assert_nonnull (avb_market_entry_get_best (entry));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = avb_market_catalog_parse (bytes, "fuzz", &error);
  g_autoptr (GPtrArray) revocations = avb_revocations_parse (bytes, NULL);

  if (entries == NULL)
    g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    check_entry (g_ptr_array_index (entries, i));
  avb_revocations_find (revocations, "org.example.one", "1.0.0", NULL);
  return 0;
}
