/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* What the host is and has: root/cimv2 for the computer, the switches, and the configuration of one machine. */

#define MAX_SWITCHES 256
#define MAX_COMPONENTS 1024

static const struct {
  AvbFeature  feature;
  const char *reason; /* NULL: it works */
} features[] = {
  { AVB_FEATURE_CREATE, NULL },
  { AVB_FEATURE_SAVE, NULL },
  { AVB_FEATURE_PAUSE, NULL },
  { AVB_FEATURE_SCREENSHOT, NULL },
  { AVB_FEATURE_CONSOLE, NULL },
  { AVB_FEATURE_RENAME, NULL },
  { AVB_FEATURE_UEFI, NULL },
  { AVB_FEATURE_SECURE_BOOT, NULL },
  { AVB_FEATURE_TPM, NULL },
  { AVB_FEATURE_SHARED_FOLDERS, N_ ("Hyper-V cannot share folders with a guest.") },
  { AVB_FEATURE_RESET, NULL },
  { AVB_FEATURE_SNAPSHOTS, NULL },
  { AVB_FEATURE_CLONE, N_ ("Machines of Hyper-V cannot be cloned here.") },
  { AVB_FEATURE_EXPORT, N_ ("Machines of Hyper-V cannot be exported: their disks are at the host.") },
  { AVB_FEATURE_NETWORK_LINK, NULL },
  { AVB_FEATURE_FREEZE, N_ ("Hyper-V does not freeze a guest’s file systems on request.") },
  { AVB_FEATURE_SERVED_DISKS, N_ ("Hyper-V uses disks that are files only; extensions cannot serve it any.") },
  { AVB_FEATURE_NETWORKS, N_ ("The virtual switches of Hyper-V are made with its own tools.") },
  { AVB_FEATURE_GUEST_COMMANDS, N_ ("Commands are run in guests by QEMU’s agent, which guests of Hyper-V do not have.") },
};

/* "x64-based PC" */
static const char *
read_architecture (AvbWmiObject *computer)
{
  const char *type = avb_wmi_object_get_string (computer, "SystemType");

  if (type != NULL && g_ascii_strncasecmp (type, "ARM64", 5) == 0)
    return "aarch64";
  return type == NULL || g_ascii_strncasecmp (type, "x64", 3) == 0 ? "x86_64" : NULL;
}

void
avb_hyperv_connection_read_host (AvbHypervConnection *self)
{
  g_autoptr (AvbCapabilities) caps = avb_capabilities_new ();
  g_autoptr (GPtrArray) computers = NULL;
  g_autoptr (AvbWsmanClient) cim = g_object_ref (self->cim);
  g_autoptr (AvbWsmanClient) client = g_object_ref (self->client);

  for (gsize i = 0; i < G_N_ELEMENTS (features); i++)
    if (features[i].reason == NULL)
      avb_capabilities_set_supported (caps, features[i].feature);
    else
      avb_capabilities_set_unsupported (caps, features[i].feature, _ (features[i].reason));
  avb_capabilities_set_acceleration (caps, AVB_ACCELERATION_HARDWARE, NULL, NULL);
  avb_capabilities_set_disk_format (caps, "vhdx");
  /* A user may have rights to Hyper-V and none to the computer: then this is not known. */
  computers = dex_await_boxed (avb_wsman_client_query (cim, "SELECT * FROM Win32_ComputerSystem", 1), NULL);
  if (computers != NULL && computers->len > 0)
    {
      AvbWmiObject *computer = computers->pdata[0];
      const char   *architecture = read_architecture (computer);

      avb_capabilities_set_host (caps, architecture,
                                 (guint) MIN (avb_wmi_object_get_uint (computer, "NumberOfLogicalProcessors", 0), 65536),
                                 avb_wmi_object_get_uint (computer, "TotalPhysicalMemory", 0) / 1024 / 1024);
      if (architecture != NULL)
        avb_capabilities_add_architecture (caps, architecture);
    }
  if (avb_hyperv_connection_is_current (self, client))
    avb_connection_set_capabilities (AVB_CONNECTION (self), caps);
}

/* --- Free --- */

static void
read_disk (AvbHypervVerb *verb, const char *folder, AvbHostFree *host)
{
  g_autofree char *drive = g_strndup (folder, 2);
  g_autofree char *quoted = avb_hyperv_quote (drive);
  g_autofree char *wql = g_strdup_printf ("SELECT * FROM Win32_LogicalDisk WHERE DeviceID = %s", quoted);
  g_autoptr (GPtrArray) disks = dex_await_boxed (avb_wsman_client_query (verb->cim, wql, 1), NULL);

  if (disks != NULL && disks->len > 0)
    host->disk_bytes = avb_wmi_object_get_uint (disks->pdata[0], "FreeSpace", 0);
}

static DexFuture *
free_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbHostFree) host = g_new0 (AvbHostFree, 1);
  g_autoptr (GPtrArray) systems = dex_await_boxed (
      avb_wsman_client_query (verb->cim, "SELECT * FROM Win32_OperatingSystem", 1), &error);

  if (systems == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (systems->len > 0)
    host->memory_mib = avb_wmi_object_get_uint (systems->pdata[0], "FreePhysicalMemory", 0) / 1024;
  host->disk_path = g_strdup (verb->connection->disk_folder);
  if (host->disk_path != NULL && g_ascii_isalpha (host->disk_path[0]) && host->disk_path[1] == ':')
    read_disk (verb, host->disk_path, host);
  return dex_future_new_take_boxed (AVB_TYPE_HOST_FREE, g_steal_pointer (&host));
}

DexFuture *
avb_hyperv_connection_read_free (AvbConnection *connection)
{
  return avb_hyperv_verb_run (
      avb_hyperv_verb_new (connection, NULL, _ ("What the host has left could not be read.")), free_fiber, FALSE);
}

/* --- Switches --- */

/* Page "Msvm_VirtualEthernetSwitchSettingDataComponent": the ports of a switch that are its own; one of them leads to a
 * network card of the host (Msvm_ExternalEthernetPort) where it is external. */
static gboolean
is_external (AvbWsmanClient *client, const char *id)
{
  g_autofree char *instance = g_strdup_printf ("Microsoft:%s", id);
  g_autoptr (AvbWmiPath) path
      = avb_wmi_path_new ("Msvm_VirtualEthernetSwitchSettingData", "InstanceID", instance, NULL);
  g_autofree char *text = avb_wmi_path_to_text (path);
  g_autofree char *wql = g_strdup_printf (
      "ASSOCIATORS OF {%s} WHERE AssocClass = Msvm_VirtualEthernetSwitchSettingDataComponent", text);
  g_autoptr (GPtrArray) ports = dex_await_boxed (avb_wsman_client_query (client, wql, MAX_SWITCHES), NULL);

  for (guint i = 0; ports != NULL && i < ports->len; i++)
    {
      const char *resource = avb_wmi_object_get_string (ports->pdata[i], "HostResource");

      if (resource != NULL && strstr (resource, "Msvm_ExternalEthernetPort") != NULL)
        return TRUE;
    }
  return FALSE;
}

gboolean
avb_hyperv_connection_read_switches (AvbHypervConnection *self, AvbWsmanClient *client, GError **error)
{
  g_autoptr (GPtrArray) found = dex_await_boxed (
      avb_wsman_client_query (client, "SELECT * FROM Msvm_VirtualEthernetSwitch", MAX_SWITCHES), error);
  g_autoptr (GPtrArray) switches = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_hyperv_switch_free);

  if (found == NULL)
    return FALSE;
  for (guint i = 0; i < found->len; i++)
    {
      const char *id = avb_wmi_object_get_string (found->pdata[i], "Name");
      const char *name = avb_wmi_object_get_string (found->pdata[i], "ElementName");
      g_autoptr (AvbWmiPath) path = id != NULL ? avb_wmi_path_new ("Msvm_VirtualEthernetSwitch", "CreationClassName",
                                                                   "Msvm_VirtualEthernetSwitch", "Name", id, NULL)
                                               : NULL;
      g_autofree char *text = path != NULL ? avb_wmi_path_to_text (path) : NULL;

      if (id == NULL || name == NULL)
        continue;
      g_ptr_array_add (switches, avb_hyperv_switch_new (name, id, text,
                                                        g_ascii_strcasecmp (id, AVB_HYPERV_DEFAULT_SWITCH) != 0
                                                            && is_external (client, id)));
    }
  g_ptr_array_unref (self->switches);
  self->switches = g_steal_pointer (&switches);
  return TRUE;
}

/* --- A machine --- */

static void
copy_switches (AvbHypervConnection *self, AvbHypervConfig *config)
{
  for (guint i = 0; i < self->switches->len; i++)
    {
      const AvbHypervSwitch *from = self->switches->pdata[i];

      g_ptr_array_add (config->switches, avb_hyperv_switch_new (from->name, from->id, from->path, from->external));
    }
  config->architecture
      = g_strdup (avb_capabilities_get_architecture (avb_connection_get_capabilities (AVB_CONNECTION (self))));
}

static gboolean
has_text (const char *text, const char *part)
{
  g_autofree char *lower = g_ascii_strdown (text, -1);
  g_autofree char *wanted = g_ascii_strdown (part, -1);

  return strstr (lower, wanted) != NULL;
}

/* A switch that was not there when they were read. */
static gboolean
has_unknown_switch (AvbHypervConnection *self, GPtrArray *components)
{
  for (guint i = 0; i < components->len; i++)
    {
      const char *resource = avb_wmi_object_get_string (components->pdata[i], "HostResource");
      gboolean    known = FALSE;

      if (resource == NULL || strstr (resource, "Msvm_VirtualEthernetSwitch") == NULL)
        continue;
      for (guint k = 0; k < self->switches->len; k++)
        known |= has_text (resource, ((AvbHypervSwitch *) self->switches->pdata[k])->id);
      if (!known)
        return TRUE;
    }
  return FALSE;
}

static void
take_components (AvbHypervConfig *config, GPtrArray *found)
{
  for (guint i = 0; i < found->len; i++)
    {
      AvbWmiObject *object = found->pdata[i];
      const char   *class_name = avb_wmi_object_get_class (object);

      if (g_strcmp0 (class_name, "Msvm_SecuritySettingData") == 0 && config->security == NULL)
        config->security = avb_wmi_object_ref (object);
      else if (g_strcmp0 (class_name, "Msvm_BootSourceSettingData") != 0)
        g_ptr_array_add (config->components, avb_wmi_object_ref (object));
    }
}

static GPtrArray *
query_of (AvbWsmanClient *client, AvbWmiPath *path, const char *condition, GError **error)
{
  g_autofree char *text = avb_wmi_path_to_text (path);
  g_autofree char *wql = g_strdup_printf ("ASSOCIATORS OF {%s} WHERE %s", text, condition);

  return dex_await_boxed (avb_wsman_client_query (client, wql, MAX_COMPONENTS), error);
}

/* Page "Msvm_LogicalIdentity": the same drive as the firmware sees it, and as the machine has it. */
static gboolean
ask_boot_drive (AvbWsmanClient *client, AvbHypervConfig *config, AvbWmiObject *source, GError **error)
{
  const char *id = avb_wmi_object_get_string (source, "InstanceID");
  g_autoptr (AvbWmiPath) path = avb_wmi_path_new ("Msvm_BootSourceSettingData", "InstanceID", id, NULL);
  g_autoptr (GPtrArray) found = query_of (client, path, "AssocClass = Msvm_LogicalIdentity", error);
  const char *drive = found != NULL && found->len > 0 ? avb_wmi_object_get_string (found->pdata[0], "InstanceID") : NULL;

  if (drive != NULL)
    g_hash_table_insert (config->boot_drives, g_strdup (id), g_strdup (drive));
  return found != NULL;
}

static gboolean
read_boot_sources (AvbWsmanClient *client, AvbWmiPath *path, AvbHypervConfig *config, GError **error)
{
  g_autoptr (GPtrArray) sources = query_of (client, path, "ResultClass = Msvm_BootSourceSettingData", error);

  if (sources == NULL)
    return FALSE;
  for (guint i = 0; i < sources->len; i++)
    if (avb_wmi_object_get_string (sources->pdata[i], "InstanceID") != NULL)
      g_ptr_array_add (config->boot_sources, avb_wmi_object_ref (sources->pdata[i]));
  for (guint i = 0; i < config->boot_sources->len; i++)
    if (avb_hyperv_config_is_ambiguous (config, config->boot_sources->pdata[i])
        && !ask_boot_drive (client, config, config->boot_sources->pdata[i], error))
      return FALSE;
  return TRUE;
}

AvbHypervConfig *
avb_hyperv_connection_read_config (AvbHypervConnection *self,
                                   AvbWsmanClient      *client,
                                   const char          *id,
                                   gboolean             fresh,
                                   GError             **error)
{
  g_autoptr (AvbWmiPath) path = avb_hyperv_settings_path (id);
  g_autoptr (AvbWmiObject) settings = dex_await_boxed (avb_wsman_client_get (client, path), error);
  g_autoptr (AvbHypervConfig) config = NULL;
  g_autoptr (GPtrArray) components = NULL;

  if (settings == NULL)
    return NULL;
  config = avb_hyperv_config_new (g_steal_pointer (&settings));
  components = query_of (client, path, "AssocClass = Msvm_VirtualSystemSettingDataComponent", error);
  if (components == NULL)
    return NULL;
  take_components (config, components);
  if (avb_hyperv_config_get_generation (config) == 2 && !read_boot_sources (client, path, config, error))
    return NULL;
  if ((fresh || has_unknown_switch (self, components)) && !avb_hyperv_connection_read_switches (self, client, error))
    return NULL;
  copy_switches (self, config);
  return g_steal_pointer (&config);
}
