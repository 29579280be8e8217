/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-work.h"

/* The methods for resources, and Msvm_SecurityService, by their pages in Microsoft's reference. */

/* --- resources ----------------------------------------------------------------------------------- */

static guint32
add_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  HvWork *work = data;
  HvMachine *machine = NULL;
  HvConfig *config = hv_config_of (self, g_ptr_array_index (work->targets, 0), &machine);

  if (config == NULL)
    return HV_FAILED;
  for (guint i = 0; i < work->wanted->len; i++)
    {
      HvObject *added;
      guint32 code = hv_add_wanted (self, machine, config, g_ptr_array_index (work->wanted, i), &added);

      if (code != HV_OK)
        {
          *error = g_strdup (code == HV_FILE_NOT_FOUND ? "The system cannot find the file specified."
                                                       : "Failed to add device: the parameter is incorrect.");
          return code;
        }
      g_ptr_array_add (results, added);
    }
  hv_store_changed (self->store, config->settings);
  hv_touch (self, machine);
  return HV_OK;
}

guint32
hv_add_resource_settings (HvInvoke *in)
{
  g_autoptr (HvWork) work = hv_work_new (NULL);
  guint32 code = hv_read_instances (in, "ResourceSettings", "CIM_ResourceAllocationSettingData", work->wanted);
  HvObject *settings = hv_arg_object (in, "AffectedConfiguration", "Msvm_VirtualSystemSettingData");
  HvMachine *machine = NULL;
  HvConfig *config = settings != NULL ? hv_config_of (in->sim, settings, &machine) : NULL;
  HvJobPlan plan
      = { 30, "Adding Virtual Machine Resources", NULL, "ResultingResourceSettings", add_done, NULL, NULL, hv_work_free };

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
  HvWork *work = data;

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
      hv_touch (self, machine);
      g_ptr_array_add (results, resource);
    }
  return HV_OK;
}

/* Of what runs, some can not be changed. */
static gboolean
needs_off (HvObject *resource, HvObject *wanted)
{
  return (hv_class_is_a (resource->klass, "Msvm_ProcessorSettingData") && hv_differs (resource, wanted, "VirtualQuantity"))
         || (hv_class_is_a (resource->klass, "Msvm_MemorySettingData") && hv_differs (resource, wanted, "DynamicMemoryEnabled"))
         || (hv_class_is_a (resource->klass, "Msvm_SecuritySettingData") && hv_differs (resource, wanted, "TpmEnabled"));
}

static guint32
check_modify (HypervSimulator *self, HvWork *work)
{
  for (guint i = 0; i < work->wanted->len; i++)
    {
      HvObject *wanted = g_ptr_array_index (work->wanted, i);
      HvObject *resource = hv_find_same (self, wanted);
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
  g_autoptr (HvWork) work = hv_work_new (NULL);
  guint32 code = hv_read_instances (in, parameter, class_name, work->wanted);
  HvJobPlan plan = { 31, "Modifying Virtual Machine Resources", NULL, result, modify_done, NULL, NULL, hv_work_free };

  if (code == HV_OK)
    code = check_modify (in->sim, work);
  if (code != HV_OK)
    return code;
  plan.affected = hv_machine_of (in->sim, g_ptr_array_index (work->targets, 0))->system;
  plan.data = g_steal_pointer (&work);
  return hv_job_start (in, &plan);
}

guint32
hv_modify_resource_settings (HvInvoke *in)
{
  return modify (in, "ResourceSettings", "CIM_ResourceAllocationSettingData", "ResultingResourceSettings");
}

guint32
hv_modify_security_settings (HvInvoke *in)
{
  return modify (in, "SecuritySettingData", "Msvm_SecuritySettingData", NULL);
}

static guint32
remove_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  HvWork *work = data;

  for (guint i = 0; i < work->targets->len; i++)
    {
      HvObject *resource = g_ptr_array_index (work->targets, i);
      HvMachine *machine = NULL;
      HvConfig *config = resource->store != NULL ? hv_config_of (self, resource, &machine) : NULL;

      if (config == NULL)
        continue;
      hv_config_remove (self, config, resource);
      hv_store_changed (self->store, config->settings);
      hv_touch (self, machine);
    }
  return HV_OK;
}

guint32
hv_remove_resource_settings (HvInvoke *in)
{
  GPtrArray *objects = hv_arg_objects (in, "ResourceSettings");
  g_autoptr (HvWork) work = hv_work_new (NULL);
  HvJobPlan plan = { 32, "Removing Virtual Machine Resources", NULL, NULL, remove_done, NULL, NULL, hv_work_free };

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

/* --- the key protector of a TPM ------------------------------------------------------------------ */

static HvMachine *
find_secured (HvInvoke *in, guint32 *code)
{
  g_autoptr (HvWork) work = hv_work_new (NULL);
  HvObject *security;

  *code = hv_read_instances (in, "SecuritySettingData", "Msvm_SecuritySettingData", work->wanted);
  if (*code != HV_OK)
    return NULL;
  *code = HV_INVALID_PARAMETER;
  security = work->wanted->len == 1 ? hv_find_same (in->sim, g_ptr_array_index (work->wanted, 0)) : NULL;
  return security != NULL ? hv_machine_of (in->sim, security) : NULL;
}

guint32
hv_get_key_protector (HvInvoke *in)
{
  guint32 code;
  HvMachine *machine = find_secured (in, &code);

  if (machine == NULL)
    return code;
  hv_out (in, "KeyProtector", "uint8", machine->key_protector != NULL ? machine->key_protector : "AAAAAA==");
  return HV_OK;
}

guint32
hv_set_key_protector (HvInvoke *in)
{
  guint32 code;
  HvMachine *machine = find_secured (in, &code);
  GPtrArray *bytes = hv_arg_list (in, "KeyProtector");
  g_autoptr (GByteArray) data = g_byte_array_new ();

  if (machine == NULL)
    return code;
  if (bytes == NULL || bytes->len == 0)
    return HV_INVALID_PARAMETER;
  if (hv_machine_is_running (machine))
    return HV_INVALID_STATE;
  for (guint i = 0; i < bytes->len; i++)
    {
      guint8 byte = (guint8) g_ascii_strtoull (g_ptr_array_index (bytes, i), NULL, 10);

      g_byte_array_append (data, &byte, 1);
    }
  g_free (machine->key_protector);
  machine->key_protector = g_base64_encode (data->data, data->len);
  hv_append_nil (in->out, "p:Job");
  return HV_OK;
}
