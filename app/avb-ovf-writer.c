/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-ovf-writer.h"

#include <string.h>

#define STREAM_OPTIMIZED "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"
#define NAMESPACE "http://schemas.dmtf.org/ovf/envelope/1"
#define CIM "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"

/* ResourceType of CIM_ResourceAllocationSettingData (DSP0004). */
enum {
  RASD_PROCESSOR = 3,
  RASD_MEMORY = 4,
  RASD_IDE = 5,
  RASD_SCSI = 6,
  RASD_ETHERNET = 10,
  RASD_CD = 15,
  RASD_DISK = 17,
  RASD_OTHER_STORAGE = 20,
};

/* Of a controller. */
#define IDE_PLACES 2
#define SATA_PLACES 30
#define SCSI_PLACES 16
/* The controller itself has this place. */
#define SCSI_OWN_PLACE 7

/* OSType of CIM_OperatingSystem, and VirtualBox's name for 64 bits. The first that the id begins with counts. */
static const struct {
  const char *prefix;
  guint       cim;
  const char *vbox;
} systems[] = {
  { "http://debian.org/", 96, "Debian_64" },
  { "http://ubuntu.com/", 94, "Ubuntu_64" },
  { "http://redhat.com/", 80, "RedHat_64" },
  { "http://centos.org/", 107, "RedHat_64" },
  { "http://oracle.com/", 109, "Oracle_64" },
  { "http://fedoraproject.org/", 101, "Fedora_64" },
  { "http://opensuse.org/", 83, "OpenSUSE_64" },
  { "http://suse.com/", 85, "OpenSUSE_64" },
  { "http://archlinux.org/", 101, "ArchLinux_64" },
  { "http://freebsd.org/", 78, "FreeBSD_64" },
  { "http://openbsd.org/", 1, "OpenBSD_64" },
  { "http://netbsd.org/", 1, "NetBSD_64" },
  { "http://microsoft.com/win/11", 1, "Windows11_64" },
  { "http://microsoft.com/win/10", 1, "Windows10_64" },
  { "http://microsoft.com/win/8", 1, "Windows81_64" },
  { "http://microsoft.com/win/7", 105, "Windows7_64" },
  { "http://microsoft.com/win/2k", 1, "Windows2016_64" },
  { "http://microsoft.com/", 1, "WindowsNT_64" },
  { "http://libosinfo.org/linux/", 101, "Linux26_64" },
};

typedef struct {
  GString    *text;
  guint       instance; /* the last InstanceID */
  const char *kind;     /* of controllers: "AHCI", … */
  guint       type;
  guint       controller; /* InstanceID of the one that has places left; 0: none */
  guint       n_controllers;
  guint       place, n_places;
} Writer;

AvbOvfDisk *
avb_ovf_disk_new (const char *file, guint64 size, guint64 capacity, AvbDiskBus bus)
{
  AvbOvfDisk *disk = g_new0 (AvbOvfDisk, 1);

  disk->file = g_strdup (file);
  disk->size = size;
  disk->capacity = capacity;
  disk->bus = bus;
  return disk;
}

void
avb_ovf_disk_free (AvbOvfDisk *disk)
{
  g_free (disk->file);
  g_free (disk);
}

static void add (GString *text, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Every %s is escaped. */
static void
add (GString *text, const char *format, ...)
{
  g_autofree char *part = NULL;
  va_list args;

  va_start (args, format);
  part = g_markup_vprintf_escaped (format, args);
  va_end (args);
  g_string_append (text, part);
}

/* What a definition cannot hold XML cannot either; but this comes from elsewhere, too. */
static char *
make_text (const char *wish)
{
  g_autofree char *valid = g_utf8_make_valid (wish, -1);
  GString *text = g_string_new (NULL);

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);

      if ((letter >= 0x20 || letter == '\n' || letter == '\t') && letter != 0xFFFE && letter != 0xFFFF)
        g_string_append_unichar (text, letter);
    }
  return g_string_free_and_steal (text);
}

static void
add_references (GString *text, GPtrArray *disks)
{
  g_string_append (text, "  <References>\n");
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbOvfDisk *disk = g_ptr_array_index (disks, i);

      add (text, "    <File ovf:id=\"file%u\" ovf:href=\"%s\" ovf:size=\"%" G_GUINT64_FORMAT "\"/>\n", i + 1,
           disk->file, disk->size);
    }
  g_string_append (text, "  </References>\n");
}

static void
add_disks (GString *text, GPtrArray *disks)
{
  if (disks->len == 0)
    return;
  g_string_append (text, "  <DiskSection>\n    <Info>Virtual disks</Info>\n");
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbOvfDisk *disk = g_ptr_array_index (disks, i);

      add (text,
           "    <Disk ovf:diskId=\"disk%u\" ovf:fileRef=\"file%u\" ovf:capacity=\"%" G_GUINT64_FORMAT
           "\" ovf:format=\"" STREAM_OPTIMIZED "\"/>\n",
           i + 1, i + 1, disk->capacity);
    }
  g_string_append (text, "  </DiskSection>\n");
}

static char *
dup_network (const AvbInterfaceSpec *nic)
{
  return make_text (nic->kind == AVB_INTERFACE_USER || nic->source == NULL ? "NAT" : nic->source);
}

static void
add_networks (GString *text, GPtrArray *interfaces)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (interfaces->len == 0)
    return;
  g_string_append (text, "  <NetworkSection>\n    <Info>Logical networks</Info>\n");
  for (guint i = 0; i < interfaces->len; i++)
    {
      char *name = dup_network (g_ptr_array_index (interfaces, i));

      if (!g_hash_table_contains (seen, name))
        add (text, "    <Network ovf:name=\"%s\">\n      <Description>%s</Description>\n    </Network>\n", name, name);
      g_hash_table_add (seen, name);
    }
  g_string_append (text, "  </NetworkSection>\n");
}

static void
add_system (GString *text, AvbMachineSpec *spec)
{
  const char *id = avb_machine_spec_get_os_id (spec);
  guint cim = 1, i = 0;
  const char *vbox = "Other_64";

  while (id != NULL && i < G_N_ELEMENTS (systems) && !g_str_has_prefix (id, systems[i].prefix))
    i++;
  if (id != NULL && i < G_N_ELEMENTS (systems))
    {
      cim = systems[i].cim;
      vbox = systems[i].vbox;
    }
  add (text,
       "    <OperatingSystemSection ovf:id=\"%u\">\n      <Info>The operating system</Info>\n"
       "      <Description>%s</Description>\n      <vbox:OSType ovf:required=\"false\">%s</vbox:OSType>\n",
       cim, vbox, vbox);
  if (id != NULL)
    add (text, "      <libosinfo:os ovf:required=\"false\" id=\"%s\"/>\n", id);
  g_string_append (text, "    </OperatingSystemSection>\n");
}

/* The schema wants the elements of an item in alphabetical order. Some readers take Caption for its name, some
 * ElementName. */
static void
begin_item (Writer *self, const char *name, const char *before_name, const char *parameter)
{
  g_string_append (self->text, "      <Item>\n");
  /* Everything that sorts before Caption. */
  if (before_name != NULL)
    add (self->text, "        <rasd:%s>%s</rasd:%s>\n", before_name, parameter, before_name);
  add (self->text, "        <rasd:Caption>%s</rasd:Caption>\n", name);
}

static void
end_item (Writer *self, const char *subtype, guint type, guint64 quantity)
{
  if (subtype != NULL)
    add (self->text, "        <rasd:ResourceSubType>%s</rasd:ResourceSubType>\n", subtype);
  add (self->text, "        <rasd:ResourceType>%u</rasd:ResourceType>\n", type);
  if (quantity > 0)
    add (self->text, "        <rasd:VirtualQuantity>%" G_GUINT64_FORMAT "</rasd:VirtualQuantity>\n", quantity);
  g_string_append (self->text, "      </Item>\n");
}

static void
add_processor_and_memory (Writer *self, AvbMachineSpec *spec)
{
  begin_item (self, "Processors", "AllocationUnits", "hertz * 10^6");
  add (self->text, "        <rasd:ElementName>Processors</rasd:ElementName>\n"
                   "        <rasd:InstanceID>%u</rasd:InstanceID>\n", ++self->instance);
  end_item (self, NULL, RASD_PROCESSOR, avb_machine_spec_get_cpus (spec));
  begin_item (self, "Memory", "AllocationUnits", "byte * 2^20");
  add (self->text, "        <rasd:ElementName>Memory</rasd:ElementName>\n"
                   "        <rasd:InstanceID>%u</rasd:InstanceID>\n", ++self->instance);
  end_item (self, NULL, RASD_MEMORY, avb_machine_spec_get_memory_mib (spec));
}

static void
add_controller (Writer *self)
{
  g_autofree char *name = g_strdup_printf ("%s controller %u", self->kind, self->n_controllers);
  g_autofree char *address = g_strdup_printf ("%u", self->n_controllers);

  begin_item (self, name, "Address", address);
  self->controller = ++self->instance;
  add (self->text, "        <rasd:ElementName>%s</rasd:ElementName>\n"
                   "        <rasd:InstanceID>%u</rasd:InstanceID>\n", name, self->controller);
  end_item (self, self->type == RASD_IDE ? "PIIX4" : self->type == RASD_SCSI ? "lsilogic" : "AHCI", self->type, 0);
  self->n_controllers++;
  self->place = 0;
}

static guint
take_place (Writer *self)
{
  if (self->controller == 0 || self->place == self->n_places)
    add_controller (self);
  if (self->type == RASD_SCSI && self->place == SCSI_OWN_PLACE)
    self->place++;
  return self->place++;
}

/* @host_resource: (nullable): none is an empty drive. */
static void
add_drive (Writer *self, const char *name, guint type, const char *host_resource)
{
  guint place = take_place (self);
  g_autofree char *on_parent = g_strdup_printf ("%u", place);

  begin_item (self, name, "AddressOnParent", on_parent);
  add (self->text, "        <rasd:ElementName>%s</rasd:ElementName>\n", name);
  if (host_resource != NULL)
    add (self->text, "        <rasd:HostResource>%s</rasd:HostResource>\n", host_resource);
  add (self->text, "        <rasd:InstanceID>%u</rasd:InstanceID>\n        <rasd:Parent>%u</rasd:Parent>\n",
       ++self->instance, self->controller);
  end_item (self, NULL, type, 0);
}

static gboolean
belongs (AvbDiskBus bus, guint type)
{
  switch (bus)
    {
    case AVB_DISK_BUS_IDE:
      return type == RASD_IDE;
    case AVB_DISK_BUS_SCSI:
      return type == RASD_SCSI;
    case AVB_DISK_BUS_VIRTIO:
    case AVB_DISK_BUS_SATA:
    case AVB_DISK_BUS_USB:
    case AVB_DISK_BUS_FDC:
    default:
      return type == RASD_OTHER_STORAGE;
    }
}

static void
begin_controllers (Writer *self, const char *kind, guint type, guint n_places)
{
  self->kind = kind;
  self->type = type;
  self->n_places = n_places;
  self->controller = 0;
  self->n_controllers = 0;
}

static void
add_disks_of_bus (Writer *self, GPtrArray *disks)
{
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbOvfDisk *disk = g_ptr_array_index (disks, i);
      g_autofree char *name = g_strdup_printf ("Disk %u", i + 1);
      g_autofree char *resource = g_strdup_printf ("ovf:/disk/disk%u", i + 1);

      if (belongs (disk->bus, self->type))
        add_drive (self, name, RASD_DISK, resource);
    }
}

static void
add_storage (Writer *self, AvbMachineSpec *spec, GPtrArray *disks)
{
  GPtrArray *drives = avb_machine_spec_get_disks (spec);

  begin_controllers (self, "IDE", RASD_IDE, IDE_PLACES);
  add_disks_of_bus (self, disks);
  begin_controllers (self, "SCSI", RASD_SCSI, SCSI_PLACES);
  add_disks_of_bus (self, disks);
  begin_controllers (self, "SATA", RASD_OTHER_STORAGE, SATA_PLACES);
  add_disks_of_bus (self, disks);
  /* Discs stay here, their drives go along. */
  for (guint i = 0; i < drives->len; i++)
    if (((const AvbDiskSpec *) g_ptr_array_index (drives, i))->device == AVB_DISK_DEVICE_CDROM)
      add_drive (self, "CD drive", RASD_CD, NULL);
}

static void
add_interfaces (Writer *self, GPtrArray *interfaces)
{
  for (guint i = 0; i < interfaces->len; i++)
    {
      const AvbInterfaceSpec *nic = g_ptr_array_index (interfaces, i);
      g_autofree char *network = dup_network (nic);
      g_autofree char *name = g_strdup_printf ("Network adapter %u", i + 1);

      begin_item (self, name, "AutomaticAllocation", "true");
      add (self->text,
           "        <rasd:Connection>%s</rasd:Connection>\n"
           "        <rasd:ElementName>%s</rasd:ElementName>\n"
           "        <rasd:InstanceID>%u</rasd:InstanceID>\n",
           network, name, ++self->instance);
      end_item (self, g_strcmp0 (nic->model, "e1000e") == 0 ? "E1000e" : "E1000", RASD_ETHERNET, 0);
    }
}

static void
add_firmware (GString *text, AvbFirmware firmware)
{
  if (firmware == AVB_FIRMWARE_BIOS)
    return;
  g_string_append (text, "      <vmw:Config ovf:required=\"false\" vmw:key=\"firmware\" vmw:value=\"efi\"/>\n");
  if (firmware == AVB_FIRMWARE_UEFI_SECURE)
    g_string_append (text, "      <vmw:Config ovf:required=\"false\" vmw:key=\"bootOptions.efiSecureBootEnabled\""
                           " vmw:value=\"true\"/>\n");
}

static void
add_hardware (GString *text, AvbMachineSpec *spec, GPtrArray *disks, const char *name)
{
  Writer writer = { .text = text };

  add (text,
       "    <VirtualHardwareSection>\n      <Info>Virtual hardware</Info>\n      <System>\n"
       "        <vssd:ElementName>Virtual Hardware Family</vssd:ElementName>\n"
       "        <vssd:InstanceID>0</vssd:InstanceID>\n"
       "        <vssd:VirtualSystemIdentifier>%s</vssd:VirtualSystemIdentifier>\n"
       "        <vssd:VirtualSystemType>vmx-10</vssd:VirtualSystemType>\n      </System>\n",
       name);
  add_processor_and_memory (&writer, spec);
  add_storage (&writer, spec, disks);
  add_interfaces (&writer, avb_machine_spec_get_interfaces (spec));
  add_firmware (text, avb_machine_spec_get_firmware (spec));
  g_string_append (text, "    </VirtualHardwareSection>\n");
}

char *
avb_ovf_write (AvbMachineSpec *spec, GPtrArray *disks)
{
  g_autofree char *name = NULL;
  g_autofree char *description = NULL;
  GString *text;

  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (spec), NULL);
  g_return_val_if_fail (disks != NULL, NULL);

  name = make_text (avb_machine_spec_get_name (spec));
  text = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                       "<Envelope ovf:version=\"1.0\" xml:lang=\"en-US\" xmlns=\"" NAMESPACE "\"\n"
                       "  xmlns:ovf=\"" NAMESPACE "\"\n"
                       "  xmlns:rasd=\"" CIM "CIM_ResourceAllocationSettingData\"\n"
                       "  xmlns:vssd=\"" CIM "CIM_VirtualSystemSettingData\"\n"
                       "  xmlns:vmw=\"http://www.vmware.com/schema/ovf\"\n"
                       "  xmlns:vbox=\"http://www.virtualbox.org/ovf/machine\"\n"
                       "  xmlns:libosinfo=\"http://libosinfo.org/xmlns/libvirt/domain/1.0\">\n");
  add_references (text, disks);
  add_disks (text, disks);
  add_networks (text, avb_machine_spec_get_interfaces (spec));
  add (text, "  <VirtualSystem ovf:id=\"%s\">\n    <Info>A virtual machine</Info>\n    <Name>%s</Name>\n", name, name);
  if (avb_machine_spec_get_description (spec) != NULL)
    {
      description = make_text (avb_machine_spec_get_description (spec));
      add (text, "    <AnnotationSection>\n      <Info>A description</Info>\n"
                 "      <Annotation>%s</Annotation>\n    </AnnotationSection>\n", description);
    }
  add_system (text, spec);
  add_hardware (text, spec, disks, name);
  g_string_append (text, "  </VirtualSystem>\n</Envelope>\n");
  return g_string_free_and_steal (text);
}
