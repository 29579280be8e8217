/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-rdp-session.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-certificate-request.h"
#include "backends/avb-known-certificates.h"
#include "ui/console/avb-console-login.h"
#include "ui/console/avb-console-session-private.h"
#include "ui/console/avb-rdp-link.h"
#include "ui/console/avb-rdp-sink.h"

/* A host that lets nobody in for so long does not speak VMConnect. */
#define PATIENCE_SECONDS 30
/* A host that was there may restart: so often it is looked for before pictures are asked for. */
#define MAX_ABSENCES 2

struct _AvbRdpSession {
  AvbConsoleSession parent_instance;

  AvbConsoleLogin    *login; /* with the first attempt */
  AvbConsoleEndpoint *endpoint;
  AvbRdpLink         *link; /* of this attempt */
  char               *fingerprint; /* nullable: that is known of the host */
  guint               turn; /* what is known, for an older attempt, is stale */
  guint               patience_source;
  gboolean            was_connected;
  guint               absences;

  int      width; /* of the surface */
  int      height;
  guint32 *pixels;
};

G_DEFINE_FINAL_TYPE (AvbRdpSession, avb_rdp_session, AVB_TYPE_CONSOLE_SESSION)

static AvbGuestDisplay *
avb_rdp_session_get_display (AvbRdpSession *self)
{
  return avb_guest_monitors_get_first_display (
      avb_console_session_get_monitors (AVB_CONSOLE_SESSION (self)));
}

static void
avb_rdp_session_fall_back (AvbRdpSession *self, AvbRdpEnding ending)
{
  g_autofree char *reason = avb_rdp_ending_format (ending, self->endpoint);

  avb_console_session_fall_back (AVB_CONSOLE_SESSION (self), reason);
}

/* --- pictures --- */

static void
copy_part (AvbRdpSession *self, const AvbRdpPicture *picture, const cairo_rectangle_int_t *part)
{
  for (int y = part->y; y < part->y + part->height; y++)
    memcpy (self->pixels + (gsize) y * (gsize) self->width + part->x,
            picture->pixels + (gsize) y * (gsize) picture->stride + (gsize) part->x * 4,
            (gsize) part->width * 4);
}

/* The first picture, or one of another size. */
static void
avb_rdp_session_make_surface (AvbRdpSession *self, const AvbRdpPicture *picture)
{
  const cairo_rectangle_int_t whole = { 0, 0, picture->width, picture->height };
  g_autofree guint32 *old = NULL;
  g_autoptr (GError) error = NULL;

  avb_guest_display_drop (avb_rdp_session_get_display (self));
  old = g_steal_pointer (&self->pixels);
  self->width = picture->width;
  self->height = picture->height;
  self->pixels = g_malloc ((gsize) self->width * (gsize) self->height * 4);
  copy_part (self, picture, &whole);
  if (!avb_guest_display_show (avb_rdp_session_get_display (self),
                               self->width,
                               self->height,
                               self->width * 4,
                               self->pixels,
                               &error))
    avb_console_session_failed (AVB_CONSOLE_SESSION (self), error->message);
}

static void
picture_cb (AvbRdpLink *link, AvbRdpSession *self)
{
  const AvbRdpPicture *picture = avb_rdp_link_get_picture (link);
  AvbFramebuffer *framebuffer
      = avb_guest_display_get_framebuffer (avb_rdp_session_get_display (self));

  if (picture == NULL)
    return;
  if (self->pixels == NULL || self->width != picture->width || self->height != picture->height)
    {
      avb_rdp_session_make_surface (self, picture);
      return;
    }
  for (int i = 0; i < cairo_region_num_rectangles (picture->damage); i++)
    {
      cairo_rectangle_int_t part;

      cairo_region_get_rectangle (picture->damage, i, &part);
      copy_part (self, picture, &part);
      avb_framebuffer_invalidate (framebuffer, part.x, part.y, part.width, part.height);
    }
}

static void
cursor_cb (AvbRdpLink *link, AvbRdpSession *self)
{
  int width, height, hot_x, hot_y;
  g_autofree guint8 *rgba = avb_rdp_link_dup_cursor (link, &width, &height, &hot_x, &hot_y);

  avb_guest_cursor_set_shape (
      avb_guest_display_get_cursor (avb_rdp_session_get_display (self)),
      width,
      height,
      hot_x,
      hot_y,
      rgba);
}

/* --- letting us in --- */

static void
login_cancelled_cb (AvbConsoleLogin *login, AvbRdpSession *self)
{
  avb_rdp_session_fall_back (self, AVB_RDP_REFUSED);
}

static void
avb_rdp_session_refused (AvbRdpSession *self)
{
  avb_console_session_disconnect (AVB_CONSOLE_SESSION (self));
  avb_console_login_refused (self->login);
}

/* --- whom we talk to --- */

static void
certificate_answered_cb (AvbRequest *request, gboolean trusted, AvbRdpSession *self)
{
  AvbConsoleSession     *session = AVB_CONSOLE_SESSION (self);
  AvbCertificateRequest *certificate = AVB_CERTIFICATE_REQUEST (request);

  /* It was withdrawn. */
  if (avb_console_session_get_request (session) != request)
    return;
  if (!trusted)
    {
      avb_rdp_session_fall_back (self, AVB_RDP_UNTRUSTED);
      return;
    }
  g_set_str (&self->fingerprint, avb_certificate_request_get_fingerprint (certificate));
  avb_future_finish (
      avb_known_certificates_keep (avb_request_get_host (request),
                                   avb_certificate_request_get_port (certificate),
                                   self->fingerprint),
      "keep a certificate");
  avb_console_session_ask (session, NULL);
  avb_console_session_connect (session);
}

static void
avb_rdp_session_distrust (AvbRdpSession *self)
{
  AvbConsoleSession *session = AVB_CONSOLE_SESSION (self);
  g_autoptr (AvbCertificateRequest) request = NULL;
  GTlsCertificateFlags errors;
  GTlsCertificate *certificate = avb_rdp_link_get_untrusted (self->link, &errors);

  request = avb_certificate_request_new (
      avb_machine_get_name (avb_console_session_get_machine (session)),
      self->endpoint->host,
      self->endpoint->port,
      certificate,
      errors,
      self->fingerprint != NULL);
  avb_console_session_disconnect (session);
  g_signal_connect_object (
      request, "answered", G_CALLBACK (certificate_answered_cb), self, G_CONNECT_DEFAULT);
  avb_console_session_ask (session, AVB_REQUEST (request));
}

/* --- how the connection goes --- */

static void
connected_cb (AvbRdpLink *link, AvbRdpSession *self)
{
  g_autoptr (AvbInputSink) sink = avb_rdp_sink_new (link);

  g_clear_handle_id (&self->patience_source, g_source_remove);
  self->was_connected = TRUE;
  self->absences = 0;
  avb_console_login_accepted (self->login);
  avb_console_session_set_sink (AVB_CONSOLE_SESSION (self), sink);
}

/* It was there and may come back; or it never was. */
static void
avb_rdp_session_absent (AvbRdpSession *self, AvbRdpEnding ending)
{
  if (!self->was_connected || ++self->absences > MAX_ABSENCES)
    avb_rdp_session_fall_back (self, ending);
  else
    avb_console_session_lost (AVB_CONSOLE_SESSION (self), NULL);
}

static void
ended_cb (AvbRdpLink *link, AvbRdpSession *self)
{
  AvbConsoleSession *session = AVB_CONSOLE_SESSION (self);
  AvbRdpEnding       ending = avb_rdp_link_get_ending (link);
  g_autofree char   *message = avb_rdp_ending_format (ending, self->endpoint);

  switch (ending)
    {
    case AVB_RDP_TAKEN:
      avb_console_session_taken (session);
      break;
    case AVB_RDP_UNTRUSTED:
      avb_rdp_session_distrust (self);
      break;
    case AVB_RDP_REFUSED:
      avb_rdp_session_refused (self);
      break;
    case AVB_RDP_UNREACHABLE:
    case AVB_RDP_STRANGE:
      avb_rdp_session_absent (self, ending);
      break;
    case AVB_RDP_DENIED:
    case AVB_RDP_LOCKED:
    case AVB_RDP_EXPIRED:
      avb_rdp_session_fall_back (self, ending);
      break;
    case AVB_RDP_TOO_LARGE:
      avb_console_session_failed (session, message);
      break;
    case AVB_RDP_LOST:
    default:
      avb_console_session_lost (session, message);
      break;
    }
}

static gboolean
patience_cb (gpointer data)
{
  AvbRdpSession *self = data;

  self->patience_source = 0;
  avb_rdp_session_absent (self, AVB_RDP_STRANGE);
  return G_SOURCE_REMOVE;
}

/* --- attempts --- */

static void
avb_rdp_session_open_link (AvbRdpSession *self)
{
  const char *password = avb_console_login_choose (self->login, self->endpoint);

  if (password == NULL)
    {
      avb_rdp_session_refused (self);
      return;
    }
  self->link = avb_rdp_link_new (self->endpoint, password, self->fingerprint);
  g_signal_connect (self->link, "connected", G_CALLBACK (connected_cb), self);
  g_signal_connect (self->link, "picture", G_CALLBACK (picture_cb), self);
  g_signal_connect (self->link, "cursor", G_CALLBACK (cursor_cb), self);
  g_signal_connect (self->link, "ended", G_CALLBACK (ended_cb), self);
  self->patience_source = g_timeout_add_seconds (PATIENCE_SECONDS, patience_cb, self);
}

typedef struct {
  GWeakRef session;
  guint    turn;
} Lookup;

static void
lookup_free (gpointer data)
{
  Lookup *lookup = data;

  g_weak_ref_clear (&lookup->session);
  g_free (lookup);
}

static DexFuture *
known_cb (DexFuture *future, gpointer data)
{
  Lookup *lookup = data;
  g_autoptr (AvbRdpSession) self = g_weak_ref_get (&lookup->session);
  const GValue *value = dex_future_get_value (future, NULL);

  if (self == NULL || self->turn != lookup->turn)
    return dex_future_new_true ();
  g_set_str (&self->fingerprint, value != NULL ? g_value_get_string (value) : NULL);
  avb_rdp_session_open_link (self);
  return dex_future_new_true ();
}

/* What the user trusted just now is known before it is kept. */
static void
avb_rdp_session_find_fingerprint (AvbRdpSession *self)
{
  Lookup *lookup;

  if (self->fingerprint != NULL)
    {
      avb_rdp_session_open_link (self);
      return;
    }
  lookup = g_new0 (Lookup, 1);
  g_weak_ref_init (&lookup->session, self);
  lookup->turn = self->turn;
  avb_future_finish (
      dex_future_finally (
          avb_known_certificates_find (self->endpoint->host, self->endpoint->port),
          known_cb,
          lookup,
          lookup_free),
      "look a certificate up");
}

/* A machine that moved: another host has another certificate. */
static gboolean
is_elsewhere (AvbRdpSession *self, const AvbConsoleEndpoint *endpoint)
{
  return self->endpoint != NULL
         && (g_strcmp0 (self->endpoint->host, endpoint->host) != 0
             || self->endpoint->port != endpoint->port);
}

static void
avb_rdp_session_open_endpoint (AvbConsoleSession *session, const AvbConsoleEndpoint *endpoint)
{
  AvbRdpSession *self = AVB_RDP_SESSION (session);

  if (endpoint->host == NULL || endpoint->port == 0 || endpoint->port > G_MAXUINT16
      || endpoint->user == NULL || endpoint->id == NULL)
    {
      avb_console_session_failed (session,
                                  _("It is not known where the machine’s display can be reached."));
      return;
    }
  if (is_elsewhere (self, endpoint))
    g_clear_pointer (&self->fingerprint, g_free);
  if (self->login == NULL)
    self->login = avb_console_login_new (session, G_CALLBACK (login_cancelled_cb));
  g_clear_pointer (&self->endpoint, avb_console_endpoint_free);
  self->endpoint = avb_console_endpoint_copy (endpoint);
  self->turn++;
  avb_console_session_set_server_mouse (session, FALSE);
  avb_rdp_session_find_fingerprint (self);
}

static void
avb_rdp_session_shut (AvbConsoleSession *session)
{
  AvbRdpSession *self = AVB_RDP_SESSION (session);
  g_autoptr (AvbRdpLink) link = g_steal_pointer (&self->link);

  self->turn++;
  g_clear_handle_id (&self->patience_source, g_source_remove);
  if (link == NULL)
    return;
  g_signal_handlers_disconnect_by_data (link, self);
  avb_rdp_link_close (link);
  avb_guest_display_drop (avb_rdp_session_get_display (self));
  avb_guest_cursor_set_shape (
      avb_guest_display_get_cursor (avb_rdp_session_get_display (self)), 0, 0, 0, 0, NULL);
  g_clear_pointer (&self->pixels, g_free);
}

static void
avb_rdp_session_forget (AvbConsoleSession *session)
{
  AvbRdpSession *self = AVB_RDP_SESSION (session);

  self->was_connected = FALSE;
  self->absences = 0;
  if (self->login != NULL)
    avb_console_login_reset (self->login);
}

static const char *
avb_rdp_session_get_missing (AvbConsoleSession *session, AvbConsoleOffer offer)
{
  switch (offer)
    {
    case AVB_CONSOLE_OFFERS_CLIPBOARD:
      return _("The clipboard is not shared with a display of Hyper-V.");
    case AVB_CONSOLE_OFFERS_FILES:
      return _("A display of Hyper-V takes no files.");
    case AVB_CONSOLE_OFFERS_FOLDER:
      return _("A display of Hyper-V shares no folder.");
    case AVB_CONSOLE_OFFERS_USB:
      return _("USB devices of this computer can’t be connected to machines of this host.");
    case AVB_CONSOLE_OFFERS_SOUND:
      return _("A display of Hyper-V has no sound here.");
    case AVB_CONSOLE_OFFERS_MONITORS:
    default:
      return _("A display of Hyper-V has one monitor, of the guest’s size");
    }
}

static void
avb_rdp_session_dispose (GObject *object)
{
  AvbRdpSession *self = AVB_RDP_SESSION (object);

  avb_console_session_close (AVB_CONSOLE_SESSION (self));
  g_clear_object (&self->login);
  g_clear_pointer (&self->endpoint, avb_console_endpoint_free);
  g_clear_pointer (&self->fingerprint, g_free);
  G_OBJECT_CLASS (avb_rdp_session_parent_class)->dispose (object);
}

static void
avb_rdp_session_class_init (AvbRdpSessionClass *klass)
{
  AvbConsoleSessionClass *session_class = AVB_CONSOLE_SESSION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_rdp_session_dispose;
  session_class->open_endpoint = avb_rdp_session_open_endpoint;
  session_class->shut = avb_rdp_session_shut;
  session_class->forget = avb_rdp_session_forget;
  session_class->get_missing = avb_rdp_session_get_missing;
}

static void
avb_rdp_session_init (AvbRdpSession *self)
{
}
