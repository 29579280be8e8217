/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-summary.h"

#include <string.h>

/* GetSummaryInformation: values 0 to 99 are for machines and snapshots, 100 to 199 for machines alone. */

static void
set_thumbnail (HvObject *summary, HvMachine *machine, guint width, guint height)
{
  gsize size;
  g_autofree guint8 *data = hv_draw_picture (machine, width, height, &size);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) bytes = NULL;

  for (gsize i = 0; i < size; i++)
    g_strv_builder_take (builder, g_strdup_printf ("%u", data[i]));
  bytes = g_strv_builder_end (builder);
  hv_set_list (summary, "ThumbnailImage", (const char *const *) bytes);
  hv_set_uint (summary, "ThumbnailImageWidth", width);
  hv_set_uint (summary, "ThumbnailImageHeight", height);
}

static guint64
get_processors (HvConfig *config)
{
  return hv_get_uint (hv_config_find (config, "Msvm_ProcessorSettingData"), "VirtualQuantity");
}

static void
set_switches (HypervSimulator *self, HvObject *summary, HvConfig *config)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;

  for (guint i = 0; i < config->resources->len; i++)
    {
      HvObject *resource = g_ptr_array_index (config->resources, i);
      HvObject *network = hv_class_is_a (resource->klass, "Msvm_EthernetPortAllocationSettingData")
                              ? hv_store_find_path (self->store, hv_get (resource, "HostResource"))
                              : NULL;

      if (network != NULL)
        g_strv_builder_add (builder, hv_get (network, "ElementName"));
    }
  names = g_strv_builder_end (builder);
  hv_set_list (summary, "VirtualSwitchNames", (const char *const *) names);
}

static void
set_common (HypervSimulator *self, HvObject *summary, HvMachine *machine, HvConfig *config, guint what)
{
  HvObject *settings = config->settings;
  const char *id = hv_get (settings, "InstanceID");

  switch (what)
    {
    case 0:
      hv_set (summary, "Name", config == machine->current ? machine->id : strchr (id, ':') + 1);
      break;
    case 1:
      hv_set (summary, "ElementName", hv_get (settings, "ElementName"));
      break;
    case 2:
      hv_set (summary, "CreationTime", hv_get (settings, "CreationTime"));
      break;
    case 3:
      hv_set (summary, "Notes", hv_get (settings, "Notes"));
      break;
    case 4:
      hv_set_uint (summary, "NumberOfProcessors", get_processors (config));
      break;
    case 5:
    case 6:
    case 7:
      set_thumbnail (summary, machine, 80u << (what - 5), 60u << (what - 5));
      break;
    case 9:
      set_switches (self, summary, config);
      break;
    case 10:
      hv_set (summary, "Version", hv_get (settings, "Version"));
      break;
    case 11:
      hv_set_bool (summary, "Shielded", FALSE);
      break;
    default:
      break;
    }
}

static void
embed_snapshots (HvObject *summary, HvMachine *machine)
{
  for (guint i = 0; i < machine->snapshots->len; i++)
    hv_embed (summary, "Snapshots", ((HvConfig *) g_ptr_array_index (machine->snapshots, i))->settings);
}

static void
embed_jobs (HvObject *summary, HvMachine *machine)
{
  g_autoptr (GPtrArray) jobs
      = hv_associators (machine->system, "Msvm_AffectedJobElement", "Msvm_ConcreteJob", NULL, NULL, FALSE);

  for (guint i = 0; i < jobs->len; i++)
    hv_embed (summary, "AsynchronousTasks", g_ptr_array_index (jobs, i));
}

static void
set_memory (HvObject *summary, HvMachine *machine)
{
  HvObject *memory = hv_config_find (machine->current, "Msvm_MemorySettingData");
  guint64 usage = machine->started != 0 ? hv_get_uint (memory, "VirtualQuantity") : 0;

  hv_set_uint (summary, "MemoryUsage", usage);
}

static void
set_load_history (HvObject *summary)
{
  static const char *const loads[] = { "1", "2", "4", "8", "4", "2", "1", "1", "2", "3", NULL };

  hv_set_list (summary, "ProcessorLoadHistory", loads);
}

/* Facts that only a machine has. */
static void
set_live (HypervSimulator *self, HvObject *summary, HvMachine *machine, guint what)
{
  HvObject *system = machine->system;
  gboolean on = machine->started != 0;

  switch (what)
    {
    case 100:
      hv_set (summary, "EnabledState", hv_get (system, "EnabledState"));
      break;
    case 101:
      hv_set_uint (summary, "ProcessorLoad", on ? 3 : 0);
      break;
    case 102:
      if (on)
        set_load_history (summary);
      break;
    case 103:
      set_memory (summary, machine);
      break;
    case 104:
      /* 2: OK, 12: no contact (StatusDescriptions of Msvm_HeartbeatComponent) */
      if (on)
        hv_set_uint (summary, "Heartbeat", self->deaf ? 12 : 2);
      break;
    case 105:
      hv_set_uint (summary, "UpTime", on ? (guint64) (hv_monotonic () - machine->started) : 0);
      break;
    case 106:
      hv_set (summary, "GuestOperatingSystem", on && !self->deaf ? "Debian GNU/Linux 13" : "");
      break;
    case 107:
      embed_snapshots (summary, machine);
      break;
    case 108:
      embed_jobs (summary, machine);
      break;
    case 109:
      hv_set (summary, "HealthState", hv_get (system, "HealthState"));
      break;
    case 110:
      hv_set_list (summary, "OperationalStatus", hv_get_list (system, "OperationalStatus"));
      break;
    case 111:
      hv_set_list (summary, "StatusDescriptions", hv_get_list (system, "StatusDescriptions"));
      break;
    case 112:
      hv_set_uint (summary, "MemoryAvailable", on ? 20 : 0);
      break;
    case 113:
      hv_set_uint (summary, "AvailableMemoryBuffer", on ? 20 : 0);
      break;
    case 120:
      hv_set_bool (summary, "SwapFilesInUse", FALSE);
      break;
    case 123:
      hv_set_bool (summary, "MemorySpansPhysicalNumaNodes", FALSE);
      break;
    default:
      break;
    }
}

static void
append_summary (HvInvoke *in, HvMachine *machine, HvConfig *config, GPtrArray *requested)
{
  g_autoptr (HvObject) summary = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_SummaryInformation");

  hv_set (summary, "InstanceID", hv_get (config->settings, "InstanceID"));
  hv_set (summary, "HostComputerSystemName", "HV-SIM");
  hv_set (summary, "VirtualSystemSubType", hv_get (config->settings, "VirtualSystemSubType"));
  for (guint i = 0; i < requested->len; i++)
    {
      guint what = (guint) g_ascii_strtoull (g_ptr_array_index (requested, i), NULL, 10);

      if (what < 100)
        set_common (in->sim, summary, machine, config, what);
      else if (config == machine->current)
        set_live (in->sim, summary, machine, what);
    }
  hv_append_embedded (in->out, "p:SummaryInformation", summary, 1);
}

guint32
hv_get_summary_information (HvInvoke *in)
{
  GPtrArray *requested = hv_arg_list (in, "RequestedInformation");
  GPtrArray *settings = hv_arg_objects (in, "SettingData");

  if (requested == NULL || requested->len == 0)
    return HV_INVALID_PARAMETER;
  if (settings == NULL || settings->len == 0)
    {
      for (guint i = 0; i < in->sim->machines->len; i++)
        {
          HvMachine *machine = g_ptr_array_index (in->sim->machines, i);

          append_summary (in, machine, machine->current, requested);
        }
      return HV_OK;
    }
  for (guint i = 0; i < settings->len; i++)
    {
      HvObject *object = g_ptr_array_index (settings, i);
      HvMachine *machine = NULL;
      HvConfig *config = object != NULL && hv_class_is_a (object->klass, "Msvm_VirtualSystemSettingData")
                             ? hv_config_of (in->sim, object, &machine)
                             : NULL;

      if (config == NULL)
        {
          g_string_truncate (in->out, 0);
          return HV_INVALID_PARAMETER;
        }
      append_summary (in, machine, config, requested);
    }
  return HV_OK;
}
