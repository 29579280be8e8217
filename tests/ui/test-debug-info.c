/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/avb-test.h"
#include "ui/avb-debug-info.h"

#include <adwaita.h>

/* People paste it in public. */
static void
names_no_place (void)
{
  static const struct {
    const char *uri;
    const char *text;
  } cases[] = {
    { "qemu:///session", "qemu:///session" },
    { "qemu:///system", "qemu:///system" },
    { "qemu+ssh://ann@secret.example/system?keyfile=/home/ann/key", "qemu+ssh on another host" },
    { "qemu+tls://[2001:db8::1]/system", "qemu+tls on another host" },
    { "test:///home/ann/machines.xml", "test" },
    { "test:///default", "test" },
    { "qemu:///session?socket=/home/ann/sock", "qemu:///session" },
    { "not an address", "an unusual address" },
    { "", "an unusual address" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = avb_debug_info_describe_uri (cases[i].uri);

      g_assert_cmpstr (text, ==, cases[i].text);
    }
}

static void
says_where (void)
{
  g_autoptr (GListStore) none = g_list_store_new (AVB_TYPE_BACKEND);
  g_autoptr (AvbLibrary) library = avb_library_new (G_LIST_MODEL (none));
  g_autofree char *text = avb_debug_info (library);

  g_assert_true (g_str_has_prefix (text, "Alpha VBox " AVB_VERSION));
  g_assert_nonnull (strstr (text, "\nGTK 4."));
  g_assert_nonnull (strstr (text, "\nDisplay: "));
  g_assert_nonnull (strstr (text, "\nMonitor: "));
  g_assert_nonnull (strstr (text, "\nConnections: 0\n"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/Avb/DebugInfo/names-no-place", names_no_place);
  g_test_add_func ("/Avb/DebugInfo/says-where", says_where);
  return g_test_run ();
}
