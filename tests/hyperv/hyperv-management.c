/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"
#include "tests/hyperv/hyperv-summary.h"

#include <string.h>

/* Msvm_VirtualSystemManagementService and Msvm_SecurityService, by their pages in Microsoft's reference. The
 * parameters are checked when a method is called; what it does, its job does. */

typedef struct {
  char      *id; /* of the machine */
  HvObject  *settings; /* (nullable): as asked for */
  GPtrArray *wanted; /* HvObject as asked for */
  GPtrArray *targets; /* HvObject that are there */
} Work;

static Work *
work_new (const char *id)
{
  Work *work = g_new0 (Work, 1);

  work->id = g_strdup (id);
  work->wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_object_unref);
  work->targets = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_object_unref);
  return work;
}

static void
work_free (gpointer data)
{
  Work *work = data;

  g_ptr_array_unref (work->wanted);
  g_ptr_array_unref (work->targets);
  g_clear_pointer (&work->settings, hv_object_unref);
  g_free (work->id);
  g_free (work);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Work, work_free)

/* The embedded instances of a parameter, all of them of @class_name or what derives from it */
static guint32
read_instances (HvInvoke *in, const char *parameter, const char *class_name, GPtrArray *into)
{
  GPtrArray *texts = hv_arg_list (in, parameter);

  for (guint i = 0; texts != NULL && i < texts->len; i++)
    {
      guint32 code;
      g_autoptr (HvObject) object = hv_read_instance (g_ptr_array_index (texts, i), &code);

      if (object == NULL)
        return code;
      if (!hv_class_is_a (object->klass, class_name))
        return HV_INVALID_PARAMETER;
      g_ptr_array_add (into, g_steal_pointer (&object));
    }
  return HV_OK;
}

static guint32
read_settings (HvInvoke *in, const char *parameter, HvObject **settings)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_object_unref);
  guint32 code = read_instances (in, parameter, "Msvm_VirtualSystemSettingData", list);

  if (code == HV_OK && list->len == 1)
    *settings = hv_object_ref (g_ptr_array_index (list, 0));
  return code;
}

static void
touch (HypervSimulator *self, HvMachine *machine)
{
  g_autofree char *now = hv_now (self);

  hv_set (machine->system, "TimeOfLastConfigurationChange", now);
  hv_store_changed (self->store, machine->system);
}

/* --- DefineSystem -------------------------------------------------------------------------------- */

/* Processor and memory are there already; the rest is added. */
static guint32
add_wanted (HypervSimulator *self, HvMachine *machine, HvConfig *config, HvObject *wanted, HvObject **added)
{
  static const char *const fixed[] = { "Msvm_ProcessorSettingData", "Msvm_MemorySettingData" };
  guint32 code;

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (hv_class_is_a (wanted->klass, fixed[i]))
      {
        HvObject *resource = hv_config_find (config, fixed[i]);
        g_autoptr (HvObject) merged = hv_object_copy (resource);

        hv_take_over (merged, wanted);
        code = hv_resource_check (self, machine, config, merged);
        if (code != HV_OK)
          return code;
        hv_take_over (resource, wanted);
        hv_store_changed (self->store, resource);
        *added = resource;
        return HV_OK;
      }
  *added = hv_config_add (self, machine, config, wanted, &code);
  return code;
}

static guint32
define_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  Work *work = data;
  const char *name = work->settings != NULL ? hv_get (work->settings, "ElementName") : NULL;
  const char *type = work->settings != NULL ? hv_get (work->settings, "VirtualSystemSubType") : NULL;
  HvMachine *machine = hv_machine_new (self, name != NULL ? name : "New Virtual Machine",
                                       g_strcmp0 (type, "Microsoft:Hyper-V:SubType:2") == 0 ? 2 : 1, work->settings);

  for (guint i = 0; i < work->wanted->len; i++)
    {
      HvObject *added;
      guint32 code = add_wanted (self, machine, machine->current, g_ptr_array_index (work->wanted, i), &added);

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
  g_autoptr (Work) work = work_new (NULL);
  guint32 code = read_settings (in, "SystemSettings", &work->settings);
  HvJobPlan plan = { 1, "Creating Virtual Machine", NULL, "ResultingSystem", define_done, NULL, NULL, work_free };
  const char *type;

  if (code == HV_OK)
    code = read_instances (in, "ResourceSettings", "CIM_ResourceAllocationSettingData", work->wanted);
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

static gboolean
differs (HvObject *now, HvObject *wanted, const char *name)
{
  const char *const *left = hv_get_list (now, name);
  const char *const *right = hv_get_list (wanted, name);

  return right != NULL && (left == NULL || !g_strv_equal (left, right));
}

static guint32
check_system_change (HypervSimulator *self, HvConfig *config, HvMachine *machine, HvObject *wanted)
{
  static const char *const fixed[]
      = { "VirtualSystemIdentifier", "VirtualSystemType", "VirtualSystemSubType", "CreationTime", "Parent" };
  static const char *const while_off[]
      = { "SecureBootEnabled", "SecureBootTemplateId", "BootOrder", "BootSourceOrder", "BIOSNumLock" };
  const char *const *order = hv_get_list (wanted, "BootSourceOrder");

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (differs (config->settings, wanted, fixed[i]))
      return HV_INVALID_PARAMETER;
  for (guint i = 0; i < G_N_ELEMENTS (while_off); i++)
    if (hv_machine_is_running (machine) && differs (config->settings, wanted, while_off[i]))
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
  Work *work = data;
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
  touch (self, machine);
  return HV_OK;
}

static HvObject *
find_same (HypervSimulator *self, HvObject *wanted)
{
  g_autofree char *key = hv_get (wanted, "InstanceID") != NULL ? hv_key_from_object (wanted) : NULL;

  return hv_store_find (self->store, key);
}

static guint32
modify_system_settings (HvInvoke *in)
{
  g_autoptr (Work) work = work_new (NULL);
  guint32 code = read_settings (in, "SystemSettings", &work->settings);
  HvObject *settings = work->settings != NULL ? find_same (in->sim, work->settings) : NULL;
  HvMachine *machine = NULL;
  HvConfig *config = settings != NULL ? hv_config_of (in->sim, settings, &machine) : NULL;
  HvJobPlan plan = { 2, "Modifying Virtual Machine", NULL, NULL, modify_system_done, NULL, NULL, work_free };

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

/* --- resources ----------------------------------------------------------------------------------- */

static guint32
add_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  Work *work = data;
  HvMachine *machine = NULL;
  HvConfig *config = hv_config_of (self, g_ptr_array_index (work->targets, 0), &machine);

  if (config == NULL)
    return HV_FAILED;
  for (guint i = 0; i < work->wanted->len; i++)
    {
      HvObject *added;
      guint32 code = add_wanted (self, machine, config, g_ptr_array_index (work->wanted, i), &added);

      if (code != HV_OK)
        {
          *error = g_strdup (code == HV_FILE_NOT_FOUND ? "The system cannot find the file specified."
                                                       : "Failed to add device: the parameter is incorrect.");
          return code;
        }
      g_ptr_array_add (results, added);
    }
  hv_store_changed (self->store, config->settings);
  touch (self, machine);
  return HV_OK;
}

static guint32
add_resource_settings (HvInvoke *in)
{
  g_autoptr (Work) work = work_new (NULL);
  guint32 code = read_instances (in, "ResourceSettings", "CIM_ResourceAllocationSettingData", work->wanted);
  HvObject *settings = hv_arg_object (in, "AffectedConfiguration", "Msvm_VirtualSystemSettingData");
  HvMachine *machine = NULL;
  HvConfig *config = settings != NULL ? hv_config_of (in->sim, settings, &machine) : NULL;
  HvJobPlan plan
      = { 30, "Adding Virtual Machine Resources", NULL, "ResultingResourceSettings", add_done, NULL, NULL, work_free };

  if (code == HV_OK && (config == NULL || config != machine->current || work->wanted->len == 0))
    code = HV_INVALID_PARAMETER;
  /* What can be seen at once is said at once; a resource may want one that comes before it. */
  if (code == HV_OK && work->wanted->len == 1)
    code = hv_resource_check (in->sim, machine, config, g_ptr_array_index (work->wanted, 0));
  if (code == HV_FILE_NOT_FOUND)
    code = HV_OK;
  if (code != HV_OK)
    return code;
  g_ptr_array_add (work->targets, hv_object_ref (settings));
  plan.affected = machine->system;
  plan.data = g_steal_pointer (&work);
  return hv_job_start (in, &plan);
}

static guint32
modify_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  Work *work = data;

  for (guint i = 0; i < work->targets->len; i++)
    {
      HvObject *resource = g_ptr_array_index (work->targets, i);
      HvMachine *machine = NULL;
      HvConfig *config = hv_config_of (self, resource, &machine);
      g_autoptr (HvObject) merged = hv_object_copy (resource);
      guint32 code = config != NULL ? HV_OK : HV_FAILED;

      hv_take_over (merged, g_ptr_array_index (work->wanted, i));
      if (code == HV_OK && !hv_class_is_a (resource->klass, "Msvm_SecuritySettingData"))
        code = hv_resource_check (self, machine, config, merged);
      if (code != HV_OK)
        {
          *error = g_strdup ("Failed to modify device: the parameter is incorrect.");
          return code;
        }
      hv_take_over (resource, g_ptr_array_index (work->wanted, i));
      hv_store_changed (self->store, resource);
      touch (self, machine);
      g_ptr_array_add (results, resource);
    }
  return HV_OK;
}

/* Of what runs, some can not be changed. */
static gboolean
needs_off (HvObject *resource, HvObject *wanted)
{
  return (hv_class_is_a (resource->klass, "Msvm_ProcessorSettingData") && differs (resource, wanted, "VirtualQuantity"))
         || (hv_class_is_a (resource->klass, "Msvm_MemorySettingData") && differs (resource, wanted, "DynamicMemoryEnabled"))
         || (hv_class_is_a (resource->klass, "Msvm_SecuritySettingData") && differs (resource, wanted, "TpmEnabled"));
}

static guint32
check_modify (HypervSimulator *self, Work *work)
{
  for (guint i = 0; i < work->wanted->len; i++)
    {
      HvObject *wanted = g_ptr_array_index (work->wanted, i);
      HvObject *resource = find_same (self, wanted);
      HvMachine *machine = NULL;
      g_autoptr (HvObject) merged = NULL;
      guint32 code;

      if (resource == NULL || hv_config_of (self, resource, &machine) != machine->current || machine == NULL)
        return HV_INVALID_PARAMETER;
      if (hv_machine_is_running (machine) && needs_off (resource, wanted))
        return HV_INVALID_STATE;
      merged = hv_object_copy (resource);
      hv_take_over (merged, wanted);
      code = hv_class_is_a (resource->klass, "Msvm_SecuritySettingData")
                 ? HV_OK
                 : hv_resource_check (self, machine, machine->current, merged);
      if (code != HV_OK && code != HV_FILE_NOT_FOUND)
        return code;
      g_ptr_array_add (work->targets, hv_object_ref (resource));
    }
  return work->wanted->len > 0 ? HV_OK : HV_INVALID_PARAMETER;
}

static guint32
modify (HvInvoke *in, const char *parameter, const char *class_name, const char *result)
{
  g_autoptr (Work) work = work_new (NULL);
  guint32 code = read_instances (in, parameter, class_name, work->wanted);
  HvJobPlan plan = { 31, "Modifying Virtual Machine Resources", NULL, result, modify_done, NULL, NULL, work_free };

  if (code == HV_OK)
    code = check_modify (in->sim, work);
  if (code != HV_OK)
    return code;
  plan.affected = hv_machine_of (in->sim, g_ptr_array_index (work->targets, 0))->system;
  plan.data = g_steal_pointer (&work);
  return hv_job_start (in, &plan);
}

static guint32
modify_resource_settings (HvInvoke *in)
{
  return modify (in, "ResourceSettings", "CIM_ResourceAllocationSettingData", "ResultingResourceSettings");
}

static guint32
modify_security_settings (HvInvoke *in)
{
  return modify (in, "SecuritySettingData", "Msvm_SecuritySettingData", NULL);
}

static guint32
remove_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  Work *work = data;

  for (guint i = 0; i < work->targets->len; i++)
    {
      HvObject *resource = g_ptr_array_index (work->targets, i);
      HvMachine *machine = NULL;
      HvConfig *config = resource->store != NULL ? hv_config_of (self, resource, &machine) : NULL;

      if (config == NULL)
        continue;
      hv_config_remove (self, config, resource);
      hv_store_changed (self->store, config->settings);
      touch (self, machine);
    }
  return HV_OK;
}

static guint32
remove_resource_settings (HvInvoke *in)
{
  GPtrArray *objects = hv_arg_objects (in, "ResourceSettings");
  g_autoptr (Work) work = work_new (NULL);
  HvJobPlan plan = { 32, "Removing Virtual Machine Resources", NULL, NULL, remove_done, NULL, NULL, work_free };

  if (objects == NULL || objects->len == 0)
    return HV_INVALID_PARAMETER;
  for (guint i = 0; i < objects->len; i++)
    {
      HvObject *resource = g_ptr_array_index (objects, i);
      HvMachine *machine = NULL;

      if (resource == NULL || !hv_class_is_a (resource->klass, "CIM_ResourceAllocationSettingData")
          || hv_config_of (in->sim, resource, &machine) == NULL || hv_class_is_a (resource->klass, "Msvm_ProcessorSettingData")
          || hv_class_is_a (resource->klass, "Msvm_MemorySettingData"))
        return HV_INVALID_PARAMETER;
      plan.affected = machine->system;
      g_ptr_array_add (work->targets, hv_object_ref (resource));
    }
  plan.data = g_steal_pointer (&work);
  return hv_job_start (in, &plan);
}

/* --- DestroySystem ------------------------------------------------------------------------------- */

static guint32
destroy_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  HvMachine *machine = g_hash_table_lookup (self->by_id, ((Work *) data)->id);

  if (machine != NULL)
    hv_machine_remove (self, machine);
  return HV_OK;
}

static guint32
destroy_system (HvInvoke *in)
{
  HvObject *system = hv_arg_object (in, "AffectedSystem", "Msvm_ComputerSystem");
  HvMachine *machine = system != NULL ? hv_machine_of (in->sim, system) : NULL;
  HvJobPlan plan = { 3, "Destroying Virtual Machine", system, NULL, destroy_done, NULL, NULL, work_free };

  if (machine == NULL)
    return HV_INVALID_PARAMETER;
  if (hv_machine_is_running (machine))
    return HV_INVALID_STATE;
  plan.data = work_new (machine->id);
  return hv_job_start (in, &plan);
}

const HvMethod hv_management_methods[] = {
  { "Msvm_VirtualSystemManagementService", "DefineSystem",
    "string SystemSettings,string[] ResourceSettings,ref ReferenceConfiguration", define_system },
  { "Msvm_VirtualSystemManagementService", "ModifySystemSettings", "string SystemSettings", modify_system_settings },
  { "Msvm_VirtualSystemManagementService", "AddResourceSettings", "ref AffectedConfiguration,string[] ResourceSettings",
    add_resource_settings },
  { "Msvm_VirtualSystemManagementService", "ModifyResourceSettings", "string[] ResourceSettings", modify_resource_settings },
  { "Msvm_VirtualSystemManagementService", "RemoveResourceSettings", "ref[] ResourceSettings", remove_resource_settings },
  { "Msvm_VirtualSystemManagementService", "DestroySystem", "ref AffectedSystem", destroy_system },
  { "Msvm_VirtualSystemManagementService", "GetSummaryInformation", "ref[] SettingData,uint32[] RequestedInformation",
    hv_get_summary_information },
  { "Msvm_VirtualSystemManagementService", "GetVirtualSystemThumbnailImage",
    "ref TargetSystem,uint16 WidthPixels,uint16 HeightPixels", hv_get_thumbnail_image },
  { "Msvm_SecurityService", "ModifySecuritySettings", "string SecuritySettingData", modify_security_settings },
  { NULL, NULL, NULL, NULL },
};
