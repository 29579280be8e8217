/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-plan-private.h"

/* From what a machine is to what a spec says it should be, a call at a time. */

void
avb_hyperv_step_free (AvbHypervStep *self)
{
  g_ptr_array_unref (self->objects);
  g_ptr_array_unref (self->parts);
  g_ptr_array_unref (self->wholes);
  g_free (self);
}

static AvbHypervStep *
step_new (void)
{
  AvbHypervStep *self = g_new0 (AvbHypervStep, 1);

  self->objects = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_wmi_object_unref);
  self->parts = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_wmi_path_unref);
  self->wholes = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_wmi_path_unref);
  return self;
}

void
avb_hyperv_plan_take (AvbHypervPlan *plan, AvbHypervStepKind kind, AvbWmiObject *object)
{
  plan->step->kind = kind;
  g_ptr_array_add (plan->step->objects, object);
}

void
avb_hyperv_plan_set_string (AvbWmiObject *object, const char *name, const char *value)
{
  const char *values[] = { value, NULL };

  avb_wmi_object_set_strings (object, name, values);
}

static char *
dup_address (const char *mac)
{
  g_auto (GStrv) bytes = g_strsplit (mac, ":", -1);
  g_autofree char *joined = g_strjoinv ("", bytes);

  return g_ascii_strup (joined, -1);
}

void
avb_hyperv_plan_set_mac (AvbWmiObject *adapter, const char *mac)
{
  g_autofree char *address = mac != NULL ? dup_address (mac) : NULL;

  avb_wmi_object_set_boolean (adapter, "StaticMacAddress", address != NULL);
  if (address != NULL)
    avb_wmi_object_set_string (adapter, "Address", address);
}

/* Page "Msvm_EthernetPortAllocationSettingData": EnabledState 2 is connected, HostResource to what. */
gboolean
avb_hyperv_plan_connect (AvbHypervPlan *plan, AvbWmiObject *connection, const AvbInterfaceSpec *nic)
{
  AvbHypervSwitch *target = avb_hyperv_find_switch (plan->config->switches, nic);

  if (target == NULL)
    return FALSE;
  avb_hyperv_plan_set_string (connection, "HostResource", target->path);
  avb_wmi_object_set_uint (connection, "EnabledState", AVB_WMI_UINT16, 2);
  return TRUE;
}

static gboolean
plan_next (AvbHypervPlan *plan, GError **error)
{
  avb_hyperv_plan_size (plan);
  if (plan->step->kind == AVB_HYPERV_STEP_NONE)
    avb_hyperv_plan_removal (plan);
  if (plan->step->kind == AVB_HYPERV_STEP_NONE)
    {
      avb_hyperv_plan_discs (plan);
      avb_hyperv_plan_adapters (plan);
    }
  if (plan->step->kind == AVB_HYPERV_STEP_NONE && !avb_hyperv_plan_drives (plan, error))
    return FALSE;
  if (plan->step->kind == AVB_HYPERV_STEP_NONE)
    {
      avb_hyperv_plan_media (plan);
      avb_hyperv_plan_new_adapters (plan);
    }
  if (plan->step->kind == AVB_HYPERV_STEP_NONE)
    avb_hyperv_plan_connections (plan);
  if (plan->step->kind == AVB_HYPERV_STEP_NONE && !avb_hyperv_plan_boot (plan))
    avb_hyperv_plan_system (plan);
  return plan->step->kind != AVB_HYPERV_STEP_NONE || avb_hyperv_plan_security (plan, error);
}

AvbHypervStep *
avb_hyperv_spec_next_step (AvbHypervConfig *config, AvbMachineSpec *spec, GError **error)
{
  g_autoptr (AvbHypervMatch) match = avb_hyperv_match_new (config, spec);
  AvbHypervPlan plan = { config, spec, match, step_new () };

  if (plan_next (&plan, error))
    return plan.step;
  avb_hyperv_step_free (plan.step);
  return NULL;
}

gboolean
avb_hyperv_spec_needs_off (AvbHypervConfig *config, AvbMachineSpec *spec)
{
  g_autoptr (AvbHypervMatch) match = avb_hyperv_match_new (config, spec);
  AvbWmiObject *processor = avb_hyperv_config_find (config, "Msvm_ProcessorSettingData");
  GPtrArray    *disks = avb_machine_spec_get_disks (spec);
  gboolean      first = avb_hyperv_config_get_generation (config) == 1;

  if ((processor != NULL
       && avb_wmi_object_get_uint (processor, "VirtualQuantity", 1) != avb_machine_spec_get_cpus (spec))
      || avb_hyperv_secure_boot_differs (config, spec) || avb_hyperv_tpm_differs (config, spec))
    return TRUE;
  for (guint i = 0; i < match->unused_drives->len; i++)
    if (!((AvbHypervDrive *) match->unused_drives->pdata[i])->scsi)
      return TRUE;
  for (guint i = 0; i < disks->len; i++)
    if (match->disks->pdata[i] == NULL && !avb_hyperv_wants_scsi (config, disks->pdata[i]))
      return TRUE;
  /* Adapters are plugged into machines of generation 2 only. */
  for (guint i = 0; first && i < match->nics->len; i++)
    if (match->nics->pdata[i] == NULL)
      return TRUE;
  return first && match->unused_adapters->len > 0;
}
