/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "avb-driver.h"
#include "avb-guest.h"

G_BEGIN_DECLS

typedef struct {
  char *program, *iso, *drag_source, *out;
  AvbDriver *driver;
  AvbGuest *guest;
  GStrv disks;
} Tour;

/* The program starts and shows its library. */
gboolean tour_library   (Tour *self, GError **error);
/* The disc image is dropped on it: the sheet for a new machine opens, prefilled. */
gboolean tour_drop      (Tour *self, GError **error);
/* One click: the machine is made and runs. */
gboolean tour_create    (Tour *self, GError **error);
/* The console shows what the guest draws, once it says that it is up. */
gboolean tour_picture   (Tour *self, GError **error);
/* Keys typed into the console reach the guest: it answers on its serial port. */
gboolean tour_command   (Tour *self, GError **error);
gboolean tour_save      (Tour *self, GError **error);
/* It goes on where it was. */
gboolean tour_restore   (Tour *self, GError **error);
gboolean tour_power_off (Tour *self, GError **error);
/* With its disk: neither is left. */
gboolean tour_delete    (Tour *self, GError **error);
/* The program ends by itself when its window is closed. */
gboolean tour_quit      (Tour *self, GError **error);

G_END_DECLS
