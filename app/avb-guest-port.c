/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-guest-port.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-connection.h"
#include "backends/avb-error.h"
#include "backends/avb-guest-channel.h"
#include "backends/avb-guest-info.h"

typedef struct {
  AvbMachine *machine;
  guint       port;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_object_unref (request->machine);
  g_free (request);
}

static gboolean
is_of_use (const char *text)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (text);

  return address != NULL && !g_inet_address_get_is_loopback (address) && !g_inet_address_get_is_link_local (address);
}

/* In a fiber. */
static DexFuture *
find_address (Request *self)
{
  g_autoptr (AvbGuestInfo) info = NULL;
  GError *error = NULL;

  info = dex_await_boxed (avb_machine_read_guest_info (self->machine), &error);
  if (info == NULL)
    return dex_future_new_for_error (error);
  for (guint i = 0; i < info->interfaces->len; i++)
    {
      const AvbGuestInterface *nic = info->interfaces->pdata[i];

      for (guint j = 0; nic->addresses[j] != NULL; j++)
        if (is_of_use (nic->addresses[j]))
          return dex_future_new_take_object (g_network_address_new (nic->addresses[j], (guint16) self->port));
    }
  return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_FOUND, NULL,
                                                  _("The guest’s address is not known yet. Try again in a moment.")));
}

static DexFuture *
reach_fiber (gpointer data)
{
  Request *self = data;
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (self->machine);
  g_autoptr (AvbMachineSpec) spec = NULL;
  GPtrArray *interfaces;
  GError *error = NULL;
  guint port;

  spec = dex_await_object (avb_machine_read_spec (self->machine), &error);
  if (spec == NULL)
    return dex_future_new_for_error (error);
  interfaces = avb_machine_spec_get_interfaces (spec);
  if (interfaces->len == 0)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _("This machine has no network card.")));
  if (((AvbInterfaceSpec *) interfaces->pdata[0])->kind != AVB_INTERFACE_USER)
    return find_address (self);
  if (connection == NULL || !avb_connection_get_is_local (connection))
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_SUPPORTED, NULL, _("This machine’s network can be reached only from the host that runs it.")));
  port = dex_await_uint (avb_machine_forward_port (self->machine, self->port), &error);
  return port > 0 ? dex_future_new_take_object (g_network_address_new ("127.0.0.1", (guint16) port))
                  : dex_future_new_for_error (error);
}

DexFuture *
avb_guest_port_reach (AvbMachine *machine, guint port)
{
  Request *request;

  dex_return_error_if_fail (AVB_IS_MACHINE (machine));

  request = g_new0 (Request, 1);
  request->machine = g_object_ref (machine);
  request->port = port;
  return avb_fiber_spawn (reach_fiber, request, request_free);
}
