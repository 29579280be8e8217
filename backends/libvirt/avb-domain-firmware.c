/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#include <glib/gi18n-lib.h>

/* Which firmware a machine has. libvirt chooses the file by what it shall be able to do; where it
 * knows none, because the descriptions of QEMU's own firmware are not where it looks, the file is
 * named. */

static gboolean
is_arm (const char *arch)
{
  return arch != NULL && (g_str_equal (arch, "aarch64") || g_str_has_prefix (arch, "arm"));
}

gboolean
avb_domain_check_firmware (const char            *arch,
                           AvbFirmware            firmware,
                           const AvbDomainTraits *traits,
                           GError               **error)
{
  if (traits->domain_type != NULL)
    return TRUE;
  if (firmware == AVB_FIRMWARE_BIOS && is_arm (arch))
    return avb_domain_edit_refuse (error, _ ("ARM computers have no BIOS: choose UEFI."));
  if (firmware == AVB_FIRMWARE_UEFI_SECURE && traits->no_secure_boot != NULL)
    return avb_domain_edit_refuse (error, traits->no_secure_boot);
  return TRUE;
}

void
avb_domain_template_firmware (GString *xml, AvbFirmware firmware, const AvbDomainTraits *traits)
{
  const char      *secure = firmware == AVB_FIRMWARE_UEFI_SECURE ? "yes" : "no";
  g_autofree char *text = NULL;

  if (firmware == AVB_FIRMWARE_BIOS || traits->domain_type != NULL)
    return;
  if (traits->loader == NULL)
    text = g_strdup_printf ("<firmware><feature enabled='%s' name='enrolled-keys'/>"
                            "<feature enabled='%s' name='secure-boot'/></firmware>",
                            secure,
                            secure);
  else
    text = g_markup_printf_escaped (
        firmware == AVB_FIRMWARE_UEFI_SECURE
            ? "<loader readonly='yes' secure='yes' type='pflash'>%s</loader>"
            : "<loader readonly='yes' type='pflash'>%s</loader>",
        traits->loader);
  g_string_append (xml, text);
  if (traits->loader != NULL && traits->nvram_template != NULL)
    {
      g_autofree char *nvram
          = g_markup_printf_escaped ("<nvram template='%s'/>", traits->nvram_template);

      g_string_append (xml, nvram);
    }
}

AvbFirmware
avb_domain_read_firmware (xmlNode *os)
{
  xmlNode *loader = avb_xml_child (os, "loader");
  xmlNode *feature;

  if (!avb_xml_attribute_is (os, "firmware", "efi")
      && !avb_xml_attribute_is (loader, "type", "pflash"))
    return AVB_FIRMWARE_BIOS;
  if (avb_xml_attribute_is (loader, "secure", "yes"))
    return AVB_FIRMWARE_UEFI_SECURE;
  feature = avb_xml_child (avb_xml_child (os, "firmware"), "feature");
  for (; feature != NULL; feature = avb_xml_next (feature, "feature"))
    if (avb_xml_attribute_is (feature, "name", "secure-boot")
        && avb_xml_attribute_is (feature, "enabled", "yes"))
      return AVB_FIRMWARE_UEFI_SECURE;
  return AVB_FIRMWARE_UEFI;
}

gboolean
avb_domain_set_firmware (xmlNode               *os,
                         AvbFirmware            firmware,
                         const AvbDomainTraits *traits,
                         GError               **error)
{
  g_autoptr (GString) fragment = g_string_new (NULL);

  /* The firmware's own variables belong to the other firmware. */
  avb_xml_remove_children (os, "loader");
  avb_xml_remove_children (os, "nvram");
  avb_xml_remove_children (os, "firmware");
  if (firmware == AVB_FIRMWARE_BIOS || traits->loader != NULL)
    xmlUnsetProp (os, BAD_CAST "firmware");
  else
    avb_xml_set_attribute (os, "firmware", "efi");
  avb_domain_template_firmware (fragment, firmware, traits);
  return fragment->len == 0 || avb_xml_add_fragment (os, fragment->str, error);
}

gboolean
avb_domain_edit_firmware (xmlNode               *root,
                          AvbFirmware            firmware,
                          const AvbDomainTraits *traits,
                          GError               **error)
{
  xmlNode         *os = avb_xml_child (root, "os");
  xmlNode         *features = avb_xml_child (root, "features");
  g_autofree char *arch = avb_xml_dup_attribute (avb_xml_child (os, "type"), "arch");

  if (os == NULL)
    return avb_domain_edit_refuse (error,
                                   _ ("This machine boots in a way that cannot be changed here."));
  if (!avb_domain_check_firmware (arch, firmware, traits, error))
    return FALSE;
  if (firmware == AVB_FIRMWARE_UEFI_SECURE && avb_domain_is_pc (arch) && features != NULL
      && avb_xml_child (features, "smm") == NULL
      && !avb_xml_add_fragment (features, "<smm state='on'/>", error))
    return FALSE;
  return avb_domain_set_firmware (os, firmware, traits, error);
}
