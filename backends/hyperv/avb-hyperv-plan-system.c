/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-plan-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"

/* The machine itself: what it starts from, its notes, Secure Boot and TPM. */

/* Names of templates are PowerShell's; the property takes their identifiers (Get-VMHost lists both). */
#define TEMPLATE_WINDOWS "1734c6e8-3154-4dda-ba5f-a874cc483422"      /* MicrosoftWindows */
#define TEMPLATE_UEFI_AUTHORITY "272e7447-90a4-4563-a4b9-8e4ab00526ce" /* MicrosoftUEFICertificateAuthority */
/* Page "Msvm_VirtualSystemSettingData", UserSnapshotType: with memory and devices */
#define SNAPSHOT_STANDARD 5

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
set_source_order (AvbHypervPlan *plan, AvbWmiObject *settings, GPtrArray *wished)
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

gboolean
avb_hyperv_plan_boot (AvbHypervPlan *plan)
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
  avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_SYSTEM, settings);
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
  /* It is whole with this. */
  avb_hyperv_notes_set (notes, AVB_HYPERV_NOTES_MAKING, NULL);
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
set_device_words (AvbHypervPlan *plan, AvbHypervNotes *notes)
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

gboolean
avb_hyperv_secure_boot_differs (AvbHypervConfig *config, AvbMachineSpec *spec)
{
  return avb_hyperv_config_get_generation (config) == 2
         && avb_wmi_object_get_boolean (config->settings, "SecureBootEnabled")
                != (avb_machine_spec_get_firmware (spec) == AVB_FIRMWARE_UEFI_SECURE);
}

void
avb_hyperv_plan_system (AvbHypervPlan *plan)
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
  if (avb_hyperv_secure_boot_differs (plan->config, plan->spec))
    {
      differs = TRUE;
      set_secure_boot (settings, plan->spec);
    }
  if (differs)
    avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_SYSTEM, g_steal_pointer (&settings));
}

gboolean
avb_hyperv_tpm_differs (AvbHypervConfig *config, AvbMachineSpec *spec)
{
  gboolean has = config->security != NULL && avb_wmi_object_get_boolean (config->security, "TpmEnabled");

  return has != avb_machine_spec_get_tpm (spec);
}

gboolean
avb_hyperv_plan_security (AvbHypervPlan *plan, GError **error)
{
  AvbWmiObject *security;

  if (!avb_hyperv_tpm_differs (plan->config, plan->spec))
    return TRUE;
  if (plan->config->security == NULL)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                               _ ("This version of Hyper-V has no TPM for machines.")));
      return FALSE;
    }
  security = avb_wmi_object_copy (plan->config->security);
  avb_wmi_object_set_boolean (security, "TpmEnabled", avb_machine_spec_get_tpm (plan->spec));
  avb_hyperv_plan_take (plan, AVB_HYPERV_STEP_SECURITY, security);
  return TRUE;
}

AvbWmiObject *
avb_hyperv_spec_new_settings (AvbMachineSpec *spec, const char *mark)
{
  AvbWmiObject  *settings = avb_wmi_object_new ("Msvm_VirtualSystemSettingData");
  gboolean       bios = avb_machine_spec_get_firmware (spec) == AVB_FIRMWARE_BIOS;
  GHashTableIter iter;
  gpointer       key, value;
  g_autoptr (AvbHypervNotes) notes = avb_hyperv_notes_new ();
  g_autofree char *text = NULL;

  set_words (notes, spec);
  avb_hyperv_notes_set (notes, AVB_HYPERV_NOTES_MAKING, mark);
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
