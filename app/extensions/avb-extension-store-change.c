/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The changes of a store, each under its lock. Whatever is done before `current` is written can be taken back by
 * avb_store_tidy(), whoever is killed where. */

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/extensions/avb-extension-store-private.h"
#include "app/extensions/avb-package.h"
#include "app/extensions/avb-semver.h"
#include "app/extensions/avb-tree.h"
#include "backends/avb-error.h"

#define NEW ".new-"
#define OLD ".old-"
#define MAX_SAME 100

static char *
dup_dir (AvbStoreWork *work)
{
  return g_build_filename (work->root, work->id, NULL);
}

static gboolean
refuse (GError **error, AvbError code, const char *details, const char *sentence)
{
  g_propagate_error (error, avb_error_new (code, details, "%s", sentence));
  return FALSE;
}

/* One that is installed. (nullable) */
static AvbExtensionState *
load_installed (AvbStoreWork *work, const char *dir, GError **error)
{
  g_autoptr (AvbExtensionState) state = avb_extension_state_load (dir, work->id, error);

  if (state == NULL || avb_extension_state_get_current (state) != NULL)
    return g_steal_pointer (&state);
  refuse (error, AVB_ERROR_NOT_FOUND, work->id, _("The extension is not installed."));
  return NULL;
}

/* --- installing --- */

static gboolean
check_expected (AvbStoreWork *work, AvbExtensionManifest *manifest, GError **error)
{
  if ((work->expected_id == NULL || g_str_equal (work->expected_id, work->id)) &&
      (work->version == NULL || g_str_equal (work->version, avb_extension_manifest_get_version (manifest))))
    return avb_extension_manifest_check_host (manifest, error);
  return refuse (error, AVB_ERROR_INVALID, work->id, _("The package is not the one that was expected."));
}

/* Whose it is was settled by the first that was installed. */
static gboolean
check_origin (AvbStoreWork *work, AvbExtensionState *state, GError **error)
{
  if (state->source == NULL)
    return TRUE;
  if (!g_str_equal (state->source, work->source))
    return refuse (error, AVB_ERROR_PERMISSION, state->source,
                   _("This extension was installed from another source, and stays with it until it is removed with its data."));
  if (g_strcmp0 (state->publisher_key, work->publisher_key) != 0)
    return refuse (error, AVB_ERROR_PERMISSION, state->publisher_key,
                   _("This update is signed by somebody else than the publisher of the extension."));
  return TRUE;
}

static gboolean
check_revoked (AvbExtensionState *state, AvbPackage *package, GError **error)
{
  const char *version = avb_extension_manifest_get_version (avb_package_get_manifest (package));
  GHashTableIter iter;
  gpointer value;

  if (state->revoked != NULL)
    return refuse (error, AVB_ERROR_PERMISSION, state->revoked, _("This extension was revoked."));
  g_hash_table_iter_init (&iter, state->versions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      AvbExtensionVersion *known = value;

      if (known->revoked != NULL && g_str_equal (known->version, version))
        return refuse (error, AVB_ERROR_PERMISSION, known->revoked, _("This version of the extension was revoked."));
    }
  return TRUE;
}

static gboolean
check_version (AvbStoreWork *work, AvbExtensionVersion *current, AvbPackage *package, GError **error)
{
  const char *version = avb_extension_manifest_get_version (avb_package_get_manifest (package));

  if (current == NULL)
    return TRUE;
  if (!work->flag && avb_semver_compare (version, current->version) < 0)
    return refuse (error, AVB_ERROR_EXISTS, current->version, _("A newer version of this extension is installed."));
  if (g_str_equal (version, current->version) && !g_str_equal (current->sha256, avb_package_get_sha256 (package)) &&
      !g_str_equal (work->source, AVB_INSTALL_SOURCE_FILE))
    return refuse (error, AVB_ERROR_EXISTS, current->version,
                   _("This version of the extension is installed with another content."));
  return TRUE;
}

static gboolean
was_granted (AvbExtensionVersion *current, AvbPermission *permission)
{
  GListModel *granted = G_LIST_MODEL (current->granted);

  for (guint i = 0; i < g_list_model_get_n_items (granted); i++)
    {
      g_autoptr (AvbPermission) other = g_list_model_get_item (granted, i);

      if (avb_permission_equal (permission, other))
        return TRUE;
    }
  return FALSE;
}

/* What is asked for exactly as it was granted. */
static GListStore *
carry_over (AvbExtensionManifest *manifest, AvbExtensionVersion *current)
{
  GListModel *asked = avb_extension_manifest_get_permissions (manifest);
  GListStore *granted = g_list_store_new (AVB_TYPE_PERMISSION);

  for (guint i = 0; current != NULL && i < g_list_model_get_n_items (asked); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (asked, i);

      if (was_granted (current, permission))
        g_list_store_append (granted, permission);
    }
  return granted;
}

static GListStore *
decide_granted (AvbStoreWork *work, AvbExtensionManifest *manifest, AvbExtensionVersion *current, GError **error)
{
  GListModel *asked = avb_extension_manifest_get_permissions (manifest);
  g_autoptr (GListStore) granted = NULL;

  if (work->granted != NULL)
    granted = avb_store_limit_granted (manifest, G_LIST_MODEL (work->granted));
  else
    granted = carry_over (manifest, current);
  for (guint i = 0; i < g_list_model_get_n_items (asked); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (asked, i);

      if (avb_permission_get_required (permission) && !avb_permissions_cover (G_LIST_MODEL (granted), permission))
        {
          refuse (error, AVB_ERROR_PERMISSION, avb_permission_get_id (permission),
                  _("The extension needs a permission that was not given."));
          return NULL;
        }
    }
  return g_steal_pointer (&granted);
}

/* A version may be there with other content: from files, while its author works on it. */
static char *
choose_folder (const char *dir, const char *version)
{
  for (guint i = 1; i < MAX_SAME; i++)
    {
      g_autofree char *name = i == 1 ? g_strdup (version) : g_strdup_printf ("%s~%u", version, i);
      g_autofree char *path = g_build_filename (dir, name, NULL);

      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&name);
    }
  return g_strdup_printf ("%s~%s", version, "last");
}

static gboolean
move_in (const char *temporary, const char *dir, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (dir, folder, NULL);

  if (g_mkdir_with_parents (dir, 0700) != 0 || g_rename (temporary, path) != 0)
    {
      g_propagate_error (error, avb_tree_error_new (errno, path));
      return FALSE;
    }
  return avb_tree_sync_folder (dir, error);
}

static gboolean
commit (AvbStoreWork *work, AvbExtensionState *state, AvbPackage *package, GListStore *granted, const char *temporary, GError **error)
{
  g_autofree char *dir = dup_dir (work);
  const char *number = avb_extension_manifest_get_version (avb_package_get_manifest (package));
  g_autofree char *folder = choose_folder (dir, number);
  AvbExtensionVersion *version = avb_extension_version_new (folder, number, avb_package_get_sha256 (package));

  g_set_object (&version->granted, granted);
  version->previous = g_strdup (state->current);
  g_hash_table_replace (state->versions, version->folder, version);
  g_set_str (&state->source, work->source);
  g_set_str (&state->publisher_key, work->publisher_key);
  return move_in (temporary, dir, folder, error) && avb_tree_sync_folder (work->root, error) &&
         avb_extension_state_save (state, dir, error) && avb_extension_state_flip (state, dir, folder, error);
}

/* The same file again: what the user decided may be new. */
static gboolean
grant_again (AvbStoreWork *work, AvbExtensionState *state, GListStore *granted, GError **error)
{
  g_autofree char *dir = dup_dir (work);

  g_set_object (&avb_extension_state_get_current (state)->granted, granted);
  return avb_extension_state_save (state, dir, error);
}

/* Whose data it is cannot be known any more; without data there is nothing to be guarded. */
static AvbExtensionState *
replace_damaged (AvbStoreWork *work, const char *dir, GError **error)
{
  g_autofree char *data = g_build_filename (work->data_root, work->id, NULL);

  if (!g_file_test (data, G_FILE_TEST_EXISTS))
    return avb_tree_discard (dir, OLD, error) ? avb_extension_state_new (work->id) : NULL;
  refuse (error, AVB_ERROR_FAILED, dir,
          _("What is known of this extension is damaged. Remove it with its data, then install it again."));
  return NULL;
}

static AvbExtensionState *
load_or_new (AvbStoreWork *work, GError **error)
{
  g_autofree char *dir = dup_dir (work);
  g_autoptr (GError) inner = NULL;
  AvbExtensionState *state = avb_extension_state_load (dir, work->id, &inner);

  if (g_error_matches (inner, AVB_ERROR, AVB_ERROR_NOT_FOUND))
    return avb_extension_state_new (work->id);
  if (g_error_matches (inner, AVB_ERROR, AVB_ERROR_INVALID))
    return replace_damaged (work, dir, error);
  if (inner != NULL)
    g_propagate_error (error, g_steal_pointer (&inner));
  return state;
}

static gboolean
install_package (AvbStoreWork *work, AvbPackage *package, const char *temporary, GError **error)
{
  AvbExtensionManifest *manifest = avb_package_get_manifest (package);
  g_autoptr (AvbExtensionState) state = load_or_new (work, error);
  g_autoptr (GListStore) granted = NULL;
  AvbExtensionVersion *current;

  if (state == NULL || !check_expected (work, manifest, error) || !check_origin (work, state, error) ||
      !check_revoked (state, package, error))
    return FALSE;
  current = avb_extension_state_get_current (state);
  if (!check_version (work, current, package, error))
    return FALSE;
  granted = decide_granted (work, manifest, current, error);
  if (granted == NULL)
    return FALSE;
  if (work->operation != NULL)
    avb_operation_set_can_cancel (work->operation, FALSE);
  if (current != NULL && g_str_equal (current->sha256, avb_package_get_sha256 (package)))
    return grant_again (work, state, granted, error);
  return commit (work, state, package, granted, temporary, error);
}

gboolean
avb_store_install (AvbStoreWork *work, GError **error)
{
  const AvbPackageExpect expect = { work->sha256, work->max_unpacked };
  g_autofree char *temporary = g_build_filename (work->root, NEW "XXXXXX", NULL);
  g_autoptr (AvbPackage) package = NULL;
  gboolean ok;

  if (g_mkdtemp_full (temporary, 0755) == NULL)
    {
      g_propagate_error (error, avb_tree_error_new (errno, temporary));
      return FALSE;
    }
  package = avb_package_read (work->package, temporary, &expect, work->operation, error);
  if (package != NULL)
    g_set_str (&work->id, avb_extension_manifest_get_id (avb_package_get_manifest (package)));
  ok = package != NULL && install_package (work, package, temporary, error);
  avb_tree_remove (temporary, NULL);
  if (package != NULL)
    avb_store_tidy (work, work->id);
  return ok;
}

/* --- other changes --- */

gboolean
avb_store_roll_back (AvbStoreWork *work, GError **error)
{
  g_autofree char *dir = dup_dir (work);
  g_autoptr (AvbExtensionState) state = load_installed (work, dir, error);
  AvbExtensionVersion *previous;
  g_autoptr (AvbExtensionManifest) manifest = NULL;

  if (state == NULL)
    return FALSE;
  previous = avb_extension_state_get_previous (state);
  if (previous == NULL)
    return refuse (error, AVB_ERROR_NOT_FOUND, work->id, _("There is no version before this one."));
  if (previous->revoked != NULL)
    return refuse (error, AVB_ERROR_PERMISSION, previous->revoked, _("This version of the extension was revoked."));
  manifest = avb_store_read_manifest (work, work->id, previous->folder, error);
  if (manifest == NULL || !avb_extension_manifest_check_host (manifest, error))
    return FALSE;
  g_set_str (&previous->previous, state->current);
  return avb_extension_state_save (state, dir, error) && avb_extension_state_flip (state, dir, previous->folder, error);
}

/* First the data: one that is there without is better than data without the one whose it is. */
static gboolean
remove_all (AvbStoreWork *work, const char *dir, GError **error)
{
  g_autofree char *data = g_build_filename (work->data_root, work->id, NULL);

  return avb_tree_discard (data, OLD, error) && avb_tree_discard (dir, OLD, error);
}

gboolean
avb_store_remove (AvbStoreWork *work, GError **error)
{
  g_autofree char *dir = dup_dir (work);
  g_autofree char *current = g_build_filename (dir, "current", NULL);

  if (!g_file_test (dir, G_FILE_TEST_IS_DIR))
    return refuse (error, AVB_ERROR_NOT_FOUND, work->id, _("The extension is not installed."));
  if (work->flag)
    return remove_all (work, dir, error);
  if (g_unlink (current) != 0 && errno != ENOENT)
    {
      g_propagate_error (error, avb_tree_error_new (errno, current));
      return FALSE;
    }
  if (!avb_tree_sync_folder (dir, error))
    return FALSE;
  avb_store_tidy (work, work->id);
  return TRUE;
}

gboolean
avb_store_set_enabled (AvbStoreWork *work, GError **error)
{
  g_autofree char *dir = dup_dir (work);
  g_autoptr (AvbExtensionState) state = load_installed (work, dir, error);

  if (state == NULL)
    return FALSE;
  state->enabled = work->flag;
  return avb_extension_state_save (state, dir, error);
}

/* What the user took back does not come back with a roll-back; what only that version asks for is another matter. */
static void
take_back (AvbExtensionVersion *previous, AvbExtensionManifest *manifest, GListStore *granted)
{
  GListModel *asked = avb_extension_manifest_get_permissions (manifest);

  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (previous->granted)); i > 0; i--)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (G_LIST_MODEL (previous->granted), i - 1);

      if (avb_permissions_cover (asked, permission) && !avb_permissions_cover (G_LIST_MODEL (granted), permission))
        g_list_store_remove (previous->granted, i - 1);
    }
}

gboolean
avb_store_set_granted (AvbStoreWork *work, GError **error)
{
  g_autofree char *dir = dup_dir (work);
  g_autoptr (AvbExtensionState) state = load_installed (work, dir, error);
  g_autoptr (AvbExtensionManifest) manifest = NULL;
  g_autoptr (GListStore) granted = NULL;
  AvbExtensionVersion *previous;

  if (state == NULL)
    return FALSE;
  manifest = avb_store_read_manifest (work, work->id, state->current, error);
  if (manifest == NULL)
    return FALSE;
  granted = avb_store_limit_granted (manifest, G_LIST_MODEL (work->granted));
  g_set_object (&avb_extension_state_get_current (state)->granted, granted);
  previous = avb_extension_state_get_previous (state);
  if (previous != NULL)
    take_back (previous, manifest, granted);
  return avb_extension_state_save (state, dir, error);
}

gboolean
avb_store_quarantine (AvbStoreWork *work, GError **error)
{
  g_autofree char *dir = dup_dir (work);
  g_autoptr (AvbExtensionState) state = avb_extension_state_load (dir, work->id, error);
  gboolean found = work->version == NULL;
  GHashTableIter iter;
  gpointer value;

  if (state == NULL)
    return FALSE;
  if (work->version == NULL)
    g_set_str (&state->revoked, work->reason);
  g_hash_table_iter_init (&iter, state->versions);
  while (work->version != NULL && g_hash_table_iter_next (&iter, NULL, &value))
    {
      AvbExtensionVersion *version = value;

      if (!g_str_equal (version->version, work->version))
        continue;
      g_set_str (&version->revoked, work->reason);
      found = TRUE;
    }
  if (found)
    return avb_extension_state_save (state, dir, error);
  return refuse (error, AVB_ERROR_NOT_FOUND, work->version, _("This version of the extension is not installed."));
}
