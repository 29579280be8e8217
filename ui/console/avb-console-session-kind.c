/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The one place that knows which session is for which display. */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/console/avb-console-session-private.h"
#include "ui/console/avb-picture-session.h"
#if AVB_RDP
#include "ui/console/avb-rdp-session.h"
#endif
#include "ui/console/avb-spice-session.h"
#if AVB_VNC
#include "ui/console/avb-vnc-session.h"
#endif

GType
avb_console_session_type_for (AvbConsoleKind kind)
{
  switch (kind)
    {
    case AVB_CONSOLE_PICTURES:
      return AVB_TYPE_PICTURE_SESSION;
    case AVB_CONSOLE_RDP_HOST:
#if AVB_RDP
      return AVB_TYPE_RDP_SESSION;
#else
      return AVB_TYPE_PICTURE_SESSION;
#endif
    case AVB_CONSOLE_VNC_FD:
    case AVB_CONSOLE_VNC_HOST:
#if AVB_VNC
      return AVB_TYPE_VNC_SESSION;
#endif
    case AVB_CONSOLE_NONE:
    case AVB_CONSOLE_SPICE_FD:
    case AVB_CONSOLE_SPICE_HOST:
    default:
      return AVB_TYPE_SPICE_SESSION;
    }
}

const char *
avb_console_session_refuse (AvbConsoleKind kind)
{
  switch (kind)
    {
    case AVB_CONSOLE_VNC_FD:
    case AVB_CONSOLE_VNC_HOST:
#if !AVB_VNC
      return _("This machine’s display is a VNC display, and this program was built without VNC.");
#endif
    case AVB_CONSOLE_NONE:
    case AVB_CONSOLE_SPICE_FD:
    case AVB_CONSOLE_SPICE_HOST:
    case AVB_CONSOLE_PICTURES:
    case AVB_CONSOLE_RDP_HOST:
    default:
      return NULL;
    }
}

AvbConsoleKind
avb_console_session_settle (const AvbConsoleEndpoint *endpoint,
                            const char               *failure,
                            const char              **note)
{
  *note = endpoint->kind == AVB_CONSOLE_PICTURES ? endpoint->reason : NULL;
  if (endpoint->kind != AVB_CONSOLE_RDP_HOST)
    return endpoint->kind;
#if AVB_RDP
  *note = failure;
  return failure != NULL ? AVB_CONSOLE_PICTURES : AVB_CONSOLE_RDP_HOST;
#else
  *note = _("This program was built without FreeRDP: the display is shown picture by picture.");
  return AVB_CONSOLE_PICTURES;
#endif
}
