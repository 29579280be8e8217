/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#include <glib/gi18n-lib.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "backends/avb-error.h"

#define MAX_SIZE (4 * 1024 * 1024)

struct _AvbDomainXml {
  xmlDoc *doc;
};

/* A definition has no use for a document type, and with it for entities of any kind. */
static void
refuse_subset_cb (void *context, const xmlChar *name, const xmlChar *id, const xmlChar *uri)
{
  xmlStopParser (context);
}

static void
silent_error_cb (void *data, xmlErrorPtr error)
{
}

xmlDoc *
avb_xml_parse (const char *text, gsize length, char **details)
{
  xmlParserCtxt *context;
  xmlDoc        *doc;

  xmlInitParser ();
  if (length == 0 || length > MAX_SIZE || (context = xmlNewParserCtxt ()) == NULL)
    return NULL;
  context->sax->internalSubset = refuse_subset_cb;
  context->sax->externalSubset = NULL;
  context->sax->serror = silent_error_cb;
  doc = xmlCtxtReadMemory (context,
                           text,
                           (int) length,
                           NULL,
                           "UTF-8",
                           XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  if (context->lastError.message != NULL)
    *details = g_strchomp (g_utf8_make_valid (context->lastError.message, -1));
  if (doc != NULL && (!context->wellFormed || doc->intSubset != NULL))
    g_clear_pointer (&doc, xmlFreeDoc);
  xmlFreeParserCtxt (context);

  return doc;
}

AvbDomainXml *
avb_domain_xml_parse (const char *text, gsize length, GError **error)
{
  g_autofree char *details = NULL;
  AvbDomainXml    *self;
  xmlDoc          *doc;
  xmlNode         *root;

  g_return_val_if_fail (text != NULL || length == 0, NULL);

  doc = avb_xml_parse (text, length, &details);
  if (doc == NULL)
    {
      g_propagate_error (
          error,
          avb_error_new (AVB_ERROR_INVALID, details, _ ("The machine’s definition is damaged.")));
      return NULL;
    }
  root = xmlDocGetRootElement (doc);
  if (root == NULL || root->ns != NULL || !xmlStrEqual (root->name, BAD_CAST "domain"))
    {
      xmlFreeDoc (doc);
      g_propagate_error (
          error,
          avb_error_new (AVB_ERROR_INVALID, NULL, _ ("This is not the definition of a machine.")));
      return NULL;
    }

  self = g_new0 (AvbDomainXml, 1);
  self->doc = doc;
  return self;
}

void
avb_domain_xml_free (AvbDomainXml *self)
{
  g_return_if_fail (self != NULL);

  xmlFreeDoc (self->doc);
  g_free (self);
}

char *
avb_domain_xml_to_string (AvbDomainXml *self)
{
  xmlChar *text = NULL;
  char    *copy;
  int      size = 0;

  g_return_val_if_fail (self != NULL, NULL);

  xmlDocDumpMemoryEnc (self->doc, &text, &size, "UTF-8");
  copy = g_strndup ((const char *) text, size);
  xmlFree (text);
  return copy;
}

xmlNode *
avb_domain_xml_get_root (AvbDomainXml *self)
{
  return xmlDocGetRootElement (self->doc);
}

static xmlNode *
find_element (xmlNode *node, const char *name)
{
  for (; node != NULL; node = node->next)
    if (node->type == XML_ELEMENT_NODE && node->ns == NULL
        && (name == NULL || xmlStrEqual (node->name, BAD_CAST name)))
      return node;
  return NULL;
}

xmlNode *
avb_xml_child (xmlNode *parent, const char *name)
{
  return parent != NULL ? find_element (parent->children, name) : NULL;
}

xmlNode *
avb_xml_next (xmlNode *node, const char *name)
{
  return find_element (node->next, name);
}

char *
avb_xml_dup_attribute (xmlNode *node, const char *name)
{
  xmlChar *value;
  char    *copy;

  if (node == NULL || (value = xmlGetNoNsProp (node, BAD_CAST name)) == NULL)
    return NULL;
  copy = g_strdup ((const char *) value);
  xmlFree (value);
  return copy;
}

char *
avb_xml_dup_text (xmlNode *node)
{
  xmlChar *value;
  char    *copy;

  if (node == NULL || (value = xmlNodeGetContent (node)) == NULL)
    return NULL;
  copy = g_strdup ((const char *) value);
  xmlFree (value);
  return copy;
}

void
avb_xml_remove (xmlNode *node)
{
  xmlNode *before = node->prev;

  /* The line's indentation goes with it. */
  if (before != NULL && before->type == XML_TEXT_NODE && xmlIsBlankNode (before))
    {
      xmlUnlinkNode (before);
      xmlFreeNode (before);
    }
  xmlUnlinkNode (node);
  xmlFreeNode (node);
}

gboolean
avb_xml_attribute_is (xmlNode *node, const char *name, const char *value)
{
  g_autofree char *actual = avb_xml_dup_attribute (node, name);

  return g_strcmp0 (actual, value) == 0;
}

/* https://libvirt.org/formatdomain.html#memory-allocation: KiB where none is stated. */
guint64
avb_xml_unit (const char *unit)
{
  static const struct {
    const char *name;
    guint64     bytes;
  } units[] = {
    { "b", 1 },          { "byte", 1 },         { "bytes", 1 },
    { "k", 1ull << 10 }, { "KiB", 1ull << 10 }, { "KB", 1000ull },
    { "m", 1ull << 20 }, { "MiB", 1ull << 20 }, { "MB", 1000000ull },
    { "g", 1ull << 30 }, { "GiB", 1ull << 30 }, { "GB", 1000000000ull },
    { "t", 1ull << 40 }, { "TiB", 1ull << 40 }, { "TB", 1000000000000ull },
    { "p", 1ull << 50 }, { "PiB", 1ull << 50 }, { "PB", 1000000000000000ull },
  };

  if (unit == NULL)
    return 1024;
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (g_ascii_strcasecmp (unit, units[i].name) == 0)
      return units[i].bytes;
  return 0;
}

gboolean
avb_xml_read_memory (xmlNode *node, const char *amount_attribute, guint64 *bytes)
{
  g_autofree char *text = amount_attribute != NULL ? avb_xml_dup_attribute (node, amount_attribute)
                                                   : avb_xml_dup_text (node);
  g_autofree char *unit_name = avb_xml_dup_attribute (node, "unit");
  guint64          unit = avb_xml_unit (unit_name);
  guint64          amount;

  if (text == NULL || unit == 0)
    return FALSE;
  g_strstrip (text);
  return g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &amount, NULL)
         && g_uint64_checked_mul (bytes, amount, unit);
}

guint64
avb_domain_xml_read_memory_mib (AvbDomainXml *self)
{
  xmlNode *root = avb_domain_xml_get_root (self);
  guint64  bytes;

  return avb_xml_read_memory (avb_xml_child (root, "memory"), NULL, &bytes) ? bytes >> 20 : 0;
}

static gboolean
parse_count (const char *text, guint *count)
{
  g_autofree char *copy = g_strdup (text != NULL ? text : "");
  guint64          value;

  if (!g_ascii_string_to_unsigned (g_strstrip (copy), 10, 1, G_MAXINT, &value, NULL))
    return FALSE;
  *count = value;
  return TRUE;
}

guint
avb_domain_xml_read_cpus (AvbDomainXml *self)
{
  xmlNode         *vcpu = avb_xml_child (avb_domain_xml_get_root (self), "vcpu");
  g_autofree char *current = avb_xml_dup_attribute (vcpu, "current");
  g_autofree char *text = avb_xml_dup_text (vcpu);
  guint            count = 1;

  if (!parse_count (current, &count))
    parse_count (text, &count);
  return count;
}

gboolean
avb_domain_xml_is_emulated (AvbDomainXml *self)
{
  return avb_xml_attribute_is (avb_domain_xml_get_root (self), "type", "qemu");
}

/* <metadata><libosinfo:libosinfo><libosinfo:os id="…"/>, where virt-manager and Boxes look too. */
char *
avb_domain_xml_dup_os_id (AvbDomainXml *self)
{
  xmlNode *metadata = avb_xml_child (avb_domain_xml_get_root (self), "metadata");

  for (xmlNode *info = metadata ? metadata->children : NULL; info != NULL; info = info->next)
    {
      if (info->type != XML_ELEMENT_NODE || info->ns == NULL
          || !xmlStrEqual (info->ns->href, BAD_CAST AVB_LIBOSINFO_NAMESPACE))
        continue;
      for (xmlNode *os = info->children; os != NULL; os = os->next)
        if (os->type == XML_ELEMENT_NODE && xmlStrEqual (os->name, BAD_CAST "os"))
          return avb_xml_dup_attribute (os, "id");
    }
  return NULL;
}

static const char *const bus_names[] = { "virtio", "sata", "scsi", "usb", "ide", "fdc" };
static const char *const device_names[] = { "disk", "cdrom", "floppy" };

const char *
avb_domain_bus_name (AvbDiskBus bus)
{
  g_assert (bus < G_N_ELEMENTS (bus_names));
  return bus_names[bus];
}

const char *
avb_domain_device_name (AvbDiskDevice device)
{
  g_assert (device < G_N_ELEMENTS (device_names));
  return device_names[device];
}

static gboolean
find_name (const char *const *names, guint n_names, const char *name, guint *index)
{
  for (guint i = 0; i < n_names; i++)
    if (g_strcmp0 (names[i], name) == 0)
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

AvbDiskSpec *
avb_domain_disk_read (xmlNode *node)
{
  g_autofree char *type = avb_xml_dup_attribute (node, "type");
  g_autofree char *device = avb_xml_dup_attribute (node, "device");
  g_autofree char *bus = avb_xml_dup_attribute (avb_xml_child (node, "target"), "bus");
  g_autofree char *target = avb_xml_dup_attribute (avb_xml_child (node, "target"), "dev");
  g_autofree char *format = avb_xml_dup_attribute (avb_xml_child (node, "driver"), "type");
  g_autofree char *order = avb_xml_dup_attribute (avb_xml_child (node, "boot"), "order");
  g_autofree char *path = NULL;
  xmlNode         *source = avb_xml_child (node, "source");
  AvbDiskSpec     *disk;
  guint            device_index = 0, bus_index = 0;
  gboolean         served;

  if (g_strcmp0 (type, "block") == 0)
    path = avb_xml_dup_attribute (source, "dev");
  else if (type == NULL || g_str_equal (type, "file"))
    path = avb_xml_dup_attribute (source, "file");
  else if (g_str_equal (type, "network") && avb_domain_source_is_served (source))
    path = avb_domain_served_dup_socket (source);
  else
    return NULL;
  served = g_strcmp0 (type, "network") == 0;
  if (device != NULL
      && !find_name (device_names, G_N_ELEMENTS (device_names), device, &device_index))
    return NULL;
  if (bus == NULL && target != NULL)
    bus = g_strdup (g_str_has_prefix (target, "vd")   ? "virtio"
                    : g_str_has_prefix (target, "hd") ? "ide"
                    : g_str_has_prefix (target, "fd") ? "fdc"
                                                      : "scsi");
  if (!find_name (bus_names, G_N_ELEMENTS (bus_names), bus, &bus_index))
    return NULL;
  if (path == NULL && (served || device_index == AVB_DISK_DEVICE_DISK))
    return NULL;

  disk = avb_disk_spec_new (device_index,
                            bus_index,
                            path,
                            path == NULL     ? NULL
                            : format != NULL ? format
                                             : "raw");
  disk->read_only
      = avb_xml_child (node, "readonly") != NULL || device_index == AVB_DISK_DEVICE_CDROM;
  if (served)
    {
      disk->source = AVB_DISK_SOURCE_NBD;
      disk->export_name = avb_domain_served_dup_export (source);
    }
  parse_count (order, &disk->boot_order);
  return disk;
}

AvbInterfaceSpec *
avb_domain_interface_read (xmlNode *node)
{
  g_autofree char  *type = avb_xml_dup_attribute (node, "type");
  g_autofree char  *model = avb_xml_dup_attribute (avb_xml_child (node, "model"), "type");
  xmlNode          *source_node = avb_xml_child (node, "source");
  g_autofree char  *source = NULL;
  AvbInterfaceKind  kind;
  AvbInterfaceSpec *nic;

  if (g_strcmp0 (type, "user") == 0)
    kind = AVB_INTERFACE_USER;
  else if (g_strcmp0 (type, "network") == 0)
    kind = AVB_INTERFACE_NETWORK;
  else if (g_strcmp0 (type, "bridge") == 0)
    kind = AVB_INTERFACE_BRIDGE;
  else
    return NULL;
  if (kind != AVB_INTERFACE_USER)
    {
      source = avb_xml_dup_attribute (source_node,
                                      kind == AVB_INTERFACE_NETWORK ? "network" : "bridge");
      if (source == NULL)
        return NULL;
    }
  nic = avb_interface_spec_new (kind, source, model);
  nic->mac = avb_xml_dup_attribute (avb_xml_child (node, "mac"), "address");
  return nic;
}

/* <os><boot dev=…/>, the older way: the first device of each kind, in that order. A lone "hd" is
 * what libvirt writes where nothing was said. */
static void
read_legacy_boot (xmlNode *os, AvbMachineSpec *spec)
{
  GPtrArray *disks = avb_machine_spec_get_disks (spec);
  xmlNode   *boot = avb_xml_child (os, "boot");
  guint      order = 1;

  if (boot == NULL
      || (avb_xml_next (boot, "boot") == NULL && avb_xml_attribute_is (boot, "dev", "hd")))
    return;
  for (guint i = 0; i < disks->len; i++)
    if (((AvbDiskSpec *) disks->pdata[i])->boot_order > 0)
      return;
  for (; boot != NULL; boot = avb_xml_next (boot, "boot"), order++)
    {
      AvbDiskDevice device;

      if (avb_xml_attribute_is (boot, "dev", "hd"))
        device = AVB_DISK_DEVICE_DISK;
      else if (avb_xml_attribute_is (boot, "dev", "cdrom"))
        device = AVB_DISK_DEVICE_CDROM;
      else if (avb_xml_attribute_is (boot, "dev", "fd"))
        device = AVB_DISK_DEVICE_FLOPPY;
      else
        continue;
      for (guint i = 0; i < disks->len; i++)
        {
          AvbDiskSpec *disk = disks->pdata[i];

          if (disk->device == device && disk->boot_order == 0)
            {
              disk->boot_order = order;
              break;
            }
        }
    }
}

static gboolean
has_tpm_emulator (xmlNode *devices)
{
  for (xmlNode *tpm = avb_xml_child (devices, "tpm"); tpm; tpm = avb_xml_next (tpm, "tpm"))
    if (avb_xml_attribute_is (avb_xml_child (tpm, "backend"), "type", "emulator"))
      return TRUE;
  return FALSE;
}

static void
read_devices (AvbMachineSpec *spec, xmlNode *devices)
{
  xmlNode *serial = avb_xml_child (devices, "serial");

  for (xmlNode *node = avb_xml_child (devices, "disk"); node; node = avb_xml_next (node, "disk"))
    {
      AvbDiskSpec *disk = avb_domain_disk_read (node);

      if (disk != NULL)
        avb_machine_spec_add_disk (spec, disk);
    }
  for (xmlNode *node = avb_xml_child (devices, "interface"); node;
       node = avb_xml_next (node, "interface"))
    {
      AvbInterfaceSpec *nic = avb_domain_interface_read (node);

      if (nic != NULL)
        avb_machine_spec_add_interface (spec, nic);
    }
  avb_machine_spec_set_tpm (spec, has_tpm_emulator (devices));
  avb_machine_spec_set_graphics (spec, avb_xml_child (devices, "graphics") != NULL);
  for (xmlNode *node = avb_xml_child (devices, "filesystem"); node;
       node = avb_xml_next (node, "filesystem"))
    {
      AvbShareSpec *share = avb_domain_share_read (node);

      if (share != NULL)
        avb_machine_spec_add_share (spec, share);
    }
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, avb_domain_has_extra (devices, i));
  if (avb_xml_attribute_is (serial, "type", "file"))
    {
      g_autofree char *path = avb_xml_dup_attribute (avb_xml_child (serial, "source"), "path");

      avb_machine_spec_set_serial (spec, path);
    }
}

AvbMachineSpec *
avb_domain_xml_read_spec (AvbDomainXml *self)
{
  AvbMachineSpec  *spec;
  xmlNode         *root, *os;
  g_autofree char *name = NULL;
  g_autofree char *description = NULL;
  g_autofree char *os_id = NULL;
  g_autofree char *architecture = NULL;

  g_return_val_if_fail (self != NULL, NULL);

  spec = avb_machine_spec_new ();
  root = avb_domain_xml_get_root (self);
  os = avb_xml_child (root, "os");
  name = avb_domain_xml_dup_name (self);
  description = avb_xml_dup_text (avb_xml_child (root, "description"));
  os_id = avb_domain_xml_dup_os_id (self);
  architecture = avb_xml_dup_attribute (avb_xml_child (os, "type"), "arch");

  avb_machine_spec_set_name (spec, name);
  avb_machine_spec_set_description (spec, description);
  avb_machine_spec_set_os_id (spec, os_id);
  avb_machine_spec_set_architecture (spec, architecture);
  avb_machine_spec_set_cpus (spec, avb_domain_xml_read_cpus (self));
  avb_machine_spec_set_memory_mib (spec, avb_domain_xml_read_memory_mib (self));
  avb_machine_spec_set_firmware (spec, avb_domain_read_firmware (os));
  avb_machine_spec_set_accelerated (spec, !avb_domain_xml_is_emulated (self));
  read_devices (spec, avb_xml_child (root, "devices"));
  avb_domain_read_vmnet (root, spec);
  read_legacy_boot (os, spec);
  avb_domain_read_kernel (os, spec);

  return spec;
}

void
avb_domain_xml_set_uuid (AvbDomainXml *self, const char *uuid)
{
  xmlNode *root, *node;

  g_return_if_fail (self != NULL);
  g_return_if_fail (uuid != NULL);

  root = avb_domain_xml_get_root (self);
  node = avb_xml_child (root, "uuid");
  if (node == NULL)
    node = xmlNewChild (root, NULL, BAD_CAST "uuid", NULL);
  xmlNodeSetContent (node, BAD_CAST uuid);
}

static void
add_sources (xmlNode *node, GPtrArray *paths)
{
  static const char *const attributes[] = { "file", "dev", "dir", "volume" };

  /* Backing files and mirrors have sources of their own, any depth down. */
  for (xmlNode *child = avb_xml_child (node, NULL); child; child = avb_xml_next (child, NULL))
    {
      if (xmlStrEqual (child->name, BAD_CAST "source"))
        for (guint i = 0; i < G_N_ELEMENTS (attributes); i++)
          {
            char *path = avb_xml_dup_attribute (child, attributes[i]);

            if (path != NULL)
              g_ptr_array_add (paths, path);
          }
      add_sources (child, paths);
    }
}

static gboolean
disk_is_own (xmlNode *disk)
{
  g_autofree char *device = avb_xml_dup_attribute (disk, "device");

  return avb_xml_attribute_is (disk, "type", "file") && avb_xml_child (disk, "readonly") == NULL
         && avb_xml_child (disk, "shareable") == NULL
         && (device == NULL || g_str_equal (device, "disk"));
}

GPtrArray *
avb_domain_xml_dup_disk_paths (AvbDomainXml *self, gboolean only_writable)
{
  GPtrArray *paths = g_ptr_array_new_with_free_func (g_free);
  xmlNode   *devices = avb_xml_child (avb_domain_xml_get_root (self), "devices");

  for (xmlNode *node = avb_xml_child (devices, "disk"); node; node = avb_xml_next (node, "disk"))
    {
      char *path;

      if (!only_writable)
        add_sources (node, paths);
      else if (disk_is_own (node)
               && (path = avb_xml_dup_attribute (avb_xml_child (node, "source"), "file")) != NULL)
        g_ptr_array_add (paths, path);
    }
  if (!only_writable)
    {
      static const char *const files[] = { "kernel", "initrd" };
      xmlNode *os = avb_xml_child (avb_domain_xml_get_root (self), "os");

      for (guint i = 0; i < G_N_ELEMENTS (files); i++)
        {
          char *path = avb_xml_dup_text (avb_xml_child (os, files[i]));

          if (path != NULL)
            g_ptr_array_add (paths, path);
        }
    }
  return paths;
}
