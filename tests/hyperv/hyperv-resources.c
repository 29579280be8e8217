/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* What resources may be (Microsoft's reference: the properties of each setting data class, and "Hyper-V
 * maximums" for the numbers). */

#define MAX_PROCESSORS 64
#define MAX_MEMORY     (1024 * 1024) /* MiB */

static gboolean
has_type (HvObject *resource, const char *last)
{
  const char *type = hv_get (resource, "ResourceSubType");

  return type != NULL && g_str_has_prefix (type, "Microsoft:Hyper-V:") && g_str_equal (type + strlen ("Microsoft:Hyper-V:"), last);
}

static gboolean
is_generation_2 (HvConfig *config)
{
  return g_strcmp0 (hv_get (config->settings, "VirtualSystemSubType"), "Microsoft:Hyper-V:SubType:2") == 0;
}

static guint
count_type (HvConfig *config, HvObject *except, const char *type)
{
  guint n = 0;

  for (guint i = 0; i < config->resources->len; i++)
    {
      HvObject *other = g_ptr_array_index (config->resources, i);

      if (g_strcmp0 (hv_get (other, "InstanceID"), hv_get (except, "InstanceID")) != 0
          && hv_class_find_property (other->klass, "ResourceSubType") != NULL && has_type (other, type))
        n++;
    }
  return n;
}

static guint32
check_processor (HvObject *resource)
{
  guint64 n = hv_get_uint (resource, "VirtualQuantity");

  if (n < 1 || n > MAX_PROCESSORS || hv_get_uint (resource, "Limit") > 100000
      || hv_get_uint (resource, "Reservation") > hv_get_uint (resource, "Limit"))
    return HV_INVALID_PARAMETER;
  return HV_OK;
}

/* Dynamic memory: Reservation ≤ VirtualQuantity ≤ Limit (Msvm_MemorySettingData). */
static guint32
check_memory (HvObject *resource)
{
  guint64 size = hv_get_uint (resource, "VirtualQuantity");
  guint64 least = hv_get_uint (resource, "Reservation");
  guint64 most = hv_get_uint (resource, "Limit");

  if (size < 32 || size > MAX_MEMORY || size % 2 != 0)
    return HV_INVALID_PARAMETER;
  if (hv_get_bool (resource, "DynamicMemoryEnabled") && (least < 32 || least > size || size > most || most > MAX_MEMORY))
    return HV_INVALID_PARAMETER;
  return HV_OK;
}

/* The resource of the same setup that Parent names */
static HvObject *
find_parent (HypervSimulator *self, HvConfig *config, HvObject *resource)
{
  HvObject *parent = hv_store_find_path (self->store, hv_get (resource, "Parent"));

  return parent != NULL && g_ptr_array_find (config->resources, parent, NULL) ? parent : NULL;
}

static gboolean
is_place_taken (HvConfig *config, HvObject *resource, const char *place)
{
  for (guint i = 0; i < config->resources->len; i++)
    {
      HvObject *other = g_ptr_array_index (config->resources, i);

      if (g_strcmp0 (hv_get (other, "InstanceID"), hv_get (resource, "InstanceID")) != 0
          && hv_class_find_property (other->klass, "AddressOnParent") != NULL
          && g_strcmp0 (hv_get (other, "Parent"), hv_get (resource, "Parent")) == 0
          && (place == NULL || g_strcmp0 (hv_get (other, "AddressOnParent"), place) == 0))
        return TRUE;
    }
  return FALSE;
}

static guint32
check_drive (HypervSimulator *self, HvMachine *machine, HvConfig *config, HvObject *resource)
{
  HvObject *controller = find_parent (self, config, resource);
  const char *place = hv_get (resource, "AddressOnParent");
  guint64 number;

  if (controller == NULL || place == NULL || !g_ascii_string_to_unsigned (place, 10, 0, 63, &number, NULL))
    return HV_INVALID_PARAMETER;
  if (has_type (controller, "Emulated IDE Controller"))
    {
      if (number > 1)
        return HV_INVALID_PARAMETER;
      if (machine != NULL && hv_machine_is_running (machine))
        return HV_INVALID_STATE;
    }
  else if (!has_type (controller, "Synthetic SCSI Controller"))
    return HV_INVALID_PARAMETER;
  /* Generation 1 has its DVD drives at IDE. */
  else if (has_type (resource, "Synthetic DVD Drive") && !is_generation_2 (config))
    return HV_INVALID_PARAMETER;
  return is_place_taken (config, resource, place) ? HV_IN_USE : HV_OK;
}

static guint32
check_storage (HypervSimulator *self, HvConfig *config, HvObject *resource)
{
  HvObject *drive = find_parent (self, config, resource);
  const char *const *paths = hv_get_list (resource, "HostResource");
  gboolean disc = has_type (resource, "Virtual CD/DVD Disk");

  if (drive == NULL || paths == NULL || g_strv_length ((char **) paths) != 1)
    return HV_INVALID_PARAMETER;
  if (!has_type (drive, disc ? "Synthetic DVD Drive" : "Synthetic Disk Drive"))
    return HV_INVALID_PARAMETER;
  if (hv_file_find (self, paths[0]) == NULL)
    return HV_FILE_NOT_FOUND;
  if (!disc && hv_file_find (self, paths[0])->capacity == 0)
    return HV_INVALID_PARAMETER;
  return is_place_taken (config, resource, NULL) ? HV_IN_USE : HV_OK;
}

static guint32
check_port (HvConfig *config, HvObject *resource)
{
  const char *address = hv_get (resource, "Address");

  if (count_type (config, resource, "Synthetic Ethernet Port") >= 8)
    return HV_INVALID_PARAMETER;
  if (!hv_get_bool (resource, "StaticMacAddress"))
    return HV_OK;
  if (address == NULL || strlen (address) != 12)
    return HV_INVALID_PARAMETER;
  for (const char *c = address; *c != '\0'; c++)
    if (!g_ascii_isxdigit (*c))
      return HV_INVALID_PARAMETER;
  return HV_OK;
}

/* HostResource is the switch, or empty: not connected. */
static guint32
check_connection (HypervSimulator *self, HvConfig *config, HvObject *resource)
{
  HvObject *port = find_parent (self, config, resource);
  const char *const *paths = hv_get_list (resource, "HostResource");
  HvObject *network;

  if (port == NULL || !hv_class_is_a (port->klass, "Msvm_SyntheticEthernetPortSettingData"))
    return HV_INVALID_PARAMETER;
  if (paths == NULL || paths[0] == NULL)
    return HV_OK;
  network = hv_store_find_path (self->store, paths[0]);
  return network != NULL && hv_class_is_a (network->klass, "Msvm_VirtualEthernetSwitch") ? HV_OK : HV_INVALID_PARAMETER;
}

static guint32
check_other (HypervSimulator *self, HvMachine *machine, HvConfig *config, HvObject *resource)
{
  if (has_type (resource, "Synthetic SCSI Controller"))
    return count_type (config, resource, "Synthetic SCSI Controller") >= 4 ? HV_INVALID_PARAMETER : HV_OK;
  if (has_type (resource, "Synthetic Disk Drive") || has_type (resource, "Synthetic DVD Drive"))
    return check_drive (self, machine, config, resource);
  /* IDE controllers come with the machine. */
  return HV_NOT_SUPPORTED;
}

guint32
hv_resource_check (HypervSimulator *self, HvMachine *machine, HvConfig *config, HvObject *resource)
{
  const HvClass *klass = resource->klass;

  if (hv_class_is_a (klass, "Msvm_ProcessorSettingData"))
    return check_processor (resource);
  if (hv_class_is_a (klass, "Msvm_MemorySettingData"))
    return check_memory (resource);
  if (hv_class_is_a (klass, "Msvm_StorageAllocationSettingData"))
    return check_storage (self, config, resource);
  if (hv_class_is_a (klass, "Msvm_SyntheticEthernetPortSettingData"))
    return check_port (config, resource);
  if (hv_class_is_a (klass, "Msvm_EthernetPortAllocationSettingData"))
    return check_connection (self, config, resource);
  if (hv_class_is_a (klass, "Msvm_SerialPortSettingData"))
    return HV_OK;
  if (hv_class_is_a (klass, "Msvm_ResourceAllocationSettingData"))
    return check_other (self, machine, config, resource);
  return HV_NOT_SUPPORTED;
}
