/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Emptying the cache of downloads: what machines use stays. */

#include "config.h"

#include <gio/gio.h>

#include "app/avb-library.h"
#include "backends/avb-blocking.h"

static void
add_paths (GStrvBuilder *paths, AvbMachineSpec *spec)
{
  GPtrArray *disks = avb_machine_spec_get_disks (spec);

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec *disk = g_ptr_array_index (disks, i);

      if (disk->path != NULL)
        g_strv_builder_add (paths, disk->path);
    }
}

static DexFuture *
empty_downloads_fiber (gpointer data)
{
  AvbLibrary *self = data;
  GListModel *machines = avb_library_get_machines (self);
  g_autoptr (GPtrArray) known = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_auto (GStrv) keep = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    g_ptr_array_add (known, g_list_model_get_item (machines, i));
  for (guint i = 0; i < known->len; i++)
    {
      GError *error = NULL;
      g_autoptr (AvbMachineSpec) spec = dex_await_object (avb_machine_read_spec (known->pdata[i]), &error);

      /* Of a machine that cannot be asked nobody knows what it needs. */
      if (spec == NULL)
        return dex_future_new_for_error (error);
      add_paths (paths, spec);
    }
  keep = g_strv_builder_end (paths);
  return avb_download_cache_empty (avb_library_get_downloads (self), (const char *const *) keep);
}

DexFuture *
avb_library_empty_downloads (AvbLibrary *self)
{
  dex_return_error_if_fail (AVB_IS_LIBRARY (self));

  return avb_fiber_spawn (empty_downloads_fiber, g_object_ref (self), g_object_unref);
}
