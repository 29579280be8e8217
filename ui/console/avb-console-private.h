/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-console-clipboard.h"
#include "ui/console/avb-console-geometry.h"
#include "ui/console/avb-console-input.h"
#include "ui/console/avb-console-settings.h"
#include "ui/console/avb-console.h"
#include "ui/console/avb-guest-layout.h"

G_BEGIN_DECLS

/* The parts of AvbConsole that have a file of their own. */

struct _AvbConsole {
  GtkWidget parent_instance;

  AvbMachine         *machine;
  AvbConsoleSession  *session;  /* NULL without a machine */
  AvbConsoleSettings *settings; /* of the machine */
  AvbGuestLayout     *layout;   /* of the session */
  AvbConsoleInput    *input;
  guint               number;  /* of the monitor to show */
  AvbGuestMonitor    *monitor; /* NULL while the guest has none of that number */
  GtkWidget          *view; /* shows the monitor's scanout, if it is one */
  AvbConsoleClipboard *clipboard; /* of the session; NULL where it has none */

  gboolean       views; /* the session knows that we look at it */
  GtkWindow     *window;      /* while mapped; not owned */
  GdkSurface    *surface;     /* while realized; not owned */
  GdkFrameClock *frame_clock; /* while realized; not owned */
  double         drawn_x;     /* where it lay on the surface when it was drawn last */
  double         drawn_y;
  double         cursor_zoom; /* that the pointer was made for */
};

/* --- avb-console-picture.c: where the guest's picture lies in the widget, and drawing it there --- */

/* Of the monitor, in the guest's pixels; empty without one. */
void     avb_console_get_area       (AvbConsole *self, cairo_rectangle_int_t *area);
/* The number that the guest counts our monitor by, or would. */
guint    avb_console_get_number     (AvbConsole *self);
/* Asks the guest for as many pixels as there are, if that is how it is to be shown. */
void     avb_console_ask_size       (AvbConsole *self);
/* The guest's pixel at a point of the widget, as the sink counts them. %FALSE: there is no picture. */
gboolean avb_console_map_point      (GtkWidget *widget,
                                     double     x,
                                     double     y,
                                     int       *guest_x,
                                     int       *guest_y);
/* The pointer over the picture, which is as large as the picture's zoom makes it. */
void     avb_console_update_cursor  (AvbConsole *self);
void     avb_console_choose_renderer (AvbConsole *self);
/* While the widget is realized: it is drawn again when its place among the device's pixels changes. */
void     avb_console_watch_surface   (AvbConsole *self);
void     avb_console_unwatch_surface (AvbConsole *self);

/* Of #GtkWidgetClass. */
void     avb_console_measure        (GtkWidget     *widget,
                                     GtkOrientation orientation,
                                     int            for_size,
                                     int           *minimum,
                                     int           *natural,
                                     int           *minimum_baseline,
                                     int           *natural_baseline);
void     avb_console_size_allocate  (GtkWidget *widget, int width, int height, int baseline);
void     avb_console_snapshot       (GtkWidget *widget, GtkSnapshot *snapshot);

/* --- avb-console-holding.c: holding the machine's session, and following it and its monitor --- */

/* There is a machine and no session. */
void     avb_console_hold_session   (AvbConsole *self);
void     avb_console_drop_session   (AvbConsole *self);
/* Follows the monitor of our number, if the guest has it. */
void     avb_console_find_monitor   (AvbConsole *self);
/* Tells the session whether we look at it. */
void     avb_console_update_views   (AvbConsole *self);

G_END_DECLS
