/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-screen.h"

#include <X11/XKBlib.h>
#include <X11/Xatom.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <X11/keysym.h>
#include <gdk-pixbuf/gdk-pixbuf.h>

struct _AvbScreen {
  Display *display;
  Window root;
  int x, y;
};

/* A window that goes away while it is looked at is not the end of the test. */
static int
ignore_error_cb (Display *display, XErrorEvent *event)
{
  return 0;
}

AvbScreen *
avb_screen_new (void)
{
  AvbScreen *self = g_new0 (AvbScreen, 1);

  self->display = XOpenDisplay (NULL);
  if (self->display == NULL)
    g_error ("There is no X display");
  self->root = DefaultRootWindow (self->display);
  XSetErrorHandler (ignore_error_cb);
  return self;
}

void
avb_screen_free (AvbScreen *self)
{
  XCloseDisplay (self->display);
  g_free (self);
}

gboolean
avb_screen_get_area (AvbScreen *self, gulong window, AvbArea *area)
{
  XWindowAttributes attributes;
  Window child;

  if (!XGetWindowAttributes (self->display, window, &attributes) || attributes.map_state != IsViewable)
    return FALSE;
  area->width = attributes.width;
  area->height = attributes.height;
  return XTranslateCoordinates (self->display, window, self->root, 0, 0, &area->x, &area->y, &child);
}

static GPid
get_pid (AvbScreen *self, Window window)
{
  Atom type;
  int format;
  unsigned long n_items, after;
  unsigned char *data = NULL;
  GPid pid = 0;

  if (XGetWindowProperty (self->display, window, XInternAtom (self->display, "_NET_WM_PID", False), 0, 1, False,
                          XA_CARDINAL, &type, &format, &n_items, &after, &data) == Success
      && data != NULL && n_items == 1)
    pid = (GPid) *(unsigned long *) data;
  g_clear_pointer (&data, XFree);
  return pid;
}

static void
find_largest (AvbScreen *self, Window window, GPid pid, int depth, gulong *found, AvbArea *largest)
{
  Window root, parent, *children = NULL;
  unsigned int n_children = 0;
  AvbArea area;

  if (window != self->root && get_pid (self, window) == pid && avb_screen_get_area (self, window, &area)
      && area.width * area.height > largest->width * largest->height) {
    *found = window;
    *largest = area;
  }
  /* A window manager's frame and the client in it */
  if (depth == 3 || !XQueryTree (self->display, window, &root, &parent, &children, &n_children))
    return;
  for (guint i = 0; i < n_children; i++)
    find_largest (self, children[i], pid, depth + 1, found, largest);
  g_clear_pointer (&children, XFree);
}

gulong
avb_screen_find_window (AvbScreen *self, GPid pid, AvbArea *area)
{
  AvbArea largest = { 0 };
  gulong found = 0;

  find_largest (self, self->root, pid, 0, &found, &largest);
  if (area != NULL)
    *area = largest;
  return found;
}

void
avb_screen_move_window (AvbScreen *self, gulong window, const AvbArea *area)
{
  XMoveResizeWindow (self->display, window, area->x, area->y, area->width, area->height);
  XRaiseWindow (self->display, window);
  XSync (self->display, False);
}

void
avb_screen_move (AvbScreen *self, int x, int y)
{
  XTestFakeMotionEvent (self->display, -1, x, y, CurrentTime);
  XSync (self->display, False);
  self->x = x;
  self->y = y;
}

void
avb_screen_button (AvbScreen *self, guint button, gboolean press)
{
  XTestFakeButtonEvent (self->display, button, press, CurrentTime);
  XSync (self->display, False);
}

void
avb_screen_click (AvbScreen *self, int x, int y, guint button)
{
  /* Arriving, pressing and releasing are three things; at once they would be none to some widgets. */
  avb_screen_move (self, x, y);
  g_usleep (30000);
  avb_screen_button (self, button, TRUE);
  g_usleep (30000);
  avb_screen_button (self, button, FALSE);
}

void
avb_screen_glide (AvbScreen *self, int x, int y)
{
  const int from_x = self->x, from_y = self->y, steps = 24;

  for (int i = 1; i <= steps; i++) {
    avb_screen_move (self, from_x + (x - from_x) * i / steps, from_y + (y - from_y) * i / steps);
    g_usleep (16000);
  }
}

static void
press_code (AvbScreen *self, KeyCode code, gboolean press)
{
  XTestFakeKeyEvent (self->display, code, press, CurrentTime);
  XSync (self->display, False);
  g_usleep (8000);
}

static void
press_key (AvbScreen *self, KeySym keysym, gboolean press)
{
  KeyCode code = XKeysymToKeycode (self->display, keysym);

  if (code == 0)
    g_error ("No key makes keysym 0x%lx", keysym);
  press_code (self, code, press);
}

void
avb_screen_press_keys (AvbScreen *self, guint first_keysym, ...)
{
  g_autoptr (GArray) keysyms = g_array_new (FALSE, FALSE, sizeof (guint));
  va_list arguments;

  va_start (arguments, first_keysym);
  for (guint keysym = first_keysym; keysym != 0; keysym = va_arg (arguments, guint))
    g_array_append_val (keysyms, keysym);
  va_end (arguments);

  for (guint i = 0; i < keysyms->len; i++)
    press_key (self, g_array_index (keysyms, guint, i), TRUE);
  for (guint i = keysyms->len; i > 0; i--)
    press_key (self, g_array_index (keysyms, guint, i - 1), FALSE);
}

static void
type_character (AvbScreen *self, char c)
{
  const KeySym keysym = c == '\n' ? XK_Return : (KeySym) (guchar) c;

  /* The first key that has it is the one of the main block: parentheses also have keys of their own, which no guest
   * knows. */
  for (int code = 8; code < 256; code++) {
    const gboolean plain = XkbKeycodeToKeysym (self->display, code, 0, 0) == keysym;

    if (!plain && XkbKeycodeToKeysym (self->display, code, 0, 1) != keysym)
      continue;
    if (!plain)
      press_key (self, XK_Shift_L, TRUE);
    press_code (self, code, TRUE);
    press_code (self, code, FALSE);
    if (!plain)
      press_key (self, XK_Shift_L, FALSE);
    return;
  }
  g_error ("No key makes the character %d", c);
}

void
avb_screen_type (AvbScreen *self, const char *text)
{
  for (; *text != '\0'; text++)
    type_character (self, *text);
}

GBytes *
avb_screen_grab (AvbScreen *self, const AvbArea *area)
{
  XImage *image = XGetImage (self->display, self->root, area->x, area->y, area->width, area->height, AllPlanes, ZPixmap);
  GBytes *bytes;

  if (image == NULL)
    return g_bytes_new (NULL, 0);
  g_assert (image->bits_per_pixel == 32 && image->bytes_per_line == area->width * 4);
  bytes = g_bytes_new (image->data, (gsize) image->bytes_per_line * area->height);
  XDestroyImage (image);
  return bytes;
}

/* How many different colours there are, counted up to 256. */
guint
avb_screen_colours (GBytes *pixels)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  const guint32 *data = g_bytes_get_data (pixels, NULL);

  for (gsize i = 0; i < g_bytes_get_size (pixels) / 4 && g_hash_table_size (seen) < 256; i++)
    g_hash_table_add (seen, GUINT_TO_POINTER ((data[i] & 0xffffff) + 1));
  return g_hash_table_size (seen);
}

gboolean
avb_screen_save_png (AvbScreen *self, const AvbArea *area, const char *path, GError **error)
{
  g_autoptr (GBytes) pixels = avb_screen_grab (self, area);
  const guint8 *data = g_bytes_get_data (pixels, NULL);
  g_autoptr (GdkPixbuf) pixbuf = NULL;
  guint8 *to;
  int stride;

  if (data == NULL) {
    g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "This area is not on the screen");
    return FALSE;
  }
  pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, area->width, area->height);
  to = gdk_pixbuf_get_pixels (pixbuf);
  stride = gdk_pixbuf_get_rowstride (pixbuf);
  for (int y = 0; y < area->height; y++)
    for (int x = 0; x < area->width; x++, data += 4) {
      to[y * stride + x * 3] = data[2];
      to[y * stride + x * 3 + 1] = data[1];
      to[y * stride + x * 3 + 2] = data[0];
    }
  return gdk_pixbuf_save (pixbuf, path, "png", error, NULL);
}
