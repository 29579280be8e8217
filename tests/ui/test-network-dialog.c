/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Networks that Simple Networks makes: made, used and removed in the window, by keyboard, on libvirt's test driver. */

#include "config.h"

#include "avb-extension-rig.h"
#include "ui/extensions/avb-extension-menu.h"

#define ID "org.alphavbox.simple-networks"

#define wait_for_text(rig, text) avb_test_until_true (avb_ui_find_text ((rig)->root, (text)) != NULL)

static GtkWidget *
get_dialog (ExtensionRig *rig)
{
  return GTK_WIDGET (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (rig->root)));
}

/* The machine's menu has it. */
static void
open_dialog (ExtensionRig *rig)
{
  g_autoptr (GMenu) section = g_menu_new ();
  GMenuModel *model = G_MENU_MODEL (section);

  avb_extension_menu_fill (section, rig->set, avb_ui_test_machine (&rig->ui, "test"));
  for (int i = 0; i < g_menu_model_get_n_items (model); i++)
    {
      g_autofree char *label = NULL;
      g_autofree char *action = NULL;
      g_autoptr (GVariant) target = g_menu_model_get_item_attribute_value (model, i, G_MENU_ATTRIBUTE_TARGET, NULL);

      g_assert_true (g_menu_model_get_item_attribute (model, i, G_MENU_ATTRIBUTE_LABEL, "s", &label));
      g_assert_true (g_menu_model_get_item_attribute (model, i, G_MENU_ATTRIBUTE_ACTION, "s", &action));
      if (g_str_equal (label, "Connect to Network: With the World…"))
        {
          g_assert_true (gtk_widget_activate_action_variant (rig->root, action, target));
          wait_for_text (rig, "Common Network");
          avb_ui_check_names (get_dialog (rig));
          return;
        }
    }
  g_assert_not_reached ();
}

/* By Tab: where a person who has no pointer gets to. */
static void
go_to (ExtensionRig *rig, const char *row, const char *button)
{
  avb_ui_wait_for_frames (get_dialog (rig));
  for (guint i = 0; i < 40; i++)
    {
      GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (rig->root));
      GtkWidget *around = focus != NULL ? gtk_widget_get_ancestor (focus, ADW_TYPE_PREFERENCES_ROW) : NULL;

      if (around != NULL && g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (around)), row) &&
          (button == NULL || avb_ui_find_button (around, button) == focus))
        return;
      avb_ui_press (rig->root, "Tab");
      avb_test_until_true (gtk_root_get_focus (GTK_ROOT (rig->root)) != focus);
    }
  g_error ("Nothing leads to “%s”", row);
}

typedef struct {
  AvbMachine *machine;
  gboolean    connected;
} Look;

static DexFuture *
look_fiber (gpointer data)
{
  Look *look = data;
  g_autoptr (AvbMachineSpec) spec = avb_test_await_object (avb_machine_read_spec (look->machine));
  GPtrArray *interfaces = avb_machine_spec_get_interfaces (spec);

  for (guint i = 0; i < interfaces->len; i++)
    look->connected |= g_strcmp0 (((AvbInterfaceSpec *) interfaces->pdata[i])->source, "avb-class") == 0;
  return NULL;
}

static gboolean
is_connected (ExtensionRig *rig)
{
  Look look = { avb_ui_test_machine (&rig->ui, "test"), FALSE };

  avb_test_run_fiber (look_fiber, &look);
  return look.connected;
}

static void
test_keyboard (void)
{
  AvbMarketplaceSetup setup = { 0 }; /* the program's own marketplace */
  ExtensionRig rig = { 0 };

  extension_rig_set_up_at (&rig, &setup);
  extension_rig_install (&rig, ID);
  open_dialog (&rig);
  g_assert_nonnull (avb_ui_find_text (get_dialog (&rig), "Machines see each other and reach the world"));

  /* A new one, for this machine: thought better of, and then made. */
  for (guint i = 0; i < 2; i++)
    {
      go_to (&rig, "_New Network…", NULL);
      avb_ui_press (rig.root, "Return");
      avb_test_until_true (avb_ui_find_button (get_dialog (&rig), "Create and Connect") != NULL);
      if (i == 0)
        avb_ui_press (rig.root, "alt+Left");
      avb_test_until_true (i > 0 || avb_ui_find_button (get_dialog (&rig), "Create and Connect") == NULL);
    }
  avb_ui_check_names (get_dialog (&rig));
  g_assert_false (gtk_widget_is_sensitive (avb_ui_find_button (get_dialog (&rig), "Create and Connect")));
  avb_ui_press (rig.root, "C l a s s Return");
  wait_for_text (&rig, "Connected to “Class”");
  avb_test_until_true (get_dialog (&rig) == NULL);
  g_assert_true (is_connected (&rig));

  /* It is in the list, and is left. */
  open_dialog (&rig);
  wait_for_text (&rig, "Class");
  go_to (&rig, "Class", "Disconnect");
  avb_ui_press (rig.root, "space");
  wait_for_text (&rig, "Disconnected from “Class”");
  avb_test_until_true (get_dialog (&rig) == NULL);
  g_assert_false (is_connected (&rig));

  /* Back to it, and away with it: first it is asked. */
  open_dialog (&rig);
  wait_for_text (&rig, "Class");
  go_to (&rig, "Class", "Connect");
  avb_ui_press (rig.root, "space");
  avb_test_until_true (get_dialog (&rig) == NULL);
  g_assert_true (is_connected (&rig));
  open_dialog (&rig);
  wait_for_text (&rig, "Class");
  go_to (&rig, "Class", "Remove…");
  avb_ui_press (rig.root, "space");
  wait_for_text (&rig, "Remove “Class”?");
  wait_for_text (&rig, "1 machine is connected to it, and loses that network card.");
  avb_ui_check_names (get_dialog (&rig));
  avb_ui_press (rig.root, "Return");
  avb_test_until_true (avb_ui_find_text (rig.root, "Remove “Class”?") == NULL);
  g_assert_true (is_connected (&rig));

  go_to (&rig, "Class", "Remove…");
  avb_ui_press (rig.root, "space");
  wait_for_text (&rig, "Remove “Class”?");
  avb_ui_press (rig.root, "alt+r");
  avb_test_until_true (avb_ui_find_text (rig.root, "Remove “Class”?") == NULL);
  avb_test_until_true (avb_ui_find_row (get_dialog (&rig), "Class") == NULL);
  g_assert_false (is_connected (&rig));
  /* Nobody is lost: Escape still goes where it should. */
  avb_ui_press (rig.root, "Escape");
  avb_test_until_true (get_dialog (&rig) == NULL);
  extension_rig_tear_down (&rig);
}

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/NetworkDialog/keyboard", test_keyboard);
  return g_test_run ();
}
