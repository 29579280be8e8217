/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* One key, pressed and released. */
typedef struct {
  guint16  code; /* of linux/input-event-codes.h */
  gboolean shift;
  gboolean alt_gr;
} AvbStroke;

/**
 * AvbTypingLayout:
 *
 * Which keys make which characters. What a keyboard's keys mean is decided in the guest, and no protocol
 * tells: somebody has to say which layout it has. Main thread.
 */
typedef struct _AvbTypingLayout AvbTypingLayout;

/* The layout that this computer has now. */
AvbTypingLayout *avb_typing_layout_new_for_display (GdkDisplay *display);

/**
 * avb_typing_layout_new:
 * @name: as xkeyboard-config calls it, perhaps with a variant: “de”, “us(intl)”
 *
 * Returns: (transfer full) (nullable): %NULL if there is no such layout
 */
AvbTypingLayout *avb_typing_layout_new  (const char *name);
void             avb_typing_layout_free (AvbTypingLayout *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbTypingLayout, avb_typing_layout_free)

/**
 * avb_typing_layout_plan:
 * @text: UTF-8; CR LF and LF are Enter
 * @missing: (out) (transfer full): the characters that no keys make, each once, in their order; empty if all
 *   can be typed. They are left out.
 *
 * Returns: (transfer full): an array of #AvbStroke; accents may take two
 */
GArray *avb_typing_layout_plan (AvbTypingLayout *self, const char *text, char **missing);

/* The layouts to choose from. */
typedef struct {
  char *name;  /* for avb_typing_layout_new() */
  char *title; /* translated */
} AvbTypingLayoutInfo;

/* (transfer full) (element-type AvbTypingLayoutInfo): sorted by title; empty where none are installed */
GPtrArray *avb_typing_layout_list (void);

G_END_DECLS
