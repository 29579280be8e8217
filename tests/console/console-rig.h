/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "backends/avb-machine.h"
#include "ui/console/avb-console-settings.h"
#include "ui/console/avb-console.h"

G_BEGIN_DECLS

/* Runs the main loop until @condition holds. Ends the test with @what after five minutes. */
typedef gboolean (*RigCondition) (gpointer data);
void rig_wait (RigCondition condition, gpointer data, const char *what);
/* The same for what the screen must show, with an occasional rig_nudge(). */
void rig_wait_shown (RigCondition condition, gpointer data, const char *what);

/* To be called first by a test whose server draws with OpenGL: GDK's complaints about it do not end it. */
void rig_allow_memfd (void);

/* The SPICE server of spice-server.c as a process. */
typedef struct _RigServer RigServer;

RigServer *rig_server_new     (void);
/* Also with TLS, with the certificates in a folder; see spice-server.c. */
RigServer *rig_server_new_tls (const char *certificates);
void       rig_server_free    (RigServer *server);
/* Sends a command and waits for its "ok". */
void       rig_server_command (RigServer *server, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* The process is killed; the socket stays and refuses. rig_server_start() brings another one. */
void       rig_server_kill    (RigServer *server);
void       rig_server_start   (RigServer *server);
/* Events since the last rig_server_forget(), joined by "; ", but those whose first word is in
 * @words, space separated, only. */
char      *rig_server_events  (RigServer *server, const char *words);
/* That the event "tcp" or "tls" told. */
guint      rig_server_get_port (RigServer *server, const char *word);
void       rig_server_forget  (RigServer *server);
void       rig_server_expect  (RigServer *server, const char *words, const char *events);
const char *rig_server_get_socket (RigServer *server);
/* What the display must show: width × height native xRGB. */
guint32   *rig_server_dump    (RigServer *server, int width, int height);

/* A machine whose display is a UNIX socket. */
#define RIG_TYPE_MACHINE (rig_machine_get_type ())
G_DECLARE_FINAL_TYPE (RigMachine, rig_machine, RIG, MACHINE, AvbMachine)

AvbMachine *rig_machine_new          (const char *socket);
void        rig_machine_set_running  (AvbMachine *machine, gboolean running);
/* (transfer none) (nullable): what avb_machine_find_console() gives instead of the socket */
void        rig_machine_set_endpoint (AvbMachine *machine, const AvbConsoleEndpoint *endpoint);
guint       rig_machine_get_n_opened (AvbMachine *machine);
void        rig_set_display_mode     (AvbMachine *machine, AvbDisplayMode mode);

/* A picture of the screen, native xRGB, from its upper left corner. */
guint32 *rig_screenshot (int width, int height);

/* X11 only: the pointer that is shown. Returns its pixels, as GDK_MEMORY_DEFAULT. */
guint32 *rig_pointer (int *width, int *height, int *hot_x, int *hot_y);

/* On a busy computer the frames of a client on headless sway stop now and then: seen with the console's
 * picture complete and a redraw queued, so it waits for the compositor. Another workspace and
 * back sets them going. Does nothing on X11. */
void rig_nudge (void);

/* What a person does. Keys are Linux codes, places are device pixels of the screen. */
void rig_key    (guint code, gboolean press);
void rig_move   (int x, int y);
void rig_move_by (int dx, int dy); /* as a mouse does, in its own units */
void rig_button (guint button, gboolean press);
void rig_wheel  (int notches);
/* Gives the window the keyboard, or takes it away. */
void rig_focus  (GtkWindow *window, gboolean focused);

/* Undecorated in the screen's upper left corner; waits until it has the keyboard. */
GtkWindow *rig_window_new (GtkWidget *child, int width, int height);
/* The scale that the display was started with. */
double     rig_scale      (void);

void rig_wait_status  (AvbConsole *console, AvbConsoleStatus status);
/* Waits until the console has the server's picture, and until the screen shows it at left, top. */
void rig_wait_texture (AvbConsole *console, RigServer *server, int width, int height);
void rig_wait_screen  (RigServer *server, int width, int height, int left, int top);

G_END_DECLS
