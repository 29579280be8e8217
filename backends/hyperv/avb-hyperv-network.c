/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-devices.h"
#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>

/* The cables of a machine: page "Msvm_EthernetPortAllocationSettingData", EnabledState. */

#define CONNECTED 2
#define DISCONNECTED 3

static gboolean
is_up (const AvbHypervAdapter *adapter)
{
  return adapter->connection != NULL
         && avb_wmi_object_get_uint (adapter->connection, "EnabledState", CONNECTED) == CONNECTED
         && avb_wmi_object_get_string (adapter->connection, "HostResource") != NULL;
}

static DexFuture *
read_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  GError        *error = NULL;
  g_autoptr (AvbHypervConfig) config
      = avb_hyperv_connection_read_config (verb->connection, verb->client, verb->id, FALSE, &error);
  g_autoptr (GPtrArray) adapters = NULL;
  AvbNetworkLink link = AVB_NETWORK_LINK_NONE;

  if (config == NULL)
    return dex_future_new_for_error (error);
  adapters = avb_hyperv_list_adapters (config);
  for (guint i = 0; i < adapters->len; i++)
    link = MAX (link, is_up (adapters->pdata[i]) ? AVB_NETWORK_LINK_UP : AVB_NETWORK_LINK_DOWN);
  return dex_future_new_for_int ((int) link);
}

DexFuture *
avb_hyperv_machine_read_network_link (AvbMachine *machine)
{
  return avb_hyperv_verb_run (
      avb_hyperv_verb_new (NULL, machine, _ ("The machine’s network interfaces could not be read.")), read_fiber, FALSE);
}

static DexFuture *
set_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  GError        *error = NULL;
  guint          changed = 0;
  g_autoptr (AvbHypervConfig) config
      = avb_hyperv_connection_read_config (verb->connection, verb->client, verb->id, FALSE, &error);
  g_autoptr (GPtrArray) adapters = NULL;
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("ModifyResourceSettings");
  g_autoptr (AvbWmiObject) result = NULL;

  if (config == NULL)
    return dex_future_new_for_error (error);
  adapters = avb_hyperv_list_adapters (config);
  for (guint i = 0; i < adapters->len; i++)
    {
      const AvbHypervAdapter *adapter = adapters->pdata[i];
      g_autoptr (AvbWmiObject) connection = NULL;

      if (adapter->connection == NULL || avb_wmi_object_get_string (adapter->connection, "HostResource") == NULL
          || is_up (adapter) == (verb->number == CONNECTED))
        continue;
      connection = avb_wmi_object_copy (adapter->connection);
      avb_wmi_object_set_uint (connection, "EnabledState", AVB_WMI_UINT16, verb->number);
      avb_wmi_object_add_object (parameters, "ResourceSettings", connection);
      changed++;
    }
  if (changed == 0)
    return dex_future_new_true ();
  result = avb_hyperv_call_service (&verb->call, AVB_HYPERV_VSMS, "ModifyResourceSettings", parameters, &error);
  return result != NULL ? dex_future_new_true () : dex_future_new_for_error (error);
}

DexFuture *
avb_hyperv_machine_set_network_link (AvbMachine *machine, gboolean up)
{
  AvbHypervVerb *verb = avb_hyperv_verb_new (NULL, machine,
                                             up ? _ ("The machine could not be connected to the network.")
                                                : _ ("The machine could not be disconnected from the network."));

  if (verb != NULL)
    verb->number = up ? CONNECTED : DISCONNECTED;
  return avb_hyperv_verb_run (verb, set_fiber, FALSE);
}
