/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Why there is no connection, in a sentence. */

#include "config.h"

#include "ui/console/avb-rdp-link.h"

#include <freerdp/error.h>
#include <glib/gi18n-lib.h>

static const struct {
  guint32      error;
  AvbRdpEnding ending;
} endings[] = {
  { FREERDP_ERROR_DNS_ERROR, AVB_RDP_UNREACHABLE },
  { FREERDP_ERROR_DNS_NAME_NOT_FOUND, AVB_RDP_UNREACHABLE },
  { FREERDP_ERROR_CONNECT_FAILED, AVB_RDP_UNREACHABLE },
  /* What a host says in other words than Windows'. */
  { FREERDP_ERROR_AUTHENTICATION_FAILED, AVB_RDP_REFUSED },
  { FREERDP_ERROR_CONNECT_LOGON_FAILURE, AVB_RDP_REFUSED },
  { FREERDP_ERROR_CONNECT_WRONG_PASSWORD, AVB_RDP_REFUSED },
  { FREERDP_ERROR_CONNECT_NO_OR_MISSING_CREDENTIALS, AVB_RDP_REFUSED },
  { FREERDP_ERROR_INSUFFICIENT_PRIVILEGES, AVB_RDP_DENIED },
  { FREERDP_ERROR_SERVER_INSUFFICIENT_PRIVILEGES, AVB_RDP_DENIED },
  { FREERDP_ERROR_SERVER_DENIED_CONNECTION, AVB_RDP_DENIED },
  { FREERDP_ERROR_CONNECT_ACCESS_DENIED, AVB_RDP_DENIED },
  { FREERDP_ERROR_CONNECT_LOGON_TYPE_NOT_GRANTED, AVB_RDP_DENIED },
  { FREERDP_ERROR_CONNECT_CLIENT_REVOKED, AVB_RDP_LOCKED },
  { FREERDP_ERROR_CONNECT_ACCOUNT_DISABLED, AVB_RDP_LOCKED },
  { FREERDP_ERROR_CONNECT_ACCOUNT_RESTRICTION, AVB_RDP_LOCKED },
  { FREERDP_ERROR_CONNECT_ACCOUNT_LOCKED_OUT, AVB_RDP_LOCKED },
  { FREERDP_ERROR_CONNECT_ACCOUNT_EXPIRED, AVB_RDP_LOCKED },
  { FREERDP_ERROR_CONNECT_PASSWORD_EXPIRED, AVB_RDP_EXPIRED },
  { FREERDP_ERROR_CONNECT_PASSWORD_CERTAINLY_EXPIRED, AVB_RDP_EXPIRED },
  { FREERDP_ERROR_CONNECT_PASSWORD_MUST_CHANGE, AVB_RDP_EXPIRED },
};

AvbRdpEnding
avb_rdp_ending_read (gboolean connected, guint32 error, guint32 info)
{
  if (info == ERRINFO_DISCONNECTED_BY_OTHER_CONNECTION)
    return AVB_RDP_TAKEN;
  if (connected)
    return AVB_RDP_LOST;
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (endings[i].error == error)
      return endings[i].ending;
  return AVB_RDP_STRANGE;
}

char *
avb_rdp_ending_format (AvbRdpEnding ending, const AvbConsoleEndpoint *endpoint)
{
  switch (ending)
    {
    case AVB_RDP_UNREACHABLE:
      /* Translators: a name or address, and the number of a port */
      return g_strdup_printf (
          _("VMConnect can’t be reached at %1$s, port %2$u: the display is shown picture by picture."),
          endpoint->host,
          endpoint->port);
    case AVB_RDP_STRANGE:
      return g_strdup_printf (
          _("What answers at %1$s, port %2$u, is not VMConnect: the display is shown picture by picture."),
          endpoint->host,
          endpoint->port);
    case AVB_RDP_UNTRUSTED:
      return g_strdup (
          _("The certificate of VMConnect is not trusted: the display is shown picture by picture."));
    case AVB_RDP_REFUSED:
      return g_strdup (_("VMConnect wants the password of a user: the display is shown picture by picture."));
    case AVB_RDP_DENIED:
      return g_strdup (
          _("The host does not let this user in with VMConnect: the display is shown picture by picture."));
    case AVB_RDP_LOCKED:
      return g_strdup (
          _("The host says that this account can’t be used now: the display is shown picture by picture."));
    case AVB_RDP_EXPIRED:
      return g_strdup (
          _("The host wants the password to be changed first: the display is shown picture by picture."));
    case AVB_RDP_TOO_LARGE:
      return g_strdup (_("The guest’s display is too large to be shown."));
    case AVB_RDP_TAKEN:
      return g_strdup (_("Another viewer took over this display."));
    case AVB_RDP_LOST:
    default:
      return g_strdup (_("The connection to the machine’s display was lost."));
    }
}
