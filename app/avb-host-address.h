/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AvbHostKind:
 * @AVB_HOST_OWN: this computer, the machines of this user.
 * @AVB_HOST_SYSTEM: this computer, the machines that belong to the system.
 * @AVB_HOST_SSH: another computer with libvirt, over SSH.
 * @AVB_HOST_HYPERV: another computer with Hyper-V.
 */
typedef enum {
  AVB_HOST_OWN,
  AVB_HOST_SYSTEM,
  AVB_HOST_SSH,
  AVB_HOST_HYPERV,
  AVB_N_HOST_KINDS,
} AvbHostKind;

/**
 * avb_host_address_build:
 * @host: for another computer: a name, an address of IPv4 or IPv6, and perhaps ":port"; typed, so not trusted. Names of
 *   other scripts become the letters that they are looked up by
 * @user: (nullable): the account there
 *
 * Returns: (transfer full) (nullable): what avb_library_open() takes, or %NULL with %AVB_ERROR_INVALID
 */
char *avb_host_address_build (AvbHostKind kind, const char *host, const char *user, GError **error);

/**
 * avb_host_address_dup_place:
 * @uri: of a connection
 *
 * Returns: (transfer full): "host" or "user@host" of @uri to be shown to people, or @uri itself where it has none: one line,
 *   without anything that could turn the text around it
 */
char *avb_host_address_dup_place (const char *uri);

G_END_DECLS
