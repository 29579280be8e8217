/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-connection.h"

G_BEGIN_DECLS

/**
 * AvbNetworkSpec:
 *
 * A virtual network of a host, for machines that belong together. A plain value.
 */
struct _AvbNetworkSpec {
  const char *name;   /* 1 to 32 lower-case letters, digits and dashes */
  gboolean    nat;    /* it reaches the world through the host; else nothing but its machines */
  gboolean    dhcp;   /* the host hands out addresses */
  const char *subnet; /* (nullable): "10.8.1.0/24", private; else the host chooses */
  const char *owner;  /* (nullable): for whom it is made, in letters, digits, dots and dashes */
};

/**
 * avb_connection_ensure_network:
 *
 * Makes the network and starts it, at each start of the host too. One of this name that is there stays as it is, and is
 * started if it is not. Machines are connected to it by %AVB_INTERFACE_NETWORK.
 *
 * Returns: (transfer full): resolves to %TRUE; rejects with %AVB_ERROR_NOT_SUPPORTED and the reason of
 *   %AVB_FEATURE_NETWORKS, %AVB_ERROR_INVALID for a name or subnet that cannot be used, …
 */
DexFuture *avb_connection_ensure_network (AvbConnection        *self,
                                          const AvbNetworkSpec *network) G_GNUC_WARN_UNUSED_RESULT;

/* Resolves to a boolean: whether there is a network of this name that avb_connection_ensure_network() made for @owner. Rejects
 * as that does. */
DexFuture *avb_connection_has_network (AvbConnection *self,
                                       const char    *name,
                                       const char    *owner) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_connection_remove_network:
 * @owner: for whom it was made
 *
 * Stops and removes a network that avb_connection_ensure_network() made. One that is not there, or was made for somebody else
 * or by somebody else, is left alone. Machines that are connected are not asked.
 *
 * Returns: (transfer full): resolves to %TRUE; rejects as avb_connection_ensure_network() does
 */
DexFuture *avb_connection_remove_network (AvbConnection *self,
                                          const char    *name,
                                          const char    *owner) G_GNUC_WARN_UNUSED_RESULT;

/* For backends. Of "10.8.1.0/24", with 8 to 29 bits: the first address is the host's. %FALSE with %AVB_ERROR_INVALID for what
 * is no private network of IPv4. Addresses are in the host's order of bytes. */
gboolean avb_network_parse_subnet (const char *subnet, guint32 *network, guint *bits, GError **error);

G_END_DECLS
