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
  RESOURCE_CPU = 3,
  RESOURCE_MEMORY = 4,
  RESOURCE_SCSI = 6,
  RESOURCE_ETHERNET = 10,
  RESOURCE_FLOPPY = 14,
  RESOURCE_CD = 15,
  RESOURCE_DVD = 16,
  RESOURCE_DISK = 17,
  RESOURCE_OTHER_STORAGE = 20,
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
  char   *units;     /* (nullable) */
  guint   order;
  guint   group;     /* the order of the controller, or its own */
} Item;

typedef struct {
  const char *name;
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

/* The file of the package with this id. */
static gboolean
take_file (Reader *reader, const char *id, AvbOvfDrive *drive)
{
  for (xmlNode *node = child (reader->references, "File"); node != NULL; node = find (node->next, "File"))
    {
      g_autofree char *own_id = attribute (node, "id");
      g_autofree char *href = NULL;
      g_autofree char *compression = NULL;
      g_autofree char *chunk = NULL;
      g_autofree char *unescaped = NULL;

      if (g_strcmp0 (own_id, id) != 0)
        continue;
      href = attribute (node, "href");
      compression = attribute (node, "compression");
      chunk = attribute (node, "chunkSize");
      unescaped = href != NULL ? g_uri_unescape_string (href, NULL) : NULL;
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
  return refuse (reader, AVB_ERROR_INVALID, _("“%s” needs a file that it does not name."), reader->name);
}

static gboolean
take_disk (Reader *reader, const char *id, AvbOvfDrive *drive)
{
  for (xmlNode *node = child (reader->disks, "Disk"); node != NULL; node = find (node->next, "Disk"))
    {
      g_autofree char *own_id = attribute (node, "diskId");
      g_autofree char *capacity = NULL;
      g_autofree char *units = NULL;
      g_autofree char *file = NULL;
      g_autofree char *parent = NULL;
      guint64 value;

      if (g_strcmp0 (own_id, id) != 0)
        continue;
      capacity = attribute (node, "capacity");
      units = attribute (node, "capacityAllocationUnits");
      file = attribute (node, "fileRef");
      parent = attribute (node, "parentRef");
      if (parent != NULL)
        return refuse (reader, AVB_ERROR_NOT_SUPPORTED,
                       _("“%s” has disks that are only the difference to others, which is not supported."),
                       reader->name);
      /* A name in braces stands for a property that is asked for: the file has its own size. */
      if (capacity != NULL && capacity[0] != '$' &&
          (!number (capacity, &value) ||
           !multiply (value, units != NULL ? unit_bytes (units) : 1, AVB_QEMU_IMG_MAX_CAPACITY, &drive->capacity)))
        return refuse (reader, AVB_ERROR_INVALID, _("“%s” claims a size that a disk cannot have."), reader->name);
      if (file != NULL)
        return take_file (reader, file, drive);
      if (drive->capacity == 0)
        return refuse (reader, AVB_ERROR_INVALID, _("“%s” has a disk without a size."), reader->name);
      return TRUE;
    }
  return refuse (reader, AVB_ERROR_INVALID, _("“%s” needs a disk that it does not describe."), reader->name);
}

/* "ovf:/disk/vmdisk1", "/file/file1" */
static gboolean
take_host_resource (Reader *reader, const char *host, AvbOvfDrive *drive)
{
  const char *path = g_str_has_prefix (host, "ovf:") ? host + strlen ("ovf:") : host;

  if (g_str_has_prefix (path, "/disk/"))
    return take_disk (reader, path + strlen ("/disk/"), drive);
  if (g_str_has_prefix (path, "/file/"))
    return take_file (reader, path + strlen ("/file/"), drive);
  /* 0.9 */
  if (g_str_has_prefix (path, "disk/"))
    return take_disk (reader, path + strlen ("disk/"), drive);
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
    return controller->resource == RESOURCE_SCSI ? AVB_DISK_BUS_SCSI : AVB_DISK_BUS_VIRTIO;
  /* Machines of today have no IDE; and a guest with a driver for LSI Logic's or VMware's SCSI, or for NVMe, has one for
   * AHCI, but perhaps none for virtio. */
  return AVB_DISK_BUS_SATA;
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
  drive->device = item->resource == RESOURCE_DISK     ? AVB_DISK_DEVICE_DISK
                  : item->resource == RESOURCE_FLOPPY ? AVB_DISK_DEVICE_FLOPPY
                                                      : AVB_DISK_DEVICE_CDROM;
  drive->bus = find_bus (reader, item);
  if (item->host != NULL)
    return take_host_resource (reader, item->host, drive);
  if (drive->device == AVB_DISK_DEVICE_DISK)
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” has a disk without a size."), reader->name);
  return TRUE;
}

static gboolean
add_interface (Reader *reader, const Item *item)
{
  const char *model = has_sub_type (item, "virtio")   ? "virtio"
                      : has_sub_type (item, "e1000e") ? "e1000e"
                      : has_sub_type (item, "e1000")  ? "e1000"
                      : has_sub_type (item, "pcnet")  ? "pcnet"
                      : has_sub_type (item, "vmxnet3") ? "vmxnet3"
                                                       : "e1000";

  if (avb_machine_spec_get_interfaces (reader->ovf->spec)->len == MAX_INTERFACES)
    return refuse (reader, AVB_ERROR_INVALID, _("“%s” has more network cards than a machine can have."), reader->name);
  avb_machine_spec_add_interface (reader->ovf->spec, avb_interface_spec_new (AVB_INTERFACE_USER, NULL, model));
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
  switch (item->resource)
    {
    case RESOURCE_CPU:
      if (item->quantity == 0 || item->quantity > MAX_CPUS)
        return refuse (reader, AVB_ERROR_INVALID, _("“%s” asks for a number of CPUs that cannot be."), reader->name);
      avb_machine_spec_set_cpus (reader->ovf->spec, item->quantity);
      return TRUE;
    case RESOURCE_MEMORY:
      return take_memory (reader, item);
    case RESOURCE_FLOPPY:
    case RESOURCE_CD:
    case RESOURCE_DVD:
    case RESOURCE_DISK:
      return add_drive (reader, item);
    case RESOURCE_ETHERNET:
      return add_interface (reader, item);
    default:
      return TRUE;
    }
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
  item->quantity = number (quantity, &value) ? value : 0;
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
      if (reader->items->len == MAX_ITEMS)
        return refuse (reader, AVB_ERROR_INVALID, _("“%s” describes more devices than a machine can have."),
                       reader->name);
      g_ptr_array_add (reader->items, read_item (node, reader->items->len));
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

/* VMware: <vmw:Config vmw:key="firmware" vmw:value="efi"/>; VirtualBox: <Firmware type="EFI"/> in its own machine. */
static void
read_firmware (Reader *reader, xmlNode *hardware, xmlNode *machine)
{
  xmlNode *box = child (machine, "Hardware");
  g_autofree char *type = attribute (child (box, "Firmware"), "type");
  g_autofree char *tpm = attribute (child (box, "TrustedPlatformModule"), "type");
  AvbFirmware firmware = AVB_FIRMWARE_BIOS;
  gboolean secure = FALSE;

  for (xmlNode *node = child (hardware, "Config"); node != NULL; node = find (node->next, "Config"))
    {
      g_autofree char *key = attribute (node, "key");
      g_autofree char *value = attribute (node, "value");

      if (g_strcmp0 (key, "firmware") == 0 && value != NULL && g_ascii_strcasecmp (value, "efi") == 0)
        firmware = AVB_FIRMWARE_UEFI;
      else if (key != NULL && g_str_has_suffix (key, "secureBootEnabled") && g_strcmp0 (value, "true") == 0)
        secure = TRUE;
    }
  if (type != NULL && g_ascii_strncasecmp (type, "efi", 3) == 0)
    firmware = AVB_FIRMWARE_UEFI;
  if (firmware == AVB_FIRMWARE_UEFI && secure)
    firmware = AVB_FIRMWARE_UEFI_SECURE;
  avb_machine_spec_set_firmware (reader->ovf->spec, firmware);
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

  avb_machine_spec_set_os_id (reader->ovf->spec, id);
  avb_machine_spec_set_architecture (reader->ovf->spec, architecture);
}

static void
read_name (Reader *reader, xmlNode *system)
{
  g_autofree char *name = text (child (system, "Name"));
  g_autofree char *id = attribute (system, "id");
  g_autofree char *annotation = text (child (section (system, "AnnotationSection"), "Annotation"));
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
      if (g_strcmp0 (preset, "true") == 0 && id != NULL)
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

  reader->references = child (envelope, "References");
  reader->disks = section (envelope, "DiskSection");
  configuration = find_configuration (envelope);
  read_name (reader, system);
  read_os (reader, system);
  read_firmware (reader, hardware, child (system, "Machine"));
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
