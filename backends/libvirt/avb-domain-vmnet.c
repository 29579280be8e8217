/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-domain-xml.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* The networks of macOS (vmnet.framework). libvirt has no words for them, so QEMU is told by
 * itself:
 *
 *   -netdev vmnet-shared,id=avb-vmnet0   -device virtio-net-pci,netdev=avb-vmnet0,mac=52:54:00:…
 *
 * vmnet-shared is NAT that all its machines share, vmnet-host the same without a way out,
 * vmnet-bridged a network card of the computer. libvirt puts these arguments last, and QEMU gives
 * the card a slot that is free. Source: QEMU's qapi/net.json. */

#define QEMU_NAMESPACE "http://libvirt.org/schemas/domain/qemu/1.0"
#define ID "avb-vmnet"
#define DEFAULT_MODEL "virtio"

gboolean
avb_domain_is_vmnet (const AvbInterfaceSpec *nic, const AvbDomainTraits *traits)
{
  return traits->vmnet && nic->kind != AVB_INTERFACE_USER;
}

/* Nothing that QEMU would read as an option of its own. */
static gboolean
is_word (const char *text)
{
  return text != NULL
         && g_regex_match_simple ("^[A-Za-z0-9_.-]{1,32}$", text, G_REGEX_DOLLAR_ENDONLY, 0);
}

static gboolean
is_network (const char *source)
{
  return g_strcmp0 (source, "shared") == 0 || g_strcmp0 (source, "host") == 0;
}

gboolean
avb_domain_check_interfaces (GPtrArray *interfaces, const AvbDomainTraits *traits, GError **error)
{
  for (guint i = 0; i < interfaces->len; i++)
    {
      const AvbInterfaceSpec *nic = interfaces->pdata[i];

      if (nic->kind == AVB_INTERFACE_USER)
        continue;
      if (traits->no_networks != NULL)
        return avb_domain_edit_refuse (error, traits->no_networks);
      if (!traits->vmnet)
        continue;
      if (nic->kind == AVB_INTERFACE_NETWORK && !is_network (nic->source))
        return avb_domain_edit_refuse (
            error, _ ("macOS has two networks for machines: “shared” and “host”."));
      if (!is_word (nic->source) || (nic->model != NULL && !is_word (nic->model)))
        return avb_domain_edit_refuse (
            error, _ ("The network card to bridge to has a name that cannot be used."));
    }
  return TRUE;
}

/* One that a machine keeps, and that no other on the same network has: QEMU's own default is the
 * same for all. */
static char *
make_mac (void)
{
  const guint32 random = g_random_int ();

  return g_strdup_printf (
      "52:54:00:%02x:%02x:%02x", random & 0xff, (random >> 8) & 0xff, (random >> 16) & 0xff);
}

static char *
format_netdev (const AvbInterfaceSpec *nic, guint index)
{
  if (nic->kind == AVB_INTERFACE_BRIDGE)
    return g_strdup_printf ("vmnet-bridged,id=" ID "%u,ifname=%s", index, nic->source);
  return g_strdup_printf ("vmnet-%s,id=" ID "%u", nic->source, index);
}

static char *
format_device (const AvbInterfaceSpec *nic, guint index)
{
  const char      *model = nic->model != NULL ? nic->model : DEFAULT_MODEL;
  g_autofree char *mac = nic->mac != NULL ? g_ascii_strdown (nic->mac, -1) : make_mac ();

  return g_strdup_printf ("%s,netdev=" ID "%u,mac=%s",
                          g_str_equal (model, "virtio") ? "virtio-net-pci" : model,
                          index,
                          mac);
}

/* (transfer full) (element-type utf8): the arguments of all of them */
static GPtrArray *
make_arguments (GPtrArray *interfaces, const AvbDomainTraits *traits)
{
  GPtrArray *arguments = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0, index = 0; i < interfaces->len; i++)
    {
      const AvbInterfaceSpec *nic = interfaces->pdata[i];

      if (!avb_domain_is_vmnet (nic, traits))
        continue;
      g_ptr_array_add (arguments, g_strdup ("-netdev"));
      g_ptr_array_add (arguments, format_netdev (nic, index));
      g_ptr_array_add (arguments, g_strdup ("-device"));
      g_ptr_array_add (arguments, format_device (nic, index++));
    }
  return arguments;
}

void
avb_domain_template_vmnet (GString *xml, GPtrArray *interfaces, const AvbDomainTraits *traits)
{
  g_autoptr (GPtrArray) arguments = make_arguments (interfaces, traits);

  if (arguments->len == 0)
    return;
  g_string_append (xml, "<qemu:commandline xmlns:qemu='" QEMU_NAMESPACE "'>");
  for (guint i = 0; i < arguments->len; i++)
    {
      g_autofree char *element
          = g_markup_printf_escaped ("<qemu:arg value='%s'/>", (char *) arguments->pdata[i]);

      g_string_append (xml, element);
    }
  g_string_append (xml, "</qemu:commandline>");
}

static xmlNode *
find_qemu (xmlNode *node, const char *name)
{
  for (; node != NULL; node = node->next)
    if (node->type == XML_ELEMENT_NODE && node->ns != NULL
        && xmlStrEqual (node->ns->href, BAD_CAST QEMU_NAMESPACE)
        && xmlStrEqual (node->name, BAD_CAST name))
      return node;
  return NULL;
}

/* Of "one,key=value,…" the value. */
static char *
dup_option (const char *text, const char *key)
{
  g_auto (GStrv) options = g_strsplit (text, ",", 16);
  g_autofree char *prefix = g_strconcat (key, "=", NULL);

  for (guint i = 1; options[0] != NULL && options[i] != NULL; i++)
    if (g_str_has_prefix (options[i], prefix))
      return g_strdup (options[i] + strlen (prefix));
  return NULL;
}

/* (nullable): what is ours, and as it was written */
static AvbInterfaceSpec *
read_interface (const char *netdev, const char *device)
{
  g_autofree char  *id = dup_option (netdev, "id");
  g_autofree char  *of = dup_option (device, "netdev");
  g_autofree char  *bridge = dup_option (netdev, "ifname");
  g_autofree char  *kind = g_strndup (netdev, strcspn (netdev, ","));
  g_autofree char  *model = g_strndup (device, strcspn (device, ","));
  AvbInterfaceSpec *nic;

  if (id == NULL || !g_str_has_prefix (id, ID) || g_strcmp0 (id, of) != 0
      || !g_str_has_prefix (kind, "vmnet-"))
    return NULL;
  if (g_str_equal (model, "virtio-net-pci"))
    g_set_str (&model, "virtio");
  if (g_str_equal (kind, "vmnet-bridged") && bridge != NULL)
    nic = avb_interface_spec_new (AVB_INTERFACE_BRIDGE, bridge, model);
  else if (is_network (kind + strlen ("vmnet-")))
    nic = avb_interface_spec_new (AVB_INTERFACE_NETWORK, kind + strlen ("vmnet-"), model);
  else
    return NULL;
  nic->mac = dup_option (device, "mac");
  return nic;
}

/* The four arguments that begin with @first, where they are ours. */
static AvbInterfaceSpec *
read_group (xmlNode *first, xmlNode **last)
{
  static const char *const words[] = { "-netdev", NULL, "-device", NULL };
  char                    *values[4] = { NULL };
  xmlNode                 *node = first;
  guint                    n = 0;
  AvbInterfaceSpec        *nic = NULL;

  for (; n < G_N_ELEMENTS (values) && node != NULL; n++)
    {
      values[n] = avb_xml_dup_attribute (node, "value");
      if (values[n] == NULL || (words[n] != NULL && !g_str_equal (values[n], words[n])))
        break;
      *last = node;
      node = find_qemu (node->next, "arg");
    }
  if (n == G_N_ELEMENTS (values))
    nic = read_interface (values[1], values[3]);
  for (guint i = 0; i < G_N_ELEMENTS (values); i++)
    g_free (values[i]);
  return nic;
}

void
avb_domain_read_vmnet (xmlNode *root, AvbMachineSpec *spec)
{
  xmlNode *commandline = find_qemu (root->children, "commandline");
  xmlNode *node = commandline != NULL ? find_qemu (commandline->children, "arg") : NULL;

  while (node != NULL)
    {
      xmlNode          *last = node;
      AvbInterfaceSpec *nic = read_group (node, &last);

      if (nic != NULL)
        avb_machine_spec_add_interface (spec, nic);
      node = find_qemu ((nic != NULL ? last : node)->next, "arg");
    }
}

/* What others wrote there stays. */
static void
remove_ours (xmlNode *commandline)
{
  xmlNode *node = find_qemu (commandline->children, "arg");

  while (node != NULL)
    {
      xmlNode *last = node;
      g_autoptr (AvbInterfaceSpec) nic = read_group (node, &last);
      xmlNode *next = find_qemu ((nic != NULL ? last : node)->next, "arg");

      while (nic != NULL && node != next)
        {
          xmlNode *following = find_qemu (node->next, "arg");

          avb_xml_remove (node);
          node = following;
        }
      node = next;
    }
}

void
avb_domain_edit_vmnet (xmlNode *root, GPtrArray *interfaces, const AvbDomainTraits *traits)
{
  g_autoptr (GPtrArray) arguments = make_arguments (interfaces, traits);
  xmlNode *commandline = find_qemu (root->children, "commandline");

  if (commandline != NULL)
    remove_ours (commandline);
  if (arguments->len > 0 && commandline == NULL)
    {
      xmlNs *ns;

      commandline = xmlNewChild (root, NULL, BAD_CAST "commandline", NULL);
      ns = xmlNewNs (commandline, BAD_CAST QEMU_NAMESPACE, BAD_CAST "qemu");
      xmlSetNs (commandline, ns);
    }
  for (guint i = 0; i < arguments->len; i++)
    avb_xml_set_attribute (xmlNewChild (commandline, commandline->ns, BAD_CAST "arg", NULL),
                           "value",
                           arguments->pdata[i]);
  if (commandline != NULL && xmlChildElementCount (commandline) == 0)
    avb_xml_remove (commandline);
}
