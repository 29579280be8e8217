/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hvf/avb-hvf-host.h"

#include <glib/gi18n-lib.h>

/* QEMU brings edk2 along; the variables of ARM serve both widths. Sources: QEMU's
 * pc-bios/descriptors. */
static const struct {
  const char *architecture;
  const char *loader;
  const char *nvram;
} firmware[] = {
  { "aarch64", "edk2-aarch64-code.fd", "edk2-arm-vars.fd" },
  { "x86_64", "edk2-x86_64-code.fd", "edk2-i386-vars.fd" },
};

char *
avb_hvf_find_folder (const char *emulator)
{
  g_autofree char *bin = NULL;
  g_autofree char *prefix = NULL;

  if (emulator == NULL || !g_path_is_absolute (emulator))
    return NULL;
  bin = g_path_get_dirname (emulator);
  prefix = g_path_get_dirname (bin);
  return g_build_filename (prefix, "share", "qemu", NULL);
}

static void
find_firmware (AvbDomainTraits *traits, const char *architecture, const char *folder)
{
  for (guint i = 0; folder != NULL && i < G_N_ELEMENTS (firmware); i++)
    {
      g_autofree char *loader = g_build_filename (folder, firmware[i].loader, NULL);
      g_autofree char *nvram = g_build_filename (folder, firmware[i].nvram, NULL);

      if (g_strcmp0 (architecture, firmware[i].architecture) != 0
          || !g_file_test (loader, G_FILE_TEST_IS_REGULAR)
          || !g_file_test (nvram, G_FILE_TEST_IS_REGULAR))
        continue;
      traits->loader = g_steal_pointer (&loader);
      traits->nvram_template = g_steal_pointer (&nvram);
      return;
    }
}

static const char *
get_no_secure_boot (void)
{
  return _ ("Secure Boot is not possible on a Mac: QEMU has no firmware with keys there, and "
            "Hypervisor.framework no "
            "system management mode.");
}

void
avb_hvf_refine (AvbDomainTraits   *traits,
                const char        *architecture,
                const char        *folder,
                AvbHvfEntitlements entitlements,
                gboolean           has_firmware,
                gboolean           privileged)
{
  g_return_if_fail (traits != NULL);

  /* KVM's. */
  traits->hyperv = 0;
  traits->free_page_reporting = FALSE;
  traits->no_secure_boot = get_no_secure_boot ();
  traits->vmnet = TRUE;
  if (!privileged && (entitlements & AVB_HVF_MAY_NETWORK) == 0)
    traits->no_networks = _ ("macOS lets only administrators connect machines to its networks: use "
                             "user mode, or connect to "
                             "qemu:///system.");
  if (!has_firmware)
    find_firmware (traits, architecture, folder);
}

static void
refine_traits (AvbDomainTraits *traits,
               const char      *architecture,
               const char      *emulator,
               gboolean         has_firmware,
               gboolean         privileged)
{
  g_autofree char   *folder = avb_hvf_find_folder (emulator);
  AvbHvfEntitlements entitlements = AVB_HVF_MAY_NOTHING;
  g_autoptr (GError) error = NULL;

  if (!privileged && emulator != NULL
      && !avb_hvf_entitlements_read (NULL, emulator, &entitlements, &error))
    g_info ("%s: %s", emulator, error->message);
  avb_hvf_refine (traits, architecture, folder, entitlements, has_firmware, privileged);
}

static void
refine_capabilities (AvbCapabilities *capabilities, const char *emulator)
{
  g_autofree char *folder = avb_hvf_find_folder (emulator);
  AvbDomainTraits  traits = { 0 };

  find_firmware (&traits, avb_capabilities_get_architecture (capabilities), folder);
  if (traits.loader != NULL)
    avb_capabilities_set_supported (capabilities, AVB_FEATURE_UEFI);
  avb_capabilities_set_unsupported (capabilities, AVB_FEATURE_SECURE_BOOT, get_no_secure_boot ());
  avb_capabilities_set_unsupported (
      capabilities,
      AVB_FEATURE_SHARED_FOLDERS,
      _ ("Machines share folders by themselves on Linux hosts only."));
  avb_capabilities_set_unsupported (
      capabilities,
      AVB_FEATURE_SERVED_DISKS,
      _ ("Extensions that run programs, and so serve disks, work on Linux only."));
  g_free ((char *) traits.loader);
  g_free ((char *) traits.nvram_template);
}

const AvbLibvirtHost avb_hvf_host = {
  .refine_traits = refine_traits,
  .refine_capabilities = refine_capabilities,
};
