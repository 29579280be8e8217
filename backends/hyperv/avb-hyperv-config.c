/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-devices.h"

G_DEFINE_BOXED_TYPE (AvbHypervConfig, avb_hyperv_config, avb_hyperv_config_ref, avb_hyperv_config_unref)

AvbHypervSwitch *
avb_hyperv_switch_new (const char *name, const char *id, const char *path, gboolean external)
{
  AvbHypervSwitch *self = g_new0 (AvbHypervSwitch, 1);

  self->name = g_strdup (name);
  self->id = g_strdup (id);
  self->path = g_strdup (path);
  self->external = external;
  return self;
}

void
avb_hyperv_switch_free (AvbHypervSwitch *self)
{
  g_free (self->name);
  g_free (self->id);
  g_free (self->path);
  g_free (self);
}

static GPtrArray *
new_objects (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) avb_wmi_object_unref);
}

AvbHypervConfig *
avb_hyperv_config_new (AvbWmiObject *settings)
{
  AvbHypervConfig *self = g_rc_box_new0 (AvbHypervConfig);

  self->settings = settings;
  self->components = new_objects ();
  self->boot_sources = new_objects ();
  self->boot_drives = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->switches = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_hyperv_switch_free);
  return self;
}

AvbHypervConfig *
avb_hyperv_config_ref (AvbHypervConfig *self)
{
  return g_rc_box_acquire (self);
}

static void
config_clear (gpointer data)
{
  AvbHypervConfig *self = data;

  avb_wmi_object_unref (self->settings);
  g_ptr_array_unref (self->components);
  g_ptr_array_unref (self->boot_sources);
  g_hash_table_unref (self->boot_drives);
  g_clear_pointer (&self->security, avb_wmi_object_unref);
  g_ptr_array_unref (self->switches);
  g_free (self->architecture);
}

void
avb_hyperv_config_unref (AvbHypervConfig *self)
{
  g_rc_box_release_full (self, config_clear);
}

/* Page "Msvm_VirtualSystemSettingData": VirtualSystemSubType; hosts before Windows 8.1 have none, and generation 1 only. */
guint
avb_hyperv_config_get_generation (AvbHypervConfig *self)
{
  const char *type = avb_wmi_object_get_string (self->settings, "VirtualSystemSubType");

  return g_strcmp0 (type, "Microsoft:Hyper-V:SubType:2") == 0 ? 2 : 1;
}

gboolean
avb_hyperv_config_is_ambiguous (AvbHypervConfig *self, AvbWmiObject *source)
{
  const char *path = avb_wmi_object_get_string (source, "FirmwareDevicePath");
  guint       n = 0;

  if (avb_wmi_object_get_uint (source, "BootSourceType", AVB_HYPERV_BOOT_DRIVE) != AVB_HYPERV_BOOT_DRIVE)
    return FALSE;
  for (guint i = 0; i < self->boot_sources->len; i++)
    n += g_strcmp0 (avb_wmi_object_get_string (self->boot_sources->pdata[i], "FirmwareDevicePath"), path) == 0;
  return path == NULL || n > 1;
}

char *
avb_hyperv_settings_dup_notes (AvbWmiObject *settings)
{
  guint n = avb_wmi_object_count (settings, "Notes");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      const char *line = avb_wmi_object_get_string_at (settings, "Notes", i);

      if (i > 0)
        g_string_append_c (text, '\n');
      g_string_append (text, line != NULL ? line : "");
    }
  return g_strdup (text->str);
}

void
avb_hyperv_settings_set_notes (AvbWmiObject *settings, const char *notes)
{
  const char *lines[] = { notes, NULL };

  avb_wmi_object_set_strings (settings, "Notes", lines);
}

char *
avb_hyperv_config_dup_notes (AvbHypervConfig *self)
{
  return avb_hyperv_settings_dup_notes (self->settings);
}

AvbHypervNotes *
avb_hyperv_config_parse_notes (AvbHypervConfig *self)
{
  g_autofree char *text = avb_hyperv_config_dup_notes (self);

  return avb_hyperv_notes_parse (text);
}

AvbWmiObject *
avb_hyperv_config_find (AvbHypervConfig *self, const char *class_name)
{
  for (guint i = 0; i < self->components->len; i++)
    if (g_strcmp0 (avb_wmi_object_get_class (self->components->pdata[i]), class_name) == 0)
      return self->components->pdata[i];
  return NULL;
}

GPtrArray *
avb_hyperv_config_dup_disk_paths (AvbHypervConfig *self)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < self->components->len; i++)
    {
      AvbWmiObject *object = self->components->pdata[i];
      const char   *path = avb_wmi_object_get_string (object, "HostResource");

      if (path != NULL && avb_hyperv_is_resource (object, AVB_HYPERV_TYPE_STORAGE, AVB_HYPERV_SUB_VHD))
        g_ptr_array_add (paths, g_strdup (path));
    }
  return paths;
}
