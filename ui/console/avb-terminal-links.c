/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-terminal-private.h"

/* PCRE2_MULTILINE: VTE asks for it. */
#define REGEX_FLAGS (VTE_REGEX_FLAGS_DEFAULT | 0x00000400u)
#define ADDRESS "(?:https?://|mailto:)[^\\s<>\"'`{}|\\\\^\\[\\]]*[^\\s<>\"'`{}|\\\\^\\[\\].,;:!?()]"
#define MAX_ADDRESS 2048

gboolean
avb_terminal_link_is_safe (const char *address)
{
  static const char *const schemes[] = { "http", "https", "mailto", NULL };
  g_autoptr (GUri) uri = NULL;

  if (address == NULL || strlen (address) > MAX_ADDRESS
      || !g_utf8_validate (address, -1, NULL))
    return FALSE;
  for (const char *c = address; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c) || *c == ' ')
      return FALSE;
  uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);
  return uri != NULL && g_strv_contains (schemes, g_uri_get_scheme (uri));
}

char *
avb_terminal_links_get (VteTerminal *terminal, double x, double y)
{
  g_autofree char *address = vte_terminal_check_hyperlink_at (terminal, x, y);

  if (address == NULL)
    address = vte_terminal_check_match_at (terminal, x, y, NULL);
  return avb_terminal_link_is_safe (address) ? g_steal_pointer (&address) : NULL;
}

void
avb_terminal_links_open (GtkWidget *widget, const char *address)
{
  g_autoptr (GtkUriLauncher) launcher = NULL;

  g_return_if_fail (avb_terminal_link_is_safe (address));

  launcher = gtk_uri_launcher_new (address);
  gtk_uri_launcher_launch (launcher, GTK_WINDOW (gtk_widget_get_root (widget)), NULL, NULL, NULL);
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, VteTerminal *terminal)
{
  GdkModifierType state
      = gtk_event_controller_get_current_event_state (GTK_EVENT_CONTROLLER (gesture));
  g_autofree char *address = NULL;

  if (!(state & GDK_CONTROL_MASK))
    return;
  address = avb_terminal_links_get (terminal, x, y);
  if (address == NULL)
    return;
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  avb_terminal_links_open (GTK_WIDGET (terminal), address);
}

/* The text of a link may say anything: this is where it goes. */
static gboolean
tooltip_cb (
    VteTerminal *terminal, int x, int y, gboolean keyboard, GtkTooltip *tooltip, gpointer data)
{
  g_autofree char *address
      = keyboard ? NULL : vte_terminal_check_hyperlink_at (terminal, x, y);

  if (!avb_terminal_link_is_safe (address))
    return FALSE;
  gtk_tooltip_set_text (tooltip, address);
  return TRUE;
}

void
avb_terminal_links_add (VteTerminal *terminal)
{
  GtkGesture *click = gtk_gesture_click_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (VteRegex) regex = vte_regex_new_for_match (ADDRESS, -1, REGEX_FLAGS, &error);
  int tag;

  g_assert_no_error (error);
  vte_terminal_set_allow_hyperlink (terminal, TRUE);
  tag = vte_terminal_match_add_regex (terminal, regex, 0);
  vte_terminal_match_set_cursor_name (terminal, tag, "pointer");

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), terminal);
  gtk_widget_add_controller (GTK_WIDGET (terminal), GTK_EVENT_CONTROLLER (click));
  gtk_widget_set_has_tooltip (GTK_WIDGET (terminal), TRUE);
  g_signal_connect (terminal, "query-tooltip", G_CALLBACK (tooltip_cb), NULL);
}
