/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A hostile manifest, and hostile JSON: what is taken is what it should be, and means the same when it is written again. */

#include "config.h"

#include <string.h>

#include "app/extensions/avb-extension-manifest.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-package-name.h"
#include "app/extensions/avb-semver.h"
#include "backends/avb-error.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static void
check_json (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = avb_json_parse_capped ((const char *) data, size, 1 << 16, 10000, &error);
  g_autoptr (JsonNode) again = NULL;
  g_autofree char *text = NULL;
  g_autofree char *same = NULL;

  if (node == NULL)
    {
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
      return;
    }
  text = avb_json_canonical (node);
  again = avb_json_parse (text, strlen (text), G_MAXSIZE, &error);
  g_assert_no_error (error);
  same = avb_json_canonical (again);
  g_assert_cmpstr (text, ==, same);
}

static void
check_names (const char *const *names)
{
  for (guint i = 0; names[i] != NULL; i++)
    g_assert_true (avb_package_name_check (names[i], NULL));
}

static void
check_manifest (AvbExtensionManifest *manifest)
{
  GListModel *permissions = avb_extension_manifest_get_permissions (manifest);
  const char *exec = avb_extension_manifest_get_exec (manifest);

  g_assert_true (avb_extension_id_is_valid (avb_extension_manifest_get_id (manifest)));
  g_assert_true (avb_semver_is_valid (avb_extension_manifest_get_version (manifest)));
  g_assert_true (g_utf8_validate (avb_extension_manifest_get_name (manifest), -1, NULL));
  check_names (avb_extension_manifest_get_screenshots (manifest));
  if (exec != NULL)
    g_assert_true (avb_package_name_check (exec, NULL));
  avb_extension_manifest_check_host (manifest, NULL);
  g_assert_false (avb_extension_manifest_widens (manifest, manifest));
  for (guint i = 0; i < g_list_model_get_n_items (permissions); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (permissions, i);
      g_autofree char *sentence = avb_permission_dup_sentence (permission);

      g_assert_nonnull (sentence);
      g_assert_true (avb_permissions_cover (permissions, permission));
      g_assert_cmpint (avb_extension_manifest_get_kind (manifest), ==, AVB_EXTENSION_CODE);
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbExtensionManifest) manifest = avb_extension_manifest_new_from_bytes (bytes, &error);

  check_json (data, size);
  if (manifest != NULL)
    check_manifest (manifest);
  else
    g_assert_true (error->domain == AVB_ERROR);
  return 0;
}
