/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What workers do for the store: the lock, leftovers, and reading. */

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/extensions/avb-extension-store-private.h"
#include "app/extensions/avb-tree.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define LOCK ".lock"
#define OLD ".old-"
/* Another program is at most at one installation, or it hangs. */
#define PATIENCE (60 * G_USEC_PER_SEC)
#define PAUSE (G_USEC_PER_SEC / 50)

AvbStoreWork *
avb_store_work_new (AvbStoreFunc func, const char *root, const char *data_root, const char *id)
{
  AvbStoreWork *work = g_new0 (AvbStoreWork, 1);

  work->func = func;
  work->root = g_strdup (root);
  work->data_root = g_strdup (data_root);
  work->id = g_strdup (id);
  return work;
}

void
avb_store_work_free (gpointer data)
{
  AvbStoreWork *work = data;

  g_free (work->root);
  g_free (work->data_root);
  g_free (work->id);
  g_free (work->package);
  g_free (work->source);
  g_free (work->publisher_key);
  g_free (work->expected_id);
  g_free (work->version);
  g_free (work->sha256);
  g_free (work->reason);
  g_clear_object (&work->granted);
  g_clear_object (&work->operation);
  g_free (work);
}

static AvbStoreSnapshot *
snapshot_ref (AvbStoreSnapshot *snapshot)
{
  return g_atomic_rc_box_acquire (snapshot);
}

static void
snapshot_clear (gpointer data)
{
  AvbStoreSnapshot *snapshot = data;

  g_ptr_array_unref (snapshot->facts);
  g_free (snapshot->id);
}

static void
snapshot_unref (AvbStoreSnapshot *snapshot)
{
  g_atomic_rc_box_release_full (snapshot, snapshot_clear);
}

G_DEFINE_BOXED_TYPE (AvbStoreSnapshot, avb_store_snapshot, snapshot_ref, snapshot_unref)

/* --- the lock --- */

/* Of all programs and of all threads of this one. The wait can be cancelled, so it looks again and again instead of
 * sleeping in the kernel; it is rare. -1: not now, or @error. */
static int
lock_store (AvbStoreWork *work, gboolean wait, GError **error)
{
  g_autofree char *path = g_build_filename (work->root, LOCK, NULL);
  const gint64 end = g_get_monotonic_time () + PATIENCE;
  g_autofd int fd = -1;

  if (g_mkdir_with_parents (work->root, 0700) != 0 ||
      (fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
    {
      g_propagate_error (error, avb_tree_error_new (errno, path));
      return -1;
    }
  while (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      if (work->operation != NULL &&
          g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (work->operation), error))
        return -1;
      if (!wait || g_get_monotonic_time () > end)
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_BUSY, NULL,
                                                   _("Another window is changing extensions. Try again later.")));
          return -1;
        }
      g_usleep (PAUSE);
    }
  return g_steal_fd (&fd);
}

/* --- leftovers --- */

static gboolean
has_data (AvbStoreWork *work, const char *id)
{
  g_autofree char *path = g_build_filename (work->data_root, id, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
log_failure (const char *what, GError *error)
{
  if (error != NULL)
    g_info ("“%s” is left for the next start: %s", what, error->message);
  g_clear_error (&error);
}

static gboolean
keeps (AvbExtensionState *state, const char *name)
{
  return g_str_equal (name, "state.json") || (state->current != NULL && g_str_equal (name, "current")) ||
         avb_extension_state_uses (state, name);
}

static void
remove_unused (AvbExtensionState *state, const char *dir)
{
  g_autoptr (GDir) entries = g_dir_open (dir, 0, NULL);
  const char *name;

  while (entries != NULL && (name = g_dir_read_name (entries)) != NULL)
    {
      g_autofree char *path = g_build_filename (dir, name, NULL);
      GError *error = NULL;

      if (!keeps (state, name) && !avb_tree_remove (path, &error))
        log_failure (path, error);
    }
}

/* After the folders, so that it never leads to one that is not whole. */
static void
forget_unused (AvbExtensionState *state, const char *dir)
{
  GHashTableIter iter;
  gboolean changed = FALSE;
  GError *error = NULL;
  gpointer folder;

  g_hash_table_iter_init (&iter, state->versions);
  while (g_hash_table_iter_next (&iter, &folder, NULL))
    if (!avb_extension_state_uses (state, folder))
      {
        g_hash_table_iter_remove (&iter);
        changed = TRUE;
      }
  if (changed && !avb_extension_state_save (state, dir, &error))
    log_failure (dir, error);
}

void
avb_store_tidy (AvbStoreWork *work, const char *id)
{
  g_autofree char *dir = g_build_filename (work->root, id, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbExtensionState) state = avb_extension_state_load (dir, id, &error);
  GError *later = NULL;

  /* What cannot be read may be somebody's: it stays. */
  if (state == NULL && !g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_FOUND))
    return;
  if (state == NULL || (state->current == NULL && !has_data (work, id) && state->revoked == NULL))
    {
      if (!avb_tree_discard (dir, OLD, &later))
        log_failure (dir, later);
      return;
    }
  remove_unused (state, dir);
  forget_unused (state, dir);
}

static void
sweep_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GError *error = NULL;

      if (*name == '.' && !g_str_equal (name, LOCK) && !g_str_equal (name, AVB_STORE_CHANGED) &&
          !avb_tree_remove (path, &error))
        log_failure (path, error);
    }
}

static GPtrArray *
list_ids (AvbStoreWork *work)
{
  g_autoptr (GDir) dir = g_dir_open (work->root, 0, NULL);
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (avb_extension_id_is_valid (name))
      g_ptr_array_add (ids, g_strdup (name));
  g_ptr_array_sort_values (ids, (GCompareFunc) strcmp);
  return ids;
}

void
avb_store_sweep (AvbStoreWork *work)
{
  g_autoptr (GPtrArray) ids = list_ids (work);

  for (guint i = 0; i < ids->len; i++)
    avb_store_tidy (work, ids->pdata[i]);
  sweep_folder (work->root);
  sweep_folder (work->data_root);
}

/* --- reading --- */

AvbExtensionManifest *
avb_store_read_manifest (AvbStoreWork *work, const char *id, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (work->root, id, folder, AVB_EXTENSION_MANIFEST_NAME, NULL);
  g_autoptr (AvbExtensionManifest) manifest = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) inner = NULL;
  char *text = NULL;
  gsize length = 0;

  if (!g_file_get_contents (path, &text, &length, &inner))
    {
      g_propagate_error (error, avb_tree_error_from (inner, path));
      return NULL;
    }
  bytes = g_bytes_new_take (text, length);
  manifest = avb_extension_manifest_new_from_bytes (bytes, error);
  if (manifest == NULL || g_str_equal (avb_extension_manifest_get_id (manifest), id))
    return g_steal_pointer (&manifest);
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, path, _("The extension is not the one that it was.")));
  return NULL;
}

GListStore *
avb_store_limit_granted (AvbExtensionManifest *manifest, GListModel *permissions)
{
  GListStore *limited = g_list_store_new (AVB_TYPE_PERMISSION);

  for (guint i = 0; permissions != NULL && i < g_list_model_get_n_items (permissions); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (permissions, i);

      if (avb_permissions_cover (avb_extension_manifest_get_permissions (manifest), permission))
        g_list_store_append (limited, permission);
    }
  return limited;
}

static AvbInstalledFacts *
make_facts (AvbStoreWork *work, AvbExtensionState *state, AvbExtensionManifest *manifest)
{
  AvbExtensionVersion *current = avb_extension_state_get_current (state);
  AvbExtensionVersion *previous = avb_extension_state_get_previous (state);
  AvbInstalledFacts *facts = g_new0 (AvbInstalledFacts, 1);

  facts->id = g_strdup (state->id);
  facts->version = g_strdup (current->version);
  facts->previous_version = previous != NULL ? g_strdup (previous->version) : NULL;
  facts->dir = g_build_filename (work->root, state->id, current->folder, NULL);
  facts->source = g_strdup (state->source);
  facts->publisher_key = g_strdup (state->publisher_key);
  facts->sha256 = g_strdup (current->sha256);
  facts->revoked = g_strdup (state->revoked != NULL ? state->revoked : current->revoked);
  facts->enabled = state->enabled;
  facts->manifest = g_object_ref (manifest);
  facts->granted = avb_store_limit_granted (manifest, G_LIST_MODEL (current->granted));
  return facts;
}

/* (nullable): not installed, or not readable */
static AvbInstalledFacts *
read_one (AvbStoreWork *work, const char *id, GError **error)
{
  g_autofree char *dir = g_build_filename (work->root, id, NULL);
  g_autoptr (AvbExtensionState) state = avb_extension_state_load (dir, id, error);
  g_autoptr (AvbExtensionManifest) manifest = NULL;

  if (state == NULL || state->current == NULL)
    return NULL;
  manifest = avb_store_read_manifest (work, id, state->current, error);
  return manifest != NULL ? make_facts (work, state, manifest) : NULL;
}

/* Another program may change it between the looks at its files: then it is looked at again. */
static void
read_into (AvbStoreWork *work, const char *id, GPtrArray *all)
{
  g_autoptr (GError) error = NULL;

  for (guint tries = 0; tries < 3; tries++)
    {
      AvbInstalledFacts *facts;

      g_clear_error (&error);
      facts = read_one (work, id, &error);
      if (facts != NULL)
        g_ptr_array_add (all, facts);
      if (error == NULL)
        return;
    }
  if (!g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_FOUND))
    g_message ("The extension “%s” cannot be read: %s", id, error->message);
}

static void
facts_free (gpointer facts)
{
  if (facts != NULL)
    avb_installed_facts_free (facts);
}

static AvbStoreSnapshot *
take_snapshot (AvbStoreWork *work)
{
  static GMutex mutex;
  static guint64 last;
  AvbStoreSnapshot *snapshot = g_atomic_rc_box_new0 (AvbStoreSnapshot);
  g_autoptr (GPtrArray) ids = NULL;

  g_mutex_lock (&mutex);
  snapshot->serial = ++last;
  g_mutex_unlock (&mutex);
  snapshot->facts = g_ptr_array_new_with_free_func (facts_free);
  ids = list_ids (work);
  for (guint i = 0; i < ids->len; i++)
    read_into (work, ids->pdata[i], snapshot->facts);
  snapshot->id = g_strdup (work->id);
  return snapshot;
}

/* Other programs look at this file. */
static void
tell_others (AvbStoreWork *work)
{
  g_autofree char *path = g_build_filename (work->root, AVB_STORE_CHANGED, NULL);
  g_autofree char *text = g_uuid_string_random ();

  if (!g_file_set_contents (path, text, -1, NULL))
    g_info ("“%s” could not be written: other windows hear of the change later", path);
}

DexFuture *
avb_store_work_thread (gpointer data)
{
  AvbStoreWork *work = data;
  g_autoptr (GError) error = NULL;
  g_autofd int lock = lock_store (work, work->func != NULL, &error);

  if (work->func != NULL)
    {
      if (lock < 0 || !work->func (work, &error))
        return dex_future_new_for_error (g_steal_pointer (&error));
      tell_others (work);
    }
  else if (work->sweep && lock >= 0)
    avb_store_sweep (work);
  return dex_future_new_take_boxed (AVB_TYPE_STORE_SNAPSHOT, take_snapshot (work));
}
