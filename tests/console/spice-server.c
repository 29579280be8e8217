/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A SPICE server for tests: a display, a keyboard, a mouse and a tablet.
 *
 *   spice-server SOCKET [CERTIFICATES]
 *
 * listens on the UNIX socket, and with a folder of ca.pem, cert.pem and key.pem for TLS on a port of the loopback
 * interface, which "tls" reports; each connection is one channel. Commands come on standard input, a
 * line each, and are answered with "ok"; events are lines on standard output:
 *
 *   mode WIDTH HEIGHT 32|555|565   another display surface, black
 *   noise X Y WIDTH HEIGHT SEED    draws random pixels
 *   black X Y WIDTH HEIGHT         draws black
 *   flood N                        draws N single pixels
 *   steady WIDTH HEIGHT N US       draws N rectangles of random pixels here and there, one each US
 *                                  microseconds; "steady-done" follows. The first two pixels of each
 *                                  are the upper and the lower 24 bits of the monotonic time at which
 *                                  it was drawn, in microseconds
 *   dump FILE                      writes what the display must show: native xRGB, no padding
 *   cursor WIDTH HEIGHT X Y RRGGBBAA    a pointer of one color with its hot spot
 *   cursor-hide, cursor-move X Y
 *   tablet on|off                  off: the mouse reports how far it moved
 *   leds N                         the guest's lock keys
 *   monitors MAX COUNT [W H X Y…]  the guest's monitors on the surface; those without numbers are
 *                                  1×1 at 0, 0
 *   second WIDTH HEIGHT RRGGBB     a second display of one color, once
 *   scanout W H STRIDE FOURCC TOP_DOWN SEED SIZE    a buffer for OpenGL frames, a memfd of SIZE bytes with
 *                                  random pixels; what the display must show, if it is an honest one
 *   gl N                           N frames of it, one after the other; the same as the surface,
 *                                  black, without a scanout before
 *   kick                           ends all connections
 *   listen                         also on a TCP port of the loopback interface, see "tcp"
 *   password WORD                  asks for it; without a WORD for none
 *   folder …                       the channel for folders: see spice-server-folder.h
 *   agent …                        the agent in the guest: see spice-server-agent.h
 *   play …, record …, guest-…      its sound card: see spice-server-audio.h
 *   usb-…                          what it has plugged in: see spice-server-usb.h
 *
 *   ready | key XX | position X Y MASK | buttons MASK | wheel N MASK | motion DX DY DZ MASK |
 *   tcp PORT | tls PORT | connected TYPE | disconnected TYPE | gl-done N
 */

#include "config.h"

#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <spice.h>
#include <spice/enums.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/console/spice-server-agent.h"
#include "tests/console/spice-server-folder.h"
#include "tests/console/spice-server-audio.h"
#include "tests/console/spice-server-usb.h"

#define DRM_FORMAT_XRGB8888 0x34325258

typedef struct {
  QXLCommandExt ext;
  union {
    QXLDrawable  drawable;
    QXLCursorCmd cursor;
  } u;
  QXLImage   image;
  QXLCursor *shape;
  guint32   *pixels;
} Command;

static SpiceServer *server;
static QXLInstance  qxl;
static QXLInstance  second_qxl = { .id = 1 };
static gboolean     has_tablet;
static gboolean     asks; /* for a password */
static GSocketService *service;
static GArray      *client_fds; /* our own copies, for "kick" */

static GMutex queue_lock;
static GQueue draw_queue = G_QUEUE_INIT;
static GQueue cursor_queue = G_QUEUE_INIT;

/* The display as it must be shown. */
static int      width, height, format;
static guint32 *reference;
static void    *surface;
static gsize    surface_size;

static int     gl_left;
static guint64 gl_done;

void
report (const char *text, ...)
{
  va_list arguments;

  va_start (arguments, text);
  vprintf (text, arguments);
  va_end (arguments);
  putchar ('\n');
  fflush (stdout);
}

/* The main loop, as libspice-server sees it. */

struct SpiceTimer {
  SpiceTimerFunc func;
  void          *data;
  guint          source;
};

static SpiceTimer *
timer_add (SpiceTimerFunc func, void *data)
{
  SpiceTimer *timer = g_new0 (SpiceTimer, 1);

  timer->func = func;
  timer->data = data;
  return timer;
}

static gboolean
timer_cb (gpointer data)
{
  SpiceTimer *timer = data;

  timer->source = 0;
  timer->func (timer->data);
  return G_SOURCE_REMOVE;
}

static void
timer_cancel (SpiceTimer *timer)
{
  g_clear_handle_id (&timer->source, g_source_remove);
}

static void
timer_start (SpiceTimer *timer, uint32_t ms)
{
  timer_cancel (timer);
  timer->source = g_timeout_add (ms, timer_cb, timer);
}

static void
timer_remove (SpiceTimer *timer)
{
  timer_cancel (timer);
  g_free (timer);
}

struct SpiceWatch {
  int            fd;
  SpiceWatchFunc func;
  void          *data;
  guint          source;
};

static gboolean
watch_cb (int fd, GIOCondition condition, gpointer data)
{
  SpiceWatch *watch = data;
  int         events = 0;

  if (condition & (G_IO_IN | G_IO_HUP | G_IO_ERR))
    events |= SPICE_WATCH_EVENT_READ;
  if (condition & G_IO_OUT)
    events |= SPICE_WATCH_EVENT_WRITE;
  watch->func (fd, events, watch->data);
  return G_SOURCE_CONTINUE;
}

static void
watch_update_mask (SpiceWatch *watch, int mask)
{
  GIOCondition condition = 0;

  if (mask & SPICE_WATCH_EVENT_READ)
    condition |= G_IO_IN | G_IO_HUP | G_IO_ERR;
  if (mask & SPICE_WATCH_EVENT_WRITE)
    condition |= G_IO_OUT;
  g_clear_handle_id (&watch->source, g_source_remove);
  if (condition != 0)
    watch->source = g_unix_fd_add (watch->fd, condition, watch_cb, watch);
}

static SpiceWatch *
watch_add (int fd, int mask, SpiceWatchFunc func, void *data)
{
  SpiceWatch *watch = g_new0 (SpiceWatch, 1);

  watch->fd = fd;
  watch->func = func;
  watch->data = data;
  watch_update_mask (watch, mask);
  return watch;
}

static void
watch_remove (SpiceWatch *watch)
{
  g_clear_handle_id (&watch->source, g_source_remove);
  g_free (watch);
}

static void
channel_event (int event, SpiceChannelEventInfo *info)
{
  if (event == SPICE_CHANNEL_EVENT_INITIALIZED)
    report ("connected %d", info->type);
  else if (event == SPICE_CHANNEL_EVENT_DISCONNECTED)
    report ("disconnected %d", info->type);
}

static SpiceCoreInterface core = {
  .base.major_version = SPICE_INTERFACE_CORE_MAJOR,
  .base.minor_version = SPICE_INTERFACE_CORE_MINOR,
  .timer_add = timer_add,
  .timer_start = timer_start,
  .timer_cancel = timer_cancel,
  .timer_remove = timer_remove,
  .watch_add = watch_add,
  .watch_update_mask = watch_update_mask,
  .watch_remove = watch_remove,
  .channel_event = channel_event,
};

/* Input devices. */

static void
kbd_push (SpiceKbdInstance *instance, uint8_t byte)
{
  report ("key %02x", byte);
}

static uint8_t leds;

static uint8_t
kbd_leds (SpiceKbdInstance *instance)
{
  return leds;
}

static const SpiceKbdInterface kbd_interface = {
  .base = { SPICE_INTERFACE_KEYBOARD,
            "keyboard",
            SPICE_INTERFACE_KEYBOARD_MAJOR,
            SPICE_INTERFACE_KEYBOARD_MINOR },
  .push_scan_freg = kbd_push,
  .get_leds = kbd_leds,
};
static SpiceKbdInstance kbd = { .base.sif = &kbd_interface.base };

static void
mouse_motion (SpiceMouseInstance *instance, int dx, int dy, int dz, uint32_t mask)
{
  report ("motion %d %d %d %u", dx, dy, dz, mask);
}

static void
mouse_buttons (SpiceMouseInstance *instance, uint32_t mask)
{
  report ("buttons %u", mask);
}

static const SpiceMouseInterface mouse_interface = {
  .base
  = { SPICE_INTERFACE_MOUSE, "mouse", SPICE_INTERFACE_MOUSE_MAJOR, SPICE_INTERFACE_MOUSE_MINOR },
  .motion = mouse_motion,
  .buttons = mouse_buttons,
};
static SpiceMouseInstance mouse = { .base.sif = &mouse_interface.base };

static void
tablet_size (SpiceTabletInstance *instance, int w, int h)
{
}

static void
tablet_position (SpiceTabletInstance *instance, int x, int y, uint32_t mask)
{
  report ("position %d %d %u", x, y, mask);
}

static void
tablet_wheel (SpiceTabletInstance *instance, int notches, uint32_t mask)
{
  /* libspice-server sends a press as a wheel that did not turn. */
  if (notches == 0)
    report ("buttons %u", mask);
  else
    report ("wheel %d %u", notches, mask);
}

static void
tablet_buttons (SpiceTabletInstance *instance, uint32_t mask)
{
  report ("buttons %u", mask);
}

static const SpiceTabletInterface tablet_interface = {
  .base = { SPICE_INTERFACE_TABLET,
            "tablet",
            SPICE_INTERFACE_TABLET_MAJOR,
            SPICE_INTERFACE_TABLET_MINOR },
  .set_logical_size = tablet_size,
  .position = tablet_position,
  .wheel = tablet_wheel,
  .buttons = tablet_buttons,
};
static SpiceTabletInstance tablet = { .base.sif = &tablet_interface.base };

static void
set_tablet (gboolean on)
{
  if (on == has_tablet)
    return;
  has_tablet = on;
  if (on)
    spice_server_add_interface (server, &tablet.base);
  else
    spice_server_remove_interface (&tablet.base);
}

/* The display. Its callbacks run in a thread of libspice-server's. */

static void
attached_worker (QXLInstance *instance)
{
  static QXLDevMemSlot slot = { .virt_end = ~(uintptr_t) 0, .qxl_ram_size = ~0u };

  spice_qxl_add_memslot (instance, &slot);
}

static void
set_compression_level (QXLInstance *instance, int level)
{
}

static void
get_init_info (QXLInstance *instance, QXLDevInitInfo *info)
{
  *info = (QXLDevInitInfo) {
    .num_memslots_groups = 1,
    .num_memslots = 1,
    .memslot_gen_bits = 1,
    .memslot_id_bits = 1,
    .n_surfaces = 1,
  };
}

static int
pop (GQueue *queue, QXLCommandExt *ext)
{
  Command *command;

  g_mutex_lock (&queue_lock);
  command = g_queue_pop_head (queue);
  g_mutex_unlock (&queue_lock);
  if (command == NULL)
    return FALSE;
  *ext = command->ext;
  return TRUE;
}

static int
is_empty (GQueue *queue)
{
  gboolean empty;

  g_mutex_lock (&queue_lock);
  empty = g_queue_is_empty (queue);
  g_mutex_unlock (&queue_lock);
  return empty;
}

static int
get_command (QXLInstance *instance, QXLCommandExt *ext)
{
  return pop (&draw_queue, ext);
}

static int
req_cmd_notification (QXLInstance *instance)
{
  return is_empty (&draw_queue);
}

static int
get_cursor_command (QXLInstance *instance, QXLCommandExt *ext)
{
  return pop (&cursor_queue, ext);
}

static int
req_cursor_notification (QXLInstance *instance)
{
  return is_empty (&cursor_queue);
}

static void
release_resource (QXLInstance *instance, QXLReleaseInfoExt info)
{
  Command *command;

  if (info.info == NULL)
    return;
  command = (Command *) (uintptr_t) info.info->id;
  g_free (command->pixels);
  g_free (command->shape);
  g_free (command);
}

static void
notify_update (QXLInstance *instance, uint32_t id)
{
}

static int
flush_resources (QXLInstance *instance)
{
  return 0;
}

static gboolean
gl_next_cb (gpointer data)
{
  gl_done++;
  gl_left--;
  report ("gl-done %" G_GUINT64_FORMAT, gl_done);
  if (gl_left > 0)
    spice_qxl_gl_draw_async (&qxl, 0, 0, (uint32_t) width, (uint32_t) height, 0);
  return G_SOURCE_REMOVE;
}

static void
async_complete (QXLInstance *instance, uint64_t cookie)
{
  if (cookie == 0)
    g_idle_add (gl_next_cb, NULL);
  else
    g_free ((gpointer) (uintptr_t) cookie);
}

static void
update_area_complete (QXLInstance *instance, uint32_t id, struct QXLRect *rects, uint32_t n)
{
}

static void
set_client_capabilities (QXLInstance *instance, uint8_t present, uint8_t caps[])
{
}

static int
client_monitors_config (QXLInstance *instance, VDAgentMonitorsConfig *config)
{
  return 0;
}

static const QXLInterface qxl_interface = {
  .base = { SPICE_INTERFACE_QXL, "display", SPICE_INTERFACE_QXL_MAJOR, SPICE_INTERFACE_QXL_MINOR },
  .attached_worker = attached_worker,
  .set_compression_level = set_compression_level,
  .get_init_info = get_init_info,
  .get_command = get_command,
  .req_cmd_notification = req_cmd_notification,
  .release_resource = release_resource,
  .get_cursor_command = get_cursor_command,
  .req_cursor_notification = req_cursor_notification,
  .notify_update = notify_update,
  .flush_resources = flush_resources,
  .async_complete = async_complete,
  .update_area_complete = update_area_complete,
  .set_client_capabilities = set_client_capabilities,
  .client_monitors_config = client_monitors_config,
};

/* The second display draws nothing: it only has a surface. */

static int
get_no_command (QXLInstance *instance, QXLCommandExt *ext)
{
  return FALSE;
}

static int
req_no_notification (QXLInstance *instance)
{
  return TRUE;
}

static QXLInterface second_interface;

static void
add_second (int w, int h, guint32 pixel)
{
  QXLDevSurfaceCreate create = { 0 };
  guint32            *pixels = g_new (guint32, (gsize) w * h);

  second_interface = qxl_interface;
  second_interface.get_command = get_no_command;
  second_interface.req_cmd_notification = req_no_notification;
  second_interface.get_cursor_command = get_no_command;
  second_interface.req_cursor_notification = req_no_notification;
  second_qxl.base.sif = &second_interface.base;
  spice_server_add_interface (server, &second_qxl.base);
  spice_qxl_start (&second_qxl);
  for (int i = 0; i < w * h; i++)
    pixels[i] = pixel;
  create.width = (uint32_t) w;
  create.height = (uint32_t) h;
  create.stride = w * 4;
  create.format = SPICE_SURFACE_FMT_32_xRGB;
  create.flags = QXL_SURF_FLAG_KEEP_DATA;
  create.mouse_mode = TRUE;
  create.mem = (uint64_t) (uintptr_t) pixels;
  spice_qxl_create_primary_surface (&second_qxl, 0, &create);
}

static void
set_monitors (const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  guint              n_words = g_strv_length (words);
  guint              count = n_words > 1 ? (guint) atoi (words[1]) : 0;
  QXLMonitorsConfig *config = g_malloc0 (sizeof *config + count * sizeof (QXLHead));

  g_assert (n_words >= 2);
  config->max_allowed = (uint16_t) atoi (words[0]);
  config->count = (uint16_t) count;
  for (guint i = 0; i < count; i++)
    {
      char **numbers = words + 2 + i * 4;

      config->heads[i].id = i;
      config->heads[i].width = 1;
      config->heads[i].height = 1;
      if (2 + i * 4 + 3 >= n_words)
        continue;
      config->heads[i].width = (uint32_t) strtoul (numbers[0], NULL, 0);
      config->heads[i].height = (uint32_t) strtoul (numbers[1], NULL, 0);
      config->heads[i].x = (uint32_t) strtoul (numbers[2], NULL, 0);
      config->heads[i].y = (uint32_t) strtoul (numbers[3], NULL, 0);
    }
  spice_qxl_monitors_config_async (
      &qxl, (QXLPHYSICAL) (uintptr_t) config, 0, (uint64_t) (uintptr_t) config);
}

static void
set_mode (int w, int h, int bits)
{
  QXLDevSurfaceCreate create = { 0 };
  gsize               size = (gsize) w * h * 4;

  if (surface != NULL)
    {
      spice_qxl_destroy_primary_surface (&qxl, 0);
      munmap (surface, surface_size);
    }
  surface_size = size;
  surface = mmap (
      NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  g_assert (surface != MAP_FAILED);
  g_free (reference);
  reference = g_malloc0 (size);
  width = w;
  height = h;
  format = bits;

  create.width = (uint32_t) w;
  create.height = (uint32_t) h;
  create.stride = bits == 32 ? w * 4 : (w * 2 + 3) & ~3;
  create.format = bits == 32    ? SPICE_SURFACE_FMT_32_xRGB
                  : bits == 555 ? SPICE_SURFACE_FMT_16_555
                                : SPICE_SURFACE_FMT_16_565;
  create.mouse_mode = TRUE; /* or no tablet is used */
  create.mem = (uint64_t) (uintptr_t) surface;
  spice_qxl_create_primary_surface (&qxl, 0, &create);
}

static guint32
displayed (guint32 pixel)
{
  guint32 r = (pixel >> 16) & 0xff, g = (pixel >> 8) & 0xff, b = pixel & 0xff;

  if (format == 32)
    return pixel & 0xffffff;
  r >>= 3;
  b >>= 3;
  r = r << 3 | r >> 2;
  b = b << 3 | b >> 2;
  if (format == 555)
    g = (g >> 3) << 3 | g >> 5;
  else
    g = (g >> 2) << 2 | g >> 6;
  return r << 16 | g << 8 | b;
}

static void
push (GQueue *queue, Command *command, uint32_t type, void *data)
{
  command->ext.cmd.type = type;
  command->ext.cmd.data = (QXLPHYSICAL) (uintptr_t) data;
  g_mutex_lock (&queue_lock);
  g_queue_push_tail (queue, command);
  g_mutex_unlock (&queue_lock);
}

/* @pixels: (transfer full) */
static void
draw (int x, int y, int w, int h, guint32 *pixels)
{
  static uint32_t unique;
  Command        *command = g_new0 (Command, 1);
  QXLDrawable    *drawable = &command->u.drawable;

  for (int row = 0; row < h; row++)
    for (int column = 0; column < w; column++)
      reference[(gsize) (y + row) * width + x + column] = displayed (pixels[row * w + column]);

  command->pixels = pixels;
  drawable->release_info.id = (uint64_t) (uintptr_t) command;
  drawable->bbox = (QXLRect) { .left = x, .top = y, .right = x + w, .bottom = y + h };
  drawable->clip.type = SPICE_CLIP_TYPE_NONE;
  drawable->effect = QXL_EFFECT_OPAQUE;
  drawable->type = QXL_DRAW_COPY;
  for (int i = 0; i < 3; i++)
    drawable->surfaces_dest[i] = -1;
  drawable->u.copy.rop_descriptor = SPICE_ROPD_OP_PUT;
  drawable->u.copy.src_bitmap = (QXLPHYSICAL) (uintptr_t) &command->image;
  drawable->u.copy.src_area = (QXLRect) { .right = w, .bottom = h };
  QXL_SET_IMAGE_ID (&command->image, QXL_IMAGE_GROUP_DEVICE, ++unique);
  command->image.descriptor.type = SPICE_IMAGE_TYPE_BITMAP;
  command->image.descriptor.width = (uint32_t) w;
  command->image.descriptor.height = (uint32_t) h;
  command->image.bitmap.format = SPICE_BITMAP_FMT_32BIT;
  command->image.bitmap.flags = QXL_BITMAP_DIRECT | QXL_BITMAP_TOP_DOWN;
  command->image.bitmap.x = (uint32_t) w;
  command->image.bitmap.y = (uint32_t) h;
  command->image.bitmap.stride = (uint32_t) w * 4;
  command->image.bitmap.data = (QXLPHYSICAL) (uintptr_t) pixels;
  push (&draw_queue, command, QXL_CMD_DRAW, drawable);
}

static void
noise (int x, int y, int w, int h, guint32 seed)
{
  guint32 *pixels;

  x = CLAMP (x, 0, width);
  y = CLAMP (y, 0, height);
  w = CLAMP (w, 0, width - x);
  h = CLAMP (h, 0, height - y);
  if (w == 0 || h == 0)
    return;
  pixels = g_new (guint32, (gsize) w * h);
  for (int i = 0; i < w * h; i++)
    {
      seed = seed * 1664525u + 1013904223u;
      /* The upper byte is garbage on purpose. */
      pixels[i] = seed ^ (seed >> 13);
    }
  draw (x, y, w, h, pixels);
}

static void
black (int x, int y, int w, int h)
{
  g_assert (x >= 0 && y >= 0 && w > 0 && h > 0 && w <= width - x && h <= height - y);
  draw (x, y, w, h, g_new0 (guint32, (gsize) w * h));
}

static void
flood (int n)
{
  for (int i = 0; i < n; i++)
    {
      guint32 *pixel = g_new (guint32, 1);

      *pixel = (guint32) i * 2654435761u;
      draw ((i * 7) % width, (i * 13 / 7) % height, 1, 1, pixel);
    }
}

/* What "steady" has still to draw. */
static struct {
  int     width, height, left, period;
  gint64  next;
  guint32 seed;
} steady;

static gboolean
steady_cb (gpointer data)
{
  int      w = MIN (steady.width, width), h = MIN (steady.height, height);
  guint32 *pixels = g_new (guint32, (gsize) w * h);
  guint32  seed = steady.seed * 1664525u + 1013904223u;
  int      x = (int) ((seed >> 8) % (guint32) (width - w + 1));
  int      y = (int) ((seed >> 4) % (guint32) (height - h + 1));
  gint64   now;

  steady.seed = seed;
  for (int i = 0; i < w * h; i++)
    {
      seed = seed * 1664525u + 1013904223u;
      pixels[i] = seed ^ (seed >> 13);
    }
  now = g_get_monotonic_time ();
  pixels[0] = (guint32) (now >> 24) & 0xffffff;
  pixels[1] = (guint32) now & 0xffffff;
  draw (x, y, w, h, pixels);
  spice_qxl_wakeup (&qxl);

  if (--steady.left == 0)
    {
      report ("steady-done");
      return G_SOURCE_REMOVE;
    }
  steady.next += steady.period;
  g_source_set_ready_time (g_main_current_source (), steady.next);
  return G_SOURCE_CONTINUE;
}

static gboolean
steady_dispatch (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static void
begin_steady (int w, int h, int n, int period)
{
  static GSourceFuncs funcs = { .dispatch = steady_dispatch };
  GSource            *source;

  g_assert (w > 1 && h > 0 && n > 0 && steady.left == 0);
  steady.width = w;
  steady.height = h;
  steady.left = n;
  steady.period = period;
  steady.next = g_get_monotonic_time () + period;
  source = g_source_new (&funcs, sizeof (GSource));
  g_source_set_callback (source, steady_cb, NULL, NULL);
  g_source_set_ready_time (source, steady.next);
  g_source_attach (source, NULL);
  g_source_unref (source);
}

static Command *
cursor_command (int type)
{
  Command *command = g_new0 (Command, 1);

  command->u.cursor.release_info.id = (uint64_t) (uintptr_t) command;
  command->u.cursor.type = type;
  return command;
}

static void
set_cursor (int w, int h, int hot_x, int hot_y, guint32 rgba)
{
  static uint64_t unique;
  Command        *command = cursor_command (QXL_CURSOR_SET);
  gsize           size = (gsize) w * h * 4;
  guint32         argb = (rgba >> 8) | (rgba << 24);

  command->shape = g_malloc0 (sizeof (QXLCursor) + size);
  command->shape->header.unique = ++unique;
  command->shape->header.type = SPICE_CURSOR_TYPE_ALPHA;
  command->shape->header.width = (uint16_t) w;
  command->shape->header.height = (uint16_t) h;
  command->shape->header.hot_spot_x = (uint16_t) hot_x;
  command->shape->header.hot_spot_y = (uint16_t) hot_y;
  command->shape->data_size = (uint32_t) size;
  command->shape->chunk.data_size = (uint32_t) size;
  for (gsize i = 0; i < size / 4; i++)
    memcpy (command->shape->chunk.data + i * 4, &argb, 4);
  command->u.cursor.u.set.visible = TRUE;
  command->u.cursor.u.set.shape = (QXLPHYSICAL) (uintptr_t) command->shape;
  push (&cursor_queue, command, QXL_CMD_CURSOR, &command->u.cursor);
}

static void
move_cursor (int x, int y)
{
  Command *command = cursor_command (QXL_CURSOR_MOVE);

  command->u.cursor.u.position.x = (int16_t) x;
  command->u.cursor.u.position.y = (int16_t) y;
  push (&cursor_queue, command, QXL_CMD_CURSOR, &command->u.cursor);
}

static gboolean has_scanout;

static void
set_scanout (guint    w,
             guint    h,
             guint    stride,
             guint32  fourcc,
             gboolean top_down,
             guint32  seed,
             gsize    size)
{
  int      fd = memfd_create ("scanout", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  guint32 *pixels;

  g_assert (fd >= 0 && ftruncate (fd, (off_t) size) == 0);
  pixels = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  g_assert (pixels != MAP_FAILED);
  for (gsize i = 0; seed != 0 && i < size / 4; i++)
    {
      seed = seed * 1664525u + 1013904223u;
      pixels[i] = seed ^ (seed >> 13);
    }
  if (w > 0 && h > 0 && w <= 4096 && h <= 4096 && size >= (gsize) stride * h)
    {
      g_free (reference);
      width = (int) w;
      height = (int) h;
      reference = g_new (guint32, (gsize) w * h);
      for (guint y = 0; y < h; y++)
        for (guint x = 0; x < w; x++)
          reference[(gsize) y * w + x]
              = pixels[(gsize) (top_down ? y : h - 1 - y) * (stride / 4) + x] & 0xffffff;
    }
  munmap (pixels, size);
  g_assert (fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK) == 0);
  spice_qxl_gl_scanout (&qxl, fd, w, h, stride, fourcc, top_down);
  has_scanout = TRUE;
}

static void
draw_gl (int frames)
{
  if (!has_scanout)
    set_scanout ((guint) width,
                 (guint) height,
                 (guint) width * 4,
                 DRM_FORMAT_XRGB8888,
                 TRUE,
                 0,
                 (gsize) width * (gsize) height * 4);
  gl_left = frames;
  spice_qxl_gl_draw_async (&qxl, 0, 0, (uint32_t) width, (uint32_t) height, 0);
}

static void
kick (void)
{
  for (guint i = 0; i < client_fds->len; i++)
    {
      shutdown (g_array_index (client_fds, int, i), SHUT_RDWR);
      close (g_array_index (client_fds, int, i));
    }
  g_array_set_size (client_fds, 0);
}

/* A port that is free now; somebody else may be quicker. */
static int
free_port (void)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();

  return g_socket_listener_add_any_inet_port (listener, NULL, NULL);
}

/* libspice-server prepares TLS only where it listens itself; but there passwords could not be switched. */
static SpiceServer *
start_server (const char *certificates)
{
  for (int attempt = 0; attempt < 20; attempt++)
    {
      SpiceServer *new_server = spice_server_new ();
      int          port = 0;

      spice_server_set_image_compression (new_server, SPICE_IMAGE_COMPRESSION_OFF);
      spice_server_set_streaming_video (new_server, SPICE_STREAM_VIDEO_OFF);
      if (certificates != NULL)
        {
          g_autofree char *ca = g_build_filename (certificates, "ca.pem", NULL);
          g_autofree char *cert = g_build_filename (certificates, "cert.pem", NULL);
          g_autofree char *key = g_build_filename (certificates, "key.pem", NULL);

          port = free_port ();
          spice_server_set_addr (new_server, "127.0.0.1", SPICE_ADDR_FLAG_IPV4_ONLY);
          spice_server_set_tls (new_server, port, ca, cert, key, NULL, NULL, NULL);
        }
      if (spice_server_init (new_server, &core) == 0)
        return new_server;
      spice_server_destroy (new_server);
    }
  g_error ("spice-server: cannot start");
}

static void
listen_tcp (gboolean tls)
{
  g_autoptr (GObject) mark = tls ? g_object_new (G_TYPE_OBJECT, NULL) : NULL;
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) effective = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (service),
                                      address,
                                      G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_TCP,
                                      mark,
                                      &effective,
                                      &error))
    g_error ("spice-server: %s", error->message);
  report ("%s %u",
          tls ? "tls" : "tcp",
          g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective)));
}

static void
execute (const char *line)
{
  int   a, b, c, d;
  guint e, f, g, h;
  char  word[4096];

  if (g_str_has_prefix (line, "agent "))
    agent_execute (line + strlen ("agent "));
  else if (g_str_has_prefix (line, "folder "))
    folder_execute (line + strlen ("folder "));
  else if (sscanf (line, "mode %d %d %d", &a, &b, &c) == 3)
    set_mode (a, b, c);
  else if (sscanf (line, "noise %d %d %d %d %u", &a, &b, &c, &d, &e) == 5)
    noise (a, b, c, d, e);
  else if (g_str_has_prefix (line, "monitors "))
    set_monitors (line + strlen ("monitors "));
  else if (sscanf (line, "second %d %d %x", &a, &b, &e) == 3)
    add_second (a, b, e);
  else if (sscanf (line, "black %d %d %d %d", &a, &b, &c, &d) == 4)
    black (a, b, c, d);
  else if (sscanf (line, "flood %d", &a) == 1)
    flood (a);
  else if (sscanf (line, "steady %d %d %d %d", &a, &b, &c, &d) == 4)
    begin_steady (a, b, c, d);
  else if (sscanf (line, "cursor %d %d %d %d %x", &a, &b, &c, &d, &e) == 5)
    set_cursor (a, b, c, d, e);
  else if (sscanf (line, "cursor-move %d %d", &a, &b) == 2)
    move_cursor (a, b);
  else if (strcmp (line, "cursor-hide") == 0)
    {
      Command *command = cursor_command (QXL_CURSOR_HIDE);

      push (&cursor_queue, command, QXL_CMD_CURSOR, &command->u.cursor);
    }
  else if (sscanf (line, "tablet %4000s", word) == 1)
    set_tablet (strcmp (word, "on") == 0);
  else if (sscanf (line, "leds %d", &a) == 1)
    {
      leds = (uint8_t) a;
      spice_server_kbd_leds (&kbd, a);
    }
  else if (sscanf (line, "scanout %u %u %u %4s %d %u %d", &f, &g, &e, word, &a, &h, &b) == 7)
    set_scanout (f,
                 g,
                 e,
                 (guint32) word[0] | (guint32) word[1] << 8 | (guint32) word[2] << 16
                     | (guint32) word[3] << 24,
                 a,
                 h,
                 (gsize) b);
  else if (sscanf (line, "gl %d", &a) == 1)
    draw_gl (a);
  else if (strcmp (line, "kick") == 0)
    kick ();
  else if (strcmp (line, "listen") == 0)
    listen_tcp (FALSE);
  else if (strcmp (line, "password") == 0)
    asks = FALSE;
  else if (sscanf (line, "password %4000s", word) == 1)
    asks = spice_server_set_ticket (server, word, 0, FALSE, FALSE) == 0;
  else if (sscanf (line, "dump %4000s", word) == 1)
    {
      g_autoptr (GError) error = NULL;

      if (!g_file_set_contents (
              word, (const char *) reference, (gssize) width * height * 4, &error))
        g_error ("%s", error->message);
    }
  else if (!server_audio_execute (line) && !server_usb_execute (server, line))
    g_error ("spice-server: what is “%s”?", line);
  spice_qxl_wakeup (&qxl);
  report ("ok");
}

static gboolean
command_cb (GIOChannel *channel, GIOCondition condition, gpointer loop)
{
  g_autofree char *line = NULL;
  gsize            end;

  if (g_io_channel_read_line (channel, &line, NULL, &end, NULL) != G_IO_STATUS_NORMAL)
    {
      g_main_loop_quit (loop);
      return G_SOURCE_REMOVE;
    }
  line[end] = '\0';
  execute (line);
  return G_SOURCE_CONTINUE;
}

static gboolean
incoming_cb (GSocketService *listener, GSocketConnection *connection, GObject *source, gpointer data)
{
  int fd = g_socket_get_fd (g_socket_connection_get_socket (connection));
  int theirs = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  int ours = fcntl (fd, F_DUPFD_CLOEXEC, 3);

  g_array_append_val (client_fds, ours);
  if ((source != NULL ? spice_server_add_ssl_client (server, theirs, !asks)
                      : spice_server_add_client (server, theirs, !asks))
      != 0)
    close (theirs);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (STDIN_FILENO);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  g_assert (argc == 2 || argc == 3);
  address = g_unix_socket_address_new (argv[1]);
  service = g_socket_service_new ();
  client_fds = g_array_new (FALSE, FALSE, sizeof (int));

  server = start_server (argc == 3 ? argv[2] : NULL);
  /* The pointer goes to the tablet, also while an agent is there. */
  spice_server_set_agent_mouse (server, FALSE);
  agent_init (server);
  folder_init (server);
  qxl.base.sif = &qxl_interface.base;
  spice_server_add_interface (server, &qxl.base);
  spice_server_add_interface (server, &kbd.base);
  spice_server_add_interface (server, &mouse.base);
  server_audio_add (server);
  set_tablet (TRUE);
  set_mode (640, 480, 32);
  spice_server_vm_start (server);

  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (service),
                                      address,
                                      G_SOCKET_TYPE_STREAM,
                                      G_SOCKET_PROTOCOL_DEFAULT,
                                      NULL,
                                      NULL,
                                      &error))
    g_error ("spice-server: %s", error->message);
  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), NULL);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, command_cb, loop);
  if (argc == 3)
    listen_tcp (TRUE);
  report ("ready");
  g_main_loop_run (loop);
  /* The process ends here: libspice-server's threads with it. */
  _exit (0);
}
