/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <atspi/atspi.h>

#include "avb-screen.h"

G_BEGIN_DECLS

/*
 * The widgets of a program as a screen reader sees them. A node is found by role ("button", "list item") and by
 * name (a glob); several of either are separated by |, NULL is any. Only what is showing is found.
 */
typedef AtspiAccessible AvbNode;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbNode, g_object_unref)

void     avb_node_init      (void);
/* The program itself. Returns (transfer full) (nullable). */
AvbNode *avb_node_program   (GPid pid);
/* Returns (transfer full) (nullable): the first in reading order. */
AvbNode *avb_node_find      (AvbNode *root, const char *roles, const char *names);
/* As avb_node_find(), trying until it is there or @seconds are over. */
AvbNode *avb_node_wait      (GPid pid, const char *roles, const char *names, guint seconds);
/* TRUE once there is no such node any more. */
gboolean avb_node_wait_gone (GPid pid, const char *roles, const char *names, guint seconds);

char    *avb_node_get_text  (AvbNode *node);
gboolean avb_node_has_state (AvbNode *node, AtspiStateType state);
gboolean avb_node_get_area  (AvbNode *node, AvbScreen *screen, gulong window, AvbArea *area);
/* Does what a click does, through the accessibility interface: also where no pixel is. */
gboolean avb_node_activate  (AvbNode *node);
/* Clicks in its middle with the pointer. */
gboolean avb_node_click     (AvbNode *node, AvbScreen *screen, gulong window);
/* The tree as text, for when something was not found. */
char    *avb_node_describe  (AvbNode *root);

G_END_DECLS
