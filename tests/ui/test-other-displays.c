/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The page of a machine whose display is not SPICE: what is not there says why. */

#include "config.h"

#include "avb-ui-test.h"

#include "tests/console/console-rig.h"
#include "ui/console/avb-picture-session.h"
#include "ui/machine/avb-console-banner.h"
#include "ui/machine/avb-machine-page.h"
#include "ui/machine/avb-privacy-button.h"

static void
test_reasons (void)
{
  static const struct {
    const char     *action;
    AvbConsoleOffer offer;
  } cases[] = {
    { "devices.usb", AVB_CONSOLE_OFFERS_USB },
    { "devices.muted", AVB_CONSOLE_OFFERS_SOUND },
    { "clipboard.share", AVB_CONSOLE_OFFERS_CLIPBOARD },
    { "clipboard.send-files", AVB_CONSOLE_OFFERS_FILES },
  };
  AvbUiTest   test = { 0 };
  AvbMachine *machine = rig_machine_new ("/nowhere");
  GtkWidget  *page, *button;
  AvbConsole *console;
  g_autoptr (AvbConsoleEndpoint) endpoint = avb_console_endpoint_new (AVB_CONSOLE_PICTURES);
  g_autoptr (AvbConsoleSession) session = NULL;

  avb_ui_test_set_up (&test, NULL);
  rig_machine_set_endpoint (machine, endpoint);
  rig_machine_set_running (machine, TRUE);
  avb_window_open_machine (test.window, machine);
  avb_test_until_true ((page = avb_ui_find_type (GTK_WIDGET (test.window), AVB_TYPE_MACHINE_PAGE)) != NULL
                       && gtk_widget_get_mapped (page));
  console = AVB_CONSOLE (avb_ui_find_type (page, AVB_TYPE_CONSOLE));
  g_assert_true (AVB_IS_PICTURE_SESSION (avb_console_get_session (console)));
  g_set_object (&session, avb_console_get_session (console));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const char *reason = avb_console_session_get_missing (session, cases[i].offer);

      g_assert_nonnull (reason);
      g_assert_true (gtk_widget_activate_action (page, cases[i].action, NULL));
      avb_test_until_true (avb_ui_find_text (GTK_WIDGET (test.window), reason) != NULL);
    }

  /* What the guest has of this computer says it, too. */
  button = avb_ui_find_type (page, AVB_TYPE_PRIVACY_BUTTON);
  avb_privacy_button_popup (AVB_PRIVACY_BUTTON (button));
  avb_test_until_true (
      avb_ui_find_text (button, avb_console_session_get_missing (session, AVB_CONSOLE_OFFERS_USB))
      != NULL);
  g_assert_nonnull (avb_ui_find_text (
      button, avb_console_session_get_missing (session, AVB_CONSOLE_OFFERS_CLIPBOARD)));
  g_clear_object (&session);
  avb_ui_test_tear_down (&test);
  g_assert_finalize_object (machine);
}

/* Why there is no better display stands above it, as long as that is so. */
static void
test_note (void)
{
  AvbUiTest   test = { 0 };
  AvbMachine *machine = rig_machine_new ("/nowhere");
  GtkWidget  *banner;
  g_autoptr (AvbConsoleEndpoint) endpoint = avb_console_endpoint_new (AVB_CONSOLE_PICTURES);

  avb_ui_test_set_up (&test, NULL);
  endpoint->reason = g_strdup ("The host has <b>no</b> VMConnect & no time.");
  rig_machine_set_endpoint (machine, endpoint);
  rig_machine_set_running (machine, TRUE);
  avb_window_open_machine (test.window, machine);
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (test.window), endpoint->reason) != NULL);
  banner = avb_ui_find_type (GTK_WIDGET (test.window), AVB_TYPE_CONSOLE_BANNER);
  banner = avb_ui_find_type (banner, ADW_TYPE_BANNER);
  g_assert_true (adw_banner_get_revealed (ADW_BANNER (banner)));

  /* What is gone when it is tried again is said no more. */
  g_clear_pointer (&endpoint->reason, g_free);
  rig_machine_set_endpoint (machine, endpoint);
  g_signal_emit_by_name (banner, "button-clicked");
  avb_test_until_true (!adw_banner_get_revealed (ADW_BANNER (banner)));
  avb_ui_test_tear_down (&test);
  g_assert_finalize_object (machine);
}

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/OtherDisplays/note", test_note);
  g_test_add_func ("/Avb/OtherDisplays/reasons", test_reasons);
  return g_test_run ();
}
