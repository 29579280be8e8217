/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-ovf-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/avb-text.h"

#define MAX_ITEMS 512
#define MAX_INTERFACES 32
#define MAX_CPUS 1024
#define MAX_MEMORY_MIB (G_GUINT64_CONSTANT (16) << 20)
#define MIB (G_GUINT64_CONSTANT (1) << 20)

void
avb_ovf_item_free (gpointer data)
{
  AvbOvfItem *item = data;

  g_free (item->id);
  g_free (item->parent);
  g_free (item->sub_type);
  g_free (item->host);
  g_free (item->units);
  g_free (item);
}

/* Makers name them by what they are, in words of their own; oVirt counts. */
static const char *
find_model (const AvbOvfItem *item)
{
  static const struct { const char *part; const char *model; } models[] = {
    { "virtio", "virtio" }, { "e1000e", "e1000e" }, { "e1000", "e1000" }, { "pcnet", "pcnet" }, { "vmxnet3", "vmxnet3" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    if (avb_ovf_has_sub_type (item, models[i].part))
      return models[i].model;
  return g_strcmp0 (item->sub_type, "3") == 0 ? "virtio" : "e1000";
}

static gboolean
add_interface (AvbOvfReader *reader, const AvbOvfItem *item)
{
  if (avb_machine_spec_get_interfaces (reader->ovf->spec)->len == MAX_INTERFACES)
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” has more network cards than a machine can have."), reader->name);
  avb_machine_spec_add_interface (reader->ovf->spec, avb_interface_spec_new (AVB_INTERFACE_USER, NULL, find_model (item)));
  return TRUE;
}

static gboolean
take_memory (AvbOvfReader *reader, const AvbOvfItem *item)
{
  guint64 bytes;

  /* Without a unit VMware means MiB. */
  if (!avb_ovf_multiply (item->quantity, item->units != NULL ? avb_ovf_unit_bytes (item->units) : MIB, G_MAXINT64, &bytes) ||
      bytes < MIB || bytes / MIB > MAX_MEMORY_MIB)
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” asks for an amount of memory that cannot be."), reader->name);
  avb_machine_spec_set_memory_mib (reader->ovf->spec, bytes / MIB);
  return TRUE;
}

static gboolean
take_item (AvbOvfReader *reader, const AvbOvfItem *item)
{
  guint64 cpus;

  switch (item->resource)
    {
    case RESOURCE_CPU:
      cpus = item->has_quantity || item->sockets == 0 ? item->quantity : item->sockets;
      if (cpus == 0 || cpus > MAX_CPUS)
        return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” asks for a number of CPUs that cannot be."), reader->name);
      avb_machine_spec_set_cpus (reader->ovf->spec, cpus);
      return TRUE;
    case RESOURCE_MEMORY:
      return take_memory (reader, item);
    case RESOURCE_FLOPPY:
    case RESOURCE_CD:
    case RESOURCE_DVD:
    case RESOURCE_DISK:
    case RESOURCE_LOGICAL_DISK:
      return avb_ovf_add_drive (reader, item);
    case RESOURCE_OTHER:
      if (avb_ovf_has_sub_type (item, "vmware.vtpm"))
        avb_machine_spec_set_tpm (reader->ovf->spec, TRUE);
      return TRUE;
    case RESOURCE_ETHERNET:
      return add_interface (reader, item);
    default:
      return TRUE;
    }
}

/* <rasd:num_of_sockets>2</…><rasd:cpu_per_socket>4</…><rasd:threads_per_cpu>1</…> */
static guint
count_cpus (xmlNode *node)
{
  static const char *const names[] = { "num_of_sockets", "cpu_per_socket", "threads_per_cpu" };
  guint64 count = 1;
  guint told = 0;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *value = avb_ovf_text (avb_ovf_child (node, names[i]));
      guint64 factor;

      if (value == NULL)
        continue;
      if (!avb_ovf_number (value, &factor) || factor == 0 || factor > MAX_CPUS)
        return 0;
      count *= factor;
      told++;
    }
  return told > 0 && count <= G_MAXUINT ? count : 0;
}

static AvbOvfItem *
read_item (xmlNode *node, guint order)
{
  AvbOvfItem *item = g_new0 (AvbOvfItem, 1);
  g_autofree char *resource = avb_ovf_text (avb_ovf_child (node, "ResourceType"));
  g_autofree char *quantity = avb_ovf_text (avb_ovf_child (node, "VirtualQuantity"));
  g_autofree char *address = avb_ovf_text (avb_ovf_child (node, "AddressOnParent"));
  g_autofree char *sub_type = avb_ovf_text (avb_ovf_child (node, "ResourceSubType"));
  guint64 value;

  item->order = order;
  item->resource = avb_ovf_number (resource, &value) && value <= G_MAXUINT16 ? value : 0;
  item->has_quantity = quantity != NULL;
  item->quantity = avb_ovf_number (quantity, &value) ? value : 0;
  item->sockets = count_cpus (node);
  item->address = avb_ovf_number (address, &value) && value < G_MAXUINT ? value : G_MAXUINT;
  item->sub_type = sub_type != NULL ? g_ascii_strdown (sub_type, -1) : NULL;
  item->id = avb_ovf_text (avb_ovf_child (node, "InstanceID"));
  /* 0.9 */
  if (item->id == NULL)
    item->id = avb_ovf_text (avb_ovf_child (node, "InstanceId"));
  item->parent = avb_ovf_text (avb_ovf_child (node, "Parent"));
  item->host = avb_ovf_text (avb_ovf_child (node, "HostResource"));
  item->units = avb_ovf_text (avb_ovf_child (node, "AllocationUnits"));
  if (item->units == NULL)
    item->units = avb_ovf_text (avb_ovf_child (node, "VirtualQuantityUnits"));
  return item;
}

/* Items for other sizes of the same machine, and limits, are not what it has. */
static gboolean
applies (xmlNode *node, const char *configuration)
{
  g_autofree char *of = avb_ovf_attribute (node, "configuration");
  g_autofree char *bound = avb_ovf_attribute (node, "bound");
  g_auto (GStrv) names = NULL;

  if (bound != NULL && !g_str_equal (bound, "normal"))
    return FALSE;
  if (of == NULL)
    return TRUE;
  names = g_strsplit_set (of, " \t\n", 64);
  return configuration != NULL && g_strv_contains ((const char *const *) names, configuration);
}

static void
take_over (char **to, char **from)
{
  if (*from == NULL)
    return;
  g_free (*to);
  *to = g_steal_pointer (from);
}

/* DSP0243: items of one InstanceID are one item, in which what comes later counts. @item is freed. */
static gboolean
merge_item (AvbOvfReader *reader, AvbOvfItem *earlier, AvbOvfItem *item, gboolean of_configuration)
{
  gboolean is_other = item->host != NULL && earlier->host != NULL && !g_str_equal (item->host, earlier->host);

  if (!is_other || of_configuration)
    {
      take_over (&earlier->parent, &item->parent);
      take_over (&earlier->sub_type, &item->sub_type);
      take_over (&earlier->host, &item->host);
      take_over (&earlier->units, &item->units);
      earlier->address = item->address != G_MAXUINT ? item->address : earlier->address;
      earlier->sockets = item->sockets > 0 ? item->sockets : earlier->sockets;
      earlier->quantity = item->has_quantity ? item->quantity : earlier->quantity;
      earlier->has_quantity |= item->has_quantity;
    }
  avb_ovf_item_free (item);
  if (is_other && !of_configuration)
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” gives one name to two things, which is refused."), reader->name);
  return TRUE;
}

/* Controllers that only share a number with something else are left alone. */
static AvbOvfItem *
find_same (AvbOvfReader *reader, const AvbOvfItem *item)
{
  for (guint i = 0; item->id != NULL && i < reader->items->len; i++)
    {
      AvbOvfItem *other = reader->items->pdata[i];

      if (other->resource == item->resource && g_strcmp0 (other->id, item->id) == 0)
        return other;
    }
  return NULL;
}

static gboolean
take_node (AvbOvfReader *reader, xmlNode *node)
{
  g_autofree char *of = avb_ovf_attribute (node, "configuration");
  AvbOvfItem *item;
  AvbOvfItem *earlier;

  if (reader->items->len == MAX_ITEMS)
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” describes more devices than a machine can have."),
                   reader->name);
  item = read_item (node, reader->items->len);
  earlier = find_same (reader, item);
  if (earlier != NULL)
    return merge_item (reader, earlier, item, of != NULL);
  g_ptr_array_add (reader->items, item);
  return TRUE;
}

static int
compare (guint a, guint b)
{
  return a < b ? -1 : a > b;
}

/* Drives of one controller by their places there; all else as it comes. */
static int
compare_items (gconstpointer a, gconstpointer b)
{
  const AvbOvfItem *one = *(const AvbOvfItem *const *) a;
  const AvbOvfItem *other = *(const AvbOvfItem *const *) b;

  if (one->group != other->group)
    return compare (one->group, other->group);
  if (one->address != other->address)
    return compare (one->address, other->address);
  return compare (one->order, other->order);
}

gboolean
avb_ovf_read_hardware (AvbOvfReader *reader, xmlNode *hardware, const char *configuration)
{
  static const char *const kinds[] = { "Item", "StorageItem", "EthernetPortItem", NULL };

  for (xmlNode *node = hardware->children; node != NULL; node = node->next)
    {
      if (node->type != XML_ELEMENT_NODE || !g_strv_contains (kinds, (const char *) node->name) ||
          !applies (node, configuration))
        continue;
      if (!take_node (reader, node))
        return FALSE;
    }
  for (guint i = 0; i < reader->items->len; i++)
    {
      AvbOvfItem *item = reader->items->pdata[i];
      const AvbOvfItem *controller = avb_ovf_find_item (reader, item->parent);

      item->group = controller != NULL ? controller->order : item->order;
    }
  g_ptr_array_sort (reader->items, compare_items);
  for (guint i = 0; i < reader->items->len; i++)
    if (!take_item (reader, reader->items->pdata[i]))
      return FALSE;
  return TRUE;
}
