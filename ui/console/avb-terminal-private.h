/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <vte/vte.h>

#include "ui/console/avb-terminal.h"

G_BEGIN_DECLS

/* The parts of AvbTerminal that have a file of their own. */

/* avb-terminal-links.c: finds links in @terminal, and opens those that are clicked with Ctrl. */
void     avb_terminal_links_add    (VteTerminal *terminal);
/* (nullable) (transfer full): the address at a place of the terminal, if it may be opened */
char    *avb_terminal_links_get    (VteTerminal *terminal, double x, double y);
void     avb_terminal_links_open   (GtkWidget *widget, const char *address);
/* Only the web and mail: nothing on this computer is reached by what a guest wrote. */
gboolean avb_terminal_link_is_safe (const char *address);

/* avb-terminal-paste.c: reads @clipboard and pastes its text, after a question if it has several
 * lines: to a shell, each is a command. */
void     avb_terminal_paste        (VteTerminal *terminal, GdkClipboard *clipboard);

/* avb-terminal-search.c: the bar above the terminal. */
GtkWidget *avb_terminal_search_new (VteTerminal *terminal);
void       avb_terminal_search_show (GtkWidget *bar);

/* avb-terminal-style.c: the desktop's fixed font; colors that go with light and dark. */
void     avb_terminal_style_follow (VteTerminal *terminal);

/* avb-terminal-keys.c: while the terminal has the focus, the window's own shortcuts go to the guest,
 * but those with Ctrl+Shift, full screen, and Ctrl+Tab, which leaves. */
void     avb_terminal_keys_add     (VteTerminal *terminal);

G_END_DECLS
