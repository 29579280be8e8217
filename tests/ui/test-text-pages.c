/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What a machine's page shows: its display or one of its text consoles. */

#include "config.h"

#include "avb-ui-test.h"

#include "tests/console/text-machine.h"
#include "ui/console/avb-terminal.h"
#include "ui/machine/avb-text-pages.h"

typedef struct {
  AvbMachine *machine;
  AvbTextPages *pages;
  GtkWindow *window;
  GtkWidget *button;
  GtkWidget *offer;
  GMenu *section;
} Fixture;

static void
set_up (Fixture *fixture)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  fixture->machine = text_machine_new ();
  fixture->button = gtk_menu_button_new ();
  fixture->offer = gtk_button_new ();
  fixture->section = g_menu_new ();
  fixture->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_child (fixture->window, box);
  gtk_box_append (GTK_BOX (box), fixture->button);
  gtk_box_append (GTK_BOX (box), fixture->offer);
  fixture->pages = avb_text_pages_new (box, fixture->machine, GTK_MENU_BUTTON (fixture->button),
                                       fixture->section, GTK_BUTTON (fixture->offer));
  gtk_box_append (GTK_BOX (box), avb_text_pages_get_widget (fixture->pages));
  gtk_window_present (fixture->window);
  avb_test_until_true (avb_text_pages_get_first (fixture->pages) != NULL);
}

static void
tear_down (Fixture *fixture)
{
  g_object_run_dispose (G_OBJECT (fixture->pages));
  gtk_window_destroy (fixture->window);
  g_assert_finalize_object (fixture->pages);
  g_object_unref (fixture->section);
  g_object_add_weak_pointer (G_OBJECT (fixture->machine), (gpointer *) &fixture->machine);
  g_object_unref (fixture->machine);
  avb_test_until_true (fixture->machine == NULL);
}

static void
show (Fixture *fixture, const char *name)
{
  g_assert_true (gtk_widget_activate_action (avb_text_pages_get_widget (fixture->pages),
                                             "screen.show", "s", name));
}

static guint
count_choices (Fixture *fixture)
{
  return g_menu_model_get_n_items (
      gtk_menu_button_get_menu_model (GTK_MENU_BUTTON (fixture->button)));
}

/* It opens by itself, and there is nothing to choose from. */
static void
test_without_display (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture);
  g_assert_cmpstr (avb_text_pages_get_shown (fixture.pages), ==, "serial0");
  avb_test_until_true (text_machine_get_n_opened (fixture.machine) == 1);
  g_assert_false (gtk_widget_get_visible (fixture.button));
  /* Only the output can be saved. */
  g_assert_cmpint (g_menu_model_get_n_items (G_MENU_MODEL (fixture.section)), ==, 1);
  g_assert_cmpuint (count_choices (&fixture), ==, 0);
  /* What can't be opened isn't, whoever asks. */
  show (&fixture, "serial1");
  g_assert_cmpstr (avb_text_pages_get_shown (fixture.pages), ==, "serial0");
  show (&fixture, "nothing");
  g_assert_cmpstr (avb_text_pages_get_shown (fixture.pages), ==, "serial0");
  tear_down (&fixture);
}

/* The display comes first; a console is opened when it is chosen, and stays. */
static void
test_with_display (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture);
  avb_test_until_true (text_machine_get_n_opened (fixture.machine) == 1);
  avb_machine_set_has_graphics (fixture.machine, TRUE);
  g_assert_null (avb_text_pages_get_shown (fixture.pages));
  avb_machine_set_available (fixture.machine, FALSE);
  g_assert_null (avb_text_pages_get_shown (fixture.pages));
  avb_machine_set_available (fixture.machine, TRUE);
  g_assert_null (avb_text_pages_get_shown (fixture.pages));
  g_assert_true (gtk_widget_get_visible (fixture.button));
  g_assert_cmpint (g_menu_model_get_n_items (G_MENU_MODEL (fixture.section)), ==, 2);
  g_assert_cmpuint (count_choices (&fixture), ==, 3);
  g_assert_cmpstr (gtk_button_get_label (GTK_BUTTON (fixture.offer)), ==, "_Show Serial 1");

  show (&fixture, "serial0");
  g_assert_cmpstr (avb_text_pages_get_shown (fixture.pages), ==, "serial0");
  show (&fixture, "display");
  g_assert_null (avb_text_pages_get_shown (fixture.pages));
  g_assert_true (gtk_widget_activate_action (avb_text_pages_get_widget (fixture.pages),
                                             "screen.show-text", NULL));
  g_assert_cmpstr (avb_text_pages_get_shown (fixture.pages), ==, "serial0");
  /* Connected once, and again after the host had been away. */
  avb_test_until_true (text_machine_get_n_opened (fixture.machine) == 2);
  tear_down (&fixture);
}

/* The host goes and comes back: what is shown stays. */
static void
test_host_away (void)
{
  Fixture fixture = { 0 };

  set_up (&fixture);
  g_assert_cmpstr (avb_text_pages_get_shown (fixture.pages), ==, "serial0");
  avb_machine_set_available (fixture.machine, FALSE);
  g_assert_cmpstr (avb_text_pages_get_shown (fixture.pages), ==, "serial0");
  avb_machine_set_available (fixture.machine, TRUE);
  g_assert_cmpstr (avb_text_pages_get_shown (fixture.pages), ==, "serial0");
  avb_machine_set_state (fixture.machine, AVB_MACHINE_OFF, 2);
  avb_test_until_true (avb_text_pages_get_shown (fixture.pages) == NULL);
  avb_machine_set_state (fixture.machine, AVB_MACHINE_RUNNING, 3);
  avb_test_until_true (g_strcmp0 (avb_text_pages_get_shown (fixture.pages), "serial0") == 0);
  tear_down (&fixture);
}

int
main (int argc, char *argv[])
{
  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/TextPages/without-display", test_without_display);
  g_test_add_func ("/Avb/TextPages/with-display", test_with_display);
  g_test_add_func ("/Avb/TextPages/host-away", test_host_away);
  return g_test_run ();
}
