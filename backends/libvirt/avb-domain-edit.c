/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#include <glib/gi18n-lib.h>
#include <libxml/parser.h>

#include "backends/avb-error.h"

/* Each editor below is called only where the definition and the spec differ, and touches only what
 * makes the difference. */

gboolean
avb_domain_edit_refuse (GError **error, const char *sentence)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "%s", sentence));
  return FALSE;
}

static void
set_text (xmlNode *node, const char *text)
{
  xmlNodeSetContent (node, NULL);
  /* Escapes, where xmlNodeSetContent() would read entities. */
  xmlNodeAddContent (node, BAD_CAST text);
}

void
avb_xml_set_attribute (xmlNode *node, const char *name, const char *value)
{
  xmlSetProp (node, BAD_CAST name, BAD_CAST value);
}

void
avb_xml_remove_children (xmlNode *parent, const char *name)
{
  xmlNode *node = avb_xml_child (parent, name);

  while (node != NULL)
    {
      xmlNode *next = avb_xml_next (node, name);

      avb_xml_remove (node);
      node = next;
    }
}

/* The child of the root, made after the first of @after that exists if it is not there. */
xmlNode *
avb_xml_ensure_child (xmlNode *parent, const char *name, const char *const *after)
{
  xmlNode *node = avb_xml_child (parent, name);
  xmlNode *sibling = NULL;

  if (node != NULL)
    return node;
  node = xmlNewDocNode (parent->doc, NULL, BAD_CAST name, NULL);
  for (guint i = 0; sibling == NULL && after != NULL && after[i] != NULL; i++)
    sibling = avb_xml_child (parent, after[i]);
  return sibling != NULL ? xmlAddNextSibling (sibling, node) : xmlAddChild (parent, node);
}

/* Adds the elements of @fragment, each behind the last sibling of its name. */
gboolean
avb_xml_add_fragment (xmlNode *parent, const char *fragment, GError **error)
{
  g_autofree char *wrapped = g_strconcat ("<domain>", fragment, "</domain>", NULL);
  g_autoptr (AvbDomainXml) xml = avb_domain_xml_parse (wrapped, strlen (wrapped), error);

  if (xml == NULL)
    return FALSE;
  for (xmlNode *node = avb_xml_child (avb_domain_xml_get_root (xml), NULL); node != NULL;
       node = avb_xml_next (node, NULL))
    {
      xmlNode *copy = xmlDocCopyNode (node, parent->doc, 1);
      xmlNode *last = NULL;

      for (xmlNode *other = avb_xml_child (parent, (const char *) node->name); other != NULL;
           other = avb_xml_next (other, (const char *) node->name))
        last = other;
      if (last != NULL)
        xmlAddNextSibling (last, copy);
      else
        xmlAddChild (parent, copy);
    }
  return TRUE;
}

/* Writes @bytes in the unit that the element has, or in KiB where that is no whole number. */
static void
write_memory (xmlNode *node, const char *attribute, guint64 bytes)
{
  g_autofree char *unit_name = avb_xml_dup_attribute (node, "unit");
  guint64          unit = avb_xml_unit (unit_name);
  g_autofree char *text = NULL;

  if (unit == 0 || bytes % unit != 0)
    {
      unit = 1024;
      avb_xml_set_attribute (node, "unit", "KiB");
    }
  text = g_strdup_printf ("%" G_GUINT64_FORMAT, bytes / unit);
  if (attribute != NULL)
    avb_xml_set_attribute (node, attribute, text);
  else
    set_text (node, text);
}

/* With NUMA the cells are what counts: the last one takes the difference. */
static gboolean
edit_cells (xmlNode *numa, guint64 before, guint64 after, GError **error)
{
  xmlNode *last = NULL;
  guint64  bytes;

  for (xmlNode *cell = avb_xml_child (numa, "cell"); cell; cell = avb_xml_next (cell, "cell"))
    last = cell;
  if (last == NULL)
    return TRUE;
  if (!avb_xml_read_memory (last, "memory", &bytes) || (after < before && bytes <= before - after))
    return avb_domain_edit_refuse (
        error, _ ("The memory is spread over NUMA cells in a way that cannot be changed here."));
  write_memory (last, "memory", bytes + after - before);
  return TRUE;
}

static gboolean
edit_memory (xmlNode *root, guint64 mib, GError **error)
{
  static const char *const after_name[]
      = { "memory", "maxMemory", "description", "title", "uuid", "name", NULL };
  xmlNode *memory = avb_xml_ensure_child (root, "memory", after_name + 1);
  xmlNode *current = avb_xml_child (root, "currentMemory");
  xmlNode *maximum = avb_xml_child (root, "maxMemory");
  xmlNode *numa = avb_xml_child (avb_xml_child (root, "cpu"), "numa");
  guint64  before = 0, now = 0, limit, after = mib << 20;
  gboolean has_before = avb_xml_read_memory (memory, NULL, &before);

  if (maximum != NULL && avb_xml_read_memory (maximum, NULL, &limit) && after > limit)
    return avb_domain_edit_refuse (
        error, _ ("This is more than the machine’s definition allows for hot-plugged memory."));
  if (numa != NULL && has_before && !edit_cells (numa, before, after, error))
    return FALSE;
  write_memory (memory, NULL, after);
  /* A balloon that is blown up stays so, unless there is less memory than that now. */
  if (current != NULL && avb_xml_read_memory (current, NULL, &now)
      && (now == before || now > after))
    write_memory (current, NULL, after);
  return TRUE;
}

static void
edit_topology (xmlNode *topology, guint cpus)
{
  static const char *const levels[] = { "dies", "clusters", "cores" };
  g_autofree char         *threads_text = avb_xml_dup_attribute (topology, "threads");
  guint64                  threads = 1;
  g_autofree char         *cores = NULL;

  if (threads_text == NULL
      || !g_ascii_string_to_unsigned (threads_text, 10, 1, cpus, &threads, NULL)
      || cpus % threads != 0)
    threads = 1;
  cores = g_strdup_printf ("%u", cpus / (guint) threads);
  avb_xml_set_attribute (topology, "sockets", "1");
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (xmlHasProp (topology, BAD_CAST levels[i]) != NULL)
      avb_xml_set_attribute (topology, levels[i], "1");
  avb_xml_set_attribute (topology, "cores", cores);
  avb_xml_set_attribute (topology, "threads", threads == 1 ? "1" : threads_text);
}

static gboolean
edit_cpus (xmlNode *root, guint cpus, GError **error)
{
  static const char *const after[] = { "currentMemory", "memory", NULL };
  xmlNode                 *cpu = avb_xml_child (root, "cpu");
  xmlNode                 *topology = avb_xml_child (cpu, "topology");
  xmlNode                 *vcpu = avb_xml_ensure_child (root, "vcpu", after);
  g_autofree char         *maximum_text = avb_xml_dup_text (vcpu);
  g_autofree char         *text = g_strdup_printf ("%u", cpus);
  guint64                  maximum = 0;

  g_strstrip (maximum_text);
  if (xmlHasProp (vcpu, BAD_CAST "current") != NULL
      && g_ascii_string_to_unsigned (maximum_text, 10, 1, G_MAXINT, &maximum, NULL)
      && cpus <= maximum && avb_xml_child (root, "vcpus") == NULL)
    {
      avb_xml_set_attribute (vcpu, "current", text);
      return TRUE;
    }
  if (avb_xml_child (root, "vcpus") != NULL || avb_xml_child (cpu, "numa") != NULL)
    return avb_domain_edit_refuse (
        error, _ ("The processors are assigned one by one; their number cannot be changed here."));

  set_text (vcpu, text);
  xmlUnsetProp (vcpu, BAD_CAST "current");
  if (topology != NULL)
    edit_topology (topology, cpus);
  return TRUE;
}

static void
edit_description (xmlNode *root, const char *description)
{
  static const char *const after[] = { "title", "genid", "uuid", "name", NULL };

  if (description == NULL)
    avb_xml_remove_children (root, "description");
  else
    set_text (avb_xml_ensure_child (root, "description", after), description);
}

static xmlNode *
find_foreign (xmlNode *parent, const char *name)
{
  for (xmlNode *node = parent->children; node != NULL; node = node->next)
    if (node->type == XML_ELEMENT_NODE && node->ns != NULL
        && xmlStrEqual (node->ns->href, BAD_CAST AVB_LIBOSINFO_NAMESPACE)
        && xmlStrEqual (node->name, BAD_CAST name))
      return node;
  return NULL;
}

static void
edit_os_id (xmlNode *root, const char *os_id)
{
  static const char *const after[] = { "description", "title", "genid", "uuid", "name", NULL };
  xmlNode                 *metadata = avb_xml_ensure_child (root, "metadata", after);
  xmlNode                 *info = find_foreign (metadata, "libosinfo");
  xmlNode                 *os = info != NULL ? find_foreign (info, "os") : NULL;

  if (os_id == NULL)
    {
      if (os != NULL)
        avb_xml_remove (os);
      return;
    }
  if (info == NULL)
    {
      xmlNs *ns;

      info = xmlNewChild (metadata, NULL, BAD_CAST "libosinfo", NULL);
      ns = xmlNewNs (info, BAD_CAST AVB_LIBOSINFO_NAMESPACE, BAD_CAST "libosinfo");
      xmlSetNs (info, ns);
    }
  if (os == NULL)
    os = xmlNewChild (info, info->ns, BAD_CAST "os", NULL);
  avb_xml_set_attribute (os, "id", os_id);
}

static gboolean
edit_tpm (xmlNode *devices, const char *arch, gboolean tpm, GError **error)
{
  g_autoptr (GString) fragment = g_string_new (NULL);

  avb_xml_remove_children (devices, "tpm");
  if (!tpm)
    return TRUE;
  avb_domain_template_tpm (fragment, arch);
  return avb_xml_add_fragment (devices, fragment->str, error);
}

static gboolean
edit_accelerated (xmlNode               *root,
                  gboolean               accelerated,
                  const AvbDomainTraits *traits,
                  GError               **error)
{
  g_autoptr (GString) fragment = g_string_new (NULL);
  xmlNode         *cpu = avb_xml_child (root, "cpu");
  g_autofree char *mode = avb_xml_dup_attribute (cpu, "mode");

  if (traits->domain_type != NULL)
    return avb_domain_edit_refuse (error, _ ("This hypervisor does not offer this."));
  avb_xml_set_attribute (root, "type", accelerated ? avb_domain_accelerator (traits) : "qemu");
  /* Only the two modes that tie a definition to one of the two; a chosen model stays. */
  if (accelerated ? g_strcmp0 (mode, "maximum") != 0 : g_strcmp0 (mode, "host-passthrough") != 0)
    return TRUE;
  avb_xml_set_attribute (cpu, "mode", accelerated ? "host-passthrough" : "maximum");
  xmlUnsetProp (cpu, BAD_CAST "check");
  xmlUnsetProp (cpu, BAD_CAST "migratable");
  return TRUE;
}

static gboolean
has_typed (xmlNode *parent, const char *name, const char *type)
{
  for (xmlNode *node = avb_xml_child (parent, name); node; node = avb_xml_next (node, name))
    if (avb_xml_attribute_is (node, "type", type))
      return TRUE;
  return FALSE;
}

static void
remove_typed (xmlNode *parent, const char *name, const char *type)
{
  xmlNode *node = avb_xml_child (parent, name);

  while (node != NULL)
    {
      xmlNode *next = avb_xml_next (node, name);

      if (avb_xml_attribute_is (node, "type", type))
        avb_xml_remove (node);
      node = next;
    }
}

static gboolean
edit_graphics (xmlNode               *devices,
               const char            *arch,
               gboolean               graphics,
               const AvbDomainTraits *traits,
               GError               **error)
{
  g_autoptr (GString) fragment = g_string_new (NULL);

  avb_xml_remove_children (devices, "graphics");
  avb_xml_remove_children (devices, "video");
  /* What has the display's connection as its back end. */
  remove_typed (devices, "audio", "spice");
  remove_typed (devices, "channel", "spicevmc");
  remove_typed (devices, "channel", "spiceport");
  remove_typed (devices, "redirdev", "spicevmc");
  if (!graphics)
    return TRUE;
  remove_typed (devices, "input", "tablet");
  if (!avb_domain_is_pc (arch))
    remove_typed (devices, "input", "keyboard");
  avb_domain_template_graphics (fragment, arch, traits);
  return avb_xml_add_fragment (devices, fragment->str, error);
}

static gboolean
edit_extra (xmlNode               *devices,
            AvbExtra               extra,
            gboolean               wanted,
            const AvbDomainTraits *traits,
            GError               **error)
{
  g_autoptr (GPtrArray) fragments = NULL;

  if (!wanted)
    {
      avb_domain_remove_extra (devices, extra);
      return TRUE;
    }
  /* It was there before there was a display. */
  if (avb_domain_has_extra (devices, extra))
    return TRUE;
  if (!avb_domain_can_extra (extra, traits)
      || (extra != AVB_EXTRA_GUEST_AGENT && extra != AVB_EXTRA_SETUP_CHANNEL && !has_typed (devices, "graphics", "spice")
          && traits->domain_type == NULL))
    return avb_domain_edit_refuse (error, _ ("This needs a display that speaks SPICE."));
  fragments = avb_domain_template_extra (extra, devices);
  for (guint i = 0; i < fragments->len; i++)
    if (!avb_xml_add_fragment (devices, fragments->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
edit_serial (xmlNode *devices, const char *path, GError **error)
{
  xmlNode *serial = avb_xml_child (devices, "serial");
  xmlNode *console = avb_xml_child (devices, "console");
  g_autoptr (GString) fragment = g_string_new (NULL);

  /* The first console is a copy of the first port, which libvirt makes again. */
  if (console != NULL && avb_xml_attribute_is (avb_xml_child (console, "target"), "type", "serial"))
    avb_xml_remove (console);
  if (serial == NULL)
    {
      avb_domain_template_serial (fragment, path);
      return avb_xml_add_fragment (devices, fragment->str, error);
    }
  avb_xml_remove_children (serial, "source");
  avb_xml_remove_children (serial, "log");
  avb_xml_set_attribute (serial, "type", path != NULL ? "file" : "pty");
  if (path != NULL)
    avb_xml_set_attribute (xmlNewChild (serial, NULL, BAD_CAST "source", NULL), "path", path);
  return TRUE;
}

static gboolean
disk_equal (gconstpointer a, gconstpointer b)
{
  return avb_disk_spec_equal (a, b);
}

static gboolean
interface_equal (gconstpointer a, gconstpointer b)
{
  return avb_interface_spec_equal (a, b);
}

static gboolean
share_equal (gconstpointer a, gconstpointer b)
{
  return avb_share_spec_equal (a, b);
}

static gboolean
arrays_equal (GPtrArray *a, GPtrArray *b, GEqualFunc equal)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

static gboolean
extras_equal (AvbMachineSpec *a, AvbMachineSpec *b)
{
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    if (avb_machine_spec_get_extra (a, i) != avb_machine_spec_get_extra (b, i))
      return FALSE;
  return TRUE;
}

static gboolean
devices_equal (AvbMachineSpec *a, AvbMachineSpec *b)
{
  return arrays_equal (avb_machine_spec_get_disks (a), avb_machine_spec_get_disks (b), disk_equal)
         && arrays_equal (avb_machine_spec_get_interfaces (a),
                          avb_machine_spec_get_interfaces (b),
                          interface_equal)
         && arrays_equal (
             avb_machine_spec_get_shares (a), avb_machine_spec_get_shares (b), share_equal)
         && extras_equal (a, b) && avb_machine_spec_get_tpm (a) == avb_machine_spec_get_tpm (b)
         && avb_machine_spec_get_graphics (a) == avb_machine_spec_get_graphics (b)
         && g_strcmp0 (avb_machine_spec_get_serial (a), avb_machine_spec_get_serial (b)) == 0;
}

static gboolean
edit_devices (xmlNode               *root,
              AvbMachineSpec        *before,
              AvbMachineSpec        *spec,
              const AvbDomainTraits *traits,
              GError               **error)
{
  xmlNode    *devices = avb_xml_ensure_child (root, "devices", NULL);
  GPtrArray  *old_disks = avb_machine_spec_get_disks (before);
  GPtrArray  *disks = avb_machine_spec_get_disks (spec);
  GPtrArray  *interfaces = avb_machine_spec_get_interfaces (spec);
  GPtrArray  *shares = avb_machine_spec_get_shares (spec);
  const char *serial = avb_machine_spec_get_serial (spec);
  const char *arch = avb_machine_spec_get_architecture (before);

  if (!arrays_equal (old_disks, disks, disk_equal)
      && (!avb_domain_check_disks (disks, arch, traits, error)
          || !avb_domain_edit_disks (root, devices, old_disks, disks, traits, error)))
    return FALSE;
  if (!arrays_equal (avb_machine_spec_get_interfaces (before), interfaces, interface_equal)
      && (!avb_domain_check_interfaces (interfaces, traits, error)
          || !avb_domain_edit_interfaces (root, devices, interfaces, traits, error)))
    return FALSE;
  if (avb_machine_spec_get_tpm (before) != avb_machine_spec_get_tpm (spec)
      && !edit_tpm (devices, arch, avb_machine_spec_get_tpm (spec), error))
    return FALSE;
  if (avb_machine_spec_get_graphics (before) != avb_machine_spec_get_graphics (spec)
      && !edit_graphics (devices, arch, avb_machine_spec_get_graphics (spec), traits, error))
    return FALSE;
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    if (avb_machine_spec_get_extra (before, i) != avb_machine_spec_get_extra (spec, i)
        && !edit_extra (devices, i, avb_machine_spec_get_extra (spec, i), traits, error))
      return FALSE;
  if (!arrays_equal (avb_machine_spec_get_shares (before), shares, share_equal)
      && (traits->domain_type != NULL
              ? !avb_domain_edit_refuse (error, _ ("This hypervisor does not offer this."))
              : !avb_domain_edit_shares (root, devices, shares, error)))
    return FALSE;
  return g_strcmp0 (avb_machine_spec_get_serial (before), serial) == 0
         || edit_serial (devices, serial, error);
}

static gboolean
edit_hardware (xmlNode               *root,
               AvbMachineSpec        *before,
               AvbMachineSpec        *spec,
               const AvbDomainTraits *traits,
               GError               **error)
{
  const char *arch = avb_machine_spec_get_architecture (spec);

  if (arch != NULL && g_strcmp0 (arch, avb_machine_spec_get_architecture (before)) != 0)
    return avb_domain_edit_refuse (error, _ ("The architecture of a machine cannot be changed."));
  if (avb_machine_spec_get_memory_mib (before) != avb_machine_spec_get_memory_mib (spec)
      && !edit_memory (root, avb_machine_spec_get_memory_mib (spec), error))
    return FALSE;
  if (avb_machine_spec_get_cpus (before) != avb_machine_spec_get_cpus (spec)
      && !edit_cpus (root, avb_machine_spec_get_cpus (spec), error))
    return FALSE;
  if (avb_machine_spec_get_firmware (before) != avb_machine_spec_get_firmware (spec)
      && !avb_domain_edit_firmware (root, avb_machine_spec_get_firmware (spec), traits, error))
    return FALSE;
  return avb_machine_spec_get_accelerated (before) == avb_machine_spec_get_accelerated (spec)
         || edit_accelerated (root, avb_machine_spec_get_accelerated (spec), traits, error);
}

gboolean
avb_domain_xml_apply_spec (AvbDomainXml          *self,
                           AvbMachineSpec        *spec,
                           const AvbDomainTraits *traits,
                           GError               **error)
{
  g_autoptr (AvbMachineSpec) before = NULL;
  xmlNode *root;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (AVB_IS_MACHINE_SPEC (spec), FALSE);
  g_return_val_if_fail (traits != NULL, FALSE);

  before = avb_domain_xml_read_spec (self);
  root = avb_domain_xml_get_root (self);
  if (g_strcmp0 (avb_machine_spec_get_description (before), avb_machine_spec_get_description (spec))
      != 0)
    edit_description (root, avb_machine_spec_get_description (spec));
  if (g_strcmp0 (avb_machine_spec_get_os_id (before), avb_machine_spec_get_os_id (spec)) != 0)
    edit_os_id (root, avb_machine_spec_get_os_id (spec));
  if (!avb_domain_kernel_equal (before, spec))
    avb_domain_edit_kernel (root, spec);

  return edit_hardware (root, before, spec, traits, error)
         && (devices_equal (before, spec) || edit_devices (root, before, spec, traits, error));
}
