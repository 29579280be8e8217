/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-network-spec.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"

#define MAX_NAME 32
#define MIN_BITS 8
#define MAX_BITS 29

static gboolean
name_is_valid (const char *name)
{
  return name != NULL && *name != '-' && *name != '\0' && strlen (name) <= MAX_NAME
         && name[strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static gboolean
is_private (guint32 network, guint bits)
{
  return (network >> 24 == 10 && bits >= 8) || (network >> 20 == (172 << 4 | 1) && bits >= 12)
         || (network >> 16 == (192 << 8 | 168) && bits >= 16);
}

static gboolean
parse_subnet (const char *subnet, guint32 *network, guint *bits)
{
  g_auto (GStrv) parts = g_strsplit (subnet, "/", 3);
  g_autoptr (GInetAddress) address = NULL;
  guint64 number;

  if (g_strv_length (parts) != 2 || !g_ascii_string_to_unsigned (parts[1], 10, MIN_BITS, MAX_BITS, &number, NULL))
    return FALSE;
  address = g_inet_address_new_from_string (parts[0]);
  if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV4)
    return FALSE;
  memcpy (network, g_inet_address_to_bytes (address), sizeof *network);
  *network = GUINT32_FROM_BE (*network);
  *bits = (guint) number;
  return (*network & (G_MAXUINT32 >> *bits)) == 0 && is_private (*network, *bits);
}

gboolean
avb_network_parse_subnet (const char *subnet, guint32 *network, guint *bits, GError **error)
{
  g_return_val_if_fail (subnet != NULL, FALSE);

  if (parse_subnet (subnet, network, bits))
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, subnet,
                                           _ ("The range of addresses of a network must be a private one, such as "
                                              "10.8.1.0/24.")));
  return FALSE;
}

/* (nullable) (transfer full): why it cannot be asked now */
static GError *
check_can_ask (AvbConnection *self, gboolean implemented)
{
  const char *reason = avb_capabilities_get_reason (avb_connection_get_capabilities (self), AVB_FEATURE_NETWORKS);

  if (!implemented || reason != NULL)
    return avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "%s",
                          reason != NULL ? reason : _ ("This hypervisor does not offer this."));
  if (avb_connection_get_link (self) != AVB_LINK_UP)
    return avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, _ ("There is no connection to the hypervisor at the moment."));
  return NULL;
}

DexFuture *
avb_connection_ensure_network (AvbConnection *self, const AvbNetworkSpec *network)
{
  AvbConnectionClass *klass;
  GError             *error;
  guint32             address;
  guint               bits;

  dex_return_error_if_fail (AVB_IS_CONNECTION (self));
  dex_return_error_if_fail (network != NULL);

  klass = AVB_CONNECTION_GET_CLASS (self);
  error = check_can_ask (self, klass->ensure_network != NULL);
  if (error != NULL)
    return dex_future_new_for_error (error);
  if (!name_is_valid (network->name))
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_INVALID, NULL,
        _ ("The name of a network has lower-case letters, digits and dashes only, at most 32.")));
  if (network->subnet != NULL && !avb_network_parse_subnet (network->subnet, &address, &bits, &error))
    return dex_future_new_for_error (error);
  return klass->ensure_network (self, network);
}

DexFuture *
avb_connection_has_network (AvbConnection *self, const char *name, const char *owner)
{
  AvbConnectionClass *klass;
  GError             *error;

  dex_return_error_if_fail (AVB_IS_CONNECTION (self));
  dex_return_error_if_fail (name != NULL);
  dex_return_error_if_fail (owner != NULL);

  klass = AVB_CONNECTION_GET_CLASS (self);
  error = check_can_ask (self, klass->has_network != NULL);
  return error != NULL ? dex_future_new_for_error (error) : klass->has_network (self, name, owner);
}

DexFuture *
avb_connection_remove_network (AvbConnection *self, const char *name, const char *owner)
{
  AvbConnectionClass *klass;
  GError             *error;

  dex_return_error_if_fail (AVB_IS_CONNECTION (self));
  dex_return_error_if_fail (name != NULL);
  dex_return_error_if_fail (owner != NULL);

  klass = AVB_CONNECTION_GET_CLASS (self);
  error = check_can_ask (self, klass->remove_network != NULL);
  return error != NULL ? dex_future_new_for_error (error) : klass->remove_network (self, name, owner);
}
