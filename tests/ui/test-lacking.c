/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-ui-test.h"

#include <unistd.h>

#include "ui/library/avb-library-view.h"

/* A computer with libvirt and without QEMU: what is missing is said, with what mends it, and once
 * it is mended nobody speaks of it any more. */

#define LACKS "QEMU is not installed: install it with your system’s package manager."

#ifdef __x86_64__

static AdwBanner *
banner_of (AvbUiTest *test)
{
  GtkWidget *view = avb_ui_find_type (GTK_WIDGET (test->window), AVB_TYPE_LIBRARY_VIEW);

  return ADW_BANNER (avb_ui_find_type (view, ADW_TYPE_BANNER));
}

static gboolean
banner_says (AvbUiTest *test, const char *text)
{
  AdwBanner *banner = banner_of (test);

  return adw_banner_get_revealed (banner) && g_str_equal (adw_banner_get_title (banner), text);
}

static void
test_lacking (void)
{
  AvbUiTest        test = { 0 };
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *path = g_strdup (g_getenv ("PATH"));
  g_autofree char *real = g_find_program_in_path ("qemu-system-x86_64");
  g_autofree char *link = g_build_filename (folder, "qemu-system-x86_64", NULL);

  if (real == NULL)
    {
      g_test_skip ("There is no QEMU to be found again.");
      avb_test_remove_folder (folder);
      return;
    }
  /* The session's daemon is started with it. */
  g_setenv ("PATH", folder, TRUE);
  avb_ui_test_set_up (&test, "qemu:///session");
  avb_test_until_true (banner_says (&test, LACKS));
  g_assert_cmpstr (avb_connection_get_create_refusal (test.connection), ==, LACKS);

  g_assert_no_errno (symlink (real, link));
  avb_ui_click (GTK_WIDGET (banner_of (&test)), "Retry");
  avb_test_until_true (!adw_banner_get_revealed (banner_of (&test)));
  avb_test_until_true (avb_connection_get_create_refusal (test.connection) == NULL);
  g_assert_null (avb_connection_get_problem (test.connection));
  avb_ui_test_tear_down (&test);
  g_setenv ("PATH", path, TRUE);
  avb_test_remove_folder (folder);
}

#endif

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);

#ifdef __x86_64__
  g_test_add_func ("/Avb/Ui/Lacking/qemu", test_lacking);
#endif

  return g_test_run ();
}
