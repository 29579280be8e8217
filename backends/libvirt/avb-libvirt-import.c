/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-connection-private.h"

#include <string.h>

/* Machines whose definition came from elsewhere, as `virsh dumpxml` writes it. */

static gboolean
has_bridge (virConnect *vir, const char *name)
{
  g_autofree char *uri = virConnectGetURI (vir);
  g_autofree char *path = g_build_filename ("/sys/class/net", name, "bridge", NULL);

  /* Only of this computer it can be told. */
  return uri != NULL && strstr (uri, ":///") != NULL && strchr (name, '/') == NULL
         && !g_str_has_prefix (name, ".") && g_file_test (path, G_FILE_TEST_IS_DIR);
}

static gboolean
has_network (AvbInterfaceKind kind, const char *source, gpointer data)
{
  virConnect *vir = data;
  virNetwork *network;
  gboolean    active;

  if (kind == AVB_INTERFACE_BRIDGE)
    return has_bridge (vir, source);
  network = virNetworkLookupByName (vir, source);
  if (network == NULL)
    return FALSE;
  active = virNetworkIsActive (network) == 1;
  virNetworkFree (network);
  return active;
}

static AvbDomainXml *
parse (virConnect *vir, GBytes *definition, const AvbDomainTraits *traits, GError **error)
{
  gsize       length;
  const char *text = g_bytes_get_data (definition, &length);
  g_autoptr (AvbDomainXml) xml = avb_domain_xml_parse (text, length, error);

  if (xml == NULL || !avb_domain_xml_make_import (xml, traits, has_network, vir, error))
    return NULL;
  return g_steal_pointer (&xml);
}

AvbDomainXml *
avb_libvirt_import_definition (virConnect            *vir,
                               GBytes                *definition,
                               AvbMachineSpec        *spec,
                               const AvbDomainTraits *traits,
                               GError               **error)
{
  g_autoptr (AvbDomainXml) xml = parse (vir, definition, traits, error);

  if (xml == NULL)
    return NULL;
  avb_domain_xml_set_name (xml, avb_machine_spec_get_name (spec));
  avb_domain_xml_set_disk_files (xml, avb_machine_spec_get_disks (spec));
  return avb_domain_xml_apply_spec (xml, spec, traits, error) ? g_steal_pointer (&xml) : NULL;
}

typedef struct {
  virConnect           *vir;
  const AvbLibvirtHost *host;
  GBytes               *definition;
} ReadCall;

static void
read_call_free (gpointer data)
{
  ReadCall *call = data;

  g_bytes_unref (call->definition);
  g_free (call);
}

static DexFuture *
read_thread (gpointer data)
{
  ReadCall        *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);
  AvbDomainTraits *traits;
  g_autoptr (AvbDomainXml) xml = NULL;
  GError          *error = NULL;

  virResetLastError ();
  traits = avb_libvirt_traits_read (vir, call->host, NULL, FALSE);
  xml = parse (vir, call->definition, traits, &error);
  avb_libvirt_traits_free (traits);
  return xml != NULL ? dex_future_new_take_object (avb_domain_xml_read_spec (xml))
                     : dex_future_new_for_error (error);
}

DexFuture *
avb_libvirt_connection_read_definition (AvbConnection *connection, GBytes *definition)
{
  ReadCall *call = g_new0 (ReadCall, 1);

  call->vir = avb_libvirt_connection_ref_vir (AVB_LIBVIRT_CONNECTION (connection));
  call->host = avb_libvirt_connection_get_host (AVB_LIBVIRT_CONNECTION (connection));
  call->definition = g_bytes_ref (definition);
  return avb_blocking_run (read_thread, call, read_call_free);
}
