/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-ovf.h"

#include <glib/gi18n-lib.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "app/avb-qemu-img.h"
#include "app/avb-text.h"
#include "backends/avb-error.h"

/* Elements are known by their local names: makers disagree on namespaces more than on anything else. */

#define MAX_ITEMS 512
#define MAX_DRIVES 64
#define MAX_INTERFACES 32
#define MAX_CPUS 1024
#define MAX_MEMORY_MIB (G_GUINT64_CONSTANT (16) << 20)
#define MIB (G_GUINT64_CONSTANT (1) << 20)

/* CIM_ResourceAllocationSettingData.ResourceType */
typedef enum {
  RESOURCE_OTHER = 1,
  RESOURCE_CPU = 3,
  RESOURCE_MEMORY = 4,
  RESOURCE_SCSI = 6,
  RESOURCE_ETHERNET = 10,
  RESOURCE_FLOPPY = 14,
  RESOURCE_CD = 15,
  RESOURCE_DVD = 16,
  RESOURCE_DISK = 17,
  RESOURCE_OTHER_STORAGE = 20,
  RESOURCE_LOGICAL_DISK = 31, /* a disk of OVF 2.x */
  RESOURCE_SOUND = 35,
} Resource;

typedef struct {
  guint   resource;
  char   *id;        /* InstanceID */
  char   *parent;    /* (nullable) */
  char   *sub_type;  /* (nullable), lower case */
  char   *host;      /* (nullable): HostResource */
  guint   address;   /* AddressOnParent, G_MAXUINT: not told */
  guint64 quantity;
  gboolean has_quantity;
  guint    sockets;   /* oVirt's: CPUs are told by their places; 0: not told */
  char   *units;     /* (nullable) */
  guint   order;
  guint   group;     /* the order of the controller, or its own */
} Item;

typedef struct {
  const char *name;
  xmlNode    *envelope;
  xmlNode    *system;
  xmlNode    *references;
  xmlNode    *disks;
  GPtrArray  *items;
  AvbOvf     *ovf;
  GError    **error;
} Reader;

G_DEFINE_BOXED_TYPE (AvbOvf, avb_ovf, avb_ovf_ref, avb_ovf_unref)

static void
drive_free (gpointer data)
{
  AvbOvfDrive *drive = data;

  g_free (drive->file);
  g_free (drive);
}

static void
ovf_clear (gpointer data)
{
  AvbOvf *self = data;

  g_clear_object (&self->spec);
  g_clear_pointer (&self->drives, g_ptr_array_unref);
}

AvbOvf *
avb_ovf_ref (AvbOvf *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
avb_ovf_unref (AvbOvf *self)
{
  g_atomic_rc_box_release_full (self, ovf_clear);
}

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->id);
  g_free (item->parent);
  g_free (item->sub_type);
  g_free (item->host);
  g_free (item->units);
  g_free (item);
}

G_GNUC_PRINTF (3, 4)
static gboolean
refuse (Reader *reader, AvbError code, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_propagate_error (reader->error, avb_error_new (code, reader->name, "%s", sentence));
  return FALSE;
}

static gboolean
is_element (xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && (name == NULL || xmlStrEqual (node->name, BAD_CAST name));
}

/* The next of its siblings, from @node on, that is called @name. */
static xmlNode *
find (xmlNode *node, const char *name)
{
  for (; node != NULL; node = node->next)
    if (is_element (node, name))
      return node;
  return NULL;
}

static xmlNode *
child (xmlNode *node, const char *name)
{
  return node != NULL ? find (node->children, name) : NULL;
}

/* OVF 0.9: <Section xsi:type="ovf:DiskSection_Type"> */
static xmlNode *
section (xmlNode *parent, const char *name)
{
  xmlNode *node = child (parent, name);
  g_autofree char *type = g_strconcat (name, "_Type", NULL);

  if (node != NULL || parent == NULL)
    return node;
  for (node = child (parent, "Section"); node != NULL; node = find (node->next, "Section"))
    {
      xmlChar *value = xmlGetProp (node, BAD_CAST "type");
      gboolean is_it = value != NULL && g_str_has_suffix ((char *) value, type);

      xmlFree (value);
      if (is_it)
        return node;
    }
  return NULL;
}

/* Whatever its namespace. (transfer full) (nullable): without surrounding space, and not empty */
static char *
attribute (xmlNode *node, const char *name)
{
  xmlChar *value = node != NULL ? xmlGetProp (node, BAD_CAST name) : NULL;
  g_autofree char *copy = value != NULL ? g_strstrip (g_strdup ((char *) value)) : NULL;

  xmlFree (value);
  return copy != NULL && *copy != '\0' ? g_steal_pointer (&copy) : NULL;
}

static char *
text (xmlNode *node)
{
  xmlChar *value = node != NULL ? xmlNodeGetContent (node) : NULL;
  g_autofree char *copy = value != NULL ? g_strstrip (g_strdup ((char *) value)) : NULL;

  xmlFree (value);
  return copy != NULL && *copy != '\0' ? g_steal_pointer (&copy) : NULL;
}

static gboolean
number (const char *value, guint64 *result)
{
  return value != NULL && g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, result, NULL);
}

/* "byte * 2^20" (DSP0004), and what was written before there was that. 0: not understood */
static guint64
unit_bytes (const char *units)
{
  static const struct { const char *name; guint shift; } words[] = {
    { "byte", 0 },       { "bytes", 0 },     { "kilobytes", 10 }, { "kb", 10 },        { "kib", 10 },
    { "megabytes", 20 }, { "mb", 20 },       { "mib", 20 },       { "gigabytes", 30 }, { "gb", 30 },
    { "gib", 30 },       { "terabytes", 40 }, { "tb", 40 },        { "tib", 40 },
  };
  g_autofree char *word = NULL;
  const char *power;
  guint64 exponent;
  gsize length = 0;

  word = g_ascii_strdown (units, -1);
  for (const char *c = word; *c != '\0'; c++)
    if (!g_ascii_isspace (*c))
      word[length++] = *c;
  word[length] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (word, words[i].name))
      return G_GUINT64_CONSTANT (1) << words[i].shift;
  power = g_str_has_prefix (word, "byte*2^")    ? word + strlen ("byte*2^")
          : g_str_has_prefix (word, "bytes*2^") ? word + strlen ("bytes*2^")
                                                : NULL;
  if (power != NULL && number (power, &exponent) && exponent < 60)
    return G_GUINT64_CONSTANT (1) << exponent;
  power = g_str_has_prefix (word, "byte*10^") ? word + strlen ("byte*10^") : NULL;
  if (power != NULL && number (power, &exponent) && exponent < 18)
    {
      guint64 bytes = 1;

      while (exponent-- > 0)
        bytes *= 10;
      return bytes;
    }
  return 0;
}

/* @multiplier of 0: not understood, as is what does not fit. */
static gboolean
multiply (guint64 value, guint64 multiplier, guint64 limit, guint64 *result)
{
  if (multiplier == 0 || value > limit / multiplier)
    return FALSE;
  *result = value * multiplier;
  return TRUE;
}

/* The @name of @parent whose @attribute is @id. Two of them would let somebody check one and get the other. */
static xmlNode *
find_by_id (Reader *reader, xmlNode *parent, const char *name, const char *key, const char *id, gboolean *twice)
{
  xmlNode *found = NULL;

  for (xmlNode *node = child (parent, name); node != NULL && !*twice; node = find (node->next, name))
    {
      g_autofree char *own_id = attribute (node, key);

      if (g_strcmp0 (own_id, id) != 0)
        continue;
      *twice = found != NULL;
      found = node;
    }
  if (*twice)
    refuse (reader, AVB_ERROR_INVALID, _("“%s” gives one name to two things, which is refused."), reader->name);
  return *twice ? NULL : found;
}

/* The value that a property has while nobody is asked: "${size}" */
static char *
dup_property (Reader *reader, const char *reference)
{
  xmlNode *const parents[] = { reader->system, reader->envelope };
  gsize length = strlen (reference);
  g_autofree char *key = NULL;

  if (!g_str_has_prefix (reference, "${") || reference[length - 1] != '}')
    return NULL;
  key = g_strndup (reference + 2, length - 3);
  for (guint i = 0; i < G_N_ELEMENTS (parents); i++)
    for (xmlNode *product = child (parents[i], "ProductSection"); product != NULL;
         product = find (product->next, "ProductSection"))
      for (xmlNode *node = child (product, "Property"); node != NULL; node = find (node->next, "Property"))
        {
          g_autofree char *own_key = attribute (node, "key");

          if (g_strcmp0 (own_key, key) == 0)
            return attribute (node, "value");
        }
  return NULL;
}

/* Only files that lie in the package itself. */
static gboolean
is_plain_name (const char *name)
{
  if (g_str_equal (name, ".") || g_str_equal (name, "..") || strlen (name) > 255)
    return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if (*c == '/' || *c == '\\' || g_ascii_iscntrl (*c))
      return FALSE;
  return strstr (name, ":") == NULL;
}

/* oVirt's export domains tell a file by its name. */
static xmlNode *
find_file (Reader *reader, const char *id, gboolean *twice)
{
  xmlNode *node = find_by_id (reader, reader->references, "File", "id", id, twice);

  if (node == NULL && !*twice)
    node = find_by_id (reader, reader->references, "File", "href", id, twice);
  return node;
}

/* The file of the package with this id. */
static gboolean
take_file (Reader *reader, const char *id, AvbOvfDrive *drive)
{
  gboolean twice = FALSE;
  xmlNode *node = find_file (reader, id, &twice);
  g_autofree char *href = attribute (node, "href");
  g_autofree char *compression = attribute (node, "compression");
  g_autofree char *chunk = attribute (node, "chunkSize");
  g_autofree char *unescaped = href != NULL ? g_uri_unescape_string (href, NULL) : NULL;

  if (twice)
    return FALSE;
  if (node == NULL)
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” needs a file that it does not name."), reader->name);
  if (href == NULL || unescaped == NULL || !g_utf8_validate (unescaped, -1, NULL) ||
      !is_plain_name (href) || !is_plain_name (unescaped))
    return refuse (reader, AVB_ERROR_INVALID,
                   _("“%s” names a file outside of the appliance, which is refused."), reader->name);
  if (chunk != NULL)
    return refuse (reader, AVB_ERROR_NOT_SUPPORTED, _("“%s” has disks in several pieces, which is not supported."),
                   reader->name);
  if (compression != NULL && !g_str_equal (compression, "identity") && !g_str_equal (compression, "gzip"))
    return refuse (reader, AVB_ERROR_NOT_SUPPORTED, _("“%s” has disks that are compressed in an unknown way."),
                   reader->name);
  drive->gzip = g_strcmp0 (compression, "gzip") == 0;
  drive->file = g_steal_pointer (&unescaped);
  return TRUE;
}

static gboolean
take_capacity (Reader *reader, xmlNode *disk, AvbOvfDrive *drive)
{
  g_autofree char *capacity = attribute (disk, "capacity");
  g_autofree char *units = attribute (disk, "capacityAllocationUnits");
  guint64 value;

  if (capacity != NULL && capacity[0] == '$')
    {
      char *property = dup_property (reader, capacity);

      g_free (capacity);
      capacity = property;
    }
  /* The file has its own size. */
  if (capacity == NULL)
    return TRUE;
  if (!number (capacity, &value) ||
      !multiply (value, units != NULL ? unit_bytes (units) : 1, AVB_QEMU_IMG_MAX_CAPACITY, &drive->capacity))
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” claims a size that a disk cannot have."), reader->name);
  return TRUE;
}

/* oVirt has no controllers: each disk says what it is connected to. */
static void
take_disk_interface (xmlNode *disk, AvbOvfDrive *drive)
{
  g_autofree char *interface = attribute (disk, "disk-interface");

  if (interface == NULL)
    return;
  if (g_ascii_strcasecmp (interface, "VirtIO") == 0)
    drive->bus = AVB_DISK_BUS_VIRTIO;
  else if (g_ascii_strcasecmp (interface, "VirtIO_SCSI") == 0)
    drive->bus = AVB_DISK_BUS_SCSI;
}

static gboolean
take_disk_node (Reader *reader, xmlNode *node, AvbOvfDrive *drive)
{
  g_autofree char *file = attribute (node, "fileRef");
  g_autofree char *parent = attribute (node, "parentRef");

  if (parent != NULL)
    return refuse (reader, AVB_ERROR_NOT_SUPPORTED,
                   _("“%s” has disks that are only the difference to others, which is not supported."),
                   reader->name);
  take_disk_interface (node, drive);
  if (!take_capacity (reader, node, drive))
    return FALSE;
  if (file != NULL)
    return take_file (reader, file, drive);
  if (drive->capacity == 0)
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” has a disk without a size."), reader->name);
  return TRUE;
}

static gboolean
take_disk (Reader *reader, const char *id, AvbOvfDrive *drive)
{
  gboolean twice = FALSE;
  xmlNode *node = find_by_id (reader, reader->disks, "Disk", "diskId", id, &twice);

  if (twice)
    return FALSE;
  if (node == NULL)
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” needs a disk that it does not describe."), reader->name);
  return take_disk_node (reader, node, drive);
}

/* "ovf:/disk/vmdisk1", "/file/file1" */
static gboolean
take_host_resource (Reader *reader, const char *host, AvbOvfDrive *drive)
{
  const char *path = g_str_has_prefix (host, "ovf:") ? host + strlen ("ovf:") : host;

  gboolean twice = FALSE;
  xmlNode *node;

  /* "ovf://disk/vmdisk1" is of the drafts. */
  if (g_str_has_prefix (path, "//"))
    path++;
  if (g_str_has_prefix (path, "/disk/"))
    return take_disk (reader, path + strlen ("/disk/"), drive);
  if (g_str_has_prefix (path, "/file/"))
    return take_file (reader, path + strlen ("/file/"), drive);
  /* 0.9 */
  if (g_str_has_prefix (path, "disk/"))
    return take_disk (reader, path + strlen ("disk/"), drive);
  /* oVirt: what its disk names as its file */
  node = find_by_id (reader, reader->disks, "Disk", "fileRef", path, &twice);
  if (twice)
    return FALSE;
  if (node != NULL)
    return take_disk_node (reader, node, drive);
  return refuse (reader, AVB_ERROR_INVALID, _("“%s” names a file outside of the appliance, which is refused."),
                 reader->name);
}

static const Item *
find_item (Reader *reader, const char *id)
{
  for (guint i = 0; id != NULL && i < reader->items->len; i++)
    {
      const Item *item = reader->items->pdata[i];

      if (g_strcmp0 (item->id, id) == 0)
        return item;
    }
  return NULL;
}

static gboolean
has_sub_type (const Item *item, const char *part)
{
  return item->sub_type != NULL && strstr (item->sub_type, part) != NULL;
}

/* Which bus it has here: what the guest has a driver for since it was made. */
static AvbDiskBus
find_bus (Reader *reader, const Item *drive)
{
  const Item *controller = find_item (reader, drive->parent);

  if (drive->resource == RESOURCE_FLOPPY)
    return AVB_DISK_BUS_FDC;
  if (controller == NULL)
    return AVB_DISK_BUS_SATA;
  if (has_sub_type (controller, "virtio"))
    return controller->resource == RESOURCE_SCSI || has_sub_type (controller, "scsi") ? AVB_DISK_BUS_SCSI
                                                                                     : AVB_DISK_BUS_VIRTIO;
  /* Machines of today have no IDE; and a guest with a driver for LSI Logic's or VMware's SCSI, or for NVMe, has one for
   * AHCI, but perhaps none for virtio. */
  return AVB_DISK_BUS_SATA;
}

static gboolean
is_disk (const Item *item)
{
  return item->resource == RESOURCE_DISK || item->resource == RESOURCE_LOGICAL_DISK;
}

static gboolean
add_drive (Reader *reader, const Item *item)
{
  AvbOvfDrive *drive = g_new0 (AvbOvfDrive, 1);

  if (reader->ovf->drives->len == MAX_DRIVES)
    {
      drive_free (drive);
      return refuse (reader, AVB_ERROR_INVALID, _("“%s” has more drives than a machine can have."), reader->name);
    }
  g_ptr_array_add (reader->ovf->drives, drive);
  drive->device = is_disk (item)                      ? AVB_DISK_DEVICE_DISK
                  : item->resource == RESOURCE_FLOPPY ? AVB_DISK_DEVICE_FLOPPY
                                                      : AVB_DISK_DEVICE_CDROM;
  drive->bus = find_bus (reader, item);
  if (item->host != NULL)
    return take_host_resource (reader, item->host, drive);
  if (drive->device == AVB_DISK_DEVICE_DISK)
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” has a disk without a size."), reader->name);
  return TRUE;
}

/* Makers name them by what they are, in words of their own; oVirt counts. */
static const char *
find_model (const Item *item)
{
  static const struct { const char *part; const char *model; } models[] = {
    { "virtio", "virtio" }, { "e1000e", "e1000e" }, { "e1000", "e1000" }, { "pcnet", "pcnet" }, { "vmxnet3", "vmxnet3" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (models); i++)
    if (has_sub_type (item, models[i].part))
      return models[i].model;
  return g_strcmp0 (item->sub_type, "3") == 0 ? "virtio" : "e1000";
}

static gboolean
add_interface (Reader *reader, const Item *item)
{
  if (avb_machine_spec_get_interfaces (reader->ovf->spec)->len == MAX_INTERFACES)
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” has more network cards than a machine can have."), reader->name);
  avb_machine_spec_add_interface (reader->ovf->spec, avb_interface_spec_new (AVB_INTERFACE_USER, NULL, find_model (item)));
  return TRUE;
}

static gboolean
take_memory (Reader *reader, const Item *item)
{
  guint64 bytes;

  /* Without a unit VMware means MiB. */
  if (!multiply (item->quantity, item->units != NULL ? unit_bytes (item->units) : MIB, G_MAXINT64, &bytes) ||
      bytes < MIB || bytes / MIB > MAX_MEMORY_MIB)
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” asks for an amount of memory that cannot be."), reader->name);
  avb_machine_spec_set_memory_mib (reader->ovf->spec, bytes / MIB);
  return TRUE;
}

static gboolean
take_item (Reader *reader, const Item *item)
{
  guint64 cpus;

  switch (item->resource)
    {
    case RESOURCE_CPU:
      cpus = item->has_quantity || item->sockets == 0 ? item->quantity : item->sockets;
      if (cpus == 0 || cpus > MAX_CPUS)
        return refuse (reader, AVB_ERROR_INVALID, _("“%s” asks for a number of CPUs that cannot be."), reader->name);
      avb_machine_spec_set_cpus (reader->ovf->spec, cpus);
      return TRUE;
    case RESOURCE_MEMORY:
      return take_memory (reader, item);
    case RESOURCE_FLOPPY:
    case RESOURCE_CD:
    case RESOURCE_DVD:
    case RESOURCE_DISK:
    case RESOURCE_LOGICAL_DISK:
      return add_drive (reader, item);
    case RESOURCE_OTHER:
      if (has_sub_type (item, "vmware.vtpm"))
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
      g_autofree char *value = text (child (node, names[i]));
      guint64 factor;

      if (value == NULL)
        continue;
      if (!number (value, &factor) || factor == 0 || factor > MAX_CPUS)
        return 0;
      count *= factor;
      told++;
    }
  return told > 0 && count <= G_MAXUINT ? count : 0;
}

static Item *
read_item (xmlNode *node, guint order)
{
  Item *item = g_new0 (Item, 1);
  g_autofree char *resource = text (child (node, "ResourceType"));
  g_autofree char *quantity = text (child (node, "VirtualQuantity"));
  g_autofree char *address = text (child (node, "AddressOnParent"));
  g_autofree char *sub_type = text (child (node, "ResourceSubType"));
  guint64 value;

  item->order = order;
  item->resource = number (resource, &value) && value <= G_MAXUINT16 ? value : 0;
  item->has_quantity = quantity != NULL;
  item->quantity = number (quantity, &value) ? value : 0;
  item->sockets = count_cpus (node);
  item->address = number (address, &value) && value < G_MAXUINT ? value : G_MAXUINT;
  item->sub_type = sub_type != NULL ? g_ascii_strdown (sub_type, -1) : NULL;
  item->id = text (child (node, "InstanceID"));
  /* 0.9 */
  if (item->id == NULL)
    item->id = text (child (node, "InstanceId"));
  item->parent = text (child (node, "Parent"));
  item->host = text (child (node, "HostResource"));
  item->units = text (child (node, "AllocationUnits"));
  if (item->units == NULL)
    item->units = text (child (node, "VirtualQuantityUnits"));
  return item;
}

/* Items for other sizes of the same machine, and limits, are not what it has. */
static gboolean
applies (xmlNode *node, const char *configuration)
{
  g_autofree char *of = attribute (node, "configuration");
  g_autofree char *bound = attribute (node, "bound");
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
merge_item (Reader *reader, Item *earlier, Item *item, gboolean of_configuration)
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
  item_free (item);
  if (is_other && !of_configuration)
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” gives one name to two things, which is refused."), reader->name);
  return TRUE;
}

/* Controllers that only share a number with something else are left alone. */
static Item *
find_same (Reader *reader, const Item *item)
{
  for (guint i = 0; item->id != NULL && i < reader->items->len; i++)
    {
      Item *other = reader->items->pdata[i];

      if (other->resource == item->resource && g_strcmp0 (other->id, item->id) == 0)
        return other;
    }
  return NULL;
}

static gboolean
take_node (Reader *reader, xmlNode *node)
{
  g_autofree char *of = attribute (node, "configuration");
  Item *item;
  Item *earlier;

  if (reader->items->len == MAX_ITEMS)
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” describes more devices than a machine can have."),
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
  const Item *one = *(const Item *const *) a;
  const Item *other = *(const Item *const *) b;

  if (one->group != other->group)
    return compare (one->group, other->group);
  if (one->address != other->address)
    return compare (one->address, other->address);
  return compare (one->order, other->order);
}

static gboolean
read_hardware (Reader *reader, xmlNode *hardware, const char *configuration)
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
      Item *item = reader->items->pdata[i];
      const Item *controller = find_item (reader, item->parent);

      item->group = controller != NULL ? controller->order : item->order;
    }
  g_ptr_array_sort (reader->items, compare_items);
  for (guint i = 0; i < reader->items->len; i++)
    if (!take_item (reader, reader->items->pdata[i]))
      return FALSE;
  return TRUE;
}

/* VMware: <vmw:Config vmw:key="firmware" vmw:value="efi"/>, and ExtraConfig with the keys of its own files */
static void
read_vmware_firmware (xmlNode *hardware, const char *element, gboolean *uefi, gboolean *secure)
{
  for (xmlNode *node = child (hardware, element); node != NULL; node = find (node->next, element))
    {
      g_autofree char *key = attribute (node, "key");
      g_autofree char *value = attribute (node, "value");

      if (key == NULL || value == NULL)
        continue;
      if (g_str_equal (key, "firmware"))
        *uefi = g_ascii_strcasecmp (value, "efi") == 0;
      else if (g_str_equal (key, "bootOptions.efiSecureBootEnabled") || g_str_equal (key, "uefi.secureBoot.enabled"))
        *secure = g_ascii_strcasecmp (value, "true") == 0;
    }
}

/* oVirt: <BiosType>2</BiosType>: 0 and 1 are BIOS, 3 is with Secure Boot. VirtualBox: <Firmware type="EFI"/> in its own
 * machine. */
static void
read_firmware (Reader *reader, xmlNode *hardware, xmlNode *system)
{
  xmlNode *box = child (child (system, "Machine"), "Hardware");
  g_autofree char *type = attribute (child (box, "Firmware"), "type");
  g_autofree char *tpm = attribute (child (box, "TrustedPlatformModule"), "type");
  g_autofree char *ovirt = text (child (system, "BiosType"));
  gboolean uefi = FALSE;
  gboolean secure = FALSE;

  read_vmware_firmware (hardware, "Config", &uefi, &secure);
  read_vmware_firmware (hardware, "ExtraConfig", &uefi, &secure);
  if (type != NULL && g_ascii_strncasecmp (type, "efi", 3) == 0)
    uefi = TRUE;
  if (g_strcmp0 (ovirt, "2") == 0 || g_strcmp0 (ovirt, "3") == 0)
    uefi = TRUE;
  secure |= g_strcmp0 (ovirt, "3") == 0;
  avb_machine_spec_set_firmware (reader->ovf->spec, !uefi    ? AVB_FIRMWARE_BIOS
                                                    : secure ? AVB_FIRMWARE_UEFI_SECURE
                                                             : AVB_FIRMWARE_UEFI);
  avb_machine_spec_set_tpm (reader->ovf->spec, tpm != NULL && g_str_has_prefix (tpm, "v2"));
}

static void
read_os (Reader *reader, xmlNode *system)
{
  xmlNode *node = section (system, "OperatingSystemSection");
  g_autofree char *vmware = attribute (node, "osType");
  g_autofree char *description = text (child (node, "Description"));
  g_autofree char *box = text (child (node, "OSType"));
  const char *architecture = NULL;
  g_autofree char *id = avb_ovf_find_os (vmware, box, description, &architecture);
  xmlNode *platform = child (child (child (system, "Machine"), "Hardware"), "Platform");
  g_autofree char *of_box = attribute (platform, "architecture");

  if (g_strcmp0 (of_box, "ARM") == 0)
    architecture = "aarch64";
  avb_machine_spec_set_os_id (reader->ovf->spec, id);
  avb_machine_spec_set_architecture (reader->ovf->spec, architecture);
}

/* What an element says, or what the first bundle says in its place: <Strings><Msg ovf:msgid="…">…</Msg></Strings> */
static char *
dup_message (Reader *reader, xmlNode *node)
{
  char *own = text (node);
  g_autofree char *id = own == NULL ? attribute (node, "msgid") : NULL;

  if (id == NULL)
    return own;
  for (xmlNode *bundle = child (reader->envelope, "Strings"); bundle != NULL; bundle = find (bundle->next, "Strings"))
    for (xmlNode *message = child (bundle, "Msg"); message != NULL; message = find (message->next, "Msg"))
      {
        g_autofree char *own_id = attribute (message, "msgid");

        if (g_strcmp0 (own_id, id) == 0)
          return text (message);
      }
  return NULL;
}

static void
read_name (Reader *reader, xmlNode *system)
{
  g_autofree char *name = dup_message (reader, child (system, "Name"));
  g_autofree char *id = attribute (system, "id");
  g_autofree char *annotation =
      dup_message (reader, child (section (system, "AnnotationSection"), "Annotation"));
  g_autofree char *clean = avb_text_make_machine_name (name != NULL ? name : id != NULL ? id : reader->name);

  avb_machine_spec_set_name (reader->ovf->spec, clean);
  if (annotation != NULL && g_utf8_strlen (annotation, -1) <= 4096)
    avb_machine_spec_set_description (reader->ovf->spec, annotation);
}

/* The configuration that counts where the package has several. */
static char *
find_configuration (xmlNode *envelope)
{
  xmlNode *options = section (envelope, "DeploymentOptionSection");
  char *first = NULL;

  for (xmlNode *node = child (options, "Configuration"); node != NULL; node = find (node->next, "Configuration"))
    {
      g_autofree char *id = attribute (node, "id");
      g_autofree char *preset = attribute (node, "default");

      if (first == NULL)
        first = g_strdup (id);
      if ((g_strcmp0 (preset, "true") == 0 || g_strcmp0 (preset, "1") == 0) && id != NULL)
        {
          g_free (first);
          return g_steal_pointer (&id);
        }
    }
  return first;
}

static guint
count_systems (xmlNode *parent, xmlNode **first, guint depth)
{
  guint count = 0;

  for (xmlNode *node = parent->children; node != NULL && depth < 8; node = node->next)
    {
      g_autofree char *type = node->type == XML_ELEMENT_NODE ? attribute (node, "type") : NULL;

      if (is_element (node, "VirtualSystem") ||
          (is_element (node, "Content") && type != NULL && g_str_has_suffix (type, "VirtualSystem_Type")))
        {
          if (*first == NULL)
            *first = node;
          count++;
        }
      else if (is_element (node, "VirtualSystemCollection"))
        count += count_systems (node, first, depth + 1);
    }
  return count;
}

static gboolean
read_envelope (Reader *reader, xmlNode *envelope)
{
  g_autofree char *configuration = NULL;
  xmlNode *system = NULL;
  xmlNode *hardware;
  guint count;

  if (envelope == NULL || !is_element (envelope, "Envelope"))
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” is not the description of an appliance."), reader->name);
  count = count_systems (envelope, &system, 0);
  if (count == 0)
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” describes no machine."), reader->name);
  if (count > 1)
    return refuse (reader, AVB_ERROR_NOT_SUPPORTED,
                   ngettext ("“%1$s” holds %2$u machine, and is refused.",
                             "“%1$s” holds %2$u machines. Only appliances of one machine can be imported.", count),
                   reader->name, count);
  hardware = section (system, "VirtualHardwareSection");
  if (hardware == NULL)
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” describes no hardware."), reader->name);

  reader->envelope = envelope;
  reader->system = system;
  reader->references = child (envelope, "References");
  reader->disks = section (envelope, "DiskSection");
  configuration = find_configuration (envelope);
  read_name (reader, system);
  read_os (reader, system);
  read_firmware (reader, hardware, system);
  return read_hardware (reader, hardware, configuration);
}

AvbOvf *
avb_ovf_parse (const char *content, gsize length, const char *name, GError **error)
{
  g_autoptr (AvbOvf) ovf = NULL;
  Reader reader = { .name = name, .error = error };
  xmlParserCtxt *context;
  xmlDoc *doc = NULL;
  gboolean ok = FALSE;

  g_return_val_if_fail (content != NULL || length == 0, NULL);
  g_return_val_if_fail (name != NULL, NULL);

  ovf = g_atomic_rc_box_new0 (AvbOvf);
  ovf->spec = avb_machine_spec_new ();
  ovf->drives = g_ptr_array_new_with_free_func (drive_free);
  reader.ovf = ovf;
  if (length > AVB_OVF_MAX_LENGTH)
    {
      refuse (&reader, AVB_ERROR_INVALID, _("“%s” is too long to be the description of an appliance."), name);
      return NULL;
    }

  context = xmlNewParserCtxt ();
  if (length > 0 && context != NULL)
    doc = xmlCtxtReadMemory (context, content, (int) length, NULL, NULL,
                             XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA);
  if (doc == NULL)
    refuse (&reader, AVB_ERROR_INVALID, _("“%s” is damaged: it is no well-formed XML."), name);
  else if (doc->intSubset != NULL || doc->extSubset != NULL)
    refuse (&reader, AVB_ERROR_INVALID, _("“%s” has a document type definition, which is refused."), name);
  else
    {
      reader.items = g_ptr_array_new_with_free_func (item_free);
      ok = read_envelope (&reader, xmlDocGetRootElement (doc));
      g_ptr_array_unref (reader.items);
    }
  xmlFreeDoc (doc);
  xmlFreeParserCtxt (context);
  return ok ? g_steal_pointer (&ovf) : NULL;
}
