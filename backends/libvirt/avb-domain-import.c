/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"

/* A definition that came from somewhere else. Only what is known to describe the machine itself stays: whatever libvirt
 * learns to read tomorrow may name a file, a device or a command of this computer too. Addresses within the machine stay,
 * because guests know their devices by them. */

typedef struct {
  const AvbDomainTraits *traits;
  const char    *domain_type; /* (nullable): of the hypervisor, where there is only one */
  gboolean       spice;
  AvbNetworkFunc has_network;
  gpointer       data;
  GError       **error;
} Import;

static gboolean
is_in (const char *list, const xmlChar *name)
{
  g_auto (GStrv) words = g_strsplit (list, " ", -1);

  return g_strv_contains ((const char *const *) words, (const char *) name);
}

static void
keep_children (xmlNode *parent, const char *list)
{
  xmlNode *node = parent != NULL ? parent->children : NULL;

  while (node != NULL)
    {
      xmlNode *next = node->next;

      if (node->type == XML_ELEMENT_NODE && (node->ns != NULL || !is_in (list, node->name)))
        avb_xml_remove (node);
      node = next;
    }
}

/* libvirt looks at each of several, where everything below looks at the first. */
static void
keep_first (xmlNode *parent)
{
  static const char several[] = "baseBoard boot channel codec sysinfo usbdev";
  xmlNode *node = avb_xml_child (parent, NULL);

  while (node != NULL)
    {
      xmlNode *next = avb_xml_next (node, NULL);

      if (!is_in (several, node->name) && avb_xml_child (parent, (const char *) node->name) != node)
        avb_xml_remove (node);
      node = next;
    }
}

static void
keep_attributes (xmlNode *node, const char *list)
{
  xmlAttr *attribute = node != NULL ? node->properties : NULL;

  while (attribute != NULL)
    {
      xmlAttr *next = attribute->next;

      if (attribute->ns != NULL || !is_in (list, attribute->name))
        xmlRemoveProp (attribute);
      attribute = next;
    }
}

static gboolean
type_is_in (xmlNode *node, const char *list)
{
  g_autofree char *type = avb_xml_dup_attribute (node, "type");

  return type != NULL && is_in (list, BAD_CAST type);
}

static gboolean
is_encrypted (xmlNode *disk)
{
  return avb_xml_child (disk, "encryption") != NULL
         || avb_xml_child (avb_xml_child (disk, "source"), "encryption") != NULL;
}

/* Each of these says whether the device stays. One that cannot, and without which the machine is another one, sets the
 * import's error. */

/* One that is encrypted never stays. */
static gboolean
keep_disk (Import *import, xmlNode *disk)
{
  g_autoptr (AvbDiskSpec) spec = is_encrypted (disk) ? NULL : avb_domain_disk_read (disk);
  g_autofree char *device = avb_xml_dup_attribute (disk, "device");
  xmlNode         *source = avb_xml_child (disk, "source");

  /* What another computer's programs serve is not here. */
  if (spec != NULL && spec->source != AVB_DISK_SOURCE_FILE)
    g_clear_pointer (&spec, avb_disk_spec_free);
  if (spec == NULL && (device == NULL || g_str_equal (device, "disk") || g_str_equal (device, "lun")))
    return avb_domain_edit_refuse (
        import->error,
        _ ("One of the machine’s disks is encrypted or of a kind that cannot be imported."));
  if (spec == NULL)
    return FALSE;
  keep_attributes (disk, "type device model");
  keep_attributes (source, "file dev");
  keep_children (source, "");
  keep_children (avb_xml_child (disk, "driver"), "metadata_cache");
  if (avb_xml_child (disk, "driver") != NULL)
    xmlUnsetProp (avb_xml_child (disk, "driver"), BAD_CAST "iothread");
  return TRUE;
}

static gboolean
keep_controller (Import *import, xmlNode *controller)
{
  keep_children (avb_xml_child (controller, "driver"), "");
  if (avb_xml_child (controller, "driver") != NULL)
    xmlUnsetProp (avb_xml_child (controller, "driver"), BAD_CAST "iothread");
  return TRUE;
}

/* What is connected to something that is not here, or in a way of its own, gets the network that is always there. */
static gboolean
keep_interface (Import *import, xmlNode *interface)
{
  g_autoptr (AvbInterfaceSpec) spec = avb_domain_interface_read (interface);

  keep_attributes (interface, "type");
  if (spec != NULL && spec->kind != AVB_INTERFACE_USER
      && import->has_network (spec->kind, spec->source, import->data))
    {
      keep_attributes (avb_xml_child (interface, "source"), "network bridge");
      keep_children (avb_xml_child (interface, "source"), "");
      return TRUE;
    }
  avb_xml_set_attribute (interface, "type", "user");
  avb_xml_remove_children (interface, "source");
  avb_xml_remove_children (interface, "driver");
  return TRUE;
}

static gboolean
keep_character_device (Import *import, xmlNode *device)
{
  keep_attributes (device, "type");
  if (!type_is_in (device, "pty null"))
    avb_xml_set_attribute (device, "type", "pty");
  return TRUE;
}

static gboolean
keep_channel (Import *import, xmlNode *channel)
{
  xmlNode *source = avb_xml_child (channel, "source");

  /* Other targets forward connections to this computer. */
  if (!avb_xml_attribute_is (avb_xml_child (channel, "target"), "type", "virtio"))
    return FALSE;
  keep_attributes (avb_xml_child (channel, "target"), "type name");
  keep_attributes (channel, "type");
  if (avb_xml_attribute_is (channel, "type", "spiceport"))
    {
      keep_attributes (source, "channel");
      keep_children (source, "");
      return TRUE;
    }
  if (!type_is_in (channel, "spicevmc qemu-vdagent"))
    avb_xml_set_attribute (channel, "type", "unix");
  if (avb_xml_attribute_is (channel, "type", "qemu-vdagent"))
    keep_children (source, "clipboard mouse");
  else
    avb_xml_remove_children (channel, "source");
  return TRUE;
}

static gboolean
keep_input (Import *import, xmlNode *input)
{
  return type_is_in (input, "mouse tablet keyboard");
}

static gboolean
keep_tpm (Import *import, xmlNode *tpm)
{
  xmlNode *backend = avb_xml_child (tpm, "backend");

  if (!avb_xml_attribute_is (backend, "type", "emulator"))
    return FALSE;
  keep_attributes (backend, "type version");
  keep_children (backend, "");
  return TRUE;
}

static xmlNode *
find_display (xmlNode *parent, const char *type)
{
  xmlNode *node = avb_xml_child (parent, "graphics");

  while (node != NULL && !avb_xml_attribute_is (node, "type", type))
    node = avb_xml_next (node, "graphics");
  return node;
}

/* One display, on a socket without any listener as in new definitions: there is but one SPICE. Displays on this computer's
 * own screen go. */
static gboolean
keep_graphics (Import *import, xmlNode *graphics)
{
  xmlNode *best = find_display (graphics->parent, "spice");
  xmlNode *listen = avb_xml_child (graphics, "listen");

  if (best == NULL)
    best = find_display (graphics->parent, "vnc");
  if (graphics != best)
    return FALSE;
  if (import->spice)
    avb_xml_set_attribute (graphics, "type", "spice");
  keep_attributes (graphics, "type keymap");
  if (avb_xml_attribute_is (graphics, "type", "vnc"))
    keep_children (graphics, "listen");
  if (listen == NULL)
    listen = xmlNewChild (graphics, NULL, BAD_CAST "listen", NULL);
  while (avb_xml_next (listen, "listen") != NULL)
    avb_xml_remove (avb_xml_next (listen, "listen"));
  keep_attributes (listen, "");
  keep_children (listen, "");
  avb_xml_set_attribute (listen, "type", "none");
  return TRUE;
}

static gboolean
keep_video (Import *import, xmlNode *video)
{
  keep_children (avb_xml_child (video, "model"), "resolution");
  return TRUE;
}

static gboolean
keep_watchdog (Import *import, xmlNode *watchdog)
{
  /* Others write the guest's memory to a file of this computer. */
  if (avb_xml_attribute_is (watchdog, "action", "dump"))
    avb_xml_set_attribute (watchdog, "action", "reset");
  return TRUE;
}

static gboolean
keep_rng (Import *import, xmlNode *rng)
{
  xmlNode *backend = avb_xml_child (rng, "backend");

  if (backend == NULL)
    return FALSE;
  if (avb_xml_attribute_is (backend, "model", "builtin"))
    return TRUE;
  keep_attributes (backend, "");
  avb_xml_set_attribute (backend, "model", "random");
  xmlNodeSetContent (backend, BAD_CAST "/dev/urandom");
  return TRUE;
}

static gboolean
keep_spice_device (Import *import, xmlNode *device)
{
  return avb_xml_attribute_is (device, "type", "spicevmc");
}

static gboolean
keep_memory (Import *import, xmlNode *memory)
{
  return avb_xml_attribute_is (memory, "model", "dimm");
}

static const struct {
  const char *name;
  const char *children;
  gboolean (*keep) (Import *import, xmlNode *device);
} devices[] = {
  { "disk",
    "driver source target readonly boot address serial wwn vendor product iotune blockio geometry encryption",
    keep_disk },
  { "controller", "model driver master target address", keep_controller },
  { "interface", "source model boot link mtu driver address", keep_interface },
  { "serial", "target address", keep_character_device },
  { "parallel", "target address", keep_character_device },
  { "console", "target address", keep_character_device },
  { "channel", "source target address", keep_channel },
  { "input", "driver address", keep_input },
  { "tpm", "backend address", keep_tpm },
  { "graphics",
    "listen channel image jpeg zlib playback streaming mouse clipboard filetransfer",
    keep_graphics },
  { "sound", "codec address", NULL },
  { "video", "model address", keep_video },
  { "hub", "address", NULL },
  { "watchdog", "address", keep_watchdog },
  { "memballoon", "stats address driver", NULL },
  { "rng", "rate backend address", keep_rng },
  { "panic", "address", NULL },
  { "iommu", "driver", NULL },
  { "redirdev", "boot address", keep_spice_device },
  { "redirfilter", "usbdev", NULL },
  { "smartcard", "address", keep_spice_device },
  { "memory", "target address", keep_memory },
};

static gboolean
keep_device (Import *import, xmlNode *device)
{
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    if (device->ns == NULL && xmlStrEqual (device->name, BAD_CAST devices[i].name))
      {
        keep_children (device, devices[i].children);
        keep_first (device);
        return devices[i].keep == NULL || devices[i].keep (import, device);
      }
  return FALSE;
}

static gboolean
import_devices (Import *import, xmlNode *parent)
{
  xmlNode *node = parent != NULL ? parent->children : NULL;

  while (node != NULL)
    {
      xmlNode *next = node->next;

      if (node->type == XML_ELEMENT_NODE && !keep_device (import, node))
        {
          if (*import->error != NULL)
            return FALSE;
          avb_xml_remove (node);
        }
      node = next;
    }
  return TRUE;
}

/* Firmware is chosen by what it is, not by its file; the variables of the original are elsewhere. */
static gboolean
import_os (Import *import, xmlNode *os, AvbFirmware firmware)
{
  keep_attributes (os, "firmware");
  keep_children (os, "type boot bootmenu smbios bios firmware");
  if (avb_xml_attribute_is (avb_xml_child (os, "smbios"), "mode", "host"))
    avb_xml_remove_children (os, "smbios");
  if (firmware == AVB_FIRMWARE_BIOS
      || (avb_xml_attribute_is (os, "firmware", "efi") && import->traits->loader == NULL))
    return TRUE;
  return avb_domain_set_firmware (os, firmware, import->traits, import->error);
}

/* What tells this machine from its original, and what this program remembers of that one. */
static void
forget_original (xmlNode *root)
{
  xmlNode *metadata = avb_xml_child (root, "metadata");
  xmlNode *genid = avb_xml_child (root, "genid");
  xmlNode *node = metadata != NULL ? metadata->children : NULL;

  avb_xml_remove_children (root, "uuid");
  if (genid != NULL)
    xmlNodeSetContent (genid, BAD_CAST "");
  while (node != NULL)
    {
      xmlNode *next = node->next;

      if (node->type == XML_ELEMENT_NODE && node->ns != NULL
          && xmlStrEqual (node->ns->href, BAD_CAST AVB_METADATA_NAMESPACE))
        avb_xml_remove (node);
      node = next;
    }
}

/* Of the firmware's tables only texts, which name no file, and not who it was. */
static void
import_sysinfo (xmlNode *root)
{
  xmlNode *sysinfo = avb_xml_child (root, "sysinfo");

  while (sysinfo != NULL)
    {
      xmlNode *next = avb_xml_next (sysinfo, "sysinfo");
      xmlNode *entry;

      keep_children (sysinfo, "bios system baseBoard chassis oemStrings");
      keep_first (sysinfo);
      entry = avb_xml_child (avb_xml_child (sysinfo, "system"), "entry");
      while (entry != NULL)
        {
          xmlNode *following = avb_xml_next (entry, "entry");

          if (avb_xml_attribute_is (entry, "name", "uuid")
              || avb_xml_attribute_is (entry, "name", "serial"))
            avb_xml_remove (entry);
          entry = following;
        }
      if (!avb_xml_attribute_is (sysinfo, "type", "smbios"))
        avb_xml_remove (sysinfo);
      sysinfo = next;
    }
}

static void
import_lifecycle (xmlNode *root)
{
  xmlNode         *crash = avb_xml_child (root, "on_crash");
  g_autofree char *action = avb_xml_dup_text (crash);

  /* Others write the guest's memory to a file of this computer. */
  if (action != NULL && g_str_has_prefix (g_strstrip (action), "coredump"))
    xmlNodeSetContent (crash, BAD_CAST "destroy");
}

static gboolean
is_for_this_hypervisor (Import *import, xmlNode *root)
{
  g_autofree char *os_type = avb_xml_dup_text (avb_xml_child (avb_xml_child (root, "os"), "type"));
  gboolean         is_ours = import->domain_type != NULL
                                 ? avb_xml_attribute_is (root, "type", import->domain_type)
                                 : type_is_in (root, "kvm hvf qemu");

  if (is_ours && import->domain_type == NULL && type_is_in (root, "kvm hvf"))
    avb_xml_set_attribute (root, "type", avb_domain_accelerator (import->traits));
  if (is_ours && os_type != NULL && g_str_equal (g_strstrip (os_type), "hvm"))
    return TRUE;
  return avb_domain_edit_refuse (
      import->error, _ ("This machine was made for another kind of hypervisor."));
}

gboolean
avb_domain_xml_make_import (AvbDomainXml          *self,
                            const AvbDomainTraits *traits,
                            AvbNetworkFunc         has_network,
                            gpointer               data,
                            GError               **error)
{
  static const char parts[] = "name genid description metadata maxMemory memory currentMemory vcpu vcpus os features "
                              "cpu clock on_poweroff on_reboot on_crash pm sysinfo devices";
  xmlNode *root = avb_domain_xml_get_root (self);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (AvbMachineSpec) before = NULL;
  Import import = { .traits = traits,
                    .domain_type = traits->domain_type,
                    .spice = traits->domain_type == NULL && traits->spice,
                    .has_network = has_network,
                    .data = data,
                    .error = &local_error };

  g_return_val_if_fail (has_network != NULL, FALSE);

  keep_children (root, parts);
  keep_first (root);
  keep_children (avb_xml_child (root, "os"), "type boot bootmenu smbios bios firmware loader");
  if (avb_xml_child (root, "os") != NULL)
    keep_first (avb_xml_child (root, "os"));
  before = avb_domain_xml_read_spec (self);
  if (is_for_this_hypervisor (&import, root))
    {
      keep_attributes (root, "type");
      keep_attributes (avb_xml_child (root, "vcpu"), "current");
      forget_original (root);
      import_sysinfo (root);
      import_lifecycle (root);
      if (import_os (&import, avb_xml_child (root, "os"), avb_machine_spec_get_firmware (before)))
        import_devices (&import, avb_xml_child (root, "devices"));
    }
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

void
avb_domain_xml_set_disk_files (AvbDomainXml *self, GPtrArray *disks)
{
  xmlNode *parent = avb_xml_child (avb_domain_xml_get_root (self), "devices");
  guint    i = 0;

  for (xmlNode *node = avb_xml_child (parent, "disk"); node && i < disks->len; node = avb_xml_next (node, "disk"))
    {
      g_autoptr (AvbDiskSpec) before = avb_domain_disk_read (node);
      const AvbDiskSpec *disk = disks->pdata[i];

      if (before == NULL)
        continue;
      if (before->device == disk->device && before->bus == disk->bus)
        avb_domain_edit_disk_file (node, disk);
      i++;
    }
}
