/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/contributions/avb-attached-network.h"

#include <glib/gi18n-lib.h>

#include "app/extensions/avb-contribution-calls.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-network-spec.h"

typedef struct {
  AvbMachine      *machine;
  AvbContribution *contribution;
  JsonObject      *params;
} Connect;

static void
connect_free (gpointer data)
{
  Connect *self = data;

  g_object_unref (self->machine);
  g_object_unref (self->contribution);
  g_clear_pointer (&self->params, json_object_unref);
  g_free (self);
}

/* For whom the host's networks are made. */
static const char *
get_owner (AvbContribution *contribution)
{
  return avb_extension_get_id (avb_contribution_get_extension (contribution));
}

/* As its first card is; what the system drives. */
static const char *
choose_model (AvbMachineSpec *spec)
{
  GPtrArray *interfaces = avb_machine_spec_get_interfaces (spec);
  const AvbInterfaceSpec *first = interfaces->len > 0 ? g_ptr_array_index (interfaces, 0) : NULL;

  return first != NULL && first->model != NULL ? first->model : "virtio";
}

/* In a fiber. */
static gboolean
make_network (AvbMachine *machine, AvbContribution *contribution, const AvbNetworkAttachment *attachment, GError **error)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);
  AvbNetworkSpec network = { .name = attachment->name, .nat = attachment->kind == AVB_NETWORK_NAT, .dhcp = attachment->dhcp,
                             .subnet = attachment->subnet, .owner = get_owner (contribution) };

  if (connection == NULL)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_UNAVAILABLE, NULL,
                                               _("There is no connection to the hypervisor at the moment.")));
      return FALSE;
    }
  return dex_await (avb_connection_ensure_network (connection, &network), error);
}

static DexFuture *
connect_fiber (gpointer data)
{
  Connect *self = data;
  g_autoptr (AvbNetworkAttachment) attachment = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;
  GError *error = NULL;

  attachment = dex_await_boxed (
      avb_contribution_attach_network (self->contribution, g_steal_pointer (&self->params)), &error);
  if (attachment == NULL)
    return dex_future_new_for_error (error);
  if (attachment->kind == AVB_NETWORK_VHOST_USER)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_SUPPORTED, NULL, _("Networks that an extension carries itself cannot be used yet.")));
  if (!make_network (self->machine, self->contribution, attachment, &error))
    return dex_future_new_for_error (error);
  spec = dex_await_object (avb_machine_read_spec (self->machine), &error);
  if (spec == NULL)
    return dex_future_new_for_error (error);
  avb_machine_spec_add_interface (
      spec, avb_interface_spec_new (AVB_INTERFACE_NETWORK, attachment->name, choose_model (spec)));
  return avb_machine_apply_spec (self->machine, spec);
}

DexFuture *
avb_attached_network_connect (AvbMachine *machine, AvbContribution *contribution, const char *instance, JsonObject *options)
{
  Connect *connect;
  const char *reason;

  dex_return_error_if_fail (AVB_IS_MACHINE (machine));
  dex_return_error_if_fail (AVB_IS_CONTRIBUTION (contribution));

  /* Before anybody is asked for anything. */
  reason = avb_machine_get_reason (machine, AVB_FEATURE_NETWORKS);
  if (reason != NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "%s", reason));
  connect = g_new0 (Connect, 1);
  connect->machine = g_object_ref (machine);
  connect->contribution = g_object_ref (contribution);
  connect->params = json_object_new ();
  json_object_set_object_member (connect->params, "machine", avb_extension_host_describe_machine (machine));
  if (instance != NULL)
    json_object_set_string_member (connect->params, "instance", instance);
  if (options != NULL)
    json_object_set_object_member (connect->params, "options", json_object_ref (options));
  return avb_fiber_spawn (connect_fiber, connect, connect_free);
}
