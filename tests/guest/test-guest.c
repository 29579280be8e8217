/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "test-guest.h"

#include "tests/avb-test.h"

GuestRig *guest;

/* Made by ./dev, see build-aux/make-guest.sh. */
static const char *
get_disc (void)
{
  const char *disc = g_getenv ("AVB_TEST_GUEST");

  return disc != NULL && g_file_test (disc, G_FILE_TEST_EXISTS) ? disc : NULL;
}

static void
test_boots (void)
{
  const gint64 start = g_get_monotonic_time ();

  guest = guest_rig_new (get_disc ());
  g_test_message ("ready after %.1f s", (double) (g_get_monotonic_time () - start) / G_USEC_PER_SEC);
}

static void
test_no_guest (void)
{
  g_test_skip ("There is no Debian guest here: ./dev makes one where there is apt");
}

int
main (int argc, char **argv)
{
  int code;

  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  if (get_disc () == NULL)
    {
      g_test_add_func ("/Avb/Guest/boots", test_no_guest);
      return g_test_run ();
    }
  g_test_add_func ("/Avb/Guest/boots", test_boots);
  test_guest_add_console ();
  test_guest_add_agent ();
  code = g_test_run ();
  g_clear_pointer (&guest, guest_rig_free);
  return code;
}
