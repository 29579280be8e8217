/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#include <glib/gi18n-lib.h>

/* Disks and network interfaces of a definition: which is which, and what is to be changed of each.
 */

void
avb_domain_edit_disk_file (xmlNode *node, const AvbDiskSpec *disk)
{
  xmlNode *source = avb_xml_child (node, "source");
  xmlNode *driver = avb_xml_child (node, "driver");
  gboolean is_served = disk->source == AVB_DISK_SOURCE_NBD;
  gboolean is_block = !is_served && disk->path != NULL && g_str_has_prefix (disk->path, "/dev/");

  /* Of what was served elsewhere nothing is of use. */
  if (source != NULL && (disk->path == NULL || avb_xml_child (source, "host") != NULL) && !is_served)
    {
      avb_xml_remove (source);
      source = NULL;
    }
  if (disk->path == NULL)
    {
      /* There is no empty drive of the kind "network". */
      if (avb_xml_attribute_is (node, "type", "network"))
        avb_xml_set_attribute (node, "type", "file");
      return;
    }
  if (is_served)
    {
      avb_domain_served_edit (node, disk);
      source = avb_xml_child (node, "source");
    }
  else if (source == NULL)
    {
      xmlNode *target = avb_xml_child (node, "target");

      source = xmlNewDocNode (node->doc, NULL, BAD_CAST "source", NULL);
      xmlAddPrevSibling (target, source);
    }
  if (!is_served)
    {
      avb_xml_set_attribute (node, "type", is_block ? "block" : "file");
      xmlUnsetProp (source, BAD_CAST (is_block ? "file" : "dev"));
      avb_xml_set_attribute (source, is_block ? "dev" : "file", disk->path);
    }
  if (driver == NULL)
    {
      driver = xmlNewDocNode (node->doc, NULL, BAD_CAST "driver", NULL);
      avb_xml_set_attribute (driver, "name", "qemu");
      xmlAddPrevSibling (source, driver);
    }
  avb_xml_set_attribute (driver, "type", disk->format);
}

static void
edit_disk (xmlNode *node, const AvbDiskSpec *before, const AvbDiskSpec *disk)
{
  if (g_strcmp0 (before->path, disk->path) != 0 || g_strcmp0 (before->format, disk->format) != 0
      || before->source != disk->source || g_strcmp0 (before->export_name, disk->export_name) != 0)
    avb_domain_edit_disk_file (node, disk);
  if (!before->read_only != !disk->read_only)
    {
      avb_xml_remove_children (node, "readonly");
      if (disk->read_only)
        xmlNewChild (node, NULL, BAD_CAST "readonly", NULL);
    }
  if (before->boot_order != disk->boot_order)
    {
      avb_xml_remove_children (node, "boot");
      if (disk->boot_order > 0)
        {
          g_autofree char *order = g_strdup_printf ("%u", disk->boot_order);

          avb_xml_set_attribute (xmlNewChild (node, NULL, BAD_CAST "boot", NULL), "order", order);
        }
    }
}

typedef gboolean (*SameFunc) (gconstpointer before, gconstpointer after, guint pass);

/* Which device of the spec is which element: exact ones first, then those that may have been
 * changed. @match[i] becomes the index in @after of element i, or -1. */
static void
match_devices (
    GPtrArray *before, GPtrArray *after, SameFunc same, guint passes, int *match, gboolean *used)
{
  for (guint i = 0; i < before->len; i++)
    match[i] = -1;
  for (guint pass = 0; pass < passes; pass++)
    for (guint i = 0; i < before->len; i++)
      for (guint j = 0; match[i] < 0 && j < after->len; j++)
        if (!used[j] && same (before->pdata[i], after->pdata[j], pass))
          {
            match[i] = j;
            used[j] = TRUE;
          }
}

static gboolean
disk_same (gconstpointer a, gconstpointer b, guint pass)
{
  const AvbDiskSpec *before = a, *after = b;

  if (before->device != after->device || before->bus != after->bus)
    return FALSE;
  if (pass == 1)
    return before->device != AVB_DISK_DEVICE_DISK;
  /* Whoever serves it may do so behind another socket than before. */
  if (pass == 2)
    return before->source == AVB_DISK_SOURCE_NBD && after->source == AVB_DISK_SOURCE_NBD
           && before->boot_order == after->boot_order;
  return before->source == after->source && g_strcmp0 (before->path, after->path) == 0
         && g_strcmp0 (before->export_name, after->export_name) == 0;
}

static gboolean
interface_same (gconstpointer a, gconstpointer b, guint pass)
{
  const AvbInterfaceSpec *before = a, *after = b;

  if (pass == 0)
    return avb_interface_spec_equal (before, after);
  return before->mac != NULL && after->mac != NULL
         && g_ascii_strcasecmp (before->mac, after->mac) == 0;
}

typedef gpointer (*ReadFunc) (xmlNode *node);

static gpointer
read_disk (xmlNode *node)
{
  return avb_domain_disk_read (node);
}

static gpointer
read_interface (xmlNode *node)
{
  return avb_domain_interface_read (node);
}

static GPtrArray *
read_nodes (
    xmlNode *devices, const char *name, ReadFunc read, GDestroyNotify destroy, GPtrArray *nodes)
{
  GPtrArray *values = g_ptr_array_new_with_free_func (destroy);

  for (xmlNode *node = avb_xml_child (devices, name); node != NULL;
       node = avb_xml_next (node, name))
    {
      gpointer value = read (node);

      if (value == NULL)
        continue;
      g_ptr_array_add (values, value);
      g_ptr_array_add (nodes, node);
    }
  return values;
}

gboolean
avb_domain_check_disks (GPtrArray             *disks,
                        const char            *arch,
                        const AvbDomainTraits *traits,
                        GError               **error)
{
  if (traits->domain_type != NULL || avb_domain_is_pc (arch))
    return TRUE;
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec *disk = disks->pdata[i];

      if (disk->bus == AVB_DISK_BUS_IDE || disk->bus == AVB_DISK_BUS_FDC)
        return avb_domain_edit_refuse (
            error, _ ("Machines of this architecture have neither IDE disks nor a floppy drive."));
    }
  return TRUE;
}

gboolean
avb_domain_edit_disks (xmlNode               *root,
                       xmlNode               *devices,
                       GPtrArray             *before,
                       GPtrArray             *after,
                       const AvbDomainTraits *traits,
                       GError               **error)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  g_autoptr (GPtrArray) read
      = read_nodes (devices, "disk", read_disk, (GDestroyNotify) avb_disk_spec_free, nodes);
  g_autofree int      *match = g_new0 (int, read->len + 1);
  g_autofree gboolean *used = g_new0 (gboolean, after->len + 1);
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) fragment = g_string_new (NULL);
  gboolean boot_changed = FALSE;

  match_devices (read, after, disk_same, 3, match, used);
  /* What <os><boot> said is kept unless the order itself is changed; then it is said per device. */
  for (guint i = 0; i < read->len; i++)
    {
      const AvbDiskSpec *shown = before->pdata[i];
      const AvbDiskSpec *disk = match[i] >= 0 ? after->pdata[match[i]] : NULL;

      boot_changed |= shown->boot_order != (disk != NULL ? disk->boot_order : 0);
    }
  for (guint j = 0; j < after->len; j++)
    boot_changed |= !used[j] && ((AvbDiskSpec *) after->pdata[j])->boot_order > 0;
  if (boot_changed)
    avb_xml_remove_children (avb_xml_child (root, "os"), "boot");

  for (guint i = 0; i < read->len; i++)
    {
      g_autoptr (AvbDiskSpec) disk = NULL;

      if (match[i] < 0)
        {
          avb_xml_remove (nodes->pdata[i]);
          continue;
        }
      disk = avb_disk_spec_copy (after->pdata[match[i]]);
      if (!boot_changed)
        disk->boot_order = ((AvbDiskSpec *) read->pdata[i])->boot_order;
      edit_disk (nodes->pdata[i], read->pdata[i], disk);
    }
  for (xmlNode *node = avb_xml_child (devices, "disk"); node; node = avb_xml_next (node, "disk"))
    {
      char *target = avb_xml_dup_attribute (avb_xml_child (node, "target"), "dev");

      if (target != NULL)
        g_hash_table_add (taken, target);
    }
  for (guint j = 0; j < after->len; j++)
    if (!used[j])
      {
        const AvbDiskSpec *disk = after->pdata[j];
        g_autofree char   *target = avb_domain_template_target (disk->bus, taken);

        if (target == NULL)
          return avb_domain_edit_refuse (error, _ ("The machine has too many disks."));
        avb_domain_template_disk (fragment, disk, target, traits);
      }
  return fragment->len == 0 || avb_xml_add_fragment (devices, fragment->str, error);
}

gboolean
avb_domain_edit_interfaces (xmlNode               *root,
                            xmlNode               *devices,
                            GPtrArray             *after,
                            const AvbDomainTraits *traits,
                            GError               **error)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  g_autoptr (GPtrArray) read = read_nodes (
      devices, "interface", read_interface, (GDestroyNotify) avb_interface_spec_free, nodes);
  g_autofree int      *match = g_new0 (int, read->len + 1);
  g_autofree gboolean *used = g_new0 (gboolean, after->len + 1);
  g_autoptr (GString) fragment = g_string_new (NULL);

  /* Those are written elsewhere. */
  for (guint j = 0; j < after->len; j++)
    used[j] = avb_domain_is_vmnet (after->pdata[j], traits);
  match_devices (read, after, interface_same, 2, match, used);
  avb_domain_edit_vmnet (root, after, traits);
  for (guint i = 0; i < read->len; i++)
    {
      const AvbInterfaceSpec *nic = match[i] >= 0 ? after->pdata[match[i]] : NULL;
      xmlNode                *model;

      if (nic == NULL || ((AvbInterfaceSpec *) read->pdata[i])->kind != nic->kind)
        {
          if (nic != NULL)
            used[match[i]] = FALSE;
          avb_xml_remove (nodes->pdata[i]);
          continue;
        }
      if (nic->kind != AVB_INTERFACE_USER)
        avb_xml_set_attribute (avb_xml_child (nodes->pdata[i], "source"),
                               nic->kind == AVB_INTERFACE_NETWORK ? "network" : "bridge",
                               nic->source);
      model = avb_xml_child (nodes->pdata[i], "model");
      if (nic->model != NULL)
        avb_xml_set_attribute (
            model != NULL ? model : xmlNewChild (nodes->pdata[i], NULL, BAD_CAST "model", NULL),
            "type",
            nic->model);
    }
  for (guint j = 0; j < after->len; j++)
    if (!used[j])
      avb_domain_template_interface (fragment, after->pdata[j], traits);
  return fragment->len == 0 || avb_xml_add_fragment (devices, fragment->str, error);
}
