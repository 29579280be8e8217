/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-match.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"

/* From what a machine is to what a spec says it should be, a call at a time. */

/* Names of templates are PowerShell's; the property takes their identifiers (Get-VMHost lists both). */
#define TEMPLATE_WINDOWS "1734c6e8-3154-4dda-ba5f-a874cc483422"      /* MicrosoftWindows */
#define TEMPLATE_UEFI_AUTHORITY "272e7447-90a4-4563-a4b9-8e4ab00526ce" /* MicrosoftUEFICertificateAuthority */
/* Page "Msvm_VirtualSystemSettingData", UserSnapshotType: with memory and devices */
#define SNAPSHOT_STANDARD 5

typedef struct {
  AvbHypervConfig *config;
  AvbMachineSpec  *spec;
  AvbHypervMatch  *match;
  AvbHypervStep   *step;
} Plan;

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

static void
take_object (Plan *plan, AvbHypervStepKind kind, AvbWmiObject *object)
{
  plan->step->kind = kind;
  g_ptr_array_add (plan->step->objects, object);
}

static void
take_path (Plan *plan, GPtrArray *paths, AvbWmiObject *object)
{
  plan->step->kind = AVB_HYPERV_STEP_REMOVE;
  g_ptr_array_add (paths, avb_wmi_path_new (avb_wmi_object_get_class (object), "InstanceID",
                                            avb_hyperv_get_id (object), NULL));
}

static void
set_one_string (AvbWmiObject *object, const char *name, const char *value)
{
  const char *values[] = { value, NULL };

  avb_wmi_object_set_strings (object, name, values);
}

/* --- What must go --- */

static void
plan_removal (Plan *plan)
{
  GPtrArray *disks = avb_machine_spec_get_disks (plan->spec);

  for (guint i = 0; i < plan->match->unused_drives->len; i++)
    {
      const AvbHypervDrive *drive = plan->match->unused_drives->pdata[i];

      if (drive->medium != NULL)
        take_path (plan, plan->step->parts, drive->medium);
      take_path (plan, plan->step->wholes, drive->object);
    }
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbHypervDrive *drive = plan->match->disks->pdata[i];

      if (drive != NULL && drive->medium != NULL && ((AvbDiskSpec *) disks->pdata[i])->path == NULL)
        take_path (plan, plan->step->parts, drive->medium);
    }
  for (guint i = 0; i < plan->match->unused_adapters->len; i++)
    {
      const AvbHypervAdapter *adapter = plan->match->unused_adapters->pdata[i];

      if (adapter->connection != NULL)
        take_path (plan, plan->step->parts, adapter->connection);
      take_path (plan, plan->step->wholes, adapter->object);
    }
}

/* --- What is there and differs --- */

/* Pages "Msvm_ProcessorSettingData" and "Msvm_MemorySettingData". Dynamic memory stays so: what the spec says is what the
 * machine starts with. */
static void
plan_size (Plan *plan)
{
  AvbWmiObject *processor = avb_hyperv_config_find (plan->config, "Msvm_ProcessorSettingData");
  AvbWmiObject *memory = avb_hyperv_config_find (plan->config, "Msvm_MemorySettingData");
  guint         cpus = avb_machine_spec_get_cpus (plan->spec);
  guint64       mib = avb_machine_spec_get_memory_mib (plan->spec);

  if (processor != NULL && avb_wmi_object_get_uint (processor, "VirtualQuantity", 1) != cpus)
    {
      processor = avb_wmi_object_copy (processor);
      avb_wmi_object_set_uint (processor, "VirtualQuantity", AVB_WMI_UINT64, cpus);
      take_object (plan, AVB_HYPERV_STEP_MODIFY, processor);
    }
  if (memory != NULL && avb_wmi_object_get_uint (memory, "VirtualQuantity", 0) != mib)
    {
      gboolean dynamic = avb_wmi_object_get_boolean (memory, "DynamicMemoryEnabled");
      guint64  least = avb_wmi_object_get_uint (memory, "Reservation", mib);
      guint64  most = avb_wmi_object_get_uint (memory, "Limit", mib);

      memory = avb_wmi_object_copy (memory);
      avb_wmi_object_set_uint (memory, "VirtualQuantity", AVB_WMI_UINT64, mib);
      avb_wmi_object_set_uint (memory, "Reservation", AVB_WMI_UINT64, dynamic ? MIN (least, mib) : mib);
      avb_wmi_object_set_uint (memory, "Limit", AVB_WMI_UINT64, dynamic ? MAX (most, mib) : mib);
      take_object (plan, AVB_HYPERV_STEP_MODIFY, memory);
    }
}

static void
plan_discs (Plan *plan)
{
  GPtrArray *disks = avb_machine_spec_get_disks (plan->spec);

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec    *disk = disks->pdata[i];
      const AvbHypervDrive *drive = plan->match->disks->pdata[i];
      AvbWmiObject         *medium;

      if (drive == NULL || !drive->dvd || drive->medium == NULL || disk->path == NULL
          || g_strcmp0 (avb_hyperv_drive_get_path (drive), disk->path) == 0)
        continue;
      medium = avb_wmi_object_copy (drive->medium);
      set_one_string (medium, "HostResource", disk->path);
      take_object (plan, AVB_HYPERV_STEP_MODIFY, medium);
    }
}

static char *
dup_address (const char *mac)
{
  g_auto (GStrv) bytes = g_strsplit (mac, ":", -1);
  g_autofree char *joined = g_strjoinv ("", bytes);

  return g_ascii_strup (joined, -1);
}

static void
set_mac (AvbWmiObject *adapter, const char *mac)
{
  g_autofree char *address = mac != NULL ? dup_address (mac) : NULL;

  avb_wmi_object_set_boolean (adapter, "StaticMacAddress", address != NULL);
  if (address != NULL)
    avb_wmi_object_set_string (adapter, "Address", address);
}

/* Page "Msvm_EthernetPortAllocationSettingData": EnabledState 2 is connected, HostResource to what. */
static gboolean
connect_to (Plan *plan, AvbWmiObject *connection, const AvbInterfaceSpec *nic)
{
  AvbHypervSwitch *target = avb_hyperv_find_switch (plan->config->switches, nic);

  if (target == NULL)
    return FALSE;
  set_one_string (connection, "HostResource", target->path);
  avb_wmi_object_set_uint (connection, "EnabledState", AVB_WMI_UINT16, 2);
  return TRUE;
}

static void
plan_adapters (Plan *plan)
{
  GPtrArray *nics = avb_machine_spec_get_interfaces (plan->spec);

  for (guint i = 0; i < nics->len; i++)
    {
      const AvbInterfaceSpec *nic = nics->pdata[i];
      const AvbHypervAdapter *adapter = plan->match->nics->pdata[i];
      g_autoptr (AvbInterfaceSpec) is = adapter != NULL ? avb_hyperv_adapter_read (plan->config, adapter) : NULL;
      AvbWmiObject *changed;

      if (adapter == NULL)
        continue;
      if (nic->mac != NULL && (is->mac == NULL || g_ascii_strcasecmp (nic->mac, is->mac) != 0))
        {
          changed = avb_wmi_object_copy (adapter->object);
          set_mac (changed, nic->mac);
          take_object (plan, AVB_HYPERV_STEP_MODIFY, changed);
        }
      if (adapter->connection == NULL || (is->kind == nic->kind && g_strcmp0 (is->source, nic->source) == 0))
        continue;
      changed = avb_wmi_object_copy (adapter->connection);
      if (connect_to (plan, changed, nic))
        take_object (plan, AVB_HYPERV_STEP_MODIFY, changed);
      else
        avb_wmi_object_unref (changed);
    }
}

/* --- What is missing --- */

static AvbWmiObject *
new_resource (const char *class_name, guint type, const char *sub_type)
{
  AvbWmiObject *object = avb_wmi_object_new (class_name);

  avb_wmi_object_set_uint (object, "ResourceType", AVB_WMI_UINT16, type);
  avb_wmi_object_set_string (object, "ResourceSubType", sub_type);
  return object;
}

static void
set_parent (AvbWmiObject *object, AvbWmiObject *parent)
{
  g_autofree char *path = avb_hyperv_dup_path_text (parent);

  avb_wmi_object_set_string (object, "Parent", path);
}

static gboolean
is_taken (Plan *plan, GHashTable *given, const AvbHypervController *controller, guint slot)
{
  g_autofree char *place = g_strdup_printf ("%d %u %u", controller->scsi, controller->number, slot);

  for (guint i = 0; i < plan->config->components->len; i++)
    {
      AvbWmiObject    *object = plan->config->components->pdata[i];
      const char      *address = avb_wmi_object_get_string (object, "AddressOnParent");
      g_autofree char *parent = avb_hyperv_dup_path_id (avb_wmi_object_get_string (object, "Parent"));

      /* Also drives that this program knows nothing of. */
      if (address != NULL && parent != NULL && g_ascii_strtoull (address, NULL, 10) == slot
          && g_ascii_strcasecmp (parent, avb_hyperv_get_id (controller->object)) == 0)
        return TRUE;
    }
  return !g_hash_table_add (given, g_steal_pointer (&place));
}

static gboolean
find_slot (Plan *plan, GHashTable *given, gboolean scsi, const AvbHypervController **controller, guint *slot)
{
  for (guint i = 0; i < plan->match->controllers->len; i++)
    {
      *controller = plan->match->controllers->pdata[i];
      if ((*controller)->scsi != scsi)
        continue;
      for (*slot = 0; *slot < (scsi ? AVB_HYPERV_SCSI_SLOTS : AVB_HYPERV_IDE_SLOTS); ++*slot)
        if (!is_taken (plan, given, *controller, *slot))
          return TRUE;
    }
  return FALSE;
}

static AvbWmiObject *
new_drive (const AvbDiskSpec *disk, const AvbHypervController *controller, guint slot)
{
  gboolean         dvd = disk->device == AVB_DISK_DEVICE_CDROM;
  AvbWmiObject    *drive = new_resource (AVB_HYPERV_RASD, dvd ? AVB_HYPERV_TYPE_DVD : AVB_HYPERV_TYPE_DISK,
                                         dvd ? AVB_HYPERV_SUB_DVD : AVB_HYPERV_SUB_DISK);
  g_autofree char *address = g_strdup_printf ("%u", slot);

  set_parent (drive, controller->object);
  avb_wmi_object_set_string (drive, "AddressOnParent", address);
  return drive;
}

static gboolean
plan_drives (Plan *plan, GError **error)
{
  GPtrArray *disks = avb_machine_spec_get_disks (plan->spec);
  g_autoptr (GHashTable) given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec         *disk = disks->pdata[i];
      gboolean                   scsi = avb_hyperv_wants_scsi (plan->config, disk);
      const AvbHypervController *controller;
      guint                      slot;

      if (plan->match->disks->pdata[i] != NULL)
        continue;
      if (find_slot (plan, given, scsi, &controller, &slot))
        take_object (plan, AVB_HYPERV_STEP_ADD, new_drive (disk, controller, slot));
      else if (scsi && plan->step->kind == AVB_HYPERV_STEP_NONE)
        {
          take_object (plan, AVB_HYPERV_STEP_ADD, new_resource (AVB_HYPERV_RASD, AVB_HYPERV_TYPE_SCSI, AVB_HYPERV_SUB_SCSI));
          return TRUE;
        }
      else if (scsi)
        return TRUE; /* first the drives that there is room for */
      else
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                                   _ ("The machine has no room for another disk or disc.")));
          return FALSE;
        }
    }
  return TRUE;
}

static void
plan_media (Plan *plan)
{
  GPtrArray *disks = avb_machine_spec_get_disks (plan->spec);

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec    *disk = disks->pdata[i];
      const AvbHypervDrive *drive = plan->match->disks->pdata[i];
      AvbWmiObject         *medium;

      if (drive == NULL || drive->medium != NULL || disk->path == NULL)
        continue;
      medium = new_resource (AVB_HYPERV_SASD, AVB_HYPERV_TYPE_STORAGE, drive->dvd ? AVB_HYPERV_SUB_ISO : AVB_HYPERV_SUB_VHD);
      set_parent (medium, drive->object);
      set_one_string (medium, "HostResource", disk->path);
      take_object (plan, AVB_HYPERV_STEP_ADD, medium);
    }
}

static void
plan_new_adapters (Plan *plan)
{
  GPtrArray *nics = avb_machine_spec_get_interfaces (plan->spec);

  for (guint i = 0; i < nics->len; i++)
    {
      g_autofree char *guid = g_uuid_string_random ();
      g_autofree char *braced = g_strdup_printf ("{%s}", guid);
      AvbWmiObject    *adapter;

      if (plan->match->nics->pdata[i] != NULL)
        continue;
      adapter = new_resource (AVB_HYPERV_SEPSD, AVB_HYPERV_TYPE_ETHERNET, AVB_HYPERV_SUB_ETHERNET);
      avb_wmi_object_set_string (adapter, "ElementName", "Network Adapter");
      set_one_string (adapter, "VirtualSystemIdentifiers", braced);
      set_mac (adapter, ((AvbInterfaceSpec *) nics->pdata[i])->mac);
      take_object (plan, AVB_HYPERV_STEP_ADD, adapter);
    }
}

static void
plan_connections (Plan *plan)
{
  GPtrArray *nics = avb_machine_spec_get_interfaces (plan->spec);

  for (guint i = 0; i < nics->len; i++)
    {
      const AvbHypervAdapter *adapter = plan->match->nics->pdata[i];
      g_autoptr (AvbInterfaceSpec) is = adapter != NULL ? avb_hyperv_adapter_read (plan->config, adapter) : NULL;
      AvbWmiObject *connection;

      if (adapter == NULL || adapter->connection != NULL || avb_interface_spec_equal (is, nics->pdata[i]))
        continue;
      connection = new_resource (AVB_HYPERV_EPASD, AVB_HYPERV_TYPE_CONNECTION, AVB_HYPERV_SUB_CONNECTION);
      set_parent (connection, adapter->object);
      if (connect_to (plan, connection, nics->pdata[i]))
        take_object (plan, AVB_HYPERV_STEP_ADD, connection);
      else
        avb_wmi_object_unref (connection);
    }
}

/* --- The machine itself --- */

static void
add_string (GPtrArray *list, const char *text)
{
  for (guint i = 0; i < list->len; i++)
    if (g_ascii_strcasecmp (list->pdata[i], text) == 0)
      return;
  g_ptr_array_add (list, g_strdup (text));
}

/* Page "Msvm_VirtualSystemSettingData", BootSourceOrder: what is wished first, then everything else as it was. */
static void
set_source_order (Plan *plan, AvbWmiObject *settings, GPtrArray *wished)
{
  g_autoptr (GPtrArray) order = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < wished->len; i++)
    {
      AvbWmiObject *source = avb_hyperv_find_boot_source (plan->config, wished->pdata[i], plan->match->controllers);
      g_autofree char *id = source != NULL ? g_strdup (avb_hyperv_get_id (source)) : NULL;
      g_autofree char *path = source != NULL ? avb_hyperv_dup_path_text (source) : NULL;

      /* As the host spells it, where it is in the order already. */
      for (guint k = 0; id != NULL && k < avb_wmi_object_count (settings, "BootSourceOrder"); k++)
        {
          const char      *text = avb_wmi_object_get_string_at (settings, "BootSourceOrder", k);
          g_autofree char *other = avb_hyperv_dup_path_id (text);

          if (other != NULL && g_ascii_strcasecmp (other, id) == 0)
            g_set_str (&path, text);
        }
      if (path != NULL)
        add_string (order, path);
    }
  for (guint k = 0; k < avb_wmi_object_count (settings, "BootSourceOrder"); k++)
    {
      const char *text = avb_wmi_object_get_string_at (settings, "BootSourceOrder", k);

      if (text != NULL)
        add_string (order, text);
    }
  g_ptr_array_add (order, NULL);
  avb_wmi_object_set_strings (settings, "BootSourceOrder", (const char *const *) order->pdata);
}

/* The same page, BootOrder: each of four kinds once. */
static void
set_kind_order (AvbWmiObject *settings, GPtrArray *wished)
{
  guint64 order[4];
  gsize   n = 0;
  guint   n_before = MIN (avb_wmi_object_count (settings, "BootOrder"), 8);
  guint64 candidates[512];
  gsize   n_candidates = 0;

  for (guint i = 0; i < MIN (wished->len, 256); i++)
    candidates[n_candidates++] = avb_hyperv_drive_boot_kind (wished->pdata[i]);
  for (guint i = 0; i < n_before; i++)
    {
      const char *text = avb_wmi_object_get_string_at (settings, "BootOrder", i);

      candidates[n_candidates++] = text != NULL ? g_ascii_strtoull (text, NULL, 10) : G_MAXUINT64;
    }
  for (guint64 kind = 0; kind < 4; kind++)
    candidates[n_candidates++] = (kind + 1) % 4;
  for (gsize i = 0; i < n_candidates && n < G_N_ELEMENTS (order); i++)
    {
      gboolean known = candidates[i] > 3;

      for (gsize k = 0; k < n; k++)
        known |= order[k] == candidates[i];
      if (!known)
        order[n++] = candidates[i];
    }
  avb_wmi_object_set_uints (settings, "BootOrder", AVB_WMI_UINT16, order, n);
}

static gboolean
plan_boot (Plan *plan)
{
  GPtrArray *disks = avb_machine_spec_get_disks (plan->spec);
  g_autoptr (GPtrArray) wished = avb_hyperv_list_wished (disks, plan->match->disks);
  AvbWmiObject *settings;

  if (avb_hyperv_boot_agrees (plan->config, plan->match->drives, wished))
    return FALSE;
  settings = avb_wmi_object_copy (plan->config->settings);
  if (avb_hyperv_config_get_generation (plan->config) == 1)
    set_kind_order (settings, wished);
  else
    for (guint i = 0; i < wished->len; i++)
      if (avb_hyperv_find_boot_source (plan->config, wished->pdata[i], plan->match->controllers) == NULL)
        {
          avb_wmi_object_unref (settings);
          return FALSE;
        }
  if (avb_hyperv_config_get_generation (plan->config) == 2)
    set_source_order (plan, settings, wished);
  take_object (plan, AVB_HYPERV_STEP_SYSTEM, settings);
  return TRUE;
}

static char *
dup_extras (AvbMachineSpec *spec)
{
  g_autoptr (GString) word = g_string_new (NULL);

  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    if (avb_hyperv_extra_names[i] != NULL && avb_machine_spec_get_extra (spec, i))
      g_string_append_printf (word, "%s%s", word->len > 0 ? " " : "", avb_hyperv_extra_names[i]);
  return word->len > 0 ? g_strdup (word->str) : NULL;
}

static void
set_words (AvbHypervNotes *notes, AvbMachineSpec *spec)
{
  g_autofree char *extras = dup_extras (spec);

  g_set_str (&notes->description, avb_machine_spec_get_description (spec));
  avb_hyperv_notes_set (notes, "os", avb_machine_spec_get_os_id (spec));
  avb_hyperv_notes_set (notes, "extras", extras);
  avb_hyperv_notes_set (notes, "graphics", avb_machine_spec_get_graphics (spec) ? NULL : "no");
}

static gboolean
disks_equal (GPtrArray *a, GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!avb_disk_spec_equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

/* Words that only say what the devices say by themselves are left out. */
static void
set_device_words (Plan *plan, AvbHypervNotes *notes)
{
  GPtrArray *disks = avb_machine_spec_get_disks (plan->spec);
  g_autoptr (GPtrArray) natural = avb_hyperv_drives_read (plan->config, plan->match->drives, NULL, NULL);
  g_autofree char *places
      = disks_equal (natural, disks) ? NULL : avb_hyperv_drives_to_word (plan->match->disks, disks);
  g_autoptr (GPtrArray) sorted = avb_hyperv_adapters_sort (plan->match->adapters, NULL);
  g_autofree char *nics = NULL;

  for (guint i = 0; nics == NULL && i < plan->match->nics->len; i++)
    if (sorted->pdata[i] != plan->match->nics->pdata[i])
      nics = avb_hyperv_adapters_to_word (plan->match->nics);
  avb_hyperv_notes_set (notes, "disks", places);
  avb_hyperv_notes_set (notes, "nics", nics);
}

static const char *
choose_template (AvbMachineSpec *spec)
{
  const char *os_id = avb_machine_spec_get_os_id (spec);

  return os_id != NULL && strstr (os_id, "microsoft.com/") != NULL ? TEMPLATE_WINDOWS : TEMPLATE_UEFI_AUTHORITY;
}

/* A template that is in force already, whichever, stays. */
static void
set_secure_boot (AvbWmiObject *settings, AvbMachineSpec *spec)
{
  gboolean secure = avb_machine_spec_get_firmware (spec) == AVB_FIRMWARE_UEFI_SECURE;

  avb_wmi_object_set_boolean (settings, "SecureBootEnabled", secure);
  if (secure)
    avb_wmi_object_set_string (settings, "SecureBootTemplateId", choose_template (spec));
}

static gboolean
secure_boot_differs (AvbHypervConfig *config, AvbMachineSpec *spec)
{
  return avb_hyperv_config_get_generation (config) == 2
         && avb_wmi_object_get_boolean (config->settings, "SecureBootEnabled")
                != (avb_machine_spec_get_firmware (spec) == AVB_FIRMWARE_UEFI_SECURE);
}

static void
plan_system (Plan *plan)
{
  g_autoptr (AvbWmiObject) settings = avb_wmi_object_copy (plan->config->settings);
  g_autoptr (AvbHypervNotes) notes = avb_hyperv_config_parse_notes (plan->config);
  g_autofree char *before = avb_hyperv_config_dup_notes (plan->config);
  g_autofree char *after = NULL;
  gboolean         differs = FALSE;

  set_words (notes, plan->spec);
  set_device_words (plan, notes);
  after = avb_hyperv_notes_merge (before, notes);
  if (!g_str_equal (before, after))
    {
      differs = TRUE;
      avb_hyperv_settings_set_notes (settings, after);
    }
  if (g_strcmp0 (avb_wmi_object_get_string (settings, "ElementName"), avb_machine_spec_get_name (plan->spec)) != 0)
    {
      differs = TRUE;
      avb_wmi_object_set_string (settings, "ElementName", avb_machine_spec_get_name (plan->spec));
    }
  if (secure_boot_differs (plan->config, plan->spec))
    {
      differs = TRUE;
      set_secure_boot (settings, plan->spec);
    }
  if (differs)
    take_object (plan, AVB_HYPERV_STEP_SYSTEM, g_steal_pointer (&settings));
}

static gboolean
tpm_differs (AvbHypervConfig *config, AvbMachineSpec *spec)
{
  gboolean has = config->security != NULL && avb_wmi_object_get_boolean (config->security, "TpmEnabled");

  return has != avb_machine_spec_get_tpm (spec);
}

static gboolean
plan_security (Plan *plan, GError **error)
{
  AvbWmiObject *security;

  if (!tpm_differs (plan->config, plan->spec))
    return TRUE;
  if (plan->config->security == NULL)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                               _ ("This version of Hyper-V has no TPM for machines.")));
      return FALSE;
    }
  security = avb_wmi_object_copy (plan->config->security);
  avb_wmi_object_set_boolean (security, "TpmEnabled", avb_machine_spec_get_tpm (plan->spec));
  take_object (plan, AVB_HYPERV_STEP_SECURITY, security);
  return TRUE;
}

static gboolean
plan_next (Plan *plan, GError **error)
{
  plan_size (plan);
  if (plan->step->kind == AVB_HYPERV_STEP_NONE)
    plan_removal (plan);
  if (plan->step->kind == AVB_HYPERV_STEP_NONE)
    {
      plan_discs (plan);
      plan_adapters (plan);
    }
  if (plan->step->kind == AVB_HYPERV_STEP_NONE && !plan_drives (plan, error))
    return FALSE;
  if (plan->step->kind == AVB_HYPERV_STEP_NONE)
    {
      plan_media (plan);
      plan_new_adapters (plan);
    }
  if (plan->step->kind == AVB_HYPERV_STEP_NONE)
    plan_connections (plan);
  if (plan->step->kind == AVB_HYPERV_STEP_NONE && !plan_boot (plan))
    plan_system (plan);
  return plan->step->kind != AVB_HYPERV_STEP_NONE || plan_security (plan, error);
}

AvbHypervStep *
avb_hyperv_spec_next_step (AvbHypervConfig *config, AvbMachineSpec *spec, GError **error)
{
  g_autoptr (AvbHypervMatch) match = avb_hyperv_match_new (config, spec);
  Plan plan = { config, spec, match, step_new () };

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
      || secure_boot_differs (config, spec) || tpm_differs (config, spec))
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

AvbWmiObject *
avb_hyperv_spec_new_settings (AvbMachineSpec *spec)
{
  AvbWmiObject  *settings = avb_wmi_object_new ("Msvm_VirtualSystemSettingData");
  gboolean       bios = avb_machine_spec_get_firmware (spec) == AVB_FIRMWARE_BIOS;
  GHashTableIter iter;
  gpointer       key, value;
  g_autoptr (AvbHypervNotes) notes = avb_hyperv_notes_new ();
  g_autofree char *text = NULL;

  set_words (notes, spec);
  g_hash_table_iter_init (&iter, avb_machine_spec_get_settings (spec));
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      g_autofree char *word = g_strconcat (AVB_HYPERV_NOTES_SETTING, key, NULL);

      avb_hyperv_notes_set (notes, word, value);
    }
  text = avb_hyperv_notes_merge (NULL, notes);
  avb_wmi_object_set_string (settings, "ElementName", avb_machine_spec_get_name (spec));
  avb_wmi_object_set_string (settings, "VirtualSystemSubType",
                             bios ? "Microsoft:Hyper-V:SubType:1" : "Microsoft:Hyper-V:SubType:2");
  avb_hyperv_settings_set_notes (settings, text);
  avb_wmi_object_set_uint (settings, "UserSnapshotType", AVB_WMI_UINT16, SNAPSHOT_STANDARD);
  avb_wmi_object_set_boolean (settings, "AutomaticSnapshotsEnabled", FALSE);
  if (!bios)
    set_secure_boot (settings, spec);
  return settings;
}
