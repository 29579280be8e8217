/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-vnc-session.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <gvnc.h>
#include <unistd.h>

#include "backends/avb-blocking.h"
#include "ui/console/avb-console-login.h"
#include "ui/console/avb-console-session-private.h"
#include "ui/console/avb-vnc-sink.h"

/* A server that says nothing for so long is none. */
#define PATIENCE_SECONDS 30

struct _AvbVncSession {
  AvbConsoleSession parent_instance;

  AvbConsoleLogin    *login; /* with the first attempt */
  AvbConsoleEndpoint *endpoint;
  VncConnection      *connection; /* of this attempt */
  guint               turn;       /* sockets for an older attempt are closed */
  GCancellable       *cancellable; /* (nullable): of reaching the host */
  guint               patience_source;

  int      width; /* of the surface */
  int      height;
  guint32 *pixels; /* the connection's framebuffer owns them */
  gboolean shown;  /* the server has drawn into them */
  gboolean whole;  /* all of it is to be asked for */
  guint    request_source;
};

G_DEFINE_FINAL_TYPE (AvbVncSession, avb_vnc_session, AVB_TYPE_CONSOLE_SESSION)

static AvbGuestDisplay *
avb_vnc_session_get_display (AvbVncSession *self)
{
  return avb_guest_monitors_get_first_display (
      avb_console_session_get_monitors (AVB_CONSOLE_SESSION (self)));
}

/* --- pictures --- */

static gboolean
request_cb (gpointer data)
{
  AvbVncSession *self = data;

  self->request_source = 0;
  if (self->pixels == NULL || !avb_console_session_is_viewed (AVB_CONSOLE_SESSION (self)))
    return G_SOURCE_REMOVE;
  vnc_connection_framebuffer_update_request (
      self->connection, !self->whole, 0, 0, (guint16) self->width, (guint16) self->height);
  self->whole = FALSE;
  return G_SOURCE_REMOVE;
}

/* What changes from now on is wanted; an update of many parts is answered once. */
static void
avb_vnc_session_request (AvbVncSession *self)
{
  if (self->request_source == 0)
    self->request_source = g_idle_add (request_cb, self);
}

static void
update_cb (VncConnection *connection, int x, int y, int width, int height, AvbVncSession *self)
{
  AvbGuestDisplay *display = avb_vnc_session_get_display (self);
  g_autoptr (GError) error = NULL;

  if (self->pixels == NULL)
    return;
  if (self->shown)
    avb_framebuffer_invalidate (
        avb_guest_display_get_framebuffer (display), x, y, width, height);
  else if (avb_guest_display_show (
               display, self->width, self->height, self->width * 4, self->pixels, &error))
    self->shown = TRUE;
  else
    {
      avb_console_session_failed (AVB_CONSOLE_SESSION (self), error->message);
      return;
    }
  avb_vnc_session_request (self);
}

/* Makes the surface that the connection draws to. Returns: whether it may be so large */
static gboolean
avb_vnc_session_make_surface (AvbVncSession *self, int width, int height)
{
  gsize    n_bytes = (gsize) width * (gsize) height * 4;
  guint32 *pixels;
  g_autoptr (GObject) framebuffer = NULL;
  const VncPixelFormat local = {
    .bits_per_pixel = 32,
    .depth = 24,
    .byte_order = G_BYTE_ORDER,
    .true_color_flag = 1,
    .red_max = 255,
    .green_max = 255,
    .blue_max = 255,
    .red_shift = 16,
    .green_shift = 8,
    .blue_shift = 0,
  };

  if (width <= 0 || height <= 0 || width > AVB_FRAMEBUFFER_MAX_EDGE
      || height > AVB_FRAMEBUFFER_MAX_EDGE || n_bytes > AVB_FRAMEBUFFER_MAX_BYTES)
    return FALSE;
  avb_guest_display_drop (avb_vnc_session_get_display (self));
  pixels = g_malloc0 (n_bytes);
  framebuffer = G_OBJECT (
      vnc_base_framebuffer_new ((guint8 *) pixels,
                                (guint16) width,
                                (guint16) height,
                                width * 4,
                                &local,
                                vnc_connection_get_pixel_format (self->connection)));
  /* As long as anything of the connection could draw to them. */
  g_object_set_data_full (framebuffer, "avb-pixels", pixels, g_free);
  self->pixels = pixels;
  self->width = width;
  self->height = height;
  self->shown = FALSE;
  self->whole = TRUE;
  vnc_connection_set_framebuffer (self->connection, VNC_FRAMEBUFFER (framebuffer));
  avb_vnc_session_request (self);
  return TRUE;
}

static void
resize_cb (VncConnection *connection, int width, int height, AvbVncSession *self)
{
  if (!avb_vnc_session_make_surface (self, width, height))
    avb_console_session_failed (AVB_CONSOLE_SESSION (self),
                                _("The guest’s display is too large to be shown."));
}

static void
cursor_cb (VncConnection *connection, VncCursor *cursor, AvbVncSession *self)
{
  AvbGuestCursor *shape = avb_guest_display_get_cursor (avb_vnc_session_get_display (self));

  /* Nothing tells where a pointer is that the guest moves itself. */
  if (cursor == NULL || !vnc_connection_get_abs_pointer (connection))
    avb_guest_cursor_set_shape (shape, 0, 0, 0, 0, NULL);
  else
    avb_guest_cursor_set_shape (shape,
                                vnc_cursor_get_width (cursor),
                                vnc_cursor_get_height (cursor),
                                vnc_cursor_get_hotx (cursor),
                                vnc_cursor_get_hoty (cursor),
                                vnc_cursor_get_data (cursor));
}

static void
pointer_mode_cb (VncConnection *connection, gboolean absolute, AvbVncSession *self)
{
  avb_console_session_set_server_mouse (AVB_CONSOLE_SESSION (self), !absolute);
  cursor_cb (connection, vnc_connection_get_cursor (connection), self);
}

/* --- how the connection goes --- */

static void
initialized_cb (VncConnection *connection, AvbVncSession *self)
{
  gint32 encodings[] = {
    VNC_CONNECTION_ENCODING_EXT_KEY_EVENT,
    VNC_CONNECTION_ENCODING_POINTER_CHANGE,
    VNC_CONNECTION_ENCODING_LED_STATE,
    VNC_CONNECTION_ENCODING_DESKTOP_RESIZE,
    VNC_CONNECTION_ENCODING_ALPHA_CURSOR,
    VNC_CONNECTION_ENCODING_RICH_CURSOR,
    VNC_CONNECTION_ENCODING_XCURSOR,
    VNC_CONNECTION_ENCODING_COPY_RECT,
    /* The first one that the server knows: on this computer nothing is won by packing. */
    self->endpoint->kind == AVB_CONSOLE_VNC_FD ? VNC_CONNECTION_ENCODING_RAW
                                               : VNC_CONNECTION_ENCODING_ZRLE,
    VNC_CONNECTION_ENCODING_HEXTILE,
    VNC_CONNECTION_ENCODING_RRE,
    VNC_CONNECTION_ENCODING_RAW,
  };
  VncPixelFormat *format
      = vnc_pixel_format_copy ((VncPixelFormat *) vnc_connection_get_pixel_format (connection));
  g_autoptr (AvbInputSink) sink = NULL;

  g_clear_handle_id (&self->patience_source, g_source_remove);
  avb_console_login_accepted (self->login);
  format->bits_per_pixel = 32;
  format->depth = 24;
  format->byte_order = G_BYTE_ORDER;
  format->true_color_flag = 1;
  format->red_max = format->green_max = format->blue_max = 255;
  format->red_shift = 16;
  format->green_shift = 8;
  format->blue_shift = 0;
  vnc_connection_set_pixel_format (connection, format);
  vnc_pixel_format_free (format);
  vnc_connection_set_encodings (connection, G_N_ELEMENTS (encodings), encodings);
  if (!avb_vnc_session_make_surface (self,
                                     vnc_connection_get_width (connection),
                                     vnc_connection_get_height (connection)))
    {
      avb_console_session_failed (AVB_CONSOLE_SESSION (self),
                                  _("The guest’s display is too large to be shown."));
      return;
    }
  sink = avb_vnc_sink_new (connection);
  avb_console_session_set_sink (AVB_CONSOLE_SESSION (self), sink);
}

static void
disconnected_cb (VncConnection *connection, AvbVncSession *self)
{
  avb_console_session_lost (AVB_CONSOLE_SESSION (self),
                            _("The connection to the machine’s display was lost."));
}

static gboolean
patience_cb (gpointer data)
{
  AvbVncSession *self = data;

  self->patience_source = 0;
  avb_console_session_lost (data, _("The machine’s display does not answer."));
  return G_SOURCE_REMOVE;
}

static void
error_cb (VncConnection *connection, const char *message, AvbVncSession *self)
{
  g_debug ("VNC: %s", message);
}

/* --- letting us in --- */

static void
choose_type_cb (VncConnection *connection, GValueArray *types, AvbVncSession *self)
{
  static const guint known[] = { VNC_CONNECTION_AUTH_NONE, VNC_CONNECTION_AUTH_VNC };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    for (guint j = 0; j < types->n_values; j++)
      if ((guint) g_value_get_enum (&types->values[j]) == known[i])
        {
          vnc_connection_set_auth_type (connection, known[i]);
          return;
        }
  avb_console_session_failed (
      AVB_CONSOLE_SESSION (self),
      _("The machine’s display wants an encryption or a way to log in that this program does not know for VNC."));
}

static void
unsupported_cb (VncConnection *connection, guint type, AvbVncSession *self)
{
  avb_console_session_failed (
      AVB_CONSOLE_SESSION (self),
      _("The machine’s display wants an encryption or a way to log in that this program does not know for VNC."));
}

static void
avb_vnc_session_refused (AvbVncSession *self)
{
  avb_console_session_disconnect (AVB_CONSOLE_SESSION (self));
  avb_console_login_refused (self->login);
}

static void
credential_cb (VncConnection *connection, GValueArray *credentials, AvbVncSession *self)
{
  const char *password = avb_console_login_choose (self->login, self->endpoint);

  for (guint i = 0; i < credentials->n_values; i++)
    {
      int kind = g_value_get_enum (&credentials->values[i]);

      if (kind == VNC_CONNECTION_CREDENTIAL_PASSWORD && password != NULL)
        vnc_connection_set_credential (connection, kind, password);
      else if (kind == VNC_CONNECTION_CREDENTIAL_PASSWORD)
        {
          avb_vnc_session_refused (self);
          return;
        }
      else
        {
          unsupported_cb (connection, 0, self);
          return;
        }
    }
}

static void
auth_failure_cb (VncConnection *connection, const char *reason, AvbVncSession *self)
{
  avb_vnc_session_refused (self);
}

static void
login_cancelled_cb (AvbConsoleLogin *login, AvbConsoleSession *self)
{
  avb_console_session_failed (self, _("The machine’s display is shown only with its password."));
}

/* --- attempts --- */

typedef struct {
  GWeakRef session;
  guint    turn;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_weak_ref_clear (&request->session);
  g_free (request);
}

static DexFuture *
fd_opened_cb (DexFuture *future, gpointer data)
{
  Request *request = data;
  g_autoptr (AvbVncSession) self = g_weak_ref_get (&request->session);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  gboolean      wanted
      = self != NULL && self->turn == request->turn && self->connection != NULL;

  if (wanted && value == NULL)
    avb_console_session_lost (AVB_CONSOLE_SESSION (self), error->message);
  else if (wanted && !vnc_connection_open_fd (self->connection, g_value_get_int (value)))
    avb_console_session_lost (AVB_CONSOLE_SESSION (self),
                              _("The connection to the machine’s display was lost."));
  else if (!wanted && value != NULL)
    close (g_value_get_int (value));
  return dex_future_new_true ();
}

static void
avb_vnc_session_open_fd (AvbVncSession *self)
{
  Request *request = g_new0 (Request, 1);

  g_weak_ref_init (&request->session, self);
  request->turn = self->turn;
  avb_future_finish (
      dex_future_finally (avb_machine_open_console_fd (
                              avb_console_session_get_machine (AVB_CONSOLE_SESSION (self))),
                          fd_opened_cb,
                          request,
                          request_free),
      "open the display");
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Request *request = data;
  g_autoptr (AvbVncSession) self = g_weak_ref_get (&request->session);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketConnection) stream
      = g_socket_client_connect_to_host_finish (G_SOCKET_CLIENT (source), result, &error);
  int fd = -1;

  if (self != NULL && self->turn == request->turn && self->connection != NULL)
    {
      if (stream != NULL)
        fd = dup (g_socket_get_fd (g_socket_connection_get_socket (stream)));
      if (fd < 0 || !vnc_connection_open_fd (self->connection, fd))
        avb_console_session_lost (AVB_CONSOLE_SESSION (self),
                                  _("The machine’s display can’t be reached."));
    }
  request_free (request);
}

/* gvnc would look the name up while everything waits. */
static void
avb_vnc_session_open_host (AvbVncSession *self)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  Request *request = g_new0 (Request, 1);

  g_weak_ref_init (&request->session, self);
  request->turn = self->turn;
  self->cancellable = g_cancellable_new ();
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_to_host_async (client,
                                         self->endpoint->host,
                                         (guint16) self->endpoint->port,
                                         self->cancellable,
                                         connected_cb,
                                         request);
}

static void
avb_vnc_session_open_endpoint (AvbConsoleSession *session, const AvbConsoleEndpoint *endpoint)
{
  AvbVncSession *self = AVB_VNC_SESSION (session);

  if (endpoint->kind == AVB_CONSOLE_VNC_HOST
      && (endpoint->host == NULL || endpoint->port == 0 || endpoint->port > G_MAXUINT16))
    {
      avb_console_session_failed (session,
                                  _("It is not known where the machine’s display can be reached."));
      return;
    }
  if (self->login == NULL)
    self->login = avb_console_login_new (session, G_CALLBACK (login_cancelled_cb));
  g_clear_pointer (&self->endpoint, avb_console_endpoint_free);
  self->endpoint = avb_console_endpoint_copy (endpoint);
  self->turn++;
  self->connection = vnc_connection_new ();
  vnc_connection_set_shared (self->connection, TRUE);
  g_signal_connect (self->connection, "vnc-initialized", G_CALLBACK (initialized_cb), self);
  g_signal_connect (self->connection, "vnc-disconnected", G_CALLBACK (disconnected_cb), self);
  g_signal_connect (self->connection, "vnc-error", G_CALLBACK (error_cb), self);
  g_signal_connect (self->connection, "vnc-auth-choose-type", G_CALLBACK (choose_type_cb), self);
  g_signal_connect (self->connection, "vnc-auth-unsupported", G_CALLBACK (unsupported_cb), self);
  g_signal_connect (self->connection, "vnc-auth-credential", G_CALLBACK (credential_cb), self);
  g_signal_connect (self->connection, "vnc-auth-failure", G_CALLBACK (auth_failure_cb), self);
  g_signal_connect (self->connection, "vnc-framebuffer-update", G_CALLBACK (update_cb), self);
  g_signal_connect (self->connection, "vnc-desktop-resize", G_CALLBACK (resize_cb), self);
  g_signal_connect (self->connection, "vnc-cursor-changed", G_CALLBACK (cursor_cb), self);
  g_signal_connect (
      self->connection, "vnc-pointer-mode-changed", G_CALLBACK (pointer_mode_cb), self);
  self->patience_source = g_timeout_add_seconds (PATIENCE_SECONDS, patience_cb, self);
  if (endpoint->kind == AVB_CONSOLE_VNC_FD)
    avb_vnc_session_open_fd (self);
  else
    avb_vnc_session_open_host (self);
}

static void
avb_vnc_session_shut (AvbConsoleSession *session)
{
  AvbVncSession *self = AVB_VNC_SESSION (session);
  g_autoptr (VncConnection) connection = g_steal_pointer (&self->connection);

  g_clear_handle_id (&self->patience_source, g_source_remove);
  g_clear_handle_id (&self->request_source, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (connection == NULL)
    return;
  g_signal_handlers_disconnect_by_data (connection, self);
  avb_guest_display_drop (avb_vnc_session_get_display (self));
  avb_guest_cursor_set_shape (
      avb_guest_display_get_cursor (avb_vnc_session_get_display (self)), 0, 0, 0, 0, NULL);
  self->pixels = NULL;
  self->shown = FALSE;
  vnc_connection_shutdown (connection);
}

static void
avb_vnc_session_forget (AvbConsoleSession *session)
{
  AvbVncSession *self = AVB_VNC_SESSION (session);

  if (self->login != NULL)
    avb_console_login_reset (self->login);
}

static void
avb_vnc_session_viewed (AvbConsoleSession *session)
{
  AvbVncSession *self = AVB_VNC_SESSION (session);

  if (self->pixels != NULL)
    avb_vnc_session_request (self);
}

static const char *
avb_vnc_session_get_missing (AvbConsoleSession *session, AvbConsoleOffer offer)
{
  switch (offer)
    {
    case AVB_CONSOLE_OFFERS_CLIPBOARD:
      return _("The clipboard is not shared with a VNC display.");
    case AVB_CONSOLE_OFFERS_FILES:
      return _("A VNC display takes no files. Share a folder instead.");
    case AVB_CONSOLE_OFFERS_FOLDER:
      return _("A VNC display shares no folder by itself.");
    case AVB_CONSOLE_OFFERS_USB:
      return _("USB devices of this computer can’t be connected over a VNC display.");
    case AVB_CONSOLE_OFFERS_SOUND:
      return _("A VNC display has no sound here.");
    case AVB_CONSOLE_OFFERS_MONITORS:
    default:
      return _("A VNC display has one monitor, of the guest’s size");
    }
}

static void
avb_vnc_session_dispose (GObject *object)
{
  AvbVncSession *self = AVB_VNC_SESSION (object);

  avb_console_session_close (AVB_CONSOLE_SESSION (self));
  g_clear_object (&self->login);
  g_clear_pointer (&self->endpoint, avb_console_endpoint_free);
  G_OBJECT_CLASS (avb_vnc_session_parent_class)->dispose (object);
}

static void
avb_vnc_session_class_init (AvbVncSessionClass *klass)
{
  AvbConsoleSessionClass *session_class = AVB_CONSOLE_SESSION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_vnc_session_dispose;
  session_class->open_endpoint = avb_vnc_session_open_endpoint;
  session_class->shut = avb_vnc_session_shut;
  session_class->forget = avb_vnc_session_forget;
  session_class->viewed = avb_vnc_session_viewed;
  session_class->get_missing = avb_vnc_session_get_missing;
}

static void
avb_vnc_session_init (AvbVncSession *self)
{
}
