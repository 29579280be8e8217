/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* Msvm_VirtualSystemSnapshotService, by its page: a snapshot is a Msvm_VirtualSystemSettingData of type
 * "Microsoft:Hyper-V:Snapshot:Realized", and Parent makes the tree. */

typedef struct {
  char     *id; /* of the machine */
  HvObject *snapshot; /* (nullable) */
  gboolean  tree;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_free (work->id);
  g_clear_pointer (&work->snapshot, hv_object_unref);
  g_free (work);
}

static Work *
work_new (const char *id, HvObject *snapshot)
{
  Work *work = g_new0 (Work, 1);

  work->id = g_strdup (id);
  work->snapshot = snapshot != NULL ? hv_object_ref (snapshot) : NULL;
  return work;
}

/* Msvm_MostCurrentSnapshotInBranch follows Parent of the settings in force. */
static void
update_most_current (HypervSimulator *self, HvMachine *machine)
{
  HvObject *parent = hv_store_find_path (self->store, hv_get (machine->current->settings, "Parent"));
  GPtrArray *links = machine->system->links;

  for (guint i = 0; i < links->len; i++)
    {
      HvObject *link = g_ptr_array_index (links, i);

      if (g_str_equal (link->klass->name, "Msvm_MostCurrentSnapshotInBranch"))
        {
          hv_store_remove (self->store, link);
          break;
        }
    }
  if (parent != NULL)
    hv_store_link (self->store, "Msvm_MostCurrentSnapshotInBranch", machine->system, parent);
}

static gboolean
is_disk (HvObject *resource)
{
  return hv_class_is_a (resource->klass, "Msvm_StorageAllocationSettingData")
         && g_strcmp0 (hv_get (resource, "ResourceSubType"), "Microsoft:Hyper-V:Virtual Hard Disk") == 0;
}

/* The guest goes on writing to a differencing disk. */
static void
branch_disk (HypervSimulator *self, HvObject *resource)
{
  const char *path = hv_get (resource, "HostResource");
  HvFile *parent = path != NULL ? hv_file_find (self, path) : NULL;
  g_autofree char *guid = hv_new_guid ();
  g_autofree char *stem = NULL;
  g_autofree char *child = NULL;
  const char *list[2] = { NULL, NULL };
  HvFile *file;

  if (parent == NULL)
    return;
  stem = g_strdup (path);
  if (strrchr (stem, '.') != NULL)
    *strrchr (stem, '.') = '\0';
  if (strlen (stem) > 37 && stem[strlen (stem) - 37] == '_')
    stem[strlen (stem) - 37] = '\0';
  child = g_strdup_printf ("%s_%s.avhdx", stem, guid);
  file = hv_file_add (self, child, 4 * 1024 * 1024);
  file->capacity = parent->capacity;
  file->parent = g_strdup (path);
  file->type = 4;
  file->format = 3;
  list[0] = child;
  hv_set_list (resource, "HostResource", list);
  hv_store_changed (self->store, resource);
}

static void
branch_disks (HypervSimulator *self, HvConfig *config)
{
  for (guint i = 0; i < config->resources->len; i++)
    if (is_disk (g_ptr_array_index (config->resources, i)))
      branch_disk (self, g_ptr_array_index (config->resources, i));
}

static HvConfig *
take_snapshot (HypervSimulator *self, HvMachine *machine)
{
  g_autofree char *guid = hv_new_guid ();
  g_autofree char *id = g_strdup_printf ("Microsoft:%s", guid);
  g_autoptr (GDateTime) time = g_date_time_new_now_utc ();
  g_autofree char *when = g_date_time_format (time, "%Y-%m-%d %H:%M:%S");
  g_autofree char *name = g_strdup_printf ("%s - (%s)", hv_get (machine->system, "ElementName"), when);
  g_autofree char *now = hv_now (self);
  HvConfig *config = hv_config_copy (self, machine, machine->current, id);

  hv_set (config->settings, "ElementName", name);
  hv_set (config->settings, "ConfigurationID", guid);
  hv_set (config->settings, "VirtualSystemType", "Microsoft:Hyper-V:Snapshot:Realized");
  hv_set (config->settings, "CreationTime", now);
  hv_set_bool (config->settings, "IsSaved", hv_get_uint (machine->system, "EnabledState") != HYPERV_STATE_DISABLED);
  hv_store_changed (self->store, config->settings);
  return config;
}

static guint32
create_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  Work *work = data;
  HvMachine *machine = g_hash_table_lookup (self->by_id, work->id);
  g_autofree char *path = NULL;
  HvConfig *config;

  if (machine == NULL)
    {
      *error = g_strdup ("The virtual machine does not exist any more.");
      return HV_FAILED;
    }
  config = take_snapshot (self, machine);
  g_ptr_array_add (machine->snapshots, config);
  hv_store_link (self->store, "Msvm_SnapshotOfVirtualSystem", machine->system, config->settings);
  path = hv_object_dup_path (config->settings);
  hv_set (machine->current->settings, "Parent", path);
  branch_disks (self, machine->current);
  hv_store_changed (self->store, machine->current->settings);
  update_most_current (self, machine);
  g_ptr_array_add (results, config->settings);
  return HV_OK;
}

static guint32
create_snapshot (HvInvoke *in)
{
  HvObject *system = hv_arg_object (in, "AffectedSystem", "Msvm_ComputerSystem");
  HvMachine *machine = system != NULL ? hv_machine_of (in->sim, system) : NULL;
  const char *settings = hv_arg (in, "SnapshotSettings");
  gint64 type = hv_arg_int (in, "SnapshotType", 2);
  HvJobPlan plan = { 70, "Creating Checkpoint", system, "ResultingSnapshot", create_done, NULL, NULL, work_free };
  guint state;

  if (machine == NULL)
    return HV_INVALID_PARAMETER;
  if (settings != NULL && *settings != '\0')
    {
      guint32 code;
      g_autoptr (HvObject) wanted = hv_read_instance (settings, &code);

      if (wanted == NULL)
        return code;
      if (!hv_class_is_a (wanted->klass, "Msvm_VirtualSystemSnapshotSettingData"))
        return HV_INVALID_PARAMETER;
    }
  /* Full (2) and disk (3) snapshots; what else is there is 6: invalid type. */
  if (type != 2 && type != 3 && type != 32768)
    return 6;
  state = (guint) hv_get_uint (machine->system, "EnabledState");
  if (state != HYPERV_STATE_ENABLED && state != HYPERV_STATE_DISABLED && state != HYPERV_STATE_SAVED && state != HYPERV_STATE_QUIESCE)
    return HV_INVALID_STATE;
  plan.data = work_new (machine->id, NULL);
  return hv_job_start (in, &plan);
}

/* --- ApplySnapshot ------------------------------------------------------------------------------- */

static void
replace_current (HypervSimulator *self, HvMachine *machine, HvConfig *snapshot)
{
  g_autofree char *id = g_strdup_printf ("Microsoft:%s", machine->id);
  g_autofree char *name = g_strdup (hv_get (machine->system, "ElementName"));
  g_autofree char *created = g_strdup (hv_get (machine->current->settings, "CreationTime"));
  g_autofree char *path = hv_object_dup_path (snapshot->settings);
  HvConfig *copy;

  hv_config_clear (self, machine->current);
  hv_config_free (machine->current);
  copy = hv_config_copy (self, machine, snapshot, id);
  hv_set (copy->settings, "ElementName", name);
  hv_set (copy->settings, "ConfigurationID", machine->id);
  hv_set (copy->settings, "CreationTime", created);
  hv_set (copy->settings, "VirtualSystemType", "Microsoft:Hyper-V:System:Realized");
  hv_set (copy->settings, "Parent", path);
  machine->current = copy;
  branch_disks (self, copy);
  hv_store_link (self->store, "Msvm_SettingsDefineState", machine->system, copy->settings);
  hv_store_changed (self->store, copy->settings);
}

static HvConfig *
find_snapshot (HypervSimulator *self, HvObject *settings, HvMachine **machine)
{
  HvConfig *config = settings != NULL && settings->store != NULL ? hv_config_of (self, settings, machine) : NULL;

  return config != NULL && config != (*machine)->current ? config : NULL;
}

static guint32
apply_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  Work *work = data;
  HvMachine *machine = NULL;
  HvConfig *config = find_snapshot (self, work->snapshot, &machine);
  HvObject *last;

  if (config == NULL)
    {
      *error = g_strdup ("The checkpoint does not exist any more.");
      return HV_FAILED;
    }
  replace_current (self, machine, config);
  hv_merge_disks (self);
  last = hv_follow (machine->system, "Msvm_LastAppliedSnapshot");
  for (guint i = 0; last != NULL && i < machine->system->links->len; i++)
    {
      HvObject *link = g_ptr_array_index (machine->system->links, i);

      if (g_str_equal (link->klass->name, "Msvm_LastAppliedSnapshot"))
        {
          hv_store_remove (self->store, link);
          break;
        }
    }
  hv_store_link (self->store, "Msvm_LastAppliedSnapshot", config->settings, machine->system);
  update_most_current (self, machine);
  hv_machine_set_state (self, machine,
                        hv_get_bool (config->settings, "IsSaved") ? HYPERV_STATE_SAVED : HYPERV_STATE_DISABLED);
  return HV_OK;
}

static guint32
apply_snapshot (HvInvoke *in)
{
  HvMachine *machine = NULL;
  HvConfig *config = find_snapshot (in->sim, hv_arg_object (in, "Snapshot", "Msvm_VirtualSystemSettingData"), &machine);
  HvJobPlan plan = { 71, "Applying Checkpoint", NULL, NULL, apply_done, NULL, NULL, work_free };

  if (config == NULL)
    return HV_INVALID_PARAMETER;
  /* The page: Invalid State (32775); the machine is off or saved. */
  if (hv_machine_is_running (machine))
    return HV_INVALID_STATE;
  plan.affected = machine->system;
  plan.data = work_new (machine->id, config->settings);
  return hv_job_start (in, &plan);
}

/* --- DestroySnapshot ----------------------------------------------------------------------------- */

/* Whoever had it as Parent gets what it had. */
static void
adopt_children (HypervSimulator *self, HvMachine *machine, HvConfig *config, HvConfig *child)
{
  g_autofree char *path = hv_object_dup_path (config->settings);

  if (g_strcmp0 (hv_get (child->settings, "Parent"), path) != 0)
    return;
  hv_set (child->settings, "Parent", hv_get (config->settings, "Parent"));
  hv_store_changed (self->store, child->settings);
}

static void
destroy_one (HypervSimulator *self, HvMachine *machine, HvConfig *config)
{
  for (guint i = 0; i < machine->snapshots->len; i++)
    adopt_children (self, machine, config, g_ptr_array_index (machine->snapshots, i));
  adopt_children (self, machine, config, machine->current);
  hv_config_clear (self, config);
  g_ptr_array_remove (machine->snapshots, config);
}

static void
destroy_children (HypervSimulator *self, HvMachine *machine, HvConfig *config)
{
  g_autofree char *path = hv_object_dup_path (config->settings);

  for (guint i = 0; i < machine->snapshots->len;)
    {
      HvConfig *child = g_ptr_array_index (machine->snapshots, i);

      if (g_strcmp0 (hv_get (child->settings, "Parent"), path) == 0)
        {
          destroy_children (self, machine, child);
          destroy_one (self, machine, child);
          i = 0;
        }
      else
        i++;
    }
}

static guint32
destroy_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  Work *work = data;
  HvMachine *machine = NULL;
  HvConfig *config = find_snapshot (self, work->snapshot, &machine);

  if (config == NULL)
    return HV_OK;
  if (work->tree)
    destroy_children (self, machine, config);
  destroy_one (self, machine, config);
  update_most_current (self, machine);
  hv_merge_disks (self);
  return HV_OK;
}

static guint32
start_destroy (HvInvoke *in, const char *parameter, gboolean tree)
{
  HvMachine *machine = NULL;
  HvConfig *config = find_snapshot (in->sim, hv_arg_object (in, parameter, "Msvm_VirtualSystemSettingData"), &machine);
  HvJobPlan plan = { 72, "Deleting Checkpoint", NULL, NULL, destroy_done, NULL, NULL, work_free };
  Work *work;

  if (config == NULL)
    return HV_INVALID_PARAMETER;
  plan.affected = machine->system;
  work = work_new (machine->id, config->settings);
  work->tree = tree;
  plan.data = work;
  return hv_job_start (in, &plan);
}

static guint32
destroy_snapshot (HvInvoke *in)
{
  return start_destroy (in, "AffectedSnapshot", FALSE);
}

static guint32
destroy_snapshot_tree (HvInvoke *in)
{
  return start_destroy (in, "SnapshotSettingData", TRUE);
}

const HvMethod hv_snapshot_methods[] = {
  { "Msvm_VirtualSystemSnapshotService", "CreateSnapshot",
    "ref AffectedSystem,string SnapshotSettings,uint16 SnapshotType,ref ResultingSnapshot", create_snapshot },
  { "Msvm_VirtualSystemSnapshotService", "ApplySnapshot", "ref Snapshot", apply_snapshot },
  { "Msvm_VirtualSystemSnapshotService", "DestroySnapshot", "ref AffectedSnapshot", destroy_snapshot },
  { "Msvm_VirtualSystemSnapshotService", "DestroySnapshotTree", "ref SnapshotSettingData", destroy_snapshot_tree },
  { NULL, NULL, NULL, NULL },
};
