/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <gdk/gdk.h>

#include "ui/console/avb-keymap.h"

static void
test_linux (void)
{
  g_assert_cmphex (avb_keymap_from_linux (0), ==, 0);
  g_assert_cmphex (avb_keymap_from_linux (1), ==, 0x01);
  g_assert_cmphex (avb_keymap_from_linux (30), ==, 0x1e);
  g_assert_cmphex (avb_keymap_from_linux (84), ==, 0);
  g_assert_cmphex (avb_keymap_from_linux (85), ==, 0x76);
  g_assert_cmphex (avb_keymap_from_linux (86), ==, 0x56);
  g_assert_cmphex (avb_keymap_from_linux (87), ==, 0x57);
  g_assert_cmphex (avb_keymap_from_linux (88), ==, 0x58);
  g_assert_cmphex (avb_keymap_from_linux (96), ==, 0x11c);
  g_assert_cmphex (avb_keymap_from_linux (104), ==, 0x149);
  g_assert_cmphex (avb_keymap_from_linux (119), ==, AVB_SCANCODE_PAUSE);
  g_assert_cmphex (avb_keymap_from_linux (125), ==, 0x15b);
  g_assert_cmphex (avb_keymap_from_linux (767), ==, 0);
  g_assert_cmphex (avb_keymap_from_linux (G_MAXUINT), ==, 0);
}

/* Every code fits the bitmap of pressed keys, and no two keys are one. */
static void
test_distinct (void)
{
  guint owner[AVB_SCANCODES] = { 0 };

  for (guint code = 1; code < 1024; code++)
    {
      guint scancode = avb_keymap_from_linux (code);

      g_assert_cmpuint (scancode, <, AVB_SCANCODES);
      if (scancode == 0)
        continue;
      g_assert_cmpuint (owner[scancode], ==, 0);
      owner[scancode] = code;
    }
}

typedef struct {
  const char *name;
  guint       code;
  guint       scancode;
} Case;

/* Names: HIToolbox/Events.h. The first row of letters is a place, also where it reads AZERTY. */
static void
test_macos (void)
{
  static const Case cases[] = {
    { "ANSI_A", 0x00, 0x1e },       { "ANSI_Z", 0x06, 0x2c },        { "ISO_Section", 0x0a, 0x56 },
    { "ANSI_Q", 0x0c, 0x10 },       { "ANSI_1", 0x12, 0x02 },        { "ANSI_6", 0x16, 0x07 },
    { "ANSI_5", 0x17, 0x06 },       { "Return", 0x24, 0x1c },        { "ANSI_Grave", 0x32, 0x29 },
    { "Delete", 0x33, 0x0e },       { "Escape", 0x35, 0x01 },        { "RightCommand", 0x36, 0x15c },
    { "Command", 0x37, 0x15b },     { "Shift", 0x38, 0x2a },         { "CapsLock", 0x39, 0x3a },
    { "Option", 0x3a, 0x38 },       { "Control", 0x3b, 0x1d },       { "RightShift", 0x3c, 0x36 },
    { "RightOption", 0x3d, 0x138 }, { "RightControl", 0x3e, 0x11d }, { "Function", 0x3f, 0 },
    { "KeypadClear", 0x47, 0x45 },  { "KeypadDivide", 0x4b, 0x135 }, { "KeypadEnter", 0x4c, 0x11c },
    { "Keypad0", 0x52, 0x52 },      { "JIS_Yen", 0x5d, 0x7d },       { "F5", 0x60, 0x3f },
    { "F12", 0x6f, 0x58 },          { "Help", 0x72, 0x152 },         { "Home", 0x73, 0x147 },
    { "ForwardDelete", 0x75, 0x153 }, { "F1", 0x7a, 0x3b },          { "LeftArrow", 0x7b, 0x14b },
    { "UpArrow", 0x7e, 0x148 },     { "none", 0x7f, 0 },             { "too large", 0x80, 0 },
    { "far too large", G_MAXUINT, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].name);
      g_assert_cmphex (avb_keymap_from_macos (cases[i].code), ==, cases[i].scancode);
    }
}

/* Names: winuser.h, as seen on an American layout. */
static void
test_windows (void)
{
  static const Case cases[] = {
    { "CANCEL", 0x03, 0x146 },  { "BACK", 0x08, 0x0e },      { "TAB", 0x09, 0x0f },      { "CLEAR", 0x0c, 0x4c },
    { "RETURN", 0x0d, 0x1c },   { "SHIFT", 0x10, 0x2a },     { "CONTROL", 0x11, 0x1d },  { "MENU", 0x12, 0x38 },
    { "PAUSE", 0x13, AVB_SCANCODE_PAUSE },                   { "ESCAPE", 0x1b, 0x01 },   { "SPACE", 0x20, 0x39 },
    { "PRIOR", 0x21, 0x149 },   { "HOME", 0x24, 0x147 },     { "LEFT", 0x25, 0x14b },    { "SNAPSHOT", 0x2c, 0x137 },
    { "INSERT", 0x2d, 0x152 },  { "DELETE", 0x2e, 0x153 },   { "0", 0x30, 0x0b },        { "1", 0x31, 0x02 },
    { "A", 0x41, 0x1e },        { "Z", 0x5a, 0x2c },         { "LWIN", 0x5b, 0x15b },    { "APPS", 0x5d, 0x15d },
    { "NUMPAD0", 0x60, 0x52 },  { "DIVIDE", 0x6f, 0x135 },   { "F1", 0x70, 0x3b },       { "F12", 0x7b, 0x58 },
    { "F24", 0x87, 0x6f },      { "NUMLOCK", 0x90, 0x45 },   { "SCROLL", 0x91, 0x46 },   { "LSHIFT", 0xa0, 0x2a },
    { "RSHIFT", 0xa1, 0x36 },   { "RCONTROL", 0xa3, 0x11d }, { "RMENU", 0xa5, 0x138 },   { "VOLUME_UP", 0xaf, 0x130 },
    { "LAUNCH_MAIL", 0xb4, 0x16c },                          { "OEM_1", 0xba, 0x27 },    { "OEM_102", 0xe2, 0x56 },
    { "LBUTTON", 0x01, 0 },     { "none", 0x07, 0 },         { "PROCESSKEY", 0xe5, 0 },  { "PACKET", 0xe7, 0 },
    { "too large", 0x100, 0 },  { "far too large", G_MAXUINT, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].name);
      g_assert_cmphex (avb_keymap_from_windows (cases[i].code, 0), ==, cases[i].scancode);
    }
  /* German: Y is where Z is on an American keyboard, Ö where the semicolon is. */
  g_assert_cmphex (avb_keymap_from_windows (0x59, 0x2c), ==, 0x2c);
  g_assert_cmphex (avb_keymap_from_windows (0xc0, 0x27), ==, 0x27);
  /* What the layout says counts for what is typed only: the arrows are not those of the keypad. */
  g_assert_cmphex (avb_keymap_from_windows (0x25, 0x4b), ==, 0x14b);
  g_assert_cmphex (avb_keymap_from_windows (0x59, 0xe02c), ==, 0x15);
}

/* Every place of the two keyboards is one of ours, and no two places of a Mac are one. */
static void
test_native (void)
{
  guint owner[AVB_SCANCODES] = { 0 };
  guint n_macos = 0, n_windows = 0;

  for (guint code = 0; code < 0x200; code++)
    {
      const guint macos = avb_keymap_from_macos (code);
      const guint windows = avb_keymap_from_windows (code, 0);

      g_assert_cmpuint (macos, <, AVB_SCANCODES);
      g_assert_cmpuint (windows, <, AVB_SCANCODES);
      n_windows += windows != 0;
      if (macos == 0)
        continue;
      n_macos++;
      g_assert_cmpuint (owner[macos], ==, 0);
      owner[macos] = code + 1;
    }
  g_assert_cmpuint (n_macos, >=, 110);
  g_assert_cmpuint (n_windows, >=, 140);
}

static void
test_keyvals (void)
{
  static const struct {
    const char *name;
    guint       scancode;
  } cases[] = {
    { "1", 0x02 },          { "exclam", 0x02 },   { "minus", 0x0c },        { "equal", 0x0d },
    { "q", 0x10 },          { "Q", 0x10 },        { "bracketright", 0x1b }, { "a", 0x1e },
    { "apostrophe", 0x28 }, { "grave", 0x29 },    { "backslash", 0x2b },    { "z", 0x2c },
    { "slash", 0x35 },      { "less", 0x33 },     { "space", 0x39 },        { "Control_L", 0x1d },
    { "Alt_L", 0x38 },      { "Delete", 0x153 },  { "F1", 0x3b },           { "F12", 0x58 },
    { "BackSpace", 0x0e },  { "Super_L", 0x15b }, { "Print", 0x137 },       { "Pause", 0x21d },
    { "Return", 0x1c },     { "Adiaeresis", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].name);
      g_assert_cmphex (
          avb_keymap_from_keyval (gdk_keyval_from_name (cases[i].name)), ==, cases[i].scancode);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/Avb/Keymap/linux", test_linux);
  g_test_add_func ("/Avb/Keymap/distinct", test_distinct);
  g_test_add_func ("/Avb/Keymap/macos", test_macos);
  g_test_add_func ("/Avb/Keymap/windows", test_windows);
  g_test_add_func ("/Avb/Keymap/native", test_native);
  g_test_add_func ("/Avb/Keymap/keyvals", test_keyvals);
  return g_test_run ();
}
