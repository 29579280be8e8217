/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbTextPages:
 *
 * The text consoles of a machine's page, beside its display: which there are, which one is shown. Each
 * is built when it is shown first, because only one program at a time can have it open, and then stays
 * until the page goes: what it wrote can be scrolled to.
 *
 * Properties, read-only and notifying: `shown` (string, nullable: the text console that is to be shown
 * now; %NULL: the display), `first` (string, nullable: the label of the first one that can be opened).
 *
 * Actions, in the group that it inserts as “screen”: `screen.show` (string: the name of a text console,
 * or "display"), `screen.show-text` (the first text console), `screen.save-output`.
 */
#define AVB_TYPE_TEXT_PAGES (avb_text_pages_get_type ())
G_DECLARE_FINAL_TYPE (AvbTextPages, avb_text_pages, AVB, TEXT_PAGES, GObject)

/**
 * avb_text_pages_new:
 * @owner: gets the group; must outlive this or dispose of it
 * @button: shows the choice; is hidden while there is none
 * @section: of the page's menu, for the same
 * @offer: a button with `screen.show-text`: gets a label that says what it shows
 */
AvbTextPages *avb_text_pages_new        (GtkWidget     *owner,
                                         AvbMachine    *machine,
                                         GtkMenuButton *button,
                                         GMenu         *section,
                                         GtkButton     *offer);
/* What shows them, for a place in @owner. */
GtkWidget    *avb_text_pages_get_widget (AvbTextPages *self);
void          avb_text_pages_grab_focus (AvbTextPages *self);
const char   *avb_text_pages_get_shown  (AvbTextPages *self); /* (nullable) */
const char   *avb_text_pages_get_first  (AvbTextPages *self); /* (nullable) */

G_END_DECLS
