/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-keymap.h"

#ifdef GDK_WINDOWING_MACOS
#include <gdk/macos/gdkmacos.h>
#endif
#ifdef GDK_WINDOWING_WIN32
#include <gdk/win32/gdkwin32.h>
#include <windows.h>
#endif
#ifdef GDK_WINDOWING_WAYLAND
#include <gdk/wayland/gdkwayland.h>
#endif
#ifdef GDK_WINDOWING_X11
#include <gdk/x11/gdkx.h>
#endif

/* X servers on Linux and all Wayland compositors add this to the kernel's code. */
#define EVDEV_OFFSET 8

typedef struct {
  guint16 key;
  guint16 scancode;
} Pair;

/* Linux codes up to 84, and 86 to 88, are XT scancodes by descent. */
static const Pair linux_keys[] = {
  { 85, 0x76 },   /* Zenkaku/Hankaku */
  { 89, 0x73 },   /* Ro */
  { 90, 0x78 },   /* Katakana */
  { 91, 0x77 },   /* Hiragana */
  { 92, 0x79 },   /* Henkan */
  { 93, 0x70 },   /* Katakana/Hiragana */
  { 94, 0x7b },   /* Muhenkan */
  { 95, 0x5c },   /* keypad comma, Japanese */
  { 96, 0x11c },  /* keypad Enter */
  { 97, 0x11d },  /* right Ctrl */
  { 98, 0x135 },  /* keypad / */
  { 99, 0x137 },  /* Print */
  { 100, 0x138 }, /* right Alt */
  { 102, 0x147 }, /* Home */
  { 103, 0x148 }, /* Up */
  { 104, 0x149 }, /* Page Up */
  { 105, 0x14b }, /* Left */
  { 106, 0x14d }, /* Right */
  { 107, 0x14f }, /* End */
  { 108, 0x150 }, /* Down */
  { 109, 0x151 }, /* Page Down */
  { 110, 0x152 }, /* Insert */
  { 111, 0x153 }, /* Delete */
  { 112, 0x16f }, /* Macro */
  { 113, 0x120 }, /* mute */
  { 114, 0x12e }, /* quieter */
  { 115, 0x130 }, /* louder */
  { 116, 0x15e }, /* power */
  { 117, 0x59 },  /* keypad = */
  { 118, 0x14e }, /* keypad plus/minus */
  { 119, AVB_SCANCODE_PAUSE },
  { 120, 0x10b }, /* scale */
  { 121, 0x7e },  /* keypad comma, Brazilian */
  { 122, 0x72 },  /* Hangul */
  { 123, 0x71 },  /* Hanja */
  { 124, 0x7d },  /* Yen */
  { 125, 0x15b }, /* left Super */
  { 126, 0x15c }, /* right Super */
  { 127, 0x15d }, /* Menu */
  { 128, 0x168 }, /* stop */
  { 140, 0x121 }, /* calculator */
  { 142, 0x15f }, /* sleep */
  { 143, 0x163 }, /* wake up */
  { 155, 0x16c }, /* mail */
  { 156, 0x166 }, /* bookmarks */
  { 157, 0x16b }, /* computer */
  { 158, 0x16a }, /* back */
  { 159, 0x169 }, /* forward */
  { 163, 0x119 }, /* next track */
  { 164, 0x122 }, /* play and pause */
  { 165, 0x110 }, /* previous track */
  { 166, 0x124 }, /* stop playing */
  { 172, 0x132 }, /* home page */
  { 173, 0x167 }, /* reload */
  { 183, 0x5d },  /* F13 */
  { 184, 0x5e },  /* F14 */
  { 185, 0x5f },  /* F15 */
  { 186, 0x55 },  /* F16 */
  { 187, 0x103 }, /* F17 */
  { 188, 0x177 }, /* F18 */
  { 189, 0x104 }, /* F19 */
  { 190, 0x5a },  /* F20 */
  { 191, 0x74 },  /* F21 */
  { 192, 0x179 }, /* F22 */
  { 193, 0x6d },  /* F23 */
  { 194, 0x6f },  /* F24 */
  { 217, 0x165 }, /* search */
  { 226, 0x16d }, /* media */
};

/* What is not on the main block of the keyboard. */
static const Pair named_keys[] = {
  { GDK_KEY_Escape, 0x01 },
  { GDK_KEY_BackSpace, 0x0e },
  { GDK_KEY_Tab, 0x0f },
  { GDK_KEY_ISO_Left_Tab, 0x0f },
  { GDK_KEY_Return, 0x1c },
  { GDK_KEY_Control_L, 0x1d },
  { GDK_KEY_Control_R, 0x11d },
  { GDK_KEY_Shift_L, 0x2a },
  { GDK_KEY_Shift_R, 0x36 },
  { GDK_KEY_Alt_L, 0x38 },
  { GDK_KEY_Meta_L, 0x38 },
  { GDK_KEY_Alt_R, 0x138 },
  { GDK_KEY_Meta_R, 0x138 },
  { GDK_KEY_ISO_Level3_Shift, 0x138 },
  { GDK_KEY_Super_L, 0x15b },
  { GDK_KEY_Super_R, 0x15c },
  { GDK_KEY_Menu, 0x15d },
  { GDK_KEY_Caps_Lock, 0x3a },
  { GDK_KEY_Num_Lock, 0x45 },
  { GDK_KEY_Scroll_Lock, 0x46 },
  { GDK_KEY_Print, 0x137 },
  { GDK_KEY_Sys_Req, 0x54 },
  { GDK_KEY_Pause, AVB_SCANCODE_PAUSE },
  { GDK_KEY_Break, 0x146 },
  { GDK_KEY_Insert, 0x152 },
  { GDK_KEY_Delete, 0x153 },
  { GDK_KEY_Home, 0x147 },
  { GDK_KEY_End, 0x14f },
  { GDK_KEY_Page_Up, 0x149 },
  { GDK_KEY_Page_Down, 0x151 },
  { GDK_KEY_Up, 0x148 },
  { GDK_KEY_Left, 0x14b },
  { GDK_KEY_Right, 0x14d },
  { GDK_KEY_Down, 0x150 },
  { GDK_KEY_F1, 0x3b },
  { GDK_KEY_F2, 0x3c },
  { GDK_KEY_F3, 0x3d },
  { GDK_KEY_F4, 0x3e },
  { GDK_KEY_F5, 0x3f },
  { GDK_KEY_F6, 0x40 },
  { GDK_KEY_F7, 0x41 },
  { GDK_KEY_F8, 0x42 },
  { GDK_KEY_F9, 0x43 },
  { GDK_KEY_F10, 0x44 },
  { GDK_KEY_F11, 0x57 },
  { GDK_KEY_F12, 0x58 },
  { GDK_KEY_KP_Enter, 0x11c },
  { GDK_KEY_KP_Divide, 0x135 },
  { GDK_KEY_KP_Multiply, 0x37 },
  { GDK_KEY_KP_Subtract, 0x4a },
  { GDK_KEY_KP_Add, 0x4e },
  { GDK_KEY_KP_Decimal, 0x53 },
  { GDK_KEY_KP_Delete, 0x53 },
  { GDK_KEY_KP_0, 0x52 },
  { GDK_KEY_KP_Insert, 0x52 },
  { GDK_KEY_KP_1, 0x4f },
  { GDK_KEY_KP_End, 0x4f },
  { GDK_KEY_KP_2, 0x50 },
  { GDK_KEY_KP_Down, 0x50 },
  { GDK_KEY_KP_3, 0x51 },
  { GDK_KEY_KP_Page_Down, 0x51 },
  { GDK_KEY_KP_4, 0x4b },
  { GDK_KEY_KP_Left, 0x4b },
  { GDK_KEY_KP_5, 0x4c },
  { GDK_KEY_KP_Begin, 0x4c },
  { GDK_KEY_KP_6, 0x4d },
  { GDK_KEY_KP_Right, 0x4d },
  { GDK_KEY_KP_7, 0x47 },
  { GDK_KEY_KP_Home, 0x47 },
  { GDK_KEY_KP_8, 0x48 },
  { GDK_KEY_KP_Up, 0x48 },
  { GDK_KEY_KP_9, 0x49 },
  { GDK_KEY_KP_Page_Up, 0x49 },
};

/* The main block: scancode 2 is the first character, each next key one more; a space skips one. */
static const char plain_keys[] = "1234567890-=  qwertyuiop[]  asdfghjkl;'` \\zxcvbnm,./";
static const char shifted_keys[] = "!@#$%^&*()_+  QWERTYUIOP{}  ASDFGHJKL:\"~ |ZXCVBNM<>?";

static guint
find (const Pair *pairs, gsize n, guint key)
{
  for (gsize i = 0; i < n; i++)
    if (pairs[i].key == key)
      return pairs[i].scancode;
  return 0;
}

guint
avb_keymap_from_linux (guint code)
{
  guint scancode = find (linux_keys, G_N_ELEMENTS (linux_keys), code);

  if (scancode != 0)
    return scancode;
  return code >= 1 && code <= 88 && code != 84 ? code : 0;
}

guint
avb_keymap_from_keyval (guint keyval)
{
  const char *found;

  if (keyval == GDK_KEY_space)
    return 0x39;
  if (keyval > 0x20 && keyval < 0x7f)
    {
      found = strchr (plain_keys, (int) keyval);
      if (found != NULL)
        return (guint) (found - plain_keys) + 2;
      found = strchr (shifted_keys, (int) keyval);
      if (found != NULL)
        return (guint) (found - shifted_keys) + 2;
    }
  return find (named_keys, G_N_ELEMENTS (named_keys), keyval);
}

guint
avb_keymap_to_keyval (guint scancode, gboolean shift)
{
  if (scancode == 0x39)
    return GDK_KEY_space;
  if (scancode >= 2 && scancode - 2 < sizeof plain_keys - 1 && plain_keys[scancode - 2] != ' ')
    return (guint) (shift ? shifted_keys : plain_keys)[scancode - 2];
  for (gsize i = 0; i < G_N_ELEMENTS (named_keys); i++)
    if (named_keys[i].scancode == scancode)
      return named_keys[i].key;
  return GDK_KEY_VoidSymbol;
}

guint
avb_keymap_from_event (GdkDisplay *display, guint keycode, guint keyval)
{
  gboolean is_evdev = FALSE;

#ifdef GDK_WINDOWING_MACOS
  if (GDK_IS_MACOS_DISPLAY (display))
    return avb_keymap_from_macos (keycode);
#endif
#ifdef GDK_WINDOWING_WIN32
  if (GDK_IS_WIN32_DISPLAY (display))
    return avb_keymap_from_windows (keycode, MapVirtualKeyW (keycode, MAPVK_VK_TO_VSC));
#endif
#ifdef GDK_WINDOWING_WAYLAND
  is_evdev |= GDK_IS_WAYLAND_DISPLAY (display);
#endif
#ifdef GDK_WINDOWING_X11
  is_evdev |= GDK_IS_X11_DISPLAY (display);
#endif
  if (is_evdev)
    return keycode > EVDEV_OFFSET ? avb_keymap_from_linux (keycode - EVDEV_OFFSET) : 0;
  return avb_keymap_from_keyval (keyval);
}
