/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "ui/console/avb-terminal-private.h"

/* PCRE2_MULTILINE, which VTE asks for, and PCRE2_CASELESS. */
#define REGEX_FLAGS (VTE_REGEX_FLAGS_DEFAULT | 0x00000400u | 0x00000008u)
#define MAX_CHARS 256

typedef struct {
  VteTerminal    *terminal; /* borrowed: it stands below the bar */
  GtkSearchEntry *entry;
} Search;

static void
find (Search *search, gboolean forward)
{
  gboolean found;

  if (vte_terminal_search_get_regex (search->terminal) == NULL)
    return;
  found = forward ? vte_terminal_search_find_next (search->terminal)
                  : vte_terminal_search_find_previous (search->terminal);
  if (found)
    gtk_widget_remove_css_class (GTK_WIDGET (search->entry), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (search->entry), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (search->entry),
                               GTK_ACCESSIBLE_STATE_INVALID,
                               found ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE,
                               -1);
}

/* What is typed is text, whatever it looks like. */
static void
changed_cb (GtkSearchEntry *entry, Search *search)
{
  const char      *typed = gtk_editable_get_text (GTK_EDITABLE (entry));
  g_autofree char *text = g_utf8_substring (typed, 0, MIN (g_utf8_strlen (typed, -1), MAX_CHARS));
  g_autofree char *pattern = g_regex_escape_string (text, -1);
  g_autoptr (VteRegex) regex
      = *text != '\0' ? vte_regex_new_for_search (pattern, -1, REGEX_FLAGS, NULL) : NULL;

  vte_terminal_unselect_all (search->terminal);
  vte_terminal_search_set_regex (search->terminal, regex, 0);
  gtk_widget_remove_css_class (GTK_WIDGET (entry), "error");
  /* From the newest line upwards. */
  find (search, FALSE);
}

static void
next_cb (Search *search)
{
  find (search, TRUE);
}

static void
previous_cb (Search *search)
{
  find (search, FALSE);
}

static void
mode_cb (GtkSearchBar *bar, GParamSpec *pspec, Search *search)
{
  if (gtk_search_bar_get_search_mode (bar))
    return;
  vte_terminal_search_set_regex (search->terminal, NULL, 0);
  gtk_widget_grab_focus (GTK_WIDGET (search->terminal));
}

static GtkWidget *
make_button (Search *search, const char *icon, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (
      GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_signal_connect_swapped (button, "clicked", callback, search);
  return button;
}

GtkWidget *
avb_terminal_search_new (VteTerminal *terminal)
{
  GtkWidget *bar = gtk_search_bar_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  Search    *search = g_new0 (Search, 1);

  search->terminal = terminal;
  search->entry = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  g_object_set_data_full (G_OBJECT (bar), "avb-search", search, g_free);
  g_object_set (search->entry, "placeholder-text", _ ("Search the output"), "hexpand", TRUE, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (search->entry),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Search the output"),
                                  -1);
  vte_terminal_search_set_wrap_around (terminal, TRUE);
  g_signal_connect (search->entry, "search-changed", G_CALLBACK (changed_cb), search);
  g_signal_connect_swapped (search->entry, "activate", G_CALLBACK (previous_cb), search);
  g_signal_connect_swapped (search->entry, "next-match", G_CALLBACK (next_cb), search);
  g_signal_connect_swapped (search->entry, "previous-match", G_CALLBACK (previous_cb), search);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (search->entry));
  gtk_box_append (GTK_BOX (box),
                  make_button (search, "go-up-symbolic", _ ("Previous Match"),
                               G_CALLBACK (previous_cb)));
  gtk_box_append (
      GTK_BOX (box),
      make_button (search, "go-down-symbolic", _ ("Next Match"), G_CALLBACK (next_cb)));
  gtk_search_bar_set_child (GTK_SEARCH_BAR (bar), box);
  gtk_search_bar_connect_entry (GTK_SEARCH_BAR (bar), GTK_EDITABLE (search->entry));
  gtk_search_bar_set_show_close_button (GTK_SEARCH_BAR (bar), TRUE);
  g_signal_connect (bar, "notify::search-mode-enabled", G_CALLBACK (mode_cb), search);
  return bar;
}

void
avb_terminal_search_show (GtkWidget *bar)
{
  Search *search = g_object_get_data (G_OBJECT (bar), "avb-search");

  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (bar), TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (search->entry));
}
