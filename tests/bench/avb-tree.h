/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * AvbTree:
 *
 * The widgets of programs on the accessibility bus, as AvbNode has them, but without libatspi: that waits for
 * itself for ever when a program with GTK 3 tells of a change while it is asked.
 */
typedef struct _AvbTree AvbTree;

AvbTree *avb_tree_new  (GError **error);
void     avb_tree_free (AvbTree *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbTree, avb_tree_free)

/* A widget that shows and can be used: (transfer full) (nullable): an (so). @roles: (nullable): several are separated
 * by |. @name: a glob. */
GVariant *avb_tree_find     (AvbTree *self, GPid pid, const char *roles, const char *name);
/* The same, waiting for it. */
GVariant *avb_tree_wait     (AvbTree *self, GPid pid, const char *roles, const char *name, guint seconds);
char     *avb_tree_dup_name (AvbTree *self, GVariant *node);
/* Does what a click does. */
gboolean  avb_tree_click    (AvbTree *self, GVariant *node);

G_END_DECLS
