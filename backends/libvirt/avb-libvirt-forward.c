/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A way to the ports of a guest that is in QEMU's own network (slirp). libvirt has no call for it: QEMU's monitor has. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <libvirt/libvirt-qemu.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backends/avb-guest-channel.h"
#include "backends/libvirt/avb-libvirt-machine-private.h"

/* Somebody else may take a port in the moment between. */
#define TRIES 5

static DexFuture *
reject (const char *details)
{
  return dex_future_new_for_error (
      avb_error_new (AVB_ERROR_NOT_SUPPORTED, details, _ ("This machine’s network cannot be reached from outside.")));
}

/* (transfer full) (nullable) */
static char *
ask_monitor (virDomain *domain, const char *command)
{
  char *answer = NULL;

  if (virDomainQemuMonitorCommand (domain, command, &answer, VIR_DOMAIN_QEMU_MONITOR_COMMAND_HMP) < 0)
    return NULL;
  return answer;
}

/* "  TCP[HOST_FORWARD]  11       127.0.0.1 41723       10.0.2.15    22     0     0" */
static guint
find_forward (virDomain *domain, guint port)
{
  char *answer = ask_monitor (domain, "info usernet");
  g_auto (GStrv) lines = g_strsplit (answer != NULL ? answer : "", "\n", -1);
  guint found = 0;

  free (answer);
  for (guint i = 0; lines[i] != NULL && found == 0; i++)
    {
      guint host_port, guest_port;
      char  host[64], guest[64];

      if (sscanf (lines[i], " TCP[HOST_FORWARD] %*d %63s %u %63s %u", host, &host_port, guest, &guest_port) == 4
          && guest_port == port && g_str_equal (host, "127.0.0.1"))
        found = host_port;
    }
  return found;
}

/* One that is free now; 0: there is none. */
static guint
find_free_port (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t          length = sizeof address;
  g_autofd int       fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd < 0 || bind (fd, (struct sockaddr *) &address, sizeof address) != 0
      || getsockname (fd, (struct sockaddr *) &address, &length) != 0)
    return 0;
  return ntohs (address.sin_port);
}

/* The network device of the machine as it runs: libvirt calls QEMU's part of it after its alias. (transfer full)
 * (nullable) */
static char *
find_network (virDomain *domain, AvbLibvirtCall *call, GError **error)
{
  g_autoptr (AvbDomainXml) xml = avb_libvirt_call_read_definition (domain, 0, call, error);
  xmlNode *devices = xml != NULL ? avb_xml_child (avb_domain_xml_get_root (xml), "devices") : NULL;

  for (xmlNode *node = avb_xml_child (devices, "interface"); node != NULL; node = avb_xml_next (node, "interface"))
    {
      xmlNode *backend = avb_xml_child (node, "backend");
      xmlNode *alias = avb_xml_child (node, "alias");
      g_autofree char *name = avb_xml_dup_attribute (alias, "name");

      if (avb_xml_attribute_is (node, "type", "user") && name != NULL
          && !(backend != NULL && avb_xml_attribute_is (backend, "type", "passt")))
        return g_strconcat ("host", name, NULL);
    }
  return NULL;
}

static DexFuture *
forward_thread (virDomain *domain, AvbLibvirtCall *call)
{
  guint   port = GPOINTER_TO_UINT (call->data);
  guint   host_port = 0;
  GError *error = NULL;
  g_autofree char *network = find_network (domain, call, &error);
  g_autofree char *trouble = NULL;

  if (error != NULL)
    return dex_future_new_for_error (error);
  if (network == NULL || call->driver == AVB_LIBVIRT_DRIVER_TEST)
    return reject (NULL);
  host_port = find_forward (domain, port);
  for (guint i = 0; i < TRIES && host_port == 0; i++)
    {
      guint            free_port = find_free_port ();
      g_autofree char *command
          = g_strdup_printf ("hostfwd_add %s tcp:127.0.0.1:%u-:%u", network, free_port, port);
      char            *answer = free_port > 0 ? ask_monitor (domain, command) : NULL;

      g_set_str (&trouble, answer != NULL ? answer : virGetLastErrorMessage ());
      free (answer);
      host_port = find_forward (domain, port);
    }
  return host_port > 0 ? dex_future_new_for_uint (host_port) : reject (trouble);
}

DexFuture *
avb_libvirt_machine_forward_port (AvbMachine *machine, guint port)
{
  AvbLibvirtCall *call
      = avb_libvirt_call_new (machine, forward_thread, _ ("The way to the guest could not be opened."));

  if (call != NULL)
    call->data = GUINT_TO_POINTER (port);
  return avb_libvirt_call_run_long (call);
}
