/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"
#include "backends/avb-request.h"
#include "ui/console/avb-guest-monitors.h"
#include "ui/console/avb-input-sink.h"

G_BEGIN_DECLS

/**
 * AvbConsoleStatus:
 * @AVB_CONSOLE_IDLE: no machine, or one without a display to connect to now.
 * @AVB_CONSOLE_CONNECTING: connecting, or waiting for the guest's first picture.
 * @AVB_CONSOLE_CONNECTED: shows the guest.
 * @AVB_CONSOLE_LOST: the connection went; it is tried again while the machine runs.
 * @AVB_CONSOLE_FAILED: see `message`; avb_console_session_reconnect() tries again.
 * @AVB_CONSOLE_ASKING: waits for an answer of the user: see `request` of #AvbConsoleSession.
 * @AVB_CONSOLE_TAKEN: another viewer took the display over, and keeps it until avb_console_session_reconnect().
 */
typedef enum {
  AVB_CONSOLE_IDLE,
  AVB_CONSOLE_CONNECTING,
  AVB_CONSOLE_CONNECTED,
  AVB_CONSOLE_LOST,
  AVB_CONSOLE_FAILED,
  AVB_CONSOLE_ASKING,
  AVB_CONSOLE_TAKEN,
} AvbConsoleStatus;

#define AVB_TYPE_CONSOLE_STATUS (avb_console_status_get_type ())
GType avb_console_status_get_type (void);

/**
 * AvbConsoleOffer:
 *
 * What some kinds of displays have beside a picture, keys and a pointer.
 */
typedef enum {
  AVB_CONSOLE_OFFERS_CLIPBOARD,
  AVB_CONSOLE_OFFERS_FILES,  /* sending them */
  AVB_CONSOLE_OFFERS_FOLDER, /* sharing one while the display is shown */
  AVB_CONSOLE_OFFERS_USB,
  AVB_CONSOLE_OFFERS_SOUND,  /* also the microphone */
  AVB_CONSOLE_OFFERS_MONITORS, /* several, and guests that take the window's size */
} AvbConsoleOffer;

/**
 * AvbConsoleSession:
 *
 * The connection to one machine's display for as long as somebody holds it: connects when the machine
 * has a console, and again, with growing pauses, when the connection is lost. Abstract: there is one for each kind of
 * display, and avb_console_session_hold() chooses. Main thread, from main-loop callbacks.
 *
 * Everything that shows or serves the machine shares one session: windows of several monitors, the
 * clipboard, USB devices, sound.
 *
 * Properties, read-only and notifying: `status` (#AvbConsoleStatus), `message` (string, nullable,
 * translated), `sink` (#AvbInputSink, nullable: keys and pointer, while they can be sent), `server-mouse` (boolean: the
 * guest has no absolute pointer), `agent-connected` (boolean: an agent runs in the guest, and is heard over the display),
 * `request` (#AvbRequest, nullable: what the user must answer before it goes on, while `status` is %AVB_CONSOLE_ASKING),
 * `note` (string, nullable, translated: why the display is not shown as well as it could be; avb_console_session_reconnect()
 * tries the better way again).
 *
 * Signal `replaced`: the machine's display is of another kind than this session. It is closed for good: release it, and hold
 * the machine's session anew.
 */
#define AVB_TYPE_CONSOLE_SESSION (avb_console_session_get_type ())
G_DECLARE_DERIVABLE_TYPE (AvbConsoleSession, avb_console_session, AVB, CONSOLE_SESSION, GObject)

struct _AvbConsoleSessionClass {
  GObjectClass parent_class;

  /* Begins an attempt to connect. The base finds the display, and calls open_endpoint() for one of this kind. */
  void        (*open)          (AvbConsoleSession *self);
  void        (*open_endpoint) (AvbConsoleSession *self, const AvbConsoleEndpoint *endpoint);
  /* Ends the present attempt, if there is one: nothing of it calls back any more. */
  void        (*shut)          (AvbConsoleSession *self);
  /* (nullable): the next attempt knows nothing of former ones: what was asked for is withdrawn. */
  void        (*forget)        (AvbConsoleSession *self);
  /* (nullable): somebody began to look at it, or nobody does any more. */
  void        (*viewed)        (AvbConsoleSession *self);
  const char *(*get_missing)   (AvbConsoleSession *self, AvbConsoleOffer offer);
};

/**
 * avb_console_session_hold:
 *
 * Which kind of display a machine has is known only once it was asked. Until then most are of the first kind, and one that
 * is not is `replaced`; the machine remembers.
 *
 * Returns: (transfer full): the machine's session, which is made if nobody holds one; give it back
 *   with avb_console_session_release()
 */
AvbConsoleSession *avb_console_session_hold      (AvbMachine *machine);
/* (transfer full): disconnects when nobody else holds it. */
void               avb_console_session_release   (AvbConsoleSession *self);

/* The user wants it: begins from the start. */
void               avb_console_session_reconnect (AvbConsoleSession *self);

/* Who shows or records the pictures says so, for as long as it does. */
void               avb_console_session_add_viewer    (AvbConsoleSession *self);
void               avb_console_session_remove_viewer (AvbConsoleSession *self);

/**
 * avb_console_session_get_missing:
 *
 * Returns: (nullable) (transfer none): %NULL if this kind of display has it; else a translated sentence that says why
 *   not
 */
const char       *avb_console_session_get_missing         (AvbConsoleSession *self, AvbConsoleOffer offer);

AvbMachine       *avb_console_session_get_machine         (AvbConsoleSession *self);
AvbConsoleStatus  avb_console_session_get_status          (AvbConsoleSession *self);
const char       *avb_console_session_get_message         (AvbConsoleSession *self); /* (nullable) */
AvbRequest       *avb_console_session_get_request         (AvbConsoleSession *self); /* (nullable) */
const char       *avb_console_session_get_note            (AvbConsoleSession *self); /* (nullable) */
AvbInputSink     *avb_console_session_get_sink            (AvbConsoleSession *self); /* (nullable) */
gboolean          avb_console_session_get_server_mouse    (AvbConsoleSession *self);
gboolean          avb_console_session_get_agent_connected (AvbConsoleSession *self);
AvbGuestMonitors *avb_console_session_get_monitors        (AvbConsoleSession *self);

G_END_DECLS
