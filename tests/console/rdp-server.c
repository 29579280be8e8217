/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A host with VMConnect for tests: FreeRDP's server, behind what Hyper-V expects before it.
 *
 *   rdp-server SOCKET CERTIFICATES
 *
 * listens on a port of the loopback interface, $AVB_TEST_RDP_PORT or any, which "rdp" reports. SOCKET is not used: it is what
 * the rig gives a server. CERTIFICATES is a folder of cert.pem and key.pem, other-cert.pem and other-key.pem. Who
 * connects sends the preconnection PDU (MS-RDPEPS 2.2.1.2), then TLS at once and CredSSP in it, and only then what RDP begins
 * with (MS-RDPBCGR 5.4.2.2, the direct approach), where the user is "tester" with the password "open-sesame". One viewer at a time. Commands come on standard
 * input, a line each, and are answered with "ok"; events are lines on standard output:
 *
 *   mode WIDTH HEIGHT              another size of the display, black; multiples of 4
 *   noise X Y WIDTH HEIGHT SEED    draws random pixels; multiples of 4
 *   slope X Y WIDTH HEIGHT SEED    draws what changes slowly, which is packed; multiples of 4
 *   flood N                        draws N parts of 4×4 pixels
 *   dump FILE                      writes what the display must show: native xRGB, no padding
 *   cursor WIDTH HEIGHT X Y RRGGBBAA    a pointer of one color with its hot spot
 *   cursor-hide
 *   leds N                         the guest's lock keys
 *   certificate NAME               NAME is "" or "other-": of the next connections
 *   password WORD
 *   take                           another viewer comes
 *   answer rdp | garbage | hang-up | silence    what who connects gets
 *
 *   ready | silence | rdp PORT | blob ID TEXT | channels N | connected USER | disconnected | key CODE down|up|again |
 *   mouse FLAGS X Y | xmouse FLAGS X Y | locks N
 */

#include "config.h"

#include <freerdp/codec/planar.h>
#include <freerdp/constants.h>
#include <freerdp/crypto/certificate.h>
#include <freerdp/crypto/privatekey.h>
#include <freerdp/freerdp.h>
#include <freerdp/input.h>
#include <freerdp/peer.h>
#include <freerdp/pointer.h>
#include <freerdp/settings.h>
#include <freerdp/transport_io.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>
#include <winpr/ntlm.h>
#include <winpr/ssl.h>
#include <winpr/stream.h>
#include <winpr/synch.h>
#include <winpr/wlog.h>

#define TILE 64

typedef enum { PAINT, RESIZE, CURSOR, HIDE, LEDS, TAKE } JobKind;

typedef struct {
  JobKind kind;
  int     x, y, width, height;
  guint32 value;
} Job;

static GMutex      lock; /* for all of this */
static const char *folder;
static int         width = 640, height = 480;
static guint32    *reference;
static char       *certificate, *password, *answer;
static GArray     *jobs;  /* of Job, for the viewer */
static HANDLE      wake;  /* of the viewer */
static guint       turn;  /* the viewer's; an older one ends */

static void G_GNUC_PRINTF (1, 2)
report (const char *text, ...)
{
  static GMutex    output;
  va_list          arguments;
  g_autofree char *line = NULL;

  va_start (arguments, text);
  line = g_strdup_vprintf (text, arguments);
  va_end (arguments);
  g_mutex_lock (&output);
  puts (line);
  fflush (stdout);
  g_mutex_unlock (&output);
}

/* --- the viewer, in its thread --- */

typedef struct {
  rdpContext             context;
  guint                  turn;
  gboolean               active;
  guint                  n_requests; /* of a connection, X.224 */
  rdpTransportIo         io;
  BITMAP_PLANAR_CONTEXT *plain;  /* each plane as it is */
  BITMAP_PLANAR_CONTEXT *packed; /* run lengths of differences between lines */
} Viewer;

/* FreeRDP packs differences of lines (MS-RDPEGDI 3.1.9.2), from the lowest one up; those that are negative it packs wrongly, and
 * noise is not made smaller: they are sent plainly. */
static gboolean
is_smooth (const guint32 *pixels, int w, int h)
{
  for (int i = w; i < w * h; i++)
    for (int shift = 0; shift < 24; shift += 8)
      {
        int step = (int) (pixels[i - w] >> shift & 0xff) - (int) (pixels[i] >> shift & 0xff);

        if (step < 0 || step > 63)
          return FALSE;
      }
  return TRUE;
}

static BOOL
send_tile (Viewer *viewer, int x, int y, int w, int h)
{
  g_autofree guint32 *pixels = g_new (guint32, (gsize) w * h);
  guint8       packed[TILE * TILE * 4 + 1024];
  UINT32       size = sizeof packed;
  BITMAP_DATA  data = { 0 };
  BITMAP_UPDATE update = { .number = 1, .rectangles = &data };

  g_mutex_lock (&lock);
  for (int row = 0; row < h; row++)
    memcpy (pixels + (gsize) row * w, reference + (gsize) (y + row) * width + x, (gsize) w * 4);
  g_mutex_unlock (&lock);
  g_assert_nonnull (freerdp_bitmap_compress_planar (is_smooth (pixels, w, h) ? viewer->packed : viewer->plain,
                                                    (const BYTE *) pixels,
                                                    PIXEL_FORMAT_BGRX32,
                                                    (UINT32) w,
                                                    (UINT32) h,
                                                    (UINT32) w * 4,
                                                    packed,
                                                    &size));
  data.destLeft = (UINT32) x;
  data.destTop = (UINT32) y;
  data.destRight = (UINT32) (x + w - 1);
  data.destBottom = (UINT32) (y + h - 1);
  data.width = (UINT32) w;
  data.height = (UINT32) h;
  data.bitsPerPixel = 32;
  data.compressed = TRUE;
  data.bitmapDataStream = packed;
  data.bitmapLength = size;
  data.cbScanWidth = (UINT32) w * 4;
  data.cbUncompressedSize = (UINT32) (w * h * 4);
  data.cbCompMainBodySize = size;
  return viewer->context.update->BitmapUpdate (&viewer->context, &update);
}

static BOOL
paint (Viewer *viewer, int x, int y, int w, int h)
{
  for (int top = y; top < y + h; top += TILE)
    for (int left = x; left < x + w; left += TILE)
      if (!send_tile (viewer, left, top, MIN (TILE, x + w - left), MIN (TILE, y + h - top)))
        return FALSE;
  return TRUE;
}

static BOOL
send_cursor (Viewer *viewer, const Job *job)
{
  guint stride = (guint) (job->width + 15) / 16 * 2;
  g_autofree guint8  *and_mask = g_malloc0 ((gsize) stride * (guint) job->height);
  g_autofree guint32 *xor_mask = g_new (guint32, (gsize) job->width * (gsize) job->height);
  POINTER_NEW_UPDATE  pointer = { .xorBpp = 32 };

  /* 0xAARRGGBB, of RRGGBBAA */
  for (int i = 0; i < job->width * job->height; i++)
    xor_mask[i] = job->value >> 8 | job->value << 24;
  pointer.colorPtrAttr.hotSpotX = (UINT16) job->x;
  pointer.colorPtrAttr.hotSpotY = (UINT16) job->y;
  pointer.colorPtrAttr.width = (UINT16) job->width;
  pointer.colorPtrAttr.height = (UINT16) job->height;
  pointer.colorPtrAttr.lengthAndMask = (UINT16) (stride * (guint) job->height);
  pointer.colorPtrAttr.lengthXorMask = (UINT16) (job->width * job->height * 4);
  pointer.colorPtrAttr.andMaskData = and_mask;
  pointer.colorPtrAttr.xorMaskData = (BYTE *) xor_mask;
  return viewer->context.update->pointer->PointerNew (&viewer->context, &pointer);
}

static BOOL
set_size (rdpContext *context)
{
  BOOL done;

  g_mutex_lock (&lock);
  done = freerdp_settings_set_uint32 (context->settings, FreeRDP_DesktopWidth, (UINT32) width)
         && freerdp_settings_set_uint32 (context->settings, FreeRDP_DesktopHeight, (UINT32) height);
  g_mutex_unlock (&lock);
  return done;
}

static BOOL
carry_out (Viewer *viewer, const Job *job)
{
  POINTER_SYSTEM_UPDATE none = { SYSPTR_NULL };
  rdpUpdate            *update = viewer->context.update;

  switch (job->kind)
    {
    case PAINT:
      return paint (viewer, job->x, job->y, job->width, job->height);
    case RESIZE:
      viewer->active = FALSE;
      return set_size (&viewer->context) && update->DesktopResize (&viewer->context);
    case CURSOR:
      return send_cursor (viewer, job);
    case HIDE:
      return update->pointer->PointerSystem (&viewer->context, &none);
    case LEDS:
      return update->SetKeyboardIndicators (&viewer->context, (UINT16) job->value);
    case TAKE:
      freerdp_set_error_info (viewer->context.rdp, ERRINFO_DISCONNECTED_BY_OTHER_CONNECTION);
      freerdp_send_error_info (viewer->context.rdp);
      return FALSE;
    default:
      g_assert_not_reached ();
    }
}

static BOOL
work (Viewer *viewer)
{
  g_autoptr (GArray) mine = NULL;
  BOOL done = TRUE;

  if (!viewer->active)
    return TRUE;
  g_mutex_lock (&lock);
  ResetEvent (wake);
  mine = g_steal_pointer (&jobs);
  jobs = g_array_new (FALSE, FALSE, sizeof (Job));
  g_mutex_unlock (&lock);
  for (guint i = 0; i < mine->len && done; i++)
    {
      done = carry_out (viewer, &g_array_index (mine, Job, i));
      /* The rest once it is active again, which draws all of it anyway. */
      if (!viewer->active)
        break;
    }
  return done;
}

static BOOL
capabilities_cb (freerdp_peer *peer)
{
  return set_size (peer->context);
}

static BOOL
post_connect_cb (freerdp_peer *peer)
{
  report ("channels %u", freerdp_settings_get_uint32 (peer->context->settings, FreeRDP_ChannelCount));
  return TRUE;
}

static BOOL
activate_cb (freerdp_peer *peer)
{
  Viewer *viewer = (Viewer *) peer->context;

  viewer->active = TRUE;
  report ("connected %s", freerdp_settings_get_string (peer->context->settings, FreeRDP_Username));
  return width > 8192 ? paint (viewer, 0, 0, TILE, TILE) : paint (viewer, 0, 0, width, height);
}

static BOOL
keyboard_cb (rdpInput *input, UINT16 flags, UINT8 code)
{
  report ("key %s%02x %s",
          (flags & KBD_FLAGS_EXTENDED) != 0 ? "e0" : (flags & KBD_FLAGS_EXTENDED1) != 0 ? "e1" : "",
          code,
          (flags & KBD_FLAGS_RELEASE) != 0 ? "up" : (flags & KBD_FLAGS_DOWN) != 0 ? "again" : "down");
  return TRUE;
}

static BOOL
mouse_cb (rdpInput *input, UINT16 flags, UINT16 x, UINT16 y)
{
  report ("mouse %04x %u %u", flags, x, y);
  return TRUE;
}

static BOOL
extended_mouse_cb (rdpInput *input, UINT16 flags, UINT16 x, UINT16 y)
{
  report ("xmouse %04x %u %u", flags, x, y);
  return TRUE;
}

static BOOL
synchronize_cb (rdpInput *input, UINT32 flags)
{
  report ("locks %u", flags);
  return TRUE;
}

/* The user, with the hash of the password (MS-NLMP 3.3.1), as Samba writes it. */
static char *
write_users (void)
{
  char *name = g_build_filename (g_get_home_dir (), "users", NULL);
  g_autofree gunichar2 *wide = NULL;
  g_autoptr (GString) text = g_string_new ("tester:::");
  guint8 hash[16];
  glong  n;

  g_mutex_lock (&lock);
  wide = g_utf8_to_utf16 (password, -1, NULL, &n, NULL);
  g_assert_true (NTOWFv1W ((LPWSTR) wide, (UINT32) n * 2, hash));
  for (gsize i = 0; i < sizeof hash; i++)
    g_string_append_printf (text, "%02x", hash[i]);
  g_string_append (text, ":::\n");
  g_assert_true (g_file_set_contents (name, text->str, -1, NULL));
  g_mutex_unlock (&lock);
  return name;
}

/* Whoever was let in asks for the connection only then (MS-RDPBCGR 5.4.2.2); FreeRDP's server knows that it has one. */
static int
read_pdu_cb (rdpTransport *transport, wStream *stream)
{
  /* MS-RDPBCGR 2.2.1.2: X.224 connection confirm, RDP_NEG_RSP with PROTOCOL_HYBRID */
  static const guint8 reply[] = { 3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 1, 8, 0, 2, 0, 0, 0 };
  Viewer  *viewer = (Viewer *) transport_get_context (transport);
  int      n = viewer->io.ReadPdu (transport, stream);
  wStream *answer_stream;
  int      sent;

  if (n < 7 || Stream_Buffer (stream)[0] != 3 || Stream_Buffer (stream)[5] != 0xe0 || viewer->n_requests++ == 0)
    return n;
  answer_stream = Stream_New (NULL, sizeof reply);
  Stream_Write (answer_stream, reply, sizeof reply);
  sent = viewer->io.WritePdu (transport, answer_stream);
  Stream_Free (answer_stream, TRUE);
  Stream_SetPosition (stream, 0);
  return sent < 0 ? -1 : 0;
}

static char *
dup_file_name (const char *end)
{
  char *name;

  g_mutex_lock (&lock);
  name = g_strdup_printf ("%s/%s%s", folder, certificate, end);
  g_mutex_unlock (&lock);
  return name;
}

static void
set_up (freerdp_peer *peer)
{
  Viewer          *viewer = (Viewer *) peer->context;
  rdpTransportIo   io = *freerdp_get_io_callbacks (peer->context);
  rdpSettings     *settings = peer->context->settings;
  rdpInput        *input = peer->context->input;
  g_autofree char *cert = dup_file_name ("cert.pem");
  g_autofree char *key = dup_file_name ("key.pem");
  g_autofree char *users = write_users ();
  const struct {
    FreeRDP_Settings_Keys_Bool bool_key;
    BOOL                       value;
  } booleans[] = {
    { FreeRDP_NlaSecurity, TRUE },         { FreeRDP_TlsSecurity, FALSE },
    { FreeRDP_RdpSecurity, FALSE },        { FreeRDP_RemoteFxCodec, FALSE },
    { FreeRDP_NSCodec, FALSE },            { FreeRDP_SupportGraphicsPipeline, FALSE },
    { FreeRDP_HasExtendedMouseEvent, TRUE }, { FreeRDP_SupportErrorInfoPdu, TRUE },
    { FreeRDP_DesktopResize, TRUE },         { FreeRDP_SupportMultitransport, FALSE },
    { FreeRDP_NetworkAutoDetect, FALSE },  { FreeRDP_SupportHeartbeatPdu, FALSE },
  };

  g_assert_true (freerdp_settings_set_pointer_len (
      settings, FreeRDP_RdpServerRsaKey, freerdp_key_new_from_file (key), 1));
  g_assert_true (freerdp_settings_set_pointer_len (
      settings, FreeRDP_RdpServerCertificate, freerdp_certificate_new_from_file (cert), 1));
  for (gsize i = 0; i < G_N_ELEMENTS (booleans); i++)
    g_assert_true (freerdp_settings_set_bool (settings, booleans[i].bool_key, booleans[i].value));
  g_assert_true (freerdp_settings_set_uint32 (settings, FreeRDP_ColorDepth, 32));
  g_assert_true (freerdp_settings_set_string (settings, FreeRDP_NtlmSamFile, users));
  peer->Capabilities = capabilities_cb;
  peer->PostConnect = post_connect_cb;
  peer->Activate = activate_cb;
  input->KeyboardEvent = keyboard_cb;
  input->MouseEvent = mouse_cb;
  input->ExtendedMouseEvent = extended_mouse_cb;
  input->SynchronizeEvent = synchronize_cb;
  g_assert_true (peer->Initialize (peer));
  viewer->io = io;
  io.ReadPdu = read_pdu_cb;
  g_assert_true (freerdp_set_io_callbacks (peer->context, &io));
}

static gboolean
is_mine (Viewer *viewer)
{
  gboolean mine;

  g_mutex_lock (&lock);
  mine = viewer->turn == turn;
  g_mutex_unlock (&lock);
  return mine;
}

static gpointer
viewer_thread (gpointer data)
{
  freerdp_peer *peer = freerdp_peer_new (GPOINTER_TO_INT (data));
  Viewer       *viewer;

  g_assert_nonnull (peer);
  peer->ContextSize = sizeof (Viewer);
  g_assert_true (freerdp_peer_context_new (peer));
  viewer = (Viewer *) peer->context;
  g_mutex_lock (&lock);
  viewer->turn = ++turn;
  g_array_set_size (jobs, 0);
  g_mutex_unlock (&lock);
  viewer->plain = freerdp_bitmap_planar_context_new (PLANAR_FORMAT_HEADER_NA, TILE, TILE);
  viewer->packed = freerdp_bitmap_planar_context_new (PLANAR_FORMAT_HEADER_RLE | PLANAR_FORMAT_HEADER_NA, TILE, TILE);
  set_up (peer);
  while (is_mine (viewer))
    {
      HANDLE handles[MAXIMUM_WAIT_OBJECTS] = { wake };
      DWORD  n = peer->GetEventHandles (peer, &handles[1], G_N_ELEMENTS (handles) - 1);

      /* What can't be done yet would wake it at once. */
      if (n == 0
          || WaitForMultipleObjects (viewer->active ? n + 1 : n, viewer->active ? handles : &handles[1], FALSE, INFINITE)
                 == WAIT_FAILED
          || !peer->CheckFileDescriptor (peer) || !work (viewer))
        break;
    }
  if (viewer->active)
    report ("disconnected");
  peer->Disconnect (peer);
  freerdp_bitmap_planar_context_free (viewer->plain);
  freerdp_bitmap_planar_context_free (viewer->packed);
  freerdp_peer_context_free (peer);
  freerdp_peer_free (peer);
  return NULL;
}

/* --- what is before it --- */

static gboolean
read_all (int fd, guint8 *bytes, gsize n)
{
  while (n > 0)
    {
      ssize_t got = recv (fd, bytes, n, 0);

      if (got <= 0)
        return FALSE;
      bytes += got;
      n -= (gsize) got;
    }
  return TRUE;
}

static gboolean
write_all (int fd, const guint8 *bytes, gsize n)
{
  while (n > 0)
    {
      ssize_t sent = send (fd, bytes, n, MSG_NOSIGNAL);

      if (sent <= 0)
        return FALSE;
      bytes += sent;
      n -= (gsize) sent;
    }
  return TRUE;
}

static guint32
get_le (const guint8 *bytes)
{
  return bytes[0] | (guint32) bytes[1] << 8 | (guint32) bytes[2] << 16 | (guint32) bytes[3] << 24;
}

/* MS-RDPEPS 2.2.1.2: cbSize, Flags, Version, Id, cchPCB, wszPCB */
static gboolean
read_preconnection (int fd)
{
  guint8 head[18], rest[1024];
  guint  size, n;
  g_autofree char *text = NULL;

  if (!read_all (fd, head, sizeof head))
    return FALSE;
  size = get_le (head);
  n = head[16] | (guint) head[17] << 8;
  if (size != sizeof head + n * 2 || n * 2 > sizeof rest || get_le (head + 4) != 0 || get_le (head + 8) != 2
      || !read_all (fd, rest, n * 2))
    return FALSE;
  text = g_utf16_to_utf8 ((const gunichar2 *) (gpointer) rest, n, NULL, NULL, NULL);
  report ("blob %u %s", get_le (head + 12), text);
  return TRUE;
}

/* FreeRDP's server negotiates first; it is told what the direct approach has settled: CredSSP. */
static gboolean
negotiate (int fd)
{
  /* MS-RDPBCGR 2.2.1.1: TPKT, X.224 connection request, RDP_NEG_REQ with PROTOCOL_HYBRID */
  static const guint8 request[] = { 3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 2, 0, 0, 0 };
  guint8 reply[19];

  return write_all (fd, request, sizeof request) && read_all (fd, reply, sizeof reply)
         && reply[3] == sizeof reply && reply[11] == 2 && reply[15] == 2;
}

static gboolean
pass_on (int from, int to)
{
  guint8  bytes[16384];
  ssize_t n = recv (from, bytes, sizeof bytes, 0);

  return n > 0 && write_all (to, bytes, (gsize) n);
}

static gpointer
connection_thread (gpointer data)
{
  int     fd = GPOINTER_TO_INT (data);
  int     pair[2];
  GThread *thread;
  struct pollfd polled[2];
  gboolean going;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
  if (!read_preconnection (fd))
    {
      report ("strange");
      close (fd);
      close (pair[0]);
      close (pair[1]);
      return NULL;
    }
  thread = g_thread_new ("viewer", viewer_thread, GINT_TO_POINTER (pair[1]));
  going = negotiate (pair[0]);
  polled[0] = (struct pollfd) { .fd = fd, .events = POLLIN };
  polled[1] = (struct pollfd) { .fd = pair[0], .events = POLLIN };
  while (going && poll (polled, 2, -1) > 0)
    for (int i = 0; i < 2 && going; i++)
      if (polled[i].revents != 0)
        going = pass_on (polled[i].fd, polled[1 - i].fd);
  shutdown (pair[0], SHUT_RDWR);
  shutdown (fd, SHUT_RDWR);
  g_thread_join (thread);
  close (pair[0]);
  close (fd);
  return NULL;
}

static gpointer
accept_thread (gpointer data)
{
  for (;;)
    {
      static const guint8 garbage[] = "SSH-2.0-strange\r\n";
      int fd = accept (GPOINTER_TO_INT (data), NULL, NULL);
      g_autofree char *how = NULL;

      if (fd < 0)
        continue;
      g_mutex_lock (&lock);
      how = g_strdup (answer);
      g_mutex_unlock (&lock);
      if (g_str_equal (how, "rdp"))
        {
          g_thread_unref (g_thread_new ("connection", connection_thread, GINT_TO_POINTER (fd)));
          continue;
        }
      if (g_str_equal (how, "silence"))
        {
          report ("silence");
          continue;
        }
      if (g_str_equal (how, "garbage"))
        write_all (fd, garbage, sizeof garbage - 1);
      close (fd);
    }
  return NULL;
}

static void
begin_to_listen (void)
{
  const char        *wanted = g_getenv ("AVB_TEST_RDP_PORT");
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
    .sin_port = htons ((guint16) (wanted != NULL ? atoi (wanted) : 0)),
  };
  socklen_t size = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

  g_assert_cmpint (setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), ==, 0);
  g_assert_cmpint (bind (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 8), ==, 0);
  g_assert_cmpint (getsockname (fd, (struct sockaddr *) &address, &size), ==, 0);
  g_thread_unref (g_thread_new ("accept", accept_thread, GINT_TO_POINTER (fd)));
  report ("rdp %u", ntohs (address.sin_port));
}

/* --- commands; with the lock --- */

static void
add_job (JobKind kind, int x, int y, int w, int h, guint32 value)
{
  const Job job = { kind, x, y, w, h, value };

  g_array_append_val (jobs, job);
  SetEvent (wake);
}

static void
set_mode (int w, int h)
{
  g_free (reference);
  width = w;
  height = h;
  reference = g_new0 (guint32, (gsize) w * (gsize) h);
  add_job (RESIZE, 0, 0, 0, 0, 0);
}

static void
noise (int x, int y, int w, int h, guint32 seed)
{
  g_assert (x >= 0 && y >= 0 && w > 0 && h > 0 && w <= width - x && h <= height - y);
  for (int row = y; row < y + h; row++)
    for (int column = x; column < x + w; column++)
      {
        seed = seed * 1664525u + 1013904223u;
        reference[(gsize) row * width + column] = (seed ^ (seed >> 13)) & 0xffffff;
      }
  add_job (PAINT, x, y, w, h, 0);
}

static void
slope (int x, int y, int w, int h, guint32 seed)
{
  g_assert (x >= 0 && y >= 0 && w > 0 && h > 0 && w <= width - x && h <= height - y);
  for (int row = y; row < y + h; row++)
    for (int column = x; column < x + w; column++)
      reference[(gsize) row * width + column] = (guint32) (column / 16 % 4 * 60) << 16 | (guint32) (255 - row % 256) << 8
                                                | (seed & 0xff);
  add_job (PAINT, x, y, w, h, 0);
}

static gboolean
run_command (const char *line)
{
  int     a, b, c, d;
  guint32 e;
  char    word[4001];

  if (sscanf (line, "mode %d %d", &a, &b) == 2)
    set_mode (a, b);
  else if (sscanf (line, "noise %d %d %d %d %u", &a, &b, &c, &d, &e) == 5)
    noise (a, b, c, d, e);
  else if (sscanf (line, "slope %d %d %d %d %u", &a, &b, &c, &d, &e) == 5)
    slope (a, b, c, d, e);
  else if (sscanf (line, "flood %d", &a) == 1)
    for (int i = 0; i < a; i++)
      noise (i * 28 % (width - 4) / 4 * 4, i * 52 % (height - 4) / 4 * 4, 4, 4, (guint32) i);
  else if (sscanf (line, "dump %4000s", word) == 1)
    g_assert_true (g_file_set_contents (word, (const char *) reference, (gssize) width * height * 4, NULL));
  else if (sscanf (line, "cursor %d %d %d %d %x", &a, &b, &c, &d, &e) == 5)
    add_job (CURSOR, c, d, a, b, e);
  else if (strcmp (line, "cursor-hide") == 0)
    add_job (HIDE, 0, 0, 0, 0, 0);
  else if (sscanf (line, "leds %u", &e) == 1)
    add_job (LEDS, 0, 0, 0, 0, e);
  else if (strcmp (line, "take") == 0)
    add_job (TAKE, 0, 0, 0, 0, 0);
  else if (g_str_has_prefix (line, "certificate"))
    g_set_str (&certificate, sscanf (line, "certificate %4000s", word) == 1 ? word : "");
  else if (sscanf (line, "password %4000s", word) == 1)
    g_set_str (&password, word);
  else if (sscanf (line, "answer %4000s", word) == 1)
    g_set_str (&answer, word);
  else
    return FALSE;
  return TRUE;
}

int
main (int argc, char **argv)
{
  char line[8192];

  g_assert_cmpint (argc, ==, 3);
  signal (SIGPIPE, SIG_IGN);
  /* Its words would be taken for events; $WLOG_LEVEL is for who looks into it. */
  if (g_getenv ("WLOG_LEVEL") == NULL)
    WLog_SetLogLevel (WLog_GetRoot (), WLOG_OFF);
  winpr_InitializeSSL (WINPR_SSL_INIT_DEFAULT);
  folder = argv[2];
  certificate = g_strdup ("");
  password = g_strdup ("open-sesame");
  answer = g_strdup ("rdp");
  jobs = g_array_new (FALSE, FALSE, sizeof (Job));
  wake = CreateEventA (NULL, TRUE, FALSE, NULL);
  set_mode (640, 480);
  begin_to_listen ();
  report ("ready");
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_strchomp (line);
      g_mutex_lock (&lock);
      if (!run_command (line))
        g_error ("unknown command: %s", line);
      g_mutex_unlock (&lock);
      report ("ok");
    }
  return 0;
}
