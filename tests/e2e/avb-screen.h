/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AvbScreen:
 *
 * The X screen as a person has it: pointer and keyboard by XTEST, and what is to be seen. Coordinates are pixels of
 * the root window.
 */
typedef struct _AvbScreen AvbScreen;

typedef struct {
  int x, y, width, height;
} AvbArea;

/* Aborts if there is no display: only tests use it. */
AvbScreen *avb_screen_new  (void);
void       avb_screen_free (AvbScreen *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbScreen, avb_screen_free)

/* The largest mapped window of the process @pid. Returns 0 if there is none. */
gulong   avb_screen_find_window (AvbScreen *self, GPid pid, AvbArea *area);
void     avb_screen_move_window (AvbScreen *self, gulong window, const AvbArea *area);
gboolean avb_screen_get_area    (AvbScreen *self, gulong window, AvbArea *area);

void avb_screen_move       (AvbScreen *self, int x, int y);
void avb_screen_button     (AvbScreen *self, guint button, gboolean press);
void avb_screen_click      (AvbScreen *self, int x, int y, guint button);
/* Moves in small steps from where the pointer is, as a hand does: drag-and-drop needs the motion. */
void avb_screen_glide      (AvbScreen *self, int x, int y);
void avb_screen_press_keys (AvbScreen *self, guint first_keysym, ...) G_GNUC_NULL_TERMINATED;
/* Types printable ASCII on a US keyboard; \n is Return. */
void avb_screen_type       (AvbScreen *self, const char *text);

/* 32-bit pixels, byte order B G R x, row after row. */
GBytes  *avb_screen_grab     (AvbScreen *self, const AvbArea *area);
guint    avb_screen_colours  (GBytes *pixels);
gboolean avb_screen_save_png (AvbScreen *self, const AvbArea *area, const char *path, GError **error);

G_END_DECLS
