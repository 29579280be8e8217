/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-console-session.h"

G_BEGIN_DECLS

/**
 * AvbVncSession:
 *
 * A display that is reached by VNC: one picture, keys, a pointer, a password of eight bytes. Nobody else is kicked off
 * the display. While nobody looks, no picture is asked for.
 *
 * It is spoken to from main-loop callbacks, never from a fiber: gvnc has coroutines of its own.
 */
#define AVB_TYPE_VNC_SESSION (avb_vnc_session_get_type ())
G_DECLARE_FINAL_TYPE (AvbVncSession, avb_vnc_session, AVB, VNC_SESSION, AvbConsoleSession)

G_END_DECLS
