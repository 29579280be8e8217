/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-summary.h"
#include "tests/hyperv/hyperv-work.h"

/* Msvm_VirtualSystemManagementService, by its pages in Microsoft's reference. The
 * parameters are checked when a method is called; what it does, its job does. */

static guint32
read_settings (HvInvoke *in, const char *parameter, HvObject **settings)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_object_unref);
  guint32 code = hv_read_instances (in, parameter, "Msvm_VirtualSystemSettingData", list);

  if (code == HV_OK && list->len == 1)
    *settings = hv_object_ref (g_ptr_array_index (list, 0));
  return code;
}

/* --- DefineSystem -------------------------------------------------------------------------------- */

static guint32
define_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  HvWork *work = data;
  const char *name = work->settings != NULL ? hv_get (work->settings, "ElementName") : NULL;
  const char *type = work->settings != NULL ? hv_get (work->settings, "VirtualSystemSubType") : NULL;
  HvMachine *machine = hv_machine_new (self, name != NULL ? name : "New Virtual Machine",
                                       g_strcmp0 (type, "Microsoft:Hyper-V:SubType:2") == 0 ? 2 : 1, work->settings);

  for (guint i = 0; i < work->wanted->len; i++)
    {
      HvObject *added;
      guint32 code = hv_add_wanted (self, machine, machine->current, g_ptr_array_index (work->wanted, i), &added);

      if (code != HV_OK)
        {
          hv_machine_remove (self, machine);
          *error = g_strdup ("Failed to add a resource to the virtual machine.");
          return code;
        }
    }
  g_ptr_array_add (results, machine->system);
  return HV_OK;
}

static guint32
define_system (HvInvoke *in)
{
  g_autoptr (HvWork) work = hv_work_new (NULL);
  guint32 code = read_settings (in, "SystemSettings", &work->settings);
  HvJobPlan plan = { 1, "Creating Virtual Machine", NULL, "ResultingSystem", define_done, NULL, NULL, hv_work_free };
  const char *type;

  if (code == HV_OK)
    code = hv_read_instances (in, "ResourceSettings", "CIM_ResourceAllocationSettingData", work->wanted);
  if (code != HV_OK)
    return code;
  type = work->settings != NULL ? hv_get (work->settings, "VirtualSystemSubType") : NULL;
  if (type != NULL && !g_str_equal (type, "Microsoft:Hyper-V:SubType:1") && !g_str_equal (type, "Microsoft:Hyper-V:SubType:2"))
    return HV_INVALID_PARAMETER;
  /* Secure boot is of generation 2. */
  if (work->settings != NULL && hv_get_bool (work->settings, "SecureBootEnabled") && g_strcmp0 (type, "Microsoft:Hyper-V:SubType:2") != 0)
    return HV_INVALID_PARAMETER;
  plan.data = g_steal_pointer (&work);
  return hv_job_start (in, &plan);
}

/* --- ModifySystemSettings ------------------------------------------------------------------------ */

static guint32
check_system_change (HypervSimulator *self, HvConfig *config, HvMachine *machine, HvObject *wanted)
{
  static const char *const fixed[]
      = { "VirtualSystemIdentifier", "VirtualSystemType", "VirtualSystemSubType", "CreationTime", "Parent" };
  static const char *const while_off[]
      = { "SecureBootEnabled", "SecureBootTemplateId", "BootOrder", "BootSourceOrder", "BIOSNumLock" };
  const char *const *order = hv_get_list (wanted, "BootSourceOrder");

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (hv_differs (config->settings, wanted, fixed[i]))
      return HV_INVALID_PARAMETER;
  for (guint i = 0; i < G_N_ELEMENTS (while_off); i++)
    if (hv_machine_is_running (machine) && hv_differs (config->settings, wanted, while_off[i]))
      return HV_INVALID_STATE;
  if (hv_get_bool (wanted, "SecureBootEnabled")
      && !g_str_equal (hv_get (config->settings, "VirtualSystemSubType"), "Microsoft:Hyper-V:SubType:2"))
    return HV_INVALID_PARAMETER;
  for (guint i = 0; order != NULL && order[i] != NULL; i++)
    {
      HvObject *source = hv_store_find_path (self->store, order[i]);

      if (source == NULL || hv_follow (source, "Msvm_BootSourceComponent") != config->settings)
        return HV_INVALID_PARAMETER;
    }
  return HV_OK;
}

static guint32
modify_system_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  HvWork *work = data;
  HvObject *settings = g_ptr_array_index (work->targets, 0);
  HvMachine *machine = g_hash_table_lookup (self->by_id, work->id);

  if (settings->store == NULL || machine == NULL)
    {
      *error = g_strdup ("The virtual machine does not exist any more.");
      return HV_FAILED;
    }
  hv_take_over (settings, work->settings);
  hv_store_changed (self->store, settings);
  if (settings == machine->current->settings && hv_get (work->settings, "ElementName") != NULL)
    hv_set (machine->system, "ElementName", hv_get (work->settings, "ElementName"));
  hv_touch (self, machine);
  return HV_OK;
}

static guint32
modify_system_settings (HvInvoke *in)
{
  g_autoptr (HvWork) work = hv_work_new (NULL);
  guint32 code = read_settings (in, "SystemSettings", &work->settings);
  HvObject *settings = work->settings != NULL ? hv_find_same (in->sim, work->settings) : NULL;
  HvMachine *machine = NULL;
  HvConfig *config = settings != NULL ? hv_config_of (in->sim, settings, &machine) : NULL;
  HvJobPlan plan = { 2, "Modifying Virtual Machine", NULL, NULL, modify_system_done, NULL, NULL, hv_work_free };

  if (code == HV_OK && config == NULL)
    code = HV_INVALID_PARAMETER;
  if (code == HV_OK)
    code = check_system_change (in->sim, config, machine, work->settings);
  if (code != HV_OK)
    return code;
  work->id = g_strdup (machine->id);
  g_ptr_array_add (work->targets, hv_object_ref (settings));
  plan.affected = machine->system;
  plan.data = g_steal_pointer (&work);
  return hv_job_start (in, &plan);
}

/* --- DestroySystem ------------------------------------------------------------------------------- */

static guint32
destroy_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  HvMachine *machine = g_hash_table_lookup (self->by_id, ((HvWork *) data)->id);

  if (machine != NULL)
    hv_machine_remove (self, machine);
  return HV_OK;
}

static guint32
destroy_system (HvInvoke *in)
{
  HvObject *system = hv_arg_object (in, "AffectedSystem", "Msvm_ComputerSystem");
  HvMachine *machine = system != NULL ? hv_machine_of (in->sim, system) : NULL;
  HvJobPlan plan = { 3, "Destroying Virtual Machine", system, NULL, destroy_done, NULL, NULL, hv_work_free };

  if (machine == NULL)
    return HV_INVALID_PARAMETER;
  if (hv_machine_is_running (machine))
    return HV_INVALID_STATE;
  plan.data = hv_work_new (machine->id);
  return hv_job_start (in, &plan);
}

const HvMethod hv_management_methods[] = {
  { "Msvm_VirtualSystemManagementService", "DefineSystem",
    "string SystemSettings,string[] ResourceSettings,ref ReferenceConfiguration", define_system },
  { "Msvm_VirtualSystemManagementService", "ModifySystemSettings", "string SystemSettings", modify_system_settings },
  { "Msvm_VirtualSystemManagementService", "AddResourceSettings", "ref AffectedConfiguration,string[] ResourceSettings",
    hv_add_resource_settings },
  { "Msvm_VirtualSystemManagementService", "ModifyResourceSettings", "string[] ResourceSettings", hv_modify_resource_settings },
  { "Msvm_VirtualSystemManagementService", "RemoveResourceSettings", "ref[] ResourceSettings", hv_remove_resource_settings },
  { "Msvm_VirtualSystemManagementService", "DestroySystem", "ref AffectedSystem", destroy_system },
  { "Msvm_VirtualSystemManagementService", "GetSummaryInformation", "ref[] SettingData,uint32[] RequestedInformation",
    hv_get_summary_information },
  { "Msvm_VirtualSystemManagementService", "GetVirtualSystemThumbnailImage",
    "ref TargetSystem,uint16 WidthPixels,uint16 HeightPixels", hv_get_thumbnail_image },
  { "Msvm_SecurityService", "ModifySecuritySettings", "string SecuritySettingData", hv_modify_security_settings },
  { "Msvm_SecurityService", "GetKeyProtector", "string SecuritySettingData", hv_get_key_protector },
  { "Msvm_SecurityService", "SetKeyProtector", "string SecuritySettingData,uint8[] KeyProtector", hv_set_key_protector },
  { NULL, NULL, NULL, NULL },
};
