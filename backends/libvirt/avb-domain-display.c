/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#include <glib/gi18n-lib.h>

/* Which of a machine's displays is connected to, and how. SPICE can more than VNC, so it goes
 * first. */

static xmlNode *
first_graphics (AvbDomainXml *self)
{
  return avb_xml_child (avb_xml_child (avb_domain_xml_get_root (self), "devices"), "graphics");
}

static xmlNode *
find_graphics (AvbDomainXml *self, const char *type, int *index)
{
  *index = 0;
  for (xmlNode *node = first_graphics (self); node != NULL;
       node = avb_xml_next (node, "graphics"), (*index)++)
    if (avb_xml_attribute_is (node, "type", type))
      return node;
  *index = -1;
  return NULL;
}

/* (nullable) */
static xmlNode *
find_display (AvbDomainXml *self, AvbConsoleKind *kind, int *index)
{
  xmlNode *node = find_graphics (self, "spice", index);

  *kind = node != NULL ? AVB_CONSOLE_SPICE_FD : AVB_CONSOLE_VNC_FD;
  return node != NULL ? node : find_graphics (self, "vnc", index);
}

int
avb_domain_xml_find_display (AvbDomainXml *self)
{
  AvbConsoleKind kind;
  int            index;

  g_return_val_if_fail (self != NULL, -1);

  find_display (self, &kind, &index);
  return index;
}

static guint
read_port (xmlNode *graphics, const char *name)
{
  g_autofree char *text = avb_xml_dup_attribute (graphics, name);
  guint64          port = 0;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 1, 65535, &port, NULL);
  return port;
}

AvbConsoleEndpoint *
avb_domain_xml_find_console (AvbDomainXml *self)
{
  xmlNode            *graphics;
  AvbConsoleEndpoint *endpoint;
  AvbConsoleKind      kind;
  int                 index;

  g_return_val_if_fail (self != NULL, NULL);

  endpoint = avb_console_endpoint_new (AVB_CONSOLE_NONE);
  graphics = find_display (self, &kind, &index);
  /* It keeps what is said of displays, and has none. */
  if (avb_xml_attribute_is (avb_domain_xml_get_root (self), "type", "test"))
    endpoint->reason = g_strdup (_ ("The machines of libvirt’s test driver have no display."));
  else if (graphics == NULL)
    endpoint->reason
        = g_strdup (first_graphics (self) != NULL
                        ? _ ("The display of this machine speaks neither SPICE nor VNC.")
                        : _ ("This machine has no display."));
  if (endpoint->reason != NULL)
    return endpoint;
  endpoint->kind = kind;
  endpoint->port = read_port (graphics, "port");
  if (kind == AVB_CONSOLE_SPICE_FD)
    endpoint->tls_port = read_port (graphics, "tlsPort");
  endpoint->host = avb_xml_dup_attribute (avb_xml_child (graphics, "listen"), "address");
  if (endpoint->host == NULL)
    endpoint->host = avb_xml_dup_attribute (graphics, "listen");
  endpoint->password = avb_xml_dup_attribute (graphics, "passwd");
  return endpoint;
}
