/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What stands in the way of a machine, each in one sentence: first what makes it impossible, then what the user
 * should know. Those who find one also say what mends it. */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "app/avb-definition.h"
#include "app/avb-text.h"

#define MIN_FREE_FOR_DISK (G_GUINT64_CONSTANT (64) << 20)
#define LEAST_DISK (G_GUINT64_CONSTANT (1) << 30)

static const char *
get_what (AvbDraft *self)
{
  AvbMedium *medium = avb_draft_get_medium (self);
  AvbMachineTemplate *template = avb_draft_get_template (self);

  return medium != NULL     ? avb_medium_get_label (medium)
         : template != NULL ? avb_machine_template_get_title (template)
                            : "";
}

static char *
check_name (AvbDraft *self, AvbMend *mend)
{
  AvbMachineSpec *spec = avb_draft_get_spec (self);
  g_autoptr (GError) error = NULL;

  if (!avb_machine_spec_validate (spec, &error))
    return g_strdup (error->message);
  *mend = AVB_MEND_FREE_NAME;
  if (avb_draft_plan_name_taken (avb_draft_get_connection (self), avb_machine_spec_get_name (spec)))
    return g_strdup_printf (_("There is a machine named “%s” already."), avb_machine_spec_get_name (spec));
  return NULL;
}

static char *
check_architecture (AvbDraft *self, AvbCapabilities *capabilities)
{
  AvbMedium *medium = avb_draft_get_medium (self);
  AvbMachineTemplate *template = avb_draft_get_template (self);
  const char *architecture = medium != NULL ? avb_medium_get_architecture (medium) : NULL;

  if (architecture == NULL && template != NULL)
    architecture = avb_machine_template_get_architecture (template);
  if (architecture == NULL || avb_draft_plan_architecture (capabilities, architecture) != NULL)
    return NULL;
  return g_strdup_printf (_("“%s” is for computers with an %s processor, which cannot be run here."),
                          get_what (self), architecture);
}

/* Some systems, media and processors know but one. */
static gboolean
can_use_other_firmware (AvbDraft *self, AvbCapabilities *capabilities)
{
  AvbMachineSpec *spec = avb_draft_get_spec (self);
  AvbMedium *medium = avb_draft_get_medium (self);
  const AvbOsInfo *os = avb_draft_get_os (self);
  const char *architecture = avb_machine_spec_get_architecture (spec);

  if (avb_machine_spec_get_firmware (spec) == AVB_FIRMWARE_UEFI_SECURE &&
      avb_capabilities_can (capabilities, AVB_FEATURE_UEFI))
    return TRUE;
  return (architecture == NULL || g_str_equal (architecture, "x86_64") || g_str_equal (architecture, "i686")) &&
         (os == NULL || os->bios) &&
         (medium == NULL || avb_medium_get_boots_bios (medium) || !avb_medium_get_boots_uefi (medium));
}

static char *
check_tpm (AvbDraft *self, AvbCapabilities *capabilities, AvbMend *mend)
{
  *mend = AVB_MEND_NO_TPM;
  return avb_machine_spec_get_tpm (avb_draft_get_spec (self))
             ? g_strdup (avb_capabilities_get_reason (capabilities, AVB_FEATURE_TPM))
             : NULL;
}

static char *
check_firmware (AvbDraft *self, AvbCapabilities *capabilities, AvbMend *mend)
{
  AvbFirmware firmware = avb_machine_spec_get_firmware (avb_draft_get_spec (self));
  const char *reason = NULL;

  if (firmware == AVB_FIRMWARE_UEFI)
    reason = avb_capabilities_get_reason (capabilities, AVB_FEATURE_UEFI);
  else if (firmware == AVB_FIRMWARE_UEFI_SECURE)
    reason = avb_capabilities_get_reason (capabilities, AVB_FEATURE_SECURE_BOOT);
  *mend = can_use_other_firmware (self, capabilities) ? AVB_MEND_PLAIN_FIRMWARE : AVB_MEND_NOTHING;
  return g_strdup (reason);
}

static char *
check_place (AvbDraft *self, AvbMend *mend)
{
  AvbMedium *medium = avb_draft_get_medium (self);
  const AvbDraftHost *host = avb_draft_get_host (self);

  *mend = AVB_MEND_COPY;
  if (medium == NULL || avb_medium_get_kind (medium) != AVB_MEDIUM_DISK || avb_draft_get_copy_disk (self))
    return NULL;
  if (!avb_connection_get_is_local (avb_draft_get_connection (self)))
    return g_strdup_printf (_("“%s” is on this computer, but the machine is to run on another one. Let it be "
                              "copied."),
                            get_what (self));
  if (!host->writable)
    return g_strdup_printf (_("You are not allowed to write to “%s”. Let it be copied."), get_what (self));
  if (!host->reachable)
    return g_strdup_printf (_("The hypervisor is not allowed to read “%s” where it is. Let it be copied."),
                            get_what (self));
  return NULL;
}

/* How many bytes are written at once, at least. */
static guint64
get_needed_space (AvbDraft *self)
{
  AvbMedium *medium = avb_draft_get_medium (self);

  if (avb_draft_get_definition (self) != NULL)
    return avb_draft_get_copy_disk (self) ? avb_draft_get_definition (self)->length : 0;
  if (medium != NULL && avb_medium_get_kind (medium) == AVB_MEDIUM_DISK && avb_draft_get_copy_disk (self))
    return avb_medium_get_allocated (medium);
  if (medium != NULL && avb_medium_get_kind (medium) == AVB_MEDIUM_ISO && !avb_draft_get_host (self)->reachable)
    return avb_medium_get_size (medium);
  return avb_draft_get_disk_size (self) > 0 ? MIN_FREE_FOR_DISK : 0;
}

/* An empty machine or a live disc does without a disk; an image need not be copied. */
static AvbMend
get_mend_of_space (AvbDraft *self)
{
  AvbMedium *medium = avb_draft_get_medium (self);
  const AvbDraftHost *host = avb_draft_get_host (self);

  if (medium == NULL || (avb_medium_get_kind (medium) == AVB_MEDIUM_ISO && host->reachable))
    return AVB_MEND_NO_DISK;
  if (avb_medium_get_kind (medium) == AVB_MEDIUM_DISK && avb_medium_get_compression (medium) == NULL &&
      host->reachable && host->writable)
    return AVB_MEND_IN_PLACE;
  return AVB_MEND_NOTHING;
}

static char *
check_space (AvbDraft *self, AvbMend *mend)
{
  const AvbDraftHost *host = avb_draft_get_host (self);
  guint64 needed = get_needed_space (self);
  g_autofree char *free_text = NULL;
  g_autofree char *needed_text = NULL;

  if (needed <= host->free_disk)
    return NULL;
  *mend = get_mend_of_space (self);
  needed_text = avb_format_size (needed);
  free_text = avb_format_size (host->free_disk);
  if (host->disk_path != NULL)
    return g_strdup_printf (_("This needs %s of disk space, but only %s are free in “%s”."), needed_text,
                            free_text, host->disk_path);
  return g_strdup_printf (_("This needs %s of disk space, but only %s are free."), needed_text, free_text);
}

static char *
check_host (AvbDraft *self, AvbMend *mend)
{
  const AvbDraftHost *host = avb_draft_get_host (self);
  AvbMachineSpec *spec = avb_draft_get_spec (self);
  g_autofree char *memory = NULL;

  if (host->memory_mib == 0 || avb_machine_spec_get_memory_mib (spec) <= host->memory_mib)
    return NULL;
  *mend = AVB_MEND_LESS_MEMORY;
  memory = avb_format_memory (host->memory_mib);
  return g_strdup_printf (_("This is more memory than the computer has: %s."), memory);
}

/* @text: (transfer full) (nullable) */
static void
add (GPtrArray *obstacles, AvbObstacleWeight weight, AvbMend mend, char *text)
{
  if (text != NULL)
    g_ptr_array_add (obstacles, avb_obstacle_new (weight, mend, text));
  g_free (text);
}

static void
find_fatal (AvbDraft *self, GPtrArray *obstacles)
{
  AvbConnection *connection = avb_draft_get_connection (self);
  AvbCapabilities *capabilities = avb_connection_get_capabilities (connection);
  AvbMend mend = AVB_MEND_NOTHING;
  char *text;

  if (avb_connection_get_link (connection) != AVB_LINK_UP)
    add (obstacles, AVB_OBSTACLE_FATAL, AVB_MEND_RETRY,
         g_strdup (_("There is no connection to the hypervisor at the moment.")));
  else if (avb_connection_get_create_refusal (connection) != NULL)
    add (obstacles, AVB_OBSTACLE_FATAL, AVB_MEND_RETRY, g_strdup (avb_connection_get_create_refusal (connection)));
  text = check_name (self, &mend);
  add (obstacles, AVB_OBSTACLE_FATAL, mend, text);
  if (capabilities != NULL)
    {
      add (obstacles, AVB_OBSTACLE_FATAL, AVB_MEND_NOTHING, check_architecture (self, capabilities));
      text = check_firmware (self, capabilities, &mend);
      add (obstacles, AVB_OBSTACLE_FATAL, mend, text);
      text = check_tpm (self, capabilities, &mend);
      add (obstacles, AVB_OBSTACLE_FATAL, mend, text);
    }
  text = avb_draft_get_definition (self) != NULL
             ? avb_definition_find_problem (avb_draft_get_definition (self), self, &mend)
             : check_place (self, &mend);
  add (obstacles, AVB_OBSTACLE_FATAL, mend, text);
  text = check_host (self, &mend);
  add (obstacles, AVB_OBSTACLE_FATAL, mend, text);
  text = check_space (self, &mend);
  add (obstacles, AVB_OBSTACLE_FATAL, mend, text);
}

/* Fewer than the system's makers ask for. */
static void
warn_needs (AvbDraft *self, GPtrArray *obstacles)
{
  const AvbOsInfo *os = avb_draft_get_os (self);
  const AvbDraftHost *host = avb_draft_get_host (self);
  AvbMachineSpec *spec = avb_draft_get_spec (self);
  g_autofree char *memory = NULL;
  g_autofree char *storage = NULL;

  if (os == NULL)
    return;
  if (avb_machine_spec_get_memory_mib (spec) < os->minimum.memory_mib)
    {
      memory = avb_format_memory (os->minimum.memory_mib);
      add (obstacles, AVB_OBSTACLE_WARNING,
           host->memory_mib == 0 || os->minimum.memory_mib <= host->memory_mib ? AVB_MEND_MORE_MEMORY
                                                                              : AVB_MEND_NOTHING,
           g_strdup_printf (_("%s needs at least %s of memory."), os->name, memory));
    }
  if (avb_draft_get_disk_size (self) > 0 && avb_draft_get_disk_size (self) < os->minimum.storage)
    {
      storage = avb_format_size (os->minimum.storage);
      add (obstacles, AVB_OBSTACLE_WARNING, AVB_MEND_LARGER_DISK,
           g_strdup_printf (_("%s needs a disk of at least %s."), os->name, storage));
    }
}

/* What the system wants to be protected by. */
static void
warn_protection (AvbDraft *self, AvbCapabilities *capabilities, GPtrArray *obstacles)
{
  const AvbOsInfo *os = avb_draft_get_os (self);
  AvbMachineSpec *spec = avb_draft_get_spec (self);

  if (os == NULL)
    return;
  if (os->tpm && !avb_machine_spec_get_tpm (spec))
    {
      if (capabilities != NULL && avb_capabilities_can (capabilities, AVB_FEATURE_TPM))
        add (obstacles, AVB_OBSTACLE_WARNING, AVB_MEND_TPM,
             g_strdup_printf (_("%s wants a TPM. Its installer may refuse to go on."), os->name));
      else
        add (obstacles, AVB_OBSTACLE_WARNING, AVB_MEND_NOTHING,
             g_strdup_printf (_("%s wants a TPM, which is not available here. Its installer may refuse to go "
                                "on."),
                              os->name));
    }
  if (os->secure_boot && avb_machine_spec_get_firmware (spec) != AVB_FIRMWARE_UEFI_SECURE && capabilities != NULL &&
      avb_capabilities_can (capabilities, AVB_FEATURE_SECURE_BOOT))
    add (obstacles, AVB_OBSTACLE_WARNING, AVB_MEND_SECURE_BOOT,
         g_strdup_printf (_("%s wants Secure Boot. Its installer may refuse to go on."), os->name));
}

static void
warn_free (AvbDraft *self, GPtrArray *obstacles)
{
  const AvbDraftHost *host = avb_draft_get_host (self);
  const AvbOsInfo *os = avb_draft_get_os (self);
  guint64 memory = avb_machine_spec_get_memory_mib (avb_draft_get_spec (self));
  g_autofree char *memory_text = avb_format_memory (host->free_memory_mib);
  g_autofree char *disk_text = avb_format_size (host->free_disk);
  gboolean can_shrink = os == NULL || os->minimum.memory_mib < host->free_memory_mib;

  if (host->free_memory_mib > 0 && memory > host->free_memory_mib &&
      (host->memory_mib == 0 || memory <= host->memory_mib))
    add (obstacles, AVB_OBSTACLE_WARNING, can_shrink ? AVB_MEND_LESS_MEMORY : AVB_MEND_NOTHING,
         g_strdup_printf (_("Only %s of memory are free at the moment: the computer may become slow."),
                          memory_text));
  if (avb_draft_get_disk_size (self) > host->free_disk && host->free_disk >= MIN_FREE_FOR_DISK)
    add (obstacles, AVB_OBSTACLE_WARNING,
         host->free_disk >= LEAST_DISK && (os == NULL || os->minimum.storage <= host->free_disk)
             ? AVB_MEND_SMALLER_DISK
             : AVB_MEND_NOTHING,
         g_strdup_printf (_("The disk may grow to more than the %s that are free."), disk_text));
}

/* Emulation is slow: whoever could have better should know how. */
static void
note_emulation (AvbDraft *self, AvbCapabilities *capabilities, GPtrArray *obstacles)
{
  AvbMachineSpec *spec = avb_draft_get_spec (self);
  const char *architecture = avb_machine_spec_get_architecture (spec);
  const char *reason = avb_capabilities_get_acceleration_reason (capabilities);
  const char *remedy = avb_capabilities_get_acceleration_remedy (capabilities);

  if (architecture != NULL && avb_capabilities_get_architecture (capabilities) != NULL &&
      !g_str_equal (architecture, avb_capabilities_get_architecture (capabilities)))
    add (obstacles, AVB_OBSTACLE_NOTE, AVB_MEND_NOTHING,
         g_strdup_printf (_("This machine’s %s processor is emulated, which is slow."), architecture));
  else if (avb_capabilities_get_acceleration (capabilities) == AVB_ACCELERATION_NONE && reason != NULL)
    {
      if (avb_machine_spec_get_accelerated (spec))
        add (obstacles, AVB_OBSTACLE_WARNING, AVB_MEND_EMULATE, g_strdup (reason));
      else
        add (obstacles, AVB_OBSTACLE_NOTE, AVB_MEND_RETRY,
             remedy != NULL ? g_strdup_printf ("%s %s", reason, remedy) : g_strdup (reason));
    }
}

GPtrArray *
avb_draft_find_obstacles (AvbDraft *self)
{
  AvbMedium *medium = avb_draft_get_medium (self);
  AvbCapabilities *capabilities = avb_connection_get_capabilities (avb_draft_get_connection (self));
  g_autoptr (GPtrArray) obstacles = g_ptr_array_new_with_free_func (g_object_unref);

  find_fatal (self, obstacles);
  if (medium != NULL && avb_medium_get_kind (medium) == AVB_MEDIUM_ISO && !avb_medium_get_bootable (medium))
    add (obstacles, AVB_OBSTACLE_WARNING, AVB_MEND_NOTHING,
         g_strdup_printf (_("“%s” does not look like a disc that a computer can start from."), get_what (self)));
  warn_needs (self, obstacles);
  warn_protection (self, capabilities, obstacles);
  warn_free (self, obstacles);
  if (capabilities != NULL)
    note_emulation (self, capabilities, obstacles);
  return g_steal_pointer (&obstacles);
}
