/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The thread of a connection: all that FreeRDP does, it does here. */

#include "config.h"

#include <freerdp/codec/color.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/graphics.h>
#include <freerdp/input.h>
#include <freerdp/scancode.h>
#include <freerdp/settings.h>
#include <freerdp/transport_io.h>
#include <gio/gio.h>
#include <winpr/synch.h>
#include <winpr/wlog.h>

#ifdef G_OS_UNIX
#include <fcntl.h>
#include <unistd.h>
#endif

#include "backends/avb-certificate-request.h"
#include "ui/console/avb-framebuffer.h"
#include "ui/console/avb-rdp-private.h"

/* What is drawn at once is shown at once, but not later than after this. */
#define GATHER_US 10000
/* More parts than this are one. */
#define MAX_PARTS 64

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define NATIVE_XRGB PIXEL_FORMAT_BGRX32
#else
#define NATIVE_XRGB PIXEL_FORMAT_XRGB32
#endif

/* FreeRDP makes it, larger than its own. */
typedef struct {
  rdpContext      context;
  AvbRdpShared   *shared;
  cairo_region_t *damage;
  gint64          damaged_at; /* the oldest of it */
  gboolean        is_tried;   /* to reach the host */
  gboolean        is_reached;
} Context;

typedef struct {
  rdpPointer pointer;
  guint8    *rgba;
} Pointer;

static AvbRdpShared *
get_shared (rdpContext *context)
{
  return ((Context *) context)->shared;
}

static gboolean
is_closed (AvbRdpShared *shared)
{
  gboolean closed;

  g_mutex_lock (&shared->mutex);
  closed = shared->closed;
  g_mutex_unlock (&shared->mutex);
  return closed;
}

/* --- what FreeRDP says --- */

static BOOL
log_cb (const wLogMessage *message)
{
  g_debug ("FreeRDP: %s", message->TextString != NULL ? message->TextString : "");
  return TRUE;
}

/* It would write to the terminal. */
static void
quieten (void)
{
  static gsize     once;
  static wLogCallbacks callbacks = { .message = log_cb };

  if (g_once_init_enter (&once))
    {
      wLog *root = WLog_GetRoot ();

      WLog_SetLogAppenderType (root, WLOG_APPENDER_CALLBACK);
      WLog_ConfigureAppender (WLog_GetLogAppender (root), "callbacks", &callbacks);
      WLog_SetLogLevel (root, WLOG_ERROR);
      g_once_init_leave (&once, 1);
    }
}

/* --- reaching the host --- */

#ifdef G_OS_UNIX
/* A socket that blocks, which GIO's do not. Returns: -1 where there is none */
static int
open_socket (AvbRdpShared *shared)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  int fd = -1;

  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_set_timeout (client, AVB_RDP_TIMEOUT_S);
  connection = g_socket_client_connect_to_host (client,
                                                shared->endpoint->host,
                                                (guint16) shared->endpoint->port,
                                                shared->cancellable,
                                                NULL);
  if (connection != NULL)
    fd = fcntl (g_socket_get_fd (g_socket_connection_get_socket (connection)), F_DUPFD_CLOEXEC, 3);
  if (fd < 0)
    return -1;
  fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) & ~O_NONBLOCK);
  g_mutex_lock (&shared->mutex);
  g_set_object (&shared->connection, connection);
  if (shared->closed)
    avb_rdp_shared_hang_up (shared);
  g_mutex_unlock (&shared->mutex);
  return fd;
}

/* FreeRDP's own does not see that nobody answers, can't be cancelled while a name is looked up, and tries a second
 * time, password and all. */
static int
connect_cb (rdpContext *context, rdpSettings *settings, const char *host, int port, DWORD timeout)
{
  Context *self = (Context *) context;
  int      fd = self->is_tried ? -1 : open_socket (self->shared);

  self->is_tried = TRUE;
  self->is_reached = self->is_reached || fd >= 0;
  if (fd < 0)
    freerdp_set_last_error (context,
                            self->is_reached ? FREERDP_ERROR_SECURITY_NEGO_CONNECT_FAILED
                                             : FREERDP_ERROR_CONNECT_FAILED);
  return fd;
}

static gboolean
set_transport (Context *self)
{
  rdpTransportIo io = *freerdp_get_io_callbacks (&self->context);

  io.TCPConnect = connect_cb;
  return freerdp_set_io_callbacks (&self->context, &io);
}
#else
static gboolean
set_transport (Context *self)
{
  return TRUE;
}
#endif

/* --- whom we talk to --- */

static int
verify_cb (freerdp    *instance,
           const BYTE *data,
           size_t      length,
           const char *hostname,
           UINT16      port,
           DWORD       flags)
{
  AvbRdpShared *shared = get_shared (instance->context);
  g_autofree char *pem = g_strndup ((const char *) data, length);
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_pem (pem, -1, NULL);
  g_autoptr (GSocketConnectable) identity
      = g_network_address_new (shared->endpoint->host, (guint16) shared->endpoint->port);
  g_autofree char *fingerprint = NULL;
  GTlsCertificateFlags errors;

  if (certificate == NULL)
    return 0;
  fingerprint = avb_certificate_fingerprint (certificate);
  if (g_strcmp0 (fingerprint, shared->fingerprint) == 0)
    return 2;
  errors = g_tls_database_verify_chain (
      g_tls_backend_get_default_database (g_tls_backend_get_default ()),
      certificate,
      G_TLS_DATABASE_PURPOSE_AUTHENTICATE_SERVER,
      identity,
      NULL,
      G_TLS_DATABASE_VERIFY_NONE,
      NULL,
      NULL);
  if (errors == 0)
    return 2;
  g_mutex_lock (&shared->mutex);
  g_set_object (&shared->untrusted, certificate);
  shared->untrusted_errors = errors;
  g_mutex_unlock (&shared->mutex);
  return 0;
}

/* --- the pointer --- */

static void
take_cursor (rdpContext *context, const rdpPointer *pointer, guint8 *rgba)
{
  AvbRdpShared *shared = get_shared (context);

  g_mutex_lock (&shared->mutex);
  g_free (shared->cursor.rgba);
  shared->cursor = (AvbRdpCursor) { .rgba = rgba };
  if (pointer != NULL)
    {
      shared->cursor.width = (int) pointer->width;
      shared->cursor.height = (int) pointer->height;
      shared->cursor.hot_x = (int) MIN (pointer->xPos, pointer->width - 1);
      shared->cursor.hot_y = (int) MIN (pointer->yPos, pointer->height - 1);
    }
  else if (rgba != NULL)
    shared->cursor.width = shared->cursor.height = 1;
  avb_rdp_shared_tell (shared, AVB_RDP_TELL_CURSOR);
  g_mutex_unlock (&shared->mutex);
}

static BOOL
pointer_new_cb (rdpContext *context, rdpPointer *pointer)
{
  Pointer *self = (Pointer *) pointer;

  if (pointer->width == 0 || pointer->height == 0 || pointer->width > AVB_RDP_MAX_CURSOR
      || pointer->height > AVB_RDP_MAX_CURSOR)
    return FALSE;
  self->rgba = g_malloc0 ((gsize) pointer->width * pointer->height * 4);
  return freerdp_image_copy_from_pointer_data (self->rgba,
                                               PIXEL_FORMAT_RGBA32,
                                               0,
                                               0,
                                               0,
                                               pointer->width,
                                               pointer->height,
                                               pointer->xorMaskData,
                                               pointer->lengthXorMask,
                                               pointer->andMaskData,
                                               pointer->lengthAndMask,
                                               pointer->xorBpp,
                                               &context->gdi->palette);
}

static void
pointer_free_cb (rdpContext *context, rdpPointer *pointer)
{
  g_clear_pointer (&((Pointer *) pointer)->rgba, g_free);
}

static BOOL
pointer_set_cb (rdpContext *context, rdpPointer *pointer)
{
  const Pointer *self = (const Pointer *) pointer;

  if (self->rgba != NULL)
    take_cursor (context,
                 pointer,
                 g_memdup2 (self->rgba, (gsize) pointer->width * pointer->height * 4));
  return TRUE;
}

static BOOL
pointer_set_null_cb (rdpContext *context)
{
  take_cursor (context, NULL, g_malloc0 (4));
  return TRUE;
}

static BOOL
pointer_set_default_cb (rdpContext *context)
{
  take_cursor (context, NULL, NULL);
  return TRUE;
}

static BOOL
pointer_set_position_cb (rdpContext *context, UINT32 x, UINT32 y)
{
  return TRUE;
}

/* --- pictures --- */

/* Returns: whether the display may be so large; else it ends so */
static gboolean
check_size (rdpContext *context)
{
  AvbRdpShared *shared = get_shared (context);
  gsize width = freerdp_settings_get_uint32 (context->settings, FreeRDP_DesktopWidth);
  gsize height = freerdp_settings_get_uint32 (context->settings, FreeRDP_DesktopHeight);

  if (width > 0 && height > 0 && width <= AVB_FRAMEBUFFER_MAX_EDGE
      && height <= AVB_FRAMEBUFFER_MAX_EDGE && width * height * 4 <= AVB_FRAMEBUFFER_MAX_BYTES)
    return TRUE;
  g_mutex_lock (&shared->mutex);
  shared->ending = AVB_RDP_TOO_LARGE;
  g_mutex_unlock (&shared->mutex);
  return FALSE;
}

static void
add_damage (Context *self, int x, int y, int width, int height)
{
  const cairo_rectangle_int_t whole = { 0, 0, self->context.gdi->width, self->context.gdi->height };
  const cairo_rectangle_int_t part = { x, y, width, height };
  cairo_rectangle_int_t       extents;

  if (cairo_region_is_empty (self->damage))
    self->damaged_at = g_get_monotonic_time ();
  cairo_region_union_rectangle (self->damage, &part);
  cairo_region_intersect_rectangle (self->damage, &whole);
  if (cairo_region_num_rectangles (self->damage) <= MAX_PARTS)
    return;
  cairo_region_get_extents (self->damage, &extents);
  cairo_region_union_rectangle (self->damage, &extents);
}

static BOOL
begin_paint_cb (rdpContext *context)
{
  GDI_WND *window = context->gdi->primary->hdc->hwnd;

  window->invalid->null = TRUE;
  window->ninvalid = 0;
  return TRUE;
}

static BOOL
end_paint_cb (rdpContext *context)
{
  GDI_WND *window = context->gdi->primary->hdc->hwnd;

  if (window->invalid->null)
    return TRUE;
  for (int i = 0; i < window->ninvalid; i++)
    {
      const GDI_RGN *part = &window->cinvalid[i];

      if (part->w > 0 && part->h > 0)
        add_damage ((Context *) context, part->x, part->y, part->w, part->h);
    }
  return begin_paint_cb (context);
}

static BOOL
desktop_resize_cb (rdpContext *context)
{
  if (!check_size (context)
      || !gdi_resize (context->gdi,
                      freerdp_settings_get_uint32 (context->settings, FreeRDP_DesktopWidth),
                      freerdp_settings_get_uint32 (context->settings, FreeRDP_DesktopHeight)))
    return FALSE;
  add_damage ((Context *) context, 0, 0, context->gdi->width, context->gdi->height);
  return TRUE;
}

static gboolean
is_damaged (Context *self)
{
  return !cairo_region_is_empty (self->damage);
}

static gboolean
is_late (Context *self)
{
  return is_damaged (self) && g_get_monotonic_time () - self->damaged_at > GATHER_US;
}

/* Waits until the main thread has taken what changed. */
static void
hand_over (Context *self)
{
  AvbRdpShared *shared = self->shared;
  rdpGdi       *gdi = self->context.gdi;

  if (!is_damaged (self))
    return;
  g_mutex_lock (&shared->mutex);
  shared->picture = (AvbRdpPicture) {
    gdi->width, gdi->height, (int) gdi->stride, gdi->primary_buffer, self->damage
  };
  shared->is_parked = !shared->closed;
  avb_rdp_shared_tell (shared, AVB_RDP_TELL_PICTURE);
  while (shared->is_parked)
    g_cond_wait (&shared->cond, &shared->mutex);
  shared->picture = (AvbRdpPicture) { 0 };
  g_mutex_unlock (&shared->mutex);
  cairo_region_destroy (self->damage);
  self->damage = cairo_region_create ();
}

static BOOL
keyboard_indicators_cb (rdpContext *context, UINT16 flags)
{
  AvbRdpShared *shared = get_shared (context);

  g_mutex_lock (&shared->mutex);
  shared->locks = flags & (KBD_SYNC_SCROLL_LOCK | KBD_SYNC_NUM_LOCK | KBD_SYNC_CAPS_LOCK);
  avb_rdp_shared_tell (shared, AVB_RDP_TELL_LOCKS);
  g_mutex_unlock (&shared->mutex);
  return TRUE;
}

/* --- keys and pointer --- */

static BOOL
send_one (rdpInput *rdp, const AvbRdpInput *input)
{
  switch (input->kind)
    {
    case AVB_RDP_KEY:
      return freerdp_input_send_keyboard_event_ex (
          rdp,
          input->press,
          input->repeat,
          (input->code & 0x7f) | (input->code >= 0x100 ? (guint) KBDEXT : 0));
    case AVB_RDP_PAUSE:
      return freerdp_input_send_keyboard_pause_event (rdp);
    case AVB_RDP_LOCKS:
      return freerdp_input_send_synchronize_event (rdp, input->flags);
    case AVB_RDP_MOUSE:
      return freerdp_input_send_mouse_event (rdp, input->flags, input->x, input->y);
    case AVB_RDP_EXTENDED_MOUSE:
      return freerdp_input_send_extended_mouse_event (rdp, input->flags, input->x, input->y);
    default:
      return TRUE;
    }
}

static gboolean
send_input (Context *self)
{
  AvbRdpShared *shared = self->shared;
  g_autoptr (GArray) input = NULL;
  gboolean sent = TRUE;

  g_mutex_lock (&shared->mutex);
  ResetEvent (shared->wake);
  input = g_steal_pointer (&shared->input);
  shared->input = g_array_new (FALSE, FALSE, sizeof (AvbRdpInput));
  g_mutex_unlock (&shared->mutex);
  for (guint i = 0; i < input->len && sent; i++)
    sent = send_one (self->context.input, &g_array_index (input, AvbRdpInput, i));
  return sent;
}

/* --- the connection --- */

static BOOL
pre_connect_cb (freerdp *instance)
{
  /* Pictures only: no lines, no glyphs, nothing kept for the host. */
  guint8 *orders
      = freerdp_settings_get_pointer_writable (instance->context->settings, FreeRDP_OrderSupport);

  if (orders != NULL)
    memset (orders, 0, 32);
  return TRUE;
}

static BOOL
post_connect_cb (freerdp *instance)
{
  static const rdpPointer pointer = {
    .size = sizeof (Pointer),
    .New = pointer_new_cb,
    .Free = pointer_free_cb,
    .Set = pointer_set_cb,
    .SetNull = pointer_set_null_cb,
    .SetDefault = pointer_set_default_cb,
    .SetPosition = pointer_set_position_cb,
  };
  rdpContext *context = instance->context;

  if (!check_size (context) || !gdi_init (instance, NATIVE_XRGB))
    return FALSE;
  graphics_register_pointer (context->graphics, &pointer);
  context->update->BeginPaint = begin_paint_cb;
  context->update->EndPaint = end_paint_cb;
  context->update->DesktopResize = desktop_resize_cb;
  context->update->SetKeyboardIndicators = keyboard_indicators_cb;
  return TRUE;
}

static void
post_disconnect_cb (freerdp *instance)
{
  gdi_free (instance);
}

static void
run (Context *self)
{
  rdpContext *context = &self->context;

  while (!freerdp_shall_disconnect_context (context) && !is_closed (self->shared))
    {
      HANDLE handles[MAXIMUM_WAIT_OBJECTS] = { self->shared->wake };
      DWORD  n = freerdp_get_event_handles (context, &handles[1], G_N_ELEMENTS (handles) - 1);

      DWORD  status = n > 0 ? WaitForMultipleObjects (
                                  n + 1, handles, FALSE, is_damaged (self) ? 0 : INFINITE)
                            : WAIT_FAILED;

      if (status == WAIT_FAILED
          || (status != WAIT_TIMEOUT
              && (!send_input (self) || !freerdp_check_event_handles (context))))
        break;
      if (status == WAIT_TIMEOUT || is_late (self))
        hand_over (self);
    }
}

static void
end (Context *self, gboolean connected)
{
  rdpContext   *context = &self->context;
  AvbRdpShared *shared = self->shared;
  gboolean      fits = connected || check_size (context);

  g_mutex_lock (&shared->mutex);
  if (shared->untrusted != NULL)
    shared->ending = AVB_RDP_UNTRUSTED;
  else if (fits && shared->ending != AVB_RDP_TOO_LARGE)
    shared->ending = avb_rdp_ending_read (
        connected, freerdp_get_last_error (context), freerdp_error_info (context->instance));
  shared->context = NULL;
  g_clear_object (&shared->connection);
  g_mutex_unlock (&shared->mutex);
}

static void
go (freerdp *instance, AvbRdpShared *shared)
{
  Context *self = (Context *) instance->context;
  gboolean connected = FALSE, wanted;

  self->shared = shared;
  self->damage = cairo_region_create ();
  g_mutex_lock (&shared->mutex);
  wanted = !shared->closed && shared->wake != NULL;
  shared->context = wanted ? instance->context : NULL;
  g_mutex_unlock (&shared->mutex);
  if (wanted && set_transport (self) && avb_rdp_set_up (self->context.settings, shared->endpoint))
    connected = freerdp_connect (instance);
  if (connected)
    {
      g_mutex_lock (&shared->mutex);
      avb_rdp_shared_tell (shared, AVB_RDP_TELL_CONNECTED);
      g_mutex_unlock (&shared->mutex);
      run (self);
    }
  end (self, connected);
  if (connected)
    freerdp_disconnect (instance);
  cairo_region_destroy (self->damage);
}

gpointer
avb_rdp_thread (gpointer data)
{
  AvbRdpShared *shared = data;
  freerdp      *instance;

  quieten ();
  instance = freerdp_new ();
  if (instance != NULL)
    {
      instance->ContextSize = sizeof (Context);
      instance->PreConnect = pre_connect_cb;
      instance->PostConnect = post_connect_cb;
      instance->PostDisconnect = post_disconnect_cb;
      instance->VerifyX509Certificate = verify_cb;
      if (freerdp_context_new (instance))
        {
          go (instance, shared);
          freerdp_context_free (instance);
        }
      freerdp_free (instance);
    }
  g_mutex_lock (&shared->mutex);
  avb_rdp_shared_tell (shared, AVB_RDP_TELL_ENDED);
  g_mutex_unlock (&shared->mutex);
  avb_rdp_shared_unref (shared);
  return NULL;
}
