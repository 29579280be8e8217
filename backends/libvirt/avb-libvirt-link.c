/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-machine-private.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-machine-link.h"

/* The cables of a machine's network interfaces. */

static xmlNode *
first_interface (AvbDomainXml *xml)
{
  return avb_xml_child (avb_xml_child (avb_domain_xml_get_root (xml), "devices"), "interface");
}

static gboolean
is_up (xmlNode *interface)
{
  return !avb_xml_attribute_is (avb_xml_child (interface, "link"), "state", "down");
}

static DexFuture *
read_thread (virDomain *domain, AvbLibvirtCall *call)
{
  GError *error = NULL;
  g_autoptr (AvbDomainXml) xml = avb_libvirt_call_read_definition (domain, 0, call, &error);
  AvbNetworkLink link = AVB_NETWORK_LINK_NONE;

  if (xml == NULL)
    return dex_future_new_for_error (error);
  for (xmlNode *node = first_interface (xml); node != NULL; node = avb_xml_next (node, "interface"))
    link = MAX (link, is_up (node) ? AVB_NETWORK_LINK_UP : AVB_NETWORK_LINK_DOWN);
  return dex_future_new_for_int ((int) link);
}

DexFuture *
avb_libvirt_machine_read_network_link (AvbMachine *machine)
{
  return avb_libvirt_call_run (avb_libvirt_call_new (
      machine, read_thread, _ ("The machine’s network interfaces could not be read.")));
}

/* (transfer full): the element with its cable in or out */
static char *
dup_with_link (xmlNode *interface, gboolean up)
{
  xmlNode   *link = avb_xml_child (interface, "link");
  xmlBuffer *buffer = xmlBufferCreate ();
  char      *text;

  if (link == NULL)
    link = xmlNewChild (interface, NULL, BAD_CAST "link", NULL);
  xmlSetProp (link, BAD_CAST "state", BAD_CAST (up ? "up" : "down"));
  xmlNodeDump (buffer, interface->doc, interface, 0, 0);
  text = g_strdup ((const char *) xmlBufferContent (buffer));
  xmlBufferFree (buffer);
  return text;
}

/* All interfaces of the machine as it runs, or as it starts next. */
static DexFuture *
set_links (virDomain *domain, AvbLibvirtCall *call, gboolean up, gboolean live)
{
  GError *error = NULL;
  g_autoptr (AvbDomainXml) xml = avb_libvirt_call_read_definition (
      domain, VIR_DOMAIN_XML_SECURE | (live ? 0 : VIR_DOMAIN_XML_INACTIVE), call, &error);

  if (xml == NULL)
    return dex_future_new_for_error (error);
  for (xmlNode *node = first_interface (xml); node != NULL; node = avb_xml_next (node, "interface"))
    {
      g_autofree char *text = NULL;

      if (is_up (node) == up)
        continue;
      text = dup_with_link (node, up);
      if (virDomainUpdateDeviceFlags (
              domain, text, live ? VIR_DOMAIN_AFFECT_LIVE : VIR_DOMAIN_AFFECT_CONFIG)
          < 0)
        return avb_libvirt_call_resolve (-1, call);
    }
  return dex_future_new_true ();
}

static DexFuture *
set_thread (virDomain *domain, AvbLibvirtCall *call)
{
  gboolean up = GPOINTER_TO_INT (call->data);

  if (virDomainIsActive (domain) == 1)
    {
      g_autoptr (DexFuture) result = set_links (domain, call, up, TRUE);

      if (dex_future_is_rejected (result))
        return g_steal_pointer (&result);
    }
  return virDomainIsPersistent (domain) == 1 ? set_links (domain, call, up, FALSE)
                                             : dex_future_new_true ();
}

DexFuture *
avb_libvirt_machine_set_network_link (AvbMachine *machine, gboolean up)
{
  AvbLibvirtCall *call = avb_libvirt_call_new (
      machine,
      set_thread,
      up ? _ ("The machine could not be connected to the network.")
         : _ ("The machine could not be disconnected from the network."));

  if (call != NULL)
    call->data = GINT_TO_POINTER (up);
  return avb_libvirt_call_run (call);
}
