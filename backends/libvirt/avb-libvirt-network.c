/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-connection-private.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-network-spec.h"
#include "backends/libvirt/avb-libvirt-private.h"

/* Virtual networks: https://libvirt.org/formatnetwork.html */

/* For whom a network was made is a name space in its metadata: no other program has that. */
#define OWNER_NAMESPACE "https://alphavbox.org/xmlns/network/1.0#"

static inline void
avb_vir_network_free (virNetwork *network)
{
  virNetworkFree (network);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (virNetwork, avb_vir_network_free)

typedef struct {
  virConnect *vir;
  char       *name;
  char       *subnet;
  char       *owner; /* (nullable): the name space */
  gboolean    nat;
  gboolean    dhcp;
} NetworkCall;

static void
network_call_free (gpointer data)
{
  NetworkCall *call = data;

  g_free (call->name);
  g_free (call->subnet);
  g_free (call->owner);
  g_free (call);
}

/* One of 10.192.0.0/10 where nobody chose: other networks of this program's are below it. */
static char *
choose_subnet (const char *name)
{
  guint hash = g_str_hash (name);

  return g_strdup_printf ("10.%u.%u.0/24", 192 + hash % 64, hash / 64 % 256);
}

static void
add_address (GString *xml, guint32 address)
{
  g_string_append_printf (xml, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
}

static gboolean
describe_addresses (GString *xml, const char *subnet, gboolean dhcp, GError **error)
{
  guint32 network;
  guint   bits;

  if (!avb_network_parse_subnet (subnet, &network, &bits, error))
    return FALSE;
  g_string_append (xml, "<ip address='");
  add_address (xml, network + 1);
  g_string_append_printf (xml, "' prefix='%u'>", bits);
  if (dhcp)
    {
      g_string_append (xml, "<dhcp><range start='");
      add_address (xml, network + 2);
      g_string_append (xml, "' end='");
      add_address (xml, network + (G_MAXUINT32 >> bits) - 1);
      g_string_append (xml, "'/></dhcp>");
    }
  g_string_append (xml, "</ip>");
  return TRUE;
}

static char *
describe (NetworkCall *call, GError **error)
{
  g_autoptr (GString) xml = g_string_new ("<network>");
  g_autofree char *name = g_markup_escape_text (call->name, -1);
  g_autofree char *chosen = call->subnet == NULL ? choose_subnet (call->name) : NULL;

  g_string_append_printf (xml, "<name>%s</name>", name);
  if (call->owner != NULL)
    {
      g_autofree char *owner = g_markup_escape_text (call->owner, -1);

      g_string_append_printf (xml, "<metadata><avb:network xmlns:avb='%s'/></metadata>", owner);
    }
  if (call->nat)
    g_string_append (xml, "<forward mode='nat'/>");
  if (!describe_addresses (xml, call->subnet != NULL ? call->subnet : chosen, call->dhcp, error))
    return NULL;
  g_string_append (xml, "</network>");
  return g_string_free_and_steal (g_steal_pointer (&xml));
}

static DexFuture *
ensure_thread (gpointer data)
{
  NetworkCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);
  g_autoptr (virNetwork) network = NULL;
  const char *what = _ ("The network could not be made.");

  virResetLastError ();
  network = virNetworkLookupByName (vir, call->name);
  if (network == NULL)
    {
      GError          *error = NULL;
      g_autofree char *xml = describe (call, &error);

      if (xml == NULL)
        return dex_future_new_for_error (error);
      network = virNetworkDefineXML (vir, xml);
      if (network == NULL)
        return avb_libvirt_future_error (what);
      if (virNetworkCreate (network) < 0)
        {
          DexFuture *failed = avb_libvirt_future_error (what);

          virNetworkUndefine (network);
          return failed;
        }
      virNetworkSetAutostart (network, 1);
      return dex_future_new_true ();
    }
  if (virNetworkIsActive (network) != 1 && virNetworkCreate (network) < 0)
    return avb_libvirt_future_error (_ ("The network could not be started."));
  return dex_future_new_true ();
}

/* @owner: (nullable) */
static NetworkCall *
network_call_new (AvbConnection *connection, const char *name, const char *owner)
{
  NetworkCall *call = g_new0 (NetworkCall, 1);

  call->vir = avb_libvirt_connection_ref_vir (AVB_LIBVIRT_CONNECTION (connection));
  call->name = g_strdup (name);
  call->owner = owner != NULL ? g_strconcat (OWNER_NAMESPACE, owner, NULL) : NULL;
  return call;
}

DexFuture *
avb_libvirt_connection_ensure_network (AvbConnection *connection, const AvbNetworkSpec *network)
{
  NetworkCall *call = network_call_new (connection, network->name, network->owner);

  call->subnet = g_strdup (network->subnet);
  call->nat = network->nat;
  call->dhcp = network->dhcp;
  return avb_blocking_run (ensure_thread, call, network_call_free);
}

/* (nullable): if it is the owner's. @failed: (out) (nullable) (transfer full): it could not be found out */
static virNetwork *
find_own (virConnect *vir, NetworkCall *call, const char *what, DexFuture **failed)
{
  g_autoptr (virNetwork) network = NULL;
  g_autofree char *own = NULL;

  virResetLastError ();
  network = virNetworkLookupByName (vir, call->name);
  *failed = network == NULL && virGetLastErrorCode () != VIR_ERR_NO_NETWORK ? avb_libvirt_future_error (what) : NULL;
  if (network != NULL)
    own = virNetworkGetMetadata (network, VIR_NETWORK_METADATA_ELEMENT, call->owner, 0);
  return own != NULL ? g_steal_pointer (&network) : NULL;
}

static DexFuture *
has_thread (gpointer data)
{
  NetworkCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);
  DexFuture *failed;
  g_autoptr (virNetwork) network = find_own (vir, call, _ ("The networks of the host could not be read."), &failed);

  return failed != NULL ? failed : dex_future_new_for_boolean (network != NULL);
}

DexFuture *
avb_libvirt_connection_has_network (AvbConnection *connection, const char *name, const char *owner)
{
  return avb_blocking_run (has_thread, network_call_new (connection, name, owner), network_call_free);
}

static DexFuture *
remove_thread (gpointer data)
{
  NetworkCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);
  const char *what = _ ("The network could not be removed.");
  DexFuture *failed;
  g_autoptr (virNetwork) network = find_own (vir, call, what, &failed);

  if (network == NULL)
    return failed != NULL ? failed : dex_future_new_true ();
  if ((virNetworkIsActive (network) == 1 && virNetworkDestroy (network) < 0) || virNetworkUndefine (network) < 0)
    return avb_libvirt_future_error (what);
  return dex_future_new_true ();
}

DexFuture *
avb_libvirt_connection_remove_network (AvbConnection *connection, const char *name, const char *owner)
{
  return avb_blocking_run (remove_thread, network_call_new (connection, name, owner), network_call_free);
}
