/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "avb-driver.h"
#include "avb-guest.h"

G_BEGIN_DECLS

typedef struct {
  char *program, *iso, *drag_source, *out;
  const char *debian; /* nullable: the disc of the Debian guest */
  const char *cloud;  /* nullable: the disk image of the Debian for clouds */
  const char *make_market; /* nullable: makes a marketplace */
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

/* The Debian guest, tour-debian.c: a machine of its own, with a desktop and agents. */
gboolean tour_debian_create  (Tour *self, GError **error);
/* Its desktop shows, and both agents are there. */
gboolean tour_debian_desktop (Tour *self, GError **error);
/* The program's window gets another size, and the guest's screen follows. */
gboolean tour_debian_resize  (Tour *self, GError **error);
/* What another program copied is pasted into the guest's terminal. */
gboolean tour_debian_paste   (Tour *self, GError **error);
/* A file is dropped on the console, and arrives as it was. */
gboolean tour_debian_file    (Tour *self, GError **error);
/* What the guest tells of itself: the overview beside the console. */
gboolean tour_debian_overview (Tour *self, GError **error);
/* From the menu; a banner shows it, and ends it. */
gboolean tour_debian_freeze  (Tour *self, GError **error);
gboolean tour_debian_thaw    (Tour *self, GError **error);
/* The serial port in the window: a command typed there turns the guest off. */
gboolean tour_debian_serial  (Tour *self, GError **error);
gboolean tour_debian_delete  (Tour *self, GError **error);

/* tour-files.c: other files than discs. An image for clouds: one click, and it sets itself up. */
gboolean tour_cloud_create  (Tour *self, GError **error);
/* The window tells that the guest is ready, and its address. */
gboolean tour_cloud_ready   (Tour *self, GError **error);
/* A terminal is opened with SSH, which logs in with the user's key. */
gboolean tour_cloud_ssh     (Tour *self, GError **error);
/* An appliance as VirtualBox writes it. */
gboolean tour_ova_create    (Tour *self, GError **error);

/* tour-extensions.c: what the program carries is there, offline. */
gboolean tour_extensions_browse    (Tour *self, GError **error);
/* Found by typing, and installed with what it asks for. */
gboolean tour_extensions_install   (Tour *self, GError **error);
/* Its panel. */
gboolean tour_extensions_use       (Tour *self, GError **error);
/* alpha-vbox://extension/… */
gboolean tour_extensions_link      (Tour *self, GError **error);
/* Somebody else's marketplace is added, and an extension of it installed. */
gboolean tour_extensions_source    (Tour *self, GError **error);
gboolean tour_extensions_other     (Tour *self, GError **error);
/* There is a new version that asks for more. */
gboolean tour_extensions_update    (Tour *self, GError **error);
/* With what was granted before. */
gboolean tour_extensions_roll_back (Tour *self, GError **error);
gboolean tour_extensions_remove    (Tour *self, GError **error);
gboolean tour_extensions_leave     (Tour *self, GError **error);

/* What steps share. */
#define TOUR_BUTTON "button|push button|toggle button"
/* What a row of preferences is, depending on what it does. */
#define TOUR_ROW "list item|button|push button|toggle button|switch|check box"

gboolean tour_fail             (GError **error, const char *message);
gboolean tour_drop_disc        (Tour *self, const char *disc, GError **error);
/* Where the console is on the screen. */
gboolean tour_find_console     (Tour *self, AvbArea *area, GError **error);
/* Keys go to the guest until it gives them back. */
void     tour_release_keyboard (Tour *self);
gboolean tour_check_box        (Tour *self, const char *name, GError **error);
/* Items are chosen by their underlined letter: GTK's menu items have no name for the accessibility bus. */
gboolean tour_choose_from_menu (Tour *self, const char *menu, guint letter, GError **error);

G_END_DECLS
