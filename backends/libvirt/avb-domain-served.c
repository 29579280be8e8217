/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

/* Disks that a program serves behind a socket: https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms,
 * "network", by NBD. */

/* How long QEMU holds back what the guest asks for while the program is gone; then it stops the guest. */
#define RECONNECT_SECONDS "60"

static xmlNode *
find_host (xmlNode *source)
{
  return avb_xml_child (source, "host");
}

/* With encryption, or over a network, it is somebody else's affair. */
gboolean
avb_domain_source_is_served (xmlNode *source)
{
  xmlNode *host = find_host (source);

  return host != NULL && avb_xml_next (host, "host") == NULL
         && avb_xml_attribute_is (source, "protocol", "nbd")
         && (avb_xml_attribute_is (source, "tls", NULL) || avb_xml_attribute_is (source, "tls", "no"))
         && avb_xml_attribute_is (host, "transport", "unix");
}

char *
avb_domain_served_dup_socket (xmlNode *source)
{
  return avb_xml_dup_attribute (find_host (source), "socket");
}

char *
avb_domain_served_dup_export (xmlNode *source)
{
  g_autofree char *name = avb_xml_dup_attribute (source, "name");

  return name != NULL && *name != '\0' ? g_steal_pointer (&name) : NULL;
}

static xmlNode *
add_source (xmlNode *node)
{
  xmlNode *source = xmlNewDocNode (node->doc, NULL, BAD_CAST "source", NULL);
  xmlNode *reconnect;

  xmlAddPrevSibling (avb_xml_child (node, "target"), source);
  avb_xml_set_attribute (source, "protocol", "nbd");
  avb_xml_set_attribute (xmlNewChild (source, NULL, BAD_CAST "host", NULL), "transport", "unix");
  reconnect = xmlNewChild (source, NULL, BAD_CAST "reconnect", NULL);
  avb_xml_set_attribute (reconnect, "delay", RECONNECT_SECONDS);
  return source;
}

void
avb_domain_served_edit (xmlNode *node, const AvbDiskSpec *disk)
{
  xmlNode *source = avb_xml_child (node, "source");

  if (source != NULL && !avb_domain_source_is_served (source))
    {
      avb_xml_remove (source);
      source = NULL;
    }
  if (source == NULL)
    source = add_source (node);
  avb_xml_set_attribute (node, "type", "network");
  avb_xml_set_attribute (find_host (source), "socket", disk->path);
  if (disk->export_name != NULL)
    avb_xml_set_attribute (source, "name", disk->export_name);
  else
    xmlUnsetProp (source, BAD_CAST "name");
}

void
avb_domain_served_template (GString *xml, const AvbDiskSpec *disk)
{
  g_autofree char *socket = g_markup_escape_text (disk->path, -1);

  g_string_append (xml, "<source protocol='nbd'");
  if (disk->export_name != NULL)
    {
      g_autofree char *name = g_markup_escape_text (disk->export_name, -1);

      g_string_append_printf (xml, " name='%s'", name);
    }
  g_string_append_printf (xml,
                          "><host transport='unix' socket='%s'/><reconnect delay='" RECONNECT_SECONDS
                          "'/></source>",
                          socket);
}
