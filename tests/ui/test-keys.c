/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Own key combinations: what is shown of them, and lists that somebody edited. */

#include "config.h"

#include "tests/avb-test.h"
#include "ui/machine/avb-keys-dialog.h"

static void
check (const char *combination, const char *expected)
{
  g_autofree char *text = avb_keys_format (combination);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_format (void)
{
  check ("Control_L Alt_L Delete", "Ctrl+Alt+Delete");
  check ("Super_R l", "Super+L");
  check ("F12", "F12");
  check ("Control_L Shift_L Escape", "Ctrl+Shift+Escape");
  check ("", NULL);
  check ("Nonsense", NULL);
  check ("Control_L  x", NULL);
  check ("a b c d e f g h", "A+B+C+D+E+F+G+H");
  check ("a b c d e f g h i", NULL);
}

static void
test_kept (void)
{
  g_autoptr (GSettings) settings = g_settings_new (AVB_APPLICATION_ID);
  const char *many[200] = { NULL };
  g_auto (GStrv) kept = NULL;
  g_auto (GStrv) few = NULL;

  g_settings_set_strv (settings, "key-combinations",
                       (const char *[]) { "Control_L q", "rubbish", "", "Alt_L F4", NULL });
  kept = avb_keys_dup_kept (settings);
  g_assert_cmpuint (g_strv_length (kept), ==, 2);
  g_assert_cmpstr (kept[1], ==, "Alt_L F4");

  for (guint i = 0; i < G_N_ELEMENTS (many) - 1; i++)
    many[i] = "Alt_L F4";
  g_settings_set_strv (settings, "key-combinations", many);
  few = avb_keys_dup_kept (settings);
  g_assert_cmpuint (g_strv_length (few), <=, 32);
  g_settings_reset (settings, "key-combinations");
}

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  adw_init ();
  g_test_add_func ("/Avb/Keys/format", test_format);
  g_test_add_func ("/Avb/Keys/kept", test_kept);
  return g_test_run ();
}
