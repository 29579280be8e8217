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
  g_test_add_func ("/Avb/Keymap/keyvals", test_keyvals);
  return g_test_run ();
}
