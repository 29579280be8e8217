/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/console/virtual-input.h"

#include <gio/gio.h>
#include <linux/input-event-codes.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wayland-client.h>

/* zwp_virtual_keyboard_v1 and zwlr_virtual_pointer_v1, as far as they are used. */

static const struct wl_interface *no_types[8];

static const struct wl_message keyboard_requests[] = {
  { "keymap", "uhu", no_types },
  { "key", "uuu", no_types },
};
static const struct wl_interface keyboard_interface = {
  "zwp_virtual_keyboard_v1", 1, G_N_ELEMENTS (keyboard_requests), keyboard_requests, 0, NULL,
};
static const struct wl_interface *create_keyboard_types[]
    = { &wl_seat_interface, &keyboard_interface };
static const struct wl_message keyboard_manager_requests[] = {
  { "create_virtual_keyboard", "on", create_keyboard_types },
};
static const struct wl_interface keyboard_manager_interface = {
  "zwp_virtual_keyboard_manager_v1", 1, 1, keyboard_manager_requests, 0, NULL,
};
enum { KEYBOARD_KEYMAP, KEYBOARD_KEY };

static const struct wl_message pointer_requests[] = {
  { "motion", "uff", no_types },   { "motion_absolute", "uuuuu", no_types },
  { "button", "uuu", no_types },   { "axis", "uuf", no_types },
  { "frame", "", no_types },       { "axis_source", "u", no_types },
  { "axis_stop", "uu", no_types }, { "axis_discrete", "uufi", no_types },
};
static const struct wl_interface pointer_interface = {
  "zwlr_virtual_pointer_v1", 1, G_N_ELEMENTS (pointer_requests), pointer_requests, 0, NULL,
};
static const struct wl_interface *create_pointer_types[]
    = { &wl_seat_interface, &pointer_interface };
static const struct wl_message pointer_manager_requests[] = {
  { "create_virtual_pointer", "?on", create_pointer_types },
};
static const struct wl_interface pointer_manager_interface = {
  "zwlr_virtual_pointer_manager_v1", 1, 1, pointer_manager_requests, 0, NULL,
};
enum {
  POINTER_MOTION,
  POINTER_MOTION_ABSOLUTE,
  POINTER_BUTTON,
  POINTER_AXIS,
  POINTER_FRAME,
  POINTER_AXIS_SOURCE,
  POINTER_AXIS_STOP,
  POINTER_AXIS_DISCRETE,
};

static const char keymap[] = "xkb_keymap {\n"
                             "xkb_keycodes { include \"evdev+aliases(qwerty)\" };\n"
                             "xkb_types { include \"complete\" };\n"
                             "xkb_compat { include \"complete\" };\n"
                             "xkb_symbols { include \"pc+us+inet(evdev)\" };\n"
                             "};\n";

static struct wl_display *display;
static struct wl_seat    *seat;
static struct wl_output  *output;
static struct wl_proxy   *keyboard_manager;
static struct wl_proxy   *pointer_manager;
static struct wl_proxy   *keyboard;
static struct wl_proxy   *pointer;
static int                output_width;
static int                output_height;

static guint
now (void)
{
  return (guint) (g_get_monotonic_time () / 1000);
}

static void
global_cb (
    void *data, struct wl_registry *registry, uint32_t name, const char *type, uint32_t version)
{
  if (strcmp (type, wl_seat_interface.name) == 0 && seat == NULL)
    seat = wl_registry_bind (registry, name, &wl_seat_interface, 1);
  else if (strcmp (type, wl_output_interface.name) == 0 && output == NULL)
    output = wl_registry_bind (registry, name, &wl_output_interface, 1);
  else if (strcmp (type, keyboard_manager_interface.name) == 0)
    keyboard_manager = wl_registry_bind (registry, name, &keyboard_manager_interface, 1);
  else if (strcmp (type, pointer_manager_interface.name) == 0)
    pointer_manager = wl_registry_bind (registry, name, &pointer_manager_interface, 1);
}

static void
global_remove_cb (void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = { global_cb, global_remove_cb };

static void
geometry_cb (void             *data,
             struct wl_output *wl_output,
             int32_t           x,
             int32_t           y,
             int32_t           physical_width,
             int32_t           physical_height,
             int32_t           subpixel,
             const char       *make,
             const char       *model,
             int32_t           transform)
{
}

static void
mode_cb (void             *data,
         struct wl_output *wl_output,
         uint32_t          flags,
         int32_t           width,
         int32_t           height,
         int32_t           refresh)
{
  output_width = width;
  output_height = height;
}

static const struct wl_output_listener output_listener
    = { .geometry = geometry_cb, .mode = mode_cb };

static void
send_keymap (void)
{
  int fd = memfd_create ("keymap", MFD_CLOEXEC);

  g_assert (fd >= 0 && write (fd, keymap, sizeof keymap) == sizeof keymap);
  wl_proxy_marshal_flags (keyboard,
                          KEYBOARD_KEYMAP,
                          NULL,
                          1,
                          0,
                          (guint) WL_KEYBOARD_KEYMAP_FORMAT_XKB_V1,
                          fd,
                          (guint) sizeof keymap);
  close (fd);
}

static void
start (void)
{
  struct wl_registry *registry;

  if (display != NULL)
    return;
  display = wl_display_connect (NULL);
  g_assert_nonnull (display);
  registry = wl_display_get_registry (display);
  wl_registry_add_listener (registry, &registry_listener, NULL);
  wl_display_roundtrip (display);
  g_assert (seat != NULL && output != NULL && keyboard_manager != NULL && pointer_manager != NULL);
  wl_output_add_listener (output, &output_listener, NULL);
  keyboard = wl_proxy_marshal_flags (keyboard_manager, 0, &keyboard_interface, 1, 0, seat, NULL);
  pointer = wl_proxy_marshal_flags (pointer_manager, 0, &pointer_interface, 1, 0, seat, NULL);
  send_keymap ();
  wl_display_roundtrip (display);
  g_assert (output_width > 0);
}

static void
frame (void)
{
  wl_proxy_marshal_flags (pointer, POINTER_FRAME, NULL, 1, 0);
  wl_display_roundtrip (display);
}

void
virtual_input_key (guint code, gboolean press)
{
  start ();
  wl_proxy_marshal_flags (keyboard, KEYBOARD_KEY, NULL, 1, 0, now (), code, (guint) press);
  wl_display_roundtrip (display);
}

void
virtual_input_move (int x, int y)
{
  start ();
  /* The middle of the pixel, in halves. */
  wl_proxy_marshal_flags (pointer,
                          POINTER_MOTION_ABSOLUTE,
                          NULL,
                          1,
                          0,
                          now (),
                          (guint) x * 2 + 1,
                          (guint) y * 2 + 1,
                          (guint) output_width * 2,
                          (guint) output_height * 2);
  frame ();
}

void
virtual_input_move_by (int dx, int dy)
{
  start ();
  wl_proxy_marshal_flags (pointer,
                          POINTER_MOTION,
                          NULL,
                          1,
                          0,
                          now (),
                          wl_fixed_from_int (dx),
                          wl_fixed_from_int (dy));
  frame ();
}

void
virtual_input_button (guint button, gboolean press)
{
  static const guint codes[] = { 0, BTN_LEFT, BTN_MIDDLE, BTN_RIGHT };

  start ();
  g_assert_cmpuint (button, <, G_N_ELEMENTS (codes));
  wl_proxy_marshal_flags (
      pointer, POINTER_BUTTON, NULL, 1, 0, now (), codes[button], (guint) press);
  frame ();
}

void
virtual_input_wheel (int notches)
{
  start ();
  wl_proxy_marshal_flags (
      pointer, POINTER_AXIS_SOURCE, NULL, 1, 0, (guint) WL_POINTER_AXIS_SOURCE_WHEEL);
  wl_proxy_marshal_flags (pointer,
                          POINTER_AXIS_DISCRETE,
                          NULL,
                          1,
                          0,
                          now (),
                          (guint) WL_POINTER_AXIS_VERTICAL_SCROLL,
                          wl_fixed_from_int (15 * notches),
                          notches);
  frame ();
}

void
virtual_input_focus (gboolean focused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) swaymsg = NULL;

  start ();
  swaymsg = g_subprocess_new (
      G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, "swaymsg", "workspace", focused ? "1" : "2", NULL);
  g_assert_no_error (error);
  g_subprocess_wait_check (swaymsg, NULL, &error);
  g_assert_no_error (error);
}
