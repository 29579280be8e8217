/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"

#define N_PORTS 14

/* The desktop definition of a machine. Why it is as it is: spice on a socket without any listener,
 * so that no port is open; no image compression, because the console is on this computer; a tablet
 * so that the pointer needs no grab; free page reporting gives freed memory back to the host. */

G_GNUC_PRINTF (2, 3)
static void
add (GString *xml, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list          args;

  va_start (args, format);
  text = g_markup_vprintf_escaped (format, args);
  va_end (args);
  g_string_append (xml, text);
}

char *
avb_domain_template_target (AvbDiskBus bus, GHashTable *taken)
{
  const char *prefix = bus == AVB_DISK_BUS_VIRTIO ? "vd"
                       : bus == AVB_DISK_BUS_IDE  ? "hd"
                       : bus == AVB_DISK_BUS_FDC  ? "fd"
                                                  : "sd";

  for (guint i = 0; i < 26 * 27; i++)
    {
      g_autofree char *target
          = i < 26 ? g_strdup_printf ("%s%c", prefix, 'a' + i)
                   : g_strdup_printf ("%s%c%c", prefix, 'a' + i / 26 - 1, 'a' + i % 26);

      if (g_hash_table_add (taken, g_strdup (target)))
        return g_steal_pointer (&target);
    }
  return NULL;
}

void
avb_domain_template_disk (GString               *xml,
                          const AvbDiskSpec     *disk,
                          const char            *target,
                          const AvbDomainTraits *traits)
{
  gboolean is_served = disk->source == AVB_DISK_SOURCE_NBD;
  gboolean is_block = !is_served && disk->path != NULL && g_str_has_prefix (disk->path, "/dev/");
  gboolean is_qemu = traits->domain_type == NULL;

  add (xml,
       "<disk type='%s' device='%s'>",
       is_served  ? "network"
       : is_block ? "block"
                  : "file",
       avb_domain_device_name (disk->device));
  if (is_qemu && disk->path != NULL)
    {
      add (xml, "<driver name='qemu' type='%s'", disk->format);
      if (disk->device == AVB_DISK_DEVICE_DISK && !disk->read_only)
        add (xml, " discard='unmap' detect_zeroes='unmap'");
      /* Whoever serves it may come back: the guest waits, rather than to take its disk for broken. */
      if (is_served)
        add (xml, " error_policy='stop' rerror_policy='stop'");
      if (disk->device == AVB_DISK_DEVICE_DISK && g_str_equal (disk->format, "qcow2"))
        add (xml, "><metadata_cache><max_size unit='MiB'>4</max_size></metadata_cache></driver>");
      else
        add (xml, "/>");
    }
  else if (disk->path != NULL)
    add (xml, "<driver type='%s'/>", disk->format);
  if (is_served)
    avb_domain_served_template (xml, disk);
  else if (disk->path != NULL)
    add (xml, is_block ? "<source dev='%s'/>" : "<source file='%s'/>", disk->path);
  add (xml, "<target dev='%s' bus='%s'/>", target, avb_domain_bus_name (disk->bus));
  if (disk->read_only || disk->device == AVB_DISK_DEVICE_CDROM)
    add (xml, "<readonly/>");
  if (disk->boot_order > 0)
    add (xml, "<boot order='%u'/>", disk->boot_order);
  add (xml, "</disk>");
}

void
avb_domain_template_interface (GString                *xml,
                               const AvbInterfaceSpec *nic,
                               const AvbDomainTraits  *traits)
{
  static const char *const kinds[] = { "user", "network", "bridge" };

  add (xml, "<interface type='%s'>", kinds[nic->kind]);
  if (nic->mac != NULL)
    add (xml, "<mac address='%s'/>", nic->mac);
  if (nic->kind == AVB_INTERFACE_NETWORK)
    add (xml, "<source network='%s'/>", nic->source);
  else if (nic->kind == AVB_INTERFACE_BRIDGE)
    add (xml, "<source bridge='%s'/>", nic->source);
  if (nic->model != NULL)
    add (xml, "<model type='%s'/>", nic->model);
  add (xml, "</interface>");
}

void
avb_domain_template_serial (GString *xml, const char *path)
{
  if (path != NULL)
    add (xml, "<serial type='file'><source path='%s'/><target port='0'/></serial>", path);
  else
    add (xml, "<serial type='pty'><target port='0'/></serial>");
}

gboolean
avb_domain_is_pc (const char *arch)
{
  return arch == NULL || g_str_equal (arch, "x86_64") || g_str_equal (arch, "i686");
}

const char *
avb_domain_accelerator (const AvbDomainTraits *traits)
{
  return traits->accelerator != NULL ? traits->accelerator : "kvm";
}

void
avb_domain_template_tpm (GString *xml, const char *arch)
{
  add (xml,
       "<tpm model='%s'><backend type='emulator' version='2.0'/></tpm>",
       avb_domain_is_pc (arch) ? "tpm-crb" : "tpm-tis");
}

static const char *
find_video (const char *arch, const AvbDomainTraits *traits)
{
  if (traits->virtio_video)
    return "virtio";
  return avb_domain_is_pc (arch) ? "vga" : "ramfb";
}

void
avb_domain_template_graphics (GString *xml, const char *arch, const AvbDomainTraits *traits)
{
  if (traits->domain_type != NULL)
    {
      add (xml,
           "<input type='tablet' bus='usb'/><graphics type='vnc'/>"
           "<video><model type='vga'/></video>");
      return;
    }
  add (xml, "<input type='tablet' bus='usb'/>");
  /* PCs have one by themselves. */
  if (!avb_domain_is_pc (arch))
    add (xml, "<input type='keyboard' bus='usb'/>");
  if (traits->spice)
    add (xml, "<graphics type='spice'><listen type='none'/><image compression='off'/></graphics>");
  else
    add (xml, "<graphics type='vnc'><listen type='none'/></graphics>");
  add (xml, "<video><model type='%s'/></video>", find_video (arch, traits));
}

void
avb_domain_template_cpu (GString               *xml,
                         const char            *arch,
                         gboolean               accelerated,
                         const AvbDomainTraits *traits)
{
  if (traits->domain_type != NULL)
    return;
  /* libvirt refuses the word for processors that cannot be otherwise. */
  if (accelerated)
    add (xml,
         avb_domain_is_pc (arch) ? "<cpu mode='host-passthrough' migratable='on'/>"
                                 : "<cpu mode='host-passthrough'/>");
  else if (traits->maximum_cpu)
    add (xml, "<cpu mode='maximum'/>");
}

static gboolean
is_windows (AvbMachineSpec *spec)
{
  const char *os_id = avb_machine_spec_get_os_id (spec);

  return os_id != NULL && strstr (os_id, "microsoft.com/win") != NULL;
}

static void
template_os (GString *xml, AvbMachineSpec *spec, const AvbDomainTraits *traits, const char *arch)
{
  AvbFirmware firmware = avb_machine_spec_get_firmware (spec);

  add (xml,
       firmware == AVB_FIRMWARE_BIOS || traits->loader != NULL ? "<os>" : "<os firmware='efi'>");
  if (traits->domain_type != NULL)
    add (xml, "<type arch='%s'>hvm</type>", arch);
  else
    add (xml,
         "<type arch='%s' machine='%s'>hvm</type>",
         arch,
         avb_domain_is_pc (arch) ? "q35" : "virt");
  avb_domain_template_firmware (xml, firmware, traits);
  avb_domain_template_kernel (xml, spec);
  add (xml, "</os><features><acpi/>");
  if (avb_domain_is_pc (arch))
    add (xml, "<apic/>");
  if (avb_domain_is_pc (arch) && is_windows (spec))
    avb_domain_template_hyperv (xml, avb_machine_spec_get_accelerated (spec), traits);
  /* Enforced Secure Boot stands on system management mode. */
  if (firmware == AVB_FIRMWARE_UEFI_SECURE && avb_domain_is_pc (arch)
      && traits->domain_type == NULL)
    add (xml, "<smm state='on'/>");
  add (xml, "</features>");
}

gboolean
avb_domain_can_extra (AvbExtra extra, const AvbDomainTraits *traits)
{
  /* The test driver has no devices, but keeps what is said of them. */
  return traits->domain_type != NULL || traits->spice || extra == AVB_EXTRA_GUEST_AGENT
         || extra == AVB_EXTRA_SETUP_CHANNEL;
}

static void
template_extra (GString *xml, AvbExtra extra)
{
  g_autoptr (GPtrArray) fragments = avb_domain_template_extra (extra, NULL);

  for (guint i = 0; i < fragments->len; i++)
    g_string_append (xml, fragments->pdata[i]);
}

/* PCI Express devices can be plugged only into a free port, and libvirt makes as many as are in
 * use: as many as virt-manager makes. */
static void
template_ports (GString *xml)
{
  add (xml, "<controller type='pci' model='pcie-root'/>");
  for (guint i = 0; i < N_PORTS; i++)
    add (xml, "<controller type='pci' model='pcie-root-port'/>");
}

static void
template_devices (GString               *xml,
                  AvbMachineSpec        *spec,
                  const AvbDomainTraits *traits,
                  const char            *arch)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *disks = avb_machine_spec_get_disks (spec);
  GPtrArray *interfaces = avb_machine_spec_get_interfaces (spec);
  GPtrArray *shares = avb_machine_spec_get_shares (spec);

  add (xml, "<devices>");
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec *disk = disks->pdata[i];
      g_autofree char   *target = avb_domain_template_target (disk->bus, taken);

      if (target != NULL)
        avb_domain_template_disk (xml, disk, target, traits);
    }
  for (guint i = 0; i < interfaces->len; i++)
    if (!avb_domain_is_vmnet (interfaces->pdata[i], traits))
      avb_domain_template_interface (xml, interfaces->pdata[i], traits);
  avb_domain_template_serial (xml, avb_machine_spec_get_serial (spec));
  add (xml, "<controller type='usb' model='qemu-xhci' ports='15'/>");
  if (traits->domain_type == NULL)
    {
      template_ports (xml);
      add (xml,
           "<controller type='virtio-serial'/>"
           "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>"
           "<memballoon model='virtio' freePageReporting='%s'><stats period='5'/></memballoon>",
           traits->free_page_reporting ? "on" : "off");
    }
  if (avb_machine_spec_get_tpm (spec))
    avb_domain_template_tpm (xml, arch);
  if (avb_machine_spec_get_graphics (spec))
    avb_domain_template_graphics (xml, arch, traits);
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    if (avb_machine_spec_get_extra (spec, i) && avb_domain_can_extra (i, traits))
      template_extra (xml, i);
  for (guint i = 0; traits->domain_type == NULL && i < shares->len; i++)
    {
      g_autofree char *fragment = avb_domain_template_share (shares->pdata[i]);

      g_string_append (xml, fragment);
    }
  add (xml, "</devices>");
}

static void
template_metadata (GString *xml, AvbMachineSpec *spec)
{
  const char    *os_id = avb_machine_spec_get_os_id (spec);
  GHashTable    *settings = avb_machine_spec_get_settings (spec);
  GHashTableIter iter;
  gpointer       key, value;

  if (os_id == NULL && g_hash_table_size (settings) == 0)
    return;
  add (xml, "<metadata>");
  if (os_id != NULL)
    add (xml,
         "<libosinfo:libosinfo xmlns:libosinfo='" AVB_LIBOSINFO_NAMESPACE "'>"
         "<libosinfo:os id='%s'/></libosinfo:libosinfo>",
         os_id);
  if (g_hash_table_size (settings) > 0)
    {
      const char *prefix = AVB_METADATA_PREFIX;

      add (xml, "<%s:machine xmlns:%s='" AVB_METADATA_NAMESPACE "'>", prefix, prefix);
      g_hash_table_iter_init (&iter, settings);
      while (g_hash_table_iter_next (&iter, &key, &value))
        add (xml, "<%s:setting key='%s' value='%s'/>", prefix, (char *) key, (char *) value);
      add (xml, "</%s:machine>", prefix);
    }
  add (xml, "</metadata>");
}

AvbDomainXml *
avb_domain_xml_new (AvbMachineSpec *spec, const AvbDomainTraits *traits, GError **error)
{
  g_autoptr (GString) xml = g_string_new (NULL);
  const char   *description, *arch;
  gboolean      accelerated;
  AvbDomainXml *self;

  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (spec), NULL);
  g_return_val_if_fail (traits != NULL, NULL);

  accelerated = avb_machine_spec_get_accelerated (spec);
  description = avb_machine_spec_get_description (spec);
  arch = avb_machine_spec_get_architecture (spec);
  if (arch == NULL)
    arch = traits->architecture != NULL ? traits->architecture : "x86_64";
  if (!avb_domain_check_firmware (arch, avb_machine_spec_get_firmware (spec), traits, error)
      || !avb_domain_check_disks (avb_machine_spec_get_disks (spec), arch, traits, error)
      || !avb_domain_check_interfaces (avb_machine_spec_get_interfaces (spec), traits, error))
    return NULL;

  add (xml,
       "<domain type='%s'><name>%s</name>",
       traits->domain_type != NULL ? traits->domain_type
       : accelerated               ? avb_domain_accelerator (traits)
                                   : "qemu",
       avb_machine_spec_get_name (spec));
  if (description != NULL)
    add (xml, "<description>%s</description>", description);
  template_metadata (xml, spec);
  add (xml,
       "<memory unit='MiB'>%" G_GUINT64_FORMAT "</memory><vcpu>%u</vcpu>",
       avb_machine_spec_get_memory_mib (spec),
       avb_machine_spec_get_cpus (spec));
  if (traits->domain_type == NULL && avb_machine_spec_get_shares (spec)->len > 0)
    add (xml, "<memoryBacking><source type='memfd'/><access mode='shared'/></memoryBacking>");
  template_os (xml, spec, traits, arch);
  avb_domain_template_cpu (xml, arch, accelerated, traits);
  /* Windows keeps the local time in the hardware clock. */
  add (xml, "<clock offset='%s'>", is_windows (spec) ? "localtime" : "utc");
  if (traits->domain_type == NULL)
    add (xml, "<timer name='rtc' tickpolicy='catchup'/>");
  if (traits->domain_type == NULL && avb_domain_is_pc (arch) && is_windows (spec))
    avb_domain_template_windows_timers (xml, accelerated, traits);
  add (xml,
       "</clock><on_poweroff>destroy</on_poweroff><on_reboot>%s</on_reboot>"
       "<on_crash>destroy</on_crash>",
       avb_machine_spec_get_kernel (spec) != NULL ? "destroy" : "restart");
  template_devices (xml, spec, traits, arch);
  avb_domain_template_vmnet (xml, avb_machine_spec_get_interfaces (spec), traits);
  add (xml, "</domain>");

  self = avb_domain_xml_parse (xml->str, xml->len, error);
  if (self != NULL)
    avb_domain_xml_set_name (self, avb_machine_spec_get_name (spec));
  return self;
}
