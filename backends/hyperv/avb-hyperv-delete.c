/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-devices.h"
#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>

/* A machine goes; its disks with it, if that is wished, but none that another machine uses, itself or below a differencing
 * disk. */

#define MAX_CHAIN 64
#define MAX_DISKS 20000

static char *
fold (const char *path)
{
  return g_utf8_casefold (path, -1);
}

/* A snapshot's disk (.avhdx) and what it stands on, down to the machine's own: not what that stands on, if it does. */
static void
add_chain (AvbHypervVerb *verb, const char *path, GPtrArray *files)
{
  g_autofree char *next = g_strdup (path);

  for (guint i = 0; next != NULL && i < MAX_CHAIN; i++)
    {
      g_autofree char *lower = g_ascii_strdown (next, -1);
      g_autoptr (AvbWmiObject) disk = NULL;

      g_ptr_array_add (files, g_strdup (next));
      if (!g_str_has_suffix (lower, ".avhdx") && !g_str_has_suffix (lower, ".avhd"))
        return;
      disk = avb_hyperv_read_disk (&verb->call, next, NULL);
      g_set_str (&next, disk != NULL ? avb_wmi_object_get_string (disk, "ParentPath") : NULL);
      if (next != NULL && *next == '\0')
        g_clear_pointer (&next, g_free);
    }
}

static GPtrArray *
list_files (AvbHypervVerb *verb, GError **error)
{
  g_autoptr (AvbHypervConfig) config
      = avb_hyperv_connection_read_config (verb->connection, verb->client, verb->id, FALSE, error);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) paths = NULL;

  if (config == NULL)
    return NULL;
  paths = avb_hyperv_config_dup_disk_paths (config);
  for (guint i = 0; i < paths->len; i++)
    add_chain (verb, paths->pdata[i], files);
  return g_steal_pointer (&files);
}

/* (transfer full) (nullable): all files, folded, that machines use, at the end of their chains and below. Where one cannot
 * be read nobody knows, and nothing may be deleted. */
static GHashTable *
list_used (AvbHypervVerb *verb, GError **error)
{
  g_autoptr (GPtrArray) media = dex_await_boxed (
      avb_wsman_client_query (verb->client, "SELECT * FROM " AVB_HYPERV_SASD, MAX_DISKS), error);
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (media == NULL)
    return NULL;
  for (guint i = 0; i < media->len; i++)
    {
      g_autofree char *path = g_strdup (avb_wmi_object_get_string (media->pdata[i], "HostResource"));
      gboolean         is_disk = avb_hyperv_is_resource (media->pdata[i], AVB_HYPERV_TYPE_STORAGE, AVB_HYPERV_SUB_VHD);

      for (guint k = 0; path != NULL && *path != '\0' && k < MAX_CHAIN; k++)
        {
          g_autoptr (GError) local_error = NULL;
          g_autoptr (AvbWmiObject) disk = NULL;

          if (!g_hash_table_add (used, fold (path)) || !is_disk)
            break;
          disk = avb_hyperv_read_disk (&verb->call, path, &local_error);
          if (disk == NULL && !g_error_matches (local_error, AVB_ERROR, AVB_ERROR_NOT_FOUND))
            {
              g_propagate_error (error, g_steal_pointer (&local_error));
              return NULL;
            }
          g_set_str (&path, disk != NULL ? avb_wmi_object_get_string (disk, "ParentPath") : NULL);
        }
    }
  return g_steal_pointer (&used);
}

static gboolean
delete_files (AvbHypervVerb *verb, GPtrArray *files, GError **error)
{
  g_autoptr (GHashTable) used = list_used (verb, error);

  if (used == NULL)
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *key = fold (files->pdata[i]);

      if (!g_hash_table_contains (used, key) && !avb_hyperv_delete_file (verb->cim, files->pdata[i], error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
destroy_snapshots (AvbHypervVerb *verb, GError **error)
{
  g_autofree char *quoted = avb_hyperv_quote (verb->id);
  g_autofree char *wql = g_strdup_printf (
      "SELECT * FROM Msvm_VirtualSystemSettingData WHERE VirtualSystemIdentifier = %s", quoted);
  g_autoptr (GPtrArray) found = dex_await_boxed (avb_wsman_client_query (verb->client, wql, 1024), error);

  if (found == NULL)
    return FALSE;
  for (guint i = 0; i < found->len; i++)
    {
      g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("DestroySnapshot");
      g_autoptr (AvbWmiObject) result = NULL;
      g_autoptr (AvbWmiPath) path = avb_wmi_path_new ("Msvm_VirtualSystemSettingData", "InstanceID",
                                                      avb_hyperv_get_id (found->pdata[i]), NULL);
      const char *type = avb_wmi_object_get_string (found->pdata[i], "VirtualSystemType");

      if (type == NULL || !g_str_has_prefix (type, "Microsoft:Hyper-V:Snapshot:"))
        continue;
      avb_wmi_object_set_path (parameters, "AffectedSnapshot", path);
      result = avb_hyperv_call_service (&verb->call, "Msvm_VirtualSystemSnapshotService", "DestroySnapshot", parameters,
                                        error);
      if (result == NULL)
        return FALSE;
    }
  return TRUE;
}

static DexFuture *
delete_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  gboolean       with_disks = (verb->number & AVB_DELETE_DISKS) != 0;
  GError        *error = NULL;
  g_autoptr (GPtrArray) files = NULL;
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("DestroySystem");
  g_autoptr (AvbWmiObject) result = NULL;
  g_autoptr (AvbWmiPath) path = avb_hyperv_system_path (verb->id);

  /* The host would merge them afterwards, at its own pace, while their files are deleted. */
  if (with_disks && !destroy_snapshots (verb, &error))
    return dex_future_new_for_error (error);
  if (with_disks && (files = list_files (verb, &error)) == NULL)
    return dex_future_new_for_error (error);
  avb_wmi_object_set_path (parameters, "AffectedSystem", path);
  result = avb_hyperv_call_service (&verb->call, AVB_HYPERV_VSMS, "DestroySystem", parameters, &error);
  if (result == NULL || (files != NULL && !delete_files (verb, files, &error)))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

DexFuture *
avb_hyperv_machine_delete (AvbMachine *machine, AvbDeleteFlags flags)
{
  AvbHypervVerb *verb = avb_hyperv_verb_new (NULL, machine, _ ("The machine could not be deleted."));

  if (verb != NULL)
    verb->number = flags;
  return avb_hyperv_verb_run (verb, delete_fiber, TRUE);
}
