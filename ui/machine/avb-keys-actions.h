/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * AvbKeysActions:
 *
 * Keeps menus true to the user's own key combinations, and has the action `keys.edit` on its owner, which opens their
 * dialog, and `keys.screen-reader-keys`, the setting. An item of a menu is the action `page.send-keys`.
 */
#define AVB_TYPE_KEYS_ACTIONS (avb_keys_actions_get_type ())
G_DECLARE_FINAL_TYPE (AvbKeysActions, avb_keys_actions, AVB, KEYS_ACTIONS, GObject)

/* @owner is not owned, and owns the result; the menus hold nothing else. */
AvbKeysActions *avb_keys_actions_new (GtkWidget *owner, GMenu *menu, GMenu *other_menu);

G_END_DECLS
