/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-plan-private.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"

/* What is missing: drives and their media, adapters and their connections, one after the other. */

static AvbWmiObject *
new_resource (const char *class_name, guint type, const char *sub_type)
{
  AvbWmiObject *object = avb_wmi_object_new (class_name);

  avb_wmi_object_set_uint (object, "ResourceType", AVB_WMI_UINT16, type);
  avb_wmi_object_set_string (object, "ResourceSubType", sub_type);
  return object;
}

static void
set_parent (AvbWmiObject *object, AvbWmiObject *parent)
{
  g_autofree char *path = avb_hyperv_dup_path_text (parent);

  avb_wmi_object_set_string (object, "Parent", path);
}

static gboolean
is_taken (AvbHypervPlan *plan, GHashTable *given, const AvbHypervController *controller, guint slot)
{
  g_autofree char *place = g_strdup_printf ("%d %u %u", controller->scsi, controller->number, slot);

  for (guint i = 0; i < plan->config->components->len; i++)
    {
      AvbWmiObject    *object = plan->config->components->pdata[i];
      const char      *address = avb_wmi_object_get_string (object, "AddressOnParent");
      g_autofree char *parent = avb_hyperv_dup_path_id (avb_wmi_object_get_string (object, "Parent"));

      /* Also drives that this program knows nothing of. */
      if (address != NULL && parent != NULL && g_ascii_strtoull (address, NULL, 10) == slot
          && g_ascii_strcasecmp (parent, avb_hyperv_get_id (controller->object)) == 0)
        return TRUE;
    }
  return !g_hash_table_add (given, g_steal_pointer (&place));
}

static gboolean
find_slot (AvbHypervPlan *plan, GHashTable *given, gboolean scsi, const AvbHypervController **controller, guint *slot)
{
  for (guint i = 0; i < plan->match->controllers->len; i++)
    {
      *controller = plan->match->controllers->pdata[i];
      if ((*controller)->scsi != scsi)
        continue;
      for (*slot = 0; *slot < (scsi ? AVB_HYPERV_SCSI_SLOTS : AVB_HYPERV_IDE_SLOTS); ++*slot)
        if (!is_taken (plan, given, *controller, *slot))
          return TRUE;
    }
  return FALSE;
}

static AvbWmiObject *
new_drive (const AvbDiskSpec *disk, const AvbHypervController *controller, guint slot)
{
  gboolean         dvd = disk->device == AVB_DISK_DEVICE_CDROM;
  AvbWmiObject    *drive = new_resource (AVB_HYPERV_RASD, dvd ? AVB_HYPERV_TYPE_DVD : AVB_HYPERV_TYPE_DISK,
                                         dvd ? AVB_HYPERV_SUB_DVD : AVB_HYPERV_SUB_DISK);
  g_autofree char *address = g_strdup_printf ("%u", slot);

  set_parent (drive, controller->object);
  avb_wmi_object_set_string (drive, "AddressOnParent", address);
  return drive;
}

gboolean
avb_hyperv_plan_drives (AvbHypervPlan *plan, GError **error)
{
  GPtrArray *disks = avb_machine_spec_get_disks (plan->spec);
  g_autoptr (GHashTable) given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec         *disk = disks->pdata[i];
      gboolean                   scsi = avb_hyperv_wants_scsi (plan->config, disk);
      const AvbHypervController *controller;
      guint                      slot;

      if (plan->match->disks->pdata[i] != NULL)
        continue;
      if (find_slot (plan, given, scsi, &controller, &slot))
        avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_ADD, new_drive (disk, controller, slot));
      else if (scsi && plan->step->kind == AVB_HYPERV_STEP_NONE)
        {
          avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_ADD,
                                new_resource (AVB_HYPERV_RASD, AVB_HYPERV_TYPE_SCSI, AVB_HYPERV_SUB_SCSI));
          return TRUE;
        }
      else if (scsi)
        return TRUE; /* first the drives that there is room for */
      else
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                                   _ ("The machine has no room for another disk or disc.")));
          return FALSE;
        }
    }
  return TRUE;
}

void
avb_hyperv_plan_media (AvbHypervPlan *plan)
{
  GPtrArray *disks = avb_machine_spec_get_disks (plan->spec);

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec    *disk = disks->pdata[i];
      const AvbHypervDrive *drive = plan->match->disks->pdata[i];
      AvbWmiObject         *medium;

      if (drive == NULL || drive->medium != NULL || disk->path == NULL)
        continue;
      medium = new_resource (AVB_HYPERV_SASD, AVB_HYPERV_TYPE_STORAGE, drive->dvd ? AVB_HYPERV_SUB_ISO : AVB_HYPERV_SUB_VHD);
      set_parent (medium, drive->object);
      avb_hyperv_plan_set_string (medium, "HostResource", disk->path);
      avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_ADD, medium);
    }
}

void
avb_hyperv_plan_new_adapters (AvbHypervPlan *plan)
{
  GPtrArray *nics = avb_machine_spec_get_interfaces (plan->spec);

  for (guint i = 0; i < nics->len; i++)
    {
      g_autofree char *guid = g_uuid_string_random ();
      g_autofree char *braced = g_strdup_printf ("{%s}", guid);
      AvbWmiObject    *adapter;

      if (plan->match->nics->pdata[i] != NULL)
        continue;
      adapter = new_resource (AVB_HYPERV_SEPSD, AVB_HYPERV_TYPE_ETHERNET, AVB_HYPERV_SUB_ETHERNET);
      avb_wmi_object_set_string (adapter, "ElementName", "Network Adapter");
      avb_hyperv_plan_set_string (adapter, "VirtualSystemIdentifiers", braced);
      avb_hyperv_plan_set_mac (adapter, ((AvbInterfaceSpec *) nics->pdata[i])->mac);
      avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_ADD, adapter);
    }
}

void
avb_hyperv_plan_connections (AvbHypervPlan *plan)
{
  GPtrArray *nics = avb_machine_spec_get_interfaces (plan->spec);

  for (guint i = 0; i < nics->len; i++)
    {
      const AvbHypervAdapter *adapter = plan->match->nics->pdata[i];
      g_autoptr (AvbInterfaceSpec) is = adapter != NULL ? avb_hyperv_adapter_read (plan->config, adapter) : NULL;
      AvbWmiObject *connection;

      if (adapter == NULL || adapter->connection != NULL || avb_interface_spec_equal (is, nics->pdata[i]))
        continue;
      connection = new_resource (AVB_HYPERV_EPASD, AVB_HYPERV_TYPE_CONNECTION, AVB_HYPERV_SUB_CONNECTION);
      set_parent (connection, adapter->object);
      if (avb_hyperv_plan_connect (plan, connection, nics->pdata[i]))
        avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_ADD, connection);
      else
        avb_wmi_object_unref (connection);
    }
}
