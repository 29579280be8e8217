/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-library.h"
#include "app/extensions/avb-extension-host.h"

G_BEGIN_DECLS

/* The networks of extensions: contributions of the kind %AVB_CONTRIBUTION_NETWORK. Main thread. */

/**
 * AvbNetworkInstance:
 *
 * A network that was made with avb_attached_network_create(). A boxed value. Its texts are the extension's: single lines, not
 * markup.
 */
typedef struct {
  char     *id;        /* what `network/create` gave */
  char     *title;
  char     *text;      /* (nullable): what is to be known of it */
  char     *name;      /* (nullable): what it says that the host's network is called */
  gboolean  connected; /* the machine that was asked for is in it */
} AvbNetworkInstance;

#define AVB_TYPE_NETWORK_INSTANCE (avb_network_instance_get_type ())
GType               avb_network_instance_get_type (void);
AvbNetworkInstance *avb_network_instance_copy     (const AvbNetworkInstance *self);
void                avb_network_instance_free     (AvbNetworkInstance *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbNetworkInstance, avb_network_instance_free)

/* Resolves to a #GPtrArray (boxed) of #AvbNetworkInstance, by title: of those that were made. Empty where the extension makes
 * none. Rejects as avb_extension_call() and avb_machine_read_spec() do. */
DexFuture *avb_attached_network_list (AvbContribution *contribution, AvbMachine *machine) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to a string: the ID of a new one. @title: what the user calls it; @options: (nullable): what the user chose. Rejects
 * as avb_extension_call() does; @operation cancels it. */
DexFuture *avb_attached_network_create (AvbContribution *contribution,
                                        const char      *title,
                                        JsonObject      *options,
                                        AvbOperation    *operation) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_attached_network_remove:
 *
 * Disconnects every machine from it, removes it from the hosts that have it, and has the extension forget it. What was done when
 * it rejects stays done; it can be tried again.
 *
 * Returns: (transfer full): resolves to %TRUE; rejects as avb_machine_apply_spec(), avb_connection_remove_network() and
 *   avb_extension_call() do
 */
DexFuture *avb_attached_network_remove (AvbLibrary               *library,
                                        AvbContribution          *contribution,
                                        const AvbNetworkInstance *instance) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to a #GPtrArray (boxed) of #AvbMachine: those that are connected to it. Networks that only have the name that the
 * extension says, and were not made for it, do not count. */
DexFuture *avb_attached_network_find_machines (AvbLibrary               *library,
                                               AvbContribution          *contribution,
                                               const AvbNetworkInstance *instance) G_GNUC_WARN_UNUSED_RESULT;

/* Takes the interfaces in it out of a machine's definition. Resolves to an int: #AvbApplied. */
DexFuture *avb_attached_network_disconnect (AvbMachine               *machine,
                                            const AvbNetworkInstance *instance) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_attached_network_connect:
 * @contribution: a network of an extension
 * @instance: (nullable): which of its networks, as `network/create` named it; %NULL: the usual one
 * @options: (nullable): what the user chose
 *
 * Connects @machine to a network of an extension: asks which it is, makes it where the host does not have it, and adds a
 * network interface to the machine's definition.
 *
 * Returns: (transfer full): resolves to an int: #AvbApplied. Rejects as avb_extension_call(), avb_connection_ensure_network()
 *   and avb_machine_apply_spec() do, and with %AVB_ERROR_NOT_SUPPORTED for sockets of vhost-user
 */
DexFuture *avb_attached_network_connect (AvbMachine      *machine,
                                         AvbContribution *contribution,
                                         const char      *instance,
                                         JsonObject      *options) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
