/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-private.h"

#include <glib/gi18n-lib.h>
#include <libxml/parser.h>

/* libvirt's capabilities as documents. They come from the daemon, of the same trust as it. */
static xmlDoc *
parse (char *text)
{
  xmlDoc *doc;

  if (text == NULL)
    return NULL;
  doc = xmlReadMemory (text,
                       (int) strlen (text),
                       NULL,
                       "UTF-8",
                       XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  free (text);
  return doc;
}

/* Below @parent, the <enum name='@name'> that has <value>@value</value>. */
static gboolean
enum_has (xmlNode *parent, const char *name, const char *value)
{
  for (xmlNode *e = avb_xml_child (parent, "enum"); e != NULL; e = avb_xml_next (e, "enum"))
    {
      if (!avb_xml_attribute_is (e, "name", name))
        continue;
      for (xmlNode *v = avb_xml_child (e, "value"); v != NULL; v = avb_xml_next (v, "value"))
        {
          g_autofree char *text = avb_xml_dup_text (v);

          if (g_strcmp0 (text, value) == 0)
            return TRUE;
        }
    }
  return FALSE;
}

static gboolean
cpu_mode_is_supported (xmlNode *root, const char *name)
{
  for (xmlNode *mode = avb_xml_child (avb_xml_child (root, "cpu"), "mode"); mode != NULL;
       mode = avb_xml_next (mode, "mode"))
    if (avb_xml_attribute_is (mode, "name", name))
      return avb_xml_attribute_is (mode, "supported", "yes");
  return FALSE;
}

static AvbDomainHyperv
read_hyperv (xmlNode *hyperv)
{
  guint set = 0;

  for (guint i = 0; i < AVB_DOMAIN_N_HYPERV; i++)
    if (enum_has (hyperv, "features", avb_domain_hyperv_name (i)))
      set |= 1u << i;
  return set;
}

static xmlDoc *
read_domain_capabilities (virConnect *vir, const char *arch, const char *type)
{
  return parse (virConnectGetDomainCapabilities (
      vir, NULL, arch, avb_domain_is_pc (arch) ? "q35" : "virt", type, 0));
}

/* A host has one at most. */
static const char *
find_accelerator (virConnect *vir, const char *arch)
{
  xmlDoc     *doc = parse (virConnectGetCapabilities (vir));
  const char *found = NULL;

  if (doc == NULL)
    return NULL;
  for (xmlNode *guest = avb_xml_child (xmlDocGetRootElement (doc), "guest"); guest != NULL;
       guest = avb_xml_next (guest, "guest"))
    {
      xmlNode *node = avb_xml_child (guest, "arch");

      if (!avb_xml_attribute_is (node, "name", arch))
        continue;
      for (xmlNode *type = avb_xml_child (node, "domain"); type != NULL;
           type = avb_xml_next (type, "domain"))
        if (avb_xml_attribute_is (type, "type", "hvf"))
          found = "hvf";
    }
  xmlFreeDoc (doc);
  return found;
}

static char *
dup_host_architecture (virConnect *vir)
{
  virNodeInfo info;

  return virNodeGetInfo (vir, &info) == 0 ? g_strdup (info.model) : NULL;
}

static gboolean
is_test (virConnect *vir)
{
  return g_ascii_strcasecmp (virConnectGetType (vir), "test") == 0;
}

static gboolean
is_privileged (virConnect *vir)
{
  g_autofree char *uri = virConnectGetURI (vir);

  return uri != NULL && g_str_has_suffix (uri, "/system");
}

AvbDomainTraits *
avb_libvirt_traits_read (virConnect           *vir,
                         const AvbLibvirtHost *host,
                         const char           *arch,
                         gboolean              accelerated)
{
  AvbDomainTraits *traits = g_new0 (AvbDomainTraits, 1);
  xmlNode         *devices, *root;
  xmlDoc          *doc;

  traits->architecture = dup_host_architecture (vir);
  traits->free_page_reporting = TRUE;
  if (is_test (vir))
    {
      traits->domain_type = "test";
      /* It knows one architecture only, whatever the host is. */
      g_free ((char *) traits->architecture);
      traits->architecture = g_strdup ("i686");
      return traits;
    }
  if (arch == NULL)
    arch = traits->architecture;
  traits->accelerator = find_accelerator (vir, arch);
  doc = read_domain_capabilities (
      vir, arch, accelerated ? avb_domain_accelerator (traits) : "qemu");
  if (doc == NULL)
    return traits;
  root = xmlDocGetRootElement (doc);
  devices = avb_xml_child (root, "devices");
  traits->spice = enum_has (avb_xml_child (devices, "graphics"), "type", "spice");
  traits->virtio_video = enum_has (avb_xml_child (devices, "video"), "modelType", "virtio");
  traits->maximum_cpu = cpu_mode_is_supported (root, "maximum");
  traits->hyperv = read_hyperv (avb_xml_child (avb_xml_child (root, "features"), "hyperv"));
  if (host != NULL)
    {
      g_autofree char *emulator = avb_xml_dup_text (avb_xml_child (root, "path"));

      host->refine_traits (traits,
                           arch,
                           emulator,
                           enum_has (avb_xml_child (root, "os"), "firmware", "efi"),
                           is_privileged (vir));
    }
  xmlFreeDoc (doc);
  return traits;
}

void
avb_libvirt_traits_free (AvbDomainTraits *traits)
{
  g_free ((char *) traits->architecture);
  g_free ((char *) traits->loader);
  g_free ((char *) traits->nvram_template);
  g_free (traits);
}

static void
set_feature (AvbCapabilities *caps, AvbFeature feature, gboolean supported, const char *reason)
{
  if (supported)
    avb_capabilities_set_supported (caps, feature);
  else
    avb_capabilities_set_unsupported (caps, feature, reason);
}

/* What only the domain capabilities tell. */
static void
guess_devices (AvbCapabilities *caps, gboolean is_qemu)
{
  if (!is_qemu)
    {
      avb_capabilities_set_unsupported (
          caps, AVB_FEATURE_SECURE_BOOT, _ ("The machines of libvirt’s test driver have no firmware."));
      avb_capabilities_set_unsupported (
          caps,
          AVB_FEATURE_SHARED_FOLDERS,
          _ ("The machines of libvirt’s test driver cannot share folders."));
      avb_capabilities_set_unsupported (
          caps, AVB_FEATURE_TPM, _ ("The machines of libvirt’s test driver have no TPM."));
      return;
    }
  avb_capabilities_set_unknown (
      caps,
      AVB_FEATURE_SECURE_BOOT,
      _ ("It is not known yet whether this host has firmware for Secure Boot."));
  avb_capabilities_set_unknown (caps,
                                AVB_FEATURE_SHARED_FOLDERS,
                                _ ("It is not known yet whether this host can share folders."));
  avb_capabilities_set_unknown (
      caps, AVB_FEATURE_TPM, _ ("It is not known yet whether this host can emulate a TPM."));
}

static void
guess_verbs (AvbCapabilities *caps, AvbLibvirtDriver driver, gboolean privileged)
{
  gboolean is_qemu = driver != AVB_LIBVIRT_DRIVER_TEST;

  set_feature (caps,
               AVB_FEATURE_RESET,
               is_qemu,
               _ ("Machines of libvirt’s test driver have no reset button."));
  avb_capabilities_set_supported (caps, AVB_FEATURE_SNAPSHOTS);
  set_feature (caps,
               AVB_FEATURE_NETWORK_LINK,
               is_qemu,
               _ ("Machines of libvirt’s test driver have no network cables."));
  set_feature (caps,
               AVB_FEATURE_FREEZE,
               is_qemu,
               _ ("The machines of libvirt’s test driver have no guests."));
  set_feature (caps,
               AVB_FEATURE_GUEST_COMMANDS,
               is_qemu,
               _ ("The machines of libvirt’s test driver have no guests."));
  set_feature (caps,
               AVB_FEATURE_NETWORKS,
               !is_qemu || privileged,
               _ ("Networks for machines can be made only where the hypervisor is the computer’s, not this "
                  "user’s: connect to qemu:///system."));
  /* Whoever serves them does so in this user's own folder. */
  set_feature (caps,
               AVB_FEATURE_SERVED_DISKS,
               driver == AVB_LIBVIRT_DRIVER_QEMU_SESSION,
               _ ("Only machines of this user on this computer can use disks that an extension serves."));
  set_feature (
      caps,
      AVB_FEATURE_CLONE,
      driver == AVB_LIBVIRT_DRIVER_QEMU_SESSION,
      _ ("Only machines of this user on this computer can be cloned."));
  set_feature (
      caps,
      AVB_FEATURE_EXPORT,
      driver == AVB_LIBVIRT_DRIVER_QEMU_SESSION || driver == AVB_LIBVIRT_DRIVER_QEMU_SYSTEM,
      _ ("Only machines of this computer can be exported: the disks of this one are elsewhere."));
}

/* The nodes' sum, which libvirt gives first, lacks on some computers what belongs to no node. */
static guint64
read_memory_mib (virConnect *vir, const virNodeInfo *info)
{
  g_autofree virNodeMemoryStats *stats = NULL;
  guint64 kib = info->memory;
  int     n = 0;

  /* Its room must be exactly what it says. */
  if (virNodeGetMemoryStats (vir, VIR_NODE_MEMORY_STATS_ALL_CELLS, NULL, &n, 0) == 0 && n > 0)
    stats = g_new0 (virNodeMemoryStats, n);
  if (stats == NULL || virNodeGetMemoryStats (vir, VIR_NODE_MEMORY_STATS_ALL_CELLS, stats, &n, 0) != 0)
    n = 0;
  for (int i = 0; i < n; i++)
    if (g_str_equal (stats[i].field, VIR_NODE_MEMORY_STATS_TOTAL))
      kib = MAX (kib, stats[i].value);
  return kib / 1024;
}

AvbCapabilities *
avb_libvirt_capabilities_guess (virConnect *vir, AvbLibvirtDriver driver)
{
  static const AvbFeature always[]
      = { AVB_FEATURE_CREATE, AVB_FEATURE_SAVE, AVB_FEATURE_PAUSE };
  AvbCapabilities *caps = avb_capabilities_new ();
  gboolean         is_qemu = driver != AVB_LIBVIRT_DRIVER_TEST;
  virNodeInfo      info;

  for (guint i = 0; i < G_N_ELEMENTS (always); i++)
    avb_capabilities_set_supported (caps, always[i]);
  set_feature (caps,
               AVB_FEATURE_CONSOLE,
               is_qemu,
               _ ("The machines of libvirt’s test driver have no display."));
  set_feature (caps,
               AVB_FEATURE_SCREENSHOT,
               is_qemu,
               _ ("The machines of libvirt’s test driver have no display."));
  set_feature (caps,
               AVB_FEATURE_RENAME,
               is_qemu,
               _ ("Machines of libvirt’s test driver cannot be renamed."));
  set_feature (caps,
               AVB_FEATURE_UEFI,
               is_qemu,
               _ ("The machines of libvirt’s test driver have no firmware."));
  guess_devices (caps, is_qemu);
  guess_verbs (caps, driver, is_privileged (vir));
  if (virNodeGetInfo (vir, &info) == 0)
    {
      const char *arch = is_qemu ? info.model : "i686";

      avb_capabilities_set_host (caps, arch, info.cpus, read_memory_mib (vir, &info));
      avb_capabilities_add_architecture (caps, arch);
    }
  return caps;
}

static void
add_guest_architectures (virConnect *vir, AvbCapabilities *caps)
{
  xmlDoc *doc = parse (virConnectGetCapabilities (vir));

  if (doc == NULL)
    return;
  for (xmlNode *guest = avb_xml_child (xmlDocGetRootElement (doc), "guest"); guest != NULL;
       guest = avb_xml_next (guest, "guest"))
    {
      g_autofree char *name = avb_xml_dup_attribute (avb_xml_child (guest, "arch"), "name");

      if (name != NULL)
        avb_capabilities_add_architecture (caps, name);
    }
  xmlFreeDoc (doc);
}

AvbCapabilities *
avb_libvirt_capabilities_read (virConnect *vir, const AvbLibvirtHost *host, AvbLibvirtDriver driver)
{
  AvbCapabilities *caps = avb_libvirt_capabilities_guess (vir, driver);
  xmlNode         *root, *os, *devices, *tpm;
  xmlDoc          *doc;
  g_autofree char *arch = NULL;
  gboolean         uefi, tpm_works;

  add_guest_architectures (vir, caps);
  if (driver == AVB_LIBVIRT_DRIVER_TEST)
    return caps;
  arch = dup_host_architecture (vir);
  doc = read_domain_capabilities (vir, arch, "qemu");
  if (doc == NULL)
    {
      avb_capabilities_set_unsupported (
          caps, AVB_FEATURE_CREATE, _ ("QEMU is not installed on the host, or it does not start."));
      return caps;
    }
  root = xmlDocGetRootElement (doc);
  os = avb_xml_child (root, "os");
  devices = avb_xml_child (root, "devices");
  tpm = avb_xml_child (devices, "tpm");
  uefi = enum_has (os, "firmware", "efi");
  tpm_works = avb_xml_attribute_is (tpm, "supported", "yes")
              && enum_has (tpm, "backendModel", "emulator");
  set_feature (
      caps, AVB_FEATURE_UEFI, uefi, _ ("UEFI firmware (OVMF, edk2) is not installed on the host."));
  set_feature (caps,
               AVB_FEATURE_SECURE_BOOT,
               uefi && enum_has (avb_xml_child (os, "loader"), "secure", "yes"),
               _ ("Firmware for Secure Boot is not installed on the host."));
  set_feature (caps,
               AVB_FEATURE_TPM,
               tpm_works,
               _ ("The TPM emulator (swtpm) is not installed on the host."));
  set_feature (caps,
               AVB_FEATURE_SHARED_FOLDERS,
               enum_has (avb_xml_child (devices, "filesystem"), "driverType", "virtiofs")
                   && (driver == AVB_LIBVIRT_DRIVER_QEMU_REMOTE || avb_libvirt_find_virtiofsd ()),
               _ ("The program that shares folders (virtiofsd) is not installed on the host."));
  set_feature (caps,
               AVB_FEATURE_CONSOLE,
               enum_has (avb_xml_child (devices, "graphics"), "type", "spice")
                   || enum_has (avb_xml_child (devices, "graphics"), "type", "vnc"),
               _ ("QEMU on this host has neither SPICE nor VNC, which the display needs."));
  if (host != NULL)
    {
      g_autofree char *emulator = avb_xml_dup_text (avb_xml_child (root, "path"));

      host->refine_capabilities (caps, emulator);
    }
  xmlFreeDoc (doc);
  return caps;
}
