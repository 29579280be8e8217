/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/simulator-client.h"

#include <locale.h>

/* The simulated Hyper-V against the documents: envelopes written from them by hand, not by a client. */

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  g_test_init (&argc, &argv, NULL);
  add_wsman_tests ();
  add_machine_tests ();
  add_resource_tests ();
  add_image_tests ();
  add_event_tests ();
  add_trouble_tests ();
  add_auth_tests ();
  return g_test_run ();
}
