/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <stddef.h>
#include <stdint.h>

#include "backends/libvirt/avb-domain-xml.h"

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

static AvbDomainTraits traits = {
  .architecture = "x86_64",
  .spice = TRUE,
  .virtio_video = TRUE,
  .maximum_cpu = TRUE,
  .free_page_reporting = TRUE,
};

/* Whatever can be read can be changed in every way, and read again. */
static void
change (AvbDomainXml *xml)
{
  g_autoptr (AvbMachineSpec) spec = avb_domain_xml_read_spec (xml);
  g_autofree char *text = NULL;
  g_autoptr (AvbDomainXml) again = NULL;
  g_autoptr (GError) error = NULL;

  avb_machine_spec_set_memory_mib (spec, avb_machine_spec_get_memory_mib (spec) / 2 + 16);
  avb_machine_spec_set_cpus (spec, avb_machine_spec_get_cpus (spec) % 7 + 1);
  avb_machine_spec_set_description (spec, "<&>");
  avb_machine_spec_set_os_id (spec, "http://debian.org/debian/12");
  avb_machine_spec_set_graphics (spec, !avb_machine_spec_get_graphics (spec));
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, !avb_machine_spec_get_extra (spec, i));
  if (avb_machine_spec_get_shares (spec)->len > 0)
    g_ptr_array_remove_index (avb_machine_spec_get_shares (spec), 0);
  avb_machine_spec_add_share (spec, avb_share_spec_new ("/shared <&>", NULL));
  avb_machine_spec_set_tpm (spec, !avb_machine_spec_get_tpm (spec));
  avb_machine_spec_set_accelerated (spec, !avb_machine_spec_get_accelerated (spec));
  avb_machine_spec_set_firmware (spec, (avb_machine_spec_get_firmware (spec) + 1) % 3);
  avb_machine_spec_set_serial (spec, avb_machine_spec_get_serial (spec) ? NULL : "/tmp/serial");
  if (avb_machine_spec_get_disks (spec)->len > 0)
    g_ptr_array_remove_index (avb_machine_spec_get_disks (spec), 0);
  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, "/new", "raw"));
  avb_machine_spec_add_interface (spec,
                                  avb_interface_spec_new (AVB_INTERFACE_USER, NULL, "virtio"));
  avb_machine_spec_add_interface (spec, avb_interface_spec_new (AVB_INTERFACE_NETWORK, "shared", NULL));
  if (!avb_domain_xml_apply_spec (xml, spec, &traits, &error))
    return;
  text = avb_domain_xml_to_string (xml);
  again = avb_domain_xml_parse (text, strlen (text), NULL);
  /* Growing past the limit of what is read is the only way to become unreadable. */
  if (again == NULL && strlen (text) < 4 * 1024 * 1024)
    g_error ("What was written cannot be read: %s", text);
}

static gboolean
has_network (AvbInterfaceKind kind, const char *source, gpointer data)
{
  return kind == AVB_INTERFACE_BRIDGE;
}

/* What comes from elsewhere loses what is to be lost, and says so otherwise; a second time there is nothing to lose. */
static void
import (const uint8_t *data, size_t size)
{
  g_autoptr (AvbDomainXml) xml = avb_domain_xml_parse ((const char *) data, size, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *once = NULL;
  g_autofree char *twice = NULL;

  if (!avb_domain_xml_make_import (xml, &traits, has_network, NULL, &error))
    {
      g_assert (error != NULL);
      return;
    }
  once = avb_domain_xml_to_string (xml);
  for (xmlNode *node = avb_xml_child (avb_domain_xml_get_root (xml), "devices"); node != NULL;
       node = avb_xml_next (node, "devices"))
    g_assert (avb_xml_child (node, "hostdev") == NULL && avb_xml_child (node, "filesystem") == NULL &&
              avb_xml_child (node, "emulator") == NULL);
  g_assert (avb_domain_xml_make_import (xml, &traits, has_network, NULL, NULL));
  twice = avb_domain_xml_to_string (xml);
  if (!g_str_equal (once, twice))
    g_error ("%s\nis not\n%s", once, twice);
  change (xml);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (AvbDomainXml) xml = avb_domain_xml_parse ((const char *) data, size, NULL);
  g_autoptr (AvbConsoleEndpoint) console = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GHashTable) settings = NULL;
  g_autoptr (GPtrArray) writable = NULL;

  /* With the networks of macOS, and without. */
  traits.vmnet = size % 2 == 1;
  if (xml == NULL)
    return 0;
  console = avb_domain_xml_find_console (xml);
  settings = avb_domain_xml_read_settings (xml);
  all = avb_domain_xml_dup_disk_paths (xml, FALSE);
  writable = avb_domain_xml_dup_disk_paths (xml, TRUE);
  g_assert (writable->len <= all->len);
  change (xml);
  import (data, size);
  return 0;
}
