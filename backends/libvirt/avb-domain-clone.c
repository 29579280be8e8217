/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-clone.h"
#include "backends/libvirt/avb-domain-xml.h"

/* The definition of a clone: everything of the original but what may exist only once. */

static void
remove_attribute (xmlNode *node, const char *name)
{
  xmlUnsetProp (node, BAD_CAST name);
}

/* All that tells machines apart outside of the devices. */
static void
renew_identity (AvbDomainXml *self, const char *name)
{
  xmlNode *root = avb_domain_xml_get_root (self);
  xmlNode *system = NULL;
  xmlNode *entry;

  avb_xml_remove_children (root, "title");
  avb_domain_xml_set_name (self, name);
  if (avb_xml_child (root, "genid") != NULL)
    xmlNodeSetContent (avb_xml_child (root, "genid"), BAD_CAST "");
  /* It must be the machine's. */
  if (avb_xml_child (root, "sysinfo") != NULL)
    system = avb_xml_child (avb_xml_child (root, "sysinfo"), "system");
  entry = avb_xml_child (system, "entry");
  while (entry != NULL)
    {
      xmlNode *next = avb_xml_next (entry, "entry");

      if (avb_xml_attribute_is (entry, "name", "uuid")
          || avb_xml_attribute_is (entry, "name", "serial"))
        avb_xml_remove (entry);
      entry = next;
    }
}

static void
renew_nvram (xmlNode *root)
{
  xmlNode *nvram = avb_xml_child (avb_xml_child (root, "os"), "nvram");

  if (nvram == NULL)
    return;
  /* libvirt chooses a file by the name of the machine. */
  xmlNodeSetContent (nvram, BAD_CAST "");
  remove_attribute (nvram, "type");
}

/* What belongs to this machine and not to its clones. */
static void
renew_settings (xmlNode *root)
{
  static const char *const own[] = { AVB_SETTING_TEMPLATE, "setup", NULL };
  xmlNode *metadata = avb_xml_child (root, "metadata");

  for (xmlNode *machine = metadata != NULL ? metadata->children : NULL; machine != NULL;
       machine = machine->next)
    {
      xmlNode *node = machine->children;

      if (machine->ns == NULL || !xmlStrEqual (machine->ns->href, BAD_CAST AVB_METADATA_NAMESPACE))
        continue;
      while (node != NULL)
        {
          xmlNode         *next = node->next;
          g_autofree char *key
              = node->type == XML_ELEMENT_NODE ? avb_xml_dup_attribute (node, "key") : NULL;

          if (key != NULL && g_strv_contains (own, key))
            avb_xml_remove (node);
          node = next;
        }
    }
}

static void
replace_disk (xmlNode *disk, GHashTable *disks, GHashTable *formats)
{
  xmlNode         *source = avb_xml_child (disk, "source");
  xmlNode         *driver = avb_xml_child (disk, "driver");
  g_autofree char *path = avb_xml_dup_attribute (source, "file");
  const char      *copy = path != NULL ? g_hash_table_lookup (disks, path) : NULL;

  avb_xml_remove_children (disk, "backingStore");
  if (path == NULL || !g_hash_table_contains (disks, path))
    return;
  /* Without another one it goes: the seed of the original's first boot. */
  if (copy == NULL)
    {
      avb_xml_remove (disk);
      return;
    }
  avb_xml_set_attribute (source, "file", copy);
  remove_attribute (source, "index");
  if (driver != NULL)
    avb_xml_set_attribute (driver, "type", g_hash_table_lookup (formats, copy));
}

/* Sockets and files on the host that two machines cannot share. */
static void
renew_character_device (xmlNode *device)
{
  xmlNode *source = avb_xml_child (device, "source");

  if (source == NULL)
    return;
  if (avb_xml_attribute_is (device, "type", "unix"))
    remove_attribute (source, "path");
  else if (avb_xml_attribute_is (device, "type", "file")
           && !xmlStrEqual (device->name, BAD_CAST "channel"))
    {
      avb_xml_set_attribute (device, "type", "pty");
      avb_xml_remove (source);
    }
}

static void
renew_device (xmlNode *device, GHashTable *disks, GHashTable *formats)
{
  static const char *const character_devices[]
      = { "serial", "parallel", "console", "channel", NULL };

  if (xmlStrEqual (device->name, BAD_CAST "disk"))
    replace_disk (device, disks, formats);
  else if (xmlStrEqual (device->name, BAD_CAST "interface"))
    avb_xml_remove_children (device, "mac");
  else if (g_strv_contains (character_devices, (const char *) device->name))
    renew_character_device (device);
  else if (xmlStrEqual (device->name, BAD_CAST "tpm"))
    avb_xml_remove_children (avb_xml_child (device, "backend"), "source");
  else if (xmlStrEqual (device->name, BAD_CAST "graphics")
           && avb_xml_attribute_is (device, "autoport", "no"))
    {
      avb_xml_set_attribute (device, "autoport", "yes");
      remove_attribute (device, "port");
      remove_attribute (device, "tlsPort");
    }
}

void
avb_domain_xml_make_clone (AvbDomainXml *self,
                           const char   *name,
                           const char   *uuid,
                           GHashTable   *disks,
                           GHashTable   *formats)
{
  xmlNode *root = avb_domain_xml_get_root (self);
  xmlNode *device;

  renew_identity (self, name);
  renew_nvram (root);
  renew_settings (root);
  avb_xml_remove_children (root, "uuid");
  avb_domain_xml_set_uuid (self, uuid);
  device = avb_xml_child (avb_xml_child (root, "devices"), NULL);
  while (device != NULL)
    {
      xmlNode *next = avb_xml_next (device, NULL);

      renew_device (device, disks, formats);
      device = next;
    }
}

char *
avb_domain_xml_dup_nvram (AvbDomainXml *self)
{
  xmlNode *nvram
      = avb_xml_child (avb_xml_child (avb_domain_xml_get_root (self), "os"), "nvram");
  char *path = avb_xml_dup_attribute (avb_xml_child (nvram, "source"), "file");

  if (path == NULL && nvram != NULL)
    path = avb_xml_dup_text (nvram);
  if (path != NULL && g_path_is_absolute (g_strstrip (path)))
    return path;
  g_free (path);
  return NULL;
}

gboolean
avb_domain_xml_has_tpm (AvbDomainXml *self)
{
  xmlNode *devices = avb_xml_child (avb_domain_xml_get_root (self), "devices");

  return avb_xml_child (devices, "tpm") != NULL;
}
