/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-text-console.h"
#include "backends/libvirt/avb-libvirt-machine-private.h"
#include "backends/libvirt/avb-libvirt-stream-open.h"

/* --- What there is --- */

/* (nullable): why a port that is connected to @type on the host can't be opened */
static const char *
explain_type (const char *type)
{
  static const struct {
    const char *types;
    const char *reason;
  } reasons[] = {
    { "file", N_ ("What the guest writes there goes into a file.") },
    { "dev pipe nmdm", N_ ("It is connected to a device of the host.") },
    { "tcp udp unix", N_ ("It is connected to a socket of the host.") },
    { "spicevmc spiceport qemu-vdagent dbus", N_ ("The machine’s display uses it.") },
    { "null", N_ ("It is connected to nothing.") },
  };

  if (g_strcmp0 (type, "pty") == 0)
    return NULL;
  for (guint i = 0; type != NULL && i < G_N_ELEMENTS (reasons); i++)
    {
      g_auto (GStrv) types = g_strsplit (reasons[i].types, " ", -1);

      if (g_strv_contains ((const char *const *) types, type))
        return _ (reasons[i].reason);
    }
  return _ ("It is connected to something that can’t be opened from here.");
}

static AvbTextConsoleKind
read_kind (xmlNode *node)
{
  xmlNode *target = avb_xml_child (node, "target");

  if (xmlStrEqual (node->name, BAD_CAST "serial"))
    return AVB_TEXT_CONSOLE_SERIAL;
  return avb_xml_attribute_is (target, "type", "virtio") ? AVB_TEXT_CONSOLE_VIRTIO
                                                         : AVB_TEXT_CONSOLE_OTHER;
}

static char *
make_label (AvbTextConsoleKind kind, guint number)
{
  switch (kind)
    {
    case AVB_TEXT_CONSOLE_SERIAL:
      /* Translators: a serial port, counted from 1. */
      return g_strdup_printf (_ ("Serial %u"), number);
    case AVB_TEXT_CONSOLE_VIRTIO:
      /* Translators: a paravirtual (“virtio”) text console, counted from 1. */
      return g_strdup_printf (_ ("Virtio %u"), number);
    case AVB_TEXT_CONSOLE_OTHER:
    default:
      /* Translators: a text console of some other kind, counted from 1. */
      return g_strdup_printf (_ ("Console %u"), number);
    }
}

/* libvirt repeats the first serial port as a console. */
static gboolean
is_repeated (xmlNode *console, xmlNode *serial)
{
  xmlNode         *target = avb_xml_child (console, "target");
  g_autofree char *type = avb_xml_dup_attribute (target, "type");

  return serial != NULL && (type == NULL || g_str_equal (type, "serial"));
}

static void
read_element (GPtrArray *list, xmlNode *devices, const char *element, const char *not_now)
{
  xmlNode *serial = avb_xml_child (devices, "serial");
  guint    place = 0;
  guint    numbers[AVB_TEXT_CONSOLE_OTHER + 1] = { 0 };

  for (xmlNode *node = avb_xml_child (devices, element); node != NULL;
       node = avb_xml_next (node, element), place++)
    {
      AvbTextConsole  *console;
      g_autofree char *type = avb_xml_dup_attribute (node, "type");
      const char      *reason = explain_type (type);

      if (node->name[0] == 'c' && is_repeated (node, serial))
        continue;
      console = g_new0 (AvbTextConsole, 1);
      console->kind = read_kind (node);
      console->label = make_label (console->kind, ++numbers[console->kind]);
      console->name = avb_xml_dup_attribute (avb_xml_child (node, "alias"), "name");
      /* As it will be called when the machine runs. */
      if (console->name == NULL)
        console->name = g_strdup_printf ("%s%u", element, place);
      console->reason = g_strdup (reason != NULL ? reason : not_now);
      g_ptr_array_add (list, console);
    }
}

static DexFuture *
list_thread (virDomain *domain, AvbLibvirtCall *call)
{
  GError *error = NULL;
  g_autoptr (AvbDomainXml) xml = avb_libvirt_call_read_definition (domain, 0, call, &error);
  GPtrArray  *list;
  xmlNode    *devices;
  const char *not_now = NULL;

  if (xml == NULL)
    return dex_future_new_for_error (error);
  if (virDomainIsActive (domain) != 1)
    not_now = _ ("The machine is not running.");
  else if (call->driver == AVB_LIBVIRT_DRIVER_TEST)
    not_now = _ ("The machines of libvirt’s test driver have no consoles.");
  devices = avb_xml_child (avb_domain_xml_get_root (xml), "devices");
  list = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_text_console_free);
  read_element (list, devices, "serial", not_now);
  read_element (list, devices, "console", not_now);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, list);
}

DexFuture *
avb_libvirt_machine_list_text_consoles (AvbMachine *machine)
{
  return avb_libvirt_call_run (avb_libvirt_call_new (
      machine, list_thread, _ ("The text consoles could not be looked up.")));
}

/* --- Opening --- */

DexFuture *
avb_libvirt_machine_open_text_console (AvbMachine *machine, const char *name, gboolean take_over)
{
  const AvbLibvirtStreamKind kind = {
    .open = virDomainOpenConsole,
    .what = _ ("The text console could not be opened."),
    .busy = _ ("Another program has this console open."),
  };

  return avb_libvirt_stream_open (
      machine,
      &kind,
      name,
      VIR_DOMAIN_CONSOLE_SAFE | (take_over ? (guint) VIR_DOMAIN_CONSOLE_FORCE : 0));
}
