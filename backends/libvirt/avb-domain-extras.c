/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#define GUEST_AGENT "org.qemu.guest_agent.0"
#define DISPLAY_AGENT "com.redhat.spice.0"
#define FOLDER_CHANNEL "org.spice-space.webdav.0"
#define SETUP_CHANNEL "org.alphavbox.setup.0"
/* As many as virt-manager and Boxes make: each may carry one device. */
#define N_USB_PORTS 4

static gboolean
is_channel (xmlNode *node, const char *target)
{
  return xmlStrEqual (node->name, BAD_CAST "channel")
         && avb_xml_attribute_is (avb_xml_child (node, "target"), "name", target);
}

static gboolean
is_extra (xmlNode *node, AvbExtra extra)
{
  switch (extra)
    {
    case AVB_EXTRA_GUEST_AGENT:
      return is_channel (node, GUEST_AGENT);
    case AVB_EXTRA_DISPLAY_AGENT:
      return is_channel (node, DISPLAY_AGENT);
    case AVB_EXTRA_FOLDER_CHANNEL:
      return is_channel (node, FOLDER_CHANNEL);
    case AVB_EXTRA_SETUP_CHANNEL:
      return is_channel (node, SETUP_CHANNEL);
    case AVB_EXTRA_USB_REDIRECTION:
      return xmlStrEqual (node->name, BAD_CAST "redirdev")
             && avb_xml_attribute_is (node, "type", "spicevmc");
    case AVB_EXTRA_SOUND:
      return xmlStrEqual (node->name, BAD_CAST "sound");
    case AVB_N_EXTRAS:
    default:
      return FALSE;
    }
}

gboolean
avb_domain_has_extra (xmlNode *devices, AvbExtra extra)
{
  for (xmlNode *node = avb_xml_child (devices, NULL); node; node = avb_xml_next (node, NULL))
    if (is_extra (node, extra))
      return TRUE;
  return FALSE;
}

void
avb_domain_remove_extra (xmlNode *devices, AvbExtra extra)
{
  xmlNode *node = avb_xml_child (devices, NULL);

  while (node != NULL)
    {
      xmlNode *next = avb_xml_next (node, NULL);

      if (is_extra (node, extra))
        avb_xml_remove (node);
      node = next;
    }
}

/* What is played is heard where the display is: over a back end of that kind, of which there may
 * be one already. @devices is nullable. */
static void
add_sound (GPtrArray *fragments, xmlNode *devices)
{
  g_autofree char *id = NULL;
  guint            next = 1;

  for (xmlNode *audio = avb_xml_child (devices, "audio"); audio != NULL;
       audio = avb_xml_next (audio, "audio"))
    {
      g_autofree char *other = avb_xml_dup_attribute (audio, "id");
      guint64          number;

      if (id == NULL && other != NULL && avb_xml_attribute_is (audio, "type", "spice"))
        id = g_strdup (other);
      if (other != NULL && g_ascii_string_to_unsigned (other, 10, 1, 1000, &number, NULL))
        next = MAX (next, number + 1);
    }
  if (id == NULL)
    {
      id = g_strdup_printf ("%u", next);
      g_ptr_array_add (fragments, g_markup_printf_escaped ("<audio id='%s' type='spice'/>", id));
    }
  g_ptr_array_add (fragments,
                   g_markup_printf_escaped ("<sound model='ich9'><audio id='%s'/></sound>", id));
}

GPtrArray *
avb_domain_template_extra (AvbExtra extra, xmlNode *devices)
{
  GPtrArray *fragments = g_ptr_array_new_with_free_func (g_free);

  switch (extra)
    {
    case AVB_EXTRA_GUEST_AGENT:
      g_ptr_array_add (fragments,
                       g_strdup ("<channel type='unix'>"
                                 "<target type='virtio' name='" GUEST_AGENT "'/></channel>"));
      break;
    case AVB_EXTRA_DISPLAY_AGENT:
      g_ptr_array_add (fragments,
                       g_strdup ("<channel type='spicevmc'>"
                                 "<target type='virtio' name='" DISPLAY_AGENT "'/></channel>"));
      break;
    case AVB_EXTRA_FOLDER_CHANNEL:
      g_ptr_array_add (fragments,
                       g_strdup ("<channel type='spiceport'><source channel='" FOLDER_CHANNEL "'/>"
                                 "<target type='virtio' name='" FOLDER_CHANNEL "'/></channel>"));
      break;
    case AVB_EXTRA_SETUP_CHANNEL:
      g_ptr_array_add (fragments,
                       g_strdup ("<channel type='unix'>"
                                 "<target type='virtio' name='" SETUP_CHANNEL "'/></channel>"));
      break;
    case AVB_EXTRA_USB_REDIRECTION:
      for (guint i = 0; i < N_USB_PORTS; i++)
        g_ptr_array_add (fragments, g_strdup ("<redirdev bus='usb' type='spicevmc'/>"));
      break;
    case AVB_EXTRA_SOUND:
      add_sound (fragments, devices);
      break;
    case AVB_N_EXTRAS:
    default:
      break;
    }
  return fragments;
}
