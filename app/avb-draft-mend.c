/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What the buttons beside the obstacles do: change one thing of the draft, so that the obstacle goes. */

#include "config.h"

#include "app/avb-draft-private.h"
#include "app/avb-text.h"

#define GIB (G_GUINT64_CONSTANT (1) << 30)

static void
mend_name (AvbDraft *self)
{
  AvbMachineSpec *spec = avb_draft_get_spec (self);
  const char *now = avb_machine_spec_get_name (spec);
  g_autofree char *wish = avb_text_make_machine_name (now);
  g_autofree char *name = avb_draft_plan_name (avb_draft_get_connection (self), wish);

  avb_machine_spec_set_name (spec, name);
}

/* UEFI where it works, for what knows no other; else BIOS. */
static void
mend_firmware (AvbDraft *self)
{
  AvbMachineSpec *spec = avb_draft_get_spec (self);
  AvbCapabilities *capabilities = avb_connection_get_capabilities (avb_draft_get_connection (self));
  gboolean uefi = capabilities != NULL && avb_capabilities_can (capabilities, AVB_FEATURE_UEFI);

  avb_machine_spec_set_firmware (spec, avb_machine_spec_get_firmware (spec) == AVB_FIRMWARE_UEFI_SECURE && uefi
                                           ? AVB_FIRMWARE_UEFI
                                           : AVB_FIRMWARE_BIOS);
}

/* What is free, but not less than the system needs, nor more than the computer has. */
static void
mend_memory (AvbDraft *self)
{
  const AvbDraftHost *host = avb_draft_get_host (self);
  const AvbOsInfo *os = avb_draft_get_os (self);
  guint64 memory = MIN (avb_draft_get_max_memory_mib (self), host->free_memory_mib > 0 ? host->free_memory_mib : G_MAXUINT64);

  memory = MAX (memory / 64 * 64, MAX (os != NULL ? os->minimum.memory_mib : 0, 64));
  if (host->memory_mib > 0)
    memory = MIN (memory, host->memory_mib);
  avb_machine_spec_set_memory_mib (avb_draft_get_spec (self), memory);
}

void
avb_draft_mend (AvbDraft *self, AvbMend mend)
{
  AvbMachineSpec *spec;
  const AvbOsInfo *os;

  g_return_if_fail (AVB_IS_DRAFT (self));

  spec = avb_draft_get_spec (self);
  os = avb_draft_get_os (self);
  switch (mend)
    {
    case AVB_MEND_FREE_NAME: mend_name (self); break;
    case AVB_MEND_RETRY: avb_connection_retry (avb_draft_get_connection (self)); break;
    case AVB_MEND_PLAIN_FIRMWARE: mend_firmware (self); break;
    case AVB_MEND_NO_TPM: avb_machine_spec_set_tpm (spec, FALSE); break;
    case AVB_MEND_TPM: avb_machine_spec_set_tpm (spec, TRUE); break;
    case AVB_MEND_SECURE_BOOT: avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI_SECURE); break;
    case AVB_MEND_COPY: avb_draft_set_copy_disk (self, TRUE); break;
    case AVB_MEND_IN_PLACE: avb_draft_set_copy_disk (self, FALSE); break;
    case AVB_MEND_LESS_MEMORY: mend_memory (self); break;
    case AVB_MEND_MORE_MEMORY:
      if (os != NULL)
        avb_machine_spec_set_memory_mib (spec, os->minimum.memory_mib);
      break;
    case AVB_MEND_SMALLER_DISK:
      avb_draft_set_disk_size (self, avb_draft_get_max_disk_size (self) / GIB * GIB);
      break;
    case AVB_MEND_LARGER_DISK:
      if (os != NULL)
        avb_draft_set_disk_size (self, (os->minimum.storage + GIB - 1) / GIB * GIB);
      break;
    case AVB_MEND_NO_DISK: avb_draft_set_disk_size (self, 0); break;
    case AVB_MEND_EMULATE: avb_machine_spec_set_accelerated (spec, FALSE); break;
    case AVB_MEND_NOTHING:
    default: break;
    }
}
