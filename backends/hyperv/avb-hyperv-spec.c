/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-devices.h"

#include <string.h>

/* From what the host says to our words. */

static const char *const bus_names[] = { "virtio", "sata", "scsi", "usb", "ide", "fdc" };

static gboolean
has_ending (const char *path, const char *ending)
{
  gsize length = strlen (path), end = strlen (ending);

  return length > end && g_ascii_strcasecmp (path + length - end, ending) == 0;
}

/* What a file is, is in its name here: the host goes by it, too. */
const char *
avb_hyperv_format_of (const char *path, gboolean dvd)
{
  if (dvd)
    return "raw";
  return has_ending (path, ".vhd") || has_ending (path, ".avhd") ? "vpc" : "vhdx";
}

AvbDiskSpec *
avb_hyperv_drive_read (const AvbHypervDrive *drive)
{
  const char  *path = avb_hyperv_drive_get_path (drive);
  AvbDiskSpec *disk
      = avb_disk_spec_new (drive->dvd ? AVB_DISK_DEVICE_CDROM : AVB_DISK_DEVICE_DISK,
                           drive->scsi ? AVB_DISK_BUS_SCSI : AVB_DISK_BUS_IDE, path,
                           path != NULL ? avb_hyperv_format_of (path, drive->dvd) : NULL);

  disk->boot_order = drive->boot;
  return disk;
}

typedef struct {
  AvbDiskBus bus;
  gboolean   has_bus;
  guint      boot;
} Word;

/* "scsi0:1,virtio,2": place, bus, boot order */
static AvbHypervDrive *
parse_word (const char *text, GPtrArray *drives, Word *word)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", 3);

  if (g_strv_length (parts) != 3)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (bus_names); i++)
    if (g_str_equal (parts[1], bus_names[i]))
      {
        word->bus = (AvbDiskBus) i;
        word->has_bus = TRUE;
      }
  word->boot = (guint) MIN (g_ascii_strtoull (parts[2], NULL, 10), G_MAXINT);
  for (guint i = 0; i < drives->len; i++)
    {
      g_autofree char *place = avb_hyperv_drive_dup_place (drives->pdata[i]);

      if (g_str_equal (place, parts[0]))
        return drives->pdata[i];
    }
  return NULL;
}

static void
add_disk (AvbHypervDrive *drive, const Word *word, GPtrArray *disks, GPtrArray *order)
{
  AvbDiskSpec *disk = avb_hyperv_drive_read (drive);

  if (word != NULL && word->has_bus)
    disk->bus = word->bus;
  if (word != NULL)
    disk->boot_order = word->boot;
  g_ptr_array_add (disks, disk);
  g_ptr_array_add (order, drive);
}

static int
compare_boot (gconstpointer a, gconstpointer b, gpointer data)
{
  const guint *first = a, *second = b;
  GPtrArray   *disks = data;

  return (int) ((AvbDiskSpec *) disks->pdata[*first])->boot_order
         - (int) ((AvbDiskSpec *) disks->pdata[*second])->boot_order;
}

/* The drives that are started from, in order, as the specs say it. */
GPtrArray *
avb_hyperv_list_wished (GPtrArray *disks, GPtrArray *order)
{
  GPtrArray *wished = g_ptr_array_new ();
  g_autoptr (GArray) indexes = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < disks->len; i++)
    if (((AvbDiskSpec *) disks->pdata[i])->boot_order > 0)
      g_array_append_val (indexes, i);
  g_array_sort_with_data (indexes, compare_boot, disks);
  for (guint i = 0; i < indexes->len; i++)
    g_ptr_array_add (wished, order->pdata[g_array_index (indexes, guint, i)]);
  return wished;
}

static GPtrArray *
list_actual (GPtrArray *drives)
{
  GPtrArray *actual = g_ptr_array_new ();

  for (guint boot = 1; boot <= drives->len; boot++)
    for (guint i = 0; i < drives->len; i++)
      if (((AvbHypervDrive *) drives->pdata[i])->boot == boot)
        g_ptr_array_add (actual, drives->pdata[i]);
  return actual;
}

/* The kinds of drives in order, each once. */
static GArray *
list_kinds (GPtrArray *drives)
{
  GArray *kinds = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < drives->len; i++)
    {
      guint    kind = avb_hyperv_drive_boot_kind (drives->pdata[i]);
      gboolean known = FALSE;

      for (guint k = 0; k < kinds->len; k++)
        known |= g_array_index (kinds, guint, k) == kind;
      if (!known && kind != G_MAXUINT)
        g_array_append_val (kinds, kind);
    }
  return kinds;
}

gboolean
avb_hyperv_boot_agrees (AvbHypervConfig *config, GPtrArray *drives, GPtrArray *wished)
{
  g_autoptr (GPtrArray) actual = list_actual (drives);
  g_autoptr (GArray) actual_kinds = list_kinds (actual);
  g_autoptr (GArray) wished_kinds = list_kinds (wished);

  if (avb_hyperv_config_get_generation (config) == 2)
    {
      /* A host that does not say what can be started from is not argued with. */
      for (guint i = 0; config->boot_sources->len > 0 && i < wished->len; i++)
        if (i >= actual->len || actual->pdata[i] != wished->pdata[i])
          return FALSE;
      return TRUE;
    }
  for (guint i = 0; i < wished_kinds->len; i++)
    if (i >= actual_kinds->len || g_array_index (actual_kinds, guint, i) != g_array_index (wished_kinds, guint, i))
      return FALSE;
  return TRUE;
}

/* Somebody else changed the order since the notes were written: the host is right. */
static void
take_actual_boot (GPtrArray *disks, GPtrArray *order)
{
  for (guint i = 0; i < disks->len; i++)
    ((AvbDiskSpec *) disks->pdata[i])->boot_order = ((AvbHypervDrive *) order->pdata[i])->boot;
}

GPtrArray *
avb_hyperv_drives_read (AvbHypervConfig *config, GPtrArray *drives, const char *word, GPtrArray **out_order)
{
  GPtrArray *disks = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_disk_spec_free);
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  g_auto (GStrv) words = g_strsplit (word != NULL ? word : "", " ", 512);
  g_autoptr (GPtrArray) wished = NULL;

  for (guint i = 0; words[i] != NULL; i++)
    {
      Word            parsed = { 0 };
      AvbHypervDrive *drive = parse_word (words[i], drives, &parsed);

      if (drive != NULL && !g_ptr_array_find (order, drive, NULL)
          && (drive->dvd || avb_hyperv_drive_get_path (drive) != NULL))
        add_disk (drive, &parsed, disks, order);
    }
  for (guint i = 0; i < drives->len; i++)
    {
      AvbHypervDrive *drive = drives->pdata[i];

      /* A hard drive without a medium is nothing that could be said. */
      if (!g_ptr_array_find (order, drive, NULL) && (drive->dvd || avb_hyperv_drive_get_path (drive) != NULL))
        add_disk (drive, NULL, disks, order);
    }
  wished = avb_hyperv_list_wished (disks, order);
  if (word != NULL && !avb_hyperv_boot_agrees (config, drives, wished))
    take_actual_boot (disks, order);
  if (out_order != NULL)
    *out_order = g_ptr_array_ref (order);
  return disks;
}

char *
avb_hyperv_drives_to_word (GPtrArray *drives, GPtrArray *disks)
{
  g_autoptr (GString) word = g_string_new (NULL);

  for (guint i = 0; i < drives->len; i++)
    {
      const AvbDiskSpec *disk = disks->pdata[i];
      g_autofree char   *place = avb_hyperv_drive_dup_place (drives->pdata[i]);

      g_string_append_printf (
          word, "%s%s,%s,%u", i > 0 ? " " : "", place, bus_names[disk->bus], disk->boot_order);
    }
  return g_strdup (word->str);
}

char *
avb_hyperv_adapters_to_word (GPtrArray *ordered)
{
  g_autoptr (GString) word = g_string_new (NULL);

  for (guint i = 0; i < ordered->len; i++)
    {
      g_autofree char *guid = avb_hyperv_adapter_dup_guid (ordered->pdata[i]);

      g_string_append_printf (word, "%s%s", i > 0 ? " " : "", guid);
    }
  return g_strdup (word->str);
}

GPtrArray *
avb_hyperv_adapters_sort (GPtrArray *adapters, const char *word)
{
  GPtrArray *ordered = g_ptr_array_new ();
  g_auto (GStrv) guids = g_strsplit (word != NULL ? word : "", " ", 64);

  for (guint i = 0; guids[i] != NULL; i++)
    for (guint k = 0; k < adapters->len; k++)
      {
        g_autofree char *guid = avb_hyperv_adapter_dup_guid (adapters->pdata[k]);

        if (g_str_equal (guid, guids[i]) && !g_ptr_array_find (ordered, adapters->pdata[k], NULL))
          g_ptr_array_add (ordered, adapters->pdata[k]);
      }
  for (guint k = 0; k < adapters->len; k++)
    if (!g_ptr_array_find (ordered, adapters->pdata[k], NULL))
      g_ptr_array_add (ordered, adapters->pdata[k]);
  return ordered;
}

/* The key Name of a switch in a path: "…Msvm_VirtualEthernetSwitch.CreationClassName=…,Name=…" */
static AvbHypervSwitch *
find_switch_of (AvbHypervConfig *config, AvbWmiObject *connection)
{
  const char *resource = avb_wmi_object_get_string (connection, "HostResource");
  g_autoptr (AvbWmiPath) path = resource != NULL ? avb_wmi_path_from_text (resource, NULL) : NULL;
  const char *id = path != NULL ? avb_wmi_path_get_key (path, "Name") : NULL;

  for (guint i = 0; id != NULL && i < config->switches->len; i++)
    {
      AvbHypervSwitch *candidate = config->switches->pdata[i];

      if (g_ascii_strcasecmp (candidate->id, id) == 0)
        return candidate;
    }
  return NULL;
}

static gboolean
is_default (const AvbHypervSwitch *candidate)
{
  return g_ascii_strcasecmp (candidate->id, AVB_HYPERV_DEFAULT_SWITCH) == 0;
}

/* Page "Msvm_SyntheticEthernetPortSettingData": Address is twelve digits; one that is not static changes as the host likes,
 * so that it is not said. */
static char *
dup_mac (AvbWmiObject *adapter)
{
  const char *address = avb_wmi_object_get_string (adapter, "Address");
  GString    *mac;

  if (!avb_wmi_object_get_boolean (adapter, "StaticMacAddress") || address == NULL || strlen (address) != 12
      || strspn (address, "0123456789abcdefABCDEF") != 12)
    return NULL;
  mac = g_string_new (NULL);
  for (guint i = 0; i < 12; i += 2)
    g_string_append_printf (mac, "%s%c%c", i > 0 ? ":" : "", g_ascii_tolower (address[i]),
                            g_ascii_tolower (address[i + 1]));
  return g_string_free (mac, FALSE);
}

AvbInterfaceSpec *
avb_hyperv_adapter_read (AvbHypervConfig *config, const AvbHypervAdapter *adapter)
{
  AvbHypervSwitch *found = adapter->connection != NULL ? find_switch_of (config, adapter->connection) : NULL;
  const char      *last
      = adapter->connection != NULL ? avb_wmi_object_get_string (adapter->connection, "LastKnownSwitchName") : NULL;
  AvbInterfaceSpec *nic;

  if (found != NULL && is_default (found))
    nic = avb_interface_spec_new (AVB_INTERFACE_USER, NULL, NULL);
  else if (found != NULL)
    nic = avb_interface_spec_new (found->external ? AVB_INTERFACE_BRIDGE : AVB_INTERFACE_NETWORK, found->name, NULL);
  else
    nic = avb_interface_spec_new (
        AVB_INTERFACE_NETWORK, last != NULL && *last != '\0' ? last : "Not Connected", NULL);
  nic->mac = dup_mac (adapter->object);
  return nic;
}

AvbHypervSwitch *
avb_hyperv_find_switch (GPtrArray *switches, const AvbInterfaceSpec *nic)
{
  for (guint i = 0; i < switches->len; i++)
    {
      AvbHypervSwitch *candidate = switches->pdata[i];

      if (nic->kind == AVB_INTERFACE_USER ? is_default (candidate)
                                          : !is_default (candidate)
                                                && candidate->external == (nic->kind == AVB_INTERFACE_BRIDGE)
                                                && g_strcmp0 (candidate->name, nic->source) == 0)
        return candidate;
    }
  return NULL;
}

const char *const avb_hyperv_extra_names[AVB_N_EXTRAS]
    = { "guest-agent", "display-agent", "usb-redirection", "sound", "folder-channel", NULL };

static void
read_extras (AvbMachineSpec *spec, const char *word)
{
  g_auto (GStrv) wishes = g_strsplit (word != NULL ? word : "", " ", AVB_N_EXTRAS + 1);

  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (
        spec, i, avb_hyperv_extra_names[i] != NULL && g_strv_contains ((const char *const *) wishes, avb_hyperv_extra_names[i]));
}

static void
read_devices (AvbHypervConfig *config, AvbHypervNotes *notes, AvbMachineSpec *spec)
{
  g_autoptr (GPtrArray) controllers = avb_hyperv_list_controllers (config);
  g_autoptr (GPtrArray) drives = avb_hyperv_list_drives (config, controllers);
  g_autoptr (GPtrArray) disks
      = avb_hyperv_drives_read (config, drives, avb_hyperv_notes_get (notes, "disks"), NULL);
  g_autoptr (GPtrArray) adapters = avb_hyperv_list_adapters (config);
  g_autoptr (GPtrArray) ordered = avb_hyperv_adapters_sort (adapters, avb_hyperv_notes_get (notes, "nics"));

  for (guint i = 0; i < disks->len; i++)
    avb_machine_spec_add_disk (spec, avb_disk_spec_copy (disks->pdata[i]));
  for (guint i = 0; i < ordered->len; i++)
    avb_machine_spec_add_interface (spec, avb_hyperv_adapter_read (config, ordered->pdata[i]));
}

static AvbFirmware
read_firmware (AvbHypervConfig *config)
{
  if (avb_hyperv_config_get_generation (config) == 1)
    return AVB_FIRMWARE_BIOS;
  return avb_wmi_object_get_boolean (config->settings, "SecureBootEnabled") ? AVB_FIRMWARE_UEFI_SECURE
                                                                            : AVB_FIRMWARE_UEFI;
}

AvbMachineSpec *
avb_hyperv_spec_read (AvbHypervConfig *config)
{
  AvbMachineSpec *spec = avb_machine_spec_new ();
  AvbWmiObject   *processor = avb_hyperv_config_find (config, "Msvm_ProcessorSettingData");
  AvbWmiObject   *memory = avb_hyperv_config_find (config, "Msvm_MemorySettingData");
  g_autoptr (AvbHypervNotes) notes = avb_hyperv_config_parse_notes (config);

  avb_machine_spec_set_name (spec, avb_wmi_object_get_string (config->settings, "ElementName"));
  avb_machine_spec_set_description (spec, notes->description);
  avb_machine_spec_set_os_id (spec, avb_hyperv_notes_get (notes, "os"));
  avb_machine_spec_set_firmware (spec, read_firmware (config));
  avb_machine_spec_set_tpm (
      spec, config->security != NULL && avb_wmi_object_get_boolean (config->security, "TpmEnabled"));
  if (processor != NULL)
    avb_machine_spec_set_cpus (
        spec, (guint) CLAMP (avb_wmi_object_get_uint (processor, "VirtualQuantity", 1), 1, 65536));
  if (memory != NULL)
    avb_machine_spec_set_memory_mib (
        spec, CLAMP (avb_wmi_object_get_uint (memory, "VirtualQuantity", 0), 16, G_MAXUINT32));
  avb_machine_spec_set_graphics (spec, g_strcmp0 (avb_hyperv_notes_get (notes, "graphics"), "no") != 0);
  read_extras (spec, avb_hyperv_notes_get (notes, "extras"));
  read_devices (config, notes, spec);
  return spec;
}
