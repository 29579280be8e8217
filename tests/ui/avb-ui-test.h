/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"
#include "tests/avb-test.h"
#include "ui/avb-window.h"

G_BEGIN_DECLS

/* The library and the window of one test, on libvirt's test driver. */
typedef struct {
  AvbLibrary    *library;
  AvbConnection *connection; /* borrowed */
  AvbWindow     *window;
} AvbUiTest;

/* Instead of avb_test_init(): also starts libadwaita, with this program's style. */
void avb_ui_test_init (int *argc, char ***argv);

/* Opens the window and waits for the link. @uri: (nullable): %NULL: a test:/// host of this test's own
 * with one machine, "test", that runs */
void avb_ui_test_set_up    (AvbUiTest *test, const char *uri);
/* Closes everything, and fails if the window or the library stays in memory. */
void avb_ui_test_tear_down (AvbUiTest *test);

/* The first machine with this name. (nullable) (transfer none) */
AvbMachine *avb_ui_test_machine (AvbUiTest *test, const char *name);

/* The first visible descendant of @root with this GType. (nullable) */
GtkWidget *avb_ui_find_type  (GtkWidget *root, GType type);
/* The row of preferences with this title, visible or not. (nullable) */
gpointer   avb_ui_find_row   (GtkWidget *root, const char *title);
/* A visible button or menu item whose label, or accessible name as set here, is @label, without
 * mnemonics. (nullable) */
GtkWidget *avb_ui_find_button (GtkWidget *root, const char *label);
/* A visible label that contains @text. (nullable) */
GtkWidget *avb_ui_find_text  (GtkWidget *root, const char *text);
/* Waits for the button, then clicks it as a person does who sees it. */
void       avb_ui_click      (GtkWidget *root, const char *label);
/* Until everything in @widget has its place: Tab goes from place to place. */
void       avb_ui_wait_for_frames (GtkWidget *widget);
/* Presses keys, as xdotool names them, one after the other ("F10 d"): they go to the window as those of a keyboard do. */
void       avb_ui_press      (GtkWidget *window, const char *keys);
/* Every button in @root has a name that a screen reader can say, and no name has the mark of a mnemonic in it; returns how
 * many buttons there were. */
guint      avb_ui_check_names (GtkWidget *root);

G_END_DECLS
