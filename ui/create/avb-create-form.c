/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-create-dialog-private.h"

#include <glib/gi18n-lib.h>

#include "app/avb-text.h"
#include "ui/avb-format.h"

/* The rows of the sheet: what the machine will be, beside what the host has. */

#define GIB ((guint64) 1024 * 1024 * 1024)

/* The numbers of this machine beside what the host has. */
static void
update_summary (AvbCreateDialog *self)
{
  AvbMachineSpec *spec = avb_draft_get_spec (self->draft);
  guint64 memory = avb_machine_spec_get_memory_mib (spec);
  guint64 disk = avb_draft_get_disk_size (self->draft);
  guint64 free_memory = 0;
  g_autofree char *cpus_text = avb_format_cpus (avb_machine_spec_get_cpus (spec));
  g_autofree char *memory_text = avb_format_memory (memory);
  g_autofree char *disk_text = avb_format_size (disk);
  g_autofree char *free_text = NULL;
  g_autofree char *space_text = avb_format_size (avb_draft_get_max_disk_size (self->draft));
  g_autofree char *text = NULL;
  g_autofree char *host = NULL;

  g_object_get (self->draft, "free-memory-mib", &free_memory, NULL);
  free_text = avb_format_memory (free_memory);
  text = disk > 0
             /* Translators: CPUs, memory and disk of a new machine. */
             ? g_strdup_printf (_("%s · %s memory · %s disk"), cpus_text, memory_text, disk_text)
             /* Translators: CPUs and memory of a new machine. */
             : g_strdup_printf (_("%s · %s memory"), cpus_text, memory_text);
  /* Translators: memory and disk space that the host has left. */
  host = g_strdup_printf (_("This host has %s of memory and %s of disk space left."), free_text,
                          space_text);
  gtk_label_set_label (self->summary, text);
  gtk_label_set_label (self->host_label, host);
  gtk_level_bar_set_value (self->host_bar,
                           free_memory > 0
                               ? MIN (1.0, (double) memory / (double) free_memory)
                               : 1.0);
  if (memory > free_memory)
    gtk_widget_add_css_class (GTK_WIDGET (self->host_bar), "over");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->host_bar), "over");
}

static gboolean
size_to_name (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  static const char *names[] = { "small", "medium", "large", NULL };
  int size = g_value_get_enum (from);

  g_value_set_string (to, names[CLAMP (size, 0, 3)]);
  return TRUE;
}

static gboolean
name_to_size (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  const char *name = g_value_get_string (from);

  /* Nothing chosen means that numbers were set by hand: that is not a choice of a preset. */
  if (name == NULL)
    return FALSE;
  g_value_set_enum (to, g_str_equal (name, "small")    ? AVB_DRAFT_SIZE_SMALL
                        : g_str_equal (name, "medium") ? AVB_DRAFT_SIZE_MEDIUM
                                                       : AVB_DRAFT_SIZE_LARGE);
  return TRUE;
}

static gboolean
bytes_to_gib (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_double (to, (double) (g_value_get_uint64 (from) / GIB));
  return TRUE;
}

static gboolean
gib_to_bytes (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_uint64 (to, (guint64) MAX (g_value_get_double (from), 0) * GIB);
  return TRUE;
}

static gboolean
firmware_to_index (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_uint (to, (guint) g_value_get_enum (from));
  return TRUE;
}

static gboolean
index_to_firmware (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_enum (to, (int) MIN (g_value_get_uint (from), AVB_FIRMWARE_UEFI_SECURE));
  return TRUE;
}

static void
keep (AvbCreateDialog *self, GBinding *binding)
{
  g_ptr_array_add (self->bindings, g_object_ref (binding));
}

static void
describe_medium (AvbCreateDialog *self)
{
  AvbMedium *medium = avb_draft_get_medium (self->draft);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *size = NULL;
  g_autofree char *os = NULL;
  g_autofree char *base = NULL;
  const char *os_id;

  gtk_widget_set_visible (GTK_WIDGET (self->medium_row), medium != NULL);
  gtk_widget_set_visible (self->copy_group,
                          medium != NULL && (avb_medium_get_kind (medium) == AVB_MEDIUM_DISK ||
                                             avb_medium_get_kind (medium) == AVB_MEDIUM_DEFINITION));
  /* A disk image brings its size with it. */
  gtk_widget_set_visible (GTK_WIDGET (self->disk),
                          medium == NULL || avb_medium_get_kind (medium) == AVB_MEDIUM_ISO || avb_medium_get_cloud (medium));
  if (medium == NULL)
    {
      adw_action_row_set_subtitle (self->system_row, _("None yet: an empty machine"));
      return;
    }
  /* Of a definition only the hypervisor knows it. */
  os_id = avb_medium_get_os_id (medium) != NULL ? avb_medium_get_os_id (medium)
                                                : avb_machine_spec_get_os_id (avb_draft_get_spec (self->draft));
  os = avb_medium_get_os_name (medium) != NULL ? g_strdup (avb_medium_get_os_name (medium))
       : os_id != NULL                         ? avb_format_os_id (os_id)
                                               : g_strdup (_("Not recognized"));
  if (avb_medium_get_architecture (medium) != NULL)
    {
      g_autofree char *plain = g_steal_pointer (&os);

      os = g_strdup_printf ("%s · %s", plain, avb_medium_get_architecture (medium));
    }
  adw_action_row_set_subtitle (self->system_row, os);
  base = avb_text_dup_file_name (avb_medium_get_file (medium));
  size = avb_format_size (avb_medium_get_size (medium));
  g_string_append_printf (text, "%s · %s", base, size);
  if (avb_medium_get_kind (medium) == AVB_MEDIUM_DISK)
    g_string_append_printf (text, " · %s", avb_medium_get_format (medium));
  if (avb_medium_get_live (medium))
    g_string_append_printf (text, " · %s", _("live"));
  adw_action_row_set_subtitle (self->medium_row, text->str);
}

static void
limit_rows (AvbCreateDialog *self)
{
  AvbMachineSpec *spec = avb_draft_get_spec (self->draft);

  gtk_adjustment_set_upper (self->cpus_adjustment, MAX (MAX (avb_draft_get_max_cpus (self->draft), 1),
                                                        avb_machine_spec_get_cpus (spec)));
  gtk_adjustment_set_upper (self->memory_adjustment,
                            (double) MAX (MAX (avb_draft_get_max_memory_mib (self->draft), 64),
                                          avb_machine_spec_get_memory_mib (spec)));
  gtk_adjustment_set_upper (
      self->disk_adjustment,
      (double) MAX (MAX (avb_draft_get_max_disk_size (self->draft) / GIB, 1),
                    avb_draft_get_disk_size (self->draft) / GIB));
}

void
avb_create_dialog_bind_form (AvbCreateDialog *self)
{
  AvbMachineSpec *spec = avb_draft_get_spec (self->draft);
  const GBindingFlags both = G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE;

  limit_rows (self);
  keep (self, g_object_bind_property (spec, "name", self->name, "text", both));
  keep (self, g_object_bind_property_full (self->draft, "size", self->size, "active-name", both,
                                           size_to_name, name_to_size, NULL, NULL));
  keep (self, g_object_bind_property (spec, "cpus", self->cpus, "value", both));
  keep (self, g_object_bind_property (spec, "memory-mib", self->memory, "value", both));
  keep (self, g_object_bind_property_full (self->draft, "disk-size", self->disk, "value", both,
                                           bytes_to_gib, gib_to_bytes, NULL, NULL));
  keep (self, g_object_bind_property_full (spec, "firmware", self->firmware, "selected", both,
                                           firmware_to_index, index_to_firmware, NULL, NULL));
  keep (self, g_object_bind_property (self->draft, "copy-disk", self->copy, "active", both));
  g_signal_connect_object (self->draft, "notify::disk-size", G_CALLBACK (update_summary), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (spec, "notify::cpus", G_CALLBACK (update_summary), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (spec, "notify::memory-mib", G_CALLBACK (update_summary), self,
                           G_CONNECT_SWAPPED);
  describe_medium (self);
  update_summary (self);
}
