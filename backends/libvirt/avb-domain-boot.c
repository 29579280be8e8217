/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

/* A kernel that is started instead of what is on the disks. It is there for an installer, which would begin again
 * after a reboot: so a reboot is the end of such a machine's run. */

void
avb_domain_template_kernel (GString *xml, AvbMachineSpec *spec)
{
  const struct {
    const char *name;
    const char *text;
  } children[] = {
    { "kernel", avb_machine_spec_get_kernel (spec) },
    { "initrd", avb_machine_spec_get_initrd (spec) },
    { "cmdline", avb_machine_spec_get_kernel_arguments (spec) },
  };

  /* libvirt takes the others only with a kernel. */
  for (guint i = 0; children[0].text != NULL && i < G_N_ELEMENTS (children); i++)
    if (children[i].text != NULL)
      {
        g_autofree char *element
            = g_markup_printf_escaped ("<%s>%s</%s>", children[i].name, children[i].text, children[i].name);

        g_string_append (xml, element);
      }
}

void
avb_domain_read_kernel (xmlNode *os, AvbMachineSpec *spec)
{
  g_autofree char *kernel = avb_xml_dup_text (avb_xml_child (os, "kernel"));
  g_autofree char *initrd = avb_xml_dup_text (avb_xml_child (os, "initrd"));
  g_autofree char *arguments = avb_xml_dup_text (avb_xml_child (os, "cmdline"));

  avb_machine_spec_set_kernel (spec, kernel);
  avb_machine_spec_set_initrd (spec, initrd);
  avb_machine_spec_set_kernel_arguments (spec, arguments);
}

gboolean
avb_domain_kernel_equal (AvbMachineSpec *a, AvbMachineSpec *b)
{
  return g_strcmp0 (avb_machine_spec_get_kernel (a), avb_machine_spec_get_kernel (b)) == 0
         && g_strcmp0 (avb_machine_spec_get_initrd (a), avb_machine_spec_get_initrd (b)) == 0
         && g_strcmp0 (avb_machine_spec_get_kernel_arguments (a), avb_machine_spec_get_kernel_arguments (b)) == 0;
}

static void
set_child (xmlNode *os, const char *name, const char *text)
{
  avb_xml_remove_children (os, name);
  if (text != NULL)
    xmlNewTextChild (os, NULL, BAD_CAST name, BAD_CAST text);
}

void
avb_domain_edit_kernel (xmlNode *root, AvbMachineSpec *spec)
{
  xmlNode    *os = avb_xml_ensure_child (root, "os", NULL);
  xmlNode    *reboot = avb_xml_child (root, "on_reboot");
  const char *kernel = avb_machine_spec_get_kernel (spec);

  set_child (os, "kernel", kernel);
  set_child (os, "initrd", kernel != NULL ? avb_machine_spec_get_initrd (spec) : NULL);
  set_child (os, "cmdline", kernel != NULL ? avb_machine_spec_get_kernel_arguments (spec) : NULL);
  if (reboot != NULL)
    xmlNodeSetContent (reboot, BAD_CAST (kernel != NULL ? "destroy" : "restart"));
}
