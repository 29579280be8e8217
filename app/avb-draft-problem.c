/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What stands in the way of a machine, in one sentence: first what makes it impossible, then what the user
 * should know. */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "app/avb-draft-private.h"
#include "app/avb-text.h"

#define MIN_FREE_FOR_DISK (G_GUINT64_CONSTANT (64) << 20)

static const char *
get_what (AvbDraft *self)
{
  AvbMedium *medium = avb_draft_get_medium (self);

  return medium != NULL ? avb_medium_get_label (medium) : "";
}

static char *
check_name (AvbDraft *self)
{
  AvbMachineSpec *spec = avb_draft_get_spec (self);
  g_autoptr (GError) error = NULL;

  if (!avb_machine_spec_validate (spec, &error))
    return g_strdup (error->message);
  if (avb_draft_plan_name_taken (avb_draft_get_connection (self), avb_machine_spec_get_name (spec)))
    return g_strdup_printf (_("There is a machine named “%s” already."), avb_machine_spec_get_name (spec));
  return NULL;
}

static char *
check_architecture (AvbDraft *self, AvbCapabilities *capabilities)
{
  AvbMedium *medium = avb_draft_get_medium (self);
  const char *architecture = medium != NULL ? avb_medium_get_architecture (medium) : NULL;

  if (architecture == NULL || avb_draft_plan_architecture (capabilities, architecture) != NULL)
    return NULL;
  return g_strdup_printf (_("“%s” is for computers with an %s processor, which cannot be run here."),
                          get_what (self), architecture);
}

static char *
check_firmware (AvbDraft *self, AvbCapabilities *capabilities)
{
  AvbFirmware firmware = avb_machine_spec_get_firmware (avb_draft_get_spec (self));
  const char *reason = NULL;

  if (firmware == AVB_FIRMWARE_UEFI)
    reason = avb_capabilities_get_reason (capabilities, AVB_FEATURE_UEFI);
  else if (firmware == AVB_FIRMWARE_UEFI_SECURE)
    reason = avb_capabilities_get_reason (capabilities, AVB_FEATURE_SECURE_BOOT);
  if (reason == NULL && avb_machine_spec_get_tpm (avb_draft_get_spec (self)))
    reason = avb_capabilities_get_reason (capabilities, AVB_FEATURE_TPM);
  return g_strdup (reason);
}

static char *
check_place (AvbDraft *self)
{
  AvbMedium *medium = avb_draft_get_medium (self);
  const AvbDraftHost *host = avb_draft_get_host (self);

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

  if (medium != NULL && avb_medium_get_kind (medium) == AVB_MEDIUM_DISK && avb_draft_get_copy_disk (self))
    return avb_medium_get_allocated (medium);
  if (medium != NULL && avb_medium_get_kind (medium) == AVB_MEDIUM_ISO && !avb_draft_get_host (self)->reachable)
    return avb_medium_get_size (medium);
  return avb_draft_get_disk_size (self) > 0 ? MIN_FREE_FOR_DISK : 0;
}

static char *
check_space (AvbDraft *self)
{
  const AvbDraftHost *host = avb_draft_get_host (self);
  guint64 needed = get_needed_space (self);
  g_autofree char *free_text = NULL;
  g_autofree char *needed_text = NULL;

  if (needed <= host->free_disk)
    return NULL;
  needed_text = avb_format_size (needed);
  free_text = avb_format_size (host->free_disk);
  if (host->disk_path != NULL)
    return g_strdup_printf (_("This needs %s of disk space, but only %s are free in “%s”."), needed_text,
                            free_text, host->disk_path);
  return g_strdup_printf (_("This needs %s of disk space, but only %s are free."), needed_text, free_text);
}

static char *
check_host (AvbDraft *self)
{
  const AvbDraftHost *host = avb_draft_get_host (self);
  AvbMachineSpec *spec = avb_draft_get_spec (self);
  g_autofree char *memory = NULL;

  if (host->memory_mib == 0 || avb_machine_spec_get_memory_mib (spec) <= host->memory_mib)
    return NULL;
  memory = avb_format_memory (host->memory_mib);
  return g_strdup_printf (_("This is more memory than the computer has: %s."), memory);
}

static char *
find_fatal (AvbDraft *self)
{
  AvbConnection *connection = avb_draft_get_connection (self);
  AvbCapabilities *capabilities = avb_connection_get_capabilities (connection);
  char *problem;

  if (avb_connection_get_link (connection) != AVB_LINK_UP)
    return g_strdup (_("There is no connection to the hypervisor at the moment."));
  if (avb_connection_get_create_refusal (connection) != NULL)
    return g_strdup (avb_connection_get_create_refusal (connection));
  if ((problem = check_name (self)) != NULL)
    return problem;
  if (capabilities != NULL && ((problem = check_architecture (self, capabilities)) != NULL ||
                               (problem = check_firmware (self, capabilities)) != NULL))
    return problem;
  if ((problem = check_place (self)) != NULL || (problem = check_host (self)) != NULL)
    return problem;
  return check_space (self);
}

static char *
warn_needs (AvbDraft *self)
{
  const AvbOsInfo *os = avb_draft_get_os (self);
  AvbMachineSpec *spec = avb_draft_get_spec (self);
  g_autofree char *text = NULL;

  if (os == NULL)
    return NULL;
  if (avb_machine_spec_get_memory_mib (spec) < os->minimum.memory_mib)
    {
      text = avb_format_memory (os->minimum.memory_mib);
      return g_strdup_printf (_("%s needs at least %s of memory."), os->name, text);
    }
  if (avb_draft_get_disk_size (self) > 0 && avb_draft_get_disk_size (self) < os->minimum.storage)
    {
      text = avb_format_size (os->minimum.storage);
      return g_strdup_printf (_("%s needs a disk of at least %s."), os->name, text);
    }
  if (os->tpm && !avb_machine_spec_get_tpm (spec))
    return g_strdup_printf (_("%s wants a TPM, which is not available here. Its installer may refuse to go "
                              "on."),
                            os->name);
  return NULL;
}

static char *
warn_free (AvbDraft *self)
{
  const AvbDraftHost *host = avb_draft_get_host (self);
  g_autofree char *text = NULL;

  if (host->free_memory_mib > 0 &&
      avb_machine_spec_get_memory_mib (avb_draft_get_spec (self)) > host->free_memory_mib)
    {
      text = avb_format_memory (host->free_memory_mib);
      return g_strdup_printf (_("Only %s of memory are free at the moment: the computer may become slow."), text);
    }
  if (avb_draft_get_disk_size (self) > host->free_disk)
    {
      text = avb_format_size (host->free_disk);
      return g_strdup_printf (_("The disk may grow to more than the %s that are free."), text);
    }
  return NULL;
}

static char *
find_warning (AvbDraft *self)
{
  AvbMedium *medium = avb_draft_get_medium (self);
  char *problem;

  if (medium != NULL && avb_medium_get_kind (medium) == AVB_MEDIUM_ISO && !avb_medium_get_bootable (medium))
    return g_strdup_printf (_("“%s” does not look like a disc that a computer can start from."), get_what (self));
  if ((problem = warn_needs (self)) != NULL)
    return problem;
  return warn_free (self);
}

char *
avb_draft_find_problem (AvbDraft *self, gboolean *fatal)
{
  char *problem = find_fatal (self);

  *fatal = problem != NULL;
  return problem != NULL ? problem : find_warning (self);
}
