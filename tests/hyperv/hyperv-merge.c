/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* What becomes of the disks that snapshots made (.avhdx), once snapshots go or are gone back to: those that nobody needs are
 * deleted, and one whose parent nobody needs is merged into it. The host does so by itself ("Merge checkpoints", in
 * Microsoft's "Checkpoints" of the documentation of Hyper-V); here at once. */

static gboolean
is_same (const char *a, const char *b)
{
  return a != NULL && b != NULL && g_ascii_strcasecmp (a, b) == 0;
}

static gboolean
is_of_snapshot (const char *path)
{
  g_autofree char *folded = g_utf8_strdown (path, -1);

  return g_str_has_suffix (folded, ".avhdx");
}

/* All places where a machine or a snapshot has the file; they get @instead, if that is given. */
static guint
count_users (HypervSimulator *self, const char *path, const char *instead)
{
  GPtrArray *all = hv_store_list (self->store,
                                  hv_class_find (HV_SPACE_VIRTUALIZATION, "Msvm_StorageAllocationSettingData"));
  const char *list[] = { instead, NULL };
  guint n = 0;

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      HvObject *resource = g_ptr_array_index (all, i);

      if (!is_same (hv_get (resource, "HostResource"), path))
        continue;
      n++;
      if (instead == NULL)
        continue;
      hv_set_list (resource, "HostResource", list);
      hv_store_changed (self->store, resource);
    }
  return n;
}

/* @only: (out): one of them */
static guint
count_children (HypervSimulator *self, const char *path, HvFile **only)
{
  GHashTableIter iter;
  gpointer file;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, NULL, &file))
    if (is_same (((HvFile *) file)->parent, path))
      {
        *only = file;
        n++;
      }
  return n;
}

static void
merge (HypervSimulator *self, HvFile *parent, HvFile *child)
{
  g_autofree char *parent_path = g_strdup (hv_get (parent->file, "Name"));
  g_autofree char *child_path = g_strdup (hv_get (child->file, "Name"));
  GHashTableIter iter;
  gpointer file;

  count_users (self, child_path, parent_path);
  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, NULL, &file))
    if (is_same (((HvFile *) file)->parent, child_path))
      g_set_str (&((HvFile *) file)->parent, parent_path);
  hv_file_remove (self, child);
}

/* Whether there was one. */
static gboolean
tidy_one (HypervSimulator *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HvFile *file = value, *child = NULL;
      const char *path = hv_get (file->file, "Name");
      guint n;

      if (count_users (self, path, NULL) > 0)
        continue;
      n = count_children (self, path, &child);
      if (n == 0 && is_of_snapshot (path))
        hv_file_remove (self, file);
      else if (n == 1 && is_of_snapshot (hv_get (child->file, "Name")))
        merge (self, file, child);
      else
        continue;
      return TRUE;
    }
  return FALSE;
}

void
hv_merge_disks (HypervSimulator *self)
{
  while (tidy_one (self))
    ;
}
