/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-devices.h"

#include <string.h>

/* Pages "Msvm_ResourceAllocationSettingData" (controllers and drives; Parent is the path of the controller,
 * AddressOnParent the slot), "Msvm_StorageAllocationSettingData" (media; Parent is the path of the drive, HostResource the
 * file), "Msvm_SyntheticEthernetPortSettingData" and "Msvm_EthernetPortAllocationSettingData" (Parent is the path of the
 * adapter, HostResource the path of the switch). */

gboolean
avb_hyperv_is_resource (AvbWmiObject *object, guint type, const char *sub_type)
{
  return avb_wmi_object_get_uint (object, "ResourceType", 0) == type
         && g_strcmp0 (avb_wmi_object_get_string (object, "ResourceSubType"), sub_type) == 0;
}

const char *
avb_hyperv_get_id (AvbWmiObject *object)
{
  const char *id = avb_wmi_object_get_string (object, "InstanceID");

  return id != NULL ? id : "";
}

char *
avb_hyperv_dup_path_id (const char *text)
{
  g_autoptr (AvbWmiPath) path = text != NULL ? avb_wmi_path_from_text (text, NULL) : NULL;

  return path != NULL ? g_strdup (avb_wmi_path_get_key (path, "InstanceID")) : NULL;
}

char *
avb_hyperv_dup_path_text (AvbWmiObject *object)
{
  g_autoptr (AvbWmiPath) path
      = avb_wmi_path_new (avb_wmi_object_get_class (object), "InstanceID", avb_hyperv_get_id (object), NULL);

  return avb_wmi_path_to_text (path);
}

static gboolean
is_child (AvbWmiObject *object, AvbWmiObject *parent)
{
  g_autofree char *id = avb_hyperv_dup_path_id (avb_wmi_object_get_string (object, "Parent"));

  return id != NULL && g_ascii_strcasecmp (id, avb_hyperv_get_id (parent)) == 0;
}

static AvbWmiObject *
find_child (AvbHypervConfig *config, AvbWmiObject *parent, guint type)
{
  for (guint i = 0; i < config->components->len; i++)
    {
      AvbWmiObject *object = config->components->pdata[i];

      if (avb_wmi_object_get_uint (object, "ResourceType", 0) == type && is_child (object, parent))
        return object;
    }
  return NULL;
}

static guint
get_number (AvbWmiObject *object, const char *name)
{
  return (guint) MIN (avb_wmi_object_get_uint (object, name, 0), G_MAXUINT);
}

static int
compare_controllers (gconstpointer a, gconstpointer b)
{
  const AvbHypervController *first = *(AvbHypervController *const *) a;
  const AvbHypervController *second = *(AvbHypervController *const *) b;

  if (first->scsi != second->scsi)
    return first->scsi ? 1 : -1;
  if (!first->scsi && first->number != second->number)
    return first->number < second->number ? -1 : 1;
  return g_ascii_strcasecmp (avb_hyperv_get_id (first->object), avb_hyperv_get_id (second->object));
}

GPtrArray *
avb_hyperv_list_controllers (AvbHypervConfig *config)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);
  guint      n_scsi = 0;

  for (guint i = 0; i < config->components->len; i++)
    {
      AvbWmiObject        *object = config->components->pdata[i];
      gboolean             ide = avb_hyperv_is_resource (object, AVB_HYPERV_TYPE_IDE, AVB_HYPERV_SUB_IDE);
      AvbHypervController *controller;

      if (!ide && !avb_hyperv_is_resource (object, AVB_HYPERV_TYPE_SCSI, AVB_HYPERV_SUB_SCSI))
        continue;
      controller = g_new0 (AvbHypervController, 1);
      controller->scsi = !ide;
      controller->object = object;
      controller->number = ide ? get_number (object, "Address") : 0;
      g_ptr_array_add (list, controller);
    }
  g_ptr_array_sort (list, compare_controllers);
  for (guint i = 0; i < list->len; i++)
    if (((AvbHypervController *) list->pdata[i])->scsi)
      ((AvbHypervController *) list->pdata[i])->number = n_scsi++;
  return list;
}

static int
compare_drives (gconstpointer a, gconstpointer b)
{
  const AvbHypervDrive *first = *(AvbHypervDrive *const *) a;
  const AvbHypervDrive *second = *(AvbHypervDrive *const *) b;

  if (first->scsi != second->scsi)
    return first->scsi ? 1 : -1;
  if (first->controller != second->controller)
    return first->controller < second->controller ? -1 : 1;
  if (first->slot != second->slot)
    return first->slot < second->slot ? -1 : 1;
  return strcmp (avb_hyperv_get_id (first->object), avb_hyperv_get_id (second->object));
}

static void
add_drives (AvbHypervConfig *config, const AvbHypervController *controller, GPtrArray *list)
{
  for (guint i = 0; i < config->components->len; i++)
    {
      AvbWmiObject   *object = config->components->pdata[i];
      gboolean        dvd = avb_hyperv_is_resource (object, AVB_HYPERV_TYPE_DVD, AVB_HYPERV_SUB_DVD);
      AvbHypervDrive *drive;

      if ((!dvd && !avb_hyperv_is_resource (object, AVB_HYPERV_TYPE_DISK, AVB_HYPERV_SUB_DISK))
          || !is_child (object, controller->object))
        continue;
      drive = g_new0 (AvbHypervDrive, 1);
      drive->scsi = controller->scsi;
      drive->controller = controller->number;
      drive->slot = get_number (object, "AddressOnParent");
      drive->dvd = dvd;
      drive->object = object;
      drive->medium = find_child (config, object, AVB_HYPERV_TYPE_STORAGE);
      g_ptr_array_add (list, drive);
    }
}

guint
avb_hyperv_drive_boot_kind (const AvbHypervDrive *drive)
{
  if (drive->scsi)
    return G_MAXUINT;
  return drive->dvd ? AVB_HYPERV_BOOT_CD : AVB_HYPERV_BOOT_IDE;
}

/* Page "Msvm_VirtualSystemSettingData", BootOrder: kinds of devices, of which the first drive is meant. */
static void
number_by_kind (AvbHypervConfig *config, GPtrArray *drives)
{
  guint boot = 0;

  for (guint i = 0; i < MIN (avb_wmi_object_count (config->settings, "BootOrder"), 8); i++)
    {
      const char *text = avb_wmi_object_get_string_at (config->settings, "BootOrder", i);
      guint64     kind = text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;

      for (guint k = 0; k < drives->len; k++)
        {
          AvbHypervDrive *drive = drives->pdata[k];

          if (avb_hyperv_drive_boot_kind (drive) != kind)
            continue;
          if (drive->boot == 0)
            drive->boot = ++boot;
          break;
        }
    }
}

/* The sixteen bytes of a GUID as a device path of the firmware spells them: the first three groups are little-endian. */
static char *
dup_device_path_guid (AvbWmiObject *controller)
{
  static const guint8 order[] = { 6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34 };
  const char         *text = avb_wmi_object_get_string (controller, "VirtualSystemIdentifiers");
  GString            *hex = g_string_new (NULL);

  if (text != NULL && *text == '{')
    text++;
  if (text == NULL || strlen (text) < 36)
    return g_string_free (hex, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    g_string_append_len (hex, text + order[i], 2);
  return g_string_free (g_string_ascii_up (hex), FALSE);
}

/* Page "Msvm_BootSourceSettingData", FirmwareDevicePath: "…\VenHw(…,… of the controller)\Scsi(0,slot)". */
static gboolean
is_source_of (AvbHypervConfig *config, AvbWmiObject *source, const AvbHypervDrive *drive, GPtrArray *controllers)
{
  const char      *known = g_hash_table_lookup (config->boot_drives, avb_hyperv_get_id (source));
  const char      *path = avb_wmi_object_get_string (source, "FirmwareDevicePath");
  g_autofree char *slot = g_strdup_printf ("Scsi(0,%u)", drive->slot);
  g_autofree char *upper = NULL;
  guint            n_scsi = 0;
  AvbWmiObject    *controller = NULL;

  if (known != NULL)
    return g_ascii_strcasecmp (known, avb_hyperv_get_id (drive->object)) == 0;
  if (path == NULL || !drive->scsi || strstr (path, slot) == NULL)
    return FALSE;
  for (guint i = 0; i < controllers->len; i++)
    {
      const AvbHypervController *candidate = controllers->pdata[i];

      n_scsi += candidate->scsi;
      if (candidate->scsi && candidate->number == drive->controller)
        controller = candidate->object;
    }
  if (n_scsi < 2)
    return TRUE;
  upper = g_ascii_strup (path, -1);
  {
    g_autofree char *guid = dup_device_path_guid (controller);

    return *guid != '\0' && strstr (upper, guid) != NULL;
  }
}

AvbWmiObject *
avb_hyperv_find_boot_source (AvbHypervConfig *config, const AvbHypervDrive *drive, GPtrArray *controllers)
{
  for (guint i = 0; i < config->boot_sources->len; i++)
    if (is_source_of (config, config->boot_sources->pdata[i], drive, controllers))
      return config->boot_sources->pdata[i];
  return NULL;
}

static void
number_by_source (AvbHypervConfig *config, GPtrArray *drives, GPtrArray *controllers)
{
  guint boot = 0;

  for (guint i = 0; i < MIN (avb_wmi_object_count (config->settings, "BootSourceOrder"), 1024); i++)
    {
      g_autofree char *id
          = avb_hyperv_dup_path_id (avb_wmi_object_get_string_at (config->settings, "BootSourceOrder", i));

      for (guint k = 0; id != NULL && k < drives->len; k++)
        {
          AvbHypervDrive *drive = drives->pdata[k];
          AvbWmiObject   *source = avb_hyperv_find_boot_source (config, drive, controllers);

          if (source == NULL || drive->boot != 0 || g_ascii_strcasecmp (avb_hyperv_get_id (source), id) != 0)
            continue;
          drive->boot = ++boot;
          break;
        }
    }
}

GPtrArray *
avb_hyperv_list_drives (AvbHypervConfig *config, GPtrArray *controllers)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < controllers->len; i++)
    add_drives (config, controllers->pdata[i], list);
  g_ptr_array_sort (list, compare_drives);
  if (avb_hyperv_config_get_generation (config) == 2)
    number_by_source (config, list, controllers);
  else
    number_by_kind (config, list);
  return list;
}

static int
compare_adapters (gconstpointer a, gconstpointer b)
{
  const AvbHypervAdapter *first = *(AvbHypervAdapter *const *) a;
  const AvbHypervAdapter *second = *(AvbHypervAdapter *const *) b;

  return g_ascii_strcasecmp (avb_hyperv_get_id (first->object), avb_hyperv_get_id (second->object));
}

GPtrArray *
avb_hyperv_list_adapters (AvbHypervConfig *config)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < config->components->len; i++)
    {
      AvbWmiObject     *object = config->components->pdata[i];
      AvbHypervAdapter *adapter;

      if (!avb_hyperv_is_resource (object, AVB_HYPERV_TYPE_ETHERNET, AVB_HYPERV_SUB_ETHERNET)
          && !avb_hyperv_is_resource (object, AVB_HYPERV_TYPE_ETHERNET, AVB_HYPERV_SUB_EMULATED_ETHERNET))
        continue;
      adapter = g_new0 (AvbHypervAdapter, 1);
      adapter->object = object;
      adapter->connection = find_child (config, object, AVB_HYPERV_TYPE_CONNECTION);
      g_ptr_array_add (list, adapter);
    }
  g_ptr_array_sort (list, compare_adapters);
  return list;
}

char *
avb_hyperv_drive_dup_place (const AvbHypervDrive *drive)
{
  return g_strdup_printf ("%s%u:%u", drive->scsi ? "scsi" : "ide", drive->controller, drive->slot);
}

const char *
avb_hyperv_drive_get_path (const AvbHypervDrive *drive)
{
  const char *path = drive->medium != NULL ? avb_wmi_object_get_string (drive->medium, "HostResource") : NULL;

  return path != NULL && *path != '\0' ? path : NULL;
}

/* The device of "Microsoft:machine\device". */
char *
avb_hyperv_adapter_dup_guid (const AvbHypervAdapter *adapter)
{
  const char *id = avb_hyperv_get_id (adapter->object);
  const char *slash = strrchr (id, '\\');

  return g_ascii_strdown (slash != NULL ? slash + 1 : id, -1);
}
