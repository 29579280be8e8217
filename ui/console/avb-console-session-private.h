/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-console-session.h"

G_BEGIN_DECLS

/* For the kinds of sessions. */

/* Begins an attempt, unless there is one or nothing to connect to. */
void avb_console_session_connect    (AvbConsoleSession *self);
/* Ends the attempt. */
void avb_console_session_disconnect (AvbConsoleSession *self);
/* For good, and once. To be called when a kind is disposed of, before it lets its parts go. */
void avb_console_session_close      (AvbConsoleSession *self);
/* An attempt is under way, or connected. */
gboolean avb_console_session_is_open (AvbConsoleSession *self);

gboolean avb_console_session_is_viewed (AvbConsoleSession *self);

/* How an attempt ends. @message is nullable. */
void avb_console_session_lost     (AvbConsoleSession *self, const char *message);
void avb_console_session_failed   (AvbConsoleSession *self, const char *message);
void avb_console_session_taken    (AvbConsoleSession *self);
/* The display is of this kind, and not ours. */
void avb_console_session_replace  (AvbConsoleSession *self, AvbConsoleKind kind);

/* It can't be shown by this kind, for a translated @reason: pictures are asked for from now on, until the user wants
 * it tried again or the machine was off. */
void avb_console_session_fall_back (AvbConsoleSession *self, const char *reason);

/* The user must answer @request; or, with %NULL, has done so. */
void avb_console_session_ask      (AvbConsoleSession *self, AvbRequest *request);

void avb_console_session_set_sink            (AvbConsoleSession *self, AvbInputSink *sink);
void avb_console_session_set_server_mouse    (AvbConsoleSession *self, gboolean server_mouse);
void avb_console_session_set_agent_connected (AvbConsoleSession *self, gboolean connected);

/* See avb-console-session-kind.c. */
GType avb_console_session_type_for (AvbConsoleKind kind);
/* How a display is shown. @failure: (nullable): why VMConnect can't. @note: (out) (nullable): see `note` of
 * #AvbConsoleSession */
AvbConsoleKind avb_console_session_settle (const AvbConsoleEndpoint *endpoint,
                                           const char               *failure,
                                           const char              **note);
/* (nullable): why a display of this kind can't be shown by this program */
const char *avb_console_session_refuse (AvbConsoleKind kind);

G_END_DECLS
