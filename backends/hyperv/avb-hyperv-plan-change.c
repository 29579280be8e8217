/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-plan-private.h"

/* What must go, and what is there and differs. */

static void
take_path (AvbHypervPlan *plan, GPtrArray *paths, AvbWmiObject *object)
{
  plan->step->kind = AVB_HYPERV_STEP_REMOVE;
  g_ptr_array_add (paths, avb_wmi_path_new (avb_wmi_object_get_class (object), "InstanceID",
                                            avb_hyperv_get_id (object), NULL));
}

void
avb_hyperv_plan_removal (AvbHypervPlan *plan)
{
  GPtrArray *disks = avb_machine_spec_get_disks (plan->spec);

  for (guint i = 0; i < plan->match->unused_drives->len; i++)
    {
      const AvbHypervDrive *drive = plan->match->unused_drives->pdata[i];

      if (drive->medium != NULL)
        take_path (plan, plan->step->parts, drive->medium);
      take_path (plan, plan->step->wholes, drive->object);
    }
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbHypervDrive *drive = plan->match->disks->pdata[i];

      if (drive != NULL && drive->medium != NULL && ((AvbDiskSpec *) disks->pdata[i])->path == NULL)
        take_path (plan, plan->step->parts, drive->medium);
    }
  for (guint i = 0; i < plan->match->unused_adapters->len; i++)
    {
      const AvbHypervAdapter *adapter = plan->match->unused_adapters->pdata[i];

      if (adapter->connection != NULL)
        take_path (plan, plan->step->parts, adapter->connection);
      take_path (plan, plan->step->wholes, adapter->object);
    }
}

/* Pages "Msvm_ProcessorSettingData" and "Msvm_MemorySettingData". Dynamic memory stays so: what the spec says is what the
 * machine starts with. */
void
avb_hyperv_plan_size (AvbHypervPlan *plan)
{
  AvbWmiObject *processor = avb_hyperv_config_find (plan->config, "Msvm_ProcessorSettingData");
  AvbWmiObject *memory = avb_hyperv_config_find (plan->config, "Msvm_MemorySettingData");
  guint         cpus = avb_machine_spec_get_cpus (plan->spec);
  guint64       mib = avb_machine_spec_get_memory_mib (plan->spec);

  if (processor != NULL && avb_wmi_object_get_uint (processor, "VirtualQuantity", 1) != cpus)
    {
      processor = avb_wmi_object_copy (processor);
      avb_wmi_object_set_uint (processor, "VirtualQuantity", AVB_WMI_UINT64, cpus);
      avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_MODIFY, processor);
    }
  if (memory != NULL && avb_wmi_object_get_uint (memory, "VirtualQuantity", 0) != mib)
    {
      gboolean dynamic = avb_wmi_object_get_boolean (memory, "DynamicMemoryEnabled");
      guint64  least = avb_wmi_object_get_uint (memory, "Reservation", mib);
      guint64  most = avb_wmi_object_get_uint (memory, "Limit", mib);

      memory = avb_wmi_object_copy (memory);
      avb_wmi_object_set_uint (memory, "VirtualQuantity", AVB_WMI_UINT64, mib);
      avb_wmi_object_set_uint (memory, "Reservation", AVB_WMI_UINT64, dynamic ? MIN (least, mib) : mib);
      avb_wmi_object_set_uint (memory, "Limit", AVB_WMI_UINT64, dynamic ? MAX (most, mib) : mib);
      avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_MODIFY, memory);
    }
}

void
avb_hyperv_plan_discs (AvbHypervPlan *plan)
{
  GPtrArray *disks = avb_machine_spec_get_disks (plan->spec);

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec    *disk = disks->pdata[i];
      const AvbHypervDrive *drive = plan->match->disks->pdata[i];
      AvbWmiObject         *medium;

      if (drive == NULL || !drive->dvd || drive->medium == NULL || disk->path == NULL
          || g_strcmp0 (avb_hyperv_drive_get_path (drive), disk->path) == 0)
        continue;
      medium = avb_wmi_object_copy (drive->medium);
      avb_hyperv_plan_set_string (medium, "HostResource", disk->path);
      avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_MODIFY, medium);
    }
}

void
avb_hyperv_plan_adapters (AvbHypervPlan *plan)
{
  GPtrArray *nics = avb_machine_spec_get_interfaces (plan->spec);

  for (guint i = 0; i < nics->len; i++)
    {
      const AvbInterfaceSpec *nic = nics->pdata[i];
      const AvbHypervAdapter *adapter = plan->match->nics->pdata[i];
      g_autoptr (AvbInterfaceSpec) is = adapter != NULL ? avb_hyperv_adapter_read (plan->config, adapter) : NULL;
      AvbWmiObject *changed;

      if (adapter == NULL)
        continue;
      if (nic->mac != NULL && (is->mac == NULL || g_ascii_strcasecmp (nic->mac, is->mac) != 0))
        {
          changed = avb_wmi_object_copy (adapter->object);
          avb_hyperv_plan_set_mac (changed, nic->mac);
          avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_MODIFY, changed);
        }
      if (adapter->connection == NULL || (is->kind == nic->kind && g_strcmp0 (is->source, nic->source) == 0))
        continue;
      changed = avb_wmi_object_copy (adapter->connection);
      if (avb_hyperv_plan_connect (plan, changed, nic))
        avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_MODIFY, changed);
      else
        avb_wmi_object_unref (changed);
    }
}
