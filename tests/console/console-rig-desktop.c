/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What differs between X11 and Wayland: pictures of the screen and made-up input. */

#include "config.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <X11/extensions/Xfixes.h>
#include <gdk/wayland/gdkwayland.h>
#include <gdk/x11/gdkx.h>

#include "tests/console/console-rig.h"
#include "tests/console/virtual-input.h"

static gboolean
on_wayland (void)
{
  return GDK_IS_WAYLAND_DISPLAY (gdk_display_get_default ());
}

/* A connection of our own: GDK's must not be used under its nose. */
static Display *
x_display (void)
{
  static Display *display;

  if (display == NULL)
    {
      display = XOpenDisplay (NULL);
      g_assert_nonnull (display);
      XAutoRepeatOff (display);
    }
  return display;
}

double
rig_scale (void)
{
  const char *scale = g_getenv ("AVB_TEST_SCALE");

  return scale != NULL ? g_ascii_strtod (scale, NULL) : 1;
}

static guint32 *
x_screenshot (int width, int height)
{
  Display *display = x_display ();
  XImage  *image = XGetImage (display,
                             DefaultRootWindow (display),
                             0,
                             0,
                             (unsigned) width,
                             (unsigned) height,
                             AllPlanes,
                             ZPixmap);
  guint32 *pixels = g_new (guint32, (gsize) width * height);

  g_assert_nonnull (image);
  g_assert_cmpint (image->bits_per_pixel, ==, 32);
  for (int y = 0; y < height; y++)
    memcpy (pixels + (gsize) y * width,
            image->data + (gsize) y * (gsize) image->bytes_per_line,
            (gsize) width * 4);
  XDestroyImage (image);
  return pixels;
}

/* Through grim, as binary PPM: "P6", width, height, 255, then bytes. */
static guint32 *
wayland_screenshot (int width, int height)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) grim
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "grim", "-t", "ppm", "-", NULL);
  g_autoptr (GBytes) output = NULL;
  guint32      *pixels = g_new (guint32, (gsize) width * height);
  const guint8 *data;
  gsize         size;
  int           w, h, header;

  g_assert_no_error (error);
  g_subprocess_communicate (grim, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  data = g_bytes_get_data (output, &size);
  g_assert_cmpint (sscanf ((const char *) data, "P6 %d %d 255%n", &w, &h, &header), ==, 2);
  data += header + 1;
  g_assert_cmpuint (size, ==, (gsize) header + 1 + (gsize) w * h * 3);
  g_assert_cmpint (w, >=, width);
  g_assert_cmpint (h, >=, height);
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        const guint8 *p = data + ((gsize) y * w + x) * 3;

        pixels[(gsize) y * width + x] = (guint32) p[0] << 16 | (guint32) p[1] << 8 | p[2];
      }
  return pixels;
}

guint32 *
rig_screenshot (int width, int height)
{
  return on_wayland () ? wayland_screenshot (width, height) : x_screenshot (width, height);
}

guint32 *
rig_pointer (int *width, int *height, int *hot_x, int *hot_y)
{
  XFixesCursorImage *image;
  guint32           *pixels;
  int                event_base, error_base;

  g_assert_true (XFixesQueryExtension (x_display (), &event_base, &error_base));
  image = XFixesGetCursorImage (x_display ());
  g_assert_nonnull (image);
  *width = image->width;
  *height = image->height;
  *hot_x = image->xhot;
  *hot_y = image->yhot;
  pixels = g_new (guint32, (gsize) image->width * image->height);
  for (int i = 0; i < image->width * image->height; i++)
    pixels[i] = (guint32) image->pixels[i];
  XFree (image);
  return pixels;
}

void
rig_nudge (void)
{
  if (!on_wayland ())
    return;
  virtual_input_focus (FALSE);
  virtual_input_focus (TRUE);
}

void
rig_key (guint code, gboolean press)
{
  if (on_wayland ())
    {
      virtual_input_key (code, press);
      return;
    }
  XTestFakeKeyEvent (x_display (), code + 8, press, CurrentTime);
  XFlush (x_display ());
}

void
rig_move (int x, int y)
{
  if (on_wayland ())
    {
      virtual_input_move (x, y);
      return;
    }
  XTestFakeMotionEvent (x_display (), -1, x, y, CurrentTime);
  XFlush (x_display ());
}

void
rig_move_by (int dx, int dy)
{
  if (on_wayland ())
    {
      virtual_input_move_by (dx, dy);
      return;
    }
  XTestFakeRelativeMotionEvent (x_display (), dx, dy, CurrentTime);
  XFlush (x_display ());
}

void
rig_button (guint button, gboolean press)
{
  if (on_wayland ())
    {
      virtual_input_button (button, press);
      return;
    }
  XTestFakeButtonEvent (x_display (), button, press, CurrentTime);
  XFlush (x_display ());
}

void
rig_wheel (int notches)
{
  if (on_wayland ())
    {
      virtual_input_wheel (notches);
      return;
    }
  for (int i = 0; i < ABS (notches); i++)
    {
      rig_button (notches > 0 ? 5 : 4, TRUE);
      rig_button (notches > 0 ? 5 : 4, FALSE);
    }
}

static gboolean
is_active (gpointer window)
{
  return gtk_window_is_active (window);
}

static gboolean
is_inactive (gpointer window)
{
  return !gtk_window_is_active (window);
}

void
rig_focus (GtkWindow *window, gboolean focused)
{
  if (on_wayland ())
    virtual_input_focus (focused);
  else
    {
      GdkSurface *surface = gtk_native_get_surface (GTK_NATIVE (window));

      XSetInputFocus (x_display (),
                      focused ? gdk_x11_surface_get_xid (surface) : None,
                      RevertToNone,
                      CurrentTime);
      XFlush (x_display ());
    }
  rig_wait (focused ? is_active : is_inactive, window, "the window gets or loses the keyboard");
}

static gboolean
is_mapped (gpointer window)
{
  GdkSurface *surface = gtk_native_get_surface (window);

  return surface != NULL && gdk_surface_get_mapped (surface) && gtk_widget_get_width (window) > 0
         && gdk_surface_get_scale (surface) == rig_scale ();
}

static void
mark_cb (GdkFrameClock *clock, gboolean *painted)
{
  *painted = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

GtkWindow *
rig_window_new (GtkWidget *child, int width, int height)
{
  GtkWindow     *window = GTK_WINDOW (gtk_window_new ());
  GdkFrameClock *clock;
  gboolean       painted = FALSE;

  gtk_window_set_decorated (window, FALSE);
  gtk_window_set_default_size (window, width, height);
  gtk_window_set_child (window, child);
  gtk_window_present (window);
  rig_wait (is_mapped, window, "the window is there at the right scale");
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (window));
  g_signal_connect (clock, "after-paint", G_CALLBACK (mark_cb), &painted);
  gtk_widget_queue_draw (GTK_WIDGET (window));
  rig_wait (is_true, &painted, "the window is painted");
  g_signal_handlers_disconnect_by_data (clock, &painted);
  rig_focus (window, TRUE);
  return window;
}
