/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What stays of a definition that came from elsewhere, and what does not. */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#include <string.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"

static const AvbDomainTraits traits = { .architecture = "x86_64", .spice = TRUE, .virtio_video = TRUE };

/* Everything that a definition can ask of a computer, marked by “host-” wherever it names something of it. */
static const char hostile[] =
    "<domain type='kvm' id='7' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>"
    "<name>Guest</name><uuid>11111111-2222-3333-4444-555555555555</uuid><genid>11111111-2222-3333-4444-555555555556</genid>"
    "<title>host-title</title><description>Notes</description>"
    "<metadata><libosinfo:libosinfo xmlns:libosinfo='http://libosinfo.org/xmlns/libvirt/domain/1.0'>"
    "<libosinfo:os id='http://debian.org/debian/12'/></libosinfo:libosinfo>"
    "<avb:machine xmlns:avb='https://alphavbox.org/xmlns/machine/1.0'><avb:setting key='host-key'>x</avb:setting></avb:machine>"
    "<app:own xmlns:app='urn:app'><app:a/></app:own></metadata>"
    "<memory unit='MiB'>512</memory><memoryBacking><hugepages/><locked/><source type='file'/></memoryBacking>"
    "<vcpu placement='static' cpuset='0-3' current='1'>2</vcpu><iothreads>900000</iothreads>"
    "<cputune><vcpupin vcpu='0' cpuset='0'/></cputune><numatune><memory mode='strict' nodeset='0'/></numatune>"
    "<resource><partition>/host-partition</partition></resource>"
    "<sysinfo type='smbios'><system><entry name='manufacturer'>Maker</entry><entry name='uuid'>host-uuid</entry>"
    "<entry name='serial'>host-serial</entry></system></sysinfo>"
    "<sysinfo type='fwcfg'><entry name='opt/x' file='/etc/host-fwcfg'/></sysinfo>"
    "<bootloader>/usr/bin/host-bootloader</bootloader>"
    "<os><type arch='x86_64' machine='q35'>hvm</type>"
    "<loader readonly='yes' secure='yes' type='pflash'>/tmp/host-loader.fd</loader>"
    "<nvram template='/tmp/host-template'>/tmp/host-nvram</nvram>"
    "<kernel>/tmp/host-kernel</kernel><initrd>/tmp/host-initrd</initrd><cmdline>host-cmdline</cmdline>"
    "<dtb>/tmp/host-dtb</dtb><acpi><table type='slic'>/tmp/host-slic</table></acpi><smbios mode='host'/>"
    "<bootmenu enable='yes'/></os>"
    "<features><acpi/><apic/><hyperv mode='custom'><relaxed state='on'/></hyperv></features>"
    "<cpu mode='custom' match='exact'><model fallback='forbid'>Nehalem</model></cpu>"
    "<clock offset='localtime'/><on_crash>coredump-destroy</on_crash>"
    "<seclabel type='none' model='selinux'/><launchSecurity type='sev'><dhCert>host-cert</dhCert></launchSecurity>"
    "<devices><emulator>/tmp/host-emulator</emulator>"
    "<disk type='file' device='disk' rawio='yes' sgio='unfiltered'><driver name='qemu' type='qcow2' cache='writeback' iothread='1'/>"
    "<source file='/disks/one.qcow2' index='3'><seclabel model='dac' relabel='no'/><reservations managed='no'>"
    "<source type='unix' path='/tmp/host-pr' mode='client'/></reservations></source>"
    "<backingStore type='file'><format type='raw'/><source file='/etc/host-backing'/></backingStore>"
    "<target dev='vda' bus='virtio'/><shareable/><serial>DISK-1</serial><alias name='ua-host'/></disk>"
    "<disk type='network' device='cdrom'><source protocol='http' name='host-iso'><host name='h' port='80'/></source>"
    "<target dev='sda' bus='sata'/></disk>"
    "<disk type='file' device='cdrom'><source file='/disks/two.iso'/><target dev='sdb' bus='sata'/></disk>"
    "<controller type='usb' model='qemu-xhci'/><controller type='scsi'><driver iothread='1' queues='2'/></controller>"
    "<interface type='network'><mac address='52:54:00:11:22:33'/><source network='here' portgroup='host-group'/>"
    "<target dev='host-tap'/><model type='virtio'/><filterref filter='host-filter'/><rom file='/tmp/host-rom'/>"
    "<backend tap='/dev/host-tap'/><boot order='2'/></interface>"
    "<interface type='network'><mac address='52:54:00:11:22:34'/><source network='elsewhere'/><model type='e1000e'/></interface>"
    "<interface type='bridge'><source bridge='br9'/></interface>"
    "<interface type='ethernet'><script path='/tmp/host-script'/><model type='rtl8139'/></interface>"
    "<interface type='direct'><source dev='host-eth0' mode='bridge'/></interface>"
    "<interface type='hostdev'><source><address type='pci' domain='0' bus='1' slot='1' function='0'/></source></interface>"
    "<interface type='vhostuser'><source type='unix' path='/tmp/host-vhost' mode='client'/></interface>"
    "<interface type='user'><portForward proto='tcp'><range start='host-22'/></portForward><backend type='passt' logFile='/tmp/host-log'/></interface>"
    "<serial type='file'><source path='/tmp/host-serial'/><log file='/tmp/host-log2'/><target port='0'/></serial>"
    "<serial type='pipe'><source path='/tmp/host-pipe'/></serial><serial type='dev'><source path='/dev/host-tty'/></serial>"
    "<serial type='unix'><source mode='bind' path='/tmp/host-socket'/></serial>"
    "<parallel type='dev'><source path='/dev/host-lp0'/></parallel>"
    "<console type='tcp'><source mode='bind' host='0.0.0.0' service='host-port'/><target type='virtio' port='1'/></console>"
    "<channel type='unix'><source mode='bind' path='/tmp/host-agent'/><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>"
    "<channel type='pipe'><source path='/tmp/host-pipe2'/><target type='virtio' name='a'/></channel>"
    "<channel type='tcp'><source mode='connect' host='10.0.0.1' service='host-svc'/><target type='guestfwd' address='10.0.2.1' port='4600'/></channel>"
    "<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>"
    "<input type='tablet' bus='usb'/><input type='passthrough' bus='virtio'><source evdev='/dev/input/host-event'/></input>"
    "<input type='evdev'><source dev='/dev/input/host-event1'/></input>"
    "<tpm model='tpm-crb'><backend type='emulator' version='2.0'><encryption secret='host-secret'/><source type='dir' path='/tmp/host-tpm'/></backend></tpm>"
    "<graphics type='vnc' port='5900' autoport='no' listen='0.0.0.0' passwd='host-secret'><listen type='socket' socket='/tmp/host-vnc'/></graphics>"
    "<graphics type='egl-headless'><gl rendernode='/dev/dri/host-node'/></graphics><graphics type='sdl' display=':0' xauth='/tmp/host-xauth'/>"
    "<sound model='ich9'><audio id='1'/></sound><audio id='1' type='file' path='/tmp/host-audio'/>"
    "<video><driver name='vhostuser'/><model type='virtio'><acceleration accel3d='yes' rendernode='/dev/dri/host-node2'/></model></video>"
    "<hostdev mode='subsystem' type='usb'><source><vendor id='0x1'/></source></hostdev>"
    "<filesystem type='mount'><driver type='virtiofs'/><binary path='/tmp/host-virtiofsd'/><source dir='/host-home'/><target dir='x'/></filesystem>"
    "<watchdog model='itco' action='dump'/><memballoon model='virtio'/>"
    "<rng model='virtio'><backend model='egd' type='unix'><source mode='connect' path='/tmp/host-egd'/></backend></rng>"
    "<redirdev bus='usb' type='spicevmc'/><redirdev bus='usb' type='tcp'><source mode='connect' host='host-usb' service='1'/></redirdev>"
    "<smartcard mode='host-certificates'><certificate>host-cert1</certificate></smartcard>"
    "<shmem name='host-shmem'><server path='/tmp/host-shm'/></shmem><pstore backend='acpi-erst'><path>/tmp/host-pstore</path></pstore>"
    "<memory model='nvdimm'><source><path>/tmp/host-nvdimm</path></source></memory><vsock><cid auto='no' address='3'/></vsock>"
    "<lease><lockspace>host-lease</lockspace></lease><crypto model='virtio' type='qemu'><backend model='lkcf'/></crypto>"
    "<brandnew path='/tmp/host-future'/><qemu:thing path='/tmp/host-ns'/></devices>"
    "<qemu:commandline><qemu:arg value='host-arg'/><qemu:env name='LD_PRELOAD' value='/tmp/host-so'/></qemu:commandline>"
    "<qemu:override><qemu:device alias='x'/></qemu:override></domain>";

static gboolean
has_network (AvbInterfaceKind kind, const char *source, gpointer data)
{
  return kind == AVB_INTERFACE_NETWORK && g_str_equal (source, "here");
}

static AvbDomainXml *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  AvbDomainXml *xml = avb_domain_xml_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return xml;
}

static AvbDomainXml *
import (const char *text)
{
  g_autoptr (GError) error = NULL;
  AvbDomainXml *xml = parse (text);

  g_assert_true (avb_domain_xml_make_import (xml, &traits, has_network, NULL, &error));
  g_assert_no_error (error);
  return xml;
}

static void
assert_has (const char *text, const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("lacks “%s”: %s", part, text);
}

static void
nothing_of_the_host_stays (void)
{
  static const char *const gone[] = { "host-", "52:54:00", "11111111", "cpuset", "hugepages", "coredump", "rawio", "shareable",
                                      "iothread", "backingStore", "seclabel", "emulator>", "<kernel", "hostdev", "qemu:arg",
                                      "alphavbox.org", "br9", "elsewhere", "evdev", "0.0.0.0", "dump" };
  g_autoptr (AvbDomainXml) xml = import (hostile);
  g_autofree char *text = avb_domain_xml_to_string (xml);

  for (guint i = 0; i < G_N_ELEMENTS (gone); i++)
    if (strstr (text, gone[i]) != NULL)
      g_error ("“%s” stayed: %.200s", gone[i], strstr (text, gone[i]) - 60);
}

/* Each of several counts for libvirt: none may hide behind another. */
static void
second_ones_are_no_way_around (void)
{
  g_autoptr (AvbDomainXml) xml = import (
      "<domain type='kvm'><name>a</name><memory>65536</memory><os><type>hvm</type><type>host-type</type></os>"
      "<os><kernel>/tmp/host-kernel</kernel></os><devices>"
      "<disk type='file'><source file='/a'/><source file='/tmp/host-file'><reservations/></source><target dev='vda'/></disk>"
      "<interface type='network'><source network='here'/><source network='host-network'/></interface>"
      "<tpm model='tpm-crb'><backend type='emulator'/><backend type='passthrough'><device path='/dev/host-tpm'/></backend></tpm>"
      "<channel type='unix'><target type='virtio' name='a'/><target type='guestfwd' address='host-address' port='1'/></channel>"
      "<rng model='virtio'><backend model='builtin'/><backend model='random'>/tmp/host-random</backend></rng></devices>"
      "<devices><emulator>/tmp/host-emulator</emulator><hostdev mode='subsystem' type='usb'><source/></hostdev></devices>"
      "<sysinfo type='smbios'><system/><system><entry name='uuid'>host-uuid</entry></system></sysinfo>"
      "<sysinfo type='fwcfg'><entry name='opt/x' file='/tmp/host-fwcfg'/></sysinfo></domain>");
  g_autofree char *text = avb_domain_xml_to_string (xml);

  g_assert_null (strstr (text, "host"));
  g_assert_nonnull (strstr (text, "network=\"here\""));
}

/* As long as it may be, of elements that nobody knows: it takes no time that grows with their square. */
static void
floods_are_cut (void)
{
  g_autoptr (GString) text = g_string_new ("<domain type='kvm'><name>a</name><os><type>hvm</type>");
  const char *const between[] = { "</os><devices><disk type='file'><source file='/a'/><target dev='vda'/>", "</disk>",
                                  "</devices>", "" };
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autofree char *rest = NULL;

  for (guint part = 0; part < G_N_ELEMENTS (between); part++)
    {
      for (guint i = 0; i < 30000; i++)
        g_string_append_printf (text, "<a%x/>", part * 30000 + i);
      g_string_append (text, between[part]);
    }
  g_string_append (text, "</domain>");
  xml = import (text->str);
  spec = avb_domain_xml_read_spec (xml);
  rest = avb_domain_xml_to_string (xml);
  g_assert_cmpuint (strlen (rest), <, 1000);
  g_assert_cmpuint (avb_machine_spec_get_disks (spec)->len, ==, 1);
}

static void
the_machine_stays (void)
{
  static const char *const kept[] = {
    "<name>Guest</name>", "<description>Notes</description>", "http://debian.org/debian/12", "urn:app", "Maker",
    "<bootmenu enable=\"yes\"/>", "firmware=\"efi\"", "enabled=\"yes\" name=\"secure-boot\"", "<relaxed state=\"on\"/>",
    ">Nehalem<", "offset=\"localtime\"", "cache=\"writeback\"", "<serial>DISK-1</serial>", "network=\"here\"",
    "<boot order=\"2\"/>", "model type=\"e1000e\"", "model type=\"rtl8139\"", "queues=\"2\"", "org.qemu.guest_agent.0",
    "com.redhat.spice.0", "type=\"tablet\"", "tpm-crb", "type=\"spice\"", "<listen type=\"none\"/>", "ich9",
    "/dev/urandom", "qemu-xhci", "machine=\"q35\"",
  };
  g_autoptr (AvbDomainXml) xml = import (hostile);
  g_autofree char *text = avb_domain_xml_to_string (xml);
  g_autoptr (AvbMachineSpec) spec = avb_domain_xml_read_spec (xml);
  GPtrArray *interfaces = avb_machine_spec_get_interfaces (spec);

  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    assert_has (text, kept[i]);
  g_assert_cmpint (avb_machine_spec_get_firmware (spec), ==, AVB_FIRMWARE_UEFI_SECURE);
  g_assert_true (avb_machine_spec_get_tpm (spec));
  g_assert_true (avb_machine_spec_get_graphics (spec));
  g_assert_cmpuint (avb_machine_spec_get_cpus (spec), ==, 1);
  g_assert_cmpuint (avb_machine_spec_get_disks (spec)->len, ==, 2);
  g_assert_null (avb_machine_spec_get_serial (spec));
  g_assert_cmpuint (avb_machine_spec_get_shares (spec)->len, ==, 0);
  /* All eight are there: one on its network, the others where there is always one. */
  g_assert_cmpuint (interfaces->len, ==, 8);
  for (guint i = 0; i < interfaces->len; i++)
    g_assert_cmpint (((AvbInterfaceSpec *) interfaces->pdata[i])->kind, ==,
                     i == 0 ? AVB_INTERFACE_NETWORK : AVB_INTERFACE_USER);
}

/* Files change in the order of the disks; what else a disk says stays. */
static void
disks_get_other_files (void)
{
  g_autoptr (AvbDomainXml) xml = import (hostile);
  g_autoptr (AvbMachineSpec) spec = avb_domain_xml_read_spec (xml);
  g_autoptr (AvbMachineSpec) after = NULL;
  g_autoptr (GError) error = NULL;
  AvbDiskSpec *disk = avb_machine_spec_get_disks (spec)->pdata[0];
  AvbDiskSpec *disc = avb_machine_spec_get_disks (spec)->pdata[1];
  g_autofree char *text = NULL;

  g_assert_cmpstr (disk->path, ==, "/disks/one.qcow2");
  g_set_str (&disk->path, "/here/a & b.raw");
  g_set_str (&disk->format, "raw");
  g_clear_pointer (&disc->path, g_free);
  g_clear_pointer (&disc->format, g_free);
  avb_domain_xml_set_disk_files (xml, avb_machine_spec_get_disks (spec));
  avb_domain_xml_set_name (xml, "A & <B>");
  g_assert_true (avb_domain_xml_apply_spec (xml, spec, &traits, &error));
  g_assert_no_error (error);
  after = avb_domain_xml_read_spec (xml);
  text = avb_domain_xml_to_string (xml);
  disk = avb_machine_spec_get_disks (after)->pdata[0];
  disc = avb_machine_spec_get_disks (after)->pdata[1];
  g_assert_cmpstr (disk->path, ==, "/here/a & b.raw");
  g_assert_cmpstr (disk->format, ==, "raw");
  g_assert_null (disc->path);
  g_assert_cmpstr (avb_machine_spec_get_name (after), ==, "A & <B>");
  assert_has (text, "<serial>DISK-1</serial>");
  g_assert_null (strstr (text, "/disks/"));
}

static void
refuse (const char *text, const char *words)
{
  g_autoptr (AvbDomainXml) xml = parse (text);
  g_autoptr (GError) error = NULL;

  g_assert_false (avb_domain_xml_make_import (xml, &traits, has_network, NULL, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  assert_has (error->message, words);
}

static void
others_are_refused (void)
{
#define HVM "<os><type arch='x86_64'>hvm</type></os>"
  refuse ("<domain type='xen'><name>x</name>" HVM "</domain>", "another kind of hypervisor");
  refuse ("<domain type='kvm'><name>x</name><os><type>exe</type></os></domain>", "another kind of hypervisor");
  refuse ("<domain type='kvm'><name>x</name></domain>", "another kind of hypervisor");
  refuse ("<domain><name>x</name>" HVM "</domain>", "another kind of hypervisor");
  refuse ("<domain type='kvm'>" HVM "<devices><disk type='network'><source protocol='rbd' name='p/i'/><target dev='vda'/></disk></devices></domain>",
          "cannot be imported");
  refuse ("<domain type='kvm'>" HVM "<devices><disk type='dir' device='disk'><source dir='/'/><target dev='vda'/></disk></devices></domain>",
          "cannot be imported");
  refuse ("<domain type='kvm'>" HVM "<devices><disk type='block' device='lun'><source dev='/dev/sda'/><target dev='sda' bus='scsi'/></disk></devices></domain>",
          "cannot be imported");
  refuse ("<domain type='kvm'>" HVM "<devices><disk type='file'><source file='/a'><encryption format='luks'/></source><target dev='vda'/></disk></devices></domain>",
          "cannot be imported");
}

/* Names of elements and attributes under which a definition asks for something of the computer. */
static void
assert_harmless (const char *name, xmlNode *node)
{
  static const char *const elements[] = { "hostdev", "filesystem", "emulator", "kernel", "initrd", "loader", "nvram", "seclabel",
                                          "backingStore", "commandline", "shmem", "log", "script", "mac", "uuid", NULL };
  static const char *const paths[] = { "path", "rendernode", "evdev", "file", "dev", "dir", "socket", NULL };

  for (; node != NULL; node = node->next)
    {
      if (node->type != XML_ELEMENT_NODE)
        continue;
      if (node->ns == NULL && g_strv_contains (elements, (const char *) node->name))
        g_error ("%s: <%s> stayed", name, node->name);
      for (xmlAttr *attribute = node->properties; attribute != NULL; attribute = attribute->next)
        if (g_strv_contains (paths, (const char *) attribute->name) && !xmlStrEqual (node->name, BAD_CAST "target") &&
            !xmlStrEqual (node->name, BAD_CAST "boot") &&
            !(xmlStrEqual (node->name, BAD_CAST "source") && xmlStrEqual (node->parent->name, BAD_CAST "disk")))
          g_error ("%s: <%s %s> stayed", name, node->name, attribute->name);
      assert_harmless (name, node->children);
    }
}

/* The strange ones of the folder: each is made harmless or refused, and what remains is left alone by a second time. */
static void
strange_ones_become_harmless (void)
{
  g_autoptr (GDir) folder = g_dir_open (g_getenv ("AVB_DOMAINS"), 0, NULL);
  const char *name;
  guint imported = 0, refused = 0;

  g_assert_nonnull (folder);
  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (g_getenv ("AVB_DOMAINS"), name, NULL);
      g_autofree char *text = NULL, *once = NULL, *twice = NULL;
      g_autoptr (AvbDomainXml) xml = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
      xml = parse (text);
      if (!avb_domain_xml_make_import (xml, &traits, has_network, NULL, &error))
        {
          g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
          refused++;
          continue;
        }
      g_assert_no_error (error);
      assert_harmless (name, avb_domain_xml_get_root (xml)->children);
      once = avb_domain_xml_to_string (xml);
      g_assert_true (avb_domain_xml_make_import (xml, &traits, has_network, NULL, &error));
      twice = avb_domain_xml_to_string (xml);
      g_assert_cmpstr (once, ==, twice);
      imported++;
    }
  g_test_message ("%u definitions were imported, %u refused", imported, refused);
  g_assert_cmpuint (imported, >, 40);
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/DomainImport/nothing-of-the-host-stays", nothing_of_the_host_stays);
  g_test_add_func ("/Avb/DomainImport/second-ones-are-no-way-around", second_ones_are_no_way_around);
  g_test_add_func ("/Avb/DomainImport/floods-are-cut", floods_are_cut);
  g_test_add_func ("/Avb/DomainImport/the-machine-stays", the_machine_stays);
  g_test_add_func ("/Avb/DomainImport/disks-get-other-files", disks_get_other_files);
  g_test_add_func ("/Avb/DomainImport/others-are-refused", others_are_refused);
  g_test_add_func ("/Avb/DomainImport/strange-ones-become-harmless", strange_ones_become_harmless);
  return g_test_run ();
}
