/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The one place that knows which session is for which display. */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/console/avb-console-session-private.h"
#include "ui/console/avb-picture-session.h"
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
    default:
      return NULL;
    }
}
